/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream_directory.h - the records of a directory
 *
 * The header gives the size of the converted directory, so that is made
 * first, in memory, up to BUFFER_BYTES.  A larger one is converted twice: once
 * to learn its size, once to write it.  So memory does not grow with it.
 */
#ifndef CORE_STREAM_DIRECTORY_H
#define CORE_STREAM_DIRECTORY_H

#include "core/write/stream.h"

/*
 * Put them.  DE_OK; DE_NO_MORE: it is left out, as the source has said; or
 * DE_FAILED, as passes_write().
 */
enum de_status stream_directory_put(const struct stream *s,
    const struct de_inode *inode);

#endif
