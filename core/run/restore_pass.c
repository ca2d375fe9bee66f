/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_pass.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/run/restore_bare.h"
#include "core/run/restore_index.h"
#include "core/run/restore_positions.h"
#include "core/run/restore_set.h"
#include "core/run/restore_watch.h"

/* A pass under way. */
struct passing {
	struct restore *r;
	const struct restore_pass *pass;
	struct crew *crew;
	struct inomap *seen;		/* inodes that came */
	struct inomap came;		/* of them, those of this set */
	uint64_t nameless;		/* files without a name, */
	uint32_t first_nameless;	/*   and one of them */
	struct restore_bare *bare;	/* NULL: nothing has to be completed */
	bool is_lasting;		/* the sets can be read again, */
	bool has_put_off;		/*   and have to be: */
	bool is_second;			/*   this is the second time */
	size_t set;			/* number of the one being read */
	bool is_wanted;			/* the current inode */
	bool is_open;			/* it has not ended */
	bool is_late;			/* behind the files: the crew is idle */
	struct restore_positions *positions;	/* NULL: none */
	struct restore_index *index;	/* NULL: not used */
	uint32_t next;			/* wanted inode that was aimed at */
};

/* Does a newer set have it? */
static bool
is_superseded(const struct passing *p, uint32_t inode)
{
	for (size_t i = p->set + 1; i < p->r->set_count; i++) {
		const struct inomap *dumped =
		    restore_set_dumped(p->r->sets[i]);
		if (dumped != NULL && inomap_has(dumped, inode))
			return true;
	}
	return false;
}

/* The directory of its first name; files of one directory stay together. */
static uint32_t
directory_of(const struct names *names, uint32_t inode)
{
	const uint32_t id = names_of_inode(names, inode);
	struct name_entry entry;

	if (id == NAMES_NONE)
		return NAMES_ROOT;
	names_entry(names, id, &entry);
	return entry.directory;
}

/*
 * A filesystem has an inode once, as a file or as a directory.  Hidden ones
 * belong to another, and a name that says it is theirs names nothing.
 */
static bool
is_sound(const struct passing *p, const struct set_item *item)
{
	const char *why = NULL;

	if (item->is_hidden)
		return false;
	if (names_is_directory(p->r->names, item->inode))
		why = "it is in the set as a directory and as a file; the file "
		    "is left out";
	else if (inomap_has(&p->came, item->inode))
		why = "it is in the set more than once; the first one is taken";
	if (why != NULL)
		outcome_add(p->r->outcome, OUTCOME_DAMAGE, item->inode, "%s",
		    why);
	return why == NULL;
}

/* So says the newest set that knows. */
static bool
is_in_use(const struct restore *r, uint32_t inode)
{
	const struct inomap *in_use =
	    restore_set_in_use(r->sets[r->set_count - 1]);

	return in_use == NULL || inomap_has(in_use, inode);
}

/*
 * A file that was deleted while it was open has no links either, and one that a
 * later level no longer has is not in use.
 */
static void
note_nameless(struct passing *p, const struct set_item *item)
{
	const struct header *h = item->header;

	if (p->is_second || !p->pass->is_whole || item->is_hidden ||
	    S_ISDIR(h->meta.mode) || !h->has_links ||
	    !is_in_use(p->r, item->inode) ||
	    names_of_inode(p->r->names, item->inode) != NAMES_NONE ||
	    item->inode == NAMES_ROOT || is_superseded(p, item->inode))
		return;
	if (p->nameless++ == 0)
		p->first_nameless = item->inode;
}

static bool
may_be_wanted(const struct passing *p, const struct set_item *item)
{
	const mode_t mode = item->header->meta.mode;

	return !(S_ISDIR(mode) && !item->is_hidden) &&
	    (inomap_has(p->pass->inodes, item->inode) ||
	    item->inode == NAMES_ROOT);
}

/* It comes when the sets are read for the second time. */
static bool
is_put_off(const struct passing *p, const struct set_item *item)
{
	return p->bare != NULL && item->header->metadata_only &&
	    restore_bare_has_older(p->bare, p->set, item->inode);
}

