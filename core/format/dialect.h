/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dialect.h - which member of the dump family wrote a stream
 *
 * Found out from its first header (doc/stream-format.md, "Dialects"), and asked
 * by everything that decodes.  Nobody above core/read/ knows about dialects.
 */
#ifndef CORE_DIALECT_H
#define CORE_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIALECT_BLOCK_MAX 65536	/* tape block of the largest, Sun's MTB */
#define DIALECT_BLOCK_MIN 512	/* of the smallest, V7's */

enum dialect_family {
	DIALECT_LINUX,		/* ours, and every Linux dump since 0.4b30 */
	DIALECT_LINUX_OLD,	/* before 0.4b30, and 4.3BSD: 16-bit IDs */
	DIALECT_44BSD,		/* 4.4BSD, NetBSD, OpenBSD, FreeBSD 1 to 4 */
	DIALECT_42BSD,		/* headers without label, device and host */
	DIALECT_UFS2,		/* magic 0x19540119: FreeBSD 5 and later */
	DIALECT_SUN,
	DIALECT_SUN_MTB,	/* magic 60013 */
	DIALECT_NETAPP,
	DIALECT_4BSD,		/* magic 60011, 32-bit */
	DIALECT_4BSD_FFS,	/* the same with the inode of 4.2BSD */
	DIALECT_V7		/* magic 60011, PDP-11 */
};

struct dialect {
	enum dialect_family family;
	bool big_endian;	/* V7: words are little-endian, high one first */
	bool compressed;	/* DR_COMPRESSED */
	bool swapped_halves;	/* of 64-bit sizes ("quad swapping") */
	uint32_t block_size;	/* of a tape block, bytes */
};

/*
 * Recognise the volume header in the first `length` bytes of a volume, of which
 * there should be DIALECT_BLOCK_MAX if the volume has them.  False: it is not
 * one; dialect_foreign() may know what it is.  Where the volume header is
 * damaged, another header will do, but says less of the dialect.
 */
bool dialect_recognise(struct dialect *d, const uint8_t *bytes, size_t length);

/*
 * The first header in bytes whose beginning is damaged; it is at *at.  True, if
 * there is one.
 */
bool dialect_search(struct dialect *d, const uint8_t *bytes, size_t length,
    size_t *at);

/* "Linux dump, little-endian, compressed" */
#define DIALECT_TEXT_BYTES 80
void dialect_describe(const struct dialect *d,
    char text[static DIALECT_TEXT_BYTES]);

/*
 * What was recognised is in truth of the family of that name: "linux",
 * "linux-old", "4.4bsd", "4.2bsd", "ufs2", "sun", "sun-mtb", "netapp", "4bsd",
 * "4bsd-ffs", "v7".  False: no such name, or another magic number.
 */
bool dialect_force(struct dialect *d, const char *name);

/*
 * What something is that is not a dump: "a tar archive; read it with tar", or
 * NULL if unknown.  `length` may be anything.
 */
const char *dialect_foreign(const uint8_t *bytes, size_t length);

/* The magic number of its headers, and whether a header's checksum is right. */
uint32_t dialect_magic(const struct dialect *d);
bool dialect_checksum_is_right(const struct dialect *d, const uint8_t *block);

/* Numbers in the dialect's byte order. */
uint16_t dialect_get16(const struct dialect *d, const uint8_t *p);
uint32_t dialect_get32(const struct dialect *d, const uint8_t *p);
uint64_t dialect_get64(const struct dialect *d, const uint8_t *p);

#endif
