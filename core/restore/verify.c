/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Faults of one sort that are shown; a damaged map may have millions. */
#define SHOWN_MAX 1000

/* Faults that wait until there are paths. */
#define PENDING_MAX 4096

enum sort {			/* of faults that may be many */
	NOT_IN_USE,
	NO_BIT,
	TWICE,
	BEYOND,
	ENTRY_NOT_IN_USE,
	ENTRY_REFUSED,
	NO_RECORD,
	VANISHED,
	NEVER_NAMED,
	NOT_IN_TREE,
	SORTS
};

/* What those not shown are called. */
static const char *const sort_texts[SORTS] = {
	[NOT_IN_USE] = "inodes are in the map of this set, but not in use",
	[NO_BIT] = "inodes are in the set, but not in its map",
	[TWICE] = "inodes are in the set twice",
	[BEYOND] = "inode numbers are beyond the maps",
	[ENTRY_NOT_IN_USE] = "names are those of inodes that are not in use",
	[ENTRY_REFUSED] = "names are none that a file can have",
	[NO_RECORD] = "inodes are in the map of this set, but not in it",
	[VANISHED] = "inodes of the map of this set are not in it, nor named",
	[NEVER_NAMED] = "inodes have no name",
	[NOT_IN_TREE] = "directories do not hang in the tree",
};

/* A fault of an inode whose path is not known yet. */
struct pending {
	enum outcome_kind kind;
	uint32_t inode;
	char *text;			/* owned */
};

struct verify {
	struct outcome *outcome;
	bool has_paths;			/* the tree is known to `outcome` */
	struct pending *pending;	/* PENDING_MAX */
	size_t pending_count;
	uint64_t counts[SORTS];
	bool has_in_use;
	bool has_dumped;
	/* All of the same size. */
	struct inomap in_use;
	struct inomap dumped;
	struct inomap seen;		/* records that came */
	struct inomap named;		/* in any directory, or not to be */
	struct inomap directories;

	/* The inode that is being read. */
	uint32_t inode;
	bool has_size;			/* its contents should have it */
	uint64_t size;
	uint64_t covered;		/* bytes of contents, holes included */

	uint64_t inodes;
	uint64_t bytes;
};

struct verify *
verify_new(struct outcome *outcome)
{
	struct verify *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->outcome = outcome;
	v->pending = calloc(PENDING_MAX, sizeof(*v->pending));
	if (v->pending == NULL) {
		free(v);
		return NULL;
	}
	return v;
}

void
verify_free(struct verify *v)
{
	if (v == NULL)
		return;
	verify_has_paths(v);
	free(v->pending);
	inomap_free(&v->in_use);
	inomap_free(&v->dumped);
	inomap_free(&v->seen);
	inomap_free(&v->named);
	inomap_free(&v->directories);
	free(v);
}

uint64_t
verify_inodes(const struct verify *v)
{
	return v->inodes;
}

uint64_t
verify_bytes(const struct verify *v)
{
	return v->bytes;
}

static void put(struct verify *v, enum outcome_kind kind, uint32_t inode,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* To the outcome, now or as soon as it has paths. */
static void
put(struct verify *v, enum outcome_kind kind, uint32_t inode,
    const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) == -1)
		text = NULL;
	va_end(args);
	if (text != NULL && !v->has_paths && v->pending_count < PENDING_MAX) {
		v->pending[v->pending_count++] = (struct pending){
			.kind = kind, .inode = inode, .text = text,
		};
		return;
	}
	outcome_add(v->outcome, kind, inode, "%s",
	    text == NULL ? "out of memory" : text);
	free(text);
}

void
verify_has_paths(struct verify *v)
{
	v->has_paths = true;
	for (size_t i = 0; i < v->pending_count; i++) {
		const struct pending *p = &v->pending[i];
		outcome_add(v->outcome, p->kind, p->inode, "%s", p->text);
		free(p->text);
	}
	v->pending_count = 0;
}

/* Is another fault of this sort to be shown? */
static bool
is_shown(struct verify *v, enum sort sort)
{
	return v->counts[sort]++ < SHOWN_MAX;
}

static enum outcome_kind
kind_of(enum sort sort)
{
	/* Files that were removed while they were dumped. */
	return sort == NEVER_NAMED || sort == VANISHED ? OUTCOME_NOTE :
	    sort == NO_RECORD ? OUTCOME_MISSING : OUTCOME_DAMAGE;
}

static void
say(struct verify *v, enum sort sort, uint32_t inode, const char *text)
{
	if (is_shown(v, sort))
		put(v, kind_of(sort), inode, "%s", text);
}

