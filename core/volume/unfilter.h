/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * unfilter.h - undo what filters have made of a volume
 *
 * Looks at the first bytes of a volume, and puts a filter that recognises them
 * between it and its reader, and so on with what comes of that.
 *
 * One thread at a time.
 */
#ifndef CORE_UNFILTER_H
#define CORE_UNFILTER_H

#include "core/host/filters.h"

#define UNFILTER_MAX 8			/* filters on a volume */

struct unfilter;

enum unfilter_found {
	UNFILTER_NONE,		/* the volume is as it is */
	UNFILTER_SOME,
	UNFILTER_FAILED		/* reported */
};

/*
 * Whatever `raw` reads is borrowed, and is read again from the beginning: its
 * read() has what unfilter_begin() has looked at, if no filter has taken it.
 * `first`, `length`: its first bytes.
 */
enum unfilter_found unfilter_begin(struct unfilter **unfilter,
    const struct filters *filters, struct report *rep,
    const struct de_filter_input *raw, const void *first, size_t length);
void unfilter_end(struct unfilter *u);		/* accepts NULL */

/* Like the callbacks read() and go_to() of a filter. */
enum de_status unfilter_read(struct unfilter *u, void *buffer, size_t room,
    size_t *length);
enum de_status unfilter_go_to(struct unfilter *u, uint64_t offset);

bool unfilter_seeks(const struct unfilter *u);
uint64_t unfilter_size(const struct unfilter *u);	/* 0: unknown */

/* The names of the filters, in the order in which they were applied. */
void unfilter_names(const struct unfilter *u, char *text, size_t size);

#endif
