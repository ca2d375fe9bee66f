/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/growing.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unit.h"

START_TEST(what_was_put_in_is_there_after_it_has_grown)
{
	enum { NUMBERS = 10000000 };	/* some in memory, all in a file */
	struct growing g;
	uint32_t wrong = 0;

	ck_assert(growing_init(&g, "/tmp"));
	for (uint32_t i = 0; i < NUMBERS; i++) {
		uint32_t *number = growing_add(&g, sizeof(*number));
		if (number == NULL || *number != 0)
			ck_abort_msg("number %u", i);
		*number = i;
	}
	ck_assert_uint_eq(g.used, NUMBERS * sizeof(uint32_t));
	const uint32_t *numbers = (const uint32_t *)(void *)g.bytes;
	for (uint32_t i = 0; i < NUMBERS; i++)
		wrong += numbers[i] != i;
	ck_assert_uint_eq(wrong, 0);
	growing_free(&g);
}
END_TEST

START_TEST(it_can_be_cut_and_grow_again)
{
	enum { MANY = 20 << 20 };
	struct growing g;
	size_t wrong = 0;

	ck_assert(growing_init(&g, "/tmp"));
	growing_cut(&g, 0);
	memset(growing_add(&g, MANY), 'x', MANY);
	growing_cut(&g, 100);
	ck_assert_uint_eq(g.used, 100);
	ck_assert_uint_lt(g.room, MANY);
	const uint8_t *added = growing_add(&g, MANY);
	ck_assert_ptr_nonnull(added);
	ck_assert_uint_eq(g.bytes[99], 'x');
	for (size_t i = 0; i < MANY; i++)
		wrong += added[i] != 0;
	ck_assert_uint_eq(wrong, 0);
	growing_free(&g);
	growing_free(&g);
}
END_TEST

START_TEST(a_missing_folder_is_an_error_at_once)
{
	struct growing g;

	ck_assert(!growing_init(&g, "/nonexistent/folder"));
	ck_assert_int_eq(errno, ENOENT);
	growing_free(&g);
}
END_TEST

/* A limit on the size of files stands for a full disk. */
START_TEST(without_room_it_stays_as_it_was)
{
	const struct rlimit limit = { 256 << 10, 256 << 10 };
	struct growing g;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert(growing_init(&g, "/tmp"));
	memset(growing_add(&g, 1000), 'x', 1000);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_ptr_null(growing_add(&g, GROWING_IN_MEMORY));
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_uint_eq(g.used, 1000);
	ck_assert_uint_eq(g.bytes[999], 'x');
	memset(growing_add(&g, 1000), 'y', 1000);
	ck_assert_ptr_null(growing_add(&g, SIZE_MAX));
	ck_assert_ptr_null(growing_add(&g, SIZE_MAX - g.used));
	ck_assert_uint_eq(g.used, 2000);
	growing_free(&g);
}
END_TEST

START_TEST(it_can_begin_after_a_failure)
{
	const struct rlimit none = { 0, RLIM_INFINITY };
	const struct rlimit enough = { RLIM_INFINITY, RLIM_INFINITY };
	struct growing g;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert(growing_init(&g, "/tmp"));
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	ck_assert_ptr_null(growing_add(&g, GROWING_IN_MEMORY + 1));
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &enough), 0);
	ck_assert_ptr_nonnull(growing_add(&g, GROWING_IN_MEMORY + 1));
	growing_free(&g);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_put_in_is_there_after_it_has_grown,
		it_can_be_cut_and_grow_again,
		a_missing_folder_is_an_error_at_once,
		without_room_it_stays_as_it_was,
		it_can_begin_after_a_failure,
	};

	return unit_run("growing", tests, COUNT(tests));
}
