/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mounted.h - is the filesystem of a device mounted, where, and how?
 *
 * The number of the device counts, not the name it was mounted by, and that of
 * every other device with the same bytes (behind.h).  Our own mount table is
 * not enough: the filesystem may be mounted in another namespace, such as a
 * container's, or nowhere any more after "umount -l" while in use.  So this
 * also asks the kernel what it has open, and other processes' tables where.
 */
#ifndef FS_EXT2_MOUNTED_H
#define FS_EXT2_MOUNTED_H

#include <stdbool.h>
#include <stddef.h>

#include "behind.h"
#include "dumpengine/plugin.h"

#define MOUNTED_PATH_BYTES 4096

struct mounted {
	bool is_mounted;
	bool for_writing;		/* in at least one place */
	char mount_point[MOUNTED_PATH_BYTES];	/* here; "" if not */

	/*
	 * For messages: "on /srv", "on /srv in the mount namespace of process 7
	 * (sh)", "at a place not visible from here".
	 */
	char where[MOUNTED_PATH_BYTES + 128];

	/* The path to flush it by; "" if none. */
	char reach[MOUNTED_PATH_BYTES + 32];

	struct behind_device device;	/* the mounted one; its name may be
					   "" */
	bool is_itself;			/* it is the requested device */
	bool is_ext4;			/* by the ext4 driver */

	/* Describes an unknown exclusive user; "" if none. */
	char suspicion[256];
};

/*
 * Look for `device`, a block device or an image file.  A missing one is not
 * mounted.  DE_OK; DE_FAILED after reporting that the mount table cannot be
 * read.
 */
enum de_status mounted_find(const struct de_host *host, const char *device,
    struct mounted *m);

#endif
