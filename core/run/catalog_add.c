/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_add.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/catalog/catalog_import.h"
#include "core/catalog/handover.h"
#include "core/format/header_decode.h"
#include "core/run/catalog_set.h"
#include "core/run/catalog_stream.h"
#include "core/run/restore_medium.h"
#include "plugins/common/volume_mark.h"

/* Files of a tape in a row that may be unreadable before it is at its end. */
#define BAD_FILES_MAX 2

#define LOOKED_AT 4096		/* bytes; a mark is in them */

/* False if the run has to end. */
static bool
add_one(struct catalog_task_run *t, const char *file, uint32_t tape_file)
{
	const enum catalog_set_result result = catalog_set_add(t, file,
	    tape_file, t->rep);

	if (result == CATALOG_SET_NONE)
		catalog_task_missing(t, "%s: not added", file);
	return result != CATALOG_SET_FAILED;
}

/* ------------------------------------------------------------- a hand-over */

static bool
is_handover(const char *file)
{
	struct handover h;
	struct stat st;
	const bool is_one = stat(file, &st) == 0 && S_ISREG(st.st_mode) &&
	    handover_of(&h, file);

	if (is_one)
		handover_clear(&h);
	return is_one;
}

static bool
add_handover(struct catalog_task_run *t, const char *file)
{
	struct handover h;

	if (!catalog_import_file(t->catalog, file, t->rep)) {
		catalog_task_missing(t, "%s: not added", file);
		return true;
	}
	report(t->rep, DE_INFO, "%s: added", file);
	if (!handover_of(&h, file))
		return catalog_task_no_memory(t);
	if (!handover_remove(&h))
		report(t->rep, DE_WARNING, "%s: cannot be removed: %s", file,
		    strerror(errno));
	handover_clear(&h);
	return true;
}

bool
catalog_add_sets(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;
	bool ok = true;

	for (size_t i = 0; ok && i < q->name_count; i++)
		ok = is_handover(q->names[i]) ?
		    add_handover(t, q->names[i]) :
		    add_one(t, q->names[i], q->tape_file);
	return ok;
}

/* ------------------------------------------------------------ a directory */

enum first { FIRST_NOT, FIRST_IS, FIRST_UNKNOWN };

/*
 * Do these blocks begin the first volume of a set, of dump(8) or of ours?  If the
 * first header is damaged, that of a map is behind it.
 */
#define BLOCKS_BYTES (2 * (size_t)DE_TAPE_BLOCK)
static bool
is_first_volume(const uint8_t *blocks)
{
	static const struct dialect linux_dialect = {
		.family = DIALECT_LINUX,
		.block_size = DE_TAPE_BLOCK,
	};
	struct header h;

	if (header_decode(&linux_dialect, blocks, &h))
		return h.type == HEADER_TAPE && h.volume == 1;
	return header_decode(&linux_dialect, blocks + DE_TAPE_BLOCK, &h) &&
	    (h.type == HEADER_CLRI || h.type == HEADER_BITS) && h.volume == 1;
}

/* The beginning of a regular file; the number of bytes, or -1. */
static ssize_t
read_beginning(const char *path, uint8_t *bytes, size_t room)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = -1;
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = pread(fd, bytes, room, 0);
	close(fd);
	return n;
}

/* Through its filters; why it cannot be read has been reported. */
static enum first
look_through_filters(struct catalog_task_run *t,
    const struct filters *filters, const char *path)
{
	const struct de_volume facts = {
		.struct_size = sizeof(facts),
		.number = 1,
		.job = "",
		.label = "",
		.medium = path,
	};
	struct catalog_stream *s = catalog_stream_open(t, filters, NULL,
	    &facts);
	uint8_t blocks[BLOCKS_BYTES];
	enum first first = FIRST_UNKNOWN;

	if (s != NULL)
		first = catalog_stream_head(s, blocks, sizeof(blocks)) &&
		    is_first_volume(blocks) ? FIRST_IS : FIRST_NOT;
	catalog_stream_close(s);
	return first;
}

/* Is that the beginning of what filters make? */
static bool
is_coded(struct catalog_task_run *t, const struct filters *filters,
    const uint8_t *bytes, size_t length)
{
	bool failed;
	struct instance *filter = filters_find(filters, t->rep, bytes, length,
	    &failed);

	instance_free(filter);
	return filter != NULL;
}

