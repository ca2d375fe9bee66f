/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_search.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalog/catalog_glob.h"
#include "core/chain/history.h"
#include "core/run/catalog_book.h"
#include "core/run/catalog_json.h"
#include "core/run/catalog_rows.h"

static const struct catalog_rows_column columns[] = {
	{ "ID", "dump", CATALOG_ROWS_NUMBER, 4 },
	{ "DUMP", "name", CATALOG_ROWS_TEXT, 28 },
	{ "SIZE", "size", CATALOG_ROWS_NUMBER, 12 },
	{ "MODIFIED", "mtime", CATALOG_ROWS_DATE, 19 },
	{ "MODE", "mode", CATALOG_ROWS_TEXT, 6 },
	{ "PATH", "path", CATALOG_ROWS_TEXT, 0 },
	{ NULL, NULL, CATALOG_ROWS_TEXT, 0 }
};

struct search {
	struct catalog_task_run *t;
	struct catalog_rows rows;
	struct catalog_book book;
	struct catalog_glob *glob;	/* in trees */
	/*
	 * Dumps also have names of files that are in none of them but in an
	 * earlier one.  If no dump has a version, the first of these is shown.
	 */
	char *path;			/* of the last row; NULL: none */
	struct catalog_version bare;	/* its path is `path` */
	bool has_version;
	bool ok;
};

static bool
put(struct search *s, const struct catalog_version *v)
{
	const struct catalog_book_dump *d = catalog_book_find(&s->book,
	    v->dump);
	json_t *row = catalog_json_version(v);

	if (row == NULL || json_object_set_new(row, "dump", d == NULL ?
	    json_null() : json_integer((json_int_t)d->id)) != 0 ||
	    json_object_set_new(row, "name", d == NULL ? json_null() :
	    json_string(d->name)) != 0 || json_object_set_new(row, "date",
	    d == NULL ? json_null() : json_integer((json_int_t)d->date)) != 0) {
		json_decref(row);
		row = NULL;
	}
	s->ok = catalog_rows_put(&s->rows, row) || catalog_task_no_memory(s->t);
	return s->ok;
}

/* ---------------------------------------------------------------- in dumps */

/* All that was found of a path has come. */
static bool
end_path(struct search *s)
{
	const bool ok = s->path == NULL || s->has_version ||
	    put(s, &s->bare);

	free(s->path);
	s->path = NULL;
	return ok;
}

static bool
begin_path(struct search *s, const struct catalog_version *v)
{
	if (!end_path(s))
		return false;
	s->path = strdup(v->path);
	if (s->path == NULL)
		return s->ok = catalog_task_no_memory(s->t);
	s->bare = *v;
	s->bare.path = s->path;
	s->has_version = false;
	return true;
}

static bool
take(void *arg, const struct catalog_version *v)
{
	struct search *s = arg;

	if ((s->path == NULL || strcmp(s->path, v->path) != 0) &&
	    !begin_path(s, v))
		return false;
	if (!v->has_inode)
		return true;
	s->has_version = true;
	return put(s, v);
}

static bool
search_dumps(struct search *s, const char *pattern)
{
	const struct catalog_filter filter = {
		.job = s->t->request->job,
		.usable = true,
	};

	if (!catalog_find(s->t->catalog, &filter, pattern, take, s))
		return catalog_task_end(s->t, STATUS_ABORTED);
	return s->ok && end_path(s);
}

/* ------------------------------------------------------------ in a tree */

static bool
fits(const struct search *s, const char *escaped, bool *ok)
{
	char *path = history_plain(escaped);
	const char *slash = path == NULL ? NULL : strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	*ok = path != NULL;
	const bool result = *ok && catalog_glob_fits_name(s->glob, name,
	    strlen(name)) && (!catalog_glob_has_slash(s->glob) ||
	    catalog_glob_fits_path(s->glob, path));
	free(path);
	return result;
}

static bool
take_of_tree(void *arg, const struct catalog_version *v)
{
	struct search *s = arg;

	const bool does_fit = fits(s, v->path, &s->ok);
	if (!s->ok)
		return catalog_task_no_memory(s->t);
	return !does_fit || put(s, v);
}

static bool
search_tree(struct search *s, const char *job)
{
	struct catalog_chain chain;
	bool found;

	if (!catalog_chain_at(s->t->catalog, job, s->t->request->at, &chain))
		return catalog_task_end(s->t, STATUS_ABORTED);
	if (chain.count == 0)
		return true;
	if (chain.missing_date != 0)
		catalog_task_missing(s->t, "%s: a dump that it builds on is "
		    "not in the catalogue, so files may be missing; see "
		    "`dumpengine-catalog list %s'", job, job);
	if (!catalog_tree(s->t->catalog, &chain, ".", take_of_tree, s, &found))
		return catalog_task_end(s->t, STATUS_ABORTED);
	return s->ok;
}

/* Each job once; dumps are in their order. */
static bool
search_trees(struct search *s, const char *pattern)
{
	const char *wanted = s->t->request->job, *last = NULL;
	bool ok = true;

	s->glob = catalog_glob_new(pattern);
	if (s->glob == NULL)
		return catalog_task_no_memory(s->t);
	for (size_t i = 0; ok && i < s->book.count; i++) {
		const char *job = s->book.dumps[i].job;
		if (job == NULL || (last != NULL && strcmp(job, last) == 0) ||
		    (wanted != NULL && strcmp(job, wanted) != 0))
			continue;
		ok = search_tree(s, job);
		last = job;
	}
	catalog_glob_free(s->glob);
	return ok;
}

/* -------------------------------------------------------------- the task */

static bool
search(struct search *s, const char *pattern)
{
	const uint64_t before = s->rows.count;

	if (!(s->t->request->has_at ? search_trees(s, pattern) :
	    search_dumps(s, pattern)))
		return false;
	if (s->rows.count == before)
		catalog_task_missing(s->t, "%s: no such name is in the "
		    "catalogue", pattern);
	return true;
}

bool
catalog_search_find(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;
	struct search s = { .t = t, .ok = true };
	bool ok = catalog_book_load(t, &s.book);

	catalog_rows_begin(&s.rows, stdout, q->is_json, q->is_bare, columns);
	for (size_t i = 0; ok && i < q->name_count; i++)
		ok = search(&s, q->names[i]);
	catalog_rows_end(&s.rows);
	free(s.path);
	catalog_book_free(&s.book);
	return ok;
}
