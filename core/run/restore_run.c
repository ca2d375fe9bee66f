/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/units.h"
#include "core/config/config.h"
#include "core/host/filters.h"
#include "core/run/restore_catalog.h"
#include "core/run/restore_chain.h"
#include "core/run/restore_dates.h"
#include "core/run/restore_look.h"
#include "core/run/restore_medium.h"
#include "core/run/restore_own.h"
#include "core/run/restore_positions.h"
#include "core/run/restore_report.h"
#include "core/run/restore_set.h"
#include "core/run/restore_show.h"
#include "core/run/restore_watch.h"
#include "core/run/restore_write.h"

bool
restore_end(struct restore *r, enum verdict verdict)
{
	if (r->verdict == VERDICT_GO_ON)
		r->verdict = verdict;
	return false;
}

bool
restore_no_room(struct restore *r)
{
	report(r->rep, DE_ERROR, "out of memory, or no room for temporary "
	    "files in %s (-T names another directory): %s",
	    r->request->settings.tmpdir, strerror(errno));
	return restore_end(r, VERDICT_ABORT);
}

const struct config *
restore_config(struct restore *r)
{
	const struct config_request request = {
		.file = r->request->config != NULL ? r->request->config :
		    RESTORE_DEFAULT_CONFIG,
		.trust = r->request->trust,
		.signals = r->signals,
	};

	if (r->config == NULL)
		r->config = config_load(&request, r->registry, r->rep);
	return r->config;
}

/* ----------------------------------------------------------------- the sets */

static bool
add_set(struct restore *r, struct restore_set *set)
{
	if (set == NULL)
		return false;
	r->sets[r->set_count++] = set;
	if (r->request->file_count > 1)
		restore_set_let_go(set);
	return true;
}

/* --at: they are opened when they are read. */
static bool
plan_sets(struct restore *r)
{
	r->catalog = restore_catalog_find(r);
	const size_t count = r->catalog == NULL ? 0 :
	    restore_catalog_count(r->catalog);
	r->sets = calloc(count + 1, sizeof(struct restore_set *));
	if (r->sets == NULL)
		return restore_no_room(r);
	for (size_t i = 0; i < count; i++)
		if (!add_set(r, restore_set_plan(r,
		    restore_catalog_source(r->catalog, i))))
			return false;
	return count > 0;
}

/* -A: the set itself is opened when its files are wanted. */
static bool
open_contents(struct restore *r)
{
	const struct restore_request *q = r->request;

	if (!add_set(r, restore_set_new(r, q->contents)))
		return false;
	restore_set_stand_for(r->sets[0], q->job != NULL ? NULL : q->files[0]);
	return true;
}

bool
restore_open_sets(struct restore *r)
{
	const struct restore_request *q = r->request;

	if (q->is_from_catalog)
		return plan_sets(r);
	r->sets = calloc(q->file_count + 1, sizeof(struct restore_set *));
	if (r->sets == NULL)
		return restore_no_room(r);
	if (q->contents != NULL)
		return open_contents(r);
	if (q->job != NULL && q->file_count > 0) {
		report(r->rep, DE_ERROR, "a set and --job cannot be used "
		    "together, as no catalogue is configured");
		return restore_end(r, VERDICT_NOT_STARTED);
	}
	if (q->job != NULL)
		return add_set(r, restore_set_new(r, NULL));
	for (size_t i = 0; i < q->file_count; i++)
		if (!add_set(r, restore_set_new(r, q->files[i])))
			return false;
	return true;
}

/* ----------------------------------------------------------- the directories */

static bool
keep_names(struct restore *r, const struct restore_set *s)
{
	const struct inomap *dumped = restore_set_dumped(s);
	uint32_t adopted = 0;

	names_keep(r->names, restore_set_in_use(s), dumped);
	if (!restore_set_lost_names(s) || dumped == NULL)
		return true;
	if (!names_adopt(r->names, dumped, &adopted))
		return restore_no_room(r);
	if (adopted > 0)
		outcome_add(r->outcome, OUTCOME_DAMAGE, 0, "%s: the names of %"
		    PRIu32 " inodes are lost; what is whole of them gets the "
		    "names #INODE at the root", restore_set_name(s), adopted);
	return true;
}

bool
restore_read_trees(struct restore *r)
{
	restore_watch_begin(r->watch, 0);
	for (size_t i = 0; i < r->set_count; i++) {
		if (!restore_set_read_tree(r->sets[i]) ||
		    !keep_names(r, r->sets[i]))
			return false;
		if (r->set_count > 1)
			restore_set_let_go(r->sets[i]);
	}
	if (!names_finish(r->names))
		return restore_no_room(r);
	outcome_set_names(r->outcome, r->names);
	const uint64_t refused = names_refused(r->names);
	if (refused > 0)
		outcome_add(r->outcome, OUTCOME_DAMAGE, 0, "%" PRIu64 " name%s "
		    "of the set cannot be restored: no filesystem has such "
		    "names, or they are not in its tree", refused,
		    refused == 1 ? "" : "s");
	return true;
}

