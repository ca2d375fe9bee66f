/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gather.h - read the pieces of a record with as few calls as possible
 *
 * Pieces that lie side by side in the source are read by one call, straight to
 * their places.  A small gap between two of them (the unused end of a
 * filesystem block, most often) is read along and thrown away.
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
};

/* Bytes to be read. */
struct gather_piece {
	uint8_t *to;
	size_t length;
	uint64_t address;	/* of the source */
	uint64_t offset;	/* these two for messages only: in the file */
	uint32_t inode;
};

/*
 * Read all pieces, in their order.  DE_OK; or DE_FAILED with the first piece
 * that cannot be read in *culprit and the reason in *error.
 */
enum de_status gather_read(const struct gather_source *source,
    const struct gather_piece *pieces, unsigned int count,
    const struct gather_piece **culprit, struct de_read_error *error);

#endif
