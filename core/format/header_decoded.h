/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * header_decoded.h - what a header of any dialect says
 *
 * Filled in by header_decode() and the files of the families.
 */
#ifndef CORE_HEADER_DECODED_H
#define CORE_HEADER_DECODED_H

#include "core/format/dialect.h"
#include "core/format/header.h"

#define HEADER_END_OF_MEDIUM 7	/* TS_EOM of Sun: the rest is nothing */

/* What the data after a header is. */
enum header_part {
	HEADER_PART_DATA,	/* of the file, directory or link */
	HEADER_PART_XATTRS,	/* ext2 attribute record */
	HEADER_PART_FINDER,	/* Mac OS X finder info */
	HEADER_PART_FORK,	/* Mac OS X resource fork */
	HEADER_PART_SHADOW,	/* Sun: access control list */
	HEADER_PART_INDEX,	/* ours: behind the end, of the whole set */
	HEADER_PART_UNKNOWN	/* skip it */
};

struct header {
	uint32_t type;		/* enum header_type or HEADER_END_OF_MEDIUM */
	int64_t date;		/* seconds; 0: unknown */
	int64_t base_date;
	uint32_t volume;
	uint64_t tapea;
	uint64_t first_record;
	uint32_t inode;
	int32_t level;
	uint32_t blocking;	/* c_ntrec; 0: unknown */
	uint32_t flags;		/* c_flags */
	/*
	 * c_count.  At most HEADER_ADDRS for TS_INODE and TS_ADDR; for
	 * TS_TAPE, it may be anything.
	 */
	uint32_t count;
	const uint8_t *addrs;	/* c_addr, in the block */
	char label[17];		/* these are "" where a dialect lacks them */
	char filesystem[65];
	char device[65];
	char host[65];

	/* TS_END, ours: if need be, what follows is on further volumes */
	enum header_follows follows;
	bool has_pointer;	/* an index came before it */
	struct header_pointer pointer;
	uint64_t index_offset;	/* HEADER_PART_INDEX: where the data is in it */

	/* TS_INODE and TS_ADDR, and TS_TAPE if it continues an inode */
	bool continues;		/* Sun: a TS_TAPE that is a TS_ADDR, too */
	enum header_part part;
	bool metadata_only;	/* DR_METAONLY */
	bool is_exact;		/* meta is from our extension */
	bool has_links;		/* meta.links is known */
	bool flags_are_linux;	/* meta.flags may be set on Linux */
	bool is_hidden;		/* not a POSIX type: Sun attribute directory,
				   shadow, whiteout, NetApp's streams; or */
	bool is_attribute;	/*   Sun: a file in an attribute directory */
	struct de_inode meta;	/* as far as the dialect has it */
	uint32_t xattr_size;	/* UFS2: bytes of attributes after the data */
	uint32_t attribute_directory;	/* Sun: its inode; 0: none */
	const uint8_t *inline_data;	/* Linux: 60 bytes in the block, if the
					   flag of inline data is set; else
					   NULL */
	const uint8_t *list;	/* Sun: list in the header; NULL: none */
	size_t list_length;
};

#endif
