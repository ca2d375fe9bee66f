/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config_text.h - the text of a configuration, with all that it includes
 *
 * libconfig would open included files itself, and say little of what is wrong
 * with them.  Here they are put in place of their @include lines, and it is
 * known of each line where it comes from.  Numbers that libconfig would cut
 * down to 32 bits without a word are refused on the way.
 *
 * For the process that reads the configuration, config_tree.c.
 */
#ifndef CORE_CONFIG_TEXT_H
#define CORE_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/report.h"
#include "core/base/trust.h"

struct config_text;

/*
 * Read `file`; "-", /dev/stdin and /dev/fd/N are descriptors that are open
 * already.  A FIFO that nobody writes to is given up after some seconds.
 * Mistakes are reported and counted in *errors.  Returns NULL if out of memory.
 */
struct config_text *config_text_read(const char *file,
    const struct trust *trust, struct report *rep, unsigned int *errors);
void config_text_free(struct config_text *text);

/* Is there all of it?  Else there is no use in parsing it. */
bool config_text_is_whole(const struct config_text *text);

/* All of it, with a NUL at the end. */
const char *config_text_get(const struct config_text *text);

/* From which file its line `line` (the first is 1) comes, and from where there. */
const char *config_text_origin(const struct config_text *text,
    unsigned int line, unsigned int *line_there);

/* What to call `file` in messages. */
const char *config_text_name(const char *file);

#endif
