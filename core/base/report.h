/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * report.h - messages for the operator
 *
 * Messages go to a file descriptor, one write(2) each, so that those of several
 * threads and processes do not mix.  On a terminal a progress line may follow
 * them; it is cleared before a message and never ends up in a log.
 *
 * Any thread may call report(); the rest is for the main thread.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include <stdarg.h>
#include <stdbool.h>

#include "dumpengine/plugin.h"

struct report;

/* What is shown. */
enum report_level {
	REPORT_QUIET,		/* errors and warnings */
	REPORT_NORMAL,		/* and DE_INFO */
	REPORT_VERBOSE		/* and DE_DEBUG */
};

/* Returns NULL if out of memory.  `fd` stays the caller's. */
struct report *report_new(int fd, enum report_level level);

/* Accepts NULL. */
void report_free(struct report *rep);

void report_set_level(struct report *rep, enum report_level level);

/* The name that messages begin with, borrowed; at first "dumpengine". */
void report_set_program(struct report *rep, const char *program);

/*
 * Set the job that subsequent messages are about, or NULL for the program
 * itself.  Messages about a job also carry the time of day.
 */
void report_set_subject(struct report *rep, const char *subject);

/*
 * Redirect messages to a callback that knows more about their context; NULL:
 * show them again.
 */
typedef void report_taker_fn(void *arg, enum de_severity severity,
    const char *text);
void report_set_taker(struct report *rep, report_taker_fn *taker, void *arg);

/* One line; `format` has no newline. */
void report(struct report *rep, enum de_severity severity,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void vreport(struct report *rep, enum de_severity severity,
    const char *format, va_list args) __attribute__((format(printf, 3, 0)));

/* Is that severity shown? */
bool report_is_shown(const struct report *rep, enum de_severity severity);

/* A verbatim line, without program name and time: "FILE:LINE: ...". */
void report_line(struct report *rep, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Can a progress line be shown? */
bool report_has_progress(const struct report *rep);

/* Replace the progress line; NULL clears it. */
void report_progress(struct report *rep, const char *line);

#endif
