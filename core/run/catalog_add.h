/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_add.h - the tasks `add' and `rebuild': from volumes to the catalogue
 *
 * The directories of a set are read, which are at its beginning, and then its
 * index; if it has none, all headers up to its end.  Nothing but the set itself
 * is needed.  Each is added in a transaction of its own.
 */
#ifndef CORE_CATALOG_ADD_H
#define CORE_CATALOG_ADD_H

#include "core/run/catalog_task.h"

/* See catalog_task_fn.  What cannot be read is noted; the others are added. */
bool catalog_add_sets(struct catalog_task_run *t);

/* The same for all that is on tapes and in directories. */
bool catalog_add_media(struct catalog_task_run *t);

#endif
