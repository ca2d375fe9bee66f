/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Dumps in their dumpdates file, and what earlier runs have left undone there.
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

/* A line that is later was made by a clock that was ahead. */
static bool
is_later(void *arg, const struct dumpdates_entry *entry)
{
	const struct chain *chain = arg;
	char date[DATE_TEXT_BYTES];

	if (entry->date <= chain->own.date)
		return false;
	date_format(entry->date, date);
	report(chain->rep, DE_WARNING, "%s: the level %" PRIu32 " dump of %s is "
	    "taken out: its date is later than that of the dump just made, so "
	    "nothing may build on it", job_dumpdates(chain->job),
	    entry->level, date);
	return true;
}

/* What it builds on may have been replaced while it was made. */
static bool
has_base(const struct chain *chain, const struct chain_lines *lines)
{
	return chain->own.base_date == 0 || chain_lines_find(lines,
	    chain->own.base_level, chain->own.base_date) != NULL;
}

struct displacing {
	const struct chain *chain;
	const struct chain_lines *lines;	/* before it was noted */
};

/* Will it be there to be built on though its line is taken? */
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

/* One that has less takes the place of one that has more: that is kept in mind. */
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

/* Nor may anything build on what stands there under the name that was given. */
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
		report(chain->rep, DE_ERROR, "%s: the dump that this one builds "
		    "on is not there any more: another one has taken its place "
		    "meanwhile; so nothing is to build on this one", file);
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
		report(chain->rep, DE_ERROR, "the dump is whole, but %s does "
		    "not know of it", job_dumpdates(chain->job));
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
	    "%s) was killed before its end: what there is of it belongs to no "
	    "chain, and restore must not be given it", r->level, date, r->job);
}

struct catching_up {
	const struct chain *chain;
	const struct chain_lines *lines;
	bool wrote;		/* the dumpdates file */
};

/* One file of the history: those that were killed have ended now. */
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

/* Those that should be in the file but are not; returns how many. */
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
		    "of %s could not be noted when it was made, and is noted "
		    "now", job_dumpdates(chain->job), line->level, date);
	}
	return count;
}

/* False: the file could not be written; the history has them still. */
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
