/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_index.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/growing.h"
#include "core/host/instance.h"
#include "core/mount/piece_check.h"
#include "core/read/index_volumes.h"
#include "core/read/set_index.h"
#include "core/run/restore_catalog.h"
#include "core/run/restore_medium.h"
#include "core/run/restore_set.h"
#include "core/volume/volume_read.h"

/* Files of other sets that may have the names of later volumes. */
#define STRANGERS_MAX 16

struct place {
	uint64_t position;		/* bytes */
	uint32_t volume;
	uint32_t inode;
};

struct restore_index {
	struct growing places;		/* struct place, ascending */
	size_t next;			/* of them, not yet passed */
	struct place end;		/* or the last inode; volume 0: none */
};

/* While it is read. */
struct search {
	struct restore *r;
	struct restore_set *set;
	const struct restore_medium *medium;
	struct report *quiet;		/* what a medium says of volumes that
					   need not be there */
	struct instance *output;	/* another one than the set's */
	struct set_index *index;
	struct inomap needed;
	struct restore_index *found;
	struct piece_check *check;	/* borrowed; NULL: no digests */
	struct index_volumes volumes;	/* what the index says of them */
	uint32_t last_volume;
	bool failed;			/* no room */
	bool is_odd;			/* a place is on no volume */
};

/* ------------------------------------------------------------- last volume */

static void
say_quietly(void *arg, enum de_severity severity, const char *text)
{
	(void)severity;
	report(arg, DE_DEBUG, "looking for the index: %s", text);
}

static bool
can_be_opened(const struct search *x, struct volume_read *reader,
    uint32_t number)
{
	const struct set_identity *set = restore_set_identity(x->set);
	const struct de_volume facts = {
		.struct_size = sizeof(facts),
		.number = number,
		.level = set->level < 0 ? 0 : (uint32_t)set->level,
		.date = set->date,
		.job = restore_medium_job(x->medium),
		.label = set->label,
	};

	return *x->r->cancelled == 0 && volume_read_open(reader, &facts);
}

/* Between one that is there, and one that is not. */
static uint32_t
find_between(const struct search *x, struct volume_read *reader,
    uint32_t there, uint32_t missing)
{
	while (missing - there > 1) {
		const uint32_t middle = there + (missing - there) / 2;
		if (can_be_opened(x, reader, middle))
			there = middle;
		else
			missing = middle;
	}
	return there;
}

/* The last volume that there is, if none before it is missing. */
static uint32_t
find_last(const struct search *x)
{
	struct volume_read *reader = volume_read_new(x->output);
	uint32_t there = 1, next = 2;

	if (reader == NULL)
		return 1;
	while (next < UINT32_MAX / 2 && can_be_opened(x, reader, next)) {
		there = next;
		next *= 2;
	}
	there = find_between(x, reader, there, next);
	volume_read_free(reader);
	return there;
}

/* Where the index may end.  Nobody is asked to put another tape in. */
static uint32_t
newest_volume(const struct search *x)
{
	if (restore_medium_is_drive(x->medium))
		return 1;
	const uint32_t names = restore_medium_names(x->medium);
	return names != 0 ? names : find_last(x);
}

/* ---------------------------------------------------------------- finding it */

static enum set_index_result
open_on(struct search *x, uint32_t volume)
{
	enum set_index_result result;
	struct set_index_config config = {
		.output = x->output,
		.rep = x->quiet,
		.cancelled = x->r->cancelled,
		.record_size = x->r->request->record_size,
		.job = restore_medium_job(x->medium),
		.last_volume = volume,
		.identity = restore_set_identity(x->set),
	};

	/* A drive has only the one that is in it. */
	if (!restore_medium_is_drive(x->medium)) {
		config.place = restore_medium_place;
		config.place_arg = (void *)(uintptr_t)x->medium;
	}
	x->last_volume = volume;
	x->index = set_index_open(&config, &result);
	return result;
}

/* What is named like a volume may be one of an older set. */
static enum set_index_result
find_index(struct search *x)
{
	uint32_t volume = newest_volume(x);
	enum set_index_result result = open_on(x, volume);

	for (int i = 0; i < STRANGERS_MAX && result == SET_INDEX_ANOTHER &&
	    volume > 1; i++)
		result = open_on(x, --volume);
	return result;
}

/* ------------------------------------------------------------------- places */

static bool
put_place(struct search *x, const struct index_inode *i, struct place *place)
{
	place->inode = i->inode;
	return set_index_place(x->index, i->block, &place->volume,
	    &place->position) && place->volume <= x->last_volume;
}

static bool
take_inode(struct search *x, const struct index_inode *i)
{
	struct place place;

	if (!put_place(x, i, &place)) {
		x->is_odd = true;
		return false;
	}
	if (x->found->end.inode != UINT32_MAX)
		x->found->end = place;
	if (!inomap_has(&x->needed, i->inode))
		return true;
	inomap_remove(&x->needed, i->inode);
	struct place *to = growing_add(&x->found->places, sizeof(*to));
	if (to == NULL)
		x->failed = true;
	else
		*to = place;
	return to != NULL;
}

