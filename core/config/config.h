/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config.h - the jobs of a configuration file, and where copies go
 *
 * Reads and checks a whole file before anything is opened.  The tables in
 * config.c, in job_config.c and of the plugins define what it may contain.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "core/config/job_config.h"
#include "core/host/options.h"
#include "core/host/plugin.h"
#include "core/base/report.h"
#include "core/base/signals.h"
#include "core/base/trust.h"

struct config {
	struct option_set *options;	/* at the top of the file */
	struct job_config *jobs;
	size_t job_count;
	struct job_config *copies;	/* where to; they have no source */
	size_t copy_count;
};

/* Settings of the command line that override the file, for all jobs. */
struct config_overrides {
	int64_t level;			/* -1: as in the file */
	int64_t since;			/* 0: as in the file */
	bool no_update;
};

/* The table of the options at the top of a file, for help and tests, too. */
extern const struct de_option config_top_options[];

/* Takes the name of a file; false, after a report, if out of memory. */
typedef bool config_file_fn(void *arg, const char *file);

struct config_request {			/* all borrowed */
	const char *file;		/* see config_text.h */
	const struct config_overrides *overrides;	/* NULL: none */
	const struct trust *trust;	/* NULL: trust everyone */
	const struct signals *signals;	/* cancel the reading; NULL: none do */
	/*
	 * Called for the included files that have settings, possibly several
	 * times, even if there are mistakes in them; NULL: is not.
	 */
	config_file_fn *take_included;
	void *arg;			/* of take_included */
};

/*
 * Read a file.  Returns NULL after reporting every mistake in it as
 * "FILE:LINE: KEY: what is wrong", or silently if cancelled.
 */
struct config *config_load(const struct config_request *request,
    struct plugin_registry *reg, struct report *rep);

/* Accepts NULL. */
void config_free(struct config *config);

/* The job of that name, or NULL. */
const struct job_config *config_find_job(const struct config *config,
    const char *name);

/* The same among the copies. */
const struct job_config *config_find_copy(const struct config *config,
    const char *name);

#endif
