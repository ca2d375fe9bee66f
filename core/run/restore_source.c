/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/chain/history.h"
#include "core/format/header_decode.h"
#include "core/run/coded_volume.h"
#include "core/run/restore_describe.h"

#define SCSI_TAPE_MAJOR 9	/* Documentation/admin-guide/devices.txt */
#define WHY_BYTES 256
#define VOLUMES_MAX 1000000	/* of a dump and its copies */

enum restore_place_kind
restore_place_kind(const char *name)
{
	const char *colon = strchr(name, ':');
	const char *slash = strchr(name, '/');
	struct stat st;

	if (stat(name, &st) == 0)
		return S_ISCHR(st.st_mode) &&
		    major(st.st_rdev) == SCSI_TAPE_MAJOR ? RESTORE_PLACE_TAPE :
		    RESTORE_PLACE_FILE;
	if (strncmp(name, "s3://", 5) == 0)
		return RESTORE_PLACE_OBJECT;
	if (colon != NULL && colon != name && (slash == NULL || colon < slash))
		return RESTORE_PLACE_REMOTE;
	return strncmp(name, "/dev/st", 7) == 0 ||
	    strncmp(name, "/dev/nst", 8) == 0 ? RESTORE_PLACE_TAPE :
	    RESTORE_PLACE_FILE;
}

/* ------------------------------------------------------------- what it says */

const char *
restore_place_describe(const struct restore_place *p,
    char text[static RESTORE_MEDIUM_BYTES])
{
	return restore_describe_medium(p->medium, p->barcode, p->label, p->file,
	    text);
}

const char *
restore_source_describe(const struct restore_source *source,
    char text[static RESTORE_MEDIUM_BYTES])
{
	if (source->volume_count == 0)
		snprintf(text, RESTORE_MEDIUM_BYTES, "no medium that is "
		    "known");
	else
		restore_place_describe(&source->volumes[0], text);
	const size_t used = strlen(text);
	if (source->volume_count > 1)
		snprintf(text + used, RESTORE_MEDIUM_BYTES - used,
		    " and %" PRIu32 " more", source->volume_count - 1);
	return text;
}

/* -------------------------------------------------------- rows to structures */

/* All volumes of a dump, with their copies. */
struct rows {
	struct row {
		struct restore_place place;
		char *output;			/* owned; NULL: unknown */
		uint32_t copy;
		uint32_t number;
		uint64_t record;		/* tape blocks; 0: unknown */
		struct catalog_volume coded;	/* owned texts; what filters
						   have made of it */
	} *list;
	size_t count, room;
	bool failed;				/* out of memory */
};

static char *
copy_text(const char *text, bool *failed)
{
	char *copy = text == NULL ? NULL : history_plain(text);

	*failed = *failed || (text != NULL && copy == NULL);
	return copy;
}

static bool
grow(struct rows *rows)
{
	const size_t room = rows->room == 0 ? 16 : 2 * rows->room;
	struct row *list = rows->count == VOLUMES_MAX ? NULL :
	    realloc(rows->list, room * sizeof(*list));

	if (list == NULL)
		return false;
	rows->list = list;
	rows->room = room;
	return true;
}

static bool
take_row(void *arg, const struct catalog_volume *v)
{
	struct rows *rows = arg;

	if (rows->count == rows->room && !grow(rows)) {
		rows->failed = true;
		return false;
	}
	rows->list[rows->count] = (struct row){
		.place = {
			.medium = copy_text(v->medium, &rows->failed),
			.barcode = copy_text(v->barcode, &rows->failed),
			.label = copy_text(v->label, &rows->failed),
			.file = v->file,
			.first = v->first,
			.blocks = v->blocks,
		},
		.output = copy_text(v->output, &rows->failed),
		.copy = v->copy,
		.number = v->number,
		.record = v->record_blocks < 0 ? 0 :
		    (uint64_t)v->record_blocks,
		.coded = {
			.number = v->number,
			.filters = copy_text(v->filters, &rows->failed),
			.medium_bytes = v->medium_bytes,
			.head = copy_text(v->head, &rows->failed),
		},
	};
	rows->count++;
	return !rows->failed;
}

