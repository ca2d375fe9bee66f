/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * header_layout.h - where things are in a header
 *
 * Shared by what writes headers and what reads them; see doc/stream-format.md,
 * "Header", "Inode part" and "Dialects".  Offsets are bytes from the beginning
 * of the tape block.
 */
#ifndef CORE_HEADER_LAYOUT_H
#define CORE_HEADER_LAYOUT_H

#define MAGIC_60011 60011	/* V7 to 4BSD */
#define MAGIC_60012 60012	/* the "new" format, since 4.2BSD; ours */
#define MAGIC_60013 60013	/* Sun, large tape blocks */
#define MAGIC_UFS2 0x19540119	/* FreeBSD since 5.0, and others for UFS2 */

#define CHECKSUM 84446		/* required sum of the words of a header */

/* c_flags */
#define FLAG_NEWHEADER 0x0001u
#define FLAG_NEWINODEFMT 0x0002u	/* Sun: c_inos is valid */
#define FLAG_SUN_REDUMP 0x0004u
#define FLAG_SUN_INCREMENTAL 0x0008u
#define FLAG_SUN_LIST 0x0010u	/* access control list in the header */
#define FLAG_COMPRESSED 0x0080u
#define FLAG_METAONLY 0x0100u
#define FLAG_EXTATTRIBUTES 0x8000u
#define FLAGS_KNOWN (FLAG_NEWHEADER | FLAG_NEWINODEFMT | FLAG_SUN_REDUMP | \
	FLAG_SUN_INCREMENTAL | FLAG_SUN_LIST | FLAG_COMPRESSED |	\
	FLAG_METAONLY | FLAG_EXTATTRIBUTES)

/* c_extattributes */
#define EXT_FINDER 1
#define EXT_FORK 2
#define EXT_XATTR 3

#define FLAG_OF_INLINE_DATA 0x10000000u		/* in di_flags: ext4's */

#define LABEL_BYTES 16		/* NUL included, as below */
#define NAME_BYTES 64
#define NTREC_MAX 1024		/* largest blocking factor of dump */

/* All with 60012; with 60013, and for the others where they have it. */
enum header_offset {
	C_TYPE = 0,
	C_DATE = 4,
	C_DDATE = 8,
	C_VOLUME = 12,
	C_TAPEA = 16,
	C_INUMBER = 20,
	C_MAGIC = 24,
	C_CHECKSUM = 28,
	DI_MODE = 32,
	DI_NLINK = 34,
	DI_OUID = 36,
	DI_OGID = 38,
	DI_SIZE = 40,
	DI_ATIME = 48,
	DI_MTIME = 56,
	DI_CTIME = 64,
	DI_RDEV = 72,		/* first word of di_db */
	DI_RDEV_NEXT = 76,	/* second one */
	DI_FLAGS = 132,
	DI_GEN = 140,
	DI_UID = 144,
	DI_GID = 148,
	C_COUNT = 160,
	C_ADDR = 164,
	C_LABEL = 676,
	C_LEVEL = 692,
	C_FILESYS = 696,
	C_DEV = 760,
	C_HOST = 824,
	C_FLAGS = 888,
	C_FIRSTREC = 892,
	C_NTREC = 896,
	C_EXTATTRIBUTES = 900,
	C_SPARE = 904
};

/* In c_spare of TS_END, ours: attributes follow; "Behind the end". */
#define END_MORE_TEXT "DEa1"

#define INLINE_DATA_BYTES 60	/* at DI_RDEV, up to DI_FLAGS */

/* UFS2, where it differs. */
enum header_ufs2_offset {
	UFS2_ATIME_NS = 52,
	UFS2_MTIME_NS = 60,
	UFS2_BIRTH_TIME_NS = 76,
	UFS2_BIRTH_TIME = 80,
	UFS2_ATIME = 88,
	UFS2_MTIME = 96,
	UFS2_EXTSIZE = 104,
	UFS2_DATE = 896,
	UFS2_DDATE = 904,
	UFS2_TAPEA = 912,
	UFS2_FIRSTREC = 920
};

/* Sun, where it differs. */
enum header_sun_offset {
	SUN_SHADOW = 144,
	SUN_UID = 148,
	SUN_GID = 152,
	SUN_ATTRIBUTES = 156,
	SUN_LIST = 692,
	SUN_TPBSIZE = 896
};

#define SUN_LIST_BYTES 196

/* 60011 on 32-bit machines: as above up to C_CHECKSUM. */
enum header_4bsd_offset {
	BSD4_INODE = 32,
	BSD4_COUNT = 96,
	BSD4_ADDR = 100
};

/* 60011 on a PDP-11. */
enum header_v7_offset {
	V7_TYPE = 0,
	V7_DATE = 2,
	V7_DDATE = 6,
	V7_VOLUME = 10,
	V7_TAPEA = 12,
	V7_INUMBER = 16,
	V7_MAGIC = 18,
	V7_CHECKSUM = 20,
	V7_INODE = 22,
	V7_COUNT = 86,
	V7_ADDR = 88
};

/* The inode of both, from its beginning. */
enum header_old_inode_offset {
	OLD_MODE = 0,
	OLD_NLINK = 2,
	OLD_UID = 4,
	OLD_GID = 6,
	OLD_SIZE = 8,
	OLD_RDEV = 12,		/* the first disk address */
	OLD_ATIME = 52,
	OLD_MTIME = 56,
	OLD_CTIME = 60
};

#endif
