/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * direct.h - read a block device or file past the page cache
 *
 * The kernel caches pages of a block device without telling the filesystem on
 * it: once cached, they do not show what a file writes there later.  O_DIRECT
 * reads see what is on the device.  They require aligned addresses, lengths and
 * memory; unaligned requests go through a bounce buffer.
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
 * Reopen the file behind `fd`, which stays the caller's.  Returns NULL with
 * errno set if O_DIRECT does not work.
 */
struct direct *direct_open(int fd);

/* Accepts NULL. */
void direct_close(struct direct *direct);

/*
 * Like preadv(2), with any length, address and memory: returns the number of
 * bytes, possibly fewer than requested; 0 at the end; -1 with errno set.  An
 * error applies to the byte at `address`, or to one so close that the device
 * cannot tell them apart.
 */
ssize_t direct_read(const struct direct *direct, const struct iovec *iov,
    int iov_count, uint64_t address);

#endif
