/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_own.h - what the files core/run/restore_*.c share
 */
#ifndef CORE_RESTORE_OWN_H
#define CORE_RESTORE_OWN_H

#include "core/base/signals.h"
#include "core/base/verdict.h"
#include "core/host/plugin.h"
#include "core/operator/operator.h"
#include "core/read/names.h"
#include "core/restore/directories.h"
#include "core/restore/outcome.h"
#include "core/run/restore_request.h"

struct config;
struct restore_catalog;
struct restore_report;
struct restore_set;
struct restore_watch;

/* A run of dumpengine-restore. */
struct restore {
	const struct restore_request *request;	/* borrowed, as are these */
	struct plugin_registry *registry;
	struct report *rep;
	struct signals *signals;
	const atomic_int *cancelled;
	struct operator op;

	struct config *config;		/* of --job; NULL: not loaded */
	struct restore_catalog *catalog;	/* NULL: not used */
	struct outcome *outcome;
	struct restore_watch *watch;
	struct restore_report *report;	/* NULL: none is wanted */

	struct restore_set **sets;	/* owned; oldest first */
	size_t set_count;
	struct names *names;		/* of all sets together */
	struct directories *directories;

	bool has_positions;		/* -Q: a table of the first set */

	/* Counted for the summary and the report. */
	uint64_t files, bytes;

	enum verdict verdict;	/* why the run ends early */
};

/* Note why the run has to end; the first reason stands.  Returns false. */
bool restore_end(struct restore *r, enum verdict verdict);

/* The same after a report that memory, or the folder of -T, is full. */
bool restore_no_room(struct restore *r);

/* The configuration, read once.  NULL after a report. */
#define RESTORE_DEFAULT_CONFIG SYSCONFDIR "/dumpengine/dumpengine.conf"
const struct config *restore_config(struct restore *r);

/*
 * Make what a run needs, and open its sets or, from a catalogue, plan them.
 * False after a report.  restore_dispose() is to be called in any case.
 */
bool restore_prepare(struct restore *r);
bool restore_open_sets(struct restore *r);
void restore_dispose(struct restore *r);

/* Read the directories of all sets, and make a tree of their names. */
bool restore_read_trees(struct restore *r);

#endif
