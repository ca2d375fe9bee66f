/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/chain/history.h"
#include "core/run/catalog_decision.h"
#include "core/run/catalog_gap.h"
#include "core/run/catalog_rows.h"

/* Capacity of the fields of a header, without the NUL. */
#define DEVICE_MAX 63

#define NO_DUMP 0

static const struct catalog_rows_column columns[] = {
	{ "MEDIUM", "medium", CATALOG_ROWS_TEXT, 10 },
	{ "ANSWER", "answer", CATALOG_ROWS_TEXT, 7 },
	{ "WHY", "why", CATALOG_ROWS_TEXT, 0 },
	{ NULL, NULL, CATALOG_ROWS_TEXT, 0 }
};

/* -------------------------------------------------------------- why it stays */

/* "which the catalogue keeps as dump 12, home@2026-11-01: daily 2026-11-01" */
static enum de_dump_hold
tell_dump(struct catalog_task_run *t, int64_t id, const char *what,
    char why[static CATALOG_HOLD_BYTES])
{
	struct catalog_decision decision = { .t = t };
	char text[RETENTION_TEXT_BYTES];
	enum de_dump_hold hold = DE_HOLD_FAILED;

	if (catalog_decision_make(&decision)) {
		const size_t place = catalog_decision_find(&decision, id);
		const bool is_there = place < decision.count;
		snprintf(why, CATALOG_HOLD_BYTES, "%s dump %" PRId64 ", %.200s: "
		    "%s%s", what, id, is_there ? decision.dumps[place].name :
		    "?", is_there ?
		    catalog_decision_why(&decision, place, text) : "?",
		    is_there && catalog_decision_goes(&decision, place) ?
		    " any more, so `dumpengine-catalog expire' lets it go" : "");
		hold = DE_HOLD_KEPT;
	}
	catalog_decision_free(&decision);
	return hold;
}

/* -------------------------------------------------------------------- a dump */

struct search {
	const struct de_dump_found *found;
	bool is_known;
	int64_t kept;			/* id; NO_DUMP: none */
};

/* A text of the catalogue is escaped; that of a header may be cut. */
static bool
has_text(const char *text, const char *found)
{
	if (found == NULL)
		return true;
	char *plain = history_plain(text == NULL ? "" : text);
	const bool same = plain == NULL ||
	    strncmp(plain, found, DEVICE_MAX) == 0;
	free(plain);
	return same;
}

static bool
compare_dump(void *arg, const struct catalog_dump *d)
{
	struct search *s = arg;

	if (d->level < 0 || (uint32_t)d->level != s->found->level ||
	    !has_text(d->host, s->found->host) ||
	    !has_text(d->device, s->found->device))
		return true;
	s->is_known = true;
	if (catalog_gap_is_usable(d))
		s->kept = d->id;
	return true;
}

enum de_dump_hold
catalog_hold_dump(struct catalog_task_run *t,
    const struct de_dump_found *found, char why[static CATALOG_HOLD_BYTES])
{
	const struct catalog_filter filter = { .date = found->date };
	struct search s = { .found = found };

	/* A header may lack its date, or come from before 1970. */
	if (found->date != 0 &&
	    !catalog_dumps(t->catalog, &filter, compare_dump, &s))
		return DE_HOLD_FAILED;
	if (s.kept != NO_DUMP)
		return tell_dump(t, s.kept, "which the catalogue keeps as",
		    why);
	if (s.is_known)
		return DE_HOLD_NONE;
	snprintf(why, CATALOG_HOLD_BYTES, "which the catalogue %.300s does not "
	    "know", t->file);
	return DE_HOLD_UNKNOWN;
}

/* ------------------------------------------------------------------ a medium */

struct content {
	const char *name;
	bool is_known, is_away;
	int64_t dump;			/* whose volumes come */
	int64_t kept;			/* the first one; NO_DUMP: none */
	uint32_t number;		/* and its volume */
};

static bool
is_named(const char *name, const char *barcode, const char *label)
{
	return (barcode != NULL && strcmp(barcode, name) == 0) ||
	    (label != NULL && strcmp(label, name) == 0);
}

