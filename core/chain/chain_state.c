/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tells which dumps on a medium may be overwritten, and retires those that are.
 */
#include "core/chain/chain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/chain/chain_lines.h"
#include "core/chain/chain_own.h"
#include "core/base/date.h"
#include "core/base/digest.h"
#include "core/config/dumpdates.h"

/* Capacity of the fields of a header, without the NUL. */
#define DEVICE_MAX 63
#define LABEL_MAX 15

/* ----------------------------------------------------------------- matching */

static bool
has_text(const char *record, const char *found, size_t max)
{
	if (found == NULL)
		return true;
	char *plain = history_plain(record);
	const bool same = plain != NULL && strncmp(plain, found, max) == 0;
	free(plain);
	return same;
}

static bool
is_found(const struct history_record *r, const struct de_dump_found *found)
{
	return r->date == found->date && r->level == found->level &&
	    r->base_date == found->base_date &&
	    has_text(r->device, found->device, DEVICE_MAX) &&
	    has_text(r->filesystem, found->filesystem, DEVICE_MAX) &&
	    has_text(r->label, found->label, LABEL_MAX) &&
	    has_text(r->host, found->host, DEVICE_MAX);
}

static bool
has_volume(const struct history_record *r, uint32_t number)
{
	for (size_t i = 0; i < json_array_size(r->volumes); i++)
		if (json_integer_value(json_object_get(json_array_get(
		    r->volumes, i), "number")) == (json_int_t)number)
			return true;
	return false;
}

static bool
is_own(const struct chain *chain, const struct history_record *r)
{
	return chain->id[0] != '\0' && strcmp(r->id, chain->id) == 0 &&
	    strcmp(r->key, chain->key) == 0;
}

/* ------------------------------------------------------------- dependencies */

/* Does `from` build on `to`, directly or through other dumps? */
static bool
descends(const struct history_list *list, const struct history_record *from,
    const struct history_record *to)
{
	for (size_t rounds = 0; rounds <= list->count; rounds++) {
		const struct history_record *next = NULL;
		for (size_t i = 0; i < list->count && next == NULL; i++) {
			const struct history_record *r = &list->items[i];
			if (r->date == from->base_date &&
			    (int64_t)r->level == from->base_level &&
			    strcmp(r->name, from->name) == 0 &&
			    chain_is_same_file(r->dumpdates, from->dumpdates))
				next = r;
		}
		if (from->base_date == 0 || next == NULL)
			return false;
		if (next->date == to->date && next->level == to->level)
			return true;
		from = next;
	}
	return false;
}

/*
 * Does the running dump, which is to overwrite `r`, replace a line?  It does if
 * it covers the line's dump, or is of the same job, whose rules may have become
 * narrower.  A dump that does not update dumpdates replaces only what it
 * overwrites, and only if it selects no less: a subtree, or the changes since a
 * date, cannot stand in for a full dump.
 */
static bool
is_replaced(const struct chain *chain, const struct history_record *line,
    const struct history_record *r)
{
	const bool same_job = strcmp(line->job, chain->own.job) == 0;

	if (line->level < chain->own.level)
		return false;
	if (!chain->updates)
		return same_job && line->level == r->level &&
		    line->date == r->date &&
		    chain->own.base_date <= line->base_date &&
		    chain_covers(&chain->own, line);
	return same_job || chain_covers(&chain->own, line);
}

/* Could a later dump build on it, directly or through other dumps? */
static bool
is_needed(const struct chain *chain, const struct history_list *list,
    const struct history_record *r)
{
	struct chain_lines lines;
	bool needed = false;

	if (!r->is_base || r->dumpdates == NULL)
		return false;
	const struct chain_place place = { r->dumpdates, r->name, NULL };
	const bool is_ours = chain_is_at(&chain->own, &place);
	if (is_ours && descends(list, &chain->own, r))
		return true;
	if (!chain_lines_read(&lines, &place, list, false,
	    chain->rep, chain->cancelled))
		return true;
	for (size_t i = 0; i < lines.count && !needed; i++) {
		const struct history_record *line = lines.items[i].record;
		if (line == NULL || (is_ours && is_replaced(chain, line, r)) ||
		    !chain_is_current(&lines, &lines.items[i]))
			continue;
		needed = (line->date == r->date && line->level == r->level) ||
		    descends(list, line, r);
	}
	chain_lines_free(&lines);
	return needed;
}

static enum de_dump_state
state_of(const struct chain *chain, const struct history_list *list,
    const struct history_record *r, const struct de_dump_found *found)
{
	switch (r->status) {
	case HISTORY_RUNNING:
		if (is_own(chain, r))
			return has_volume(r, found->volume) ? DE_DUMP_BASE :
			    DE_DUMP_UNFINISHED;
		return history_is_alive(r) ? DE_DUMP_BASE :
		    DE_DUMP_UNFINISHED;
	case HISTORY_FINISHED:
	case HISTORY_INCOMPLETE:
		return is_needed(chain, list, r) ? DE_DUMP_BASE :
		    DE_DUMP_FINISHED;
	case HISTORY_ABORTED:
	case HISTORY_GONE:
		break;
	}
	return DE_DUMP_UNFINISHED;
}

