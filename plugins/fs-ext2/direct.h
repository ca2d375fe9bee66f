/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * direct.h - read a block device or file past the cache of the system
 *
 * The kernel keeps pages of a block device that its filesystem knows nothing
 * of: once read, what a file wrote there later does not show.  Reads by
 * O_DIRECT see what is on the device.  They want addresses, lengths and memory
 * on certain borders; what does not lie on these goes through a buffer that
 * does.
 *
 * direct_read() may be called by any number of threads at once.
 */
#ifndef FS_EXT2_DIRECT_H
#define FS_EXT2_DIRECT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct direct;

/*
 * Open what `fd` is open on, which stays the caller's.  Returns NULL if it
 * cannot be read like that, with errno saying why.
 */
struct direct *direct_open(int fd);

/* Takes NULL. */
void direct_close(struct direct *direct);

/*
 * As preadv(2), with any lengths, addresses and memory: the number of bytes,
 * which may be less than asked for; 0 at the end; -1 with errno set.  An error
 * is one of the byte at `address`, or of one so near that the device cannot
 * tell them apart.
 */
ssize_t direct_read(const struct direct *direct, const struct iovec *iov,
    int iov_count, uint64_t address);

#endif
