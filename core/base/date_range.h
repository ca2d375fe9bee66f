/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * date_range.h - the seconds that a date or a length of time stands for
 *
 * People say days and minutes and mean all of them: a date alone is a day from
 * its beginning to its end.
 */
#ifndef CORE_DATE_RANGE_H
#define CORE_DATE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#define DATE_SHORT_BYTES 40

/* Seconds since 1970, both included. */
struct date_range {
	int64_t from;
	int64_t to;
};

/*
 * Parse @SECONDS; what date_parse() takes but for a plain number; "now";
 * "today"; "yesterday"; or "3 days ago", in seconds, minutes, hours, days,
 * weeks, months or years.  `now` is the current time.  False if it is none of
 * these.
 */
bool date_range_parse(const char *text, int64_t now, struct date_range *range);

/*
 * Parse "36 hours" or "5 days", in the same units but seconds; months have 30
 * days, years 365.  False if it is no such length, or is 0 or over 100 years.
 */
bool date_range_parse_length(const char *text, int64_t *seconds);

/* "2026-11-22T03:00:00", local time; date_range_parse() takes it. */
void date_range_format(int64_t seconds, char text[static DATE_SHORT_BYTES]);

#endif
