/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/outcome.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KINDS 5			/* enum outcome_kind */
#define DENIED_MAX 16		/* kinds of things not permitted */

struct fault {
	enum outcome_kind kind;
	uint32_t inode;
	char *path;		/* owned; NULL: it is about no inode */
	char *text;		/* owned */
};

struct outcome {
	struct report *rep;
	const struct names *names;	/* NULL: not known yet */
	atomic_uint_fast64_t counts[KINDS];
	pthread_mutex_t lock;		/* guards everything below */
	struct fault *faults;		/* OUTCOME_LISTED */
	size_t fault_count;
	const char *denied[DENIED_MAX];
	size_t denied_count;
};

struct outcome *
outcome_new(struct report *rep)
{
	struct outcome *o = calloc(1, sizeof(*o));
	if (o == NULL)
		return NULL;
	o->faults = calloc(OUTCOME_LISTED, sizeof(*o->faults));
	if (o->faults == NULL) {
		free(o);
		return NULL;
	}
	o->rep = rep;
	pthread_mutex_init(&o->lock, NULL);
	return o;
}

void
outcome_free(struct outcome *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->fault_count; i++) {
		free(o->faults[i].path);
		free(o->faults[i].text);
	}
	free(o->faults);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

void
outcome_set_names(struct outcome *o, const struct names *names)
{
	o->names = names;
}

/* In memory that the caller frees; NULL: none is known, or out of memory. */
static char *
path_of(const struct outcome *o, uint32_t inode)
{
	if (o->names == NULL || inode == 0)
		return NULL;
	if (inode == NAMES_ROOT)
		return strdup(".");
	const uint32_t id = names_is_directory(o->names, inode) ?
	    names_of_directory(o->names, inode) :
	    names_of_inode(o->names, inode);
	return id == NAMES_NONE ? NULL : names_path(o->names, id);
}

static enum de_severity
severity_of(enum outcome_kind kind)
{
	return kind == OUTCOME_NOTE ? DE_INFO : DE_WARNING;
}

static void
show(const struct outcome *o, enum outcome_kind kind, uint32_t inode,
    const char *path, const char *text)
{
	const enum de_severity severity = severity_of(kind);
	const char *mark = kind == OUTCOME_NOTE ? "note: " : "";

	if (inode == 0)
		report(o->rep, severity, "%s%s", mark, text);
	else if (path == NULL)
		report(o->rep, severity, "%sinode %" PRIu32 ": %s", mark, inode,
		    text);
	else
		report(o->rep, severity, "%s%s (inode %" PRIu32 "): %s", mark,
		    path, inode, text);
}

/* Takes over path and text. */
static void
keep(struct outcome *o, enum outcome_kind kind, uint32_t inode, char *path,
    char *text)
{
	atomic_fetch_add(&o->counts[kind], 1);
	pthread_mutex_lock(&o->lock);
	const bool is_listed = text != NULL && o->fault_count < OUTCOME_LISTED;
	if (is_listed)
		o->faults[o->fault_count++] = (struct fault){
			.kind = kind,
			.inode = inode,
			.path = path,
			.text = text,
		};
	pthread_mutex_unlock(&o->lock);
	if (!is_listed) {
		free(path);
		free(text);
	}
}

void
outcome_add(struct outcome *o, enum outcome_kind kind, uint32_t inode,
    const char *format, ...)
{
	char *path = path_of(o, inode);
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) == -1)
		text = NULL;
	va_end(args);
	show(o, kind, inode, path, text == NULL ? "out of memory" : text);
	keep(o, kind, inode, path, text);
}

void
outcome_not_permitted(struct outcome *o, const char *what)
{
	bool is_new = true;

	pthread_mutex_lock(&o->lock);
	for (size_t i = 0; i < o->denied_count && is_new; i++)
		is_new = strcmp(o->denied[i], what) != 0;
	if (is_new && o->denied_count < DENIED_MAX)
		o->denied[o->denied_count++] = what;
	pthread_mutex_unlock(&o->lock);
	if (is_new)
		report(o->rep, DE_WARNING, "an ordinary user may not restore "
		    "%s: left out; run as root to restore them", what);
}

uint64_t
outcome_count(const struct outcome *o, enum outcome_kind kind)
{
	return atomic_load(&o->counts[kind]);
}

enum exit_status
outcome_status(const struct outcome *o)
{
	for (int kind = 0; kind < KINDS; kind++)
		if (kind != OUTCOME_NOTE &&
		    outcome_count(o, (enum outcome_kind)kind) > 0)
			return STATUS_INCOMPLETE;
	return STATUS_COMPLETE;
}

void
outcome_each(const struct outcome *o, void (*take)(void *arg,
    enum outcome_kind kind, uint32_t inode, const char *path,
    const char *text), void *arg)
{
	for (size_t i = 0; i < o->fault_count; i++) {
		const struct fault *f = &o->faults[i];
		take(arg, f->kind, f->inode, f->path, f->text);
	}
}
