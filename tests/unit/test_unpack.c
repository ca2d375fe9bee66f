/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "core/read/unpack.h"
#include "tests/unit/made_set.h"
#include "tests/unit/unit.h"

/* A prefix word of Linux dump, little-endian. */
#define WORD(length, compressed) \
	((uint32_t)(length) << 4 | (uint32_t)(compressed))

#define RECORDS_MAX 64

static int null_fd;
static char damage[100];		/* being tried, for messages */

/* A set, compressed. */
struct packed {
	struct made_set made;
	uint8_t *bytes;
	size_t length;
	size_t records;
	size_t begin[RECORDS_MAX];	/* of each, of its prefix */
};

static void
pack(struct packed *p, bool hardly)
{
	const size_t size = p->made.blocks * DE_TAPE_BLOCK;
	uint8_t out[2 * MADE_RECORD];

	p->bytes = malloc(2 * size);
	ck_assert_ptr_nonnull(p->bytes);
	for (size_t at = 0; at < size; at += MADE_RECORD) {
		uLongf length = sizeof(out);
		p->begin[p->records++] = p->length;
		ck_assert_int_eq(compress2(out, &length, p->made.bytes + at,
		    MADE_RECORD, hardly ? 0 : 2), Z_OK);
		const bool plain = at == 0 || length >= MADE_RECORD;
		if (plain)
			memcpy(out, p->made.bytes + at, MADE_RECORD);
		if (plain)
			length = MADE_RECORD;
		if (at > 0) {
			put32(p->bytes + p->length, WORD(length, !plain));
			p->length += 4;
		}
		memcpy(p->bytes + p->length, out, length);
		p->length += length;
	}
	p->begin[p->records] = p->length;
}

static void
make_packed(struct packed *p, bool hardly)
{
	memset(p, 0, sizeof(*p));
	made_set_all_kinds(&p->made);
	made_set_compressed(&p->made);
	pack(p, hardly);
}

static void
free_packed(struct packed *p)
{
	free(p->bytes);
	made_set_free(&p->made);
}

static struct made_result
read_packed(struct packed *p, struct fake_volumes *f)
{
	fake_volumes_init(f, null_fd);
	f->skip = true;
	f->answer = VERDICT_GO_ON;
	f->volumes[0] = (struct fake_volume){ .bytes = p->bytes,
		.length = p->length };
	return made_set_read(&p->made, f);
}

/* What has no block in that record came whole; the rest, if whole, is right. */
static void
expect_damage_in_record(const struct packed *p, size_t record)
{
	const size_t begin = record * MADE_BLOCKING;

	for (unsigned int i = 0; i < p->made.count; i++) {
		const struct made_part *part = &p->made.parts[i];
		const bool touched = part->begin < begin + MADE_BLOCKING &&
		    part->end > begin;
		if (!touched)
			ck_assert_msg(part->times == 1 && part->whole &&
			    !part->wrong, "inode %u (%zu to %zu) is not "
			    "whole; %s", (unsigned int)part->inode,
			    part->begin, part->end, damage);
		else if (part->times == 1 && part->whole)
			ck_assert_msg(!part->wrong, "inode %u is wrong, and "
			    "nothing is said; %s", (unsigned int)part->inode,
			    damage);
	}
}

START_TEST(compressed_set_is_read)
{
	for (int hardly = 0; hardly < 2; hardly++) {
		struct packed p;
		struct fake_volumes f;
		make_packed(&p, hardly != 0);
		const struct made_result r = read_packed(&p, &f);
		ck_assert(r.complete);
		ck_assert_uint_eq(r.lost_blocks, 0);
		expect_damage_in_record(&p, SIZE_MAX / MADE_BLOCKING - 1);
		fake_volumes_free(&f);
		free_packed(&p);
	}
}
END_TEST

START_TEST(damage_of_a_record_loses_what_is_in_it)
{
	struct packed p;
	struct fake_volumes f;

	make_packed(&p, false);
	for (size_t record = 1; record + 1 < p.records; record++) {
		uint8_t *begin = p.bytes + p.begin[record];
		const size_t length = p.begin[record + 1] - p.begin[record];
		for (size_t at = 0; at < length; at += at < 8 ? 1 : 97) {
			snprintf(damage, sizeof(damage), "byte %zu of record "
			    "%zu", at, record);
			begin[at] ^= 0x5a;
			const struct made_result r = read_packed(&p, &f);
			begin[at] ^= 0x5a;
			ck_assert_msg(r.complete, "no end; %s", damage);
			expect_damage_in_record(&p, record);
			fake_volumes_free(&f);
		}
	}
	free_packed(&p);
}
END_TEST

