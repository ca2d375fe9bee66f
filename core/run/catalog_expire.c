/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_expire.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/retention.h"
#include "core/chain/chain.h"
#include "core/chain/history.h"
#include "core/config/config.h"
#include "core/run/catalog_book.h"
#include "core/run/catalog_name.h"
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
	struct catalog_book book;
	/* All dumps by date, and what is decided of each. */
	struct catalog_book_dump *dumps;	/* owned; texts are the book's */
	struct retention_dump *decided;		/* owned */
	size_t count;
};

/* -------------------------------------------------------------- what there is */

static int
compare_dates(const void *a, const void *b)
{
	const struct catalog_book_dump *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static bool
sort_dumps(struct expiry *e)
{
	e->count = e->book.count;
	e->dumps = calloc(e->count + 1, sizeof(*e->dumps));
	e->decided = calloc(e->count + 1, sizeof(*e->decided));
	if (e->dumps == NULL || e->decided == NULL)
		return catalog_task_no_memory(e->t);
	for (size_t i = 0; i < e->count; i++)
		e->dumps[i] = e->book.dumps[i];
	qsort(e->dumps, e->count, sizeof(*e->dumps), compare_dates);
	return true;
}

static size_t
place_of(const struct expiry *e, int64_t id)
{
	for (size_t i = 0; i < e->count; i++)
		if (e->dumps[i].id == id)
			return i;
	return RETENTION_NO_BASE;
}

static bool
is_job(const struct catalog_book_dump *d, const char *job)
{
	return d->job == NULL ? job == NULL :
	    job != NULL && strcmp(d->job, job) == 0;
}

/* The place of the first dump of the same job stands for the job. */
static size_t
number_job(const struct expiry *e, size_t dump)
{
	size_t i = 0;

	while (!is_job(&e->dumps[i], e->dumps[dump].job))
		i++;
	return i;
}

static bool
describe(struct expiry *e, size_t place)
{
	const struct catalog_book_dump *d = &e->dumps[place];
	struct retention_dump *r = &e->decided[place];
	struct catalog_chain chain;

	if (!catalog_chain_of(e->t->catalog, d->id, &chain))
		return catalog_task_end(e->t, STATUS_ABORTED);
	*r = (struct retention_dump){
		.job = number_job(e, place),
		.date = d->date,
		.base = chain.count < 2 ? RETENTION_NO_BASE :
		    place_of(e, chain.dumps[chain.count - 2]),
		.is_usable = d->state == CATALOG_COMPLETE ||
		    d->state == CATALOG_INCOMPLETE,
		.is_complete = d->state == CATALOG_COMPLETE,
		.is_broken = chain.missing_date != 0,
	};
	return true;
}

/* -------------------------------------------------------------- what stays */

static const struct job_config *
job_of(const struct expiry *e, size_t place)
{
	const char *job = e->dumps[place].job;

	return job == NULL ? NULL : config_find_job(e->t->config, job);
}

/* Only the job that was asked for, if any. */
static bool
is_wanted(const struct expiry *e, size_t place)
{
	const char *job = e->t->request->job;

	return job == NULL || is_job(&e->dumps[place], job);
}

static void
apply_rules(struct expiry *e)
{
	for (size_t i = 0; i < e->count; i++) {
		if (e->decided[i].job != i)
			continue;
		const struct job_config *job = is_wanted(e, i) ?
		    job_of(e, i) : NULL;
		retention_decide(job == NULL ? NULL : &job->settings.keep, i,
		    e->decided, e->count);
	}
	retention_keep_bases(e->decided, e->count);
}

struct asking {
	struct expiry *e;
	size_t place;
	bool retires;		/* or only asks whether it is needed */
	bool ok;
};

/* Texts of the catalogue, as they were before they were escaped. */
struct plain {
	char *device, *filesystem, *label, *host;
};

static char *
plain_of(const char *text)
{
	return text == NULL ? NULL : history_plain(text);
}

static void
ask(struct asking *a, struct chain *chain, const struct catalog_dump *d)
{
	struct plain p = { plain_of(d->device), plain_of(d->filesystem),
	    plain_of(d->label), plain_of(d->host) };
	const struct de_dump_found found = {
		.struct_size = sizeof(found),
		.date = d->date,
		.base_date = d->base_date,
		.level = (uint32_t)d->level,
		.volume = 1,
		.device = p.device,
		.filesystem = p.filesystem,
		.label = p.label,
		.host = p.host,
	};

	if (a->retires)
		a->ok = chain_retire(chain, &found) == DE_OK;
	else if (chain_dump_state(chain, &found) == DE_DUMP_BASE)
		a->e->decided[a->place].reasons |= RETENTION_IN_USE;
	free(p.device);
	free(p.filesystem);
	free(p.label);
	free(p.host);
}

/* The history of a dump is where its job keeps it. */
static bool
ask_history(void *arg, const struct catalog_dump *d)
{
	static const atomic_int never;
	struct asking *a = arg;
	struct chain *chain = chain_new(job_of(a->e, a->place), "",
	    a->e->t->rep, &never);

	a->ok = chain != NULL;
	if (chain != NULL)
		ask(a, chain, d);
	chain_free(chain);
	return true;
}

static bool
with_history(struct expiry *e, size_t place, bool retires)
{
	struct asking a = { .e = e, .place = place, .retires = retires };

	if (!catalog_name_visit(e->t, e->dumps[place].id, ask_history, &a))
		return false;
	return a.ok || catalog_task_end(e->t, STATUS_ABORTED);
}

static bool
goes(const struct expiry *e, size_t place)
{
	return e->decided[place].reasons == 0;
}

/* Whatever the rules say, the next dump finds what it builds on. */
static bool
keep_what_is_needed(struct expiry *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (goes(e, i) && e->dumps[i].state != CATALOG_EXPIRED &&
		    !with_history(e, i, false))
			return false;
	retention_keep_bases(e->decided, e->count);
	return true;
}

/* --------------------------------------------------------------- what is told */

static const char *
why(const struct expiry *e, size_t place,
    char text[static RETENTION_TEXT_BYTES])
{
	const enum catalog_state state = e->dumps[place].state;

	retention_describe(&e->decided[place], text);
	if (text[0] != '\0')
		return text;
	return state == CATALOG_ABORTED ? "it was aborted" :
	    e->decided[place].is_broken ? "a dump that it builds on is missing" :
	    state == CATALOG_EXPIRED ? "expired before" : "no rule keeps it";
}

static bool
tell(struct expiry *e, size_t place)
{
	const struct catalog_book_dump *d = &e->dumps[place];
	char text[RETENTION_TEXT_BYTES];
	json_t *row = json_pack("{s:s,s:I,s:i,s:s,s:s}",
	    "result", goes(e, place) ? "goes" : "stays",
	    "id", (json_int_t)d->id, "level", (int)d->level,
	    "name", d->name, "why", why(e, place, text));

	return catalog_rows_put(&e->rows, row) || catalog_task_no_memory(e->t);
}

static bool
tell_all(struct expiry *e)
{
	const struct catalog_request *q = e->t->request;

	catalog_rows_begin(&e->rows, stdout, q->is_json, q->is_bare, columns);
	for (size_t i = 0; i < e->count; i++)
		if (is_wanted(e, i) && !tell(e, i))
			return false;
	catalog_rows_end(&e->rows);
	return true;
}

/* ------------------------------------------------------------------ letting go */

/* The files of a dump. */
struct removal {
	struct expiry *e;
	const struct catalog_dump *dump;
	bool left;		/* volumes that are not files, or could not be
				   removed */
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

	switch (catalog_remove_volume(r->dump, v)) {
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
		say_left(r, v, strerror(errno));
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
	if (!catalog_volumes(r->e->t->catalog, d->id, remove_volume, r))
		catalog_task_end(r->e->t, STATUS_ABORTED);
	return true;
}

static bool
forget(struct expiry *e, int64_t id)
{
	struct catalog *c = e->t->catalog;

	if (catalog_begin(c) && catalog_forget(c, id) && catalog_commit(c))
		return true;
	catalog_rollback(c);
	return catalog_task_end(e->t, STATUS_ABORTED);
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
	const struct catalog_book_dump *d = &e->dumps[place];
	struct removal removal = { .e = e };

	if (d->state != CATALOG_EXPIRED &&
	    (!with_history(e, place, true) || !mark_expired(e, d->id)))
		return false;
	if (!catalog_name_visit(e->t, d->id, remove_volumes, &removal))
		return false;
	return removal.left || forget(e, d->id);
}

/* What builds on others goes before them. */
static bool
let_all_go(struct expiry *e)
{
	for (size_t i = e->count; i-- > 0;)
		if (goes(e, i) && !let_go(e, i))
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

static bool
decide(struct expiry *e)
{
	if (!catalog_book_load(e->t, &e->book) || !sort_dumps(e))
		return false;
	for (size_t i = 0; i < e->count; i++)
		if (!describe(e, i))
			return false;
	apply_rules(e);
	return keep_what_is_needed(e);
}

bool
catalog_expire_dumps(struct catalog_task_run *t)
{
	struct expiry e = { .t = t };
	const bool ok = has_config(t) && decide(&e) && tell_all(&e) &&
	    (t->request->is_dry || let_all_go(&e));

	free(e.dumps);
	free(e.decided);
	catalog_book_free(&e.book);
	return ok;
}
