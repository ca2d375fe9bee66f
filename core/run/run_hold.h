/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_hold.h - what the catalogue of a job says of a dump on a medium
 *
 * Opened for each question, for reading, so that none is open while the dump is
 * written.
 */
#ifndef CORE_RUN_HOLD_H
#define CORE_RUN_HOLD_H

#include "core/run/job_task.h"
#include "dumpengine/plugin.h"

struct run_hold {			/* all borrowed */
	const struct job_config *config;
	const struct job_context *context;
};

/* A hook for outputs, with a struct run_hold; see dump_hold() in plugin.h. */
enum de_dump_hold run_hold_find(void *hold, const struct de_dump_found *found,
    char *why, size_t room);

#endif
