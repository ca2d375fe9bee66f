/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * set.h - a set, read as a sequence of inodes and their contents
 *
 * Above this, nobody knows about media, volumes, blocks or dialects.  Damage is
 * said exactly: which bytes of which inode, or how many blocks between inodes.
 * After it, reading goes on at the next good header.
 *
 * One thread uses a set.  Only chunks are shared.
 */
#ifndef CORE_SET_H
#define CORE_SET_H

#include "core/format/index_mark.h"
#include "core/format/inomap.h"
#include "core/read/volumes.h"

struct set;

/* Who made the set, from its first header.  Texts as in struct header. */
struct set_identity {
	int64_t date;
	int64_t base_date;	/* 0: a full dump */
	int32_t level;
	char label[17];
	char filesystem[65];
	char device[65];
	char host[65];
	char dialect[DIALECT_TEXT_BYTES];
};

enum set_kind {
	/*
	 * Both maps are complete, or could not be read; once, before the first
	 * inode.
	 */
	SET_MAPS,
	/* An inode begins; all up to SET_INODE_END belongs to it. */
	SET_INODE,
	SET_DATA,		/* bytes of its contents */
	SET_HOLE,		/* zeros */
	/*
	 * Contents that the set should have and has not.  Offset and length as
	 * for SET_DATA; counts as a hole.
	 */
	SET_LOST_DATA,
	/*
	 * What SET_DATA just gave may be damaged: what is around it in the
	 * record is.  Offset and length as there, and `why`.
	 */
	SET_DOUBT,
	SET_XATTR,		/* one attribute */
	/*
	 * Some could not be read.  Behind the end of the stream, `inode` may be
	 * 0: it is unknown whose they were.
	 */
	SET_LOST_XATTRS,
	SET_INODE_END,
	/*
	 * An attribute of an earlier inode, from behind the end of the stream:
	 * too large for restore(8).
	 */
	SET_LATE_XATTR,
	/*
	 * Blocks could not be read between inodes; what was in them is
	 * unknown.
	 */
	SET_LOST,
	/*
	 * Bytes of the index of the set, with set_want_index(): at `offset`,
	 * ascending, `length` of them.  Behind all else.
	 */
	SET_INDEX,
	/* Something is wrong there, or between the set and its index. */
	SET_LOST_INDEX,
	SET_END			/* of the set; `complete` says whether it was
				   there */
};

struct set_item {
	enum set_kind kind;
	uint32_t inode;			/* 0: none */
	/*
	 * SET_INODE, and valid until the call after SET_INODE_END, which has
	 * it, too.  Sizes of directories are those in the stream.
	 */
	const struct header *header;
	bool is_hidden;			/* see struct header */
	uint64_t offset;		/* SET_DATA, SET_HOLE, SET_LOST_DATA, in
					   ascending order, without gaps; */
	uint64_t length;		/*   bytes; SET_LOST: blocks */
	const uint8_t *bytes;		/* SET_DATA: valid until the next call,
					   or while the chunk is held;
					   SET_INDEX: until the next call */
	struct chunk *chunk;		/* of `bytes`; NULL: copy them */
	const struct de_xattr *xattr;	/* SET_XATTR, SET_LATE_XATTR: valid
					   until the next call */
	bool complete;			/* SET_INODE_END: nothing was lost;
					   SET_END: the end was found */
	const char *why;		/* SET_LOST...: what happened */
};

/* Takes over `volumes`, also on failure.  NULL if out of memory (reported). */
struct set *set_new(struct volumes *volumes, struct report *rep);
void set_free(struct set *s);

const struct set_identity *set_identity(const struct set *s);

/* Who wrote it, as far as is known; complete behind the root directory. */
const struct dialect *set_dialect(const struct set *s);

/*
 * Blocks were left out of it on purpose, as in a table of contents, so the
 * numbers of its blocks say nothing.  Before the first set_next().
 */
void set_is_extract(struct set *s);

/* Read on behind the end of the set, if an index is there. */
void set_want_index(struct set *s);

/*
 * Go over the index instead of stopping before it, so that whoever writes into a
 * pipe can end.
 */
void set_pass_index(struct set *s);

/*
 * After SET_END: what the end of the index says of it; NULL if there is none.
 */
const struct header_pointer *set_index_pointer(const struct set *s);
/* Is there an index, or was there one? */
bool set_has_index(const struct set *s);

/*
 * The next item.  False if memory ran out (reported), the run was cancelled, or
 * `want` refused a volume.  After SET_END, call it no more.
 */
bool set_next(struct set *s, struct set_item *item);

/*
 * Between SET_INODE and SET_INODE_END: the rest of the inode is not wanted.
 * Neither contents nor attributes of it come any more, only SET_INODE_END;
 * where the medium can, they are jumped over.
 */
void set_skip_contents(struct set *s);

/* After SET_END: nothing more is read of the medium, not even ahead. */
void set_stop(struct set *s);

/*
 * After SET_MAPS: inodes in use, and those in this set.  NULL if the map was
 * lost.
 */
const struct inomap *set_in_use(const struct set *s);
const struct inomap *set_dumped(const struct set *s);

/* Bytes read so far, and in all; 0: unknown. */
uint64_t set_bytes(const struct set *s);
uint64_t set_size(const struct set *s);

/*
 * Where the header of the last SET_INODE is: volume, and bytes from its
 * beginning.  False if that is unknown.
 */
bool set_position(const struct set *s, uint32_t *volume, uint64_t *position);

/*
 * No inode before this place is wanted: when one is passed over, go on there.
 * It may be before the header that is meant, by a record.  What is there must be
 * `inode` or one before it, or else the place is wrong and ignored.  If that is
 * UINT32_MAX, it may be the end of the stream, too.
 */
void set_aim(struct set *s, uint32_t volume, uint64_t position,
    uint32_t inode);

/* The volume being read, and the position on it, for messages. */
uint32_t set_volume(const struct set *s);

#endif
