/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_set.h - a set, read into the catalogue
 */
#ifndef CORE_CATALOG_SET_H
#define CORE_CATALOG_SET_H

#include "core/run/catalog_task.h"

enum catalog_set_result {
	CATALOG_SET_ADDED,
	CATALOG_SET_NONE,		/* there is no set, or it cannot be
					   read: reported */
	CATALOG_SET_FAILED		/* the run has to end: reported */
};

/*
 * `file`: as for -f of dumpengine-restore.  `tape_file`: from 1; 0: where the
 * tape is.  `rep` gets the messages about a set that is none.
 */
enum catalog_set_result catalog_set_add(struct catalog_task_run *t,
    const char *file, uint32_t tape_file, struct report *rep);

#endif
