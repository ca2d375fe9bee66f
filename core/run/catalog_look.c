/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_look.h"

#include <stdlib.h>
#include <string.h>

#include "core/run/catalog_gap.h"
#include "core/run/catalog_json.h"
#include "core/run/catalog_name.h"
#include "core/run/catalog_pending.h"
#include "core/run/catalog_rows.h"

/* --------------------------------------------------------------------- list */

static const struct catalog_rows_column list_columns[] = {
	{ "ID", "id", CATALOG_ROWS_NUMBER, 4 },
	{ "DUMP", "name", CATALOG_ROWS_TEXT, 28 },
	{ "LEVEL", "level", CATALOG_ROWS_NUMBER, 5 },
	{ "BASE", "base_id", CATALOG_ROWS_NUMBER, 4 },
	{ "STATE", "state", CATALOG_ROWS_TEXT, 10 },
	{ "VOLUMES", "volumes", CATALOG_ROWS_NUMBER, 7 },
	{ "BYTES", "bytes", CATALOG_ROWS_NUMBER, 14 },
	{ "GAP", "gap", CATALOG_ROWS_TEXT, 0 },
	{ NULL, NULL, CATALOG_ROWS_TEXT, 0 }
};

struct listing {
	struct catalog_task_run *t;
	struct catalog_rows rows;
	bool ok;
};

static void
begin_rows(struct listing *l, struct catalog_task_run *t,
    const struct catalog_rows_column *columns)
{
	*l = (struct listing){ .t = t, .ok = true };
	catalog_rows_begin(&l->rows, stdout, t->request->is_json,
	    t->request->is_bare, columns);
}

static bool
put_row(struct listing *l, json_t *row)
{
	l->ok = catalog_rows_put(&l->rows, row) ||
	    catalog_task_no_memory(l->t);
	return l->ok;
}

/* What is not in the table of dumps. */
static bool
add_gap(json_t *row, const struct catalog_dump *d,
    const struct catalog_gap *gap)
{
	char text[CATALOG_GAP_BYTES];

	catalog_gap_format(gap, text);
	return json_object_set_new(row, "base_id", gap->base == 0 ?
	    json_null() : json_integer((json_int_t)gap->base)) == 0 &&
	    json_object_set_new(row, "bytes", json_integer(
	    (json_int_t)d->blocks * DE_TAPE_BLOCK)) == 0 &&
	    json_object_set_new(row, "gap", text[0] == '\0' ? json_null() :
	    json_string(text)) == 0;
}

static json_t *
make_row(const struct catalog_dump *d, const struct catalog_gap *gap)
{
	json_t *row = catalog_json_dump(d);

	if (row != NULL && add_gap(row, d, gap) && json_object_set_new(row,
	    "volumes", json_integer(gap->volumes)) == 0)
		return row;
	json_decref(row);
	return NULL;
}

static bool
list_dump(void *arg, const struct catalog_dump *d)
{
	struct listing *l = arg;
	struct catalog_gap gap;

	l->ok = catalog_gap_find(l->t, d, &gap);
	if (!l->ok)
		return false;
	if (catalog_gap_is_one(&gap))
		catalog_task_end(l->t, STATUS_INCOMPLETE);
	return put_row(l, make_row(d, &gap));
}

static bool
list_job(struct listing *l, const char *job)
{
	const struct catalog_filter filter = {
		.job = job,
		.until = l->t->request->has_at ? l->t->request->at : 0,
	};
	const uint64_t before = l->rows.count;

	if (!catalog_dumps(l->t->catalog, &filter, list_dump, l))
		return catalog_task_end(l->t, STATUS_ABORTED);
	if (l->ok && job != NULL && l->rows.count == before)
		catalog_task_missing(l->t, "%s: no dump of such a job is in "
		    "the catalogue", job);
	return l->ok;
}

bool
catalog_look_list(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;
	struct listing l;

	begin_rows(&l, t, list_columns);
	bool ok = q->name_count > 0 || list_job(&l, q->job);
	for (size_t i = 0; ok && i < q->name_count; i++)
		ok = list_job(&l, q->names[i]);
	catalog_rows_end(&l.rows);
	return ok && catalog_pending_tell(t);
}

/* --------------------------------------------------------------------- show */

static const struct catalog_rows_column volume_columns[] = {
	{ "COPY", "copy", CATALOG_ROWS_NUMBER, 4 },
	{ "VOLUME", "number", CATALOG_ROWS_NUMBER, 6 },
	{ "MEDIUM", "medium", CATALOG_ROWS_TEXT, 10 },
	{ "FILE", "file", CATALOG_ROWS_NUMBER, 4 },
	{ "FIRST", "first", CATALOG_ROWS_NUMBER, 10 },
	{ "BLOCKS", "blocks", CATALOG_ROWS_NUMBER, 10 },
	{ "ON-MEDIUM", "medium_bytes", CATALOG_ROWS_NUMBER, 14 },
	{ "FILTERS", "filters", CATALOG_ROWS_TEXT, 11 },
	{ "WRITTEN", "written", CATALOG_ROWS_DATE, 19 },
	{ "VERIFIED", "verified", CATALOG_ROWS_DATE, 19 },
	{ "NAME", "name", CATALOG_ROWS_TEXT, 0 },
	{ NULL, NULL, CATALOG_ROWS_TEXT, 0 }
};