/* Is it the base of the running dump, whether or not the history has it? */
static bool
is_own_base(const struct chain *chain, const struct de_dump_found *found)
{
	return chain->own.base_date != 0 &&
	    found->date == chain->own.base_date &&
	    (int64_t)found->level == chain->own.base_level &&
	    (chain->own.device == NULL ||
	    has_text(chain->own.device, found->device, DEVICE_MAX)) &&
	    (chain->own.host == NULL ||
	    has_text(chain->own.host, found->host, DEVICE_MAX));
}

/* Does the running dump, of the same or a lower level, stand in for it? */
static bool
makes_up_for(const struct chain *chain, const struct de_dump_found *found)
{
	return chain->own.level <= found->level && (chain->updates ||
	    (chain->own.base_date <= found->base_date &&
	    chain->own.subtree == NULL));
}

/*
 * For a dump that is not in the history: does its line in the job's dumpdates
 * file, perhaps from dump(8), still serve as a base?
 */
static bool
is_line_alone(const struct chain *chain, const struct history_list *list,
    const struct de_dump_found *found)
{
	const struct history_record *own = &chain->own;
	const struct chain_place place = { own->dumpdates, own->name,
	    chain->given };
	const struct chain_line *line;
	struct chain_lines lines;

	if (own->dumpdates == NULL || own->name == NULL ||
	    makes_up_for(chain, found) || found->level > INT32_MAX ||
	    (own->device != NULL &&
	    !has_text(own->device, found->device, DEVICE_MAX)) ||
	    (own->host != NULL &&
	    !has_text(own->host, found->host, DEVICE_MAX)))
		return false;
	bool needed = !chain_lines_read(&lines, &place, list, false,
	    chain->rep, chain->cancelled);
	if (!needed) {
		line = chain_lines_find(&lines, (int32_t)found->level,
		    found->date);
		needed = line != NULL && chain_is_current(&lines, line);
	}
	chain_lines_free(&lines);
	return needed;
}

enum de_dump_state
chain_dump_state(void *arg, const struct de_dump_found *found)
{
	const struct chain *chain = arg;
	enum de_dump_state worst = DE_DUMP_UNKNOWN;
	struct history_list list;

	if (is_own_base(chain, found))
		return DE_DUMP_BASE;
	history_load(&chain->history, &list);
	for (size_t i = 0; i < list.count; i++) {
		if (!is_found(&list.items[i], found))
			continue;
		const enum de_dump_state state = state_of(chain, &list,
		    &list.items[i], found);
		if (state > worst)
			worst = state;
	}
	if (worst == DE_DUMP_UNKNOWN && is_line_alone(chain, &list, found))
		worst = DE_DUMP_BASE;
	history_free(&list);
	return worst;
}

/* --------------------------------------------- what shows no header itself */

/* The number of its volume that begins so; 0: none is known to. */
static uint32_t
find_head(const struct history_record *r, const char *digest)
{
	for (size_t i = 0; i < json_array_size(r->heads); i++) {
		const json_t *o = json_array_get(r->heads, i);
		const char *head = json_string_value(json_object_get(o,
		    "head"));
		const json_int_t number = json_integer_value(json_object_get(o,
		    "number"));
		if (head != NULL && strcmp(head, digest) == 0 && number > 0 &&
		    number <= UINT32_MAX)
			return (uint32_t)number;
	}
	return 0;
}

struct take {
	void (*fn)(void *arg, const struct de_dump_found *found);
	void *arg;
};

/* NULL is unknown, also if memory is out. */
static void
tell_found(const struct history_record *r, uint32_t number,
    const struct take *take)
{
	char *device = history_plain(r->device);
	char *filesystem = history_plain(r->filesystem);
	char *label = history_plain(r->label);
	char *host = history_plain(r->host);
	const struct de_dump_found found = {
		.struct_size = sizeof(found),
		.date = r->date,
		.base_date = r->base_date,
		.level = r->level,
		.volume = number,
		.device = device,
		.filesystem = filesystem,
		.label = label,
		.host = host,
	};

	take->fn(take->arg, &found);
	free(device);
	free(filesystem);
	free(label);
	free(host);
}

void
chain_find_dump(const struct chain *chain, const void *bytes, size_t length,
    void (*fn)(void *arg, const struct de_dump_found *found), void *arg)
{
	const struct take take = { fn, arg };
	char digest[DIGEST_TEXT_BYTES];
	struct history_list list;
	uint32_t number = 0;

	if (length == 0)
		return;
	digest_head(bytes, length, digest);
	history_load(&chain->history, &list);
	for (size_t i = 0; number == 0 && i < list.count; i++) {
		number = find_head(&list.items[i], digest);
		if (number != 0)
			tell_found(&list.items[i], number, &take);
	}
	history_free(&list);
}

