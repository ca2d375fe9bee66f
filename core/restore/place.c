/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/restore/place_own.h"

static void
note_staying(struct place *p, uint32_t id, const struct name_entry *entry,
    bool stays)
{
	(void)id;
	if (stays && !names_is_directory(p->levels->before, entry->inode))
		inomap_add(&p->stays, entry->inode);
}

/*
 * A name that no record of the set will make.  Files that were not there before
 * either are in no set: whoever dumped them left them out.
 */
static void
note_pending(struct place *p, uint32_t id, const struct name_entry *entry,
    bool stays)
{
	(void)id;
	if (!stays && !place_is_brought(p, entry->inode) &&
	    !names_is_directory(p->levels->after, entry->inode) &&
	    place_is_file(p->levels->before, entry->inode))
		inomap_add(&p->pending, entry->inode);
}

static void
compare(struct place *p)
{
	const struct names *before = p->levels->before;
	const struct names *after = p->levels->after;

	for (uint32_t i = 0; i < names_directory_count(before); i++)
		place_each_entry(p, before, after, names_directory(before, i),
		    note_staying);
	for (uint32_t i = 0; i < names_directory_count(after); i++)
		place_each_entry(p, after, before, names_directory(after, i),
		    note_pending);
}

static void
no_memory(struct place *p)
{
	outcome_add(p->outcome, OUTCOME_MISSING, 0,
	    "names of the level before cannot be changed: %s",
	    strerror(ENOMEM));
	p->verdict = VERDICT_ABORT;
}

static bool
init_maps(struct place *p)
{
	const uint32_t before = names_highest_inode(p->levels->before);
	const uint32_t after = names_highest_inode(p->levels->after);
	const uint32_t highest = before > after ? before : after;

	if (inomap_init(&p->parked, highest) &&
	    inomap_init(&p->stays, highest) &&
	    inomap_init(&p->pending, highest))
		return true;
	no_memory(p);
	return false;
}

static void
free_maps(struct place *p)
{
	inomap_free(&p->parked);
	inomap_free(&p->stays);
	inomap_free(&p->pending);
}

static void
begin_placing(struct place *p)
{
	if (!park_begin_placing(&p->park)) {
		outcome_add(p->outcome, OUTCOME_MISSING, 0,
		    "./%s: cannot be written: %s", p->park.name,
		    strerror(errno));
		p->verdict = VERDICT_ABORT;
	}
}

/* Names of the level before, of which there are some. */
static void
change_names(struct place *p)
{
	const struct place_levels *levels = p->levels;

	if (!init_maps(p))
		return;
	park_init(&p->park, target_directory(p->target, PLACE_WORKER,
	    NAMES_ROOT), levels->before, levels->after, &p->parked);
	p->resumed = p->park.is_placing;
	compare(p);
	if (!p->resumed)
		place_clear(p);
	if (p->verdict == VERDICT_GO_ON)
		begin_placing(p);
	target_set_names(p->target, levels->after);
	place_directories(p);
	place_files(p);
	place_lock_again(p);
	park_close(&p->park);
}

enum verdict
place_apply(const struct place_levels *levels, struct target *target,
    const struct restore_settings *settings, struct outcome *outcome)
{
	struct place p = {
		.levels = levels,
		.target = target,
		.settings = settings,
		.outcome = outcome,
		.park.fd = -1,
		.verdict = VERDICT_GO_ON,
	};

	if (settings->dry_run || settings->by_number)
		return VERDICT_GO_ON;
	if (levels->before != NULL)
		change_names(&p);
	else
		place_directories(&p);
	free_maps(&p);
	free(p.unlocked);
	return p.verdict;
}

void
place_done(const struct place_levels *levels, struct target *target)
{
	struct inomap parked = { 0 };
	struct park park;

	if (levels->before == NULL)
		return;
	park_init(&park, target_directory(target, PLACE_WORKER, NAMES_ROOT),
	    levels->before, levels->after, &parked);
	park_remove(&park);
}
