/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_request.h - what dumpengine-catalog was asked to do
 *
 * Filled once by core/cli/catalog_arguments.c, read by core/run/catalog_*.c.
 */
#ifndef CORE_CATALOG_REQUEST_H
#define CORE_CATALOG_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/report.h"
#include "core/base/trust.h"

enum catalog_task {
	CATALOG_TASK_NOTHING,		/* none was given */
	CATALOG_TASK_LIST,
	CATALOG_TASK_SHOW,
	CATALOG_TASK_FIND,
	CATALOG_TASK_WHICH,
	CATALOG_TASK_VOLUMES,
	CATALOG_TASK_MAY_OVERWRITE,
	CATALOG_TASK_ADD,
	CATALOG_TASK_REBUILD,
	CATALOG_TASK_CHECK,
	CATALOG_TASK_FORGET,
	CATALOG_TASK_EXPIRE,
	CATALOG_TASK_STATUS,
	CATALOG_TASK_EXPORT,
	CATALOG_TASK_HELP,
	CATALOG_TASK_VERSION
};

struct catalog_request {	/* texts point into argv */
	enum catalog_task task;
	enum report_level verbosity;
	const char *catalog;	/* NULL: that of the configuration, or the
				   default */
	const char *config;	/* NULL: the default, if it exists */
	const char *job;	/* NULL: all */
	bool has_at;
	int64_t at;		/* the last second of --at */
	bool is_json;
	bool is_bare;		/* -H: for scripts */
	bool forces;		/* --force */
	bool is_dry;		/* --dry-run */
	bool reads;		/* --read */
	bool multi_volume;	/* -M: names are prefixes */
	uint32_t tape_file;	/* -s; the first is 1; 0: where the tape is */
	const char *key;	/* --key, a file; NULL: none */
	char **names;		/* what the task is for */
	size_t name_count;
	struct trust *trust;	/* borrowed; --trust adds to it */
};

#endif
