/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job_filters.h - the filters that the volumes of a job pass
 *
 * Main thread only.
 */
#ifndef CORE_JOB_FILTERS_H
#define CORE_JOB_FILTERS_H

#include "core/config/job_config.h"
#include "core/host/instance.h"

struct job_filters {
	struct instance **items;	/* owned, as they are */
	size_t count;
	struct option_set *options;	/* owned; of the only one, if it is
					   the engine's own; else NULL */
};

/*
 * Make an instance of each.  False after a report; call job_filters_free() in
 * either case.
 */
bool job_filters_make(struct job_filters *f, const struct job_config *config,
    struct report *rep, const atomic_int *cancelled);
void job_filters_free(struct job_filters *f);

/* Is the only one that compresses as dump(8) does? */
bool job_filters_compress(const struct job_filters *f);

/* Could they write a volume now?  False after reporting why not. */
bool job_filters_check(const struct job_filters *f);

#endif