/* -------------------------------------------------------------- what to do */

static bool
act_on_trees(struct restore *r)
{
	switch (r->request->action) {
	case RESTORE_LIST:
		return restore_look_list(r);
	case RESTORE_COMPARE:
		return restore_look_compare(r);
	case RESTORE_DRILL:
		return restore_look_drill(r);
	case RESTORE_INTERACTIVE:
		return restore_write_interactive(r);
	case RESTORE_MOUNT:
		return restore_show(r);
	default:
		return restore_write_extract(r);
	}
}

static bool
act(struct restore *r)
{
	switch (r->request->action) {
	case RESTORE_VERIFY:
		return restore_look_verify(r);
	case RESTORE_POSITIONS:
		return restore_positions_write(r);
	case RESTORE_REBUILD:
	case RESTORE_RESUME:
		return restore_write_rebuild(r);
	default:
		return restore_chain_check(r, NULL, false) &&
		    restore_positions_check(r) &&
		    restore_read_trees(r) && act_on_trees(r);
	}
}

/* ------------------------------------------------------------ how it ends */

static enum exit_status
status_of(const struct restore *r)
{
	return r->verdict != VERDICT_GO_ON ? verdict_status(r->verdict) :
	    outcome_status(r->outcome);
}

static void
conclude(struct restore *r, double seconds)
{
	const enum exit_status status = status_of(r);
	const uint64_t faults = outcome_count(r->outcome, OUTCOME_MISSING) +
	    outcome_count(r->outcome, OUTCOME_DIFFERENT) +
	    outcome_count(r->outcome, OUTCOME_ATTRIBUTE) +
	    outcome_count(r->outcome, OUTCOME_DAMAGE);
	char amount[UNITS_TEXT_BYTES];

	if (r->request->action != RESTORE_LIST && r->files > 0)
		report(r->rep, DE_INFO, "%" PRIu64 " file%s, %s, in %.1f "
		    "seconds", r->files, r->files == 1 ? "" : "s",
		    units_bytes(r->bytes, amount), seconds);
	if (faults > 0)
		report(r->rep, DE_WARNING, "%" PRIu64 " %s; see above", faults,
		    faults == 1 ? "thing is missing or differs" :
		    "things are missing or differ");
	if (status != STATUS_COMPLETE && status != STATUS_INCOMPLETE)
		report(r->rep, DE_ERROR, "the run has ended early: %s",
		    exit_status_text(status));
}

/* ---------------------------------------------------------------- the steps */

bool
restore_prepare(struct restore *r)
{
	const char *folder = r->request->settings.tmpdir;

	r->outcome = outcome_new(r->rep);
	/* These two fork: before there is a thread. */
	filters_load(r->registry);
	restore_medium_load(r);
	r->watch = restore_watch_new(r->rep, r->signals);
	r->names = names_new(folder);
	r->directories = directories_new(folder);
	if (r->request->report != NULL)
		r->report = restore_report_new();
	return (r->outcome != NULL && r->watch != NULL && r->names != NULL &&
	    r->directories != NULL && (r->request->report == NULL ||
	    r->report != NULL)) || restore_no_room(r);
}

void
restore_dispose(struct restore *r)
{
	restore_watch_free(r->watch);
	for (size_t i = 0; i < r->set_count; i++)
		restore_set_free(r->sets[i]);
	free(r->sets);
	restore_catalog_free(r->catalog);
	config_free(r->config);
	directories_free(r->directories);
	names_free(r->names);
	restore_report_free(r->report);
	outcome_free(r->outcome);
}

/* The run itself is over; its report may still fail. */
static enum exit_status
write_report(struct restore *r, enum exit_status status, double seconds)
{
	if (r->report == NULL)
		return status;
	restore_report_collect(r, seconds);
	if (!restore_report_write(r->report, r->request->report, status,
	    r->rep) && status == STATUS_COMPLETE)
		return STATUS_INCOMPLETE;
	return status;
}

enum exit_status
restore_run(const struct restore_request *request,
    struct plugin_registry *registry, struct signals *signals,
    struct report *rep)
{
	const uint64_t begun = clock_ns();
	struct restore r = {
		.request = request,
		.registry = registry,
		.rep = rep,
		.signals = signals,
		.cancelled = &signals->cancel,
		.op = {
			.rep = rep,
			.cancelled = &signals->cancel,
			.may_ask = request->verbosity != REPORT_QUIET,
		},
	};
	enum exit_status status = STATUS_NOT_STARTED;

	if (restore_prepare(&r)) {
		const bool ok = restore_dates_are_wanted(&r) ?
		    restore_dates_show(&r) : restore_open_sets(&r) && act(&r);
		if (!ok && *r.cancelled != 0)
			r.verdict = VERDICT_ABORT;
		restore_watch_free(r.watch);
		r.watch = NULL;
		const double seconds = (double)(clock_ns() - begun) / 1e9;
		status = status_of(&r);
		conclude(&r, seconds);
		status = write_report(&r, status, seconds);
	}
	restore_dispose(&r);
	return status;
}