static bool
take_inodes(void *arg, const struct index_inode *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!S_ISDIR(list[i].mode) && !take_inode(arg, &list[i]))
			return false;
	return true;
}

static bool
take_digests(void *arg, uint32_t number, uint32_t blocks, uint64_t first,
    const uint64_t *digests, size_t count)
{
	struct search *x = arg;
	const struct index_volume *volume = index_volumes_find(&x->volumes,
	    number);

	if (volume != NULL && !piece_check_add(x->check, number,
	    volume->blocks, blocks, first, digests, count))
		x->failed = true;
	return !x->failed;
}

/* Where the stream ends; if that is not said, the last inode will do. */
static void
find_end(struct search *x)
{
	const json_t *block = json_object_get(set_index_about(x->index),
	    "end_block");
	struct place *end = &x->found->end;

	if (!json_is_integer(block) || json_integer_value(block) < 0 ||
	    !set_index_place(x->index, (uint64_t)json_integer_value(block),
	    &end->volume, &end->position) || end->volume > x->last_volume)
		*end = (struct place){ 0 };
	else
		end->inode = UINT32_MAX;
}

static const char *
find_places(struct search *x)
{
	const struct index_visitor visitor = {
		.inodes = take_inodes,
		.digests = x->check == NULL ? NULL : take_digests,
		.arg = x,
	};
	enum set_index_result result = find_index(x);

	if (result == SET_INDEX_READ) {
		find_end(x);
		x->failed = x->check != NULL && !index_volumes_init(
		    &x->volumes, set_index_about(x->index));
		result = set_index_visit(x->index, &visitor);
	}
	if (x->failed || (result == SET_INDEX_FAILED && !*x->r->cancelled)) {
		restore_no_room(x->r);
		return "no room";
	}
	if (x->is_odd)
		return "the index names places that the set has not";
	if (result != SET_INDEX_READ)
		return set_index_text(result);
	if (inomap_count(&x->needed) > 0)
		return "the index lacks inodes that the set has";
	return NULL;
}

/* -------------------------------------------------------------------- wanted */

static uint32_t
next_of(const struct inomap *map, uint32_t inode)
{
	return inode < map->max_inode ? inomap_next(map, inode + 1) : 0;
}

/*
 * Those that are wanted and in the set, but no directories.  False if that is
 * unknown, or so many that going from one to the next gains nothing.
 */
static bool
find_needed(struct search *x, const struct inomap *wanted)
{
	const struct inomap *dumped = restore_set_dumped(x->set);

	if (dumped == NULL)
		return false;
	if (wanted == NULL)
		wanted = dumped;
	if (!inomap_init(&x->needed, dumped->max_inode))
		return restore_no_room(x->r);
	for (uint32_t i = 0; (i = next_of(wanted, i)) != 0;)
		if (inomap_has(dumped, i) &&
		    !names_is_directory(x->r->names, i))
			inomap_add(&x->needed, i);
	return wanted == dumped ||
	    inomap_count(&x->needed) < inomap_count(dumped) / 2;
}

static struct restore_index *
make_index(struct restore *r)
{
	struct restore_index *found = calloc(1, sizeof(*found));

	if (found != NULL && !growing_init(&found->places,
	    r->request->settings.tmpdir)) {
		restore_index_end(found);
		found = NULL;
	}
	if (found == NULL)
		restore_no_room(r);
	return found;
}

static bool
prepare_output(struct search *x)
{
	x->quiet = report_new(STDERR_FILENO, REPORT_QUIET);
	if (x->quiet == NULL)
		return restore_no_room(x->r);
	report_set_taker(x->quiet, say_quietly, x->r->rep);
	x->output = restore_medium_aside(x->medium, x->quiet);
	return x->output != NULL;
}

static bool
prepare(struct search *x)
{
	x->found = make_index(x->r);
	return x->found != NULL && prepare_output(x);
}

static void
dispose(struct search *x)
{
	set_index_close(x->index);
	index_volumes_free(&x->volumes);
	if (x->output != NULL)
		restore_medium_aside_end(x->medium, x->output);
	report_free(x->quiet);
	inomap_free(&x->needed);
}

/* ---------------------------------------------------------------- catalogue */

/*
 * Of a set on several tapes, its index is on the last one; the catalogue knows
 * the same without it.
 */
static bool
is_spread(const struct search *x)
{
	const struct restore_source *source = restore_set_source(x->set);

	return source != NULL && source->volume_count > 1 &&
	    source->kind != RESTORE_PLACE_FILE &&
	    source->kind != RESTORE_PLACE_OBJECT;
}

