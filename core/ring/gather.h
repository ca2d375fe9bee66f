/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gather.h - read the pieces of a record with as few calls as possible
 *
 * Pieces that are contiguous in the source are read by one call, straight into
 * their places.  A small gap between two of them (most often the unused end of
 * a filesystem block) is read too, and discarded.
 *
 * Unreadable areas are narrowed down to tape blocks, which are set to zero.
 *
 * Called by the slaves; touches only what it is passed.
 */
#ifndef CORE_GATHER_H
#define CORE_GATHER_H

#include <stdint.h>
#include <sys/uio.h>

#include "dumpengine/plugin.h"

struct gather_source {
	enum de_status (*read)(void *arg, uint64_t address,
	    const struct iovec *iov, int iov_count,
	    struct de_read_error *error);
	void *arg;
	/* Asked before each read while narrowing, which can take long. */
	bool (*is_wanted)(void *arg);
	void *wanted_arg;
};

/* Bytes to read. */
struct gather_piece {
	uint8_t *to;
	size_t length;
	uint64_t address;	/* of the source */
	uint64_t offset;	/* in the file; only for messages, as `inode` */
	uint32_t inode;
};

/* Unreadable bytes, set to zero. */
struct gather_loss {
	uint32_t inode;
	uint64_t offset;	/* in the file */
	uint64_t length;
	uint64_t address;	/* of the first unreadable byte */
	int error;		/* as errno */
};

/* A list of losses.  Starts zeroed; the caller frees `items`. */
struct gather_losses {
	struct gather_loss *items;
	size_t count;
	size_t room;
};

/*
 * Read all pieces, in order.  Unreadable bytes are added to `losses`,
 * contiguous tape blocks of a piece as one.  Returns false if out of memory for
 * the list, or as soon as is_wanted() returns false.
 */
bool gather_read(const struct gather_source *source,
    const struct gather_piece *pieces, unsigned int count,
    struct gather_losses *losses);

#endif
