/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * passes.h - the passes that write: maps, directories, everything else
 */
#ifndef CORE_PASSES_H
#define CORE_PASSES_H

#include "core/write/stream.h"

/*
 * Put the maps, the directories (pass III) and everything else (pass IV), in
 * the order of doc/stream-format.md: all between the volume header and the end
 * of the stream.  DE_OK or DE_FAILED; if that was not the tape's doing, it is
 * reported.
 */
enum de_status passes_write(const struct stream *s);

#endif