static bool
compare_medium(void *arg, const struct catalog_medium *m)
{
	struct content *c = arg;

	if (!is_named(c->name, m->barcode, m->label))
		return true;
	c->is_known = true;
	c->is_away = c->is_away || strcmp(m->state, "vault") == 0;
	return true;
}

static bool
compare_volume(void *arg, const struct catalog_volume *v)
{
	struct content *c = arg;

	if (!is_named(c->name, v->barcode, v->label))
		return true;
	c->kept = c->dump;
	c->number = v->number;
	return false;
}

/* The ids of the dumps that stay; one statement runs at a time. */
struct ids {
	int64_t *items;
	size_t count, room;
	bool ok;
};

static bool
add_id(void *arg, const struct catalog_dump *d)
{
	struct ids *ids = arg;

	if (ids->count == ids->room) {
		const size_t room = 2 * ids->room + 64;
		int64_t *more = reallocarray(ids->items, room, sizeof(*more));
		ids->ok = more != NULL;
		if (more == NULL)
			return false;
		ids->items = more;
		ids->room = room;
	}
	ids->items[ids->count++] = d->id;
	return true;
}

static bool
look_at_dumps(struct catalog_task_run *t, struct content *c)
{
	const struct catalog_filter filter = { .usable = true };
	struct ids ids = { .ok = true };
	bool ok = catalog_dumps(t->catalog, &filter, add_id, &ids);

	if (!ids.ok)
		ok = catalog_task_no_memory(t);
	for (size_t i = 0; ok && c->kept == NO_DUMP && i < ids.count; i++) {
		c->dump = ids.items[i];
		ok = catalog_volumes(t->catalog, c->dump, compare_volume, c);
	}
	free(ids.items);
	return ok;
}

enum de_dump_hold
catalog_hold_medium(struct catalog_task_run *t, const char *name,
    char why[static CATALOG_HOLD_BYTES])
{
	struct content c = { .name = name };
	char what[64];

	why[0] = '\0';
	if (!catalog_media(t->catalog, compare_medium, &c) ||
	    !look_at_dumps(t, &c))
		return DE_HOLD_FAILED;
	if (c.kept != NO_DUMP) {
		snprintf(what, sizeof(what), "volume %" PRIu32 " of", c.number);
		return tell_dump(t, c.kept, what, why);
	}
	if (c.is_away)
		snprintf(why, CATALOG_HOLD_BYTES, "it is in the vault");
	else if (!c.is_known)
		snprintf(why, CATALOG_HOLD_BYTES, "no dump is known to be on "
		    "it");
	return c.is_away ? DE_HOLD_KEPT : c.is_known ? DE_HOLD_NONE :
	    DE_HOLD_UNKNOWN;
}

/* ------------------------------------------------------------- may-overwrite */

static const char *
answer_of(enum de_dump_hold hold)
{
	return hold == DE_HOLD_KEPT ? "no" : hold == DE_HOLD_NONE ? "yes" :
	    "unknown";
}

static bool
tell_medium(struct catalog_task_run *t, struct catalog_rows *rows,
    const char *name)
{
	char why[CATALOG_HOLD_BYTES];
	const enum de_dump_hold hold = catalog_hold_medium(t, name, why);

	if (hold == DE_HOLD_FAILED)
		return catalog_task_end(t, STATUS_ABORTED);
	char *text = history_text(name);
	json_t *row = text == NULL ? NULL : json_pack("{s:s,s:s,s:s?}",
	    "medium", text, "answer", answer_of(hold), "why",
	    why[0] == '\0' ? NULL : why);
	free(text);
	if (!catalog_rows_put(rows, row))
		return catalog_task_no_memory(t);
	if (hold == DE_HOLD_KEPT)
		catalog_task_end(t, STATUS_INCOMPLETE);
	return true;
}

bool
catalog_hold_tell(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;
	struct catalog_rows rows;
	bool ok = true;

	catalog_rows_begin(&rows, stdout, q->is_json, q->is_bare, columns);
	for (size_t i = 0; ok && i < q->name_count; i++)
		ok = tell_medium(t, &rows, q->names[i]);
	catalog_rows_end(&rows);
	return ok;
}
