/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * header.h - the headers of a dump stream
 *
 * Builds each header field by field, little-endian, in a tape block; offsets
 * and values are those of doc/stream-format.md.  header_stamp() fills in the
 * position in the stream (block number, volume) once it is known.
 */
#ifndef CORE_HEADER_H
#define CORE_HEADER_H

#include <stdint.h>

#include "dumpengine/plugin.h"

#define HEADER_ADDRS 512	/* entries of c_addr */

/* What all headers of a dump have in common. */
struct header_identity {
	int64_t date;		/* of this dump, seconds */
	int64_t base_date;	/* of its base; 0: none */
	int32_t level;
	uint32_t blocking;	/* tape blocks per record */
	bool is_compressed;	/* by dump(8)'s way; all headers say so */
	const char *label;
	const char *filesystem;	/* mount point, or that there is none */
	const char *device;
	const char *host;
};

/* Those fields, encoded. */
struct header_template {
	uint8_t block[DE_TAPE_BLOCK];
};

enum header_type {		/* doc/stream-format.md, "Record types" */
	HEADER_TAPE = 1,
	HEADER_INODE = 2,
	HEADER_BITS = 3,
	HEADER_ADDR = 4,
	HEADER_END = 5,
	HEADER_CLRI = 6
};

/* What follows an inode's header. */
struct header_content {
	uint64_t size;		/* of the file, directory or attribute data */
	const uint8_t *addrs;	/* `count` bytes: 0 hole, 1 tape block */
	uint32_t count;		/* at most HEADER_ADDRS */
	bool attributes;	/* these are extended attributes */
};

/* What comes behind a TS_END, ours; doc/stream-format.md, "Behind the end". */
enum header_follows {
	HEADER_FOLLOWS_NOTHING,
	HEADER_FOLLOWS_ATTRIBUTES,	/* and another end */
	HEADER_FOLLOWS_INDEX		/* likewise */
};

/* Where the index is that came before a TS_END. */
struct header_pointer {
	uint32_t volume;	/* on which it begins */
	uint64_t block;		/* tape blocks before it on that volume */
	uint64_t length;	/* bytes */
	uint8_t digest[16];	/* XXH3 of these, 128 bits, canonical */
};

/* The position of a header. */
struct header_position {
	uint32_t tapea;		/* number of the tape block in the stream */
	uint32_t volume;
	uint32_t first_record;	/* the volume's first tape block */
};

void header_template_init(struct header_template *t,
    const struct header_identity *id);

/*
 * Fill a tape block with a header.  For a volume header, `inode` is the
 * interrupted one and `count` the remaining tape blocks of its last header.
 */
void header_volume(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], uint32_t inode, uint32_t count);
void header_map(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], enum header_type type,
    uint32_t inode, uint32_t map_blocks);
void header_inode(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], enum header_type type,
    const struct de_inode *inode, const struct header_content *content);
void header_end(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], uint32_t max_inode,
    enum header_follows follows);

/*
 * The end behind an index; its place may be set again later, which does nothing
 * to other headers.
 */
void header_end_pointing(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], uint32_t max_inode,
    const struct header_pointer *pointer);
void header_set_place(uint8_t block[static DE_TAPE_BLOCK], uint32_t volume,
    uint64_t before);

/*
 * Of a record of the index: `length` bytes, at most HEADER_ADDRS tape blocks,
 * from `offset` on.
 */
void header_index(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], uint32_t root_inode, uint64_t offset,
    uint32_t length);

/*
 * For a header of a volume with records of so many tape blocks, which are
 * compressed or not.  They renew the checksum.
 */
void header_set_blocking(uint8_t block[static DE_TAPE_BLOCK],
    uint32_t blocking);
void header_set_compressed(uint8_t block[static DE_TAPE_BLOCK],
    bool is_compressed);

/* Fill in the position and the checksum; may be repeated. */
void header_stamp(uint8_t block[static DE_TAPE_BLOCK],
    const struct header_position *at);

/* From a header: c_inumber, and how many tape blocks of data follow it. */
uint32_t header_get_inode(const uint8_t block[static DE_TAPE_BLOCK]);
bool header_is_attributes(const uint8_t block[static DE_TAPE_BLOCK]);
bool header_is_end(const uint8_t block[static DE_TAPE_BLOCK]);
/* Of a TS_END: differs if it says something else of what follows. */
uint32_t header_get_end_mark(const uint8_t block[static DE_TAPE_BLOCK]);
bool header_is_inode(const uint8_t block[static DE_TAPE_BLOCK]);
bool header_begins_index(const uint8_t block[static DE_TAPE_BLOCK]);
uint32_t header_get_data_blocks(const uint8_t block[static DE_TAPE_BLOCK]);

/* Can the format represent this time, and this device number? */
bool header_holds_time(const struct de_time *t);
bool header_holds_device(uint32_t major, uint32_t minor);

#endif