static void
say_rest(struct verify *v)
{
	for (int sort = 0; sort < SORTS; sort++)
		if (v->counts[sort] > SHOWN_MAX)
			put(v, kind_of((enum sort)sort), 0,
			    "%" PRIu64 " more %s", v->counts[sort] - SHOWN_MAX,
			    sort_texts[sort]);
}

/* ------------------------------------------------------------------ maps */

static uint32_t
next_of(const struct inomap *map, uint32_t inode)
{
	return inode < map->max_inode ? inomap_next(map, inode + 1) : 0;
}

static void
check_maps(struct verify *v)
{
	if (!v->has_in_use || !v->has_dumped)
		return;
	for (uint32_t i = 0; (i = next_of(&v->dumped, i)) != 0;)
		if (!inomap_has(&v->in_use, i))
			say(v, NOT_IN_USE, i,
			    "is in the map of this set, but not in use");
}

static bool
copy_map(struct inomap *to, const struct inomap *from, uint32_t max)
{
	if (!inomap_init(to, max))
		return false;
	for (uint32_t i = 0; from != NULL && (i = next_of(from, i)) != 0;)
		inomap_add(to, i);
	return true;
}

static bool
take_maps(struct verify *v, const struct set *set)
{
	const struct inomap *in_use = set_in_use(set);
	const struct inomap *dumped = set_dumped(set);
	uint32_t max = in_use == NULL ? 0 : in_use->max_inode;

	if (dumped != NULL && dumped->max_inode > max)
		max = dumped->max_inode;
	v->has_in_use = in_use != NULL;
	v->has_dumped = dumped != NULL;
	if (!copy_map(&v->in_use, in_use, max) ||
	    !copy_map(&v->dumped, dumped, max) ||
	    !inomap_init(&v->seen, max) || !inomap_init(&v->named, max) ||
	    !inomap_init(&v->directories, max))
		return false;
	check_maps(v);
	return true;
}

/* ---------------------------------------------------------------- inodes */

static bool
has_contents(const struct header *h)
{
	const uint16_t mode = h->meta.mode;

	return (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)) &&
	    !h->metadata_only && !h->is_hidden;
}

/* Against the maps. */
static void
check_record(struct verify *v, uint32_t inode, bool is_hidden)
{
	if (v->seen.bits == NULL)
		return;
	if (inode > v->seen.max_inode && (v->has_in_use || v->has_dumped))
		say(v, BEYOND, inode, "its number is beyond the maps");
	else if (inomap_has(&v->seen, inode))
		say(v, TWICE, inode, "is in the set twice");
	else if (v->has_dumped && !is_hidden && !inomap_has(&v->dumped, inode))
		say(v, NO_BIT, inode, "is in the set, but not in its map");
	inomap_add(&v->seen, inode);
	if (is_hidden)
		inomap_add(&v->named, inode);
}

static void
begin_inode(struct verify *v, const struct set_item *item)
{
	const struct header *h = item->header;
	const uint16_t type = h->meta.mode & S_IFMT;

	v->inodes++;
	v->inode = item->inode;
	v->has_size = has_contents(h) && !item->is_hidden;
	v->size = h->meta.size;
	v->covered = 0;
	check_record(v, item->inode, item->is_hidden);
	if (S_ISDIR(type) && !item->is_hidden && v->directories.bits != NULL)
		inomap_add(&v->directories, item->inode);
	if (!item->is_hidden && !S_ISREG(type) && !S_ISDIR(type) &&
	    !S_ISLNK(type) && !S_ISCHR(type) && !S_ISBLK(type) &&
	    !S_ISFIFO(type) && !S_ISSOCK(type))
		put(v, OUTCOME_DAMAGE, item->inode,
		    "is of an unknown type (mode %06o)", h->meta.mode);
}

static void
end_inode(struct verify *v, const struct set_item *item)
{
	if (item->complete && v->has_size && v->covered != v->size)
		put(v, OUTCOME_DAMAGE, item->inode,
		    "its contents are %" PRIu64 " bytes, but its header says %"
		    PRIu64, v->covered, v->size);
	v->has_size = false;
}

static void
take_lost(struct verify *v, const struct set_item *item)
{
	v->covered = item->offset + item->length;
	put(v, OUTCOME_MISSING, item->inode,
	    "bytes %" PRIu64 " to %" PRIu64 " are lost: %s", item->offset,
	    item->offset + item->length - 1, item->why);
}

static void
check_late(struct verify *v, const struct set_item *item)
{
	if (v->seen.bits != NULL && !inomap_has(&v->seen, item->inode))
		put(v, OUTCOME_DAMAGE, item->inode,
		    "its attribute %s is in the set, but it itself is not",
		    item->xattr->name);
}

