/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * list.h - the names of a set as text (-t)
 *
 * In the form of restore(8), which scripts read.  Buffered; one thread.  Takes
 * memory for one path.
 */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include "core/format/inomap.h"
#include "core/read/names.h"
#include "core/read/set.h"

/* Names below longer paths are counted, not listed. */
#define LIST_PATH_MAX 65536

struct list_config {		/* everything is borrowed */
	int fd;			/* usually standard output; if it is a terminal,
				   characters that would harm it are shown as
				   question marks */
	const struct names *names;
	const struct inomap *dumped;	/* inodes that are listed; NULL: all */
	bool verbose;		/* "dir" or "leaf" in front */
	bool recursive;		/* not with -h */
	bool zero_terminated;	/* -0: a path ends with NUL, not a newline */
};

struct list;

/* NULL if out of memory. */
struct list *list_new(const struct list_config *config);

/* "Dump   date: ...", "Dumped from: ...", "Level ...", "Label: ...". */
void list_identity(struct list *l, const struct set_identity *identity);

/* The whole tree. */
void list_all(struct list *l);

/*
 * The name at a path (walk_find()), and what is below it.  False: it is not in
 * the set; nothing is reported.
 */
bool list_path(struct list *l, const char *path);

/* Names that were not listed because of LIST_PATH_MAX. */
uint64_t list_too_long(const struct list *l);

/*
 * Write what is buffered and free it; NULL is accepted.  False with errno set
 * if anything could not be written.
 */
bool list_end(struct list *l);

#endif