/* Most filters tell what volume it is, so that not all need be read. */
static enum first
find_first(struct catalog_task_run *t, const struct filters *filters,
    const char *path)
{
	uint8_t bytes[LOOKED_AT];
	const ssize_t n = read_beginning(path, bytes, sizeof(bytes));
	struct label label;

	if (n <= 0)
		return FIRST_NOT;
	if ((size_t)n >= BLOCKS_BYTES && is_first_volume(bytes))
		return FIRST_IS;
	if (volume_mark_find(bytes, (size_t)n, &label))
		return label.volume == 1 ? FIRST_IS : FIRST_NOT;
	return is_coded(t, filters, bytes, (size_t)n) ?
	    look_through_filters(t, filters, path) : FIRST_NOT;
}

static bool
add_entry(struct catalog_task_run *t, const struct filters *filters,
    const char *folder, const char *name)
{
	char *path;
	bool ok = true;

	if (asprintf(&path, "%s/%s", folder, name) == -1)
		return catalog_task_no_memory(t);
	switch (find_first(t, filters, path)) {
	case FIRST_IS:
		ok = add_one(t, path, 0);
		break;
	case FIRST_NOT:
		report(t->rep, DE_DEBUG, "%s: not the first volume of a set",
		    path);
		break;
	case FIRST_UNKNOWN:
		catalog_task_missing(t, "%s: not added", path);
		break;
	}
	free(path);
	return ok;
}

static bool
add_entries(struct catalog_task_run *t, const struct filters *filters,
    const char *folder)
{
	struct dirent **entries;
	const int count = scandir(folder, &entries, NULL, alphasort);
	bool ok = true;

	if (count == -1) {
		catalog_task_missing(t, "%s: cannot be read: %s", folder,
		    strerror(errno));
		return true;
	}
	for (int i = 0; i < count; i++) {
		ok = ok && add_entry(t, filters, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

static bool
add_folder(struct catalog_task_run *t, const char *folder)
{
	struct filters *filters = filters_new(t->registry, t->rep,
	    &t->signals->cancel, t->request->key, NULL, 0);
	const bool ok = filters != NULL ? add_entries(t, filters, folder) :
	    catalog_task_end(t, STATUS_ABORTED);

	filters_free(filters);
	return ok;
}

/* ----------------------------------------------------------------- a tape */

static void
say_quietly(void *arg, enum de_severity severity, const char *text)
{
	(void)severity;
	report(arg, DE_DEBUG, "%s", text);
}

/* File by file, up to its end. */
static bool
add_tape(struct catalog_task_run *t, const char *device, struct report *quiet)
{
	uint32_t found = 0;

	for (uint32_t n = 1, bad = 0; bad < BAD_FILES_MAX; n++) {
		const enum catalog_set_result result = catalog_set_add(t,
		    device, n, n == 1 ? t->rep : quiet);
		if (result == CATALOG_SET_FAILED)
			return false;
		if (result == CATALOG_SET_ADDED && bad > 0)
			catalog_task_missing(t, "%s: file %u is no set, or its "
			    "first volume is not on this tape", device,
			    (unsigned int)(n - 1));
		bad = result == CATALOG_SET_ADDED ? 0 : bad + 1;
		found += result == CATALOG_SET_ADDED;
	}
	if (found == 0)
		catalog_task_missing(t, "%s: no set is on it", device);
	return true;
}

static bool
add_drive(struct catalog_task_run *t, const char *device)
{
	struct report *quiet = report_new(STDERR_FILENO, REPORT_QUIET);

	if (quiet == NULL)
		return catalog_task_no_memory(t);
	report_set_taker(quiet, say_quietly, t->rep);
	const bool ok = add_tape(t, device, quiet);
	report_free(quiet);
	return ok;
}

static bool
add_medium(struct catalog_task_run *t, const char *name)
{
	struct stat st;

	if (!t->request->multi_volume && stat(name, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return add_folder(t, name);
		if (S_ISCHR(st.st_mode))
			return add_drive(t, name);
	}
	if (!t->request->multi_volume && restore_medium_names_remote_drive(name))
		return add_drive(t, name);
	return add_one(t, name, 0);
}

bool
catalog_add_media(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;
	bool ok = true;

	for (size_t i = 0; ok && i < q->name_count; i++)
		ok = add_medium(t, q->names[i]);
	return ok;
}