START_TEST(missing_record_loses_what_is_in_it)
{
	struct packed p;
	struct fake_volumes f;

	make_packed(&p, false);
	for (size_t record = 1; record + 1 < p.records; record++) {
		struct packed without = p;
		snprintf(damage, sizeof(damage), "record %zu missing", record);
		without.bytes = malloc(p.length);
		ck_assert_ptr_nonnull(without.bytes);
		memcpy(without.bytes, p.bytes, p.begin[record]);
		memcpy(without.bytes + p.begin[record],
		    p.bytes + p.begin[record + 1],
		    p.length - p.begin[record + 1]);
		without.length -= p.begin[record + 1] - p.begin[record];
		const struct made_result r = read_packed(&without, &f);
		ck_assert_msg(r.complete, "no end; %s", damage);
		expect_damage_in_record(&without, record);
		fake_volumes_free(&f);
		free(without.bytes);
	}
	free_packed(&p);
}
END_TEST

START_TEST(unreadable_bytes_lose_the_records_they_are_in)
{
	struct packed p;
	struct fake_volumes f;

	make_packed(&p, false);
	for (size_t record = 1; record + 1 < p.records; record++) {
		snprintf(damage, sizeof(damage), "record %zu unreadable",
		    record);
		fake_volumes_init(&f, null_fd);
		f.volumes[0] = (struct fake_volume){ .bytes = p.bytes,
			.length = p.length,
			.lost_from = p.begin[record] + 10,
			.lost_to = p.begin[record] + 20 };
		const struct made_result r = made_set_read(&p.made, &f);
		ck_assert_msg(r.complete, "no end; %s", damage);
		expect_damage_in_record(&p, record);
		fake_volumes_free(&f);
	}
	free_packed(&p);
}
END_TEST

START_TEST(plain_set_that_claims_to_be_compressed_is_read)
{
	struct packed p;
	struct fake_volumes f;

	memset(&p, 0, sizeof(p));
	made_set_all_kinds(&p.made);
	made_set_compressed(&p.made);
	p.length = p.made.blocks * DE_TAPE_BLOCK;
	p.bytes = malloc(p.length);
	ck_assert_ptr_nonnull(p.bytes);
	memcpy(p.bytes, p.made.bytes, p.length);
	const struct made_result r = read_packed(&p, &f);
	ck_assert(r.complete);
	ck_assert_uint_eq(r.lost_blocks, 0);
	fake_volumes_free(&f);
	free_packed(&p);
}
END_TEST

/* As they all are, they are encrypted; one by one, damaged. */
START_TEST(encrypted_records_are_refused)
{
	struct packed p;
	struct fake_volumes f;

	make_packed(&p, false);
	for (size_t record = p.records - 1; record > 0; record--) {
		for (size_t at = p.begin[record] + 4; at < p.begin[record + 1];
		    at++)
			p.bytes[at] ^= (uint8_t)(0x5a + at * at);
		const struct made_result r = read_packed(&p, &f);
		ck_assert(r.opened == (record > 1));
		fake_volumes_free(&f);
	}
	free_packed(&p);
}
END_TEST

START_TEST(hostile_records_come_to_an_end)
{
	struct packed p;
	struct fake_volumes f;

	make_packed(&p, false);
	for (uint64_t seed = 1; seed < 400; seed++) {
		uint64_t n = seed;
		uint8_t *copy = malloc(p.length);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, p.bytes, p.length);
		for (int i = 0; i < 8; i++) {
			n = n * UINT64_C(6364136223846793005) + 1442695040;
			uint8_t *at = copy + MADE_RECORD + (n >> 33) %
			    (p.length - MADE_RECORD - 4);
			put32(at, WORD((n >> 20) % 20000, n >> 60 & 15));
		}
		fake_volumes_init(&f, null_fd);
		f.volumes[0] = (struct fake_volume){ .bytes = copy,
			.length = p.length };
		const struct made_result r = made_set_read_any(&f, 0);
		ck_assert(r.opened);
		ck_assert_uint_lt(r.items, 10000);
		fake_volumes_free(&f);
		free(copy);
	}
	free_packed(&p);
}
END_TEST

/* --------------------------------------------------------- going to a place */

/* Its only volume, open, and what unpacks it, which has been given no bytes. */
struct going {
	struct fake_volumes f;
	struct volume_read *volume;
	struct unpack *unpack;
};

static void
begin_going(struct going *g, const struct packed *p)
{
	static const struct dialect packed_linux = { .family = DIALECT_LINUX,
	    .compressed = true, .block_size = DE_TAPE_BLOCK };
	const struct de_volume facts = { .struct_size = sizeof(facts),
	    .number = 1 };

	fake_volumes_init(&g->f, null_fd);
	g->f.seeks = true;
	g->f.volumes[0] = (struct fake_volume){ .bytes = p->bytes,
		.length = p->length };
	g->volume = volume_read_new(g->f.instance);
	ck_assert_ptr_nonnull(g->volume);
	ck_assert(volume_read_open(g->volume, &facts));
	g->unpack = unpack_new(&packed_linux, MADE_BLOCKING, g->volume);
	ck_assert_ptr_nonnull(g->unpack);
}

