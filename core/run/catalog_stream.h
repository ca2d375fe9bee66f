/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_stream.h - a volume, read through the filters that it has passed
 *
 * Main thread.
 */
#ifndef CORE_CATALOG_STREAM_H
#define CORE_CATALOG_STREAM_H

#include "core/base/digest.h"
#include "core/host/filters.h"
#include "core/run/catalog_task.h"
#include "dumpengine/plugin.h"

struct catalog_stream;

/*
 * Open the volume facts->medium of `output`; NULL: it is a file.  All borrowed.
 * NULL after a report.
 */
struct catalog_stream *catalog_stream_open(struct catalog_task_run *t,
    const struct filters *filters, const struct plugin_config *output,
    const struct de_volume *facts);
void catalog_stream_close(struct catalog_stream *s);	/* accepts NULL */

/* Its first bytes, so many; false: it is shorter, or after a report. */
bool catalog_stream_head(struct catalog_stream *s, uint8_t *bytes,
    size_t length);

/* The digest of all that is left.  False after a report. */
bool catalog_stream_digest(struct catalog_stream *s,
    char text[static DIGEST_TEXT_BYTES]);

#endif
