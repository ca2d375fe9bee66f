/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mounted.h - is the filesystem of a device mounted, where, and how
 *
 * Asks libmount.  What counts is the number of the device, whatever name it
 * was mounted by; an image file counts as mounted when a loop device that has
 * it behind it is, and so does another loop device of the same image.
 */
#ifndef FS_EXT2_MOUNTED_H
#define FS_EXT2_MOUNTED_H

#include <stdbool.h>
#include <stddef.h>

#include "dumpengine/plugin.h"

struct mounted {
	bool is_mounted;
	bool for_writing;		/* at one place at least */
	char mount_point[4096];		/* "" if it is not mounted */
};

/*
 * Look for `device`, a block device or an image file.  One that is not there
 * is not mounted.  DE_OK; or DE_FAILED, after reporting that the table of
 * what is mounted cannot be read.
 */
enum de_status mounted_find(const struct de_host *host, const char *device,
    struct mounted *m);

/*
 * Have what the kernel holds back for `mount_point` written, and forget what
 * was read of the open device `fd` before.  Gives up after `limit` seconds,
 * or when the run is aborted.  What went wrong is reported as a warning.
 */
void mounted_flush(const struct de_host *host, const char *mount_point,
    int fd, unsigned int limit);

#endif
