/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * made_set.h - a small set made up for a test, and a reader that checks it
 *
 * Every byte of contents is known from the inode and the offset, so whatever is
 * passed on can be compared.
 */
#ifndef TESTS_UNIT_MADE_SET_H
#define TESTS_UNIT_MADE_SET_H

#include "core/format/header.h"
#include "core/read/set.h"
#include "tests/unit/fake_volumes.h"

#define MADE_PARTS 40
#define MADE_BLOCKING 10
#define MADE_RECORD ((size_t)MADE_BLOCKING * DE_TAPE_BLOCK)
#define MADE_DATE 1800000000
#define MADE_ROOT 2

/* What was made of an inode, and what came of it. */
struct made_part {
	uint32_t inode;
	uint64_t size;
	bool is_sparse;			/* every third KiB is a hole */
	const struct made_set *inside;	/* its contents are this set's blocks */
	unsigned int xattrs;
	bool unwanted;			/* skip its contents */
	size_t begin;			/* blocks of the stream: its first */
	size_t end;			/*   and the one after its last */

	/* Filled in by made_set_read(). */
	unsigned int times;		/* it came */
	bool whole;			/* as the set says */
	bool wrong;			/* data differs from what was made */
	uint64_t lost;			/* bytes said to be lost */
	uint64_t doubted;		/* bytes said to be doubtful */
	unsigned int xattrs_seen;
	bool lost_xattrs;
};

struct made_set {
	uint8_t *bytes;
	bool *is_header;		/* of each block */
	size_t blocks;
	size_t room;
	struct header_template header;
	struct header_position at;
	struct made_part parts[MADE_PARTS];
	unsigned int count;
	/* See set_aim(); at the first inode that is not wanted.  Volume 0: no. */
	uint32_t aim_volume, aim_inode;
	uint64_t aim_position;
};

/* The rest of a reading. */
struct made_result {
	bool opened;
	bool has_maps;			/* both */
	bool complete;			/* the end was found */
	uint64_t lost_blocks;		/* between inodes */
	unsigned int late;		/* attributes */
	bool lost_late;
	unsigned int strangers;		/* inodes that were not made */
	uint64_t items;
};

/* Volume header, both maps and the root directory. */
void made_set_begin(struct made_set *m, int64_t date);
void made_set_file(struct made_set *m, uint32_t inode, uint64_t size,
    bool is_sparse);
void made_set_file_of_set(struct made_set *m, uint32_t inode,
    const struct made_set *inside);
/* Of the inode added last. */
void made_set_xattr(struct made_set *m, const char *name, size_t length);
/* An attribute record without limits, for behind the end. */
void made_set_late_xattr(struct made_set *m, uint32_t inode, size_t length);
/* `more`: attributes follow, and another end. */
void made_set_end(struct made_set *m, bool more);
void made_set_free(struct made_set *m);

/* All headers say that the set is compressed. */
void made_set_compressed(struct made_set *m);

/*
 * The last volume, `number`, which begins with block `at` of the set: a header,
 * the last `repeated` blocks before it once more, and the rest.  Returns its
 * length; *bytes is the caller's.
 */
size_t made_set_last_volume(const struct made_set *m, uint32_t number,
    size_t at, size_t repeated, uint8_t **bytes);

/* A set with all kinds of files: some 160 blocks. */
void made_set_all_kinds(struct made_set *m);

/*
 * Read it; fills in what came of the parts, and fails the test where offsets do
 * not ascend without gaps up to the size.
 */
struct made_result made_set_read(struct made_set *m, struct fake_volumes *f);

/*
 * As made_set_read(), of volumes about whose contents nothing is known.  Unless
 * 0, the rest of an inode is skipped after so many of its items.
 */
struct made_result made_set_read_any(struct fake_volumes *f,
    unsigned int skip_after);

#endif
