/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gather.h - read the pieces of a record with as few calls as possible
 *
 * Pieces that lie side by side in the source are read by one call, straight to
 * their places.  A small gap between two of them (the unused end of a
 * filesystem block, most often) is read along and thrown away.
 *
 * What cannot be read is narrowed down to tape blocks, and these become zeros.
 *
 * Called by the slaves; touches nothing but what it is given.
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
	/* Asked before each try of a narrowing, which may take long. */
	bool (*is_wanted)(void *arg);
	void *wanted_arg;
};

/* Bytes to be read. */
struct gather_piece {
	uint8_t *to;
	size_t length;
	uint64_t address;	/* of the source */
	uint64_t offset;	/* these two for messages only: in the file */
	uint32_t inode;
};

/* Bytes that could not be read, and are zeros now. */
struct gather_loss {
	uint32_t inode;
	uint64_t offset;	/* in the file */
	uint64_t length;
	uint64_t address;	/* of the first byte that could not be read */
	int error;		/* as errno */
};

/* A list of them.  Begins zeroed; the caller frees `items`. */
struct gather_losses {
	struct gather_loss *items;
	size_t count;
	size_t room;
};

/*
 * Read all pieces, in their order.  What cannot be read is added to `losses`;
 * tape blocks that follow each other in a piece make one of them.  Returns
 * false if out of memory for the list, or if it is not wanted any more.
 */
bool gather_read(const struct gather_source *source,
    const struct gather_piece *pieces, unsigned int count,
    struct gather_losses *losses);

#endif
