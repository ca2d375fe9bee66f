/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * device.h - the bytes of a filesystem, as they will be after its recovery
 *
 * A block device or an image file, opened for reading only, and over it the
 * blocks that the replay of a journal would write: they are read in place of
 * those of the device, which is never written to.  Knows nothing of what the
 * bytes mean.
 *
 * What lies over it is found by a hash of its block number, 16 bytes for each
 * block and at most two thirds full.  A block that the journal holds stays
 * there; only its place is kept.  So a journal of 1 GiB with blocks of 4 KiB,
 * all of them different, costs 8 MiB.  Without any such block a read is one
 * preadv(2) and nothing else.
 *
 * While the filesystem is mounted, what the system keeps of its device may be
 * older than what is on it: see device_read_past_cache().
 *
 * device_lay_over() and the like are for one thread, before anything else
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

/*
 * Does it not answer any more, wherever it is read?  Then every read fails with
 * ENODEV.
 */
bool device_is_gone(const struct device *device);

/* Takes NULL. */
void device_close(struct device *device);

/*
 * What is read past the cache of the system: nothing; the contents of files,
 * as it has their blocks only by accident, and everything else with the eyes of
 * the filesystem that is mounted; or all.
 */
enum device_past_cache {
	DEVICE_PAST_CACHE_NONE,
	DEVICE_PAST_CACHE_CONTENTS,
	DEVICE_PAST_CACHE_ALL
};

/*
 * Read it like that from now on.  Returns false, with errno saying why, if it
 * cannot be; then nothing has changed.  Before anything else reads.
 */
bool device_read_past_cache(struct device *device,
    enum device_past_cache what);

/* What it is now. */
enum device_past_cache device_past_cache(const struct device *device);

/*
 * From now on read the block device `node` of number `number`, which has the
 * same bytes, under the path as before.  Returns false, with errno saying why,
 * if it cannot be; then nothing has changed.  Before anything else reads.
 */
bool device_read_through(struct device *device, const char *node,
    dev_t number);

/* Its path, its size in bytes, and its descriptor, for advice and the like. */
const char *device_path(const struct device *device);
uint64_t device_size(const struct device *device);
int device_descriptor(const struct device *device);

/*
 * Fill all of iov (1 to 1024 pieces) with what begins at `address`, as
 * de_source.read does.
 */
enum de_status device_readv(const struct device *device, uint64_t address,
    const struct iovec *iov, int iov_count, struct de_read_error *error);

/* The same for one piece. */
enum de_status device_read(const struct device *device, uint64_t address,
    void *buffer, size_t length, struct de_read_error *error);

/*
 * As device_readv(), for what is in a file and not of the filesystem: the two
 * differ while it is mounted.
 */
enum de_status device_read_contents(const struct device *device,
    uint64_t address, const struct iovec *iov, int iov_count,
    struct de_read_error *error);

/*
 * The size of a block of what is laid over it, a power of 2 of at least 512
 * bytes; 4096 if this is not called.  To be called first.
 */
void device_set_unit(struct device *device, size_t bytes);

/*
 * From now on `length` bytes at `address` read as `bytes`, which are copied.
 * Any address and length; later ones win.  Returns false if out of memory, or
 * if the rest of a block that is covered in part cannot be read.
 */
bool device_lay_over(struct device *device, uint64_t address,
    const void *bytes, size_t length);

/*
 * From now on the block at `address` reads as the one that is at `place` of
 * `journal`: of the device itself, without what lies over it, or of the one
 * given to device_take_journal().  With `escaped` its first four bytes are the
 * magic number of the journal instead.  Both are multiples of the unit.
 * Returns false if out of memory.
 */
bool device_redirect(struct device *device, uint64_t address,
    const struct device *journal, uint64_t place, bool escaped);

/* Let it have the device of its journal, which it closes in the end. */
void device_take_journal(struct device *device, struct device *journal);

/* Everything that lies over it goes again. */
void device_uncover(struct device *device);

/*
 * The first address from `address` on that may hold anything but zeros, `end` at
 * most.  Only an image with holes knows; of anything else it is `address`.
 */
uint64_t device_next_data(const struct device *device, uint64_t address,
    uint64_t end);

/* Bytes that lie over it. */
uint64_t device_laid_over(const struct device *device);

/*
 * For libext2fs: a manager whose channels read the device and write over it in
 * memory.  The name to be opened is that of device_channel_name(); it lives as
 * long as the device.
 */
extern const io_manager device_io_manager;
const char *device_channel_name(const struct device *device);

#endif
