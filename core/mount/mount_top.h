/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_top.h - the directory in which the folders of the dates are
 *
 * They are in order of their dates; the link "latest" leads to the last one.
 */
#ifndef CORE_MOUNT_TOP_H
#define CORE_MOUNT_TOP_H

#include "core/mount/mount_target.h"

/* All of them answer the request; `ino` is the top or its link. */
void mount_top_lookup(fuse_req_t req, fuse_ino_t ino, const char *name);
void mount_top_getattr(fuse_req_t req, fuse_ino_t ino);
void mount_top_readlink(fuse_req_t req, fuse_ino_t ino);
void mount_top_read(fuse_req_t req, size_t size, off_t offset, bool plus);

#endif
