/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * notes.h - messages of the threads of this plugin, for the engine
 *
 * Only a thread of the engine may report.  Those of the plugin leave their
 * messages here, and whichever thread of the engine comes next reports them.
 */
#ifndef OUT_S3_NOTES_H
#define OUT_S3_NOTES_H

#include "dumpengine/plugin.h"

struct notes;

/* NULL if out of memory. */
struct notes *notes_new(void);
void notes_free(struct notes *n);

/* Leave a message, printf(3) format.  Any thread; too many are dropped. */
void notes_add(struct notes *n, enum de_severity severity, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Report all that were left.  A thread of the engine. */
void notes_report(struct notes *n, const struct de_host *host);

#endif
