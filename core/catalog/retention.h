/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * retention.h - which dumps stay, and why
 *
 * Decides only; it neither reads nor changes anything.  The rules are those of
 * restic and borg: of each of the last N days (weeks, months, years) in which
 * the job has a dump, the newest dump stays.  On top of them, whatever a dump
 * that stays builds on stays, of whatever job it is, and so do the newest chain
 * of each job and the newest that is complete.
 *
 * Costs nothing but the list itself; time grows with its length.
 */
#ifndef CORE_RETENTION_H
#define CORE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/config/keep_settings.h"

/* Why a dump stays; a set of these. */
enum retention_reason {
	RETENTION_LAST = 1 << 0,
	RETENTION_HOURLY = 1 << 1,
	RETENTION_DAILY = 1 << 2,
	RETENTION_WEEKLY = 1 << 3,
	RETENTION_MONTHLY = 1 << 4,
	RETENTION_YEARLY = 1 << 5,
	RETENTION_WITHIN = 1 << 6,
	RETENTION_BASE = 1 << 7,	/* a dump that stays builds on it */
	RETENTION_NEWEST = 1 << 8,	/* of the newest (complete) chain */
	RETENTION_NO_RULE = 1 << 9,	/* its job keeps everything */
	RETENTION_IN_USE = 1 << 10	/* the next dump would build on it */
};

#define RETENTION_NO_BASE SIZE_MAX

struct retention_dump {
	size_t job;		/* any number: which dumps belong together */
	int64_t date;
	/*
	 * The dump it builds on, as its place in the list; RETENTION_NO_BASE:
	 * it is a full dump.  A base is older than what builds on it.
	 */
	size_t base;
	/*
	 * Can be restored as far as it goes.  Others are no dump of their day,
	 * and stay only if one that stays builds on them.
	 */
	bool is_usable;
	bool is_complete;	/* nothing is missing from it */
	bool is_broken;		/* a dump it builds on is not in the list */
	unsigned int reasons;	/* at first 0; in the end, 0: it may go */
};

/*
 * Add the reasons of the dumps of one job, among all dumps, which are in the
 * order of their dates.  `keep`: NULL or without a group: all of them stay.
 * Days are local days.
 */
void retention_decide(const struct keep_settings *keep, size_t job,
    struct retention_dump *dumps, size_t count);

/* Once all jobs are decided: what they build on stays as well. */
void retention_keep_bases(struct retention_dump *dumps, size_t count);

#define RETENTION_TEXT_BYTES 160

/*
 * The reasons of a dump in words, "daily 2026-11-01, base of a dump that stays";
 * "" if there is none.
 */
void retention_describe(const struct retention_dump *dump,
    char text[static RETENTION_TEXT_BYTES]);

#endif
