/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream_file.h - the records of a regular file
 *
 * A header speaks for up to 512 tape blocks of the file, holes included, and
 * stands in front of their data.  So extents are collected until they pass the
 * end of such a segment.
 */
#ifndef CORE_STREAM_FILE_H
#define CORE_STREAM_FILE_H

#include "core/write/stream.h"

/*
 * Put them.  DE_OK; DE_NO_MORE: it is left out, as the source has said; or
 * DE_FAILED, as passes_write().
 */
enum de_status stream_file_put(const struct stream *s,
    const struct de_inode *inode);

#endif
