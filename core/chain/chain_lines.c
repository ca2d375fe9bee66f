/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/chain_lines.h"

#include <stdlib.h>
#include <string.h>

#include "core/config/dumpdates.h"
#include "plugins/common/safe_file.h"

/* Lines being collected. */
struct reading {
	struct chain_lines *lines;
	const struct chain_place *place;
	const struct history_list *list;
	bool failed;			/* out of memory */
};

static char *
place_of(const char *text)
{
	char *plain = history_plain(text);
	char *path = plain == NULL ? NULL : safe_file_place(plain);

	free(plain);
	return path;
}

/* Resolves links: a file that was moved may have left one behind. */
bool
chain_is_same_file(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return false;
	if (strcmp(a, b) == 0)
		return true;
	char *x = place_of(a), *y = place_of(b);
	const bool same = x != NULL && y != NULL && strcmp(x, y) == 0;
	free(x);
	free(y);
	return same;
}

bool
chain_is_at(const struct history_record *r, const struct chain_place *place)
{
	return r->dumpdates != NULL && strcmp(r->name, place->name) == 0 &&
	    chain_is_same_file(r->dumpdates, place->dumpdates);
}

bool
chain_is_whole(const struct history_record *r)
{
	return r->status == HISTORY_FINISHED ||
	    r->status == HISTORY_INCOMPLETE;
}

static bool
has_text(const json_t *array, const char *text)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		if (strcmp(json_string_value(json_array_get(array, i)),
		    text) == 0)
			return true;
	return false;
}

bool
chain_covers(const struct history_record *a, const struct history_record *b)
{
	for (size_t i = 0; i < json_array_size(a->exclude); i++)
		if (!has_text(b->exclude,
		    json_string_value(json_array_get(a->exclude, i))))
			return false;
	if (a->nodump && !b->nodump)
		return false;
	return a->subtree == NULL || (b->subtree != NULL &&
	    strcmp(a->subtree, b->subtree) == 0);
}

/*
 * How well a record fits a line with its level and date.  An aborted run never
 * wrote a line; one marked running may have been killed just after it did.
 */
static int
worth(const struct history_record *r)
{
	if (r->status == HISTORY_ABORTED)
		return 0;
	return r->status == HISTORY_RUNNING ? 1 : 2;
}

/* The best record for a line, the latest among equals; NULL if none fits. */
static const struct history_record *
record_of(const struct reading *reading, uint32_t level, int64_t date)
{
	const struct history_record *found = NULL;

	for (size_t i = 0; i < reading->list->count; i++) {
		const struct history_record *r = &reading->list->items[i];
		if (r->level != level || r->date != date || !r->is_base ||
		    worth(r) == 0 || !chain_is_at(r, reading->place))
			continue;
		if (found == NULL || worth(r) > worth(found) ||
		    (worth(r) == worth(found) && r->order > found->order))
			found = r;
	}
	return found;
}

static void
add(struct reading *reading, uint32_t level, int64_t date, bool in_file)
{
	struct chain_lines *lines = reading->lines;
	struct chain_line *items = reallocarray(lines->items,
	    lines->count + 1, sizeof(*items));

	if (items == NULL) {
		reading->failed = true;
		return;
	}
	lines->items = items;
	items[lines->count++] = (struct chain_line){ level, date,
	    record_of(reading, level, date), in_file };
}

static void
take(void *arg, const struct dumpdates_entry *entry)
{
	add(arg, entry->level, entry->date, true);
}

/* The line in the file at that level, or NULL. */
static const struct chain_line *
in_file(const struct chain_lines *lines, uint32_t level)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->items[i].in_file && lines->items[i].level == level)
			return &lines->items[i];
	return NULL;
}

/*
 * Can a level build on the dump although it is not in the file?  Not if the
 * user removed its line.
 */
static bool
is_besides(const struct chain_lines *lines, const struct history_record *r)
{
	const struct chain_line *line = in_file(lines, r->level);

	if (!r->is_noted)
		return line == NULL || line->date < r->date;
	return r->is_displaced && line != NULL && line->record != NULL &&
	    line->record->order > r->order && chain_is_whole(line->record) &&
	    !chain_covers(line->record, r);
}

static void
add_besides(struct reading *reading)
{
	for (size_t i = 0; i < reading->list->count; i++) {
		const struct history_record *r = &reading->list->items[i];
		if (r->is_base && chain_is_whole(r) &&
		    chain_is_at(r, reading->place) &&
		    chain_lines_find(reading->lines, (int32_t)r->level,
		    r->date) == NULL && is_besides(reading->lines, r))
			add(reading, r->level, r->date, false);
	}
}

bool
chain_lines_read(struct chain_lines *lines, const struct chain_place *place,
    const struct history_list *list, bool tell, struct report *rep,
    const atomic_int *cancelled)
{
	struct reading reading = { .lines = lines, .place = place,
	    .list = list };
	char *file = history_plain(place->dumpdates);
	char *name = history_plain(place->name);
	char *given = place->given == NULL ? NULL :
	    history_plain(place->given);
	const bool is_short = file == NULL || name == NULL ||
	    (place->given != NULL && given == NULL);
	bool ok = false;

	*lines = (struct chain_lines){ 0 };
	if (!is_short)
		ok = dumpdates_read(file, name, take, &reading, tell, rep,
		    cancelled) && (given == NULL || dumpdates_read(file,
		    given, take, &reading, false, rep, cancelled));
	if (ok)
		add_besides(&reading);
	if (is_short || reading.failed) {
		report(rep, DE_ERROR, "out of memory");
		ok = false;
	}
	free(file);
	free(name);
	free(given);
	return ok;
}

void
chain_lines_free(struct chain_lines *lines)
{
	free(lines->items);
	*lines = (struct chain_lines){ 0 };
}

const struct chain_line *
chain_lines_find(const struct chain_lines *lines, int32_t level, int64_t date)
{
	for (size_t i = 0; i < lines->count; i++)
		if ((int64_t)lines->items[i].level == level &&
		    lines->items[i].date == date)
			return &lines->items[i];
	return NULL;
}

const struct chain_line *
chain_parent(const struct chain_lines *lines, const struct chain_line *line,
    bool *broken)
{
	const struct history_record *r = line->record;

	*broken = false;
	if (r == NULL || r->base_date == 0)
		return NULL;
	const struct chain_line *parent = chain_lines_find(lines,
	    r->base_level, r->base_date);
	/* A forged history could make a chain circular. */
	if (parent != NULL && parent->level >= line->level)
		parent = NULL;
	*broken = parent == NULL;
	return parent;
}

bool
chain_is_current(const struct chain_lines *lines,
    const struct chain_line *line)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct chain_line *other = &lines->items[i];
		if (other->level <= line->level && other->date > line->date &&
		    (other->record == NULL || line->record == NULL ||
		    chain_covers(other->record, line->record)))
			return false;
	}
	return true;
}
