/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * findings.h - what is not in the dump as it is in the filesystem
 *
 * Collects what was noted by inode number and reports it with the path, to the
 * operator and to the supervisor, which has the first ones of each kind in the
 * JSON report.  A batch is resolved by one pass over the directories; it is
 * larger every time, up to FINDINGS_BATCH_MAX, so that their number grows
 * slowly and memory stays bounded.  A run without findings pays nothing.
 *
 * What is missing is always shown.  Notes are shown up to FINDINGS_NOTES_MAX of
 * a kind (those with one format), or all with -v; none with -q.
 *
 * A volume that is written again makes the same findings again, in a process
 * that has the state of before; what was not reported by then is reported
 * once.
 */
#ifndef CORE_FINDINGS_H
#define CORE_FINDINGS_H

#include "core/base/report.h"
#include "core/host/source.h"

#define FINDINGS_BATCH 4096
#define FINDINGS_BATCH_MAX 65536
#define FINDINGS_NOTES_MAX 1000
#define FINDINGS_LISTED_MAX 1000	/* of a kind, for the supervisor */

struct findings;

/*
 * Returns NULL if out of memory.  Both are borrowed; `channel` goes to the
 * supervisor, -1: nobody is told.
 */
struct findings *findings_new(const struct source *src, struct report *rep,
    int channel);
void findings_free(struct findings *f);

/*
 * What de_host.finding() is told; `text` is cut to FINDING_TEXT_BYTES.
 * `format` is what it was made from.  It tells one kind of notes from another,
 * and has to stay as long as `f`.
 */
void findings_take(struct findings *f, enum de_finding kind, uint32_t inode,
    const char *format, const char *text);

/* The same as a hook of an instance; always true. */
bool findings_hook(void *findings, enum de_finding kind, uint32_t inode,
    const char *format, const char *text);

/*
 * A DE_FINDING_READ_ERROR of file data.  These come when the ring gets to them,
 * so they are reported behind the others of a batch.
 */
void findings_take_data(struct findings *f, uint32_t inode, const char *text);

/* Something of this inode is not in the dump, or not as it was. */
void findings_add(struct findings *f, uint32_t inode, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* It is in the dump, but restore cannot bring it back as it was. */
void findings_note(struct findings *f, uint32_t inode, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Report them if there are many.  Reads directories of the source: to be
 * called when no directory or file is being walked through.
 */
void findings_settle(struct findings *f);

/*
 * Report those not reported yet, and how many notes were not shown.  Returns
 * how many findings there were in all, but for the notes.
 */
uint64_t findings_flush(struct findings *f);

/* How many were read errors. */
uint64_t findings_read_errors(const struct findings *f);
uint64_t findings_notes(const struct findings *f);

#endif
