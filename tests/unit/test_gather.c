/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/ring/gather.h"

#include <errno.h>

#include "unit.h"

/* A medium with a known byte at each address, which counts the calls. */
struct medium {
	unsigned int calls;
	uint64_t bad_begin;	/* these addresses are unreadable */
	uint64_t bad_end;
	unsigned int fail_calls;	/* the first ones, which fail */
	unsigned int calls_wanted;	/* then cancelled; 0: never */
	bool silent;		/* does not say where a read failed */
	int iov_max;
};

static uint8_t
byte_at(uint64_t address)
{
	return (uint8_t)(address * 7 + address / 251);
}

static enum de_status
medium_read(void *arg, uint64_t address, const struct iovec *iov,
    int iov_count, struct de_read_error *error)
{
	struct medium *m = arg;

	m->calls++;
	ck_assert_int_ge(iov_count, 1);
	ck_assert_int_le(iov_count, 1024);
	if (iov_count > m->iov_max)
		m->iov_max = iov_count;
	if (m->fail_calls > 0) {
		m->fail_calls--;
		error->error = EIO;
		error->address = address;
		return DE_FAILED;
	}
	for (int i = 0; i < iov_count; i++) {
		uint8_t *to = iov[i].iov_base;
		for (size_t n = 0; n < iov[i].iov_len; n++, address++) {
			if (address >= m->bad_begin && address < m->bad_end) {
				error->error = m->silent ? 0 : EIO;
				error->address = m->silent ? 0 : address;
				return DE_FAILED;
			}
			to[n] = byte_at(address);
		}
	}
	return DE_OK;
}

static bool
medium_wanted(void *arg)
{
	const struct medium *m = arg;
	return m->calls_wanted == 0 || m->calls < m->calls_wanted;
}

static bool
gather(struct medium *m, const struct gather_piece *pieces,
    unsigned int count, struct gather_losses *losses)
{
	const struct gather_source source = { medium_read, m, medium_wanted,
	    m };
	return gather_read(&source, pieces, count, losses);
}

/* Read all of them, without a loss. */
static void
gather_all(struct medium *m, const struct gather_piece *pieces,
    unsigned int count)
{
	struct gather_losses losses = { 0 };

	ck_assert(gather(m, pieces, count, &losses));
	ck_assert_uint_eq(losses.count, 0);
	ck_assert_ptr_null(losses.items);
}

static void
expect_pieces(const struct gather_piece *pieces, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		for (size_t n = 0; n < pieces[i].length; n++)
			ck_assert_msg(pieces[i].to[n] ==
			    byte_at(pieces[i].address + n),
			    "byte %zu of piece %u is %u, not %u", n, i,
			    pieces[i].to[n], byte_at(pieces[i].address + n));
}

/* Read the pieces and count the calls. */
static unsigned int
calls_for(const struct gather_piece *pieces, unsigned int count)
{
	struct medium m = { 0 };

	gather_all(&m, pieces, count);
	expect_pieces(pieces, count);
	return m.calls;
}

START_TEST(nothing_is_read_for_nothing)
{
	ck_assert_uint_eq(calls_for(NULL, 0), 0);
}
END_TEST

START_TEST(neighbours_are_read_by_one_call)
{
	static uint8_t a[8192];
	const struct gather_piece pieces[] = {
		{ a, 1024, 4096, 0, 11 },
		{ a + 1024, 3000, 5120, 0, 12 },
		{ a + 6000, 1000, 8120, 0, 13 },	/* elsewhere */
	};

	ck_assert_uint_eq(calls_for(pieces, 3), 1);
}
END_TEST

START_TEST(small_gaps_are_read_along)
{
	static uint8_t a[4096];
	const struct gather_piece pieces[] = {
		{ a, 1000, 4096, 0, 11 },
		{ a + 1024, 1000, 8192, 0, 12 },
		{ a + 2048, 1000, 8192 + 1000 + 8192, 0, 13 },
	};

	ck_assert_uint_eq(calls_for(pieces, 3), 1);
}
END_TEST

