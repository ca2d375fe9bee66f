/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * findings.h - differences between the dump and the filesystem
 *
 * Collects findings by inode number and reports them with their paths to the
 * operator and to the supervisor, which includes the first ones of each kind in
 * the JSON report.  Each batch is resolved by one pass over the directories;
 * batches grow up to FINDINGS_BATCH_MAX, so that the number of passes grows
 * slowly and memory stays bounded.  A run without findings pays nothing.
 *
 * What is missing is always shown.  Notes are shown up to FINDINGS_NOTES_MAX
 * per kind (one format), all with -v, none with -q.
 *
 * A volume that is rewritten produces the same findings again, in a process
 * with the earlier state; what was not reported by then is reported once.
 */
#ifndef CORE_FINDINGS_H
#define CORE_FINDINGS_H

#include "core/base/report.h"
#include "core/host/source.h"

#define FINDINGS_BATCH 4096
#define FINDINGS_BATCH_MAX 65536
#define FINDINGS_NOTES_MAX 1000
#define FINDINGS_LISTED_MAX 1000	/* per kind, for the supervisor */

struct findings;

/*
 * Returns NULL if out of memory.  Both are borrowed; `channel` leads to the
 * supervisor, -1: none.
 */
struct findings *findings_new(const struct source *src, struct report *rep,
    int channel);
void findings_free(struct findings *f);

/*
 * Take a finding from de_host.finding(); `text` is truncated to
 * FINDING_TEXT_BYTES.  `format` is what it was made from; it identifies the
 * kind of a note, and must live as long as `f`.
 */
void findings_take(struct findings *f, enum de_finding kind, uint32_t inode,
    const char *format, const char *text);

/* The same as a hook of an instance; always true. */
bool findings_hook(void *findings, enum de_finding kind, uint32_t inode,
    const char *format, const char *text);

/*
 * A DE_FINDING_READ_ERROR of file data.  These arrive when the ring reads the
 * data, so they are reported after the others of a batch.
 */
void findings_take_data(struct findings *f, uint32_t inode, const char *text);

/* Part of this inode is missing from the dump or differs. */
void findings_add(struct findings *f, uint32_t inode, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* It is in the dump, but restore(8) cannot restore it faithfully. */
void findings_note(struct findings *f, uint32_t inode, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Report them if there are many.  Reads directories of the source: call it only
 * while no directory or file is being walked.
 */
void findings_settle(struct findings *f);

/*
 * Report what is still pending, and how many notes were not shown.  Returns the
 * total number of findings, excluding notes.
 */
uint64_t findings_flush(struct findings *f);

/* How many were read errors. */
uint64_t findings_read_errors(const struct findings *f);
uint64_t findings_notes(const struct findings *f);

#endif
