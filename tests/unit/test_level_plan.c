/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_level_plan.c - schedules of levels, over years of days
 */
#include "core/chain/level_plan.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/date.h"
#include "unit.h"

#define DAY INT64_C(86400)
#define PAST_MAX 12000

static void
set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

/* A job and its dumps so far. */
struct diary {
	struct level_schedule schedule;
	struct level_past past[PAST_MAX];
	size_t count;
	char why[LEVEL_WHY_BYTES];	/* of the last dump */
};

static struct diary *
diary_new(const char *levels)
{
	struct diary *d = calloc(1, sizeof(*d));
	char why[LEVEL_SCHEDULE_WHY_BYTES] = "";

	ck_assert_ptr_nonnull(d);
	ck_assert_msg(level_schedule_parse(&d->schedule, levels, why),
	    "%s: %s", levels, why);
	return d;
}

/* Local time, such as "2026-03-29T02:30". */
static int64_t
at(const char *text)
{
	int64_t seconds = 0;

	ck_assert_msg(date_parse(text, &seconds), "%s is no date", text);
	return seconds;
}

static uint32_t
plan(struct diary *d, int64_t now)
{
	struct level_plan plan;

	level_plan_make(&plan, &d->schedule, d->past, d->count, now);
	snprintf(d->why, sizeof(d->why), "%s", plan.why);
	return plan.level;
}

static uint32_t
run(struct diary *d, int64_t now)
{
	const uint32_t level = plan(d, now);

	ck_assert_uint_lt(d->count, PAST_MAX);
	d->past[d->count++] = (struct level_past){ level, now, true };
	return level;
}

/* The levels of runs at these dates are these digits. */
static void
expect(struct diary *d, const char *const *dates, const char *levels)
{
	for (size_t i = 0; levels[i] != '\0'; i++) {
		const uint32_t level = run(d, at(dates[i]));
		ck_assert_msg(level == (uint32_t)(levels[i] - '0'),
		    "%s: level %u (%s), not %c", dates[i], level, d->why,
		    levels[i]);
	}
}

START_TEST(schedules_are_parsed)
{
	struct level_schedule s;
	char why[LEVEL_SCHEDULE_WHY_BYTES];

	ck_assert(level_schedule_parse(&s, " 0 yearly,1 quarterly , 2 monthly, "
	    "3 2 weeks, 5 weekly, 6 3 days, 7 daily, 20 12 hours, 21 hourly",
	    why));
	ck_assert_uint_eq(s.count, 9);
	ck_assert(!s.is_hanoi);
	ck_assert_uint_eq(s.rules[0].count, 12);
	ck_assert_uint_eq(s.rules[1].count, 3);
	ck_assert_int_eq(s.rules[3].unit, LEVEL_WEEKS);
	ck_assert_uint_eq(s.rules[3].count, 2);
	ck_assert_uint_eq(s.rules[7].level, 20);
	ck_assert_int_eq(s.rules[7].unit, LEVEL_HOURS);
	ck_assert(level_schedule_parse(&s, "0 1 day", why));
	ck_assert(level_schedule_parse(&s, "hanoi", why));
	ck_assert(s.is_hanoi);
}
END_TEST

START_TEST(wrong_schedules_are_explained)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{ "", "expected a level and its period" },
		{ "0 monthly,", "expected a level and its period" },
		{ "monthly", "expected a level and its period" },
		{ "Hanoi", "expected a level and its period" },
		{ "-1 daily", "expected a level and its period" },
		{ "1234567890 daily", "expected a level and its period" },
		{ "0", "\"\" is no period" },
		{ "0 fortnightly", "\"fortnightly\" is no period;" },
		{ "0 3 months", "\"months\" is no period after a number" },
		{ "0 a-very-long-word-for-a-period-indeed", "is no period" },
		{ "0 0 days", "a period of 0 days; expected 1 to 9999" },
		{ "0 10000 days", "expected 1 to 9999" },
		{ "0 monthly 1 weekly", "expected a comma at \"1 weekly\"" },
		{ "1 weekly", "begin with level 0" },
		{ "0 weekly, 0 daily", "level 0 after level 0; list the" },
		{ "0 weekly, 2 daily, 1 hourly", "level 1 after level 2" },
		{ "0 weekly, 1 monthly", "level 1 is not shorter than" },
		{ "0 weekly, 1 7 days", "level 1 is not shorter than" },
		{ "0 99 days, 1 98 days, 2 97 days, 3 96 days, 4 95 days, "
		  "5 94 days, 6 93 days, 7 92 days, 8 91 days, 9 90 days, "
		  "10 daily", "more than 10 levels" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct level_schedule s;
		char why[LEVEL_SCHEDULE_WHY_BYTES] = "";
		ck_assert_msg(!level_schedule_parse(&s, cases[i].text, why),
		    "\"%s\" is accepted", cases[i].text);
		ck_assert_msg(strstr(why, cases[i].why) != NULL,
		    "\"%s\": \"%s\", not \"%s\"", cases[i].text, why,
		    cases[i].why);
		ck_assert_uint_eq(s.count, 0);
	}
}
END_TEST

