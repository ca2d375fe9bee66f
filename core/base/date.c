/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/date.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Time zones set clocks back by up to MAX, in multiples of STEP. */
#define REPEATED_MAX 10800	/* seconds */
#define REPEATED_STEP 900

/* Parse exactly `digits` decimal digits at *p, at most `max`; advances *p. */
static bool
take_number(const char **p, int digits, int max, int *value)
{
	int n = 0;
	for (int i = 0; i < digits; i++) {
		if ((*p)[i] < '0' || (*p)[i] > '9')
			return false;
		n = n * 10 + ((*p)[i] - '0');
	}
	*p += digits;
	*value = n;
	return n <= max;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* hh:mm or hh:mm:ss */
static bool
take_clock(const char **p, struct tm *tm)
{
	if (!take_number(p, 2, 23, &tm->tm_hour) || !take_char(p, ':') ||
	    !take_number(p, 2, 59, &tm->tm_min))
		return false;
	return !take_char(p, ':') || take_number(p, 2, 60, &tm->tm_sec);
}

/* Z, +hh:mm or -hh:mm, converted to seconds; nothing: *local. */
static bool
take_zone(const char **p, bool *local, int *offset)
{
	int hours, minutes;

	*local = false;
	*offset = 0;
	if (**p == '\0') {
		*local = true;
		return true;
	}
	if (take_char(p, 'Z'))
		return true;
	const int sign = **p == '-' ? -1 : 1;
	if (!take_char(p, '+') && !take_char(p, '-'))
		return false;
	if (!take_number(p, 2, 14, &hours))
		return false;
	take_char(p, ':');
	if (!take_number(p, 2, 59, &minutes))
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* mktime() would turn February 31 into March 3. */
static bool
is_real_day(const struct tm *given)
{
	struct tm tm = { .tm_year = given->tm_year, .tm_mon = given->tm_mon,
	    .tm_mday = given->tm_mday, .tm_hour = 12 };
	timegm(&tm);
	return tm.tm_mday == given->tm_mday && tm.tm_mon == given->tm_mon;
}

static bool
shows(int64_t seconds, const struct tm *tm)
{
	const time_t t = (time_t)seconds;
	struct tm there;

	return localtime_r(&t, &there) != NULL &&
	    there.tm_min == tm->tm_min && there.tm_hour == tm->tm_hour &&
	    there.tm_mday == tm->tm_mday && there.tm_sec == tm->tm_sec;
}

int64_t
date_from_local(const struct tm *tm)
{
	struct tm given = *tm, copy = *tm;

	copy.tm_isdst = -1;
	const int64_t seconds = (int64_t)mktime(&copy);
	/* Clocks do not show a leap second. */
	if (given.tm_sec == 60)
		given.tm_sec = 59;
	for (int64_t back = REPEATED_MAX; back > 0; back -= REPEATED_STEP)
		if (shows(seconds - back, &given))
			return seconds - back;
	return seconds;
}

static bool
parse_iso(const char *text, int64_t *seconds)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *p = text;
	bool local;
	int offset;

	if (!take_number(&p, 4, 9999, &tm.tm_year) || !take_char(&p, '-') ||
	    !take_number(&p, 2, 12, &tm.tm_mon) || !take_char(&p, '-') ||
	    !take_number(&p, 2, 31, &tm.tm_mday))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	if (tm.tm_mon < 0 || tm.tm_mday < 1 || !is_real_day(&tm))
		return false;
	if ((take_char(&p, 'T') || take_char(&p, ' ')) && !take_clock(&p, &tm))
		return false;
	if (!take_zone(&p, &local, &offset) || *p != '\0')
		return false;
	*seconds = local ? date_from_local(&tm) : (int64_t)timegm(&tm) - offset;
	return true;
}

bool
date_parse(const char *text, int64_t *seconds)
{
	char *end;

	if (parse_iso(text, seconds))
		return true;
	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	const intmax_t n = strtoimax(text, &end, 10);
	if (*end != '\0' || errno != 0)
		return false;
	*seconds = (int64_t)n;
	return true;
}

void
date_format(int64_t seconds, char text[static DATE_TEXT_BYTES])
{
	const time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(text, DATE_TEXT_BYTES, "%a %b %e %H:%M:%S %Y", &tm) == 0)
		snprintf(text, DATE_TEXT_BYTES, "%" PRId64 " s", seconds);
}
