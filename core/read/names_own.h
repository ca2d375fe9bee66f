/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names_own.h - internals shared by the names*.c files
 */
#ifndef CORE_NAMES_OWN_H
#define CORE_NAMES_OWN_H

#include "core/base/growing.h"

/* 12 bytes, and 4 in the index by inode. */
struct stored_entry {
	uint32_t inode;		/* 0: it is gone */
	uint32_t directory;	/* index; set by names_finish() */
	uint32_t name;		/* in the arena, from the directory's on */
};

/* In the arena, in front of a name: its length, and its type >> 12. */
#define NAME_PREFIX 2

/* 32 bytes, 4 in the order from the root, and 2 to 4 in the hints. */
struct stored_directory {
	uint64_t names;		/* in the arena */
	uint32_t inode;		/* 0: it is gone */
	uint32_t first;		/* entry */
	uint32_t count;		/* of entries */
	uint32_t parent;	/* entry that names it; NAMES_NONE: none */
	uint32_t set;		/* that it came with */
	bool replaced;		/* may have become a file in a later set */
	bool incomplete;	/* names are missing */
};

struct names {
	struct growing entries;		/* of struct stored_entry */
	struct growing directories;	/* of struct stored_directory; after
					   names_finish() sorted by inode */
	struct growing arena;
	struct growing index;		/* uint32_t: entries by inode */
	struct growing order;		/* uint32_t: directories from the root
					   on */
	struct growing scratch;		/* of sorting */
	/*
	 * A bit for each value that an inode number may have, hashed: not set
	 * if no directory has it.  Owned; NULL: nothing is known.
	 */
	uint32_t *hints;
	unsigned int hints_shift;	/* 32 - bits of a value */
	char *folder;			/* owned; of the temporary files */
	uint32_t set;			/* being filled in */
	uint64_t refused;
};

static inline struct stored_entry *
names_entries(const struct names *n)
{
	return (struct stored_entry *)(void *)n->entries.bytes;
}

static inline uint32_t
names_entries_count(const struct names *n)
{
	return (uint32_t)(n->entries.used / sizeof(struct stored_entry));
}

static inline struct stored_directory *
names_directories(const struct names *n)
{
	return (struct stored_directory *)(void *)n->directories.bytes;
}

/* The hash of an inode number in the hints. */
static inline uint32_t
names_hint(const struct names *n, uint32_t inode)
{
	return (inode * UINT32_C(2654435769)) >> n->hints_shift;
}

static inline uint32_t
names_directories_count(const struct names *n)
{
	return (uint32_t)(n->directories.used /
	    sizeof(struct stored_directory));
}

static inline const uint32_t *
names_index(const struct names *n)
{
	return (const uint32_t *)(const void *)n->index.bytes;
}

static inline uint32_t *
names_order(const struct names *n)
{
	return (uint32_t *)(void *)n->order.bytes;
}

/*
 * Add what directory number `from` has to the one being filled in.  As
 * names_add().
 */
bool names_copy_entries(struct names *n, uint32_t from);

/*
 * names_merge.c: where the newest directory is incomplete, make one that has the
 * names of the older ones as well.  `numbers` are all directories, sorted by
 * inode and age; they are lost.
 */
bool names_merge_incomplete(struct names *n, const uint64_t *numbers);

/* The directory of that inode, by number; NAMES_NONE.  Once sorted. */
uint32_t names_find_directory(const struct names *n, uint32_t inode);

#endif