/* A week begins on Monday, a month on the 1st, whenever the last run was. */
START_TEST(levels_follow_the_calendar)
{
	static const char *const dates[] = {
		"2026-11-20T02:00",	/* a Friday: the first of all */
		"2026-11-21T02:00", "2026-11-22T02:00",
		"2026-11-23T02:00",	/* Monday */
		"2026-11-24T01:00", "2026-11-25T03:00",
		"2026-12-01T00:00",	/* Tuesday */
		"2026-12-02T02:00", "2026-12-06T23:59",
		"2026-12-07T00:00",	/* Monday */
		"2026-12-07T02:00",	/* again on the same day */
		"2026-12-08T02:00",
	};
	struct diary *d = diary_new("0 monthly, 1 weekly, 2 daily");

	set_zone("UTC");
	expect(d, dates, "022122022122");
	free(d);
}
END_TEST

/* What was not made while the machine was off is made by the next run. */
START_TEST(missed_runs_are_made_up_for)
{
	static const char *const dates[] = {
		"2026-10-30T02:00", "2026-11-01T12:00", "2026-11-04T12:00",
		"2026-11-05T12:00", "2026-11-11T12:00", "2026-11-12T12:00",
		"2027-01-31T12:00", "2027-02-01T12:00",
	};
	struct diary *d = diary_new("0 monthly, 1 weekly, 2 daily");

	set_zone("UTC");
	expect(d, dates, "00121200");
	free(d);
}
END_TEST

START_TEST(only_good_dumps_count)
{
	struct diary *d = diary_new("0 monthly, 1 weekly, 2 daily");

	set_zone("UTC");
	run(d, at("2026-11-02T02:00"));
	ck_assert_uint_eq(run(d, at("2026-11-09T02:00")), 1);
	ck_assert_uint_eq(plan(d, at("2026-11-10T02:00")), 2);
	ck_assert_ptr_nonnull(strstr(d->why, "a new day has begun since the "
	    "level 1 dump of Mon Nov  9 02:00:00 2026"));
	d->past[1].is_good = false;
	ck_assert_uint_eq(plan(d, at("2026-11-10T02:00")), 1);
	d->past[0].is_good = false;
	ck_assert_uint_eq(plan(d, at("2026-11-10T02:00")), 0);
	ck_assert_ptr_nonnull(strstr(d->why, "there is no level 0 dump"));

	/* From a time when the clock was ahead: nothing builds on it. */
	d->past[0].is_good = d->past[1].is_good = true;
	ck_assert_uint_eq(plan(d, at("2026-11-08T02:00")), 2);
	ck_assert_uint_eq(plan(d, at("2026-11-01T02:00")), 0);
	free(d);
}
END_TEST

/* Hours pass on, days are those of the calendar, also when clocks change. */
START_TEST(clock_changes_move_nothing)
{
	static const char *const spring[] = {
		"2026-03-28T02:30", "2026-03-29T02:30", "2026-03-30T02:30",
		"2026-03-30T23:30", "2026-03-31T00:30",
	};
	static const char *const autumn[] = {
		"2026-10-24T02:30", "2026-10-25T02:30", "2026-10-26T02:30",
		"2026-10-26T23:30", "2026-10-27T00:30",
	};
	struct diary *d = diary_new("0 monthly, 1 weekly, 2 daily, 3 hourly");

	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	expect(d, spring, "02132");
	d->count = 0;
	expect(d, autumn, "02132");

	/* The hour from 2 to 3 comes twice: these are two hours. */
	d->count = 0;
	const int64_t first = at("2026-10-25T02:10");
	run(d, first);
	ck_assert_uint_eq(plan(d, first + 600), 3);
	ck_assert_ptr_nonnull(strstr(d->why, "none is due"));
	ck_assert_uint_eq(plan(d, first + 3600), 3);
	ck_assert_ptr_nonnull(strstr(d->why, "a new hour has begun"));

	/* In a zone that is ahead by half an hour, hours begin on the hour. */
	set_zone("IST-5:30");
	d->count = 0;
	run(d, at("2026-10-25T02:10"));
	plan(d, at("2026-10-25T02:59"));
	ck_assert_ptr_nonnull(strstr(d->why, "none is due"));
	plan(d, at("2026-10-25T03:00"));
	ck_assert_ptr_nonnull(strstr(d->why, "a new hour has begun"));
	free(d);
}
END_TEST

START_TEST(long_periods_are_counted)
{
	static const char *const dates[] = {
		"2026-02-10", "2026-02-12", "2026-02-13", "2026-03-01",
		"2026-03-31", "2026-04-01", "2026-04-04", "2026-12-31",
		"2027-01-01", "2028-02-29", "2028-03-03",
	};
	struct diary *d = diary_new("0 yearly, 1 quarterly, 2 10 days, "
	    "3 3 days");

	set_zone("UTC");
	expect(d, dates, "03322131003");
	free(d);
}
END_TEST

