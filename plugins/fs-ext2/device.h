/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * device.h - the bytes of a filesystem, as they will be after its recovery
 *
 * A block device or an image file, opened for reading only, and over it the
 * blocks that the replay of a journal would write: they are kept in memory
 * and are read in place of those of the device, which is never written to.
 * Knows nothing of what the bytes mean.
 *
 * device_lay_over() is for one thread, before anything else reads; the rest may
 * be called by any number of threads at once.
 */
#ifndef FS_EXT2_DEVICE_H
#define FS_EXT2_DEVICE_H

#include <ext2fs/ext2_io.h>

#include "dumpengine/plugin.h"

struct device;

/* Returns NULL after reporting why.  `path` is borrowed. */
struct device *device_open(const struct de_host *host, const char *path);

/* Takes NULL. */
void device_close(struct device *device);

/* Its size in bytes, and its descriptor (borrowed), for advice and the like. */
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
 * From now on `length` bytes at `address` read as `bytes`, which are copied.
 * Any address and length; later ones win.  Returns false if out of memory.
 */
bool device_lay_over(struct device *device, uint64_t address,
    const void *bytes, size_t length);

/* Bytes that have been laid over it. */
uint64_t device_laid_over(const struct device *device);

/*
 * For libext2fs: a manager whose channels read the device and write over it in
 * memory.  The name to be opened is that of device_channel_name(); it lives as
 * long as the device.
 */
extern const io_manager device_io_manager;
const char *device_channel_name(const struct device *device);

#endif
