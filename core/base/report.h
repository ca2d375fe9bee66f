/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * report.h - what the operator is told
 *
 * Messages go to a file descriptor, one write(2) each, so that those of
 * threads and processes do not mix.  On a terminal a progress line may stand
 * below them; it is wiped before a message and never ends up in a log.
 *
 * Any thread may call report(); the rest is for the main thread.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include <stdarg.h>
#include <stdbool.h>

#include "dumpengine/plugin.h"

struct report;

/* How much is shown. */
enum report_level {
	REPORT_QUIET,		/* errors and warnings */
	REPORT_NORMAL,		/* and DE_INFO */
	REPORT_VERBOSE		/* and DE_DEBUG */
};

/* Returns NULL if out of memory.  `fd` stays the caller's. */
struct report *report_new(int fd, enum report_level level);

/* Takes NULL. */
void report_free(struct report *rep);

void report_set_level(struct report *rep, enum report_level level);

/*
 * Name what the messages from now on are about, or NULL for the program
 * itself.  Messages about a job also carry the time of day.
 */
void report_set_subject(struct report *rep, const char *subject);

/*
 * Have messages taken by somebody who knows more of what they are about, or
 * shown again with NULL.
 */
typedef void report_taker_fn(void *arg, enum de_severity severity,
    const char *text);
void report_set_taker(struct report *rep, report_taker_fn *taker, void *arg);

/* One line; no line end in `format`. */
void report(struct report *rep, enum de_severity severity,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void vreport(struct report *rep, enum de_severity severity,
    const char *format, va_list args) __attribute__((format(printf, 3, 0)));

/* Would it be shown? */
bool report_is_shown(const struct report *rep, enum de_severity severity);

/* A line as it is, without program name or time: "FILE:LINE: ...". */
void report_line(struct report *rep, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Can a progress line be shown? */
bool report_has_progress(const struct report *rep);

/* Show it in place of the last one; NULL wipes it. */
void report_progress(struct report *rep, const char *line);

#endif
