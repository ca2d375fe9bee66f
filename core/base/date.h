/* SPDX-License-Identifier: BSD-3-Clause */
/* date.h - dates in human-readable form */
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
 * The time that a local clock shows, like mktime(3); if the clock shows it
 * twice, as when summer time ends, the earlier one.  Ignores tm_isdst.
 */
int64_t date_from_local(const struct tm *tm);

/* "Sun Nov 22 03:00:00 2026", local time, the format of dump(8). */
void date_format(int64_t seconds, char text[static DATE_TEXT_BYTES]);

#endif
