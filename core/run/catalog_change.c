/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_change.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/run/catalog_book.h"
#include "core/run/catalog_gap.h"
#include "core/run/catalog_name.h"

struct forgetting {
	struct catalog_task_run *t;
	struct catalog_book book;
	int64_t *ids;			/* owned */
	size_t count;
};

static bool
is_forgotten(const struct forgetting *f, int64_t id)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->ids[i] == id)
			return true;
	return false;
}

static bool
find_all(struct forgetting *f)
{
	const struct catalog_request *q = f->t->request;

	for (size_t i = 0; i < q->name_count; i++) {
		int64_t id;
		if (!catalog_name_find(f->t, q->names[i], &id))
			return false;
		if (id != 0 && !is_forgotten(f, id))
			f->ids[f->count++] = id;
	}
	return true;
}

/* Does a dump that stays build on one that is to be forgotten? */
static bool
is_needed(struct forgetting *f, const struct catalog_book_dump *d)
{
	struct catalog_chain chain;
	bool needs = false;

	if (!catalog_chain_of(f->t->catalog, d->id, &chain))
		return !catalog_task_end(f->t, STATUS_ABORTED);
	for (unsigned int i = 0; !needs && i < chain.count; i++)
		needs = is_forgotten(f, chain.dumps[i]);
	if (needs)
		report(f->t->rep, DE_ERROR, "%s (%" PRId64 ") builds on what "
		    "is to be forgotten, and could not be restored; forget it, "
		    "too, or use --force", d->name, d->id);
	return needs;
}

static bool
may_forget(struct forgetting *f)
{
	bool may = true;

	if (f->t->request->forces)
		return true;
	for (size_t i = 0; i < f->book.count; i++) {
		const struct catalog_book_dump *d = &f->book.dumps[i];
		if ((d->state == CATALOG_COMPLETE ||
		    d->state == CATALOG_INCOMPLETE) &&
		    !is_forgotten(f, d->id) && is_needed(f, d))
			may = false;
	}
	return may || catalog_task_end(f->t, STATUS_NOT_STARTED);
}

static bool
forget_all(struct forgetting *f)
{
	struct catalog *c = f->t->catalog;
	bool ok = catalog_begin(c);

	for (size_t i = 0; ok && i < f->count; i++)
		ok = catalog_forget(c, f->ids[i]);
	if (ok && catalog_commit(c))
		return true;
	catalog_rollback(c);
	return catalog_task_end(f->t, STATUS_ABORTED);
}

static void
tell(const struct forgetting *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct catalog_book_dump *d =
		    catalog_book_find(&f->book, f->ids[i]);
		if (d != NULL)
			report(f->t->rep, DE_INFO, "%s: forgotten; its volumes "
			    "are as they were", d->name);
	}
}

bool
catalog_change_forget(struct catalog_task_run *t)
{
	struct forgetting f = {
		.t = t,
		.ids = calloc(t->request->name_count + 1, sizeof(*f.ids)),
	};
	bool ok;

	if (f.ids == NULL)
		return catalog_task_no_memory(t);
	ok = catalog_book_load(t, &f.book) && find_all(&f) && may_forget(&f) &&
	    forget_all(&f);
	if (ok)
		tell(&f);
	free(f.ids);
	catalog_book_free(&f.book);
	return ok;
}
