/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * date.h - parses and formats dates
 */
#ifndef CORE_DATE_H
#define CORE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_TEXT_BYTES 40

/*
 * Parse seconds since 1970, or ISO 8601: 2026-11-22, 2026-11-22T03:00,
 * 2026-11-22T03:00:00, with a blank for the T, followed by nothing (local
 * time), Z or +01:00.  Returns false if `text` is neither.
 */
bool date_parse(const char *text, int64_t *seconds);

struct tm;

/*
 * Convert local time like mktime(3), but ignore tm_isdst, and pick the earlier
 * of two times when the clock is set back, as at the end of summer time.
 */
int64_t date_from_local(const struct tm *tm);

/* "Sun Nov 22 03:00:00 2026", local time, the format of dump(8). */
void date_format(int64_t seconds, char text[static DATE_TEXT_BYTES]);

#endif
