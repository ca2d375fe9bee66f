/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * history_json.h - a dump of the history as JSON
 *
 * A part of history.c, for its use only.
 */
#ifndef CORE_HISTORY_JSON_H
#define CORE_HISTORY_JSON_H

#include "core/chain/history_record.h"

/* A new object, or NULL if out of memory. */
json_t *history_json_make(const struct history_record *r);

/*
 * Read one; texts and arrays of *r belong to it.  Returns false if it is no dump
 * as it should be.
 */
bool history_json_read(const json_t *o, struct history_record *r);

#endif
