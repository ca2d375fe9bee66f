/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_export.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/run/catalog_book.h"
#include "core/run/catalog_json.h"
#include "core/run/catalog_name.h"

struct exporting {
	struct catalog_task_run *t;
	bool is_first;			/* of the list being written */
	bool ok;
};

/* Takes over `o`. */
static bool
put(struct exporting *e, json_t *o)
{
	char *text = o == NULL ? NULL : json_dumps(o, JSON_COMPACT);

	json_decref(o);
	e->ok = text != NULL || catalog_task_no_memory(e->t);
	if (e->ok)
		printf("%s%s", e->is_first ? "\n" : ",\n", text);
	e->is_first = false;
	free(text);
	return e->ok;
}

static void
begin_list(struct exporting *e, const char *key)
{
	printf(",\n\"%s\":[", key);
	e->is_first = true;
}

static bool
put_medium(void *arg, const struct catalog_medium *m)
{
	return put(arg, catalog_json_medium(m));
}

static bool
put_volume(void *arg, const struct catalog_volume *v)
{
	return put(arg, catalog_json_volume(v));
}

static bool
put_name(void *arg, const struct catalog_version *v)
{
	return put(arg, catalog_json_version(v));
}

/* Its members, without the end of the object. */
static bool
begin_dump(void *arg, const struct catalog_dump *d)
{
	struct exporting *e = arg;
	json_t *o = catalog_json_dump(d);
	char *text = NULL;

	if (o != NULL) {
		json_object_del(o, "id");
		text = json_dumps(o, JSON_COMPACT | JSON_EMBED);
	}
	json_decref(o);
	e->ok = text != NULL || catalog_task_no_memory(e->t);
	if (e->ok)
		printf("{%s", text);
	free(text);
	return e->ok;
}

static bool
put_dump(struct exporting *e, int64_t id)
{
	struct catalog *c = e->t->catalog;
	const struct catalog_filter filter = { .dump = id };

	if (!catalog_name_visit(e->t, id, begin_dump, e) || !e->ok)
		return false;
	begin_list(e, "volumes");
	if (!catalog_volumes(c, id, put_volume, e))
		return catalog_task_end(e->t, STATUS_ABORTED);
	fputs("]", stdout);
	begin_list(e, "names");
	if (!catalog_find(c, &filter, "*", put_name, e))
		return catalog_task_end(e->t, STATUS_ABORTED);
	fputs("]}", stdout);
	return e->ok;
}

static bool
put_dumps(struct exporting *e, const struct catalog_book *book)
{
	for (size_t i = 0; i < book->count; i++) {
		fputs(i == 0 ? "\n" : ",\n", stdout);
		if (!put_dump(e, book->dumps[i].id))
			return false;
	}
	return true;
}

bool
catalog_export_all(struct catalog_task_run *t)
{
	struct exporting e = { .t = t, .ok = true };
	struct catalog_book book;
	bool ok = catalog_book_load(t, &book);

	printf("{\"schema\":%d", CATALOG_SCHEMA);
	begin_list(&e, "media");
	if (ok && !catalog_media(t->catalog, put_medium, &e))
		ok = catalog_task_end(t, STATUS_ABORTED);
	fputs("]", stdout);
	begin_list(&e, "dumps");
	ok = ok && e.ok && put_dumps(&e, &book);
	fputs("]}\n", stdout);
	catalog_book_free(&book);
	return ok;
}
