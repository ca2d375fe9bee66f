/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/run/catalog_name.h"

/* An object being made. */
struct making {
	json_t *object;
	bool ok;
};

static void
put(struct making *m, const char *key, json_t *value)
{
	m->ok = json_object_set_new(m->object, key, value) == 0 && m->ok;
}

static void
put_text(struct making *m, const char *key, const char *text)
{
	put(m, key, text == NULL ? json_null() : json_string(text));
}

static void
put_number(struct making *m, const char *key, int64_t number)
{
	put(m, key, json_integer((json_int_t)number));
}

static void
put_known(struct making *m, const char *key, int64_t number, int64_t unknown)
{
	put(m, key, number == unknown ? json_null() :
	    json_integer((json_int_t)number));
}

static json_t *
finish(struct making *m)
{
	if (m->ok)
		return m->object;
	json_decref(m->object);
	return NULL;
}

static void
put_name(struct making *m, const struct catalog_dump *d)
{
	char *name = catalog_name_make(d);

	put(m, "name", name == NULL ? NULL : json_string(name));
	free(name);
}

/* The column is JSON itself. */
static void
put_exclude(struct making *m, const char *exclude)
{
	json_t *list = exclude == NULL ? NULL : json_loads(exclude, 0, NULL);

	put(m, "exclude", json_is_array(list) ? json_incref(list) :
	    json_null());
	json_decref(list);
}

static void
put_conclusion(struct making *m, const struct catalog_dump *d)
{
	put_text(m, "program", d->program);
	put_known(m, "begun", d->begun, 0);
	put_known(m, "ended", d->ended, 0);
	put_text(m, "state", catalog_state_text(d->state));
	put_known(m, "status", d->status, -1);
	put_number(m, "findings", (int64_t)d->findings);
	put_number(m, "notes", (int64_t)d->notes);
	put_number(m, "blocks", (int64_t)d->blocks);
	put(m, "has_names", json_boolean(d->has_names));
	put_text(m, "config", d->config);
}

json_t *
catalog_json_dump(const struct catalog_dump *d)
{
	struct making m = { json_object(), true };

	put_number(&m, "id", d->id);
	put_name(&m, d);
	put_text(&m, "job", d->job);
	put_text(&m, "host", d->host);
	put_text(&m, "device", d->device);
	put_text(&m, "filesystem", d->filesystem);
	put_text(&m, "label", d->label);
	put_number(&m, "level", d->level);
	put_number(&m, "date", d->date);
	put_known(&m, "base_date", d->base_date, 0);
	put_text(&m, "source", d->source);
	put_text(&m, "uuid", d->uuid);
	put_text(&m, "subtree", d->subtree);
	put_exclude(&m, d->exclude);
	put_text(&m, "output", d->output);
	put_conclusion(&m, d);
	return finish(&m);
}

json_t *
catalog_json_volume(const struct catalog_volume *v)
{
	struct making m = { json_object(), true };

	put_number(&m, "copy", v->copy);
	put_number(&m, "number", v->number);
	put_text(&m, "output", v->output);
	put_text(&m, "name", v->medium);
	put_text(&m, "label", v->label);
	put_text(&m, "barcode", v->barcode);
	put_text(&m, "serial", v->serial);
	put_known(&m, "file", v->file, -1);
	put_number(&m, "first", (int64_t)v->first);
	put_number(&m, "blocks", (int64_t)v->blocks);
	put_text(&m, "digest", v->digest);
	put_text(&m, "filters", v->filters);
	put_known(&m, "medium_bytes", (int64_t)v->medium_bytes, 0);
	put_text(&m, "medium_digest", v->medium_digest);
	put_text(&m, "head", v->head);
	put_known(&m, "written", v->written, 0);
	put_known(&m, "verified", v->verified, 0);
	put_known(&m, "record_blocks", v->record_blocks, 0);
	return finish(&m);
}

json_t *
catalog_json_medium(const struct catalog_medium *medium)
{
	struct making m = { json_object(), true };

	put_text(&m, "label", medium->label);
	put_text(&m, "barcode", medium->barcode);
	put_text(&m, "serial", medium->serial);
	put_text(&m, "state", medium->state);
	put_text(&m, "note", medium->note);
	return finish(&m);
}

json_t *
catalog_json_version(const struct catalog_version *v)
{
	struct making m = { json_object(), true };
	char mode[16];

	put_text(&m, "path", v->path);
	put_number(&m, "inode", v->inode.inode);
	if (v->has_inode) {
		snprintf(mode, sizeof(mode), "%06o",
		    (unsigned int)v->inode.mode);
		put_text(&m, "mode", mode);
		put_number(&m, "size", (int64_t)v->inode.size);
		put_number(&m, "mtime", v->inode.mtime);
		put_number(&m, "block", (int64_t)v->inode.block);
	}
	return finish(&m);
}
