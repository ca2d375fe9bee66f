/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * setup.h - everything a job needs before the first inode is read
 *
 * Instances of its plugins, the open source, the date and host for the headers,
 * and the place of the dump among others.  Opens the source; writes nothing
 * except to bring the history up to date.
 *
 * Lives in the process forked for the job and in those forked from it; main
 * thread only.
 */
#ifndef CORE_SETUP_H
#define CORE_SETUP_H

#include "core/chain/chain.h"
#include "core/chain/level.h"
#include "core/host/source.h"
#include "core/run/job_filters.h"
#include "core/run/job_task.h"
#include "core/run/run_hold.h"
#include "core/select/footprint.h"

#define SETUP_HOST_BYTES 256
#define SETUP_FILESYSTEM_BYTES 64	/* as a header has room for */

/* The purpose of the set-up. */
enum setup_use {
	SETUP_FOR_DUMP,
	SETUP_FOR_LOOK		/* change nothing; read the device itself, as
				   it is, instead of a snapshot */
};

struct setup {
	const struct job_config *config;	/* borrowed */
	const struct job_settings *settings;	/* from config */
	const struct snapshot *snapshot;	/* borrowed; NULL: none */
	enum setup_use use;
	struct report *rep;			/* borrowed */
	const atomic_int *cancelled;		/* borrowed */
	int channel;				/* to the supervisor */

	struct plugin_config source_config;	/* as configured, except what a
						   snapshot or look overrides */
	struct instance *source_instance;
	struct instance *output;
	struct instance *eot;			/* NULL: none */
	struct job_filters filters;
	struct places *places;			/* borrowed; not overwritten */
	struct source src;
	bool source_is_open;

	char host[SETUP_HOST_BYTES];
	char filesystem[SETUP_FILESYSTEM_BYTES];	/* "/srv"; with a
						   subtree "/srv (dir /mail)" */
	char *name;				/* in dumpdates; owned */
	int64_t date;				/* of the dump */
	struct chain *chain;
	struct run_hold hold;			/* for the output */
	struct level level;
	struct footprints *footprints;		/* of files; NULL: not live */
};

/*
 * Set up; `channel` leads to the supervisor.  Returns false after reporting why
 * not.  Call setup_end() in either case.
 */
bool setup_begin(struct setup *setup, const struct job_task *task,
    enum setup_use use, int channel);
void setup_end(struct setup *setup);

/*
 * Check that the dump can be recorded.  When dumping, a missing dumpdates file
 * is created.  Returns false after reporting why not.
 */
bool setup_check_dumpdates(const struct setup *setup);

/* Report what is about to be dumped, with its date and level. */
void setup_report(const struct setup *setup);

#endif
