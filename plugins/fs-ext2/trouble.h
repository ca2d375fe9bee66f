/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trouble.h - report the damage of an inode once
 *
 * Directories and inodes are read several times in a dump.  Their damage is
 * reported in the first complete walk only, and no walk reports more than
 * TROUBLE_MAX findings.
 */
#ifndef FS_EXT2_TROUBLE_H
#define FS_EXT2_TROUBLE_H

#include "ext2.h"

#define TROUBLE_MAX 20

struct trouble {
	struct ext2 *e;
	uint32_t inode;
	enum trouble_kind kind;
	unsigned int count;
	bool known;
};

/* Begin a walk over one aspect of an inode. */
struct trouble trouble_begin(struct ext2 *e, uint32_t inode,
    enum trouble_kind kind);

/* Like host->finding(), unless reported before. */
void trouble_tell(struct trouble *trouble, enum de_finding finding,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * The inodes from the current one to `last` may be in use but cannot be
 * returned, unless reported before.
 */
void trouble_tell_unknown(struct trouble *trouble, enum de_finding finding,
    uint32_t last, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * The kind of a failed read: a medium error, or just missing because the device
 * ends before it.
 */
enum de_finding trouble_of_read(const struct ext2 *e,
    const struct de_read_error *error);

/* The walk was complete: its findings are known from now on. */
void trouble_end(const struct trouble *trouble);

/* Forget everything. */
void trouble_free(struct ext2 *e);

#endif
