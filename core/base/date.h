/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * date.h - dates as people write them
 */
#ifndef CORE_DATE_H
#define CORE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_TEXT_BYTES 40

/*
 * Read seconds since 1970, or ISO 8601: 2026-11-22, 2026-11-22T03:00,
 * 2026-11-22T03:00:00, a blank for the T, with nothing (local time), Z or
 * +01:00 behind.  Returns false if `text` is neither.
 */
bool date_parse(const char *text, int64_t *seconds);

struct tm;

/*
 * The moment that a local clock shows, as mktime(3); but where it shows that
 * twice, as when summer time ends, the earlier one.  tm_isdst is not looked at.
 */
int64_t date_from_local(const struct tm *tm);

/* "Sun Nov 22 03:00:00 2026", local time, as dump(8) shows it. */
void date_format(int64_t seconds, char text[static DATE_TEXT_BYTES]);

#endif
