/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_calls.h - what is done for each kind of request of FUSE
 *
 * The user data of the session is a struct mount_server.  Any number of threads.
 */
#ifndef CORE_MOUNT_CALLS_H
#define CORE_MOUNT_CALLS_H

#include <fuse3/fuse_lowlevel.h>

extern const struct fuse_lowlevel_ops mount_calls;

#endif
