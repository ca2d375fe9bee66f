/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * behind.h - find the block devices that share the bytes of a device or image
 *
 * The device itself; loop devices that begin where the image or device does;
 * the backing store of a loop device; and holders such as device mapper and
 * RAID devices.  All by ioctl(2) and /sys, so names do not matter.
 */
#ifndef FS_EXT2_BEHIND_H
#define FS_EXT2_BEHIND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define BEHIND_MAX 64
#define BEHIND_NAME_BYTES 64

/* A block device. */
struct behind_device {
	dev_t number;
	bool is_holder;			/* or stacked on one: may change it, */
					/* and may show other contents */
	char name[BEHIND_NAME_BYTES];	/* the kernel's: "sda1", "loop0" */
};

struct behind {
	struct behind_device devices[BEHIND_MAX];
	size_t count;
	bool no_memory;			/* some may be missing */
};

/*
 * Find them for `path`, a block device or an image file; a block device itself
 * comes first.  Finds none if `path` does not exist.
 */
void behind_find(const char *path, struct behind *behind);

/* The device with that number, or NULL. */
const struct behind_device *behind_get(const struct behind *behind,
    dev_t number);

/* Fill in the device with that number; its name is "" if it does not exist. */
void behind_name(dev_t number, struct behind_device *device);

/* The path of its node: "/dev/" and the kernel's name. */
void behind_node(const struct behind_device *device, char *path, size_t room);

#endif
