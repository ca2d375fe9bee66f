/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * setup.h - all that a job needs before the first inode is looked at
 *
 * Its plugins at work, the source open, the date and the host for the headers,
 * and the place of the dump among other dumps.  Opens what it is to dump and
 * writes nothing, but for the history that is put right.
 *
 * Lives in the process that was forked for the job, and in those forked from
 * that; main thread only.
 */
#ifndef CORE_SETUP_H
#define CORE_SETUP_H

#include "core/chain/chain.h"
#include "core/chain/level.h"
#include "core/host/source.h"
#include "core/run/job_task.h"
#include "core/select/footprint.h"

#define SETUP_HOST_BYTES 256
#define SETUP_FILESYSTEM_BYTES 64	/* what a header holds */

/* What the job is set up for. */
enum setup_use {
	SETUP_FOR_DUMP,
	SETUP_FOR_LOOK		/* nothing is put right, and no snapshot is read:
				   the device itself will do, as it is */
};

struct setup {
	const struct job_config *config;	/* borrowed */
	const struct job_settings *settings;	/* of it */
	const struct snapshot *snapshot;	/* borrowed; NULL: there is none */
	enum setup_use use;
	struct report *rep;			/* borrowed */
	const atomic_int *cancelled;		/* borrowed */
	int channel;				/* to the supervisor */

	struct plugin_config source_config;	/* as configured, but for what the
						   snapshot or a look overrides */
	struct instance *source_instance;
	struct instance *output;
	struct instance *eot;			/* NULL: there is none */
	struct places *places;			/* borrowed; no volume goes there */
	struct source src;
	bool source_is_open;

	char host[SETUP_HOST_BYTES];
	char filesystem[SETUP_FILESYSTEM_BYTES];	/* "/srv", or "/srv (dir
						   /mail)" if only that is dumped */
	char *name;				/* in dumpdates; owned */
	int64_t date;				/* of the dump */
	struct chain *chain;
	struct level level;
	struct footprints *footprints;		/* of files; NULL: it is not live */
};

/*
 * Set up; `channel` is that to the supervisor.  Returns false after reporting
 * why it could not; setup_end() is due in any case.
 */
bool setup_begin(struct setup *setup, const struct job_task *task,
    enum setup_use use, int channel);
void setup_end(struct setup *setup);

/*
 * Can the dump be recorded?  To be dumped, a dumpdates file that is missing is
 * made.  Returns false after reporting why not.
 */
bool setup_check_dumpdates(const struct setup *setup);

/* Report what is about to be dumped, with its date and level. */
void setup_report(const struct setup *setup);

#endif
