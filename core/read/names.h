/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names.h - the names of a set or a chain of sets: who is where
 *
 * Flat arrays in temporary files (core/base/growing.h).  A name takes 16 bytes
 * and its own length; a directory 32.  100 million names of 16 bytes take
 * 3.2 GB, of which what is in use stays in memory.
 *
 * Filled set by set, oldest first: a directory of a newer set replaces that of
 * an older one.  names_finish() then makes it a tree: whatever does not hang
 * from the root by exactly one path is left out and counted, so that no stream
 * can make a circle.  Names with "/" or NUL, "", "." and ".." never get in.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/format/inomap.h"

#define NAMES_ROOT 2		/* inode */
#define NAMES_NONE UINT32_MAX

struct names;

/* A name; names_entry() fills it in. */
struct name_entry {
	uint32_t directory;	/* inode of the directory it is in */
	uint32_t inode;
	uint16_t type;		/* S_IFMT bits as in the directory; a hint */
	uint16_t length;
	const char *name;	/* not terminated; valid until names_add() */
};

/* `folder`: of the temporary files.  NULL if out of memory. */
struct names *names_new(const char *folder);
void names_free(struct names *n);

/* Fill in.  False: no memory or no room; errno says which. */
bool names_begin_directory(struct names *n, uint32_t inode);
/* True also for a name that is not taken; names_refused() counts these. */
bool names_add(struct names *n, uint32_t inode, uint16_t type,
    const char *name, size_t length);
bool names_end_directory(struct names *n);

/*
 * A set is complete: names of inodes that are not in `in_use` go, with all
 * directories among them.
 */
void names_keep(struct names *n, const struct inomap *in_use);

/* Build the tree and the indexes; nothing may be added after this. */
bool names_finish(struct names *n);

uint64_t names_refused(const struct names *n);
uint32_t names_count(const struct names *n);		/* in the tree */
uint32_t names_directory_count(const struct names *n);

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
 * opened by it.
 */
char *names_path(const struct names *n, uint32_t id);

/* The inode at a path ("a/b", "./a/b", "/a/b"), 0 if there is none. */
uint32_t names_find_path(const struct names *n, const char *path);

/* Store it in and load it from an open file.  False with errno set. */
bool names_store(const struct names *n, int fd);
struct names *names_load(int fd, const char *folder);

#endif
