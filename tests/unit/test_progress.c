/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/progress.h"

#include "core/base/clock.h"
#include "unit.h"

static void
expect(uint64_t estimate, uint64_t blocks, uint64_t seconds, const char *text)
{
	const struct progress p = { .estimate = estimate,
	    .started = 5 * NS_PER_SECOND };
	char found[PROGRESS_TEXT_BYTES];

	progress_format(&p, blocks, (5 + seconds) * NS_PER_SECOND, found);
	ck_assert_str_eq(found, text);
}

START_TEST(percent_rate_and_time_left_are_shown)
{
	expect(1000, 250, 5, "25.00% done at 50.0 KiB/s, finished in 0:00");
	expect(100000, 1000, 10, "1.00% done at 100 KiB/s, finished in 0:16");
	expect(10000000, 1000000, 1000,
	    "10.00% done at 1000 KiB/s, finished in 2:30");
}
END_TEST

START_TEST(an_estimate_that_was_too_low_stays_at_100_percent)
{
	expect(1000, 1000, 10, "100.00% done at 100 KiB/s");
	expect(1000, 2000, 10, "100.00% done at 200 KiB/s");
	expect(0, 5, 1, "100.00% done at 5.00 KiB/s");
}
END_TEST

START_TEST(nothing_done_and_no_time_gone_do_no_harm)
{
	expect(1000, 0, 0, "0.00% done at 0.00 KiB/s");
	expect(1000, 0, 10, "0.00% done at 0.00 KiB/s");
	expect(1000, 10, 0, "1.00% done at 0.00 KiB/s");
}
END_TEST

START_TEST(huge_numbers_fit)
{
	const struct progress p = { .estimate = UINT64_MAX };
	char found[PROGRESS_TEXT_BYTES];

	memset(found, '#', sizeof(found));
	progress_format(&p, 1, UINT64_MAX, found);
	ck_assert_ptr_nonnull(memchr(found, '\0', sizeof(found)));
	progress_format(&p, UINT64_MAX - 1, 1, found);
	ck_assert_ptr_nonnull(memchr(found, '\0', sizeof(found)));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		percent_rate_and_time_left_are_shown,
		an_estimate_that_was_too_low_stays_at_100_percent,
		nothing_done_and_no_time_gone_do_no_harm,
		huge_numbers_fit,
	};
	return unit_run("progress", tests, COUNT(tests));
}
