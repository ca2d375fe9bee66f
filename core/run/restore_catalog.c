/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_catalog.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/date.h"
#include "core/config/config.h"
#include "core/run/restore_describe.h"

#define JOBS_BYTES 512
#define DEFAULT_CATALOG "/var/lib/dumpengine/catalog.sqlite"

struct restore_catalog {
	struct catalog *catalog;
	struct restore_source sources[CATALOG_CHAIN_MAX];
	size_t count;
};

/* While the catalogue is open. */
struct look {
	struct restore *r;
	struct catalog *catalog;
	struct restore_catalog *found;
	const char *job;		/* of the request, or `only` */
	char *only;			/* owned; the last job there is */
	bool are_several;		/* jobs */
	char names[JOBS_BYTES];		/* of them, for messages */
	bool is_known;			/* the job of the request */
	bool failed;			/* out of memory */
};

/* A report has been made. */
static bool
refuse(const struct look *l)
{
	return restore_end(l->r, VERDICT_NOT_STARTED);
}

/* -------------------------------------------------------------- its file */

const char *
restore_catalog_file(struct restore *r)
{
	const struct restore_request *q = r->request;

	if (q->catalog != NULL)
		return q->catalog;
	if (q->config == NULL && access(RESTORE_DEFAULT_CONFIG, F_OK) == -1)
		return DEFAULT_CATALOG;
	const struct config *config = restore_config(r);
	return config == NULL ? NULL : option_text(config->options, "catalog");
}

/* NULL after a report. */
static const char *
find_file(struct restore *r)
{
	const char *file = restore_catalog_file(r);

	/* A configuration that cannot be read has been reported. */
	if (file == NULL && r->config != NULL)
		report(r->rep, DE_ERROR, "the configuration names no catalog; "
		    "--catalog does");
	return file;
}

/* ------------------------------------------------------------------ the job */

static void
add_name(struct look *l, const char *job)
{
	const size_t used = strlen(l->names);

	snprintf(l->names + used, sizeof(l->names) - used, "%s%s",
	    used == 0 ? "" : ", ", job);
}

/* Dumps come in the order of their jobs. */
static bool
take_job(void *arg, const struct catalog_dump *d)
{
	struct look *l = arg;

	if (d->job == NULL || (l->only != NULL && strcmp(l->only, d->job) == 0))
		return true;
	l->are_several = l->only != NULL;
	l->is_known = l->is_known || (l->job != NULL &&
	    strcmp(l->job, d->job) == 0);
	add_name(l, d->job);
	free(l->only);
	l->only = strdup(d->job);
	l->failed = l->only == NULL;
	return !l->failed;
}

/* That of the request, or the only one there is. */
static bool
find_job(struct look *l)
{
	const struct catalog_filter any = { .job = NULL };

	l->job = l->r->request->job;
	if (!catalog_dumps(l->catalog, &any, take_job, l))
		return refuse(l);
	if (l->failed)
		return restore_no_room(l->r);
	if (l->only == NULL) {
		report(l->r->rep, DE_ERROR, "the catalogue has no dumps");
		return refuse(l);
	}
	if (l->job != NULL && !l->is_known) {
		report(l->r->rep, DE_ERROR, "the catalogue has no dump of job "
		    "%s, only of %s", l->job, l->names);
		return refuse(l);
	}
	if (l->job == NULL && l->are_several) {
		report(l->r->rep, DE_ERROR, "the catalogue has several jobs, "
		    "%s: say which by --job", l->names);
		return refuse(l);
	}
	if (l->job == NULL)
		l->job = l->only;
	return true;
}

/* --------------------------------------------------------- dumps by their id */

/* Choose a copy of the dump, as the next of the chain. */
static bool
take_dump(void *arg, const struct catalog_dump *d)
{
	struct look *l = arg;

	l->found->count++;
	restore_source_choose(l->r, l->catalog, d,
	    &l->found->sources[l->found->count - 1]);
	return false;
}

/* All of them are tried, so that all that is missing is named. */
static bool
choose_all(struct look *l, const struct catalog_chain *chain)
{
	for (unsigned int i = 0; i < chain->count; i++) {
		const struct catalog_filter this = {
			.dump = chain->dumps[i],
		};
		if (!catalog_dumps(l->catalog, &this, take_dump, l))
			return refuse(l);
		if (l->found->count != i + 1) {
			report(l->r->rep, DE_ERROR, "a dump has just been "
			    "removed from the catalogue; try again");
			return refuse(l);
		}
	}
	return l->r->verdict == VERDICT_GO_ON;
}

/* -------------------------------------------------------- what is not there */

/* What is known of a dump that cannot be used. */
struct lost {
	int64_t date;
	const char *state;		/* NULL: it is not there */
	int32_t level;
	uint32_t overwritten;		/* a volume of it; 0: none */
	char medium[RESTORE_MEDIUM_BYTES];
	struct look *look;
};

