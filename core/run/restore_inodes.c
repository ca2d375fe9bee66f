/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_inodes.h"

#include <stdio.h>
#include <sys/stat.h>

#include "core/base/units.h"
#include "core/run/restore_answers.h"
#include "core/run/restore_set.h"
#include "core/run/restore_watch.h"

/* ---------------------------------------------------------------- may it be */

/* What reading the set costs; false: little. */
static bool
describe_cost(const struct restore_set *s, char *text, size_t room)
{
	char amount[UNITS_TEXT_BYTES] = "it";
	const uint64_t size = restore_set_size(s);

	if (restore_set_seeks(s))
		return false;
	if (size > 0)
		units_bytes(size, amount);
	snprintf(text, room, "ls -l has to read all of %s%s%s%s: read it?",
	    restore_set_name(s), size > 0 ? ", " : "", size > 0 ? amount : "",
	    restore_set_is_lasting(s) ? "" : ", and nothing can be extracted "
	    "from it afterwards");
	return true;
}

static bool
may_read(struct restore_inodes *inodes)
{
	const struct restore *r = inodes->r;
	char question[MESSAGE_TEXT_BYTES];

	for (size_t i = 0; i < r->set_count; i++) {
		if (!describe_cost(r->sets[i], question, sizeof(question)))
			continue;
		if (restore_answers_read_through(inodes->r, question))
			continue;
		inodes->is_declined = true;
		report(r->rep, DE_INFO, "ls -l shows only what belongs to "
		    "directories");
		return false;
	}
	return true;
}

/* ------------------------------------------------------------------ reading */

/* Does a newer set have it? */
static bool
is_superseded(const struct restore *r, size_t set, uint32_t inode)
{
	for (size_t i = set + 1; i < r->set_count; i++) {
		const struct inomap *dumped = restore_set_dumped(r->sets[i]);
		if (dumped != NULL && inomap_has(dumped, inode))
			return true;
	}
	return false;
}

static bool
take(struct restore_inodes *inodes, size_t set, const struct set_item *item)
{
	struct restore *r = inodes->r;
	struct de_inode meta = item->header->meta;

	if (!item->header->has_links)
		meta.links = 0;
	if (!item->is_hidden && !S_ISDIR(meta.mode) &&
	    !is_superseded(r, set, item->inode) &&
	    !inode_list_add(inodes->list, item->inode, &meta))
		return restore_no_room(r);
	restore_set_skip(r->sets[set]);
	return true;
}

/* False also if it was stopped. */
static bool
read_set(struct restore_inodes *inodes, size_t set)
{
	struct restore *r = inodes->r;
	struct restore_set *s = r->sets[set];
	struct set_item item;

	if (!restore_set_return(s))
		return false;
	while (!restore_watch_is_stopped(r->watch) &&
	    restore_set_next(s, &item))
		if (item.kind == SET_INODE && !take(inodes, set, &item))
			break;
	restore_set_let_go(s);
	restore_watch_next_set(r->watch);
	return r->verdict == VERDICT_GO_ON &&
	    !restore_watch_is_stopped(r->watch);
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
read_sets(struct restore_inodes *inodes)
{
	struct restore *r = inodes->r;

	report(r->rep, DE_INFO, "reading the headers of all files once, for "
	    "ls -l; contents are passed over; ^C stops it");
	restore_watch_begin(r->watch, size_of_all(r));
	restore_watch_pause(r->watch, false);
	restore_watch_may_stop(r->watch, true);
	inodes->is_complete = true;
	for (size_t i = 0; i < r->set_count && inodes->is_complete; i++)
		inodes->is_complete = read_set(inodes, i);
	if (restore_watch_is_stopped(r->watch))
		report(r->rep, DE_INFO, "stopped: files that were not reached "
		    "have question marks");
	restore_watch_may_stop(r->watch, false);
	inode_list_finish(inodes->list);
	return r->verdict == VERDICT_GO_ON;
}

bool
restore_inodes_read(struct restore_inodes *inodes,
    const struct inode_list **list)
{
	struct restore *r = inodes->r;
	bool ok = true;

	if (!inodes->is_complete && !inodes->is_declined && may_read(inodes)) {
		restore_inodes_free(inodes);
		inodes->list = inode_list_new(r->request->settings.tmpdir);
		ok = inodes->list == NULL ? restore_no_room(r) :
		    read_sets(inodes);
	}
	*list = inodes->list;
	return ok;
}

void
restore_inodes_free(struct restore_inodes *inodes)
{
	inode_list_free(inodes->list);
	inodes->list = NULL;
}
