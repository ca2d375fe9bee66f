/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/level_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "core/base/date.h"

#define HOUR 3600

/* The dailies of dump(8), from the day after a level 0 or 1. */
static const uint32_t hanoi[] = { 3, 2, 5, 4, 7, 6, 9, 8, 9, 9 };
#define HANOI (sizeof(hanoi) / sizeof(hanoi[0]))
#define HANOI_HIGHEST 9

struct planning {
	const struct level_past *past;
	size_t count;
	int64_t now;
};

/* -------------------------------------------------------------- the calendar */

/* Rounds down, also below 0. */
static int64_t
divided(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days since 1970-01-01 of a date, year and month as in struct tm. */
static int64_t
day_of(const struct tm *tm)
{
	/* Years begin in March, so that a leap day is the last of its year. */
	const int64_t month = tm->tm_mon < 2 ? tm->tm_mon + 10 :
	    tm->tm_mon - 2;
	const int64_t year = (int64_t)tm->tm_year + 1900 - (tm->tm_mon < 2);

	return 365 * year + divided(year, 4) - divided(year, 100) +
	    divided(year, 400) + (153 * month + 2) / 5 + tm->tm_mday - 1 -
	    719468;
}

/* The number of the hour, day, week or month that a time is in. */
static int64_t
period_of(int64_t seconds, enum level_unit unit)
{
	const time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL && gmtime_r(&t, &tm) == NULL)
		return 0;
	switch (unit) {
	case LEVEL_HOURS:
		/* Some zones are ahead by half an hour. */
		return divided(seconds + tm.tm_gmtoff % HOUR, HOUR);
	case LEVEL_DAYS:
		return day_of(&tm);
	case LEVEL_WEEKS:
		return divided(day_of(&tm) + 3, 7);	/* 1970 began on a */
							/*   Thursday */
	case LEVEL_MONTHS:
		return ((int64_t)tm.tm_year + 1900) * 12 + tm.tm_mon;
	}
	return 0;
}

/* Has a period begun between the two? */
static bool
has_begun(const struct level_rule *rule, int64_t last, int64_t now)
{
	const int64_t a = period_of(last, rule->unit);
	const int64_t b = period_of(now, rule->unit);

	if (rule->unit == LEVEL_MONTHS)
		return divided(b, rule->count) > divided(a, rule->count);
	return b - a >= (int64_t)rule->count;
}

/* ------------------------------------------------------------------- reasons */

static void
describe_period(const struct level_rule *rule, char text[static 40])
{
	static const char *const names[] = {
		[LEVEL_HOURS] = "hour",
		[LEVEL_DAYS] = "day",
		[LEVEL_WEEKS] = "week",
		[LEVEL_MONTHS] = "month",
	};

	if (rule->unit == LEVEL_MONTHS && rule->count > 1)
		snprintf(text, 40, "a new %s has begun",
		    rule->count == 12 ? "year" : "quarter");
	else if (rule->count == 1)
		snprintf(text, 40, "a new %s has begun", names[rule->unit]);
	else
		snprintf(text, 40, "%" PRIu32 " %ss have begun", rule->count,
		    names[rule->unit]);
}

static void
say_due(struct level_plan *plan, const struct level_rule *rule,
    const struct level_past *last)
{
	char period[40], date[DATE_TEXT_BYTES];

	plan->level = rule->level;
	if (last == NULL) {
		snprintf(plan->why, sizeof(plan->why), "there is no level "
		    "%" PRIu32 " dump of this job to build on", rule->level);
		return;
	}
	describe_period(rule, period);
	date_format(last->date, date);
	snprintf(plan->why, sizeof(plan->why), "%s since the level %" PRIu32
	    " dump of %s", period, last->level, date);
}

static void
say_none_due(struct level_plan *plan, uint32_t highest,
    const struct level_past *last)
{
	char date[DATE_TEXT_BYTES];

	plan->level = highest;
	date_format(last->date, date);
	snprintf(plan->why, sizeof(plan->why), "none is due since the level %"
	    PRIu32 " dump of %s, so it is the highest", last->level, date);
}

/* ------------------------------------------------------------------ planning */

/* The latest dump of at most that level; NULL if there is none. */
static const struct level_past *
latest(const struct planning *p, uint32_t level, bool only_good)
{
	const struct level_past *found = NULL;

	for (size_t i = 0; i < p->count; i++) {
		const struct level_past *past = &p->past[i];
		if (past->level <= level && past->date <= p->now &&
		    (past->is_good || !only_good) &&
		    (found == NULL || past->date > found->date))
			found = past;
	}
	return found;
}

/*
 * On how many days after that of `start` were dumps made?  Days, because several runs
 * on one day are one step of the sequence.  Quadratic in the dumps of a week.
 */
static size_t
days_since(const struct planning *p, const struct level_past *start)
{
	int64_t day = period_of(start->date, LEVEL_DAYS);
	size_t days = 0;

	for (;;) {
		int64_t next = INT64_MAX;
		for (size_t i = 0; i < p->count; i++) {
			const struct level_past *past = &p->past[i];
			if (past->date <= start->date || past->date > p->now)
				continue;
			const int64_t on = period_of(past->date, LEVEL_DAYS);
			if (on > day && on < next)
				next = on;
		}
		if (next == INT64_MAX || days == HANOI)
			return days;
		day = next;
		days++;
	}
}

/* The daily of the Tower of Hanoi; `start` is its level 0 or 1. */
static void
plan_hanoi(struct level_plan *plan, const struct planning *p,
    const struct level_past *start)
{
	static const struct level_rule daily = { 0, LEVEL_DAYS, 1 };
	const struct level_past *last = latest(p, UINT32_MAX, false);
	char date[DATE_TEXT_BYTES];

	if (!has_begun(&daily, last->date, p->now)) {
		say_none_due(plan, HANOI_HIGHEST, last);
		return;
	}
	const size_t days = days_since(p, start);

	plan->level = days < HANOI ? hanoi[days] : HANOI_HIGHEST;
	date_format(start->date, date);
	snprintf(plan->why, sizeof(plan->why), "daily number %zu of the Tower "
	    "of Hanoi after the level %" PRIu32 " dump of %s", days + 1,
	    start->level, date);
}

void
level_plan_make(struct level_plan *plan, const struct level_schedule *s,
    const struct level_past *past, size_t count, int64_t now)
{
	const struct planning p = { past, count, now };
	const struct level_past *last = NULL;

	for (size_t i = 0; i < s->count; i++) {
		last = latest(&p, s->rules[i].level, true);
		if (last == NULL || has_begun(&s->rules[i], last->date, now)) {
			say_due(plan, &s->rules[i], last);
			return;
		}
	}
	if (last == NULL)	/* the schedule has no rules */
		*plan = (struct level_plan){ .level = 0 };
	else if (s->is_hanoi)
		plan_hanoi(plan, &p, last);
	else
		say_none_due(plan, s->rules[s->count - 1].level, last);
}
