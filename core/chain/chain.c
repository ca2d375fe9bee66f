/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/chain/chain_lines.h"
#include "core/chain/chain_own.h"
#include "core/chain/level.h"
#include "plugins/common/safe_file.h"

#define RANGES_MAX ((size_t)16384)	/* of inodes left out */
#define KEPT_MAX 400		/* dumps no longer needed that pruning keeps */

static const char *
own_text(struct chain *chain, const char *text)
{
	char *copy = text == NULL || chain->text_count == CHAIN_TEXTS ? NULL :
	    history_text(text);

	if (copy != NULL)
		chain->texts[chain->text_count++] = copy;
	return copy;
}

char *
chain_folder(const struct job_config *job)
{
	return strdup(job->settings.state_dir);
}

static bool
take_exclude(struct chain *chain)
{
	const struct job_settings *settings = &chain->job->settings;
	bool ok = true;

	chain->exclude = json_array();
	for (size_t i = 0; i < settings->exclude_count; i++) {
		char *text = history_text(settings->exclude[i]);
		ok = text != NULL && json_array_append_new(chain->exclude,
		    json_string(text)) == 0 && ok;
		free(text);
	}
	chain->own.exclude = chain->exclude;
	return ok && chain->exclude != NULL;
}

/* Fill in what the configuration says. */
static bool
take_job(struct chain *chain, const char *name)
{
	const struct job_settings *settings = &chain->job->settings;
	struct history_record *own = &chain->own;
	const char *dumpdates = job_dumpdates(chain->job);
	/* Resolved, so that all paths to the file compare equal. */
	char *path = dumpdates == NULL ? NULL : safe_file_place(dumpdates);
	const char *subtree = settings->subtree;
	const char *device = job_source_device(chain->job);

	own->key = chain->key;
	own->id = chain->id;
	own->boot = chain->boot;
	own->job = own_text(chain, job_name(chain->job));
	own->label = own_text(chain, settings->label);
	own->source = own_text(chain,
	    chain->job->source.plugin->descriptor.name);
	own->name = own_text(chain, name);
	if (device != NULL && strcmp(device, name) != 0)
		chain->given = own_text(chain, device);
	own->dumpdates = own_text(chain, path != NULL ? path : dumpdates);
	own->subtree = own_text(chain, subtree);
	own->is_base = chain->updates;
	free(path);
	chain->folder = chain_folder(chain->job);
	chain->history = (struct history){ chain->folder, chain->rep,
	    !chain->updates };
	return take_exclude(chain) && chain->folder != NULL &&
	    own->job != NULL && own->label != NULL && own->source != NULL &&
	    own->name != NULL && (own->dumpdates != NULL) ==
	    (dumpdates != NULL) && (own->subtree != NULL) == (subtree != NULL);
}

struct chain *
chain_new(const struct job_config *job, const char *name, struct report *rep,
    const atomic_int *cancelled)
{
	struct chain *chain = calloc(1, sizeof(*chain));

	if (chain != NULL) {
		chain->job = job;
		chain->rep = rep;
		chain->cancelled = cancelled;
		chain->updates = job_updates_dumpdates(job);
		if (take_job(chain, name))
			return chain;
	}
	report(rep, DE_ERROR, "out of memory");
	chain_free(chain);
	return NULL;
}

void
chain_free(struct chain *chain)
{
	if (chain == NULL)
		return;
	for (size_t i = 0; i < chain->text_count; i++)
		free(chain->texts[i]);
	json_decref(chain->exclude);
	json_decref(chain->retake);
	free(chain->folder);
	free(chain);
}

/*
 * The newest state that the dump can hold.  An unmounted filesystem may be a
 * copy made some time ago, without later changes to the original: nothing in it
 * is newer than its last write.  If it was not unmounted cleanly, it may hold
 * newer changes, up to an unknown time.
 */
static int64_t
moment_of(const struct de_source_info *info, int64_t date, bool dated)
{
	const bool unclean = (info->properties & DE_SOURCE_UNCLEAN) != 0;

	if ((info->properties & DE_SOURCE_LIVE) != 0 || info->written <= 0 ||
	    info->written > date || (unclean && dated))
		return date;
	return info->written;
}

bool
chain_set_source(struct chain *chain, const struct de_source_info *info,
    int64_t date, bool dated, const char *filesystem, const char *host)
{
	struct history_record *own = &chain->own;

	own->device = own_text(chain, info->device);
	own->filesystem = own_text(chain, filesystem);
	own->host = own_text(chain, host);
	own->uuid = own_text(chain, info->uuid);
	own->created = info->created;
	own->written = info->written;
	own->lifetime_writes = info->lifetime_writes & INT64_MAX;
	own->date = date;
	own->moment = moment_of(info, date, dated);
	if (own->device == NULL || own->filesystem == NULL ||
	    own->host == NULL || own->uuid == NULL) {
		report(chain->rep, DE_ERROR, "out of memory");
		return false;
	}
	history_key(own->uuid, own->name, chain->key);
	return true;
}