static const char *
state_text(enum catalog_state state)
{
	return state == CATALOG_EXPIRED ? "expired" : state ==
	    CATALOG_ABORTED ? "aborted" : "not a base of it";
}

static bool
take_medium(void *arg, const struct catalog_volume *v)
{
	struct lost *lost = arg;

	restore_describe_medium(v->medium, v->barcode, v->label, v->file,
	    lost->medium);
	return false;
}

static bool
take_lost(void *arg, const struct catalog_dump *d)
{
	struct lost *lost = arg;
	uint32_t number;

	if (d->date != lost->date)
		return true;
	lost->state = state_text(d->state);
	lost->level = d->level;
	if (catalog_overwritten(lost->look->catalog, d->id, &number) &&
	    number != 0) {
		lost->overwritten = number;
		return true;
	}
	return catalog_volumes(lost->look->catalog, d->id, take_medium, lost);
}

static bool
say_there(void *arg, const struct catalog_dump *d)
{
	struct look *l = arg;
	const struct set_identity set = { .level = d->level, .date = d->date };
	struct lost lost = { .look = l, .medium = "no medium that is known" };
	char text[RESTORE_SET_BYTES];

	catalog_volumes(l->catalog, d->id, take_medium, &lost);
	report(l->r->rep, DE_WARNING, "there is: %s on %s",
	    restore_describe_set(&set, text), lost.medium);
	return true;
}

/* The chain has no beginning: what is missing, and what is there. */
static bool
refuse_gap(struct look *l, const struct catalog_chain *chain)
{
	const struct catalog_filter all = { .job = NULL };
	struct lost lost = { .date = chain->missing_date, .look = l,
	    .medium = "no medium that is known" };
	char date[DATE_TEXT_BYTES];

	catalog_dumps(l->catalog, &all, take_lost, &lost);
	date_format(chain->missing_date, date);
	if (lost.state == NULL)
		report(l->r->rep, DE_ERROR, "job %s: the dump of %s is missing "
		    "from the catalogue, and later levels need it; "
		    "dumpengine-catalog add puts it there from its volumes",
		    l->job, date);
	else if (lost.overwritten != 0)
		report(l->r->rep, DE_ERROR, "job %s: later levels need the "
		    "dump of level %" PRId32 " of %s, whose volume %" PRIu32
		    " was overwritten by another dump", l->job, lost.level,
		    date, lost.overwritten);
	else
		report(l->r->rep, DE_ERROR, "job %s: later levels need the "
		    "dump of level %" PRId32 " of %s, which is %s; it was on %s",
		    l->job, lost.level, date, lost.state, lost.medium);
	for (unsigned int i = 0; i < chain->count; i++) {
		const struct catalog_filter this = {
			.dump = chain->dumps[i],
		};
		catalog_dumps(l->catalog, &this, say_there, l);
	}
	return refuse(l);
}

/* The oldest dump that could be used; INT64_MAX: none. */
static bool
take_oldest(void *arg, const struct catalog_dump *d)
{
	int64_t *oldest = arg;

	if (d->date < *oldest)
		*oldest = d->date;
	return true;
}

static bool
refuse_date(struct look *l)
{
	const struct catalog_filter usable = { .job = l->job, .usable = true };
	char at[DATE_TEXT_BYTES], date[DATE_TEXT_BYTES];
	int64_t oldest = INT64_MAX;

	if (!catalog_dumps(l->catalog, &usable, take_oldest, &oldest))
		return refuse(l);
	date_format(l->r->request->at, at);
	date_format(oldest, date);
	if (oldest == INT64_MAX)
		report(l->r->rep, DE_ERROR, "job %s: all dumps of it in the "
		    "catalogue are expired or aborted", l->job);
	else
		report(l->r->rep, DE_ERROR, "job %s: the catalogue has no dump "
		    "from before %s; the oldest is of %s", l->job, at, date);
	return refuse(l);
}

/* ------------------------------------------------------------------ the chain */

/* Dumps between the newest of the chain and the date that was asked for. */
struct later {
	struct look *look;
	int64_t date;			/* of the newest of the chain */
};

static bool
tell_later(void *arg, const struct catalog_dump *d)
{
	const struct later *later = arg;
	const struct set_identity set = { .level = d->level, .date = d->date };
	char text[RESTORE_SET_BYTES];

	if (d->date > later->date && (d->state == CATALOG_EXPIRED ||
	    d->state == CATALOG_ABORTED))
		report(later->look->r->rep, DE_WARNING, "job %s: %s would be "
		    "nearer to that date, but is %s", later->look->job,
		    restore_describe_set(&set, text), state_text(d->state));
	return true;
}