/* The first time, all but what is put off; the second time, only that. */
static bool
is_its_turn(const struct passing *p, const struct set_item *item)
{
	if (!p->is_second)
		return !is_superseded(p, item->inode) && !is_put_off(p, item);
	return item->header->metadata_only ? is_put_off(p, item) &&
	    !is_superseded(p, item->inode) :
	    restore_bare_is_completed_by(p->bare, p->set, item->header);
}

/* What of it is newer may be put off as well, and counts then. */
static bool
put_off(struct passing *p, const struct set_item *item)
{
	if (is_superseded(p, item->inode))
		return restore_bare_add(p->bare, p->set, item->header);
	inomap_add(p->seen, item->inode);
	if (!p->is_lasting) {
		outcome_add(p->r->outcome, OUTCOME_MISSING, item->inode,
		    "its contents are in an older set, and what is not a file "
		    "or a tape cannot be read a second time; restore level by "
		    "level");
		return true;
	}
	p->has_put_off = true;
	return restore_bare_add(p->bare, p->set, item->header);
}

/*
 * To the next one that is wanted or, behind the last, to the end of the table:
 * attributes may stand behind the end of the set.
 */
static void
aim(struct passing *p, struct restore_set *s, uint32_t inode)
{
	const struct inomap *inodes = p->pass->inodes;

	if ((p->positions == NULL && p->index == NULL) || inode < p->next ||
	    p->next == UINT32_MAX)
		return;
	p->next = inode < inodes->max_inode ? inomap_next(inodes, inode + 1) :
	    0;
	if (p->next == 0)
		p->next = UINT32_MAX;
	if (p->positions != NULL)
		restore_positions_aim(p->positions, s, p->next);
	else
		restore_index_aim(p->index, s, p->next);
}

/* NetApp has streams that differ from files by having no name. */
static bool
is_stream(const struct passing *p, const struct restore_set *s,
    const struct set_item *item)
{
	return restore_set_dialect(s)->family == DIALECT_NETAPP &&
	    !item->is_hidden && !p->is_second &&
	    !S_ISDIR(item->header->meta.mode) &&
	    names_of_inode(p->r->names, item->inode) == NAMES_NONE &&
	    !is_superseded(p, item->inode);
}

static bool
begin_inode(struct passing *p, struct restore_set *s,
    const struct set_item *item)
{
	const uint32_t inode = item->inode;
	const bool may_come = may_be_wanted(p, item);

	p->is_open = true;
	if (may_come && !p->is_second && is_put_off(p, item) &&
	    !put_off(p, item))
		return false;
	p->is_wanted = may_come && is_its_turn(p, item) && is_sound(p, item);
	if (!p->is_wanted) {
		if (is_stream(p, s, item))
			restore_set_hide(s, item);
		else
			note_nameless(p, item);
		aim(p, s, inode);
		restore_set_skip(s);
		return true;
	}
	inomap_add(p->seen, inode);
	inomap_add(&p->came, inode);
	return crew_put(p->crew, item, directory_of(p->r->names, inode)) ||
	    restore_no_room(p->r);
}

/* Its file is written: no worker has it any more. */
static void
take_late(struct passing *p, const struct set_item *item)
{
	if (p->is_second)
		return;
	if (!p->is_late)
		crew_wait(p->crew);
	p->is_late = true;
	if (names_is_directory(p->r->names, item->inode)) {
		if (!is_superseded(p, item->inode) && !directories_add_xattr(
		    p->r->directories, item->inode, item->xattr))
			restore_no_room(p->r);
	} else if (p->pass->late != NULL &&
	    inomap_has(p->pass->inodes, item->inode) &&
	    !is_superseded(p, item->inode)) {
		p->pass->late(p->pass->arg, item->inode, item->xattr);
	}
}

