/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream_directory.h - the records of a directory
 *
 * The header states the size of the converted directory, so that is built in
 * memory first, up to BUFFER_BYTES.  A larger one is converted twice: to learn
 * its size, and to write it.  So memory use does not grow with its size.
 */
#ifndef CORE_STREAM_DIRECTORY_H
#define CORE_STREAM_DIRECTORY_H

#include "core/write/stream.h"

/*
 * Put the records.  Returns DE_OK; DE_NO_MORE if the directory is left out, as
 * the source has reported; or DE_FAILED, like passes_write().
 */
enum de_status stream_directory_put(const struct stream *s,
    const struct de_inode *inode);

#endif
