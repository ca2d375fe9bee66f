/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records a dump in its dumpdates file, and finishes what earlier runs left
 * undone there.
 */
#include "core/chain/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/chain/chain_lines.h"
#include "core/chain/chain_own.h"
#include "core/base/date.h"
#include "core/config/dumpdates.h"
#include "core/chain/level.h"

/* ------------------------------------------------------------------- noting */

/* A line with a later date was written while the clock was ahead. */
static bool
is_later(void *arg, const struct dumpdates_entry *entry)
{
	const struct chain *chain = arg;
	char date[DATE_TEXT_BYTES];

	if (entry->date <= chain->own.date)
		return false;
	date_format(entry->date, date);
	report(chain->rep, DE_WARNING, "%s: removing the level %"
	    PRIu32 " dump "
	    "of %s: it is dated later than the dump just made, so nothing may "
	    "build on it", job_dumpdates(chain->job), entry->level, date);
	return true;
}

/* The base may have been replaced while the dump ran. */
static bool
has_base(const struct chain *chain, const struct chain_lines *lines)
{
	return chain->own.base_date == 0 || chain_lines_find(lines,
	    chain->own.base_level, chain->own.base_date) != NULL;
}

struct displacing {
	const struct chain *chain;
	const struct chain_lines *lines;	/* before this dump is in */
};

/* Can later levels still build on the dump although its line is replaced? */
static bool
is_to_stay(const struct displacing *d, const struct history_record *r)
{
	return chain_is_whole(r) && r->date != d->chain->own.date &&
	    strcmp(r->job, d->chain->own.job) != 0 &&
	    chain_lines_find(d->lines, (int32_t)r->level, r->date) != NULL &&
	    !chain_covers(&d->chain->own, r);
}

static bool
may_be_displaced(const struct displacing *d, const struct history_record *r)
{
	const struct chain_place place = { d->chain->own.dumpdates,
	    d->chain->own.name, NULL };

	return r->level == d->chain->own.level && r->is_base && r->is_noted &&
	    chain_is_at(r, &place) && r->is_displaced != is_to_stay(d, r);
}

static bool
displace(void *arg, struct history_list *list)
{
	const struct displacing *d = arg;
	bool changed = false;

	for (size_t i = 0; i < list->count; i++) {
		struct history_record *r = &list->items[i];
		if (!may_be_displaced(d, r))
			continue;
		r->is_displaced = !r->is_displaced;
		changed = true;
	}
	return changed;
}

/* Mark dumps whose line is replaced by this one although it selected less. */
static void
keep_displaced(const struct chain *chain, const struct history_list *list,
    const struct chain_lines *lines)
{
	struct displacing d = { chain, lines };
	const char *done = "";

	for (size_t i = 0; i < list->count; i++) {
		const struct history_record *r = &list->items[i];
		if (!may_be_displaced(&d, r) || strcmp(r->key, done) == 0)
			continue;
		history_change(&chain->history, r->key, NULL, true, displace,
		    &d);
		done = r->key;
	}
}

/* Remove later lines under the job's own spelling of the device as well. */
static bool
take_out_given(const struct chain *chain)
{
	if (chain->given == NULL)
		return true;
	char *given = history_plain(chain->given);
	const bool ok = given != NULL &&
	    dumpdates_change(job_dumpdates(chain->job), given, is_later,
	    (void *)(uintptr_t)chain, NULL, 0, chain->rep, chain->cancelled);
	free(given);
	return ok;
}

static enum chain_noted
put_in_place(const struct chain *chain, const struct history_list *list,
    const struct chain_lines *lines)
{
	const char *file = job_dumpdates(chain->job);
	char *name = history_plain(chain->own.name);
	const struct dumpdates_entry entry = { name, chain->own.level,
	    chain->own.date };
	bool ok = false;

	if (!has_base(chain, lines)) {
		report(chain->rep, DE_ERROR, "%s: the base of this dump is "
		    "gone: another dump replaced it meanwhile; no level can "
		    "build on this one", file);
		free(name);
		return CHAIN_NO_BASE;
	}
	if (name != NULL) {
		keep_displaced(chain, list, lines);
		ok = dumpdates_change(file, name, is_later,
		    (void *)(uintptr_t)chain, &entry, 1, chain->rep,
		    chain->cancelled) && take_out_given(chain);
	}
	free(name);
	return ok ? CHAIN_NOTED : CHAIN_NOT_NOTED;
}