/* Those behind the end of the stream; of which inode, may be unknown. */
static void
lose_late(const struct passing *p, const struct set_item *item)
{
	const bool is_directory = names_is_directory(p->r->names, item->inode);

	if (p->is_second)
		return;
	if (item->inode == 0)
		outcome_add(p->r->outcome, OUTCOME_DAMAGE, 0,
		    "%s: large attributes are lost: %s",
		    restore_set_name(p->r->sets[p->set]), item->why);
	else if ((is_directory || inomap_has(p->pass->inodes, item->inode)) &&
	    !is_superseded(p, item->inode))
		outcome_add(p->r->outcome, OUTCOME_ATTRIBUTE, item->inode,
		    "attributes are lost: %s", item->why);
}

static bool
pass_on(const struct passing *p, const struct set_item *item)
{
	return !p->is_wanted || crew_put(p->crew, item, 0) ||
	    restore_no_room(p->r);
}

static bool
take_item(struct passing *p, struct restore_set *s, const struct set_item *item)
{
	switch (item->kind) {
	case SET_INODE:
		return begin_inode(p, s, item);
	case SET_DATA:
	case SET_HOLE:
	case SET_LOST_DATA:
	case SET_DOUBT:
	case SET_XATTR:
		return pass_on(p, item);
	case SET_LOST_XATTRS:
		if (p->is_open)
			return pass_on(p, item);
		lose_late(p, item);
		return true;
	case SET_INODE_END:
		p->is_open = false;
		return pass_on(p, item);
	case SET_LATE_XATTR:
		take_late(p, item);
		return true;
	default:
		return true;
	}
}

static bool
goes_on(const struct passing *p)
{
	const enum verdict verdict = p->pass->verdict == NULL ? VERDICT_GO_ON :
	    p->pass->verdict(p->pass->verdict_arg);

	if (verdict != VERDICT_GO_ON)
		restore_end(p->r, verdict);
	return p->r->verdict == VERDICT_GO_ON;
}

/* How to get from one wanted inode to the next: -Q counts more. */
static bool
begin_set(struct passing *p, struct restore_set *s)
{
	p->next = 0;
	if (p->set == 0 && !p->is_second &&
	    !restore_positions_begin(p->r, &p->positions))
		return false;
	if (p->positions == NULL && !restore_index_begin(p->r, s,
	    p->pass->inodes, &p->index))
		return false;
	if (p->index != NULL)		/* if it has to be opened again */
		restore_index_aim(p->index, s, inomap_next(p->pass->inodes,
		    1));
	return restore_set_return(s);
}

static void
end_set(struct passing *p, struct restore_set *s)
{
	restore_set_tell_hidden(s);
	restore_index_end(p->index);
	p->index = NULL;
	restore_positions_end(p->positions);
	p->positions = NULL;
	restore_set_let_go(s);
	restore_watch_next_set(p->r->watch);
}

static bool
read_set(struct passing *p)
{
	struct restore_set *s = p->r->sets[p->set];
	struct set_item item;

	p->is_late = false;
	memset(p->came.bits, 0, (size_t)p->came.tape_blocks * DE_TAPE_BLOCK);
	if (!begin_set(p, s))
		return false;
	while (goes_on(p) && restore_set_next(s, &item))
		if (!take_item(p, s, &item))
			break;
	crew_wait(p->crew);
	end_set(p, s);
	return goes_on(p);
}

/* Is it in the map of any set? */
static bool
is_promised(const struct restore *r, uint32_t inode)
{
	for (size_t i = 0; i < r->set_count; i++) {
		const struct inomap *dumped = restore_set_dumped(r->sets[i]);
		if (dumped != NULL && inomap_has(dumped, inode))
			return true;
	}
	return false;
}

static void
name_missing(const struct passing *p)
{
	const struct inomap *inodes = p->pass->inodes;

	for (uint32_t inode = inomap_next(inodes, 1); inode != 0;
	    inode = inode < inodes->max_inode ?
	    inomap_next(inodes, inode + 1) : 0)
		if (!inomap_has(p->seen, inode) &&
		    !names_is_directory(p->r->names, inode) &&
		    is_promised(p->r, inode))
			outcome_add(p->r->outcome, OUTCOME_MISSING, inode,
			    "it is missing from the set");
}

