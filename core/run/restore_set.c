/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_set.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/restore_hidden.h"
#include "core/run/restore_medium.h"
#include "core/run/restore_source.h"
#include "core/run/restore_tree.h"
#include "core/run/restore_watch.h"

struct aim {				/* see set_aim() */
	uint32_t volume;		/* 0: none */
	uint64_t position;
	uint32_t inode;
};

struct restore_set {
	struct restore *r;		/* borrowed */
	struct restore_medium *medium;	/* owned */
	struct set *set;		/* owned; NULL: closed */
	const struct volumes *volumes;	/* of the set */
	struct pieces *pieces;		/* owned; NULL: none are wanted */
	const char *index;		/* see restore_set_note_index() */
	struct aim aim;			/* once it is open */
	bool is_ours;			/* we wrote it */
	struct dialect dialect;
	struct set_identity identity;
	struct inomap in_use, dumped;
	bool has_in_use, has_dumped;
	struct set_item pending;	/* the first item behind the tree */
	bool has_pending;
	bool ended;			/* SET_END was returned */
	bool moved;			/* behind the end of the tree */
	bool is_known;			/* identity and maps are */
	bool goes_to;			/* to a position of its medium, */
	bool goes_fast;			/*   and at once */
	bool is_contents;		/* of the set on `file` */
	const struct restore_source *source;	/* of the catalogue, or NULL */
	bool lost_names;		/* directories, or parts of them */
	bool may_be_bare;		/* Linux's dump(8) has written it */
	struct restore_hidden hidden;
	const char *file;		/* borrowed; NULL: that of the job */
	uint64_t size;
};

/* ----------------------------------------------------- opening and closing */

/* What is opened again must be the set that it was. */
static bool
is_same(struct restore_set *s)
{
	const struct set_identity *now = set_identity(s->set);

	if (!s->is_known || (now->date == s->identity.date &&
	    now->level == s->identity.level))
		return true;
	report(s->r->rep, DE_ERROR, "%s: it is another dump now",
	    restore_set_name(s));
	return restore_end(s->r, VERDICT_ABORT);
}

static bool
open_set(struct restore_set *s)
{
	struct restore *r = s->r;
	enum verdict verdict = VERDICT_GO_ON;
	struct volumes_config config = {
		.output = restore_medium_output(s->medium),
		.rep = r->rep,
		.cancelled = r->cancelled,
		.first_volume = 1,
		.last_volume = restore_medium_last_volume(s->medium),
		.record_size = r->request->record_size,
		.dialect = r->request->dialect,
		.job = restore_medium_job(s->medium),
		.place = restore_medium_place,
		.pieces = s->pieces,
		.want = restore_medium_want,
		.want_arg = s->medium,
		.again = s->is_known,
	};

	if (s->source != NULL) {
		config.date = s->identity.date;
		config.base_date = s->identity.base_date;
		config.level = s->identity.level;
	}
	restore_medium_begin(s->medium);
	struct volumes *volumes = volumes_open(&config, &verdict);

	if (volumes == NULL)
		return restore_end(r, verdict == VERDICT_GO_ON ?
		    VERDICT_NOT_STARTED : verdict);
	s->dialect = *volumes_dialect(volumes);
	s->volumes = volumes;
	s->goes_to = volumes_goes_to(volumes);
	s->goes_fast = volumes_seeks(volumes);
	s->set = set_new(volumes, r->rep);
	if (s->set == NULL)
		return restore_end(r, VERDICT_NOT_STARTED);
	if (s->pieces != NULL)
		set_want_index(s->set);
	else if (!restore_medium_is_lasting(s->medium))
		set_pass_index(s->set);
	s->has_pending = s->ended = s->moved = false;
	if (s->source != NULL && !s->is_known)
		s->identity = *set_identity(s->set);
	return is_same(s);
}

/* --verify reads it once, from its beginning to its index. */
static bool
want_pieces(struct restore_set *s)
{
	if (s->r->request->action != RESTORE_VERIFY)
		return true;
	s->pieces = pieces_new(s->r->request->settings.tmpdir);
	return (s->pieces != NULL && (!s->r->request->wants_digests ||
	    pieces_want_volumes(s->pieces))) || restore_no_room(s->r);
}

struct restore_set *
restore_set_new(struct restore *r, const char *file)
{
	struct restore_set *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		restore_no_room(r);
		return NULL;
	}
	s->r = r;
	s->medium = restore_medium_new(r, file);
	if (s->medium == NULL || !want_pieces(s) || !open_set(s)) {
		restore_set_free(s);
		return NULL;
	}
	s->identity = *set_identity(s->set);
	s->size = set_size(s->set);
	return s;
}

struct restore_set *
restore_set_plan(struct restore *r, const struct restore_source *source)
{
	struct restore_set *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		restore_no_room(r);
		return NULL;
	}
	s->r = r;
	s->source = source;
	s->identity = source->identity;
	s->size = source->blocks * DE_TAPE_BLOCK;
	s->medium = restore_medium_of(r, source);
	if (s->medium == NULL) {
		restore_set_free(s);
		return NULL;
	}
	return s;
}

