/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xattr.h - extended attributes as they stand in a stream
 *
 * Packs attributes into the form that restore reads (doc/stream-format.md,
 * "Extended attributes"): that of attributes inside an ext4 inode.
 */
#ifndef CORE_XATTR_H
#define CORE_XATTR_H

#include <stdint.h>

#include "dumpengine/plugin.h"

#define XATTR_RECORD_MIN 32	/* readers take it that there is a header */
#define XATTR_RECORD_MAX 4096	/* more, and restore loses the next inode */

/* A record being packed. */
struct xattr_record {
	uint8_t data[XATTR_RECORD_MAX];
	size_t entries_end;	/* entries grow up from the front, */
	size_t values_begin;	/* values down from the back */
};

/* How adding went. */
enum xattr_fit {
	XATTR_ADDED,
	XATTR_FULL,		/* not in this record, but in an empty one */
	XATTR_TOO_LARGE,	/* in no record */
	XATTR_UNKNOWN,		/* the format has no place for that name */
	XATTR_BAD_VALUE		/* an access control list that is none */
};

void xattr_begin(struct xattr_record *record);

/* Add an attribute; value as getxattr(2) gives it. */
enum xattr_fit xattr_add(struct xattr_record *record,
    const struct de_xattr *xattr);

/*
 * Close the record and bring its parts together at the front of `data`.
 * Returns its size in bytes; 0 if nothing was added.
 */
size_t xattr_end(struct xattr_record *record);

/*
 * May setting it fail on a filesystem that takes plain attributes?  restore
 * then drops what stands behind it in its record.
 */
bool xattr_is_risky(const char *name);

#endif
