/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_expire.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/catalog_decision.h"
#include "core/run/catalog_name.h"
#include "core/run/catalog_output.h"
#include "core/run/catalog_remove.h"
#include "core/run/catalog_rows.h"

static const struct catalog_rows_column columns[] = {
	{ "WHAT", "result", CATALOG_ROWS_TEXT, 5 },
	{ "ID", "id", CATALOG_ROWS_NUMBER, 4 },
	{ "LEVEL", "level", CATALOG_ROWS_NUMBER, 5 },
	{ "DUMP", "name", CATALOG_ROWS_TEXT, 28 },
	{ "WHY", "why", CATALOG_ROWS_TEXT, 0 },
	{ NULL, NULL, CATALOG_ROWS_TEXT, 0 }
};

struct expiry {
	struct catalog_task_run *t;
	struct catalog_rows rows;
	struct catalog_decision decision;
};

/* --------------------------------------------------------------- what is told */

static bool
tell(struct expiry *e, size_t place)
{
	const struct catalog_decision *all = &e->decision;
	const struct catalog_book_dump *d = &all->dumps[place];
	char text[RETENTION_TEXT_BYTES];
	json_t *row = json_pack("{s:s,s:I,s:i,s:s,s:s}",
	    "result", catalog_decision_goes(all, place) ? "goes" : "stays",
	    "id", (json_int_t)d->id, "level", (int)d->level,
	    "name", d->name, "why",
	    catalog_decision_why(all, place, text));

	return catalog_rows_put(&e->rows, row) || catalog_task_no_memory(e->t);
}

static bool
tell_all(struct expiry *e)
{
	const struct catalog_request *q = e->t->request;

	catalog_rows_begin(&e->rows, stdout, q->is_json, q->is_bare, columns);
	for (size_t i = 0; i < e->decision.count; i++)
		if (catalog_decision_is_wanted(&e->decision, i) && !tell(e, i))
			return false;
	catalog_rows_end(&e->rows);
	return true;
}

/* ------------------------------------------------------------------ letting go */

/* The files of a dump. */
struct removal {
	struct expiry *e;
	const char *job;	/* that wrote it; NULL: unknown */
	const struct catalog_dump *dump;
	bool has_names;
	bool left;		/* volumes that nothing can remove, or that
				   could not be removed */
};

static void
say_left(struct removal *r, const struct catalog_volume *v, const char *reason)
{
	catalog_task_missing(r->e->t, "%s: not removed: %s",
	    v->medium == NULL ? "?" : v->medium, reason);
}

static bool
remove_volume(void *arg, const struct catalog_volume *v)
{
	struct removal *r = arg;
	enum catalog_remove_result result = catalog_remove_volume(r->dump, v);
	const bool is_file = result != CATALOG_REMOVE_NO_FILE;

	if (!is_file)
		result = catalog_output_remove(r->e->t, r->job, r->dump, v);
	switch (result) {
	case CATALOG_REMOVED:
		report(r->e->t->rep, DE_INFO, "%s: removed", v->medium);
		return true;
	case CATALOG_REMOVE_NOTHING:
		return true;
	case CATALOG_REMOVE_OTHER:
		report(r->e->t->rep, DE_WARNING, "%s: not removed: it is not "
		    "volume %" PRIu32 " of that dump any more", v->medium,
		    v->number);
		return true;
	case CATALOG_REMOVE_FAILED:
		say_left(r, v, is_file ? strerror(errno) : "see above; the "
		    "next run of expire tries again");
		break;
	case CATALOG_REMOVE_NO_FILE:
		break;
	}
	r->left = true;
	return true;
}

static bool
remove_volumes(void *arg, const struct catalog_dump *d)
{
	struct removal *r = arg;

	r->dump = d;
	r->has_names = d->has_names;
	if (!catalog_volumes(r->e->t->catalog, d->id, remove_volume, r))
		catalog_task_end(r->e->t, STATUS_ABORTED);
	return true;
}

static bool
forget(struct expiry *e, int64_t id,
    bool (*what)(struct catalog *c, int64_t dump))
{
	struct catalog *c = e->t->catalog;

	if (catalog_begin(c) && what(c, id) && catalog_commit(c))
		return true;
	catalog_rollback(c);
	return catalog_task_end(e->t, STATUS_ABORTED);
}

/*
 * While a tape still has the dump, that is all that remains: names would make
 * the catalogue grow for ever.
 */
static bool
forget_most(struct expiry *e, int64_t id, const struct removal *removal)
{
	if (!removal->left)
		return forget(e, id, catalog_forget);
	return !removal->has_names || forget(e, id, catalog_forget_names);
}

static bool
mark_expired(struct expiry *e, int64_t id)
{
	struct catalog *c = e->t->catalog;

	if (catalog_begin(c) && catalog_set_state(c, id, CATALOG_EXPIRED) &&
	    catalog_free_media(c) && catalog_commit(c))
		return true;
	catalog_rollback(c);
	return catalog_task_end(e->t, STATUS_ABORTED);
}

static bool
let_go(struct expiry *e, size_t place)
{
	const struct catalog_book_dump *d = &e->decision.dumps[place];
	struct removal removal = { .e = e, .job = d->job };

	if (d->state != CATALOG_EXPIRED &&
	    (!catalog_decision_ask_history(&e->decision, place, true) ||
	    !mark_expired(e, d->id)))
		return false;
	if (!catalog_name_visit(e->t, d->id, remove_volumes, &removal))
		return false;
	return forget_most(e, d->id, &removal);
}

/* What builds on others goes before them. */
static bool
let_all_go(struct expiry *e)
{
	for (size_t i = e->decision.count; i-- > 0;)
		if (catalog_decision_goes(&e->decision, i) && !let_go(e, i))
			return false;
	return true;
}

/* ------------------------------------------------------------------- the steps */

static bool
has_config(struct catalog_task_run *t)
{
	if (t->config != NULL)
		return true;
	report(t->rep, DE_ERROR, "expire needs the configuration, whose jobs "
	    "say what to keep; name it with -c");
	return catalog_task_end(t, STATUS_NOT_STARTED);
}

bool
catalog_expire_dumps(struct catalog_task_run *t)
{
	struct expiry e = { .t = t, .decision = { .t = t } };
	const bool ok = has_config(t) && catalog_decision_make(&e.decision) &&
	    tell_all(&e) && (t->request->is_dry || let_all_go(&e));

	catalog_decision_free(&e.decision);
	return ok;
}
