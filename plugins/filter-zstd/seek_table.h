/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seek_table.h - the table of frames at the end of a volume
 *
 * The published format of zstd's contrib/seekable_format: a skippable frame with
 * the two lengths of each frame before it, their number, a descriptor and a
 * magic number.
 *
 * Memory: for writing 4 bytes for each frame, for reading 8.
 */
#ifndef FILTER_ZSTD_SEEK_TABLE_H
#define FILTER_ZSTD_SEEK_TABLE_H

#include "input.h"

#define SEEK_TABLE_FIXED 25	/* bytes, with the entry of the mark */
#define SEEK_TABLE_ENTRY 8	/* bytes of each other frame */

/* To be written. */
struct frame_list {
	uint32_t mark;		/* bytes of the skippable frame at the
				   beginning */
	uint32_t frame_size;	/* plain bytes of all frames but the last */
	uint32_t last_size;	/* of the last one */
	uint32_t *encoded;	/* owned; bytes of each frame */
	size_t count, room;
};

/* Note frame `number`, which may replace it and those after.  False: no memory. */
bool frame_list_note(struct frame_list *list, uint64_t number, size_t plain,
    size_t encoded);
void frame_list_clear(struct frame_list *list);

/* Put the table, or nothing if it does not fit.  Returns the result of `put`. */
enum de_status seek_table_put(const struct frame_list *list, uint64_t room,
    de_put_fn *put, void *arg);

/* Read from a volume whose frames, but for those without contents, are alike. */
struct seek_table {
	uint64_t *begins;	/* owned; where each frame begins, and the end of
				   the last */
	size_t count;		/* frames with contents; 0: there is no table */
	uint32_t frame_size;	/* plain bytes of all but the last */
	uint64_t size;		/* plain bytes of all */
};

/*
 * Read it and go back to the beginning.  A table that is absent, damaged or of
 * another make is none.  False if the input failed, or out of memory.
 */
bool seek_table_read(struct seek_table *table, struct input *in);
void seek_table_free(struct seek_table *table);

/* Plain bytes in frame `number`. */
uint64_t seek_table_plain(const struct seek_table *table, size_t number);

#endif
