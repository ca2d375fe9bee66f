/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * device.h - the bytes of a filesystem as they will be after recovery
 *
 * A block device or image file, opened for reading only, with an overlay of the
 * blocks that a journal replay would write.  They are read in place of those on
 * the device, which is never written.  Knows nothing about the meaning of the
 * bytes.
 *
 * The overlay is a hash table by block number, 16 bytes per block and at most
 * two thirds full.  A block that the journal holds is not copied; only its
 * place is stored.  A journal of 1 GiB with 4 KiB blocks, all different,
 * therefore costs 8 MiB.  Without an overlay a read is a single preadv(2).
 *
 * While the filesystem is mounted, the page cache of its device may be older
 * than the device: see device_read_past_cache().
 *
 * device_lay_over() and the like must be called by one thread before any other
 * reads; device_read() and device_readv() may be called by any number of
 * threads at once.
 */
#ifndef FS_EXT2_DEVICE_H
#define FS_EXT2_DEVICE_H

#include <ext2fs/ext2fs.h>

#include "dumpengine/plugin.h"

struct device;

/* Returns NULL after reporting why. */
struct device *device_open(const struct de_host *host, const char *path);

/* Has it stopped responding altogether?  Then every read fails with ENODEV. */
bool device_is_gone(const struct device *device);

/* Accepts NULL. */
void device_close(struct device *device);

/*
 * What is read past the page cache: nothing; the contents of files, whose
 * blocks are in it only by accident, while everything else is read as the
 * mounted filesystem sees it; or everything.
 */
enum device_past_cache {
	DEVICE_PAST_CACHE_NONE,
	DEVICE_PAST_CACHE_CONTENTS,
	DEVICE_PAST_CACHE_ALL
};

/*
 * Select what is read past the page cache.  Returns false with errno set if not
 * possible; nothing has changed then.  Call before anything else reads.
 */
bool device_read_past_cache(struct device *device,
    enum device_past_cache what);

/* The current selection. */
enum device_past_cache device_past_cache(const struct device *device);

/*
 * From now on read the block device `node` with number `number`, which has the
 * same contents, under the original path.  Returns false with errno set if not
 * possible; nothing has changed then.  Call before anything else reads.
 */
bool device_read_through(struct device *device, const char *node,
    dev_t number);

/* Its path, size in bytes and descriptor (for advice and the like). */
const char *device_path(const struct device *device);
uint64_t device_size(const struct device *device);
int device_descriptor(const struct device *device);

/*
 * Fill all of iov (1 to 1024 elements) with the data at `address`, like
 * de_source.read.
 */
enum de_status device_readv(const struct device *device, uint64_t address,
    const struct iovec *iov, int iov_count, struct de_read_error *error);

/* The same for one buffer. */
enum de_status device_read(const struct device *device, uint64_t address,
    void *buffer, size_t length, struct de_read_error *error);

/*
 * Like device_readv(), for file contents rather than metadata: the two differ
 * while the filesystem is mounted.
 */
enum de_status device_read_contents(const struct device *device,
    uint64_t address, const struct iovec *iov, int iov_count,
    struct de_read_error *error);

/*
 * Set the block size of the overlay, a power of 2 of at least 512 bytes; the
 * default is 4096.  Call it first.
 */
void device_set_unit(struct device *device, size_t bytes);

/*
 * From now on `length` bytes at `address` read as `bytes`, which are copied.
 * Any address and length; later calls win.  Returns false if out of memory, or
 * if the rest of a partially covered block cannot be read.
 */
bool device_lay_over(struct device *device, uint64_t address,
    const void *bytes, size_t length);

/*
 * From now on the block at `address` reads as the one at `place` of `journal`:
 * either the device itself, without its overlay, or the one passed to
 * device_take_journal().  If `escaped`, its first four bytes are the magic
 * number of the journal instead.  Both addresses are multiples of the block
 * size. Returns false if out of memory.
 */
bool device_redirect(struct device *device, uint64_t address,
    const struct device *journal, uint64_t place, bool escaped);

/*
 * Attach the device of an external journal; it is closed together with this
 * one.
 */
void device_take_journal(struct device *device, struct device *journal);

/* Drop the overlay. */
void device_uncover(struct device *device);

/*
 * The first address from `address` on that may hold anything but zeros, at most
 * `end`.  Only sparse images know; otherwise returns `address`.
 */
uint64_t device_next_data(const struct device *device, uint64_t address,
    uint64_t end);

/* Size of the overlay, in bytes. */
uint64_t device_laid_over(const struct device *device);

/*
 * For libext2fs: an I/O manager whose channels read the device and write to the
 * overlay in memory.  Open it by the name from device_channel_name(), which
 * lives as long as the device.
 */
extern const io_manager device_io_manager;
const char *device_channel_name(const struct device *device);

#endif
