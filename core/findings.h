/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * findings.h - what is not in the dump as it is in the filesystem
 *
 * Collects what was noted by inode number and reports it with the path.  A
 * batch is resolved by one pass over the directories, so that memory stays
 * bounded (FINDINGS_BATCH of them, and those of one inode, about 250 bytes
 * each) however many there are, and a run without findings pays nothing.
 */
#ifndef CORE_FINDINGS_H
#define CORE_FINDINGS_H

#include "core/report.h"
#include "core/source.h"

#define FINDINGS_BATCH 4096

#define FINDING_TEXT_BYTES 240

struct findings;

/* Returns NULL if out of memory.  Both are borrowed. */
struct findings *findings_new(const struct source *src, struct report *rep);
void findings_free(struct findings *f);

/* What de_host.finding() is told; `text` is cut to FINDING_TEXT_BYTES. */
void findings_take(struct findings *f, enum de_finding kind, uint32_t inode,
    const char *text);

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
 * Report those not reported yet.  Returns how many there were in all, but for
 * the notes.
 */
uint64_t findings_flush(struct findings *f);

#endif
