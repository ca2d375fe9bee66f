/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/gather.h"

#include <errno.h>

#include "unit.h"

/* A medium whose byte at address a is known, and that counts the calls. */
struct medium {
	unsigned int calls;
	uint64_t bad_begin;	/* these addresses cannot be read */
	uint64_t bad_end;
	unsigned int fail_calls;	/* the first so many fail, then none */
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
				error->error = EIO;
				error->address = address;
				return DE_FAILED;
			}
			to[n] = byte_at(address);
		}
	}
	return DE_OK;
}

static enum de_status
gather(struct medium *m, const struct gather_piece *pieces,
    unsigned int count, const struct gather_piece **culprit,
    struct de_read_error *error)
{
	const struct gather_source source = { medium_read, m };
	return gather_read(&source, pieces, count, culprit, error);
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

/* Read the pieces and count the calls that it took. */
static unsigned int
calls_for(const struct gather_piece *pieces, unsigned int count)
{
	struct medium m = { 0 };
	const struct gather_piece *culprit;
	struct de_read_error error;

	ck_assert_int_eq(gather(&m, pieces, count, &culprit, &error), DE_OK);
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
		{ a + 6000, 1000, 8120, 0, 13 },	/* elsewhere in memory */
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
		{ a + 3072, 1024, 4096, 0, 14 },	/* the same once more */
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
	const struct gather_piece *culprit;
	struct de_read_error error;

	for (unsigned int i = 0; i < PIECES; i++)
		pieces[i] = (struct gather_piece){ a + 16 * i, 8,
		    1000000 + 12 * i, 0, i };
	ck_assert_int_eq(gather(&m, pieces, PIECES, &culprit, &error), DE_OK);
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

START_TEST(the_piece_that_fails_is_found)
{
	static uint8_t a[10 * 1024];
	struct gather_piece pieces[10];

	for (unsigned int i = 0; i < 10; i++)
		pieces[i] = (struct gather_piece){ a + 1024 * i, 1024,
		    1024 * (i + 4), 1024 * i, 100 + i };
	for (unsigned int bad = 0; bad < 10; bad++) {
		struct medium m = { .bad_begin = 1024 * (bad + 4) + 512,
		    .bad_end = 1024 * (bad + 4) + 513 };
		const struct gather_piece *culprit = NULL;
		struct de_read_error error = { 0 };

		ck_assert_int_eq(gather(&m, pieces, 10, &culprit, &error),
		    DE_FAILED);
		ck_assert_ptr_eq(culprit, &pieces[bad]);
		ck_assert_int_eq(error.error, EIO);
		ck_assert_uint_eq(error.address, 1024 * (bad + 4) + 512);
	}
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
	const struct gather_piece *culprit;
	struct de_read_error error;

	ck_assert_int_eq(gather(&m, pieces, 2, &culprit, &error), DE_OK);
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
	const struct gather_piece *culprit;
	struct de_read_error error;

	ck_assert_int_eq(gather(&m, pieces, 2, &culprit, &error), DE_OK);
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
		the_piece_that_fails_is_found,
		a_failure_in_a_gap_is_none,
		a_failure_that_is_gone_the_second_time_is_none,
	};
	return unit_run("gather", tests, COUNT(tests));
}
