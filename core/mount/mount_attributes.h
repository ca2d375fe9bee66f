/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_attributes.h - extended attributes, as FUSE asks for them
 *
 * Until the tree of a date is there, its root has none.
 */
#ifndef CORE_MOUNT_ATTRIBUTES_H
#define CORE_MOUNT_ATTRIBUTES_H

#include <fuse3/fuse_lowlevel.h>

/* Both answer the request. */
void mount_attributes_get(fuse_req_t req, fuse_ino_t ino, const char *name,
    size_t size);
void mount_attributes_list(fuse_req_t req, fuse_ino_t ino, size_t size);

#endif