/* Appends volumes to a list; NULL: memory is out. */
static bool
take_volume(void *arg, const struct catalog_volume *v)
{
	json_t **list = arg;

	if (json_array_append_new(*list, catalog_json_volume(v)) == 0)
		return true;
	json_decref(*list);
	*list = NULL;
	return false;
}

/* A new list; NULL if the run has to end. */
static json_t *
volumes_of(struct catalog_task_run *t, int64_t dump)
{
	json_t *list = json_array();

	if (list != NULL && !catalog_volumes(t->catalog, dump, take_volume,
	    &list)) {
		json_decref(list);
		catalog_task_end(t, STATUS_ABORTED);
		return NULL;
	}
	if (list == NULL)
		catalog_task_no_memory(t);
	return list;
}

static json_t *
chain_of(struct catalog_task_run *t, int64_t dump)
{
	struct catalog_chain chain;
	json_t *list = json_array();

	if (!catalog_chain_of(t->catalog, dump, &chain))
		chain.count = 0;
	for (unsigned int i = 0; i < chain.count; i++)
		json_array_append_new(list, json_integer((json_int_t)
		    chain.dumps[i]));
	return list;
}

static bool
is_date(const char *key)
{
	return strcmp(key, "date") == 0 || strcmp(key, "base_date") == 0 ||
	    strcmp(key, "begun") == 0 || strcmp(key, "ended") == 0;
}

static void
print_list(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		putchar(' ');
		catalog_rows_value(stdout, json_array_get(list, i),
		    CATALOG_ROWS_TEXT);
	}
}

/* "key: value", without what is unknown. */
static void
print_members(json_t *dump)
{
	const char *key;
	json_t *value;

	json_object_foreach(dump, key, value) {
		if (json_is_null(value))
			continue;
		printf("%s:", key);
		if (json_is_array(value)) {
			print_list(value);
		} else {
			putchar(' ');
			catalog_rows_value(stdout, value, is_date(key) ?
			    CATALOG_ROWS_DATE : CATALOG_ROWS_TEXT);
		}
		putchar('\n');
	}
}

/* Barcode, or else label, as one column. */
static json_t *
medium_of(const json_t *volume)
{
	json_t *barcode = json_object_get(volume, "barcode");

	return json_incref(json_is_string(barcode) ? barcode :
	    json_object_get(volume, "label"));
}

static bool
print_volumes(struct listing *l, const json_t *volumes)
{
	bool ok = true;

	catalog_rows_begin(&l->rows, stdout, false, l->t->request->is_bare,
	    volume_columns);
	for (size_t i = 0; ok && i < json_array_size(volumes); i++) {
		json_t *volume = json_array_get(volumes, i);
		ok = json_object_set_new(volume, "medium",
		    medium_of(volume)) == 0 &&
		    put_row(l, json_incref(volume));
	}
	return ok;
}

/* Takes over `dump`. */
static bool
print_dump(struct listing *l, json_t *dump, json_t *volumes)
{
	bool ok = dump != NULL && volumes != NULL;

	if (ok && l->t->request->is_json) {
		ok = json_object_set(dump, "volumes", volumes) == 0 &&
		    put_row(l, json_incref(dump));
	} else if (ok) {
		print_members(dump);
		putchar('\n');
		ok = print_volumes(l, volumes);
	}
	json_decref(dump);
	return ok;
}

static bool
show_dump(void *arg, const struct catalog_dump *d)
{
	struct listing *l = arg;
	struct catalog_gap gap;

	l->ok = catalog_gap_find(l->t, d, &gap);
	if (!l->ok)
		return false;
	if (catalog_gap_is_one(&gap))
		catalog_task_end(l->t, STATUS_INCOMPLETE);
	json_t *volumes = volumes_of(l->t, d->id);
	json_t *dump = volumes == NULL ? NULL : catalog_json_dump(d);
	if (dump != NULL && (!add_gap(dump, d, &gap) || json_object_set_new(
	    dump, "chain", chain_of(l->t, d->id)) != 0)) {
		json_decref(dump);
		dump = NULL;
	}
	if (volumes != NULL && dump == NULL)
		catalog_task_no_memory(l->t);
	l->ok = print_dump(l, dump, volumes);
	json_decref(volumes);
	return l->ok;
}

bool
catalog_look_show(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;
	struct listing l = { .t = t, .ok = true };
	bool ok = true;
	int64_t id;

	if (q->is_json)
		begin_rows(&l, t, volume_columns);
	for (size_t i = 0; ok && i < q->name_count; i++) {
		ok = catalog_name_find(t, q->names[i], &id);
		if (!ok || id == 0)
			continue;
		if (i > 0 && !q->is_json)
			putchar('\n');
		ok = catalog_name_visit(t, id, show_dump, &l) && l.ok;
	}
	if (q->is_json)
		catalog_rows_end(&l.rows);
	return ok;
}
