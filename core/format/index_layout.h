/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * index_layout.h - the index of a set, byte by byte
 *
 * Offsets and values of doc/stream-format.md, "The index", for writing and for
 * reading.  All numbers are little-endian.  A varint has seven bits a byte, the
 * lowest first, and the top bit set in all bytes but the last; a signed one is
 * (n << 1) ^ (n >> 63).
 *
 *   index   = magic, part...
 *   part    = header, stored bytes, zeros up to a multiple of 8
 *   records = the index in pieces, each with a header of the stream
 */
#ifndef CORE_INDEX_LAYOUT_H
#define CORE_INDEX_LAYOUT_H

#define INDEX_MAGIC "DEINDEX1"
#define INDEX_MAGIC_BYTES 8

enum index_part_kind {
	INDEX_PART_ABOUT = 1,	/* JSON: the dump and its volumes; the first */
	INDEX_PART_DIGESTS = 2,	/* of pieces of one volume */
	INDEX_PART_INODES = 3,	/* where each inode is */
	INDEX_PART_DIRECTORY = 4	/* names; not in a set, see
					   dumpengine-catalog(5) */
};				/* readers pass over kinds unknown to them */

enum index_part_offset {
	PART_KIND = 0,		/* 32 bits */
	PART_FLAGS = 4,		/* 32 bits */
	PART_STORED = 8,	/* 64 bits: stored bytes */
	PART_PLAIN = 16,	/* 64 bits: bytes once decompressed */
	PART_DIGEST = 24,	/* 64 bits: XXH3 of the stored bytes */
	PART_BYTES = 32
};

#define PART_IS_ZSTD 0x1u	/* a flag: stored as one zstd frame */
#define PART_ALIGNMENT 8
#define PART_PLAIN_MAX ((size_t)4 << 20)	/* no part is larger */

/* INDEX_PART_DIGESTS, not compressed. */
enum index_digests_offset {
	DIGESTS_VOLUME = 0,	/* 32 bits */
	DIGESTS_PIECE = 4,	/* 32 bits: tape blocks in a piece */
	DIGESTS_FIRST = 8,	/* 64 bits: number of the first piece */
	DIGESTS_LIST = 16	/* 64 bits each: XXH3 of the XXH3 (both 64
				   bits) of each record of the piece */
};

/* INDEX_PART_INODES: columns, each with `count` values. */
enum index_inodes_offset {
	INODES_COUNT = 0,	/* 32 bits */
	INODES_FIRST = 4,	/* 32 bits: what the first number is added to */
	INODES_BLOCK = 8,	/* 64 bits: where the first should be */
	INODES_SIZES = 16,	/* bytes of the columns, 32 bits each: */
	INODES_COLUMNS = 40	/*   enum index_column */
};

/* In this order; the last has two bytes a value. */
enum index_column {
	COLUMN_INODE,		/* signed varint: number minus the one before */
	COLUMN_BLOCK,		/* signed varint: minus where it should be */
	COLUMN_SIZE,		/* varint: bytes */
	COLUMN_TIME,		/* signed varint: mtime minus the one before */
	COLUMN_MODE,		/* 16 bits */
	INDEX_COLUMNS = 6	/* the sixth is empty */
};

#define INDEX_BATCH 16384u	/* inodes of a part, at most */

/* In c_spare of TS_END: what is behind it. */
#define END_INDEX_TEXT "DEi1"		/* the index follows */
#define END_POINTER_TEXT "DEp1"		/* the index came before: */
enum index_pointer_offset {		/*   from the beginning of c_spare */
	POINTER_VOLUME = 4,	/* 32 bits: on which it begins */
	POINTER_BLOCK = 8,	/* 64 bits: tape blocks before it there */
	POINTER_LENGTH = 16,	/* 64 bits: bytes of the index */
	POINTER_DIGEST = 24,	/* 16 bytes: XXH3 of it, 128 bits, canonical */
	POINTER_BYTES = 40
};

/*
 * A record of the index: TS_INODE of the root with c_extattributes this, and in
 * c_spare the text and where its bytes are in the index.
 */
#define EXT_INDEX 0x49
#define INDEX_RECORD_TEXT "DEx1"
enum index_record_offset {
	RECORD_OFFSET = 4,	/* 64 bits */
	RECORD_SPARE_BYTES = 12
};
#define INDEX_RECORD_BYTES ((size_t)512 << 10)	/* of index, at most */

#endif
