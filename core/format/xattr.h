/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xattr.h - the stream format of extended attributes
 *
 * Packs attributes into the form that restore reads (doc/stream-format.md,
 * "Extended attributes"): that of attributes inside an ext4 inode.
 */
#ifndef CORE_XATTR_H
#define CORE_XATTR_H

#include <stdint.h>

#include "dumpengine/plugin.h"

#define XATTR_RECORD_MIN 32	/* readers assume a complete header */
#define XATTR_RECORD_MAX 4096	/* if exceeded, restore loses the next inode */
#define XATTR_VALUE_MAX 65536	/* Linux accepts no larger one */
/* A record of one attribute that may be as large as that, in tape blocks. */
#define XATTR_LARGE_BLOCKS 65

/* A record being packed. */
struct xattr_record {
	uint8_t data[XATTR_RECORD_MAX];
	size_t entries_end;	/* entries grow from the front, */
	size_t values_begin;	/* values from the back */
};

/* The result of xattr_add(). */
enum xattr_fit {
	XATTR_ADDED,
	XATTR_FULL,		/* does not fit, but an empty one would do */
	XATTR_TOO_LARGE,	/* in no record that restore reads */
	XATTR_UNKNOWN,		/* the format cannot represent that name */
	XATTR_BAD_VALUE		/* an invalid access control list */
};

void xattr_begin(struct xattr_record *record);

/* Add an attribute; value as from getxattr(2). */
enum xattr_fit xattr_add(struct xattr_record *record,
    const struct de_xattr *xattr);

/*
 * Close the record and join its parts at the front of `data`.  Returns its size
 * in bytes; 0 if nothing was added.
 */
size_t xattr_end(struct xattr_record *record);

/*
 * Make a record of one attribute of any size, which restore cannot read; the
 * rest of `data` becomes zeros.  *size is that of the record, in bytes.
 */
enum xattr_fit xattr_encode_large(
    uint8_t data[static XATTR_LARGE_BLOCKS * DE_TAPE_BLOCK],
    const struct de_xattr *xattr, size_t *size);

/*
 * May setting it fail on a filesystem that accepts plain attributes?  restore
 * then drops what follows it in its record.
 */
bool xattr_is_risky(const char *name);

/*
 * The prefix that the index of an entry stands for, or with *is_whole the
 * whole name.  NULL: none.
 */
const char *xattr_prefix(uint8_t index, bool *is_whole);

#endif
