/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * set_own.h - what the files set*.c share; nobody else includes it
 *
 * A set is parsed in steps.  Each looks at what is at the cursor of the window,
 * queues a few items at most, and names the step after it.
 */
#ifndef CORE_SET_OWN_H
#define CORE_SET_OWN_H

#include "core/read/set.h"
#include "core/read/window.h"

#define ITEMS_MAX 16		/* that may be queued */
#define HEADER_INLINE_BYTES 60	/* of inline data, in a header */

enum set_result {
	SET_GO_ON,
	SET_FAILED		/* out of memory (reported), or cancelled */
};

typedef enum set_result set_step_fn(struct set *s);

/* How the number of a header (c_tapea) fits its position. */
struct set_numbers {
	bool known;		/* there was a header */
	unsigned int fits;	/* headers in a row that fitted */
	int64_t shift;		/* bytes: number * block - position */
	unsigned int volumes;	/* begun when it was last set */
	uint32_t volume;	/* of the header that set it */
};

/* A header of the set at some place ahead of the cursor. */
struct set_found {
	uint64_t distance;	/* bytes from the cursor */
	struct header header;	/* points into a block that may be gone */
	bool fits;		/* no bytes are missing before it */
	int64_t missing;	/* bytes; < 0: there are too many */
};

/* The last header looked at, if its block stays where it is. */
struct set_ahead {
	const uint8_t *block;	/* NULL: none */
	uint64_t position;
	struct set_found found;
};

/* The inode that is being passed on. */
struct set_inode {
	bool open;
	bool damaged;		/* something of it was lost */
	bool unwanted;		/* set_skip_contents() */
	bool withheld;		/* inline data waits for its attribute */
	bool has_xattrs;	/* UFS2: those behind the contents are known */
	bool has_records;	/* of attributes */
	unsigned int bridged;	/* damaged headers that could be done without */
	uint8_t *block;		/* its header, owned; DIALECT_BLOCK_MAX */
	struct header header;	/* decoded from it */
	uint64_t size;		/* of its contents */
	uint64_t offset;	/* of the next byte to pass on */
	uint64_t hole;		/* bytes before it not passed on yet */
	uint64_t covered;	/* by entries, those behind the size too */
};

/* What follows the last header of an inode, as far as not yet passed on. */
struct set_span {
	uint8_t *block;		/* the header, owned; DIALECT_BLOCK_MAX */
	bool is_plain;		/* one run of data, without a header */
	bool is_first;		/* it is that of TS_INODE */
	struct header_runs runs;
	uint64_t run;		/* bytes left of the current run */
	bool is_data;		/* of that run */
	uint64_t next_run;	/* bytes of the one after it */
	uint64_t data;		/* bytes left of data, of all runs */
	bool unchecked;		/* until its end can be seen */
	uint64_t good;		/* bytes of `data` that are right, and */
	uint64_t suspect;	/* after them, in place but perhaps wrong */
	bool doubtful;		/* blocks are missing after the good ones: */
	uint64_t resume;	/*   position where the set goes on, */
	uint64_t end;		/*   and where that was expected */
};

/* Attribute data, gathered from the blocks of some headers. */
struct set_gather {
	bool active;
	enum header_part part;
	uint32_t inode;
	uint8_t *bytes;		/* owned */
	size_t room;
	size_t length;
	uint64_t wanted;	/* bytes in all */
	uint64_t expected;	/* bytes of blocks left behind this header */
	bool damaged;
};

/* Attributes decoded, waiting to be passed on. */
struct set_attributes {
	uint8_t *bytes;		/* names and values, owned */
	size_t room;
	size_t used;
	size_t limit;		/* of `used` */
	struct set_attribute {
		size_t name;	/* these are in bytes */
		size_t value;
		size_t length;
	} *list;		/* owned */
	size_t list_room;
	size_t count;
	size_t next;		/* to be passed on */
	uint32_t inode;
	bool failed;		/* out of memory */
};

/* A map of inodes; grows with the data that is there. */
struct set_map {
	struct inomap map;
	size_t room;		/* bytes */
	size_t length;
	bool present;
	bool damaged;
};

struct set {
	struct volumes *volumes;
	struct report *rep;
	const struct dialect *dialect;
	struct dialect swapped;		/* it may be this one */
	uint32_t block;			/* bytes */
	struct set_identity identity;
	struct window window;
	struct set_numbers numbers;
	struct set_ahead ahead;
	set_step_fn *step;
	bool astray;			/* the next header was not found where
					   it was expected: */
	uint64_t expected;		/*   there, as a position; */
	bool is_broken;			/*   a break is between them */
	uint64_t junk;			/* bytes that set_step_junk() passes */
	unsigned int with_records;	/* inodes in a row that had attributes */
	bool is_coded;			/* has run lengths */
	bool at_end;			/* TS_END has come */
	bool is_extract;		/* see set_is_extract() */
	bool has_losses;		/* blocks were lost between inodes */
	struct window_mark begun;	/* header of the last inode; its volume
					   is 0: unknown */
	struct set_aim {
		uint32_t volume;	/* 0: none */
		uint64_t position;
		uint32_t inode;
	} aim;				/* see set_aim() */

	struct header_pointer pointer;	/* at the end of the index */
	uint64_t index_offset;		/* of its bytes that come next */
	uint64_t index_record;		/* bytes of a record of the medium */
	uint32_t index_left;		/* bytes of the index in this record, */
	uint32_t index_padding;		/*   and zeros behind them */
	bool wants_index;		/* as items, */
	bool reads_index;		/* or only to be behind it */
	bool has_index;			/* it follows the end of the set */
	bool has_pointer;		/* and has itself come to an end */

