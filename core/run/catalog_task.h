/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_task.h - what the files core/run/catalog_*.c share
 */
#ifndef CORE_CATALOG_TASK_H
#define CORE_CATALOG_TASK_H

#include "core/base/exit_status.h"
#include "core/base/signals.h"
#include "core/catalog/catalog.h"
#include "core/host/plugin.h"
#include "core/run/catalog_request.h"

struct config;

/* A run of dumpengine-catalog. */
struct catalog_task_run {
	const struct catalog_request *request;	/* borrowed, as are these */
	struct plugin_registry *registry;
	struct signals *signals;
	struct report *rep;
	struct config *config;		/* NULL: there is none */
	const char *file;		/* of the catalogue */
	struct catalog *catalog;
	enum exit_status status;	/* the worst so far */
};

/* Note how it ends; the worst status stands.  Returns false. */
bool catalog_task_end(struct catalog_task_run *t, enum exit_status status);

/* The same after reporting that memory is out, or what is missing. */
bool catalog_task_no_memory(struct catalog_task_run *t);
bool catalog_task_missing(struct catalog_task_run *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The tasks.  They return false if the run has to end, with the status noted;
 * what was not found is noted as well, and the task goes on.
 */
typedef bool catalog_task_fn(struct catalog_task_run *t);

#endif
