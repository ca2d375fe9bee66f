/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * extract.h - write inodes of a set into the target
 *
 * A crew_work: each worker makes the file under its first wanted name, writes
 * it, sets what belongs to it in the order in which the kernel keeps it (owner,
 * mode, attributes, times, flags), and links the other names.  Directories are
 * made before (core/restore/place.h) and get their own attributes at the end
 * (core/restore/directories.h).
 *
 * What is in the way is never written into and never opened, but replaced by a
 * new inode, or left, as the settings say.  If files are named by inode number,
 * all of them are made in the root, each once.
 */
#ifndef CORE_EXTRACT_H
#define CORE_EXTRACT_H

#include "core/format/inomap.h"
#include "core/restore/crew.h"
#include "core/restore/outcome.h"
#include "core/restore/restore_settings.h"
#include "core/restore/target.h"

struct extract;

struct extract_config {		/* everything is borrowed */
	const struct restore_settings *settings;
	const struct names *names;
	struct target *target;
	struct outcome *outcome;
	struct report *rep;
	uint32_t max_inode;		/* highest that the sets may bring */
	/*
	 * Names to make, one bit for each entry of `names` (entry N is bit
	 * N + 1); NULL: all.
	 */
	const struct inomap *wanted;
	/*
	 * May this file be replaced?  Asked for IF_EXISTS_ASK, by one thread at
	 * a time.
	 */
	enum verdict (*ask)(void *arg, const char *path, bool *replace);
	void *ask_arg;
};

struct extract *extract_new(const struct extract_config *config);
/*
 * Also gives directories of the target back what kept them from being written
 * to, so the target must still be there.
 */
void extract_free(struct extract *e);

extern const struct crew_work extract_work;	/* arg: struct extract */

/*
 * An attribute from behind the end of the set, for an inode that was written in
 * this run; others are passed over (for directories: directories_add_xattr()).
 * After crew_wait().
 */
void extract_late_xattr(struct extract *e, uint32_t inode,
    const struct de_xattr *xattr);

/* Inodes that were written in whole.  After crew_wait(). */
const struct inomap *extract_done(const struct extract *e);

/*
 * All that came at all: what is not among those written has been left as the
 * settings say, or was added to the outcome.  After crew_wait().
 */
const struct inomap *extract_seen(const struct extract *e);

/*
 * Why the run has to end (full disk, no operator), which has been reported;
 * VERDICT_GO_ON: it has not.  Nothing more is written then.  Any thread.
 */
enum verdict extract_verdict(const struct extract *e);

/* Inodes made, and bytes of contents written, so far.  Any thread. */
uint64_t extract_files(const struct extract *e);
uint64_t extract_bytes(const struct extract *e);

#endif
