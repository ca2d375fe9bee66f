/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream_file.h - the records of a regular file
 *
 * A header describes up to 512 tape blocks of the file, including holes, and
 * precedes their data.  So extents are collected until they pass the end of
 * such a segment.
 */
#ifndef CORE_STREAM_FILE_H
#define CORE_STREAM_FILE_H

#include "core/write/stream.h"

/*
 * Put the records.  Returns DE_OK; DE_NO_MORE if the file is left out, as the
 * source has reported; or DE_FAILED, like passes_write().
 */
enum de_status stream_file_put(const struct stream *s,
    const struct de_inode *inode);

#endif
