/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_status.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/config/config.h"
#include "core/run/catalog_book.h"
#include "core/run/catalog_gap.h"
#include "core/run/catalog_json.h"
#include "core/run/catalog_pending.h"
#include "core/run/catalog_rows.h"

static const struct catalog_rows_column columns[] = {
	{ "JOB", "job", CATALOG_ROWS_TEXT, 16 },
	{ "STATE", "state", CATALOG_ROWS_TEXT, 6 },
	{ "LAST", "date", CATALOG_ROWS_DATE, 19 },
	{ "LEVEL", "level", CATALOG_ROWS_NUMBER, 5 },
	{ "AGE", "age", CATALOG_ROWS_NUMBER, 9 },
	{ "MAX-AGE", "max_age", CATALOG_ROWS_NUMBER, 9 },
	{ "ID", "id", CATALOG_ROWS_NUMBER, 4 },
	{ NULL, NULL, CATALOG_ROWS_TEXT, 0 }
};

struct telling {
	struct catalog_task_run *t;
	struct catalog_rows rows;
	struct catalog_book book;
	int64_t now;
};

/* The newest good dump of a job. */
struct last {
	struct catalog_task_run *t;
	int64_t id;			/* 0: none */
	int64_t date;
	int32_t level;
	int64_t killed;			/* one after it; 0: none */
	bool ok;
};

static bool
look(void *arg, const struct catalog_dump *d)
{
	struct last *l = arg;
	struct catalog_gap gap;

	if (catalog_pending_was_killed(d))
		l->killed = d->id;
	if (d->state != CATALOG_COMPLETE)
		return true;
	l->ok = catalog_gap_find(l->t, d, &gap);
	if (l->ok && !catalog_gap_is_one(&gap)) {
		l->id = d->id;
		l->date = d->date;
		l->level = d->level;
		l->killed = 0;
	}
	return l->ok;
}

/* "never": there is no good dump; "old": it is older than it may be. */
static const char *
state_of(const struct last *l, int64_t age, int64_t max_age)
{
	if (l->id == 0)
		return "never";
	return max_age > 0 && age > max_age ? "old" : "good";
}

static json_t *
make_row(const struct telling *s, const char *job, int64_t max_age,
    const struct last *l)
{
	const int64_t age = s->now - l->date;
	const bool is_known = l->id != 0;
	json_t *row = json_object();

	if (json_object_set_new(row, "job", json_string(job)) == 0 &&
	    json_object_set_new(row, "state", json_string(state_of(l, age,
	    max_age))) == 0 && json_object_set_new(row, "date", is_known ?
	    json_integer((json_int_t)l->date) : json_null()) == 0 &&
	    json_object_set_new(row, "level", is_known ?
	    json_integer(l->level) : json_null()) == 0 &&
	    json_object_set_new(row, "age", is_known ?
	    json_integer((json_int_t)age) : json_null()) == 0 &&
	    json_object_set_new(row, "max_age", max_age == 0 ? json_null() :
	    json_integer((json_int_t)max_age)) == 0 &&
	    json_object_set_new(row, "id", is_known ?
	    json_integer((json_int_t)l->id) : json_null()) == 0)
		return row;
	json_decref(row);
	return NULL;
}

static bool
tell_job(struct telling *s, const char *job, int64_t max_age)
{
	const struct catalog_filter filter = { .job = job };
	const char *wanted = s->t->request->job;
	struct last l = { .t = s->t, .ok = true };

	if (wanted != NULL && strcmp(wanted, job) != 0)
		return true;
	if (!catalog_dumps(s->t->catalog, &filter, look, &l))
		return catalog_task_end(s->t, STATUS_ABORTED);
	if (l.ok && max_age > 0 && strcmp(state_of(&l, s->now - l.date,
	    max_age), "good") != 0)
		catalog_task_end(s->t, STATUS_INCOMPLETE);
	if (l.ok && l.killed != 0)
		l.ok = catalog_pending_tell_killed(s->t, l.killed);
	return l.ok && (catalog_rows_put(&s->rows, make_row(s, job, max_age,
	    &l)) || catalog_task_no_memory(s->t));
}

static bool
tell_configured(struct telling *s)
{
	const struct config *config = s->t->config;

	for (size_t i = 0; config != NULL && i < config->job_count; i++) {
		const struct job_config *job = &config->jobs[i];
		if (!tell_job(s, job_name(job), job->settings.max_age_seconds))
			return false;
	}
	return true;
}

/* Jobs that are only in the catalogue; they may be of other machines. */
static bool
tell_others(struct telling *s)
{
	const struct config *config = s->t->config;
	const char *last = NULL;

	for (size_t i = 0; i < s->book.count; i++) {
		const char *job = s->book.dumps[i].job;
		if (job == NULL || (last != NULL && strcmp(job, last) == 0))
			continue;
		last = job;
		if ((config == NULL || config_find_job(config, job) == NULL) &&
		    !tell_job(s, job, 0))
			return false;
	}
	return true;
}

bool
catalog_status_tell(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;
	struct telling s = { .t = t, .now = (int64_t)time(NULL) };
	bool ok = catalog_book_load(t, &s.book);

	catalog_rows_begin(&s.rows, stdout, q->is_json, q->is_bare, columns);
	ok = ok && tell_configured(&s) && tell_others(&s) &&
	    catalog_pending_tell(t);
	catalog_rows_end(&s.rows);
	catalog_book_free(&s.book);
	if (ok && q->job != NULL && s.rows.count == 0)
		catalog_task_missing(t, "%s: neither the configuration nor the "
		    "catalogue has such a job", q->job);
	return ok;
}