/*
 * Ten years of days at an hour that varies, with random days off.  The first
 * run of a month makes the level 0 and that of a week at most 1; no other does.
 */
static void
spend_ten_years(const char *zone)
{
	struct diary *d = diary_new("0 monthly, 1 weekly, 2 daily");
	uint32_t seed = 1;
	int month = -1, week = -1, full = 0;

	set_zone(zone);
	for (int day = 0; day < 3653; day++) {
		seed = seed * 1103515245 + 12345;
		if ((seed >> 16) % 4 == 0)
			continue;
		struct tm tm = { .tm_year = 124, .tm_mday = 1 + day,
		    .tm_hour = (int)((seed >> 20) % 24), .tm_min = 30,
		    .tm_isdst = -1 };
		const uint32_t level = run(d, (int64_t)mktime(&tm));
		/* 2024 began on a Monday. */
		const uint32_t wanted = tm.tm_mon != month ? 0 :
		    day / 7 != week ? 1 : 2;
		ck_assert_msg(level == wanted, "%s, day %d (%d-%d %d:%d): "
		    "level %u (%s), not %u", zone, day, tm.tm_mon + 1,
		    tm.tm_mday, tm.tm_hour, tm.tm_min, level, d->why, wanted);
		full += level == 0;
		month = tm.tm_mon;
		week = day / 7;
	}
	ck_assert_int_eq(full, 120);
	free(d);
}

START_TEST(years_of_days_have_their_levels)
{
	spend_ten_years("UTC");
	spend_ten_years("CET-1CEST,M3.5.0,M10.5.0/3");
	spend_ten_years("EST5EDT,M3.2.0,M11.1.0");
	spend_ten_years("NZST-12NZDT,M9.5.0,M4.1.0/3");
}
END_TEST

/* ------------------------------------------------------------------- Hanoi */

START_TEST(hanoi_is_that_of_dump)
{
	/* From Monday, June 1, 2026: the month, then each week. */
	static const char june[] = "0325476" "1325476" "1325476" "1325476"
	    "13" "03254" "1325476";
	struct diary *d = diary_new("hanoi");

	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	const int64_t first = at("2026-06-01T02:00");
	for (int i = 0; june[i] != '\0'; i++) {
		const uint32_t level = run(d, first + i * DAY);
		ck_assert_msg(level == (uint32_t)(june[i] - '0'),
		    "day %d: level %u (%s), not %c", i, level, d->why,
		    june[i]);
	}
	free(d);
}
END_TEST

/* Days off do not skip a step, and a second run of a day is an extra 9. */
START_TEST(hanoi_counts_days_with_dumps)
{
	static const char *const dates[] = {
		"2026-06-08T02:00", "2026-06-08T12:00", "2026-06-09T02:00",
		"2026-06-09T12:00", "2026-06-12T02:00", "2026-06-14T23:00",
		"2026-06-16T02:00", "2026-06-17T02:00", "2026-06-17T03:00",
		"2026-06-18T02:00",
	};
	struct diary *d = diary_new("hanoi");

	set_zone("UTC");
	expect(d, dates, "0939251392");
	ck_assert_ptr_nonnull(strstr(d->why, "daily number 2 of the Tower of "
	    "Hanoi after the level 1 dump of Tue Jun 16 02:00:00 2026"));

	/* Overwritten dailies keep their place; a lost level 1 is due again. */
	d->past[7].is_good = false;
	ck_assert_uint_eq(plan(d, at("2026-06-19T02:00")), 5);
	d->past[6].is_good = false;
	ck_assert_uint_eq(plan(d, at("2026-06-19T02:00")), 1);
	free(d);
}
END_TEST

/* The sequence is that of dump(8) to its end. */
START_TEST(hanoi_ends_with_nines)
{
	static const char levels[] = "03254769899999";
	struct diary *d = diary_new("hanoi");

	set_zone("UTC");
	const int64_t first = at("2026-06-01T02:00");
	d->schedule.rules[1].unit = LEVEL_MONTHS;
	for (int i = 0; levels[i] != '\0'; i++)
		ck_assert_int_eq((int)run(d, first + i * DAY),
		    levels[i] - '0');
	free(d);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		schedules_are_parsed,
		wrong_schedules_are_explained,
		levels_follow_the_calendar,
		missed_runs_are_made_up_for,
		only_good_dumps_count,
		clock_changes_move_nothing,
		long_periods_are_counted,
		years_of_days_have_their_levels,
		hanoi_is_that_of_dump,
		hanoi_counts_days_with_dumps,
		hanoi_ends_with_nines,
	};
	return unit_run("level_plan", tests, COUNT(tests));
}
