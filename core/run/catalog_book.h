/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_book.h - what is said of every dump, for quick reference
 *
 * Some hundred bytes for each dump, whatever it has.
 */
#ifndef CORE_CATALOG_BOOK_H
#define CORE_CATALOG_BOOK_H

#include "core/run/catalog_task.h"

struct catalog_book_dump {
	int64_t id;
	int64_t date;
	int32_t level;
	enum catalog_state state;
	char *name;		/* see catalog_name.h */
	char *job;		/* NULL: unknown */
	char *config;		/* NULL: unknown */
};

struct catalog_book {
	struct catalog_book_dump *dumps;	/* by job and date */
	size_t count;
	struct catalog_book_dump **by_id;
};

/* False if the run has to end; free it in either case. */
bool catalog_book_load(struct catalog_task_run *t, struct catalog_book *book);
void catalog_book_free(struct catalog_book *book);

/* NULL: there is none with this id. */
const struct catalog_book_dump *catalog_book_find(
    const struct catalog_book *book, int64_t id);

#endif
