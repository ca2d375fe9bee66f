/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * behind.h - which block devices have the bytes of a device or image
 *
 * Itself; loop devices that begin where an image or a device does; what a loop
 * device has behind it; and what holds one of them, as the device mapper or a
 * RAID does.  The kernel is asked, by ioctl(2) and /sys, so names do not
 * matter.
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
	bool is_holder;			/* or lies over one: may change it, */
					/*   and what it shows may differ */
	char name[BEHIND_NAME_BYTES];	/* the kernel's: "sda1", "loop0" */
};

struct behind {
	struct behind_device devices[BEHIND_MAX];
	size_t count;
	bool no_memory;			/* some may be missing */
};

/*
 * Those of `path`, a block device or an image file; a block device comes first
 * itself.  None if there is nothing of that name.
 */
void behind_find(const char *path, struct behind *behind);

/* The one with that number, or NULL. */
const struct behind_device *behind_get(const struct behind *behind,
    dev_t number);

/* Fill in the device with that number; its name is "" if there is none. */
void behind_name(dev_t number, struct behind_device *device);

/* The name of its node: "/dev/" and what the kernel calls it. */
void behind_node(const struct behind_device *device, char *path, size_t room);

#endif
