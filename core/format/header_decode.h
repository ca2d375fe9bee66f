/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * header_decode.h - a header of any dialect, decoded
 *
 * The opposite of header.h; both use the offsets of header_layout.h.  What it
 * returns is checked as far as a single header can be: counts fit, texts end.
 */
#ifndef CORE_HEADER_DECODE_H
#define CORE_HEADER_DECODE_H

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
	uint32_t count;		/* c_count; at most HEADER_ADDRS unless a map */
	const uint8_t *addrs;	/* c_addr, in the block */
	char label[17];		/* these are "" where a dialect lacks them */
	char filesystem[65];
	char device[65];
	char host[65];

	/* TS_INODE and TS_ADDR; also TS_TAPE that continues an inode (Sun) */
	enum header_part part;
	bool metadata_only;	/* DR_METAONLY */
	bool is_exact;		/* meta is from our extension */
	bool has_links;		/* meta.links is known */
	bool flags_are_linux;	/* meta.flags may be set on Linux */
	bool is_hidden;		/* not a POSIX type: Sun attribute directory,
				   shadow, whiteout, NetApp's streams */
	struct de_inode meta;	/* as far as the dialect has it */
	uint32_t xattr_size;	/* UFS2: bytes of attributes after the data */
	uint32_t attribute_directory;	/* Sun: its inode; 0: none */
	const uint8_t *inline_data;	/* Linux: 60 bytes in the block, if the
					   flag of inline data is set; else
					   NULL */
	const uint8_t *list;	/* Sun: list in the header; NULL: none */
	size_t list_length;
};

/*
 * Decode a block of d->block_size bytes.  False if it is not a header: wrong
 * magic, checksum, type or count.  `h` points into the block.
 */
bool header_decode(const struct dialect *d, const uint8_t *block,
    struct header *h);

/* Only: could a header begin with these 1024 (V7: 512) bytes?  Fast. */
bool header_has_magic(const struct dialect *d, const uint8_t *block);

/* The codes of c_addr as runs of blocks (doc/stream-format.md). */
struct header_runs {
	const uint8_t *codes;
	uint32_t left;		/* bytes of codes */
	bool are_coded;		/* run lengths; else one block per byte */
};

void header_runs_begin(struct header_runs *r, const struct dialect *d,
    const struct header *h);

/* The next run, 1 to 16448 blocks; false at the end. */
bool header_runs_next(struct header_runs *r, uint32_t *blocks, bool *is_data);

/* All blocks of data after this header, holes not counted. */
uint64_t header_data_blocks(const struct dialect *d, const struct header *h);

#endif