void
chain_set_date(struct chain *chain, int64_t date)
{
	chain->own.date = date;
	chain->own.moment = date;
}

void
chain_leave_room(struct chain *chain, int64_t date, int64_t room)
{
	chain->own.date = date;
	if (chain->own.moment > date - room)
		chain->own.moment = date - room;
}

void
chain_set_level(struct chain *chain, const struct level *level)
{
	struct history_record *own = &chain->own;

	own->level = level->number;
	own->base_date = level->base_date;
	own->base_level = level->base_level;
	own->nodump = level->number >= chain->job->settings.honor_nodump;
}

enum adding { ADDED, TOO_MANY, NO_MEMORY };

/* Append the ranges of `map`, merging those up to `gap` apart. */
static enum adding
add_ranges(json_t *array, const struct inomap *map, uint32_t gap)
{
	uint32_t first = inomap_next(map, 1);

	while (first != 0) {
		if (json_array_size(array) >= 2 * RANGES_MAX)
			return TOO_MANY;
		uint32_t last = first, next = inomap_next(map, first + 1);
		while (next != 0 && next - last <= gap) {
			last = next;
			next = inomap_next(map, last + 1);
		}
		if (json_array_append_new(array, json_integer(first)) == -1 ||
		    json_array_append_new(array, json_integer(last)) == -1)
			return NO_MEMORY;
		first = next;
	}
	return ADDED;
}

bool
chain_set_left_out(struct chain *chain, const struct inomap *left_out)
{
	enum adding how = TOO_MANY;

	json_decref(chain->retake);
	chain->retake = json_array();
	chain->own.retake = chain->retake;
	for (uint32_t gap = 1; how == TOO_MANY && gap < UINT32_MAX / 4;
	    gap *= 4) {
		json_array_clear(chain->retake);
		how = add_ranges(chain->retake, left_out, gap);
	}
	if (how == NO_MEMORY || chain->retake == NULL) {
		report(chain->rep, DE_ERROR, "out of memory for the inodes "
		    "left out, which the next level must know");
		return false;
	}
	return true;
}

/* ---------------------------------------------------------------- beginning */

/* Mark a dump and all its bases as kept. */
static void
keep_with_base(const struct history_list *list, bool *kept, size_t at)
{
	for (size_t rounds = 0; rounds <= list->count; rounds++) {
		const struct history_record *r = &list->items[at];
		size_t i = 0;
		kept[at] = true;
		while (i < list->count && (list->items[i].date !=
		    r->base_date || (int64_t)list->items[i].level !=
		    r->base_level || strcmp(list->items[i].name, r->name) != 0))
			i++;
		if (r->base_date == 0 || i == list->count || kept[i])
			return;
		at = i;
	}
}

/* Is there a later complete dump of the same job, name and level? */
static bool
has_successor(const struct history_list *list, size_t at)
{
	const struct history_record *r = &list->items[at];

	for (size_t i = at + 1; i < list->count; i++) {
		const struct history_record *other = &list->items[i];
		if (chain_is_whole(other) && other->level == r->level &&
		    strcmp(other->name, r->name) == 0 &&
		    strcmp(other->job, r->job) == 0)
			return true;
	}
	return false;
}

/* Drop the oldest dumps that no later one can need, if there are many. */
static void
prune(struct history_list *list)
{
	bool *kept = list->count <= HISTORY_FEW ? NULL :
	    calloc(list->count, sizeof(*kept));
	size_t spare = 0, to = 0;

	if (kept == NULL)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (history_is_alive(&list->items[i]) ||
		    (chain_is_whole(&list->items[i]) &&
		    !has_successor(list, i)))
			keep_with_base(list, kept, i);
	for (size_t i = 0; i < list->count; i++)
		spare += !kept[i];
	for (size_t i = 0; i < list->count; i++) {
		if (!kept[i] && spare > KEPT_MAX)
			spare--;
		else
			list->items[to++] = list->items[i];
	}
	list->count = to;
	free(kept);
}

static bool
add_own(void *arg, struct history_list *list)
{
	const struct chain *chain = arg;

	prune(list);
	if (history_add(list, &chain->own))
		return true;
	report(chain->rep, chain->history.is_idle ? DE_DEBUG : DE_WARNING,
	    "%s: out of memory; this dump is not recorded there (state_dir)",
	    chain->history.folder);
	return false;
}

void
chain_begin(struct chain *chain, pid_t supervisor, struct history_id *id)
{
	struct timespec now;

	history_stamp(&chain->own, supervisor, chain->boot);
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(chain->id, sizeof(chain->id), "%" PRIx64 "-%ld-%lx",
	    (uint64_t)chain->own.begun, (long)supervisor,
	    (unsigned long)now.tv_nsec);
	chain->own.status = HISTORY_RUNNING;
	chain->own.order = history_next_order(&chain->history);
	if (!history_change(&chain->history, chain->key, chain->id,
	    !chain->history.is_idle, add_own, chain))
		chain->id[0] = '\0';
	snprintf(id->key, sizeof(id->key), "%s", chain->key);
	snprintf(id->id, sizeof(id->id), "%s", chain->id);
}
