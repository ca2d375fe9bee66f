/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_directory.h - what is in a directory, as FUSE asks for it
 */
#ifndef CORE_MOUNT_DIRECTORY_H
#define CORE_MOUNT_DIRECTORY_H

#include <fuse3/fuse_lowlevel.h>
#include <stdbool.h>

/* Both answer the request.  `plus`: with what belongs to each entry. */
void mount_directory_open(fuse_req_t req, fuse_ino_t ino,
    struct fuse_file_info *fi);
void mount_directory_read(fuse_req_t req, fuse_ino_t ino, size_t size,
    off_t offset, bool plus);

#endif
