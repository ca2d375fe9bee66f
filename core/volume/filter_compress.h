/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filter_compress.h - compression as dump(8) has it, as a filter
 *
 * A filter of the engine's own.  Its pieces are the records of the stream, each
 * compressed by itself but the first one of a volume, which is plain
 * (core/format/compress.h).  Volumes that pass it have DE_VOLUME_RECORDS.
 *
 * Nobody reads through it: what reads a set undoes it (core/read/unpack.h), as
 * restore(8) does.
 *
 * Memory: 256 KiB for each thread that encodes.
 */
#ifndef CORE_FILTER_COMPRESS_H
#define CORE_FILTER_COMPRESS_H

#include "core/host/instance.h"

/* What it is called in messages. */
#define FILTER_COMPRESS_NAME "compress"

/* For instance_new(), with options of this table; option `level`. */
extern const struct plugin filter_compress;
extern const struct de_option filter_compress_options[];

#endif