	struct set_item items[ITEMS_MAX];	/* queued, a ring */
	unsigned int first_item;
	unsigned int item_count;
	struct chunk *shown;		/* of the last item; held */
	struct de_xattr xattr;		/* of the last item */

	struct set_map in_use;
	struct set_map dumped;
	struct set_map *map;		/* the last one; NULL: not continued */
	uint64_t map_left;		/* bytes behind the last header */
	bool has_maps;			/* SET_MAPS was passed on */

	struct set_inode inode;
	struct set_span span;
	struct set_gather gather;
	struct set_attributes attributes;
	uint8_t *inline_bytes;		/* inline data put together, owned */
};

/* set_next.c */
struct set_item *set_queue(struct set *s, enum set_kind kind, uint32_t inode);
enum set_result set_out_of_memory(struct set *s);

/* Grow an owned buffer to at least `need` bytes.  False: out of memory. */
bool set_reserve(uint8_t **bytes, size_t *room, size_t need);

/*
 * set_header.c: a header is expected at the cursor.  set_take_header() takes
 * over one that is there.
 */
set_step_fn set_step_header;
void set_take_header(struct set *s, const struct header *h,
    const uint8_t *block);
/* Go over `bytes` that nobody wants, then expect a header. */
void set_pass_junk(struct set *s, uint64_t bytes);

/*
 * set_search.c: finding headers of the set.  set_check_at() looks at one place
 * ahead of the cursor; *block may be valid until the window is used only.
 */
bool set_check_at(struct set *s, uint64_t distance, struct set_found *found,
    const uint8_t **block);
/* Its number is the measure for what follows. */
void set_note_number(struct set *s, const struct header *h, uint64_t position);
bool set_trusts_numbers(const struct set *s);
/*
 * The first on this volume from `from` on, below `to`; one that fits is
 * preferred.
 */
bool set_search(struct set *s, uint64_t from, uint64_t to,
    struct set_found *found);

/* set_resync.c: go on at the next good header. */
set_step_fn set_step_resync;

/* Searched at once, bytes: more than one header of most dialects spans. */
#define SET_STRETCH ((uint64_t)1 << 20)

/*
 * No header is in it: pass over it, and over what hides what is behind it.
 * False at the end of the set.
 */
bool set_pass_stretch(struct set *s);

/* set_maps.c */
void set_begin_map(struct set *s, const struct header *h);
void set_continue_map(struct set *s, const struct header *h);
/* No more comes of them; `is_end`: nor of inodes.  False: out of memory. */
bool set_finish_maps(struct set *s, bool is_end);

/*
 * set_inode.c: the inode and its contents.  What begins with a header copies
 * that, and begins with what is behind it.
 */
void set_begin_inode(struct set *s, const struct header *h,
    const uint8_t *block);
/* The rest is a hole; or lost, if `why`. */
void set_end_inode(struct set *s, const char *why);
void set_put_hole(struct set *s, uint64_t bytes);
void set_put_lost(struct set *s, uint64_t bytes, const char *why);
/* The last `bytes` passed on may be damaged. */
void set_put_doubt(struct set *s, uint64_t bytes, const char *why);
bool set_put_data(struct set *s, const uint8_t *bytes, uint64_t length,
    struct chunk *chunk);

/* set_span.c: what follows a header of an inode. */
void set_begin_span(struct set *s, const struct header *h,
    const uint8_t *block);
/*
 * As if a header of `bytes` of data had been there, of which the first `suspect`
 * may be wrong.
 */
void set_begin_plain_span(struct set *s, uint64_t bytes, uint64_t suspect);

/* set_verify.c: is the data behind a header whole? */
enum set_verdict {
	SET_DATA_IS_GOOD,
	SET_DATA_IS_FAR,	/* its end cannot be seen from here */
	/* All of it is there; behind its first *good bytes it may be damaged. */
	SET_DATA_IS_SUSPECT,
	/* Its first *good bytes are, and *next is where the set goes on. */
	SET_DATA_IS_DOUBTFUL
};
enum set_verdict set_verify(struct set *s, uint64_t data,
    struct set_found *next, uint64_t *good);

/*
 * Is what is there, and should be a header, nothing like one?  Then more of the
 * medium is damaged than a few bits.
 */
bool set_is_garbled(struct set *s, uint64_t distance);

/* Bytes of that record that are after the block there. */
uint64_t set_rest_of_record(struct set *s, uint64_t distance);

/* Go on at a position; the header there was expected at another. */
void set_go_astray(struct set *s, uint64_t expected, uint64_t position);

/*
 * set_xattr.c: attribute records, whose blocks are gathered and then decoded.
 * set_gather_add() and _lose() are for those behind the contents (UFS2).
 */
void set_begin_gather(struct set *s, const struct header *h);
void set_continue_gather(struct set *s, const struct header *h);
bool set_gather_add(struct set *s, const uint8_t *bytes, uint64_t length);
void set_gather_lose(struct set *s);
enum set_result set_finish_gather(struct set *s);
/* The list in the inode's header (Sun). */
enum set_result set_take_list(struct set *s);

/* set_end.c: behind the last inode. */
set_step_fn set_step_appendix;
void set_begin_appendix(struct set *s);
enum set_result set_end(struct set *s, bool complete);

#endif