static void
clear_place(struct restore_place *p)
{
	free(p->medium);
	free(p->barcode);
	free(p->label);
}

static void
free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		clear_place(&rows->list[i].place);
		free(rows->list[i].output);
		free((char *)(uintptr_t)rows->list[i].coded.filters);
		free((char *)(uintptr_t)rows->list[i].coded.head);
	}
	free(rows->list);
}

void
restore_source_clear(struct restore_source *source)
{
	for (uint32_t i = 0; i < source->volume_count; i++)
		clear_place(&source->volumes[i]);
	free(source->volumes);
	source->volumes = NULL;
	source->volume_count = 0;
	free(source->job);
	source->job = NULL;
}

bool
restore_source_place(const struct restore_source *source, uint64_t block,
    uint32_t *volume, uint64_t *position)
{
	for (uint32_t i = 0; i < source->volume_count; i++) {
		const struct restore_place *p = &source->volumes[i];
		if (block < p->first || block - p->first >= p->blocks ||
		    block - p->first > INT64_MAX / DE_TAPE_BLOCK)
			continue;
		*volume = i + 1;
		*position = (block - p->first) * DE_TAPE_BLOCK;
		return true;
	}
	return false;
}

static void
copy_field(char *to, size_t size, const char *from, bool *failed)
{
	char *text = copy_text(from, failed);

	if (text != NULL)
		snprintf(to, size, "%s", text);
	free(text);
}

/* As headers have it, shortened as there. */
static bool
take_identity(struct restore_source *s, const struct catalog_dump *d)
{
	struct set_identity *id = &s->identity;
	bool failed = false;

	s->dump = d->id;
	s->blocks = d->blocks;
	id->date = d->date;
	id->base_date = d->base_date;
	id->level = d->level;
	copy_field(id->label, sizeof(id->label), d->label, &failed);
	copy_field(id->filesystem, sizeof(id->filesystem), d->filesystem,
	    &failed);
	copy_field(id->device, sizeof(id->device), d->device, &failed);
	copy_field(id->host, sizeof(id->host), d->host, &failed);
	return !failed;
}

/* ------------------------------------------------------------------- looking */

static bool
is_plugin(const char *output, const char *name)
{
	return output != NULL && strcmp(output, name) == 0;
}

/* False: another plugin has written it, and nothing is known of its names. */
static bool
find_kind(const struct row *row, enum restore_place_kind *kind)
{
	if (is_plugin(row->output, "out-file"))
		*kind = RESTORE_PLACE_FILE;
	else if (is_plugin(row->output, "out-tape"))
		*kind = RESTORE_PLACE_TAPE;
	else if (is_plugin(row->output, "out-rmt"))
		*kind = RESTORE_PLACE_REMOTE;
	else if (is_plugin(row->output, "out-s3"))
		*kind = RESTORE_PLACE_OBJECT;
	else if (row->output == NULL)
		*kind = restore_place_kind(row->place.medium);
	else
		return false;
	return true;
}

/* Says why it is not the volume. */
static bool
is_header_of(const struct set_identity *set, uint32_t number,
    const struct header *h, char why[static WHY_BYTES])
{
	const struct set_identity other = { .level = h->level,
	    .date = h->date };
	char text[RESTORE_SET_BYTES];

	if (h->date != set->date || h->base_date != set->base_date)
		snprintf(why, WHY_BYTES, "it is of another dump, %s",
		    restore_describe_set(&other, text));
	else if (h->volume != number)
		snprintf(why, WHY_BYTES, "it is volume %" PRIu32, h->volume);
	else
		return true;
	return false;
}

/* The first one may be damaged. */
static bool
find_header(struct dialect *dialect, const uint8_t *bytes, size_t length,
    size_t *at)
{
	return length >= DIALECT_BLOCK_MIN &&
	    (dialect_recognise(dialect, bytes, length) ||
	    (dialect_foreign(bytes, length) == NULL &&
	    dialect_search(dialect, bytes, length, at)));
}

