/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain_volumes.h - are the volumes of a recorded dump still there?
 *
 * Private to core/chain/.  Looks at files only: what is on a tape is known from
 * the history, which outputs keep right (chain_retire()).
 */
#ifndef CORE_CHAIN_VOLUMES_H
#define CORE_CHAIN_VOLUMES_H

#include <jansson.h>

#include "core/chain/history_record.h"

/*
 * The path, escaped as in records and owned by `r`, of a volume that is surely
 * gone; NULL if all are there or cannot be told.  One look at a folder per
 * volume.
 */
const char *chain_volume_gone(const struct history_record *r);

/*
 * Add the place of the file to a volume of a record, if its medium is a file.
 * Returns false if out of memory.
 */
bool chain_volume_note_place(json_t *volume);

#endif
