/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * frame.h - where a zstd frame begins and ends (RFC 8878)
 *
 * Looks at headers of frames and blocks only; decodes nothing.  The bytes may be
 * anything.
 */
#ifndef FILTER_ZSTD_FRAME_H
#define FILTER_ZSTD_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAGIC 0xFD2FB528u
#define FRAME_SKIPPABLE 0x184D2A50u	/* and 15 more, to ...5F */
#define FRAME_SKIPPABLE_HEADER 8

#define FRAME_BEGINNING 18		/* bytes that frame_begins() looks at */

enum frame_kind {
	FRAME_NONE,		/* no frame begins here */
	FRAME_DATA,
	FRAME_SKIPPED		/* to be skipped by decoders */
};

struct frame {
	enum frame_kind kind;
	uint64_t header;	/* bytes; of a skippable frame, all of it */
	bool has_size;
	uint64_t size;		/* of its content */
	bool has_check;		/* 4 bytes at its end */
};

/* What begins there?  FRAME_NONE also if `length` is too short to tell. */
struct frame frame_begins(const uint8_t *bytes, size_t length);

/*
 * Walks through the blocks: *at, at first frame.header, moves behind what is in
 * the `length` bytes from the beginning of the frame.  FRAME_MORE: bytes up to
 * *at + 3 are needed; FRAME_WHOLE: it ends at *at; FRAME_WRONG: it is damaged.
 */
enum frame_walk { FRAME_MORE, FRAME_WHOLE, FRAME_WRONG };
enum frame_walk frame_walk(const struct frame *frame, const uint8_t *bytes,
    size_t length, uint64_t *at);

#endif
