/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/date.h"

#include <time.h>

#include "unit.h"

static void
set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

START_TEST(dates_are_understood)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ "0", 0 },
		{ "1600000000", 1600000000 },
		{ "99999999999", INT64_C(99999999999) },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-22", 1795305600 },
		{ "2026-11-22Z", 1795305600 },
		{ "2026-11-22T03:00", 1795316400 },
		{ "2026-11-22 03:00", 1795316400 },
		{ "2026-11-22T03:00:00", 1795316400 },
		{ "2026-11-22T03:00:05", 1795316405 },
		{ "2026-11-22T03:00:00Z", 1795316400 },
		{ "2026-11-22T04:00:00+01:00", 1795316400 },
		{ "2026-11-22T04:00+0100", 1795316400 },
		{ "2026-11-21T21:30:00-05:30", 1795316400 },
		{ "2024-02-29T12:00Z", 1709208000 },
		{ "2000-02-29", 951782400 },
		{ "2038-01-19T03:14:08Z", 2147483648 },
		{ "1969-12-31T23:59:59Z", -1 },
	};

	set_zone("UTC");
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t seconds = 12345;
		ck_assert_msg(date_parse(cases[i].text, &seconds),
		    "%s is refused", cases[i].text);
		ck_assert_msg(seconds == cases[i].seconds,
		    "%s is %lld, not %lld", cases[i].text, (long long)seconds,
		    (long long)cases[i].seconds);
	}
}
END_TEST

START_TEST(what_is_no_date_is_refused)
{
	static const char *const texts[] = {
		"", " ", "now", "-5", "+5", "12x", "0x10", "1e9",
		"2026-11", "2026-11-", "2026-13-01", "2026-00-01",
		"2026-01-00", "2026-01-32", "2026-02-29", "2026-04-31",
		"1900-02-29", "26-11-22", "2026-1-2", "2026/11/22",
		"2026-11-22T", "2026-11-22 ", "2026-11-22T3:00",
		"2026-11-22T24:00", "2026-11-22T03:60", "2026-11-22T03:00:61",
		"2026-11-22T03", "2026-11-22T03:00:00z",
		"2026-11-22T03:00:00 Z", "2026-11-22T03:00:00+1",
		"2026-11-22T03:00:00+15:00", "2026-11-22T03:00:00+01:60",
		"2026-11-22T03:00:00.5", "2026-11-22T03:00:00ZZ",
		"2026-11-22X", " 2026-11-22", "99999999999999999999",
	};

	set_zone("UTC");
	for (size_t i = 0; i < COUNT(texts); i++) {
		int64_t seconds;
		ck_assert_msg(!date_parse(texts[i], &seconds),
		    "\"%s\" is taken for %lld", texts[i], (long long)seconds);
	}
}
END_TEST

START_TEST(without_a_zone_it_is_local_time)
{
	int64_t winter, summer, utc;

	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	ck_assert(date_parse("2026-11-22T03:00:00", &winter));
	ck_assert_int_eq(winter, 1795316400 - 3600);
	ck_assert(date_parse("2026-07-01T12:00", &summer));
	ck_assert(date_parse("2026-07-01T12:00Z", &utc));
	ck_assert_int_eq(summer, utc - 7200);
	ck_assert(date_parse("2026-11-22", &winter));
	ck_assert_int_eq(winter, 1795305600 - 3600);
}
END_TEST

START_TEST(of_an_hour_that_comes_twice_the_first_counts)
{
	static const struct { const char *zone, *text; int64_t seconds; }
	cases[] = {
		{ "Europe/Berlin", "2020-10-25T01:59:59", 1603583999 },
		{ "Europe/Berlin", "2020-10-25T02:00", 1603584000 },
		{ "Europe/Berlin", "2020-10-25T02:59:59", 1603587599 },
		{ "Europe/Berlin", "2020-10-25T03:00", 1603591200 },
		{ "Europe/Berlin", "2020-03-29T03:00", 1585443600 },
		{ "Australia/Lord_Howe", "2020-04-05T01:45", 1586011500 },
		{ "UTC", "2020-10-25T02:30", 1603593000 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t seconds = 0;
		setenv("TZ", cases[i].zone, 1);
		tzset();
		ck_assert(date_parse(cases[i].text, &seconds));
		ck_assert_int_eq(seconds, cases[i].seconds);
	}
}
END_TEST

START_TEST(dates_are_shown_as_dump_shows_them)
{
	char text[DATE_TEXT_BYTES];

	set_zone("UTC");
	date_format(1795316400, text);
	ck_assert_str_eq(text, "Sun Nov 22 03:00:00 2026");
	date_format(0, text);
	ck_assert_str_eq(text, "Thu Jan  1 00:00:00 1970");
	set_zone("CET-1");
	date_format(0, text);
	ck_assert_str_eq(text, "Thu Jan  1 01:00:00 1970");
	date_format(INT64_MAX, text);	/* no such year: any complete text */
	ck_assert_ptr_nonnull(memchr(text, '\0', sizeof(text)));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		dates_are_understood,
		what_is_no_date_is_refused,
		without_a_zone_it_is_local_time,
		of_an_hour_that_comes_twice_the_first_counts,
		dates_are_shown_as_dump_shows_them,
	};
	return unit_run("date", tests, COUNT(tests));
}
