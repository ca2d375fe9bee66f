/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_copies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/chain/history.h"

/* Empty texts are not stored. */
static bool
is_text(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

static bool
take_dump(void *arg, const struct catalog_dump *d)
{
	struct catalog_dump *wanted = arg;

	if (d->date != wanted->date || d->level != wanted->level ||
	    !is_text(d->host, wanted->host) ||
	    !is_text(d->device, wanted->device))
		return true;
	wanted->id = d->id;
	return false;
}

bool
catalog_copies_find_dump(struct catalog *c, struct catalog_dump *d)
{
	const struct catalog_filter filter = { .until = d->date };

	d->id = 0;
	return catalog_dumps(c, &filter, take_dump, d);
}

/* ------------------------------------------------------------------- copies */

/* The copies that the catalogue has, one after the other. */
struct choosing {
	const struct catalog_volume *volumes;	/* those in question */
	size_t count;
	enum catalog_copies_kind kind;
	bool has_any;
	uint32_t copy;			/* the one that is being looked at: */
	size_t seen;			/*   volumes of it, */
	bool is_at_place;		/*   the first is where ours is */
	bool is_gone;			/*   it is no more where it was */
	bool fits;			/*   all have what ours have */
	bool is_found;
	uint32_t found;
};

static bool
is_tape(const struct catalog_volume *v)
{
	return v->file >= 0 || v->barcode != NULL ||
	    (v->output != NULL && strcmp(v->output, "out-tape") == 0);
}

/* A drive is no place, as tapes are changed. */
static bool
is_same_place(const struct catalog_volume *a, const struct catalog_volume *b)
{
	if (a->barcode != NULL && b->barcode != NULL)
		return strcmp(a->barcode, b->barcode) == 0 &&
		    a->file == b->file;
	if (is_tape(a) || is_tape(b))
		return false;
	return a->medium != NULL && b->medium != NULL &&
	    strcmp(a->medium, b->medium) == 0;
}

/* Has somebody moved what was there?  Only of our own files is that known. */
static bool
is_gone_from(const struct catalog_volume *known,
    const struct catalog_volume *ours)
{
	if (is_tape(known) || is_tape(ours))
		return is_tape(known) && is_tape(ours) &&
		    (known->barcode == NULL || ours->barcode == NULL);
	if (known->medium == NULL)
		return true;
	if (known->medium[0] != '/')
		return false;
	char *file = history_plain(known->medium);
	const bool gone = file == NULL ||
	    (access(file, F_OK) == -1 && errno == ENOENT);
	free(file);
	return gone;
}

static bool
has_same(const struct catalog_volume *a, const struct catalog_volume *b)
{
	return (a->blocks == 0 || b->blocks == 0 || a->blocks == b->blocks) &&
	    (a->digest == NULL || b->digest == NULL ||
	    strcmp(a->digest, b->digest) == 0);
}

/* Is the copy that has been looked at the one? */
static void
judge(struct choosing *c)
{
	const bool is_it = c->is_at_place || (c->fits && c->is_gone &&
	    c->seen == c->count && c->kind == CATALOG_COPIES_ANY);

	if (!c->has_any || c->is_found || !is_it)
		return;
	c->is_found = true;
	c->found = c->copy;
}

static bool
take_volume(void *arg, const struct catalog_volume *v)
{
	struct choosing *c = arg;

	if (!c->has_any || v->copy != c->copy) {
		judge(c);
		c->has_any = true;
		c->copy = v->copy;
		c->seen = 0;
		c->is_at_place = c->is_gone = false;
		c->fits = true;
	}
	c->seen++;
	if (v->number < 1 || v->number > c->count) {
		c->fits = false;
		return true;
	}
	const struct catalog_volume *ours = &c->volumes[v->number - 1];
	c->fits = c->fits && has_same(v, ours);
	if (v->number == 1) {
		c->is_at_place = is_same_place(v, ours);
		c->is_gone = is_gone_from(v, ours);
	}
	return true;
}

bool
catalog_copies_choose(struct catalog *c, int64_t dump,
    const struct catalog_volume *volumes, size_t count,
    enum catalog_copies_kind kind, uint32_t *copy)
{
	struct choosing choosing = {
		.volumes = volumes,
		.count = count,
		.kind = kind,
	};

	if (!catalog_volumes(c, dump, take_volume, &choosing))
		return false;
	judge(&choosing);
	if (choosing.is_found)
		*copy = choosing.found;
	else if (choosing.has_any)
		*copy = choosing.copy + 1;
	else
		*copy = kind == CATALOG_COPIES_LATER;
	return true;
}
