/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_decision.h"

#include <stdlib.h>
#include <string.h>

#include "core/chain/chain.h"
#include "core/chain/history.h"
#include "core/config/config.h"
#include "core/run/catalog_name.h"

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
sort_dumps(struct catalog_decision *e)
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
place_of(const struct catalog_decision *e, int64_t id)
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
number_job(const struct catalog_decision *e, size_t dump)
{
	size_t i = 0;

	while (!is_job(&e->dumps[i], e->dumps[dump].job))
		i++;
	return i;
}

static bool
describe(struct catalog_decision *e, size_t place)
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
job_of(const struct catalog_decision *e, size_t place)
{
	const char *job = e->dumps[place].job;

	return job == NULL || e->t->config == NULL ? NULL :
	    config_find_job(e->t->config, job);
}

/* Only the job that was asked for, if any. */
bool
catalog_decision_is_wanted(const struct catalog_decision *e, size_t place)
{
	const char *job = e->t->request->job;

	return job == NULL || is_job(&e->dumps[place], job);
}

static void
apply_rules(struct catalog_decision *e)
{
	for (size_t i = 0; i < e->count; i++) {
		if (e->decided[i].job != i)
			continue;
		const struct job_config *job =
		    catalog_decision_is_wanted(e, i) ? job_of(e, i) : NULL;
		retention_decide(job == NULL ? NULL : &job->settings.keep, i,
		    e->decided, e->count);
	}
	retention_keep_bases(e->decided, e->count);
}

struct asking {
	struct catalog_decision *e;
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

/* The history of a dump is where its job keeps it; without one, nowhere. */
static bool
ask_history(void *arg, const struct catalog_dump *d)
{
	static const atomic_int never;
	struct asking *a = arg;
	const struct job_config *job = job_of(a->e, a->place);
	struct chain *chain = job == NULL ? NULL :
	    chain_new(job, "", a->e->t->rep, &never);

	a->ok = job == NULL || chain != NULL;
	if (chain != NULL)
		ask(a, chain, d);
	chain_free(chain);
	return true;
}

bool
catalog_decision_ask_history(struct catalog_decision *e, size_t place,
    bool retires)
{
	struct asking a = { .e = e, .place = place, .retires = retires };

	if (!catalog_name_visit(e->t, e->dumps[place].id, ask_history, &a))
		return false;
	return a.ok || catalog_task_end(e->t, STATUS_ABORTED);
}

bool
catalog_decision_goes(const struct catalog_decision *e, size_t place)
{
	return e->decided[place].reasons == 0;
}

/* Whatever the rules say, the next dump finds what it builds on. */
static bool
keep_what_is_needed(struct catalog_decision *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (catalog_decision_goes(e, i) &&
		    e->dumps[i].state != CATALOG_EXPIRED &&
		    !catalog_decision_ask_history(e, i, false))
			return false;
	retention_keep_bases(e->decided, e->count);
	return true;
}

/* ------------------------------------------------------------------ the steps */

bool
catalog_decision_make(struct catalog_decision *e)
{
	if (!catalog_book_load(e->t, &e->book) || !sort_dumps(e))
		return false;
	for (size_t i = 0; i < e->count; i++)
		if (!describe(e, i))
			return false;
	apply_rules(e);
	return keep_what_is_needed(e);
}

size_t
catalog_decision_find(const struct catalog_decision *e, int64_t id)
{
	const size_t place = place_of(e, id);

	return place == RETENTION_NO_BASE ? e->count : place;
}

const char *
catalog_decision_why(const struct catalog_decision *e, size_t place,
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

void
catalog_decision_free(struct catalog_decision *e)
{
	free(e->dumps);
	free(e->decided);
	catalog_book_free(&e->book);
}