static void
end_going(struct going *g)
{
	unpack_free(g->unpack);
	volume_read_free(g->volume);
	fake_volumes_free(&g->f);
}

/* What is read next is that of the stream from `at` on, in small pieces. */
static void
expect_stream(struct going *g, const struct packed *p, size_t at)
{
	const size_t room = unpack_room(g->unpack);
	uint8_t *buffer = malloc(room);
	size_t length;

	ck_assert_ptr_nonnull(buffer);
	ck_assert_int_eq(unpack_next(g->unpack, buffer, room, &length),
	    VOLUME_READ_DATA);
	ck_assert_uint_gt(length, 0);
	ck_assert_mem_eq(buffer, p->made.bytes + at, length);
	free(buffer);
}

START_TEST(any_place_is_gone_to)
{
	struct packed p;
	struct going g;
	size_t before;

	for (int hardly = 0; hardly < 2; hardly++) {
		make_packed(&p, hardly != 0);
		begin_going(&g, &p);
		const size_t size = p.made.blocks * DE_TAPE_BLOCK;
		size_t at = 0;
		for (int i = 0; i < 300; i++) {
			at = (at * 7 + 1000003) % size;
			ck_assert(unpack_go_to(g.unpack, at, &before));
			ck_assert_uint_eq(before, at % MADE_RECORD);
			expect_stream(&g, &p, at - before);
		}
		end_going(&g);
		free_packed(&p);
	}
}
END_TEST

START_TEST(the_end_is_gone_to)
{
	struct packed p;
	struct going g;
	uint64_t position;
	size_t before;

	make_packed(&p, false);
	begin_going(&g, &p);
	expect_stream(&g, &p, 0);
	ck_assert(unpack_go_to_end(g.unpack, &position));
	ck_assert_uint_eq(position, (p.records - 1) * MADE_RECORD);
	expect_stream(&g, &p, (size_t)position);
	/* What is behind it, is not found, and changes nothing. */
	ck_assert(unpack_go_to(g.unpack, MADE_RECORD, &before));
	ck_assert(!unpack_go_to(g.unpack, p.records * MADE_RECORD, &before));
	expect_stream(&g, &p, MADE_RECORD);
	end_going(&g);
	free_packed(&p);
}
END_TEST

/* Where lengths cannot be followed, or a record is damaged, it reads on. */
START_TEST(no_place_behind_damage_is_gone_to)
{
	struct packed p;
	struct going g;
	uint64_t position;
	size_t before;

	for (size_t i = 0; i < 2; i++) {
		make_packed(&p, false);
		const size_t record = 5;
		if (i == 0)
			put32(p.bytes + p.begin[record], 0);
		else
			memset(p.bytes + p.begin[record] + 4, 0x5a, 20);
		begin_going(&g, &p);
		expect_stream(&g, &p, 0);
		ck_assert(unpack_go_to(g.unpack, 4 * MADE_RECORD, &before));
		ck_assert(!unpack_go_to(g.unpack, record * MADE_RECORD,
		    &before));
		ck_assert(unpack_go_to_end(g.unpack, &position) == (i == 1));
		ck_assert(unpack_go_to(g.unpack, 2 * MADE_RECORD, &before));
		expect_stream(&g, &p, 2 * MADE_RECORD);
		end_going(&g);
		free_packed(&p);
	}
}
END_TEST

START_TEST(places_among_hostile_records)
{
	struct packed p;
	struct going g;
	uint64_t position;
	size_t before;

	make_packed(&p, false);
	for (uint64_t seed = 1; seed < 400; seed++) {
		uint64_t n = seed;
		struct packed copy = p;
		copy.bytes = malloc(p.length);
		ck_assert_ptr_nonnull(copy.bytes);
		memcpy(copy.bytes, p.bytes, p.length);
		for (int i = 0; i < 4; i++) {
			n = n * UINT64_C(6364136223846793005) + 1442695040;
			put32(copy.bytes + MADE_RECORD + (n >> 33) %
			    (p.length - MADE_RECORD - 4),
			    WORD((n >> 20) % 20000, n >> 60 & 15));
		}
		begin_going(&g, &copy);
		for (size_t i = 0; i < 20; i++) {
			n = n * UINT64_C(6364136223846793005) + 1442695040;
			unpack_go_to(g.unpack, n >> (20 + i), &before);
		}
		unpack_go_to_end(g.unpack, &position);
		end_going(&g);
		free(copy.bytes);
	}
	free_packed(&p);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		compressed_set_is_read,
		damage_of_a_record_loses_what_is_in_it,
		missing_record_loses_what_is_in_it,
		unreadable_bytes_lose_the_records_they_are_in,
		plain_set_that_claims_to_be_compressed_is_read,
		encrypted_records_are_refused,
		hostile_records_come_to_an_end,
		any_place_is_gone_to,
		the_end_is_gone_to,
		no_place_behind_damage_is_gone_to,
		places_among_hostile_records,
	};

	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return unit_run("unpack", tests, COUNT(tests));
}
