/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * passes.h - the passes that write: maps, directories and everything else
 *
 * A further one puts attributes behind the end of the stream, if there are any
 * that restore(8) cannot read; 1/8 byte per inode of the filesystem says which
 * inodes have them.
 */
#ifndef CORE_PASSES_H
#define CORE_PASSES_H

#include "core/write/stream.h"

/*
 * Put the maps, the directories (pass III) and everything else (pass IV), in
 * the order of doc/stream-format.md: all that is between the volume header and
 * the end of the stream, which tape_finish() puts.  `late` is not used.
 * Returns DE_OK or DE_FAILED, after reporting why
 * unless the tape has already.
 */
enum de_status passes_write(const struct stream *s);

#endif
