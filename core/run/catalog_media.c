/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_media.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/catalog_book.h"
#include "core/run/catalog_json.h"
#include "core/run/catalog_rows.h"

static const struct catalog_rows_column columns[] = {
	{ "MEDIUM", "medium", CATALOG_ROWS_TEXT, 10 },
	{ "STATE", "medium_state", CATALOG_ROWS_TEXT, 6 },
	{ "FILE", "file", CATALOG_ROWS_NUMBER, 4 },
	{ "ID", "dump", CATALOG_ROWS_NUMBER, 4 },
	{ "DUMP", "dump_name", CATALOG_ROWS_TEXT, 28 },
	{ "COPY", "copy", CATALOG_ROWS_NUMBER, 4 },
	{ "VOLUME", "number", CATALOG_ROWS_NUMBER, 6 },
	{ "BYTES", "bytes", CATALOG_ROWS_NUMBER, 14 },
	{ "ON-MEDIUM", "medium_bytes", CATALOG_ROWS_NUMBER, 14 },
	{ "NEEDED-BY", "needed_by", CATALOG_ROWS_TEXT, 9 },
	{ "NAME", "name", CATALOG_ROWS_TEXT, 0 },
	{ NULL, NULL, CATALOG_ROWS_TEXT, 0 }
};

struct media {
	struct catalog_task_run *t;
	struct catalog_book book;
	const struct catalog_book_dump *dump;	/* whose volumes come */
	json_t *needed_by;		/* object: text of id to list of ids */
	json_t *media;			/* list of objects */
	json_t *rows;			/* list of objects */
	bool ok;
};

static bool
note(struct media *m, bool ok)
{
	m->ok = ok || catalog_task_no_memory(m->t);
	return m->ok;
}

/* --------------------------------------------------- what needs a dump */

static void
make_key(int64_t id, char key[static 24])
{
	snprintf(key, 24, "%" PRId64, id);
}

/* Each dump of its chain is needed by this one. */
static bool
note_chain(struct media *m, int64_t id)
{
	struct catalog_chain chain;
	char key[24];

	if (!catalog_chain_of(m->t->catalog, id, &chain))
		return catalog_task_end(m->t, STATUS_ABORTED);
	for (unsigned int i = 0; i < chain.count; i++) {
		make_key(chain.dumps[i], key);
		json_t *list = json_object_get(m->needed_by, key);
		if (list == NULL && json_object_set_new(m->needed_by, key,
		    json_array()) == 0)
			list = json_object_get(m->needed_by, key);
		if (json_array_append_new(list, json_integer((json_int_t)id))
		    != 0)
			return note(m, false);
	}
	return true;
}

static bool
find_needs(struct media *m)
{
	for (size_t i = 0; i < m->book.count; i++) {
		const struct catalog_book_dump *d = &m->book.dumps[i];
		if ((d->state == CATALOG_COMPLETE ||
		    d->state == CATALOG_INCOMPLETE) && !note_chain(m, d->id))
			return false;
	}
	return true;
}

/* --------------------------------------------------------------------- rows */

static bool
take_medium(void *arg, const struct catalog_medium *medium)
{
	struct media *m = arg;

	return note(m, json_array_append_new(m->media,
	    catalog_json_medium(medium)) == 0);
}

static bool
is_same(const json_t *a, const json_t *b, const char *key)
{
	return json_equal(json_object_get(a, key), json_object_get(b, key)) != 0;
}

/* That of a volume; NULL: it is on none that has a label or barcode. */
static json_t *
find_medium(const struct media *m, const json_t *volume)
{
	for (size_t i = 0; i < json_array_size(m->media); i++) {
		json_t *medium = json_array_get(m->media, i);
		if (is_same(medium, volume, "barcode") &&
		    is_same(medium, volume, "label"))
			return medium;
	}
	return NULL;
}

/* Barcode, or else label; and its state. */
static bool
put_medium(json_t *row, json_t *medium)
{
	json_t *name = json_object_get(medium, "barcode");
	json_t *state = json_object_get(medium, "state");

	if (!json_is_string(name))
		name = json_object_get(medium, "label");
	return json_object_set_new(row, "medium", name == NULL ? json_null() :
	    json_incref(name)) == 0 &&
	    json_object_set_new(row, "medium_state", state == NULL ?
	    json_null() : json_incref(state)) == 0;
}

static bool
put_dump(struct media *m, json_t *row)
{
	char key[24];

	make_key(m->dump->id, key);
	json_t *needs = json_object_get(m->needed_by, key);
	return json_object_set_new(row, "dump",
	    json_integer((json_int_t)m->dump->id)) == 0 &&
	    json_object_set_new(row, "dump_name",
	    json_string(m->dump->name)) == 0 &&
	    json_object_set_new(row, "dump_state",
	    json_string(catalog_state_text(m->dump->state))) == 0 &&
	    json_object_set_new(row, "needed_by", needs == NULL ?
	    json_array() : json_incref(needs)) == 0;
}