START_TEST(large_gaps_and_steps_back_are_not)
{
	static uint8_t a[4096];
	const struct gather_piece pieces[] = {
		{ a, 1024, 65536, 0, 11 },
		{ a + 1024, 1024, 65536 + 1024 + 1000000, 0, 12 },
		{ a + 2048, 1024, 4096, 0, 13 },
		{ a + 3072, 1024, 4096, 0, 14 },	/* the same again */
	};

	ck_assert_uint_eq(calls_for(pieces, 4), 4);
}
END_TEST

START_TEST(more_pieces_than_a_call_takes_are_split)
{
	enum { PIECES = 1024 };
	static uint8_t a[PIECES * 16];
	static struct gather_piece pieces[PIECES];
	struct medium m = { 0 };

	for (unsigned int i = 0; i < PIECES; i++)
		pieces[i] = (struct gather_piece){ a + 16 * i, 8,
		    1000000 + 12 * i, 0, i };
	gather_all(&m, pieces, PIECES);
	expect_pieces(pieces, PIECES);
	ck_assert_uint_ge(m.calls, 2);
	ck_assert_uint_le(m.calls, 16);
	ck_assert_int_le(m.iov_max, 1024);
}
END_TEST

START_TEST(a_run_ends_where_the_address_would_wrap)
{
	static uint8_t a[2048];
	const struct gather_piece pieces[] = {
		{ a, 1024, UINT64_MAX - 2047, 0, 11 },
		{ a + 1024, 1024, 0, 0, 12 },
	};

	ck_assert_uint_eq(calls_for(pieces, 2), 2);
}
END_TEST

/* Check the pieces: zeros where they are lost, else the medium's bytes. */
static void
expect_but(const struct gather_piece *piece, const struct gather_losses *losses)
{
	for (size_t n = 0; n < piece->length; n++) {
		uint8_t expected = byte_at(piece->address + n);
		for (size_t i = 0; i < losses->count; i++) {
			const struct gather_loss *l = &losses->items[i];
			if (l->inode == piece->inode &&
			    piece->offset + n >= l->offset &&
			    piece->offset + n < l->offset + l->length)
				expected = 0;
		}
		ck_assert_msg(piece->to[n] == expected,
		    "byte %zu of inode %u is %u, not %u", n, piece->inode,
		    piece->to[n], expected);
	}
}

START_TEST(the_tape_block_that_fails_is_found)
{
	static uint8_t a[10 * 1024];
	struct gather_piece pieces[10];

	for (unsigned int i = 0; i < 10; i++)
		pieces[i] = (struct gather_piece){ a + 1024 * i, 1024,
		    1024 * (i + 4), 1024 * i, 100 + i };
	for (unsigned int bad = 0; bad < 10; bad++) {
		struct medium m = { .bad_begin = 1024 * (bad + 4) + 512,
		    .bad_end = 1024 * (bad + 4) + 513 };
		struct gather_losses losses = { 0 };

		ck_assert(gather(&m, pieces, 10, &losses));
		ck_assert_uint_eq(losses.count, 1);
		ck_assert_uint_eq(losses.items[0].inode, 100 + bad);
		ck_assert_uint_eq(losses.items[0].offset, 1024 * bad);
		ck_assert_uint_eq(losses.items[0].length, 1024);
		ck_assert_int_eq(losses.items[0].error, EIO);
		ck_assert_uint_eq(losses.items[0].address,
		    1024 * (bad + 4) + 512);
		for (unsigned int i = 0; i < 10; i++)
			expect_but(&pieces[i], &losses);
		free(losses.items);
	}
}
END_TEST

