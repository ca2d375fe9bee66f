/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mounted.h - is the filesystem of a device mounted, where, and how
 *
 * What counts is the number of the device, whatever name it was mounted by, and
 * that of every other one that has the same bytes (behind.h).  The own mount
 * table is not all: a filesystem may be mounted in the namespace of somebody
 * else, as of a container, or at no place any more, when it was unmounted with
 * "umount -l" while it was in use.  So the kernel is asked what it has open, and
 * the tables of other processes where it is.
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
	bool for_writing;		/* at one place at least */
	char mount_point[MOUNTED_PATH_BYTES];	/* here; "" if it is not */

	/*
	 * For messages: "on /srv", "on /srv in the mount namespace of process 7
	 * (sh)", "where it cannot be seen from here".
	 */
	char where[MOUNTED_PATH_BYTES + 128];

	/* By which path it can be flushed; "": by none. */
	char reach[MOUNTED_PATH_BYTES + 32];

	struct behind_device device;	/* that is mounted; its name may be "" */
	bool is_itself;			/* it is the one that was asked for */
	bool is_ext4;			/* the driver is that of ext4 */

	/* Something uses it, and nobody can tell how; "": nothing does. */
	char suspicion[256];
};

/*
 * Look for `device`, a block device or an image file.  One that is not there
 * is not mounted.  DE_OK; or DE_FAILED, after reporting that the table of
 * what is mounted cannot be read.
 */
enum de_status mounted_find(const struct de_host *host, const char *device,
    struct mounted *m);

#endif
