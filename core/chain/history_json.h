/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * history_json.h - a history record as JSON
 *
 * Private to history.c.
 */
#ifndef CORE_HISTORY_JSON_H
#define CORE_HISTORY_JSON_H

#include "core/chain/history_record.h"

/* A new object, or NULL if out of memory. */
json_t *history_json_make(const struct history_record *r);

/*
 * Parse a record.  `o` owns the strings and arrays of *r.  Returns false if it
 * is not a valid record.
 */
bool history_json_read(const json_t *o, struct history_record *r);

#endif
