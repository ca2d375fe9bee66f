/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dirblock_layout.h - the bytes of a directory entry
 *
 * Shared by dirblock.c and dirblock_decode.c; see doc/stream-format.md,
 * "Directories" and "Original names".
 */
#ifndef CORE_DIRBLOCK_LAYOUT_H
#define CORE_DIRBLOCK_LAYOUT_H

/* An entry: offsets from its beginning. */
enum dirblock_offset {
	ENTRY_INODE = 0,	/* d_ino, 32 bits; 0: an empty entry */
	ENTRY_LENGTH = 4,	/* d_reclen, 16 bits */
	ENTRY_TYPE = 6,		/* d_type */
	ENTRY_NAME_LENGTH = 7,	/* d_namlen */
	ENTRY_NAME = 8		/* d_name, and a NUL */
};

/*
 * The original of a name that was shortened: an empty entry right after that of
 * the shortened name, in the same chunk.  Little-endian, as our streams are.
 */
#define ORIGINAL_MAGIC_TEXT "DEn1"
enum dirblock_original_offset {
	ORIGINAL_MAGIC = 8,	/* 4 bytes */
	ORIGINAL_INODE = 12,	/* that of the entry before, 32 bits */
	ORIGINAL_LENGTH = 16,	/* of the name, 8 bits */
	ORIGINAL_NAME = 17	/* padded with NUL to a multiple of 4 */
};

#endif