static bool
take_volume(void *arg, const struct catalog_volume *v)
{
	struct media *m = arg;
	json_t *row = catalog_json_volume(v);
	json_t *medium = row == NULL ? NULL : find_medium(m, row);

	if (medium != NULL)
		json_object_set_new(medium, "is_used", json_true());
	if (note(m, row != NULL && put_medium(row, medium) &&
	    put_dump(m, row) && json_object_set_new(row, "bytes",
	    json_integer((json_int_t)v->blocks * DE_TAPE_BLOCK)) == 0 &&
	    json_array_append(m->rows, row) == 0)) {
		json_decref(row);
		return true;
	}
	json_decref(row);
	return false;
}

static bool
take_volumes(struct media *m)
{
	const char *job = m->t->request->job;

	for (size_t i = 0; m->ok && i < m->book.count; i++) {
		m->dump = &m->book.dumps[i];
		if (job != NULL && (m->dump->job == NULL ||
		    strcmp(job, m->dump->job) != 0))
			continue;
		if (!catalog_volumes(m->t->catalog, m->dump->id, take_volume,
		    m))
			return catalog_task_end(m->t, STATUS_ABORTED);
	}
	return m->ok;
}

/* Those that nothing is on. */
static bool
take_empty(struct media *m)
{
	for (size_t i = 0; i < json_array_size(m->media); i++) {
		json_t *medium = json_array_get(m->media, i);
		json_t *row = json_object();
		if (json_object_get(medium, "is_used") == NULL &&
		    (!put_medium(row, medium) ||
		    json_array_append(m->rows, row) != 0)) {
			json_decref(row);
			return note(m, false);
		}
		json_decref(row);
	}
	return true;
}

/* -------------------------------------------------------------------- order */

static int
compare_texts(const json_t *a, const json_t *b, const char *key)
{
	const char *one = json_string_value(json_object_get(a, key));
	const char *other = json_string_value(json_object_get(b, key));

	/* What has none comes last. */
	if (one == NULL || other == NULL)
		return (one == NULL) - (other == NULL);
	return strcmp(one, other);
}

static int
compare_numbers(const json_t *a, const json_t *b, const char *key)
{
	const json_int_t one = json_integer_value(json_object_get(a, key));
	const json_int_t other = json_integer_value(json_object_get(b, key));

	return (one > other) - (one < other);
}

/* By medium and file; files of a disk by their names. */
static int
compare(const void *a, const void *b)
{
	const json_t *one = *(const json_t *const *)a;
	const json_t *other = *(const json_t *const *)b;
	int order = compare_texts(one, other, "medium");

	if (order == 0)
		order = compare_numbers(one, other, "file");
	if (order == 0)
		order = compare_texts(one, other, "name");
	if (order == 0)
		order = compare_numbers(one, other, "dump");
	if (order == 0)
		order = compare_numbers(one, other, "copy");
	return order == 0 ? compare_numbers(one, other, "number") : order;
}

/* In a table, a list is "3,5". */
static bool
flatten(json_t *row)
{
	const json_t *list = json_object_get(row, "needed_by");
	char *text = json_dumps(list, JSON_COMPACT);
	bool ok = list == NULL || text != NULL;

	if (text != NULL) {
		text[strlen(text) - 1] = '\0';
		ok = json_object_set_new(row, "needed_by",
		    json_string(text + 1)) == 0;
	}
	free(text);
	return ok;
}

static bool
put_rows(struct media *m)
{
	const struct catalog_request *q = m->t->request;
	const size_t count = json_array_size(m->rows);
	json_t **sorted = calloc(count + 1, sizeof(json_t *));
	struct catalog_rows rows;
	bool ok = sorted != NULL;

	for (size_t i = 0; ok && i < count; i++)
		sorted[i] = json_array_get(m->rows, i);
	if (ok)
		qsort(sorted, count, sizeof(json_t *), compare);
	catalog_rows_begin(&rows, stdout, q->is_json, q->is_bare, columns);
	for (size_t i = 0; ok && i < count; i++)
		ok = (q->is_json || flatten(sorted[i])) &&
		    catalog_rows_put(&rows, json_incref(sorted[i]));
	catalog_rows_end(&rows);
	free(sorted);
	return note(m, ok);
}

bool
catalog_media_list(struct catalog_task_run *t)
{
	struct media m = {
		.t = t,
		.needed_by = json_object(),
		.media = json_array(),
		.rows = json_array(),
		.ok = true,
	};
	bool ok = catalog_book_load(t, &m.book) && find_needs(&m);

	if (ok && !catalog_media(t->catalog, take_medium, &m))
		ok = catalog_task_end(t, STATUS_ABORTED);
	ok = ok && m.ok && take_volumes(&m) &&
	    (t->request->job != NULL || take_empty(&m)) && put_rows(&m);
	json_decref(m.needed_by);
	json_decref(m.media);
	json_decref(m.rows);
	catalog_book_free(&m.book);
	return ok;
}