/* Those of Solaris may be attributes, whose names are in hidden directories. */
static void
name_nameless(const struct passing *p)
{
	const enum dialect_family family =
	    restore_set_dialect(p->r->sets[0])->family;
	const bool may_be_hidden = family == DIALECT_SUN ||
	    family == DIALECT_SUN_MTB;

	if (p->nameless > 0)
		outcome_add(p->r->outcome, may_be_hidden ? OUTCOME_NOTE :
		    OUTCOME_DAMAGE, 0, "%" PRIu64
		    " file%s not restored: no directory of the set has a name "
		    "for inode %" PRIu32 "%s", p->nameless,
		    p->nameless == 1 ? " is" : "s are", p->first_nameless,
		    p->nameless == 1 ? "" : " and others");
}

static uint64_t
size_of_all(const struct restore *r)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < r->set_count; i++) {
		const uint64_t size = restore_set_size(r->sets[i]);
		if (size == 0)
			return 0;
		bytes += size;
	}
	return bytes;
}

static bool
read_all(struct passing *p)
{
	bool ok = true;

	restore_watch_begin(p->r->watch, size_of_all(p->r));
	for (p->set = 0; ok && p->set < p->r->set_count; p->set++)
		ok = read_set(p);
	return ok;
}

/* What has been put off, now that it is known what that is. */
static bool
complete(struct passing *p)
{
	if (!p->has_put_off)
		return true;
	p->is_second = true;
	return read_all(p);
}

static bool
are_lasting(const struct restore *r)
{
	for (size_t i = 0; i < r->set_count; i++)
		if (!restore_set_is_lasting(r->sets[i]))
			return false;
	return true;
}

static bool
run(struct restore *r, const struct restore_pass *pass)
{
	struct passing p = {
		.r = r,
		.pass = pass,
		.seen = pass->seen,
		.is_lasting = are_lasting(r),
	};
	bool ok = false;

	p.crew = crew_new(pass->work, pass->arg, r->request->settings.workers,
	    r->cancelled);
	if (p.crew == NULL || !inomap_init(&p.came, pass->inodes->max_inode)) {
		crew_free(p.crew);
		return restore_no_room(r);
	}
	if (pass->completes && r->set_count > 1)
		p.bare = restore_bare_new(r);
	if (p.bare != NULL || !pass->completes || r->set_count == 1)
		ok = read_all(&p) && complete(&p);
	crew_free(p.crew);
	restore_bare_free(p.bare);
	inomap_free(&p.came);
	if (ok) {
		name_missing(&p);
		name_nameless(&p);
	}
	return ok;
}

bool
restore_pass_run(struct restore *r, const struct restore_pass *pass)
{
	struct restore_pass with_seen = *pass;
	struct inomap seen;

	if (pass->seen != NULL)
		return run(r, pass);
	if (!inomap_init(&seen, restore_pass_max_inode(r)))
		return restore_no_room(r);
	with_seen.seen = &seen;
	const bool ok = run(r, &with_seen);
	inomap_free(&seen);
	return ok;
}

uint32_t
restore_pass_max_inode(const struct restore *r)
{
	uint32_t max = NAMES_ROOT;
	bool is_known = true;

	for (size_t i = 0; i < r->set_count; i++) {
		const struct inomap *dumped = restore_set_dumped(r->sets[i]);
		if (dumped == NULL)
			is_known = false;
		else if (dumped->max_inode > max)
			max = dumped->max_inode;
	}
	for (uint32_t id = 0; !is_known && id < names_count(r->names); id++) {
		struct name_entry entry;
		names_entry(r->names, id, &entry);
		if (entry.inode > max)
			max = entry.inode;
	}
	return max;
}

bool
restore_pass_dumped(const struct restore *r, struct inomap *all)
{
	bool is_known = true;

	for (size_t i = 0; i < r->set_count; i++) {
		const struct inomap *dumped = restore_set_dumped(r->sets[i]);
		is_known = is_known && dumped != NULL;
		for (uint32_t inode = dumped == NULL ? 0 :
		    inomap_next(dumped, 1); inode != 0;
		    inode = inode < all->max_inode ?
		    inomap_next(dumped, inode + 1) : 0)
			inomap_add(all, inode);
	}
	return is_known;
}
