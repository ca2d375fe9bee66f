/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * drill.h - the restore test: restore some files, look at them, remove them
 *
 * Files are chosen at random, so that in the course of many drills every part of
 * a set has its turn, and written by what writes them in earnest
 * (core/restore/extract.h), into a folder made for it, by inode number.  What
 * can then be read from the disk, past the cache where the kernel allows that,
 * must have the size in the header, and the digest of what came from the
 * medium.  Each file is removed as soon as it was looked at.
 */
#ifndef CORE_DRILL_H
#define CORE_DRILL_H

#include <jansson.h>

#include "core/format/inomap.h"
#include "core/restore/crew.h"
#include "core/restore/outcome.h"
#include "core/restore/restore_settings.h"

struct drill;

struct drill_config {		/* everything is borrowed */
	const struct restore_settings *settings;	/* tmpdir, workers,
							   untrusted */
	const struct names *names;
	const struct inomap *dumped;	/* inodes of the set; NULL: all names */
	struct outcome *outcome;
	struct report *rep;
	uint32_t files;			/* how many */
	uint64_t seed;			/* the same one chooses the same files */
};

/* A seed that cannot be foreseen. */
uint64_t drill_seed(void);

/*
 * Choose the files and make the folder.  NULL after reporting why not, with
 * nothing left on disk.
 */
struct drill *drill_new(const struct drill_config *config);

/* Removes the folder and everything in it. */
void drill_free(struct drill *d);

/* The inodes chosen; others need not be handed to the crew. */
const struct inomap *drill_inodes(const struct drill *d);

extern const struct crew_work drill_work;	/* arg: struct drill */

/* Why the run has to end (full disk), as extract_verdict(). */
enum verdict drill_verdict(const struct drill *d);

/*
 * After crew_wait(): {"seed", "asked", "restored", "faults", "bytes", "seconds",
 * "files": [{"path", "inode", "size", "xxh3_128", "holes_left_out", "ok",
 * "fault", "seconds"}]}, in the order of inodes; the caller's reference.  "bytes"
 * are those of files without a fault.  Files that never came are faults in it;
 * whoever read the set has named them.  NULL if out of memory.
 */
json_t *drill_finish(const struct drill *d);

#endif
