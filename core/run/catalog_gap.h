/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_gap.h - what the catalogue lacks to restore a dump
 */
#ifndef CORE_CATALOG_GAP_H
#define CORE_CATALOG_GAP_H

#include "core/run/catalog_task.h"

struct catalog_gap {
	int64_t base;			/* id of the dump it builds on; 0: none */
	int64_t missing_base;		/* date of the first one that its chain
					   lacks; 0: none */
	uint32_t missing_volume;	/* the first, of all its copies; 0: none */
	uint32_t overwritten;		/* the first one that was overwritten by
					   another dump; 0: none */
	bool is_killed;			/* aborted, by nobody knows what */
	uint32_t volumes;		/* that are known, without copies */
};

/*
 * A dump that is aborted or expired has no gaps: nothing is restored from it;
 * but it may have been overwritten.  False if the run has to end.
 */
bool catalog_gap_find(struct catalog_task_run *t, const struct catalog_dump *d,
    struct catalog_gap *gap);

bool catalog_gap_is_one(const struct catalog_gap *gap);

/*
 * "no base of 2026-10-01T03:00:00", "no volume 2", "volume 1 was overwritten",
 * "its run was killed"; "" if there is nothing to tell.
 */
#define CATALOG_GAP_BYTES 100
void catalog_gap_format(const struct catalog_gap *gap,
    char text[static CATALOG_GAP_BYTES]);

/* Is it complete or incomplete, so that something can be restored from it? */
bool catalog_gap_is_usable(const struct catalog_dump *d);

#endif