/* Every position and length of damage, in pieces of odd lengths. */
START_TEST(no_more_is_lost_than_the_tape_blocks_that_fail)
{
	static uint8_t a[8 * 1024];
	const struct gather_piece pieces[] = {
		{ a, 4 * 1024 + 100, 8192, 0, 11 },
		{ a + 5 * 1024, 2500, 8192 + 5 * 1024, 7 * 1024, 12 },
	};

	for (uint64_t at = 8192; at < 8192 + 8 * 1024; at += 500)
		for (uint64_t length = 1; length < 4000; length += 1333) {
			struct medium m = { .bad_begin = at,
			    .bad_end = at + length, .silent = at % 1000 == 0 };
			struct gather_losses losses = { 0 };
			uint64_t lost = 0;

			ck_assert(gather(&m, pieces, 2, &losses));
			for (int i = 0; i < 2; i++)
				expect_but(&pieces[i], &losses);
			ck_assert_uint_le(losses.count, 2);
			for (size_t i = 0; i < losses.count; i++) {
				lost += losses.items[i].length;
				ck_assert_int_eq(losses.items[i].error, EIO);
			}
			ck_assert_uint_le(lost, length + 2 * 1023);
			free(losses.items);
		}
}
END_TEST

START_TEST(a_piece_that_fails_as_a_whole_is_one_loss)
{
	static uint8_t a[1024 * 1024];
	const struct gather_piece piece = { a, sizeof(a), 4096, 77, 11 };
	struct medium m = { .bad_begin = 4096,
	    .bad_end = 4096 + sizeof(a) };
	struct gather_losses losses = { 0 };

	ck_assert(gather(&m, &piece, 1, &losses));
	ck_assert_uint_eq(losses.count, 1);
	ck_assert_uint_eq(losses.items[0].offset, 77);
	ck_assert_uint_eq(losses.items[0].length, sizeof(a));
	ck_assert_uint_le(m.calls, 2 * 1024);
	free(losses.items);
}
END_TEST

START_TEST(narrowing_ends_when_nobody_wants_it)
{
	static uint8_t a[1024 * 1024];
	const struct gather_piece piece = { a, sizeof(a), 4096, 0, 11 };
	struct medium m = { .bad_begin = 4096, .calls_wanted = 20,
	    .bad_end = 4096 + sizeof(a) };
	struct gather_losses losses = { 0 };

	ck_assert(!gather(&m, &piece, 1, &losses));
	ck_assert_uint_le(m.calls, 20);
	free(losses.items);
}
END_TEST

START_TEST(a_failure_in_a_gap_is_none)
{
	static uint8_t a[2048];
	const struct gather_piece pieces[] = {
		{ a, 1024, 4096, 0, 11 },
		{ a + 1024, 1024, 8192, 0, 12 },
	};
	struct medium m = { .bad_begin = 6000, .bad_end = 6001 };

	gather_all(&m, pieces, 2);
	expect_pieces(pieces, 2);
}
END_TEST

START_TEST(a_failure_that_is_gone_the_second_time_is_none)
{
	static uint8_t a[2048];
	const struct gather_piece pieces[] = {
		{ a, 1024, 4096, 0, 11 },
		{ a + 1024, 1024, 5120, 0, 12 },
	};
	struct medium m = { .fail_calls = 1 };

	gather_all(&m, pieces, 2);
	expect_pieces(pieces, 2);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		nothing_is_read_for_nothing,
		neighbours_are_read_by_one_call,
		small_gaps_are_read_along,
		large_gaps_and_steps_back_are_not,
		more_pieces_than_a_call_takes_are_split,
		a_run_ends_where_the_address_would_wrap,
		the_tape_block_that_fails_is_found,
		no_more_is_lost_than_the_tape_blocks_that_fail,
		a_piece_that_fails_as_a_whole_is_one_loss,
		narrowing_ends_when_nobody_wants_it,
		a_failure_in_a_gap_is_none,
		a_failure_that_is_gone_the_second_time_is_none,
	};
	return unit_run("gather", tests, COUNT(tests));
}
