/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * compare.h - compare a set with a tree on disk (-C)
 *
 * Files: a crew_work that reads each file while its contents come, so nothing
 * is kept but a buffer for each worker.  Then the directories, by
 * compare_directories().  Each difference goes to `outcome` by path, with what
 * is there and what the set has: "mode 0644, expected 0600".
 *
 * Compared are type, size, contents (holes are zeros), mode, owner, group,
 * modification time, device, link target, attributes and ACLs, flags and
 * project, and whether all names of an inode are the same file.
 */
#ifndef CORE_COMPARE_H
#define CORE_COMPARE_H

#include "core/format/inomap.h"
#include "core/restore/crew.h"
#include "core/restore/directories.h"
#include "core/restore/outcome.h"
#include "core/restore/restore_settings.h"
#include "core/restore/target.h"

struct compare;

struct compare_config {		/* everything is borrowed */
	const struct restore_settings *settings;
	const struct names *names;
	struct target *target;
	struct outcome *outcome;
	/* Names to compare, as wanted_selected() gives them; NULL: all. */
	const struct inomap *wanted;
	bool root_is_wanted;
	/*
	 * `names` has all names of the filesystem: what else is on disk is a
	 * difference.
	 */
	bool is_whole;
	/*
	 * Names in the root that are no difference, as the state file is; ends
	 * with NULL.
	 */
	const char *const *aside;
};

/* NULL if out of memory. */
struct compare *compare_new(const struct compare_config *config);
void compare_free(struct compare *c);

/*
 * arg: struct compare.  Takes directories, too, but ignores them.  A thing that
 * has no place on Linux (header->is_hidden) is passed over.
 */
extern const struct crew_work compare_work;

/* An attribute from behind the end of the set; after crew_wait(). */
void compare_late_xattr(struct compare *c, uint32_t inode,
    const struct de_xattr *xattr);

/*
 * Directories, and names on disk that are not in the set; at the end, after
 * compare_late_xattr().  With as many threads as the crew had; stops early if
 * *cancelled.
 */
void compare_directories(struct compare *c, const struct directories *d,
    const atomic_int *cancelled);

uint64_t compare_files(const struct compare *c);
uint64_t compare_bytes(const struct compare *c);

#endif