/* What the tree will be, and what it will not be. */
static bool
tell_chain(struct look *l)
{
	const struct restore_catalog *found = l->found;
	const struct catalog_filter until = {
		.job = l->job,
		.until = l->r->request->at,
	};
	struct later later = {
		.look = l,
		.date = found->sources[found->count - 1].identity.date,
	};
	char set[RESTORE_SET_BYTES], place[RESTORE_MEDIUM_BYTES];

	for (size_t i = 0; i < found->count; i++)
		report(l->r->rep, DE_INFO, "job %s: %s, on %s", l->job,
		    restore_describe_set(&found->sources[i].identity, set),
		    restore_source_describe(&found->sources[i], place));
	return catalog_dumps(l->catalog, &until, tell_later, &later) ||
	    refuse(l);
}

/* -f names a drive, so something has to be on a tape. */
static bool
check_drive(const struct look *l)
{
	/* Of the dates, some may be on tapes and others in files. */
	if (l->r->request->file_count == 0 || l->r->request->dump != 0)
		return true;
	for (size_t i = 0; i < l->found->count; i++)
		if (l->found->sources[i].kind == RESTORE_PLACE_TAPE)
			return true;
	report(l->r->rep, DE_ERROR, "-f names a drive, but no volume is on a "
	    "tape; leave it out");
	return refuse(l);
}

static bool
find_chain(struct look *l)
{
	struct catalog_chain chain;

	const struct restore_request *q = l->r->request;

	if (!(q->dump != 0 ? catalog_chain_of(l->catalog, q->dump, &chain) :
	    catalog_chain_at(l->catalog, l->job, q->at, &chain)))
		return refuse(l);
	if (chain.count == 0)
		return refuse_date(l);
	if (chain.missing_date != 0)
		return refuse_gap(l, &chain);
	return choose_all(l, &chain) && tell_chain(l) && check_drive(l);
}

static bool
open_catalog(struct look *l)
{
	struct restore *r = l->r;
	const char *file = find_file(r);

	if (file != NULL)
		l->catalog = catalog_open(file, CATALOG_READ,
		    r->request->trust, r->rep);
	return l->catalog != NULL || refuse(l);
}

struct restore_catalog *
restore_catalog_find(struct restore *r)
{
	struct look l = { .r = r };
	bool ok = false;

	if (!open_catalog(&l))
		return NULL;
	l.found = calloc(1, sizeof(*l.found));
	if (l.found == NULL)
		restore_no_room(r);
	else
		ok = find_job(&l) && find_chain(&l);
	free(l.only);
	if (ok) {
		l.found->catalog = l.catalog;
		return l.found;
	}
	catalog_close(l.catalog);
	restore_catalog_free(l.found);
	return NULL;
}

/* ------------------------------------------------------------- all the dates */

struct dates {
	struct look *look;
	bool (*take)(void *arg, int64_t dump, int64_t date);
	void *arg;
	bool failed;
};

static bool
take_date(void *arg, const struct catalog_dump *d)
{
	struct dates *dates = arg;
	struct catalog_chain chain;
	char date[DATE_TEXT_BYTES], base[DATE_TEXT_BYTES];

	dates->failed = !catalog_chain_of(dates->look->catalog, d->id, &chain);
	if (dates->failed)
		return false;
	if (chain.missing_date == 0) {
		dates->failed = !dates->take(dates->arg, d->id, d->date);
		return !dates->failed;
	}
	date_format(d->date, date);
	date_format(chain.missing_date, base);
	report(dates->look->r->rep, DE_WARNING, "job %s: %s is left out: it "
	    "needs the dump of %s, which the catalogue does not have any more",
	    dates->look->job, date, base);
	return true;
}

bool
restore_catalog_each_date(struct restore *r, bool (*take)(void *arg,
    int64_t dump, int64_t date), void *arg)
{
	struct look l = { .r = r };
	struct dates dates = { .look = &l, .take = take, .arg = arg };
	bool ok = false;

	if (open_catalog(&l) && find_job(&l)) {
		const struct catalog_filter usable = {
			.job = l.job,
			.usable = true,
		};
		ok = (catalog_dumps(l.catalog, &usable, take_date, &dates) &&
		    !dates.failed) || refuse(&l);
	}
	free(l.only);
	catalog_close(l.catalog);
	return ok;
}

void
restore_catalog_free(struct restore_catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		restore_source_clear(&c->sources[i]);
	catalog_close(c->catalog);
	free(c);
}

size_t
restore_catalog_count(const struct restore_catalog *c)
{
	return c->count;
}

const struct restore_source *
restore_catalog_source(const struct restore_catalog *c, size_t i)
{
	return &c->sources[i];
}

/* ---------------------------------------------------------------- its files */

bool
restore_catalog_place(const struct restore_catalog *c,
    const struct restore_source *source, uint32_t inode, uint32_t *found,
    uint32_t *volume, uint64_t *position)
{
	struct index_inode i;

	/* The blocks of a copy have other numbers. */
	if (source->copy != 0 ||
	    !catalog_file_before(c->catalog, source->dump, inode, &i) ||
	    i.inode == 0)
		return false;
	*found = i.inode;
	return restore_source_place(source, i.block, volume, position);
}