static bool
is_volume_of(const struct set_identity *set, uint32_t number,
    const uint8_t *bytes, size_t length, char why[static WHY_BYTES])
{
	static const struct dialect linux_dialect = {
		.family = DIALECT_LINUX,
		.block_size = DE_TAPE_BLOCK,
	};
	struct dialect dialect;
	struct header h;
	size_t at = 0;

	if (find_header(&dialect, bytes, length, &at) &&
	    dialect.block_size <= length - at &&
	    header_decode(&dialect, bytes + at, &h))
		return is_header_of(set, number, &h, why);
	if (length >= DE_TAPE_BLOCK && header_resembles_volume(&linux_dialect,
	    bytes, set->date, set->base_date, number))
		return true;
	const char *what = dialect_foreign(bytes, length);
	snprintf(why, WHY_BYTES, "it is %s", what != NULL ? what :
	    "not a volume of a dump");
	return false;
}

static bool
is_coded_of(const struct set_identity *set, const struct row *row,
    const struct coded_volume_found *found, char why[static WHY_BYTES])
{
	const struct catalog_dump dump = {
		.date = set->date,
		.base_date = set->base_date,
		.level = set->level,
	};

	if (coded_volume_is_that(&dump, &row->coded, found))
		return true;
	snprintf(why, WHY_BYTES, "it is not what the catalogue has there, by "
	    "its size or beginning");
	return false;
}

/* A device or a FIFO is looked at when it is opened. */
static bool
is_file_of(const struct set_identity *set, const struct row *row,
    uint8_t *buffer, char why[static WHY_BYTES])
{
	const int fd = open(row->place.medium, O_RDONLY | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1) {
		snprintf(why, WHY_BYTES, "%s", strerror(errno));
		if (fd != -1)
			close(fd);
		return false;
	}
	const ssize_t n = !S_ISREG(st.st_mode) ? 0 :
	    read(fd, buffer, DIALECT_BLOCK_MAX);
	const int error = errno;
	close(fd);
	if (!S_ISREG(st.st_mode))
		return true;
	if (n == -1) {
		snprintf(why, WHY_BYTES, "%s", strerror(error));
		return false;
	}
	const struct coded_volume_found found = {
		.size = (uint64_t)st.st_size,
		.bytes = buffer,
		.length = (size_t)n,
	};
	return coded_volume_is_one(&row->coded) ?
	    is_coded_of(set, row, &found, why) :
	    is_volume_of(set, row->number, buffer, (size_t)n, why);
}

/* ------------------------------------------------------------ choosing a copy */

/* Choosing among the copies of a dump. */
struct choice {
	struct restore *r;
	const struct rows *rows;
	struct restore_source *source;
	uint8_t *buffer;	/* DIALECT_BLOCK_MAX bytes */
};

static size_t
end_of_copy(const struct rows *rows, size_t from)
{
	size_t end = from;

	while (end < rows->count && rows->list[end].copy ==
	    rows->list[from].copy)
		end++;
	return end;
}

/* That there is something to open; if not, why. */
static bool
is_known(const struct row *row, uint32_t number, char why[static WHY_BYTES])
{
	enum restore_place_kind kind;

	if (row->number != number)
		snprintf(why, WHY_BYTES, "the catalogue has no volume %" PRIu32,
		    number);
	else if (row->place.medium == NULL)
		snprintf(why, WHY_BYTES, "the catalogue does not say where "
		    "volume %" PRIu32 " is", number);
	else if (!find_kind(row, &kind))
		snprintf(why, WHY_BYTES, "it was written by %s; give --job "
		    "without --at, and a configuration that has it",
		    row->output);
	else
		return true;
	return false;
}

static void
tell(const struct choice *c, const struct row *row, const char *why)
{
	char set[RESTORE_SET_BYTES], place[RESTORE_MEDIUM_BYTES];

	restore_describe_set(&c->source->identity, set);
	restore_place_describe(&row->place, place);
	if (row->copy == 0)
		report(c->r->rep, DE_WARNING, "%s, volume %" PRIu32 " on %s: "
		    "%s", set, row->number, place, why);
	else
		report(c->r->rep, DE_WARNING, "%s, volume %" PRIu32 " of copy "
		    "%" PRIu32 " on %s: %s", set, row->number, row->copy,
		    place, why);
}

