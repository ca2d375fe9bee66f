/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/unfilter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/filter.h"

#define LOOKED_AT 4096

/* A filter, and what it reads. */
struct layer {
	struct instance *filter;	/* owned */
	struct de_filter_input input;
	struct de_filter_reading reading;
	uint8_t first[LOOKED_AT];	/* plain bytes that were looked at, */
	size_t length, used;		/*   and have been read again */
	enum de_status status;		/* of what follows them, */
	size_t lost;			/*   if it is not DE_OK */
};

struct unfilter {
	struct layer layers[UNFILTER_MAX];
	size_t count;
};

static enum de_status
layer_read(void *arg, void *buffer, size_t room, size_t *length)
{
	struct layer *l = arg;
	const size_t left = l->length - l->used;

	if (left > 0) {
		*length = left < room ? left : room;
		memcpy(buffer, l->first + l->used, *length);
		l->used += *length;
		return DE_OK;
	}
	const enum de_status status = l->status;
	if (status == DE_OK)
		return filter_read(l->filter, buffer, room, length);
	*length = l->lost;
	if (status == DE_LOST)
		l->status = DE_OK;
	return status;
}

static enum de_status
layer_go_to(void *arg, uint64_t offset)
{
	struct layer *l = arg;

	l->length = l->used = 0;
	l->status = DE_OK;
	return filter_go_to(l->filter, offset);
}

/* Read its first bytes, to be read again. */
static void
look(struct layer *l)
{
	while (l->length < LOOKED_AT && l->status == DE_OK) {
		size_t n;
		l->status = filter_read(l->filter, l->first + l->length,
		    LOOKED_AT - l->length, &n);
		if (l->status == DE_OK)
			l->length += n;
		else
			l->lost = n;
	}
}

/* Put a filter on top, which reads `input`.  False after a report. */
static bool
add(struct unfilter *u, struct instance *filter,
    const struct de_filter_input *input)
{
	struct layer *l = &u->layers[u->count];

	l->input = *input;
	if (filter_open_reading(filter, &l->input, &l->reading) != DE_OK) {
		instance_free(filter);
		return false;
	}
	l->filter = filter;
	u->count++;
	look(l);
	return true;
}

static struct de_filter_input
input_of(struct layer *l)
{
	return (struct de_filter_input){
		.struct_size = sizeof(struct de_filter_input),
		.arg = l,
		.read = layer_read,
		.go_to = l->reading.properties & DE_FILTER_SEEKS ?
		    layer_go_to : NULL,
		.size = l->reading.size,
		.name = l->input.name,
	};
}

enum unfilter_found
unfilter_begin(struct unfilter **unfilter, const struct filters *filters,
    struct report *rep, const struct de_filter_input *raw, const void *first,
    size_t length)
{
	struct de_filter_input input = *raw;
	struct unfilter *u = NULL;
	bool failed = false;

	*unfilter = NULL;
	for (size_t i = 0; i < UNFILTER_MAX; i++) {
		struct instance *filter = filters_find(filters, rep, first,
		    length, &failed);
		if (filter == NULL)
			break;
		if (u == NULL && (u = calloc(1, sizeof(*u))) == NULL) {
			report(rep, DE_ERROR, "out of memory");
			instance_free(filter);
			return UNFILTER_FAILED;
		}
		failed = !add(u, filter, &input);
		if (failed)
			break;
		struct layer *l = &u->layers[u->count - 1];
		input = input_of(l);
		first = l->first;
		length = l->length;
	}
	if (failed) {
		unfilter_end(u);
		return UNFILTER_FAILED;
	}
	*unfilter = u;
	return u == NULL ? UNFILTER_NONE : UNFILTER_SOME;
}

void
unfilter_end(struct unfilter *u)
{
	if (u == NULL)
		return;
	while (u->count > 0) {
		struct instance *filter = u->layers[--u->count].filter;
		filter_close_reading(filter);
		instance_free(filter);
	}
	free(u);
}

static struct layer *
top(struct unfilter *u)
{
	return &u->layers[u->count - 1];
}

enum de_status
unfilter_read(struct unfilter *u, void *buffer, size_t room, size_t *length)
{
	return layer_read(top(u), buffer, room, length);
}

enum de_status
unfilter_go_to(struct unfilter *u, uint64_t offset)
{
	return layer_go_to(top(u), offset);
}

bool
unfilter_seeks(const struct unfilter *u)
{
	return (u->layers[u->count - 1].reading.properties &
	    DE_FILTER_SEEKS) != 0;
}

uint64_t
unfilter_size(const struct unfilter *u)
{
	return u->layers[u->count - 1].reading.size;
}

/* That of the last one has read the medium. */
void
unfilter_names(const struct unfilter *u, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = u->count; i-- > 0 && used < size;)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    i + 1 == u->count ? "" : ",",
		    u->layers[i].filter->plugin->descriptor.name);
}
