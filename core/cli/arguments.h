/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * arguments.h - the command line of dumpengine
 */
#ifndef CORE_ARGUMENTS_H
#define CORE_ARGUMENTS_H

#include "core/config/config.h"
#include "core/base/report.h"
#include "core/base/trust.h"

enum action { ACT_DUMP, ACT_CHECK, ACT_ESTIMATE, ACT_LIST_PLUGINS,
    ACT_PLUGIN_HELP, ACT_VERSION, ACT_HELP };

struct arguments {		/* texts point into argv */
	enum action action;
	enum report_level verbosity;
	const char *file;	/* the configuration */
	const char *plugin;	/* of --plugin-help */
	const char *report;	/* file for the report, or NULL */
	struct config_overrides overrides;
	struct trust *trust;	/* borrowed; --trust adds to it */
	char **jobs;		/* names; job_count of them */
	int job_count;
};

/*
 * Parse the command line; only the member `trust` of *args is set beforehand.
 * Returns false after printing what is wrong to standard error.
 */
bool arguments_parse(struct arguments *args, int argc, char **argv);

#endif