/*
 * Is the last volume of the catalogue that of the dump?  A copy may have more
 * blocks or fewer: it has other volumes.
 */
static bool
is_last(const struct choice *c, const struct row *row)
{
	const struct restore_place *p = &row->place;

	return row->copy != 0 || c->source->blocks == 0 ||
	    p->blocks == 0 || p->first > UINT64_MAX - p->blocks -
	    row->record || p->first + p->blocks + row->record >
	    c->source->blocks;
}

/* Can a copy be had?  Of what is in no file, that is not known before. */
static bool
is_there(const struct choice *c, size_t from, size_t end, bool *is_local)
{
	char why[WHY_BYTES];
	bool ok = true;

	*is_local = true;
	for (size_t i = from; i < end; i++) {
		const struct row *row = &c->rows->list[i];
		const uint32_t number = (uint32_t)(i - from) + 1;
		enum restore_place_kind kind = RESTORE_PLACE_FILE;
		if (!is_known(row, number, why) || !find_kind(row, &kind)) {
			tell(c, row, why);
			return false;
		}
		*is_local = *is_local && kind == RESTORE_PLACE_FILE;
		if (kind == RESTORE_PLACE_FILE && !is_file_of(
		    &c->source->identity, row, c->buffer, why)) {
			tell(c, row, why);
			ok = false;
		}
	}
	if (is_last(c, &c->rows->list[end - 1]))
		return ok;
	snprintf(why, sizeof(why), "the catalogue has no later volume, but the "
	    "dump has");
	tell(c, &c->rows->list[end - 1], why);
	return false;
}

/* The places move to the source. */
static bool
take(struct choice *c, size_t from, size_t end)
{
	struct restore_source *s = c->source;

	s->volumes = calloc(end - from, sizeof(*s->volumes));
	if (s->volumes == NULL)
		return restore_no_room(c->r);
	s->copy = c->rows->list[from].copy;
	find_kind(&c->rows->list[from], &s->kind);
	for (size_t i = from; i < end; i++) {
		struct restore_place *p = &c->rows->list[i].place;
		s->volumes[s->volume_count++] = *p;
		p->medium = p->barcode = p->label = NULL;
	}
	return true;
}

/* The first that is in files; else the first that could be had. */
static bool
choose(struct choice *c)
{
	const struct rows *rows = c->rows;
	char set[RESTORE_SET_BYTES];
	size_t best = SIZE_MAX;
	bool is_local = false;

	for (size_t i = 0; i < rows->count && !is_local;
	    i = end_of_copy(rows, i)) {
		if (!is_there(c, i, end_of_copy(rows, i), &is_local))
			is_local = false;
		else if (best == SIZE_MAX || is_local)
			best = i;
	}
	if (best != SIZE_MAX)
		return take(c, best, end_of_copy(rows, best));
	restore_describe_set(&c->source->identity, set);
	if (rows->count == 0)
		report(c->r->rep, DE_ERROR, "%s: the catalogue knows no "
		    "volumes of it", set);
	else
		report(c->r->rep, DE_ERROR, "%s: it is not to be had; see "
		    "above", set);
	return restore_end(c->r, VERDICT_NOT_STARTED);
}

bool
restore_source_choose(struct restore *r, struct catalog *catalog,
    const struct catalog_dump *d, struct restore_source *source)
{
	struct rows rows = { .list = NULL };
	struct choice c = {
		.r = r,
		.rows = &rows,
		.source = source,
		.buffer = malloc(DIALECT_BLOCK_MAX),
	};
	bool ok = false;

	*source = (struct restore_source){ .copy = 0 };
	source->job = d->job == NULL ? NULL : strdup(d->job);
	if (c.buffer == NULL || (d->job != NULL && source->job == NULL) ||
	    !take_identity(source, d))
		rows.failed = true;
	else if (!catalog_volumes(catalog, d->id, take_row, &rows))
		restore_end(r, VERDICT_NOT_STARTED);
	else if (!rows.failed)
		ok = choose(&c);
	if (rows.failed)
		restore_no_room(r);
	free(c.buffer);
	free_rows(&rows);
	return ok;
}
