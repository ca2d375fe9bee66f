/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trouble.h - say what is damaged of an inode, once
 *
 * Directories and inodes are read several times in a dump.  What is wrong
 * with them is told at the first whole walk only, and no walk tells more than
 * TROUBLE_MAX things.
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

/* As host->finding(), unless it is known already. */
void trouble_tell(struct trouble *trouble, enum de_finding finding,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * The inodes from that of the trouble to `last` may be in use, but are not
 * given, unless that is known already.
 */
void trouble_tell_unknown(struct trouble *trouble, enum de_finding finding,
    uint32_t last, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * What a failed read is: an error of the medium, or just missing as the device
 * ends in front of it.
 */
enum de_finding trouble_of_read(const struct ext2 *e,
    const struct de_read_error *error);

/* The walk was a whole one: what was told is known from now on. */
void trouble_end(const struct trouble *trouble);

/* Forget everything. */
void trouble_free(struct ext2 *e);

#endif
