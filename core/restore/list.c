/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/date.h"
#include "core/base/utf8.h"
#include "core/restore/walk.h"

#define NUMBER_WIDTH 10		/* as restore(8) prints inode numbers */
#define NAME_ROOM 256		/* a name and a slash */
/* Text in front of a path, and the newline. */
#define AROUND_PATH (sizeof("leaf") + NUMBER_WIDTH + sizeof("\t\n"))
#define BUFFER_BYTES ((size_t)256 << 10)

struct list {
	struct list_config config;
	bool is_terminal;
	int error;		/* the first one; 0: none */
	uint64_t too_long;
	uint64_t hidden_depth;	/* directories around, whose path is too long */
	size_t path_length;
	size_t used;
	char path[LIST_PATH_MAX + NAME_ROOM];	/* of where the walk is */
	char buffer[BUFFER_BYTES];
};

struct list *
list_new(const struct list_config *config)
{
	struct list *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->config = *config;
	l->is_terminal = isatty(config->fd) == 1;
	return l;
}

static void
flush(struct list *l)
{
	size_t done = 0;

	while (done < l->used && l->error == 0) {
		const ssize_t n = write(l->config.fd, l->buffer + done,
		    l->used - done);
		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			l->error = errno;
	}
	l->used = 0;
}

/* Room for `bytes` more, at most BUFFER_BYTES. */
static char *
room(struct list *l, size_t bytes)
{
	if (BUFFER_BYTES - l->used < bytes)
		flush(l);
	return l->buffer + l->used;
}

static void __attribute__((format(printf, 2, 3)))
put_line(struct list *l, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	const int n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n < 0)
		return;
	const size_t length =
	    (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1;
	if (l->is_terminal)
		utf8_make_printable(line, length);
	char *to = room(l, length + 1);
	memcpy(to, line, length);
	to[length] = '\n';
	l->used += length + 1;
}

void
list_identity(struct list *l, const struct set_identity *identity)
{
	char date[DATE_TEXT_BYTES];

	date_format(identity->date, date);
	put_line(l, "Dump   date: %s", date);
	date_format(identity->base_date, date);
	put_line(l, "Dumped from: %s",
	    identity->base_date == 0 ? "the epoch" : date);
	/* Early dialects say no more. */
	if (identity->host[0] == '\0')
		return;
	put_line(l, "Level %" PRId32 " dump of %s on %s:%s", identity->level,
	    identity->filesystem, identity->host, identity->device);
	put_line(l, "Label: %s", identity->label);
}

/* Right-aligned; a number of 32 bits fits. */
static void
put_number(char to[static NUMBER_WIDTH], uint32_t number)
{
	memset(to, ' ', NUMBER_WIDTH);
	for (size_t i = NUMBER_WIDTH; i-- > 0;) {
		to[i] = (char)('0' + number % 10);
		number /= 10;
		if (number == 0)
			break;
	}
}

static void
put_path(struct list *l, uint32_t inode, bool is_directory)
{
	if (l->config.dumped != NULL && !inomap_has(l->config.dumped, inode))
		return;
	char *const begin = room(l, AROUND_PATH + l->path_length);
	char *to = begin;
	if (l->config.verbose) {
		memcpy(to, is_directory ? "dir " : "leaf", 4);
		to += 4;
	}
	put_number(to, inode);
	to += NUMBER_WIDTH;
	*to++ = '\t';
	memcpy(to, l->path, l->path_length);
	if (l->is_terminal)
		utf8_make_printable(to, l->path_length);
	to += l->path_length;
	*to++ = l->config.zero_terminated ? '\0' : '\n';
	l->used += (size_t)(to - begin);
}

static void
add_name(struct list *l, const struct name_entry *entry)
{
	char *to = l->path + l->path_length;

	*to++ = '/';
	memcpy(to, entry->name, entry->length);
	l->path_length += 1u + entry->length;
}

static void
remove_name(struct list *l, const struct name_entry *entry)
{
	l->path_length -= 1u + entry->length;
}

/* A step of the walk where paths are too long. */
static void
pass(struct list *l, enum walk_step step)
{
	if (step == WALK_LEAVE) {
		l->hidden_depth--;
		return;
	}
	l->too_long++;
	if (step == WALK_ENTER)
		l->hidden_depth++;
}

static void
put_step(struct list *l, enum walk_step step, const struct name_entry *entry)
{
	if (step == WALK_LEAVE) {
		remove_name(l, entry);
		return;
	}
	add_name(l, entry);
	put_path(l, entry->inode, step == WALK_ENTER);
	if (step == WALK_NAME)
		remove_name(l, entry);
}

static void
put_below(struct list *l, uint32_t directory)
{
	struct walk walk;
	struct name_entry entry;
	enum walk_step step;
	uint32_t id;

	walk_begin(&walk, l->config.names, directory);
	while (l->error == 0 &&
	    (step = walk_next(&walk, &id, &entry)) != WALK_END) {
		const bool is_too_long = step == WALK_LEAVE ?
		    l->hidden_depth > 0 : l->path_length > LIST_PATH_MAX - 1;
		if (is_too_long)
			pass(l, step);
		else
			put_step(l, step, &entry);
	}
}

void
list_all(struct list *l)
{
	l->path[0] = '.';
	l->path_length = 1;
	put_path(l, NAMES_ROOT, true);
	if (l->config.recursive)
		put_below(l, NAMES_ROOT);
}

/* An entry that was asked for, and what is in it. */
static bool
put_entry(struct list *l, uint32_t id)
{
	struct name_entry entry;

	names_entry(l->config.names, id, &entry);
	const bool is_directory =
	    walk_is_directory(l->config.names, id, &entry);
	if (!is_directory && l->config.dumped != NULL &&
	    !inomap_has(l->config.dumped, entry.inode))
		return false;
	char *path = names_path(l->config.names, id);
	if (path == NULL) {
		l->error = ENOMEM;
		return true;
	}
	const size_t length = strlen(path);
	if (length > LIST_PATH_MAX) {
		l->too_long++;
		free(path);
		return true;
	}
	memcpy(l->path, path, length);
	l->path_length = length;
	free(path);
	put_path(l, entry.inode, is_directory);
	if (is_directory && l->config.recursive)
		put_below(l, entry.inode);
	return true;
}

bool
list_path(struct list *l, const char *path)
{
	uint32_t id;

	switch (walk_find(l->config.names, path, &id)) {
	case WALK_FOUND_NOTHING:
		return false;
	case WALK_FOUND_ROOT:
		list_all(l);
		return true;
	case WALK_FOUND_ENTRY:
		break;
	}
	return put_entry(l, id);
}

uint64_t
list_too_long(const struct list *l)
{
	return l->too_long;
}

bool
list_end(struct list *l)
{
	if (l == NULL)
		return true;
	flush(l);
	const int error = l->error;
	free(l);
	errno = error;
	return error == 0;
}
