/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/date_range.h"
#include "core/host/options.h"

char *
catalog_name_make(const struct catalog_dump *d)
{
	char date[DATE_SHORT_BYTES], *name;

	date_range_format(d->date, date);
	return asprintf(&name, "%s@%s", d->job == NULL ? "" : d->job,
	    date) == -1 ? NULL : name;
}

/* A search among the dumps of a job. */
struct search {
	const char *job;		/* NULL: of those without a job */
	struct date_range range;
	int64_t id;
	unsigned int count;
	char found[200];		/* "3, 7", for a message */
};

static bool
look(void *arg, const struct catalog_dump *d)
{
	struct search *s = arg;
	const size_t used = strlen(s->found);

	if (d->date < s->range.from || d->date > s->range.to ||
	    (s->job == NULL && d->job != NULL))
		return true;
	s->id = d->id;
	s->count++;
	snprintf(s->found + used, sizeof(s->found) - used, "%s%" PRId64,
	    used == 0 ? "" : ", ", d->id);
	return true;
}

static bool
search_job(struct catalog_task_run *t, const char *text, struct search *s,
    int64_t *id)
{
	const struct catalog_filter filter = {
		.job = s->job,
		.until = s->range.to,
	};

	if (!catalog_dumps(t->catalog, &filter, look, s))
		return catalog_task_end(t, STATUS_ABORTED);
	if (s->count == 1)
		*id = s->id;
	else if (s->count == 0)
		catalog_task_missing(t, "%s: there is no such dump; "
		    "`dumpengine-catalog list' shows all", text);
	else
		catalog_task_missing(t, "%s: several dumps are of that date; "
		    "use the id of one: %s", text, s->found);
	return true;
}

/* JOB@DATE */
static bool
find_by_date(struct catalog_task_run *t, const char *text, const char *at,
    int64_t *id)
{
	char *job = strndup(text, (size_t)(at - text));
	struct search s = { .job = at == text ? NULL : job };
	bool ok = true;

	if (job == NULL)
		ok = catalog_task_no_memory(t);
	else if (!date_range_parse(at + 1, (int64_t)time(NULL), &s.range))
		catalog_task_missing(t, "%s: %s is no date; expected one such "
		    "as 2026-11-01 or 2026-11-01T03:00", text, at + 1);
	else
		ok = search_job(t, text, &s, id);
	free(job);
	return ok;
}

static bool
count_it(void *arg, const struct catalog_dump *d)
{
	(void)d;
	++*(unsigned int *)arg;
	return true;
}

bool
catalog_name_find(struct catalog_task_run *t, const char *text, int64_t *id)
{
	const char *at = strchr(text, '@');
	unsigned int count = 0;
	int64_t number;

	*id = 0;
	if (at != NULL)
		return find_by_date(t, text, at, id);
	if (!option_parse_integer(text, &number) || number <= 0) {
		catalog_task_missing(t, "%s: this names no dump; use its id, "
		    "or JOB@DATE, as `dumpengine-catalog list' shows them",
		    text);
		return true;
	}
	if (!catalog_name_visit(t, number, count_it, &count))
		return false;
	if (count == 1)
		*id = number;
	else
		catalog_task_missing(t, "%s: there is no such dump; "
		    "`dumpengine-catalog list' shows all", text);
	return true;
}

bool
catalog_name_visit(struct catalog_task_run *t, int64_t id,
    catalog_dump_fn *fn, void *arg)
{
	const struct catalog_filter filter = { .dump = id };

	return catalog_dumps(t->catalog, &filter, fn, arg) ||
	    catalog_task_end(t, STATUS_ABORTED);
}
