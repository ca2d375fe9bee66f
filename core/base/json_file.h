/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * json_file.h - writes a report in JSON, and texts for it
 */
#ifndef CORE_JSON_FILE_H
#define CORE_JSON_FILE_H

#include <jansson.h>

#include "core/base/report.h"

/*
 * Write it to `file`, replacing it as a whole, or to standard output if that is
 * "-".  False after reporting why not.
 */
bool json_file_write(const char *file, const json_t *root,
    struct report *rep);

/*
 * A text, which may be any bytes, escaped so that distinct ones stay distinct.
 * Null if out of memory.
 */
json_t *json_file_text(const char *text);

#endif
