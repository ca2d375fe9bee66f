/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_dates.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/mount/mount_dates.h"
#include "core/run/restore_catalog.h"
#include "core/run/restore_chain.h"
#include "core/run/restore_show.h"
#include "core/run/restore_shown.h"
#include "core/run/restore_watch.h"

#define REPEATED_MAX 7200	/* seconds that a clock may be set back */
#define IDLE_NS (300 * NS_PER_SECOND)	/* until a tree is dropped */

/* The run whose tree is that of a date, while this is there. */
struct made {
	struct restore r;
	struct restore_request request;
	struct report *rep;		/* owned; names the date */
	struct restore_shown *shown;	/* owned */
	const char *name;		/* borrowed, as is this */
	struct report *all;
};

struct dates {
	struct restore *r;		/* borrowed */
	const char *catalog;		/* borrowed */
	struct mount_date *list;	/* owned, the names too; ascending */
	struct dump {
		int64_t id;		/* in the catalogue */
		struct made *made;	/* owned; NULL: it is not there */
	} *dumps;			/* owned; the same dates */
	uint32_t count;
	uint32_t room;
	uint32_t faulty;		/* trees with something missing */
};

bool
restore_dates_are_wanted(struct restore *r)
{
	return r->request->all_dates && restore_catalog_file(r) != NULL;
}

/* ----------------------------------------------------------------- the list */

/*
 * "2026-11-01T03:00:00".  What would have the name of one before it, as another
 * dump of this second or in the hour that the end of summer time repeats, gets a
 * number, too.  To be freed.
 */
static char *
name_of(const struct dates *d, int64_t date)
{
	const time_t time = (time_t)date;
	char text[DATE_TEXT_BYTES] = "";
	unsigned int number = 1;
	struct tm tm;
	char *name;

	if (localtime_r(&time, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	const size_t length = strlen(text);
	if (length == 0)
		return asprintf(&name, "@%" PRId64, date) == -1 ? NULL : name;
	for (uint32_t i = d->count;
	    i-- > 0 && date - d->list[i].time < REPEATED_MAX;)
		number += strncmp(d->list[i].name, text, length) == 0;
	if (number == 1)
		return strdup(text);
	return asprintf(&name, "%s-%u", text, number) == -1 ? NULL : name;
}

static bool
grow(struct dates *d)
{
	const uint32_t room = d->room == 0 ? 64 : 2 * d->room;
	struct mount_date *list = realloc(d->list, room * sizeof(*list));

	if (list == NULL)
		return false;
	d->list = list;
	struct dump *dumps = realloc(d->dumps, room * sizeof(*dumps));
	if (dumps == NULL)
		return false;
	d->dumps = dumps;
	d->room = room;
	return true;
}

static bool
take_date(void *arg, int64_t dump, int64_t date)
{
	struct dates *d = arg;

	if (d->count == INT32_MAX || (d->count == d->room && !grow(d)))
		return restore_no_room(d->r);
	char *name = name_of(d, date);
	if (name == NULL)
		return restore_no_room(d->r);
	d->list[d->count] = (struct mount_date){ .name = name, .time = date };
	d->dumps[d->count] = (struct dump){ .id = dump };
	d->count++;
	return true;
}

static bool
find_dates(struct dates *d)
{
	if (!restore_catalog_each_date(d->r, take_date, d))
		return false;
	if (d->count > 0)
		return true;
	report(d->r->rep, DE_ERROR, "the catalogue has no dump of this job "
	    "that can be restored");
	return restore_end(d->r, VERDICT_NOT_STARTED);
}

/* ---------------------------------------------------------------- one date */

static void
say_of_date(void *arg, enum de_severity severity, const char *text)
{
	const struct made *m = arg;

	if (report_is_shown(m->all, severity))
		report(m->all, severity, "%s: %s", m->name, text);
}

static bool
begin(struct made *m, const struct dates *d, uint32_t number)
{
	const struct restore *all = d->r;

	m->name = d->list[number].name;
	m->all = all->rep;
	m->request = *all->request;
	m->request.all_dates = false;
	m->request.is_from_catalog = true;
	m->request.catalog = d->catalog;
	m->request.dump = d->dumps[number].id;
	m->request.at = d->list[number].time;
	m->rep = report_new(STDERR_FILENO, m->request.verbosity);
	if (m->rep == NULL)
		return false;
	report_set_taker(m->rep, say_of_date, m);
	m->r = (struct restore){
		.request = &m->request,
		.registry = all->registry,
		.rep = m->rep,
		.signals = all->signals,
		.cancelled = all->cancelled,
		.op = all->op,
	};
	m->r.op.rep = m->rep;
	return restore_prepare(&m->r);
}

static bool
make_tree(struct made *m)
{
	struct restore *r = &m->r;

	if (!restore_open_sets(r) || !restore_chain_check(r, NULL, false) ||
	    !restore_read_trees(r))
		return false;
	m->shown = restore_shown_new(r);
	restore_watch_free(r->watch);
	r->watch = NULL;
	return m->shown != NULL;
}

static void
dispose(struct made *m)
{
	restore_shown_free(m->shown);
	restore_dispose(&m->r);
	report_free(m->rep);
	free(m);
}

static const struct mount_tree *
make(void *arg, uint32_t number)
{
	struct dates *d = arg;
	struct made *m = calloc(1, sizeof(*m));
	const bool ok = m != NULL && begin(m, d, number) && make_tree(m);

	if (ok) {
		d->dumps[number].made = m;
		return restore_shown_tree(m->shown);
	}
	report(d->r->rep, DE_ERROR, "%s: this date cannot be shown%s",
	    d->list[number].name, m == NULL || m->rep == NULL ?
	    ": out of memory" : "; see above");
	d->faulty++;
	if (m != NULL)
		dispose(m);
	return NULL;
}

static void
drop(void *arg, uint32_t number)
{
	struct dates *d = arg;
	struct made *m = d->dumps[number].made;

	d->faulty += outcome_status(m->r.outcome) != STATUS_COMPLETE;
	d->dumps[number].made = NULL;
	dispose(m);
}

/* ------------------------------------------------------------------- all */

static bool
serve(struct dates *d)
{
	struct restore *r = d->r;
	const struct mount_dates_config config = {
		.list = d->list,
		.count = d->count,
		.idle_ns = IDLE_NS,
		.make = make,
		.drop = drop,
		.arg = d,
		.cancel = &r->signals->cancel,
	};
	struct mount_view view = { .dates = mount_dates_new(&config) };

	if (view.dates == NULL)
		return restore_no_room(r);
	const bool ok = restore_show_view(r, &view);
	mount_dates_free(view.dates);
	/* What gave up when it was to end is no fault. */
	r->signals->cancel = 0;
	if (d->faulty > 0)
		outcome_add(r->outcome, OUTCOME_MISSING, 0, "of %" PRIu32
		    " date%s, something could not be shown; see above",
		    d->faulty, d->faulty == 1 ? "" : "s");
	return ok;
}

bool
restore_dates_show(struct restore *r)
{
	struct dates d = { .r = r, .catalog = restore_catalog_file(r) };
	const bool ok = find_dates(&d) && serve(&d);

	for (uint32_t i = 0; i < d.count; i++)
		free((void *)(uintptr_t)d.list[i].name);
	free(d.list);
	free(d.dumps);
	return ok;
}