enum chain_noted
chain_note(const struct chain *chain)
{
	const struct chain_place place = { chain->own.dumpdates,
	    chain->own.name, chain->given };
	enum chain_noted noted = CHAIN_NOT_NOTED;
	struct history_list list;
	struct chain_lines lines;

	history_load(&chain->history, &list);
	if (chain_lines_read(&lines, &place, &list, false, chain->rep,
	    chain->cancelled))
		noted = put_in_place(chain, &list, &lines);
	if (noted == CHAIN_NOT_NOTED)
		report(chain->rep, DE_ERROR, "the dump is complete, but not "
		    "recorded in %s", job_dumpdates(chain->job));
	chain_lines_free(&lines);
	history_free(&list);
	return noted;
}

/* -------------------------------------------------------------- catching up */

static void
tell_killed(const struct chain *chain, const struct history_record *r)
{
	char date[DATE_TEXT_BYTES];

	date_format(r->date, date);
	report(chain->rep, DE_WARNING, "the level %" PRIu32 " dump of %s (job "
	    "%s) was killed before its end and belongs to no chain; do not "
	    "restore from its volumes", r->level, date, r->job);
}

struct catching_up {
	const struct chain *chain;
	const struct chain_lines *lines;
	bool wrote;		/* updated the dumpdates file */
};

/* In one file of the history, give dumps that were killed their ending. */
static bool
settle(void *arg, struct history_list *list)
{
	const struct catching_up *c = arg;
	const struct chain_place place = { c->chain->own.dumpdates,
	    c->chain->own.name, NULL };
	bool changed = false;

	for (size_t i = 0; i < list->count; i++) {
		struct history_record *r = &list->items[i];
		if (!chain_is_at(r, &place))
			continue;
		const struct chain_line *line = chain_lines_find(c->lines,
		    (int32_t)r->level, r->date);
		const bool in_file = line != NULL && line->in_file;
		if (r->status == HISTORY_RUNNING && !history_is_alive(r)) {
			if (!in_file)
				tell_killed(c->chain, r);
			r->status = in_file ? HISTORY_INCOMPLETE :
			    HISTORY_ABORTED;
			r->is_noted = in_file;
			changed = true;
		} else if (c->wrote && line != NULL && !r->is_noted &&
		    chain_is_whole(r)) {
			r->is_noted = true;
			changed = true;
		}
	}
	return changed;
}

/* Collect the dumps that are missing from the file; returns their number. */
static size_t
collect(const struct chain *chain, const struct chain_lines *lines,
    const char *name, struct dumpdates_entry *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct chain_line *line = &lines->items[i];
		char date[DATE_TEXT_BYTES];
		if (line->in_file || line->record->is_noted)
			continue;
		entries[count++] = (struct dumpdates_entry){ name, line->level,
		    line->date };
		date_format(line->date, date);
		report(chain->rep, DE_WARNING, "%s: the level %" PRIu32 " dump "
		    "of %s could not be recorded when it was made; recording "
		    "it now", job_dumpdates(chain->job), line->level, date);
	}
	return count;
}

/* Returns whether it updated the file; if not, the history keeps the dumps. */
static bool
put_in(const struct chain *chain, const struct chain_lines *lines)
{
	char *name = history_plain(chain->own.name);
	struct dumpdates_entry *entries = calloc(lines->count + 1,
	    sizeof(*entries));
	size_t count = 0;
	bool ok = false;

	if (name != NULL && entries != NULL) {
		count = collect(chain, lines, name, entries);
		ok = count > 0 && dumpdates_change(
		    job_dumpdates(chain->job), name, NULL, NULL, entries,
		    count, chain->rep, chain->cancelled);
	}
	free(entries);
	free(name);
	return ok;
}

static bool
needs_settling(const struct chain *chain, const struct history_record *r)
{
	const struct chain_place place = { chain->own.dumpdates,
	    chain->own.name, NULL };

	return chain_is_at(r, &place) && ((r->status == HISTORY_RUNNING &&
	    !history_is_alive(r)) || (chain_is_whole(r) && r->is_base &&
	    !r->is_noted));
}

void
chain_catch_up(const struct chain *chain)
{
	const struct chain_place place = { chain->own.dumpdates,
	    chain->own.name, NULL };
	struct history_list list;
	struct chain_lines lines;
	const char *done = "";

	if (place.dumpdates == NULL || !chain->updates)
		return;
	history_load(&chain->history, &list);
	if (chain_lines_read(&lines, &place, &list, false,
	    chain->rep, chain->cancelled)) {
		struct catching_up c = { chain, &lines, false };
		c.wrote = put_in(chain, &lines);
		for (size_t i = 0; i < list.count; i++) {
			const struct history_record *r = &list.items[i];
			if (!needs_settling(chain, r) ||
			    strcmp(r->key, done) == 0)
				continue;
			history_change(&chain->history, r->key, NULL, true,
			    settle, &c);
			done = r->key;
		}
	}
	chain_lines_free(&lines);
	history_free(&list);
}
