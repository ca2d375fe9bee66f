/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/date_range.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/date.h"

#define DAY INT64_C(86400)
#define LENGTH_MAX (36500 * DAY)
#define COUNT_MAX 9999999
#define DAY_LENGTH 10		/* of "2026-11-22" */
#define MINUTE_LENGTH 16	/* of "2026-11-22T03:00" */

enum calendar { CALENDAR_NONE, CALENDAR_DAYS, CALENDAR_MONTHS };

static const struct unit {
	const char *name;		/* without "s" */
	int64_t seconds;
	/* Before a date, clocks and calendars count, not seconds. */
	enum calendar calendar;
	int count;
} units[] = {
	{ "second", 1, CALENDAR_NONE, 0 },
	{ "minute", 60, CALENDAR_NONE, 0 },
	{ "hour", 3600, CALENDAR_NONE, 0 },
	{ "day", DAY, CALENDAR_DAYS, 1 },
	{ "week", 7 * DAY, CALENDAR_DAYS, 7 },
	{ "month", 30 * DAY, CALENDAR_MONTHS, 1 },
	{ "year", 365 * DAY, CALENDAR_MONTHS, 12 },
};

/* ------------------------------------------------------------------ lengths */

static const struct unit *
find_unit(const char *word, size_t length)
{
	if (length > 0 && word[length - 1] == 's')
		length--;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].name) == length &&
		    strncmp(units[i].name, word, length) == 0)
			return &units[i];
	return NULL;
}

/* "3 days" at the beginning of a text; *rest is what follows. */
static const struct unit *
take_length(const char *text, int64_t *count, const char **rest)
{
	const size_t digits = strspn(text, "0123456789");

	*count = 0;
	if (digits == 0)
		return NULL;
	for (size_t i = 0; i < digits && *count <= COUNT_MAX; i++)
		*count = *count * 10 + (text[i] - '0');
	text += digits;
	text += strspn(text, " ");
	const size_t length = strcspn(text, " ");
	*rest = text + length;
	return *count > COUNT_MAX ? NULL : find_unit(text, length);
}

bool
date_range_parse_length(const char *text, int64_t *seconds)
{
	const char *rest;
	int64_t count;
	const struct unit *unit = take_length(text, &count, &rest);

	if (unit == NULL || unit->seconds == 1 || *rest != '\0' ||
	    count == 0 || count > LENGTH_MAX / unit->seconds)
		return false;
	*seconds = count * unit->seconds;
	return true;
}

/* -------------------------------------------------------------------- dates */

/* So many days and months later, at the same time of day. */
static int64_t
shift(int64_t seconds, int days, int months)
{
	const time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return seconds;
	tm.tm_mday += days;
	tm.tm_mon += months;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm);
}

/* The day that has this second. */
static void
set_day(struct date_range *range, int64_t seconds)
{
	const time_t t = (time_t)seconds;
	struct tm tm;

	range->from = range->to = seconds;
	if (localtime_r(&t, &tm) == NULL)
		return;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	range->from = date_from_local(&tm);
	tm.tm_mday++;
	range->to = date_from_local(&tm) - 1;
}

static bool
parse_ago(const char *text, int64_t now, struct date_range *range)
{
	const char *rest;
	int64_t count;
	const struct unit *unit = take_length(text, &count, &rest);

	if (unit == NULL || strcmp(rest, " ago") != 0 ||
	    count > LENGTH_MAX / unit->seconds)
		return false;
	const int back = -(int)count * unit->count;
	range->from = range->to = unit->calendar == CALENDAR_NONE ?
	    now - count * unit->seconds : unit->calendar == CALENDAR_DAYS ?
	    shift(now, back, 0) : shift(now, 0, back);
	return true;
}

static bool
parse_word(const char *text, int64_t now, struct date_range *range)
{
	range->from = range->to = now;
	if (strcmp(text, "now") == 0)
		return true;
	if (strcmp(text, "today") == 0)
		set_day(range, now);
	else if (strcmp(text, "yesterday") == 0)
		set_day(range, shift(now, -1, 0));
	else
		return parse_ago(text, now, range);
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A date, or a date and a time; a zone may follow. */
static bool
parse_date(const char *text, struct date_range *range)
{
	const size_t length = strlen(text);

	if (length < DAY_LENGTH || text[4] != '-' ||
	    !date_parse(text, &range->from))
		return false;
	range->to = range->from;
	if (length == DAY_LENGTH)
		set_day(range, range->from);
	else if (text[DAY_LENGTH] != 'T' && text[DAY_LENGTH] != ' ')
		range->to = range->from + DAY - 1;	/* with a zone */
	else if (text[MINUTE_LENGTH] != ':')
		range->to = range->from + 59;
	return true;
}

bool
date_range_parse(const char *text, int64_t now, struct date_range *range)
{
	if (text[0] != '@')
		return parse_word(text, now, range) || parse_date(text, range);
	if (!is_digit(text[1]) || !date_parse(text + 1, &range->from))
		return false;
	range->to = range->from;
	return true;
}

void
date_range_format(int64_t seconds, char text[static DATE_SHORT_BYTES])
{
	const time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(text, DATE_SHORT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		snprintf(text, DATE_SHORT_BYTES, "@%" PRId64, seconds);
}
