/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_shown.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/run/restore_index.h"
#include "core/run/restore_kept.h"
#include "core/run/restore_medium.h"
#include "core/run/restore_set.h"
#include "core/run/restore_watch.h"

#define SAMPLES 16		/* of the places that were kept */

/* A set, and what is known of it. */
struct source {
	struct restore_set *set;	/* borrowed */
	struct restore_medium *medium;	/* of the set, which is closed */
	struct piece_cache *cache;		/* owned */
	struct inode_places *places;	/* owned */
	struct late *late;		/* owned */
	struct piece_check *check;	/* owned; NULL: not wanted */
	bool were_kept;			/* its places */
};

struct restore_shown {
	struct restore *r;		/* borrowed */
	struct source *sources;		/* owned; as many as sets */
	struct mount_set *sets;		/* owned; the same for the tree */
	struct mount_tree tree;
};

/* --------------------------------------------------------- what is possible */

static bool
refuse(struct restore *r, const struct restore_set *s, const char *why)
{
	report(r->rep, DE_ERROR, "%s: %s", restore_set_name(s), why);
	return restore_end(r, VERDICT_NOT_STARTED);
}

static bool
can_mount(struct restore *r, const struct restore_set *s)
{
	if (restore_set_dialect(s)->compressed && !restore_set_goes_fast(s))
		return refuse(r, s, "it is compressed, and its medium cannot "
		    "go to a place in it; copy it to a file");
	if (!restore_set_is_lasting(s))
		return refuse(r, s, "it can be read only once, and files are "
		    "read when they are wanted; copy it to a file");
	return true;
}

static bool
can_mount_all(struct restore *r)
{
	for (size_t i = 0; i < r->set_count; i++) {
		if (!can_mount(r, r->sets[i]))
			return false;
		if (r->set_count > 1 && restore_set_shares_drive(r->sets[i]))
			return refuse(r, r->sets[i], "the sets of a chain are "
			    "read at the same time, which a drive cannot; copy "
			    "them to files");
	}
	return true;
}

/* ---------------------------------------------------------------- the places */

/* A set of the run while its places are found. */
struct finding {
	struct restore *r;
	struct source *source;
	struct restore_index *index;	/* owned; NULL: there is none */
	struct restore_kept *kept;	/* owned; NULL: nothing is */
	struct inode_place last;	/* that was kept */
};

/* Only what has a name is needed. */
static bool
add_named(void *arg, const struct inode_place *place)
{
	const struct finding *f = arg;
	const struct names *names = f->r->names;

	return names_of_inode(names, place->inode) == NAMES_NONE ||
	    names_is_directory(names, place->inode) ||
	    inode_places_add(f->source->places, place);
}

static bool
add_indexed(void *arg, uint32_t volume, uint64_t position, uint32_t inode)
{
	const struct inode_place place = { position, volume, inode };

	return add_named(arg, &place);
}

static bool
add_kept(void *arg, const struct inode_place *place)
{
	struct finding *f = arg;

	f->last = *place;
	return add_named(f, place);
}

/* That of the header which was just read; another chain may need all of them. */
static bool
add_this_place(struct finding *f, uint32_t inode)
{
	struct inode_place place = { .inode = inode };

	if (f->index != NULL || f->source->were_kept ||
	    !set_position(restore_set_open(f->source->set), &place.volume,
	    &place.position))
		return true;
	return f->kept != NULL ? inode_places_add(f->source->places, &place) :
	    add_named(f, &place);
}

/* Does a newer set have it, too? */
static bool
is_replaced(const struct restore *r, const struct source *s, uint32_t inode)
{
	for (size_t i = r->set_count; i-- > 0 && r->sets[i] != s->set;) {
		const struct inomap *dumped = restore_set_dumped(r->sets[i]);
		if (dumped != NULL && inomap_has(dumped, inode))
			return true;
	}
	return false;
}

static bool
add_late(const struct finding *f, const struct set_item *item)
{
	struct restore *r = f->r;

	if (!names_is_directory(r->names, item->inode))
		return late_add(f->source->late, item->inode, item->xattr);
	return is_replaced(r, f->source, item->inode) || directories_add_xattr(
	    r->directories, item->inode, item->xattr);
}

static bool
take(struct finding *f, const struct set_item *item)
{
	switch (item->kind) {
	case SET_INODE:
		restore_set_skip(f->source->set);
		return item->is_hidden || add_this_place(f, item->inode);
	case SET_LATE_XATTR:
		return add_late(f, item);
	case SET_LOST_XATTRS:
		outcome_add(f->r->outcome, OUTCOME_MISSING, item->inode,
		    "some of its attributes are lost: %s", item->why);
		return true;
	default:
		return true;
	}
}

/* Where they are known, only what is behind the files is read. */
static bool
pass_through(struct finding *f)
{
	struct restore_set *set = f->source->set;
	struct set_item item;

	if (!restore_set_return(set))
		return false;
	if (f->index != NULL)
		restore_index_aim(f->index, set, UINT32_MAX);
	else if (f->source->were_kept)
		restore_set_aim(set, f->last.volume, f->last.position,
		    f->last.inode);
	while (restore_set_next(set, &item))
		if (!take(f, &item))
			return restore_no_room(f->r);
	inode_places_finish(f->source->places);
	return f->r->verdict == VERDICT_GO_ON;
}

static bool
find_by_index(struct finding *f)
{
	report(f->r->rep, DE_DEBUG, "%s: where its files are, is in its index",
	    restore_set_name(f->source->set));
	if (!restore_index_each(f->index, add_indexed, f))
		return restore_no_room(f->r);
	return pass_through(f);
}

