/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config_text.h - the text of a configuration, with all that it includes
 *
 * libconfig would open included files itself, and say little about problems
 * with them.  Here, the text of each replaces its @include line, and the origin
 * of each line is kept.  Integers that libconfig would silently truncate to 32
 * bits are refused on the way.
 *
 * Used in the process that reads the configuration; see config_tree.c.
 */
#ifndef CORE_CONFIG_TEXT_H
#define CORE_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/report.h"
#include "core/base/trust.h"

struct config_text;

/*
 * Read `file`.  "-", /dev/stdin and /dev/fd/N stand for descriptors that are
 * already open.  Gives up on a FIFO without a writer after a few seconds.
 * Mistakes are reported and counted in *errors.  Returns NULL if out of memory.
 */
struct config_text *config_text_read(const char *file,
    const struct trust *trust, struct report *rep, unsigned int *errors);
void config_text_free(struct config_text *text);

/* Is the text complete?  If not, parsing it is pointless. */
bool config_text_is_whole(const struct config_text *text);

/* The whole text, NUL-terminated. */
const char *config_text_get(const struct config_text *text);

/* The file that line `line` (the first is 1) is from, and its line there. */
const char *config_text_origin(const struct config_text *text,
    unsigned int line, unsigned int *line_there);

/* The name of `file` for messages. */
const char *config_text_name(const char *file);

#endif
