/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_pieces - digests of pieces are those of the index, however the bytes come
 */
#include "core/read/pieces.h"

#include "core/base/digest.h"
#include "core/format/header.h"
#include "unit.h"

#define BLOCKING 10		/* does not divide the blocks of a chunk */
#define RECORD ((size_t)BLOCKING * DE_TAPE_BLOCK)
#define RECORDS_OF_PIECE 102
#define RECORDS (3 * RECORDS_OF_PIECE + 7)
#define BYTES (RECORDS * RECORD)
#define FIRST 777		/* tape block that the volume begins with */

static uint8_t volume[BYTES];
static uint8_t copy[CHUNK_BYTES];

static struct header_template header;

static void
make_volume(void)
{
	const struct header_position position = { .tapea = FIRST, .volume = 3 };
	const struct header_identity identity = {
		.date = 5000,
		.blocking = BLOCKING,
		.label = "",
		.filesystem = "",
		.device = "",
		.host = "",
	};

	header_template_init(&header, &identity);
	for (size_t i = 0; i < BYTES; i++)
		volume[i] = (uint8_t)(i * 7 + i / 1000);
	header_volume(&header, volume, 0, 1);
	header_stamp(volume, &position);
}

static uint64_t
digest_of(size_t from, size_t to)
{
	uint8_t list[RECORDS_OF_PIECE * sizeof(uint64_t)];

	for (size_t i = from; i < to; i++)
		put64(list + (i - from) * sizeof(uint64_t),
		    digest_64(volume + i * RECORD, RECORD));
	return digest_64(list, (to - from) * sizeof(uint64_t));
}

/* A chunk with the bytes up to `to`, of which the first `lost` are lost. */
static void
add(struct pieces *p, size_t from, size_t to, size_t lost)
{
	const struct chunk chunk = {
		.bytes = copy,
		.length = to - from - lost,
		.lost = lost,
		.volume = 3,
		.position = from + lost,
	};

	ck_assert_uint_le(chunk.length, sizeof(copy));
	memcpy(copy, volume + from + lost, chunk.length);
	pieces_add(p, &chunk);
}

static void
add_all(struct pieces *p, size_t from, size_t step)
{
	for (size_t at = from; at < BYTES; at += step)
		add(p, at, at + step < BYTES ? at + step : BYTES, 0);
}

/* Digest of a piece, or 0. */
static uint64_t
piece(const struct pieces *p, uint64_t n)
{
	uint64_t end = (n + 1) * RECORDS_OF_PIECE * BLOCKING;
	uint64_t digest;

	if (end > RECORDS * BLOCKING)
		end = RECORDS * BLOCKING;
	return pieces_digest(p, 3, n, end, &digest) ? digest : 0;
}

static void
expect(const struct pieces *p, uint64_t n, bool known)
{
	const size_t from = (size_t)n * RECORDS_OF_PIECE;
	const size_t to = from + RECORDS_OF_PIECE < RECORDS ?
	    from + RECORDS_OF_PIECE : RECORDS;

	ck_assert_uint_eq(piece(p, n), known ? digest_of(from, to) : 0);
}

static struct pieces *
begin(void)
{
	struct pieces *p = pieces_new("/tmp");

	ck_assert_ptr_nonnull(p);
	make_volume();
	return p;
}

START_TEST(chunks_may_have_any_length)
{
	static const size_t steps[] = { CHUNK_BYTES, RECORD, 1024, 3 * RECORD +
	    1024, 777777 };

	for (size_t i = 0; i < COUNT(steps); i++) {
		struct pieces *p = begin();
		struct pieces_volume v;
		add_all(p, 0, steps[i]);
		pieces_end(p);
		ck_assert(pieces_volume(p, 3, &v));
		ck_assert_uint_eq(v.piece, RECORDS_OF_PIECE * BLOCKING);
		ck_assert_uint_eq(v.first, FIRST);
		ck_assert_uint_eq(v.blocks, RECORDS * BLOCKING);
		for (uint64_t n = 0; n < 4; n++)
			expect(p, n, true);
		ck_assert_uint_eq(piece(p, 4), 0);
		ck_assert(!pieces_volume(p, 2, &v));
		ck_assert(!pieces_volume(p, 4, &v));
		pieces_free(p);
	}
}
END_TEST

START_TEST(what_is_lost_has_no_digest)
{
	struct pieces *p = begin();
	const size_t at = (RECORDS_OF_PIECE + 5) * RECORD + 3000;

	for (size_t i = 0; i < at; i += 3000)
		add(p, i, i + 3000 < at ? i + 3000 : at, 0);
	add(p, at, at + 2 * RECORD, RECORD + 17);
	add_all(p, at + 2 * RECORD, CHUNK_BYTES);
	pieces_end(p);
	expect(p, 0, true);
	expect(p, 1, false);
	expect(p, 2, true);
	expect(p, 3, true);
	pieces_free(p);
}
END_TEST

START_TEST(after_a_loss_of_unknown_length_all_is_unknown)
{
	struct pieces *p = begin();
	struct chunk chunk = {
		.bytes = copy,
		.length = 1024,
		.lost = CHUNK_LOST_UNKNOWN,
		.volume = 3,
		.position = 2 * CHUNK_BYTES,
	};

	add(p, 0, CHUNK_BYTES, 0);
	add(p, CHUNK_BYTES, 2 * CHUNK_BYTES, 0);
	pieces_add(p, &chunk);
	add_all(p, 2 * CHUNK_BYTES + 1024, CHUNK_BYTES);
	pieces_end(p);
	expect(p, 0, true);
	expect(p, 1, true);
	expect(p, 2, false);
	expect(p, 3, false);
	pieces_free(p);
}
END_TEST

START_TEST(a_piece_ends_where_an_index_begins)
{
	struct pieces *p = begin();
	const size_t at = RECORDS_OF_PIECE + 9;
	uint8_t *block = volume + at * RECORD;
	uint64_t digest;

	header_index(&header, block, 2, 0, 1024);
	add_all(p, 0, CHUNK_BYTES);
	pieces_end(p);
	ck_assert(pieces_digest(p, 3, 1, at * BLOCKING, &digest));
	ck_assert_uint_eq(digest, digest_of(RECORDS_OF_PIECE, at));
	ck_assert(!pieces_digest(p, 3, 1, (at + 1) * BLOCKING, &digest));
	for (uint64_t n = 0; n < 4; n++)
		expect(p, n, true);
	pieces_free(p);
}
END_TEST

START_TEST(what_is_not_ours_has_no_pieces)
{
	struct pieces *p = begin();
	struct pieces_volume v;

	memset(volume, 0, DE_TAPE_BLOCK);
	add_all(p, 0, CHUNK_BYTES);
	pieces_end(p);
	ck_assert(!pieces_volume(p, 3, &v));
	pieces_free(p);
	ck_assert_ptr_null(pieces_new("/nonexistent"));
	pieces_free(NULL);
}
END_TEST

/* It may be read twice, and then is not taken for longer than it is. */
START_TEST(a_volume_counts_once)
{
	struct pieces *p = begin();

	add_all(p, 0, CHUNK_BYTES);
	add(p, 0, CHUNK_BYTES, 0);
	pieces_end(p);
	for (uint64_t n = 0; n < 4; n++)
		expect(p, n, true);
	pieces_free(p);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		chunks_may_have_any_length,
		what_is_lost_has_no_digest,
		after_a_loss_of_unknown_length_all_is_unknown,
		a_piece_ends_where_an_index_begins,
		what_is_not_ours_has_no_pieces,
		a_volume_counts_once,
	};
	return unit_run("pieces", tests, COUNT(tests));
}
