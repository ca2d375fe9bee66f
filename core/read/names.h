/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names.h - the names of a set or a chain of sets: who is where
 *
 * Flat arrays in temporary files (core/base/growing.h).  A name takes 16 bytes,
 * and 2 and its own length in the arena; a directory 40; names_finish() needs 16
 * more a name for a while.  100 million names of 16 bytes take 3.4 GB, of which
 * what is in use stays in memory.  Filling in and finishing 10 million takes five
 * seconds of a processor, in 500,000 directories or in one (bench/names.c).
 *
 * Filled set by set, oldest first: a directory of a newer set replaces that of
 * an older one.  names_finish() then makes it a tree: whatever does not hang
 * from the root by exactly one path is left out and counted, so that no stream
 * can make a circle.  Names with "/" or NUL, "", "." and ".." never get in; of a
 * name that a directory has twice, the first entry counts, as for the kernel.
 *
 * One thread fills it.  After names_finish() any number may look things up.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/format/inomap.h"

#define NAMES_ROOT 2		/* inode */
#define NAMES_NONE UINT32_MAX
#define NAMES_LENGTH_MAX 255

/* The longest path that names_path() gives in full. */
#define NAMES_PATH_MAX ((size_t)256 << 10)

struct names;

/* A name; names_entry() fills it in. */
struct name_entry {
	uint32_t directory;	/* inode of the directory it is in */
	uint32_t inode;
	uint16_t type;		/* S_IFMT bits as in the directory; a hint */
	uint16_t length;
	const char *name;	/* not terminated; valid until names_free() */
};

/* `folder`: of the temporary files.  NULL with errno set. */
struct names *names_new(const char *folder);
void names_free(struct names *n);

/*
 * Fill in.  False: no memory or no room; errno says which, or EOVERFLOW: more
 * than 2^32 - 2 names or directories, or 4 GiB of names in one directory.
 */
bool names_begin_directory(struct names *n, uint32_t inode);
/* True also for a name that is not taken; names_refused() counts these. */
bool names_add(struct names *n, uint32_t inode, uint16_t type,
    const char *name, size_t length);
bool names_end_directory(struct names *n);

/*
 * Part of the directory being filled in is lost: the names that an older set has
 * for it remain, as far as names_keep() leaves them.
 */
void names_mark_incomplete(struct names *n);

/*
 * A set is complete: names of inodes that are not in `in_use` go, with all
 * directories among them.  An older directory whose inode is in `dumped` but did
 * not come with this set is one only for a name that says so: its number may
 * belong to a file now.  NULL: the map was lost.
 */
void names_keep(struct names *n, const struct inomap *in_use,
    const struct inomap *dumped);

/*
 * A set has lost directories, and the names in them: give those of `dumped` that
 * have no name one at the root, "#" and the inode, so that what is whole can be
 * restored.  *adopted is their number.  After names_keep() of that set; only
 * after such a loss, as some dumps have inodes without a name.  False as above.
 */
bool names_adopt(struct names *n, const struct inomap *dumped,
    uint32_t *adopted);

/*
 * Before anything else is filled in: what a finished tree has, as an older set.
 * False as above.
 */
bool names_begin_with(struct names *n, const struct names *older);

/*
 * Build the tree and the indexes; nothing may be added after this.  False with
 * errno set.
 */
bool names_finish(struct names *n);

/* Names and directories that were left out. */
uint64_t names_refused(const struct names *n);
uint32_t names_count(const struct names *n);		/* in the tree */
uint32_t names_directory_count(const struct names *n);	/* the root as well */

/* The highest inode that has a name; NAMES_ROOT if that is higher. */
uint32_t names_highest_inode(const struct names *n);

/* The inode of directory 0, 1, ...: each after the one it is in. */
uint32_t names_directory(const struct names *n, uint32_t number);

/* Is it a directory in the tree? */
bool names_is_directory(const struct names *n, uint32_t inode);

/* Entries are numbered; those of a directory are contiguous and sorted. */
void names_entry(const struct names *n, uint32_t id, struct name_entry *entry);
void names_in_directory(const struct names *n, uint32_t inode,
    uint32_t *first, uint32_t *count);

/* The entry of that name, or NAMES_NONE. */
uint32_t names_lookup(const struct names *n, uint32_t directory,
    const char *name, size_t length);

/* The names of an inode: the first one, and the one after `id`; NAMES_NONE. */
uint32_t names_of_inode(const struct names *n, uint32_t inode);
uint32_t names_next_of_inode(const struct names *n, uint32_t id);

/* The entry that names a directory; NAMES_NONE: the root, or not in the tree. */
uint32_t names_of_directory(const struct names *n, uint32_t inode);

/*
 * The path of an entry from the root, "./a/b", terminated, in memory that the
 * caller frees; NULL if out of memory.  For messages and lists only: nothing is
 * opened by it.  One that is longer than NAMES_PATH_MAX begins with ".../".
 */
char *names_path(const struct names *n, uint32_t id);

/* The inode at a path ("a/b", "./a/b", "/a/b"), 0 if there is none. */
uint32_t names_find_path(const struct names *n, const char *path);

/* Add all inodes with a name, the root as well, as far as `map` reaches. */
void names_add_inodes(const struct names *n, struct inomap *map);

/*
 * Store it at the end of an open file, and load it from where that file is.
 * Files that are not in `present` are left out; NULL: none.  What is loaded is
 * checked as a stream is, and finished.  False, NULL: with errno set, EBADMSG if
 * it is damaged.
 */
bool names_store(const struct names *n, int fd, const struct inomap *present);
struct names *names_load(int fd, const char *folder);

#endif
