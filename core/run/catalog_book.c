/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_book.h"

#include <stdlib.h>
#include <string.h>

#include "core/run/catalog_name.h"

#define ROOM_FIRST 64

struct loading {
	struct catalog_book *book;
	size_t room;
	bool ok;
};

/* A copy of what may be unknown. */
static bool
copy(char **to, const char *text)
{
	*to = text == NULL ? NULL : strdup(text);
	return text == NULL || *to != NULL;
}

static bool
grow(struct loading *l)
{
	const size_t room = l->room == 0 ? ROOM_FIRST : 2 * l->room;
	void *more;

	if (l->book->count < l->room)
		return true;
	more = reallocarray(l->book->dumps, room, sizeof(*l->book->dumps));
	if (more == NULL)
		return false;
	l->book->dumps = more;
	l->room = room;
	return true;
}

static bool
take(void *arg, const struct catalog_dump *d)
{
	struct loading *l = arg;

	l->ok = grow(l);
	if (!l->ok)
		return false;
	struct catalog_book_dump *b = &l->book->dumps[l->book->count++];
	*b = (struct catalog_book_dump){
		.id = d->id,
		.date = d->date,
		.level = d->level,
		.state = d->state,
		.name = catalog_name_make(d),
	};
	l->ok = b->name != NULL && copy(&b->job, d->job) &&
	    copy(&b->config, d->config);
	return l->ok;
}

static int
compare(const void *a, const void *b)
{
	const struct catalog_book_dump *const *one = a, *const *other = b;

	return (*one)->id < (*other)->id ? -1 : (*one)->id > (*other)->id;
}

static bool
sort(struct catalog_book *book)
{
	book->by_id = calloc(book->count + 1, sizeof(struct catalog_book_dump *));
	if (book->by_id == NULL)
		return false;
	for (size_t i = 0; i < book->count; i++)
		book->by_id[i] = &book->dumps[i];
	qsort(book->by_id, book->count, sizeof(struct catalog_book_dump *), compare);
	return true;
}

bool
catalog_book_load(struct catalog_task_run *t, struct catalog_book *book)
{
	const struct catalog_filter filter = { .job = NULL };
	struct loading l = { .book = book, .ok = true };

	*book = (struct catalog_book){ .count = 0 };
	if (!catalog_dumps(t->catalog, &filter, take, &l))
		return catalog_task_end(t, STATUS_ABORTED);
	return (l.ok && sort(book)) || catalog_task_no_memory(t);
}

void
catalog_book_free(struct catalog_book *book)
{
	for (size_t i = 0; i < book->count; i++) {
		free(book->dumps[i].name);
		free(book->dumps[i].job);
		free(book->dumps[i].config);
	}
	free(book->dumps);
	free(book->by_id);
}

const struct catalog_book_dump *
catalog_book_find(const struct catalog_book *book, int64_t id)
{
	struct catalog_book_dump key = { .id = id }, *at = &key;
	struct catalog_book_dump **found = bsearch(&at, book->by_id,
	    book->count, sizeof(struct catalog_book_dump *), compare);

	return found == NULL ? NULL : *found;
}