static bool
add_known(struct search *x, uint32_t inode)
{
	struct place place;

	if (!restore_catalog_place(x->r->catalog, restore_set_source(x->set),
	    inode, &place.inode, &place.volume, &place.position) ||
	    place.inode != inode)
		return false;
	struct place *to = growing_add(&x->found->places, sizeof(*to));
	if (to == NULL)
		return restore_no_room(x->r);
	*to = place;
	return true;
}

/* False: it is to be read through. */
static bool
find_known(struct search *x)
{
	struct place *end;

	x->found = make_index(x->r);
	if (x->found == NULL)
		return false;
	for (uint32_t i = 0; (i = next_of(&x->needed, i)) != 0;)
		if (!add_known(x, i))
			return false;
	end = &x->found->end;
	return restore_catalog_place(x->r->catalog, restore_set_source(x->set),
	    UINT32_MAX, &end->inode, &end->volume, &end->position);
}

static const char *
find_by_catalog(struct search *x)
{
	return find_known(x) ? NULL : "the catalogue does not know where all "
	    "of it is";
}

/* ------------------------------------------------------------------- finding */

static const char *
find_by_index(struct search *x)
{
	if (!restore_set_goes_to(x->set))
		return "its medium cannot go to the index";
	x->medium = restore_set_leave_medium(x->set);
	return x->medium != NULL && prepare(x) ? find_places(x) :
	    "the index cannot be looked for";
}

/* `wanted` is NULL: all. */
static bool
begin(struct restore *r, struct restore_set *s, const struct inomap *wanted,
    struct piece_check *check, struct restore_index **new)
{
	struct search x = { .r = r, .set = s, .check = check };

	*new = NULL;
	if (!restore_set_may_have_index(s) || !find_needed(&x, wanted)) {
		inomap_free(&x.needed);
		return r->verdict == VERDICT_GO_ON;
	}
	const bool is_known = is_spread(&x);
	const char *why = is_known ? find_by_catalog(&x) : find_by_index(&x);
	dispose(&x);
	if (why == NULL) {
		*new = x.found;
		restore_set_note_index(s, is_known ? "in the catalogue" :
		    "used");
	} else {
		restore_index_end(x.found);
		report(r->rep, DE_DEBUG, "%s: %s; reading the set through",
		    restore_set_name(s), why);
	}
	return r->verdict == VERDICT_GO_ON;
}

bool
restore_index_begin(struct restore *r, struct restore_set *s,
    const struct inomap *wanted, struct restore_index **new)
{
	return begin(r, s, wanted, NULL, new);
}

bool
restore_index_begin_all(struct restore *r, struct restore_set *s,
    struct piece_check *check, struct restore_index **new)
{
	return begin(r, s, NULL, check, new);
}

bool
restore_index_each(const struct restore_index *x, bool (*take)(void *arg,
    uint32_t volume, uint64_t position, uint32_t inode), void *arg)
{
	const struct place *list = (const void *)x->places.bytes;
	const size_t count = x->places.used / sizeof(*list);

	for (size_t i = 0; i < count; i++)
		if (!take(arg, list[i].volume, list[i].position,
		    list[i].inode))
			return false;
	return true;
}

void
restore_index_end(struct restore_index *x)
{
	if (x == NULL)
		return;
	growing_free(&x->places);
	free(x);
}

void
restore_index_aim(struct restore_index *x, struct restore_set *s,
    uint32_t inode)
{
	const struct place *list = (const void *)x->places.bytes;
	const size_t count = x->places.used / sizeof(*list);

	while (x->next < count && list[x->next].inode < inode)
		x->next++;
	const bool is_place = x->next < count;
	const struct place *to = is_place ? &list[x->next] : &x->end;
	if (to->volume != 0)
		restore_set_aim(s, to->volume, to->position, to->inode);
}

/* ---------------------------------------------------------------- the index */

struct restore_index_reader {
	struct search search;
};

static const char *
open_index(struct search *x)
{
	if (!restore_set_may_have_index(x->set))
		return "it can have no index";
	x->medium = restore_set_leave_medium(x->set);
	if (x->medium == NULL || !prepare_output(x))
		return "the index cannot be looked for";
	const enum set_index_result result = find_index(x);
	return result == SET_INDEX_READ ? NULL : set_index_text(result);
}

struct restore_index_reader *
restore_index_reader_new(struct restore *r, struct restore_set *s,
    const char **why)
{
	struct restore_index_reader *x = calloc(1, sizeof(*x));

	*why = "out of memory";
	if (x == NULL)
		return NULL;
	x->search.r = r;
	x->search.set = s;
	*why = open_index(&x->search);
	if (*why == NULL)
		return x;
	restore_index_reader_free(x);
	return NULL;
}

void
restore_index_reader_free(struct restore_index_reader *x)
{
	if (x == NULL)
		return;
	dispose(&x->search);
	free(x);
}

struct set_index *
restore_index_reader_index(struct restore_index_reader *x)
{
	return x->search.index;
}

uint32_t
restore_index_reader_volume(const struct restore_index_reader *x)
{
	return x->search.last_volume;
}