/* ----------------------------------------------------------------- retiring */

struct retiring {
	const struct chain *chain;
	const struct de_dump_found *found;
	const struct history_list *list;
	const struct history_record *gone;
	bool changed;
	struct dumpdates_entry told;	/* the line last reported */
};

static bool
mark_gone(void *arg, struct history_list *list)
{
	struct retiring *retiring = arg;

	retiring->changed = false;
	for (size_t i = 0; i < list->count; i++) {
		struct history_record *r = &list->items[i];
		if (!is_found(r, retiring->found) || r->status ==
		    HISTORY_GONE || history_is_alive(r))
			continue;
		r->status = HISTORY_GONE;
		retiring->changed = true;
	}
	return retiring->changed;
}

static void
tell(struct retiring *retiring, const struct dumpdates_entry *entry)
{
	const struct chain *chain = retiring->chain;
	const bool later = entry->date > chain->own.date;
	char date[DATE_TEXT_BYTES];

	/* The file is read twice. */
	if (entry->level == retiring->told.level &&
	    entry->date == retiring->told.date)
		return;
	retiring->told = *entry;
	date_format(entry->date, date);
	report(chain->rep, later ? DE_WARNING : DE_INFO, "%s: removing the "
	    "level %" PRIu32 " dump of %s: %s", retiring->gone->dumpdates,
	    entry->level, date, later ? "it is dated later than the running "
	    "dump, so nothing may build on it" :
	    "it or one of its bases is being overwritten");
}

/* Is the entry the retired dump, or does it build on it? */
static bool
goes(const struct retiring *retiring, const struct dumpdates_entry *entry)
{
	const struct history_record *gone = retiring->gone;

	if (entry->level == gone->level && entry->date == gone->date)
		return true;
	for (size_t i = 0; i < retiring->list->count; i++) {
		const struct history_record *r = &retiring->list->items[i];
		if (r->level == entry->level && r->date == entry->date &&
		    strcmp(r->name, gone->name) == 0 &&
		    chain_is_same_file(r->dumpdates, gone->dumpdates) &&
		    descends(retiring->list, r, gone))
			return true;
	}
	return false;
}

static bool
is_broken(void *arg, const struct dumpdates_entry *entry)
{
	struct retiring *retiring = arg;

	if (!goes(retiring, entry))
		return false;
	tell(retiring, entry);
	return true;
}

/* Remove it from its dumpdates file, too: dump(8) may read that. */
static bool
take_out(const struct retiring *retiring)
{
	char *file = history_plain(retiring->gone->dumpdates);
	char *name = history_plain(retiring->gone->name);
	struct retiring arg = *retiring;
	const bool ok = file != NULL && name != NULL &&
	    dumpdates_change(file, name, is_broken, &arg, NULL, 0,
	    retiring->chain->rep, retiring->chain->cancelled);

	free(file);
	free(name);
	return ok;
}

/* A dump that is not in the history may be in the job's own dumpdates file. */
static bool
retire_unknown(const struct chain *chain, const struct de_dump_found *found,
    const struct history_list *list)
{
	const struct history_record gone = {
		.dumpdates = chain->own.dumpdates,
		.name = chain->own.name,
		.level = found->level,
		.date = found->date,
	};
	const struct retiring retiring = { .chain = chain, .found = found,
	    .list = list, .gone = &gone };

	return chain->own.dumpdates == NULL || take_out(&retiring);
}

static bool
retire_known(const struct chain *chain, const struct de_dump_found *found,
    const struct history_list *list, const struct history_record *r)
{
	struct retiring retiring = { .chain = chain, .found = found,
	    .list = list, .gone = r };
	const bool marked = history_change(&chain->history, r->key, NULL,
	    true, mark_gone, &retiring);
	const bool out = r->dumpdates == NULL || take_out(&retiring);

	/* The engine reads the history, dump(8) only dumpdates. */
	return marked || (out && r->is_noted);
}

enum de_status
chain_retire(void *arg, const struct de_dump_found *found)
{
	const struct chain *chain = arg;
	struct history_list list;
	bool ok = true, known = false;

	history_load(&chain->history, &list);
	for (size_t i = 0; i < list.count; i++) {
		const struct history_record *r = &list.items[i];
		if (!is_found(r, found) || history_is_alive(r))
			continue;
		known = true;
		/* Nothing builds on one that was given up. */
		if (r->status == HISTORY_ABORTED || r->status == HISTORY_GONE)
			continue;
		ok = retire_known(chain, found, &list, r) && ok;
	}
	if (!known)
		ok = retire_unknown(chain, found, &list);
	history_free(&list);
	if (ok)
		return DE_OK;
	report(chain->rep, DE_ERROR, "the dump on the medium cannot be removed "
	    "from the history and dumpdates; not overwriting it");
	return DE_FAILED;
}