bool
verify_item(struct verify *v, const struct set *set,
    const struct set_item *item)
{
	switch (item->kind) {
	case SET_MAPS:
		return take_maps(v, set);
	case SET_INODE:
		begin_inode(v, item);
		break;
	case SET_DATA:
		v->bytes += item->length;
		v->covered = item->offset + item->length;
		break;
	case SET_HOLE:
		v->covered = item->offset + item->length;
		break;
	case SET_LOST_DATA:
		take_lost(v, item);
		break;
	case SET_DOUBT:
		put(v, OUTCOME_MISSING, item->inode,
		    "bytes %" PRIu64 " to %" PRIu64 " may be wrong: %s",
		    item->offset, item->offset + item->length - 1, item->why);
		break;
	case SET_XATTR:
		break;
	case SET_LOST_XATTRS:
		put(v, OUTCOME_MISSING, item->inode,
		    "some of its attributes are lost: %s", item->why);
		break;
	case SET_INODE_END:
		end_inode(v, item);
		break;
	case SET_LATE_XATTR:
		check_late(v, item);
		break;
	case SET_LOST:		/* whoever reads the set says so */
	case SET_INDEX:		/* verify_index.c */
	case SET_LOST_INDEX:
	case SET_END:
		break;
	}
	return true;
}

/* ----------------------------------------------------------------- names */

static bool
is_dots(const struct dirblock_entry *entry)
{
	return entry->name[0] == '.' && (entry->length == 1 ||
	    (entry->length == 2 && entry->name[1] == '.'));
}

static bool
may_be_a_name(const struct dirblock_entry *entry)
{
	return entry->length > 0 && entry->length <= NAMES_LENGTH_MAX &&
	    memchr(entry->name, '/', entry->length) == NULL &&
	    memchr(entry->name, '\0', entry->length) == NULL;
}

void
verify_entry(struct verify *v, uint32_t directory,
    const struct dirblock_entry *entry)
{
	const int length = (int)entry->length;

	if (!may_be_a_name(entry)) {
		if (is_shown(v, ENTRY_REFUSED))
			put(v, OUTCOME_DAMAGE, directory,
			    "an entry of inode %" PRIu32 " has a name that no "
			    "file can have: %.*s", entry->inode, length,
			    entry->name);
		return;
	}
	if (is_dots(entry))
		return;
	if (v->named.bits != NULL)
		inomap_add(&v->named, entry->inode);
	if (v->has_in_use && !inomap_has(&v->in_use, entry->inode) &&
	    is_shown(v, ENTRY_NOT_IN_USE))
		put(v, OUTCOME_DAMAGE, directory,
		    "%.*s is inode %" PRIu32 ", which is not in use", length,
		    entry->name, entry->inode);
}

void
verify_mangled(struct verify *v, uint32_t directory, uint64_t kib)
{
	if (kib > 0)
		put(v, OUTCOME_DAMAGE, directory,
		    "%" PRIu64 " KiB of this directory cannot be decoded", kib);
}

/* Directories that are in the set, and nowhere in the tree. */
static void
check_tree(struct verify *v, const struct names *names)
{
	const uint64_t refused = names_refused(names);
	const uint64_t known = v->counts[ENTRY_REFUSED];

	if (!names_is_directory(names, NAMES_ROOT))
		put(v, OUTCOME_DAMAGE, NAMES_ROOT,
		    "the root directory is missing");
	for (uint32_t i = 0; (i = next_of(&v->directories, i)) != 0;)
		if (i != NAMES_ROOT && !names_is_directory(names, i))
			say(v, NOT_IN_TREE, i, "this directory does not hang "
			    "in the tree; what is in it has no path");
	if (refused > known)
		put(v, OUTCOME_DAMAGE, 0,
		    "%" PRIu64 " names are left out: the same name twice, or "
		    "below a directory that does not hang in the tree",
		    refused - known);
}

static void
check_missing(struct verify *v)
{
	if (!v->has_dumped)
		return;
	for (uint32_t i = 0; (i = next_of(&v->dumped, i)) != 0;) {
		if (inomap_has(&v->seen, i))
			continue;
		if (i == NAMES_ROOT || inomap_has(&v->named, i))
			say(v, NO_RECORD, i,
			    "is in the map of this set, but not in it");
		else
			say(v, VANISHED, i, "is in the map of this set, but "
			    "neither it nor a name of it is in it");
	}
}

static void
check_unnamed(struct verify *v)
{
	for (uint32_t i = 0; (i = next_of(&v->seen, i)) != 0;)
		if (i != NAMES_ROOT && !inomap_has(&v->named, i) &&
		    !inomap_has(&v->directories, i))
			say(v, NEVER_NAMED, i, "has no name");
}

void
verify_names(struct verify *v, const struct names *names)
{
	verify_has_paths(v);
	if (v->seen.bits != NULL) {
		check_missing(v);
		check_tree(v, names);
		check_unnamed(v);
	}
	say_rest(v);
}