void
restore_set_free(struct restore_set *s)
{
	if (s == NULL)
		return;
	set_free(s->set);
	pieces_free(s->pieces);
	restore_medium_free(s->medium);
	if (s->has_in_use)
		inomap_free(&s->in_use);
	if (s->has_dumped)
		inomap_free(&s->dumped);
	free(s);
}

const char *
restore_set_name(const struct restore_set *s)
{
	if (s->medium != NULL)
		return restore_medium_name(s->medium);
	return s->file != NULL ? s->file : "";
}

const struct set_identity *
restore_set_identity(const struct restore_set *s)
{
	return &s->identity;
}

const struct dialect *
restore_set_dialect(const struct restore_set *s)
{
	return &s->dialect;
}

uint64_t
restore_set_size(const struct restore_set *s)
{
	return s->size;
}

bool
restore_set_seeks(const struct restore_set *s)
{
	return !s->is_contents && s->set != NULL && volumes_seeks(s->volumes);
}

bool
restore_set_goes_fast(const struct restore_set *s)
{
	return s->goes_fast;
}

bool
restore_set_goes_to(const struct restore_set *s)
{
	return s->is_contents || s->goes_to;
}

const struct set *
restore_set_open(const struct restore_set *s)
{
	return s->set;
}

bool
restore_set_lost_names(const struct restore_set *s)
{
	return s->lost_names;
}

const struct inomap *
restore_set_in_use(const struct restore_set *s)
{
	return s->has_in_use ? &s->in_use : NULL;
}

const struct inomap *
restore_set_dumped(const struct restore_set *s)
{
	return s->has_dumped ? &s->dumped : NULL;
}

bool
restore_set_may_be_bare(const struct restore_set *s)
{
	return s->may_be_bare;
}

bool
restore_set_is_lasting(const struct restore_set *s)
{
	return restore_medium_is_lasting(s->medium);
}

bool
restore_set_shares_drive(const struct restore_set *s)
{
	return restore_medium_is_drive(s->medium);
}

struct restore_medium *
restore_set_close(struct restore_set *s)
{
	set_free(s->set);
	s->set = NULL;
	return s->medium;
}

bool
restore_set_is_of_catalog(const struct restore_set *s)
{
	return s->source != NULL;
}

void
restore_set_let_go(struct restore_set *s)
{
	if (restore_medium_is_drive(s->medium))
		restore_set_close(s);
}

/* ------------------------------------------------------------------ reading */

/* set_next() has said why it cannot go on, unless the run was cancelled. */
static bool
next(struct restore_set *s, struct set_item *item)
{
	if (*s->r->cancelled == 0 && set_next(s->set, item)) {
		restore_watch_note(s->r->watch, set_bytes(s->set));
		s->is_ours |= item->kind == SET_INODE &&
		    item->header->is_exact;
		return true;
	}
	const enum verdict verdict = volumes_verdict(s->volumes);
	return restore_end(s->r, verdict == VERDICT_GO_ON ? VERDICT_ABORT :
	    verdict);
}

/* Keep the maps: a set that is opened again has the same ones. */
static bool
take_maps(struct restore_set *s)
{
	const struct inomap *in_use = set_in_use(s->set);
	const struct inomap *dumped = set_dumped(s->set);

	if (s->is_known)
		return true;
	s->is_known = true;
	s->has_in_use = in_use != NULL && inomap_copy(&s->in_use, in_use);
	s->has_dumped = dumped != NULL && inomap_copy(&s->dumped, dumped);
	if ((in_use != NULL && !s->has_in_use) ||
	    (dumped != NULL && !s->has_dumped))
		return restore_no_room(s->r);
	if (dumped == NULL)
		outcome_add(s->r->outcome, OUTCOME_DAMAGE, 0, "%s: the map of "
		    "the inodes in the set is lost", restore_set_name(s));
	if (in_use == NULL)
		outcome_add(s->r->outcome, OUTCOME_DAMAGE, 0, "%s: the map of "
		    "the inodes in use is lost, so what was deleted stays",
		    restore_set_name(s));
	return true;
}

/* An item that belongs to no inode; true also if the run goes on with it. */
static bool
take_between(struct restore_set *s, const struct set_item *item)
{
	if (item->kind == SET_MAPS)
		return take_maps(s);
	if (item->kind == SET_LOST)
		outcome_add(s->r->outcome, OUTCOME_DAMAGE, 0,
		    "%s: %" PRIu64 " block%s lost: %s", restore_set_name(s),
		    item->length, item->length == 1 ? " is" : "s are",
		    item->why);
	return true;
}

/* Hold the first item of what is no directory any more. */
static void
keep(struct restore_set *s, const struct set_item *item)
{
	s->pending = *item;
	s->has_pending = true;
}

void
restore_set_hide(struct restore_set *s, const struct set_item *item)
{
	restore_hidden_take(&s->hidden, s->r, restore_set_name(s), &s->dialect,
	    item->header);
}

void
restore_set_tell_hidden(struct restore_set *s)
{
	restore_hidden_tell(&s->hidden, s->r, restore_set_name(s));
}

