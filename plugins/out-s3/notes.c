/* SPDX-License-Identifier: BSD-3-Clause */
#include "notes.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTES_MAX 32		/* at a time */

struct note {
	enum de_severity severity;
	char *text;		/* owned */
};

struct notes {
	pthread_mutex_t lock;	/* for these: */
	struct note notes[NOTES_MAX];
	size_t count;
};

struct notes *
notes_new(void)
{
	struct notes *n = calloc(1, sizeof(*n));

	if (n != NULL && pthread_mutex_init(&n->lock, NULL) != 0) {
		free(n);
		return NULL;
	}
	return n;
}

void
notes_free(struct notes *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->count; i++)
		free(n->notes[i].text);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

/* The last place is for an error. */
static bool
has_room(const struct notes *n, enum de_severity severity)
{
	return n->count < NOTES_MAX - (severity != DE_ERROR);
}

void
notes_add(struct notes *n, enum de_severity severity, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) == -1)
		text = NULL;
	va_end(args);
	if (text == NULL)
		return;
	pthread_mutex_lock(&n->lock);
	const bool kept = has_room(n, severity);
	if (kept)
		n->notes[n->count++] = (struct note){ severity, text };
	pthread_mutex_unlock(&n->lock);
	if (!kept)
		free(text);
}

void
notes_report(struct notes *n, const struct de_host *host)
{
	struct note taken[NOTES_MAX];

	pthread_mutex_lock(&n->lock);
	const size_t count = n->count;
	memcpy(taken, n->notes, count * sizeof(*taken));
	n->count = 0;
	pthread_mutex_unlock(&n->lock);
	for (size_t i = 0; i < count; i++) {
		host->report(host, taken[i].severity, "%s", taken[i].text);
		free(taken[i].text);
	}
}
