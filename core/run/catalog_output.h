/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_output.h - a volume that only the plugin which wrote it can reach
 *
 * Such as an object in a store.  It is reached through the output of the job
 * that wrote it, as the configuration has it, and only if the plugin can remove
 * volumes; what else it may be is nobody's to touch.
 */
#ifndef CORE_CATALOG_OUTPUT_H
#define CORE_CATALOG_OUTPUT_H

#include "core/base/digest.h"
#include "core/run/catalog_remove.h"
#include "core/run/catalog_task.h"

/* What is known of it now. */
enum catalog_output_state {
	CATALOG_OUTPUT_UNREACHED,	/* the configuration does not have it */
	CATALOG_OUTPUT_MISSING,		/* (reported) */
	CATALOG_OUTPUT_DIFFERENT,	/* another volume, or another length */
	CATALOG_OUTPUT_UNREADABLE,	/* (reported) */
	CATALOG_OUTPUT_THERE
};

/*
 * The output of job `job` (NULL: unknown), if it is of the plugin that wrote the
 * volume; otherwise NULL.
 */
const struct plugin_config *catalog_output_find(
    const struct catalog_task_run *t, const char *job,
    const struct catalog_volume *v);

/*
 * Look at volume `v` of `d`, which job `job` wrote (NULL: unknown).  With
 * `digest` all of it is read, as it is on the medium, and its digest goes there
 * if it is THERE.
 */
enum catalog_output_state catalog_output_look(struct catalog_task_run *t,
    const char *job, const struct catalog_dump *d,
    const struct catalog_volume *v, char *digest);

/*
 * Remove it, if it still is that volume.  As catalog_remove_volume(), with
 * CATALOG_REMOVE_NO_FILE if it cannot be reached; why something failed has been
 * reported.
 */
enum catalog_remove_result catalog_output_remove(struct catalog_task_run *t,
    const char *job, const struct catalog_dump *d,
    const struct catalog_volume *v);

#endif