static bool
ends_tree(const struct set_item *item, bool in_directory)
{
	switch (item->kind) {
	case SET_INODE:		/* those of attributes are between them */
		return !restore_tree_is_directory(item) && !item->is_hidden;
	case SET_LOST_XATTRS:	/* of those behind the end */
	case SET_LATE_XATTR:
	case SET_END:
		return !in_directory;
	default:
		return false;
	}
}

static bool
read_tree(struct restore_set *s, struct restore_tree *tree)
{
	struct set_item item;
	bool in_directory = false;

	while (next(s, &item)) {
		if (ends_tree(&item, in_directory)) {
			keep(s, &item);
			return true;
		}
		if (item.kind == SET_INODE && item.is_hidden) {
			restore_set_hide(s, &item);
			set_skip_contents(s->set);
		} else if (item.kind == SET_INODE) {
			in_directory = true;
			s->may_be_bare |= item.header->flags_are_linux &&
			    !item.header->is_exact;
		}
		if (item.kind == SET_LOST)
			s->lost_names = true;
		if (!(in_directory ? restore_tree_take(tree, &item) :
		    take_between(s, &item)))
			return false;
		if (item.kind == SET_INODE_END)
			in_directory = false;
	}
	return false;
}

bool
restore_set_read_tree(struct restore_set *s)
{
	struct restore_tree *tree = restore_tree_new(s->r, &s->dialect, NULL);
	const bool ok = tree != NULL && (s->set != NULL || open_set(s)) &&
	    read_tree(s, tree);

	if (ok)
		s->dialect = *set_dialect(s->set);
	if (tree != NULL && restore_tree_has_losses(tree))
		s->lost_names = true;
	restore_tree_free(tree);
	return ok;
}

/* Pass over the maps and directories, which are known. */
static bool
pass_tree(struct restore_set *s)
{
	struct set_item item;

	while (next(s, &item)) {
		if (ends_tree(&item, false)) {
			keep(s, &item);
			return true;
		}
		if (item.kind == SET_INODE)
			set_skip_contents(s->set);
	}
	return false;
}

void
restore_set_stand_for(struct restore_set *s, const char *file)
{
	s->is_contents = true;
	s->file = file;
	if (s->set != NULL)
		set_is_extract(s->set);
}

/* From the table of contents to the set itself. */
static bool
leave_contents(struct restore_set *s)
{
	set_free(s->set);
	s->set = NULL;
	restore_medium_free(s->medium);
	s->is_contents = false;
	s->medium = restore_medium_new(s->r, s->file);
	return s->medium != NULL;
}

bool
restore_set_return(struct restore_set *s)
{
	if (s->is_contents && !leave_contents(s))
		return false;
	if (s->set != NULL && !s->moved)
		return true;
	if (s->set != NULL && !restore_medium_is_lasting(s->medium)) {
		report(s->r->rep, DE_ERROR, "%s: cannot be read a second time",
		    restore_set_name(s));
		return restore_end(s->r, VERDICT_ABORT);
	}
	set_free(s->set);
	s->set = NULL;
	if (!open_set(s))
		return false;
	if (s->aim.volume != 0)
		set_aim(s->set, s->aim.volume, s->aim.position, s->aim.inode);
	s->aim.volume = 0;
	return pass_tree(s);
}

bool
restore_set_next(struct restore_set *s, struct set_item *item)
{
	s->moved = true;
	if (s->ended)
		return false;
	if (s->has_pending) {
		*item = s->pending;
		s->has_pending = false;
	} else if (!next(s, item)) {
		return false;
	}
	if (item->kind == SET_END) {
		s->ended = true;
		if (!item->complete)
			outcome_add(s->r->outcome, OUTCOME_DAMAGE, 0, "%s: the "
			    "end of the set is missing", restore_set_name(s));
	} else {
		take_between(s, item);
	}
	if (item->kind == SET_INODE && item->is_hidden)
		restore_set_hide(s, item);
	return true;
}

void
restore_set_skip(struct restore_set *s)
{
	set_skip_contents(s->set);
}

void
restore_set_aim(struct restore_set *s, uint32_t volume, uint64_t position,
    uint32_t inode)
{
	if (s->set != NULL)
		set_aim(s->set, volume, position, inode);
	else
		s->aim = (struct aim){ volume, position, inode };
}

const struct pieces *
restore_set_pieces(struct restore_set *s)
{
	if (s->pieces == NULL)
		return NULL;
	set_stop(s->set);
	pieces_end(s->pieces);
	return s->pieces;
}

bool
restore_set_may_have_index(const struct restore_set *s)
{
	return s->is_ours &&
	    (s->is_contents || restore_medium_is_lasting(s->medium));
}

const struct restore_medium *
restore_set_leave_medium(struct restore_set *s)
{
	if (s->is_contents && !leave_contents(s))
		return NULL;
	restore_set_let_go(s);
	return s->medium;
}

const struct restore_source *
restore_set_source(const struct restore_set *s)
{
	return s->source;
}

void
restore_set_note_index(struct restore_set *s, const char *what)
{
	s->index = what;
}

const char *
restore_set_index(const struct restore_set *s)
{
	return s->index != NULL ? s->index : "not used";
}