static bool
make_places(struct finding *f)
{
	struct source *s = f->source;

	inode_places_free(s->places);
	s->places = inode_places_new(f->r->request->settings.tmpdir);
	return s->places != NULL || restore_no_room(f->r);
}

static uint64_t
count_faults(const struct restore *r)
{
	return outcome_count(r->outcome, OUTCOME_DAMAGE) +
	    outcome_count(r->outcome, OUTCOME_MISSING);
}

/* What is damaged is not kept, so that it is told each time. */
static bool
read_through(struct finding *f)
{
	const uint64_t faults = count_faults(f->r);

	if (!make_places(f) || !pass_through(f))
		return false;
	if (f->kept != NULL && count_faults(f->r) == faults)
		restore_kept_write(f->kept, f->source->places);
	return true;
}

/* `may_be_kept`: see whether they were. */
static bool
find_places(struct finding *f, bool may_be_kept)
{
	struct source *s = f->source;

	s->were_kept = false;
	if (!make_places(f) || !restore_index_begin_all(f->r, s->set, s->check,
	    &f->index))
		return false;
	if (f->index != NULL)
		return find_by_index(f);
	f->kept = restore_kept_new(f->r, s->set);
	if (f->kept != NULL && may_be_kept &&
	    !restore_kept_read(f->kept, add_kept, f, &s->were_kept))
		return false;
	return s->were_kept ? pass_through(f) : read_through(f);
}

static bool
read_places(struct restore *r, struct source *s, bool may_be_kept)
{
	const char *folder = r->request->settings.tmpdir;
	struct finding f = { .r = r, .source = s };

	s->late = late_new(folder);
	s->check = r->request->no_digests ? NULL : piece_check_new(folder);
	if (s->late == NULL ||
	    (s->check == NULL && !r->request->no_digests))
		return restore_no_room(r);
	restore_watch_next_set(r->watch);
	const bool ok = find_places(&f, may_be_kept);
	restore_index_end(f.index);
	restore_kept_free(f.kept);
	s->medium = restore_set_close(s->set);
	return ok;
}

/* ------------------------------------------------------------------ pieces */

static bool
open_cache(struct restore *r, struct source *s)
{
	const struct set_identity *identity = restore_set_identity(s->set);
	const struct piece_cache_config config = {
		.output = restore_medium_output(s->medium),
		.rep = r->rep,
		.dialect = *restore_set_dialect(s->set),
		.date = identity->date,
		.base_date = identity->base_date,
		.level = identity->level,
		.label = identity->label,
		.record_size = r->request->record_size,
		.job = restore_medium_job(s->medium),
		.last_volume = restore_medium_last_volume(s->medium),
		.check = s->check,
		.place = restore_set_is_of_catalog(s->set) ?
		    restore_medium_place : NULL,
		.want = restore_medium_want,
		.want_arg = s->medium,
	};
	s->cache = piece_cache_new(&config);
	return s->cache != NULL || restore_end(r, VERDICT_NOT_STARTED);
}

static void
close_source(struct source *s)
{
	piece_cache_free(s->cache);
	inode_places_free(s->places);
	late_free(s->late);
	piece_check_free(s->check);
	*s = (struct source){ .set = s->set };
}

/* Are there inodes where some of the places are?  A drive is not moved for it. */
static bool
are_right(const struct source *s)
{
	const uint64_t count = restore_set_shares_drive(s->set) ? 0 :
	    inode_places_count(s->places);

	for (uint64_t i = 0; i < count; i += count / SAMPLES + 1) {
		struct content *content = content_open(s->cache,
		    inode_places_at(s->places, count - 1 - i));
		if (content == NULL)
			return false;
		content_close(content);
	}
	return true;
}

/* What was kept may be of a set that has been made again since. */
static bool
open_source(struct restore *r, struct source *s)
{
	if (!read_places(r, s, true) || !open_cache(r, s))
		return false;
	if (!s->were_kept || are_right(s))
		return true;
	report(r->rep, DE_WARNING, "%s: what was kept does not fit; it is read "
	    "through", restore_set_name(s->set));
	close_source(s);
	return read_places(r, s, false) && open_cache(r, s);
}

/* -------------------------------------------------------------------- steps */

static bool
prepare(struct restore_shown *m)
{
	struct restore *r = m->r;

	m->sources = calloc(r->set_count, sizeof(*m->sources));
	m->sets = calloc(r->set_count, sizeof(*m->sets));
	if (m->sources == NULL || m->sets == NULL)
		return restore_no_room(r);
	for (size_t i = 0; i < r->set_count; i++) {
		struct source *s = &m->sources[i];
		s->set = r->sets[i];
		if (!open_source(r, s))
			return false;
		m->sets[i] = (struct mount_set){
			.cache = s->cache,
			.places = s->places,
			.late = s->late,
			.in_use = restore_set_in_use(s->set),
			.dumped = restore_set_dumped(s->set),
		};
	}
	return true;
}

struct restore_shown *
restore_shown_new(struct restore *r)
{
	struct restore_shown *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		restore_no_room(r);
		return NULL;
	}
	m->r = r;
	if (!can_mount_all(r) || !prepare(m)) {
		restore_shown_free(m);
		return NULL;
	}
	m->tree = (struct mount_tree){
		.names = r->names,
		.directories = r->directories,
		.sets = m->sets,
		.set_count = r->set_count,
		.outcome = r->outcome,
	};
	return m;
}

void
restore_shown_free(struct restore_shown *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; m->sources != NULL && i < m->r->set_count; i++)
		close_source(&m->sources[i]);
	free(m->sources);
	free(m->sets);
	free(m);
}

const struct mount_tree *
restore_shown_tree(const struct restore_shown *m)
{
	return &m->tree;
}
