/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/chain_log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/chain/chain_own.h"
#include "core/base/clock.h"
#include "core/chain/chain_volumes.h"
#include "core/chain/level.h"

#define VOLUMES_MAX 65536	/* recorded per dump */
#define RETAKE_MAX 65536
#define PAUSE_NS NS_PER_SECOND	/* between two updates of the volumes */

struct chain_log {
	struct history history;
	char *folder;			/* owned */
	struct history_id id;		/* empty: not in the history */
	json_t *volumes;		/* owned, as heads and retake */
	json_t *heads;
	json_t *retake;
	bool retake_is_cut;
	bool is_added;			/* `retake` includes inodes left out */
	enum chain_noted noted;
	enum history_status status;
	uint64_t next_note;		/* earliest next update; clock_ns() */
};

struct chain_log *
chain_log_new(const struct job_config *job, struct report *rep)
{
	struct chain_log *log = calloc(1, sizeof(*log));

	if (log != NULL) {
		log->folder = chain_folder(job);
		log->history = (struct history){ log->folder, rep,
		    !job_updates_dumpdates(job) };
		log->volumes = json_array();
		log->heads = json_array();
		log->retake = json_array();
		if (log->folder != NULL && log->volumes != NULL &&
		    log->heads != NULL && log->retake != NULL)
			return log;
	}
	report(rep, DE_ERROR, "out of memory");
	chain_log_free(log);
	return NULL;
}

void
chain_log_free(struct chain_log *log)
{
	if (log == NULL)
		return;
	json_decref(log->volumes);
	json_decref(log->heads);
	json_decref(log->retake);
	free(log->folder);
	free(log);
}

void
chain_log_begin(struct chain_log *log, const struct history_id *id)
{
	if (log == NULL)
		return;
	log->id = *id;
	log->status = HISTORY_RUNNING;
	log->noted = CHAIN_NOT_NOTED;
	log->next_note = clock_ns() + PAUSE_NS;
}

/* Add a range of inodes.  If memory runs out, the next level must know. */
static void
add_range(struct chain_log *log, json_int_t first, json_int_t last)
{
	const size_t count = json_array_size(log->retake);

	if (json_array_append_new(log->retake, json_integer(first)) == 0 &&
	    json_array_append_new(log->retake, json_integer(last)) == 0)
		return;
	if (json_array_size(log->retake) > count)
		json_array_remove(log->retake, count);
	if (!log->retake_is_cut)
		report(log->history.rep, DE_WARNING, "out of memory for the "
		    "inodes that are missing from the dump; no level will "
		    "build on it");
	log->retake_is_cut = true;
}

/* Add the inodes left out from the start to those found while dumping. */
static const json_t *
add_retake(struct chain_log *log, const json_t *left_out)
{
	if (!log->is_added)
		for (size_t i = 0; i + 1 < json_array_size(left_out); i += 2)
			add_range(log,
			    json_integer_value(json_array_get(left_out, i)),
			    json_integer_value(json_array_get(left_out,
			    i + 1)));
	log->is_added = true;
	return log->retake;
}

static bool
update(void *arg, struct history_list *list)
{
	struct chain_log *log = arg;

	for (size_t i = 0; i < list->count; i++) {
		struct history_record *r = &list->items[i];
		if (strcmp(r->id, log->id.id) != 0)
			continue;
		r->volumes = log->volumes;
		r->heads = log->heads;
		if (log->status != HISTORY_RUNNING)
			r->retake = add_retake(log, r->retake);
		r->retake_is_cut = log->retake_is_cut;
		r->is_noted = log->noted == CHAIN_NOTED;
		r->is_base = r->is_base && log->noted != CHAIN_NO_BASE;
		r->status = log->status;
		r->ended = log->status == HISTORY_RUNNING ? 0 :
		    (int64_t)time(NULL);
		return true;
	}
	return false;
}

static bool
write_down(struct chain_log *log, bool safe)
{
	return log->id.id[0] != '\0' && history_change(&log->history,
	    log->id.key, log->id.id, safe && !log->history.is_idle, update,
	    log);
}

/* The recorded volume of that number, or NULL. */
static json_t *
volume_of(const struct chain_log *log, uint32_t number)
{
	for (size_t i = json_array_size(log->volumes); i-- > 0;) {
		json_t *v = json_array_get(log->volumes, i);
		if (json_integer_value(json_object_get(v, "number")) ==
		    (json_int_t)number)
			return v;
	}
	return NULL;
}

/* A volume is reported again if its process died after reporting it. */
static bool
add_volume(struct chain_log *log, uint32_t number, const char *medium)
{
	json_t *known = volume_of(log, number);

	if (medium == NULL)
		return false;
	if (known != NULL)
		return json_object_set_new(known, "medium",
		    json_string(medium)) == 0;
	return json_array_size(log->volumes) >= VOLUMES_MAX ||
	    json_array_append_new(log->volumes, json_pack("{s:I,s:s}",
	    "number", (json_int_t)number, "medium", medium)) == 0;
}

/* Only now does each file have its final name. */
static void
note_places(struct chain_log *log)
{
	bool ok = true;

	for (size_t i = 0; i < json_array_size(log->volumes); i++)
		ok = chain_volume_note_place(json_array_get(log->volumes,
		    i)) && ok;
	if (!ok)
		report(log->history.rep, DE_WARNING, "out of memory; whether "
		    "all volumes are still there will not be checked before "
		    "a level builds on this dump");
}

/* If the run does not live to say how the dump ended, nothing may be missing. */
static void
note_whole(struct chain_log *log)
{
	log->status = HISTORY_INCOMPLETE;
	note_places(log);
	write_down(log, true);
}

void
chain_log_volume(struct chain_log *log, uint32_t number, const char *name,
    bool is_last)
{
	if (log == NULL)
		return;
	char *medium = history_text(name);

	if (!add_volume(log, number, medium))
		report(log->history.rep, DE_WARNING, "%s: out of memory; "
		    "volume %" PRIu32 " is not recorded in %s, so later dumps "
		    "may overwrite it", name, number, log->history.folder);
	free(medium);
	if (is_last)
		note_whole(log);
	if (is_last || clock_ns() < log->next_note)
		return;
	write_down(log, false);
	log->next_note = clock_ns() + PAUSE_NS;
}

void
chain_log_rewrite(struct chain_log *log)
{
	if (log == NULL || log->status != HISTORY_INCOMPLETE)
		return;
	log->status = HISTORY_RUNNING;
	write_down(log, true);
}

void
chain_log_head(struct chain_log *log, uint32_t number, const char *head)
{
	if (log == NULL || json_array_size(log->heads) >= VOLUMES_MAX)
		return;
	if (json_array_append_new(log->heads, json_pack("{s:I,s:s}", "number",
	    (json_int_t)number, "head", head)) != 0)
		report(log->history.rep, DE_WARNING, "out of memory; if this "
		    "dump is aborted, the next one will not know volume %"
		    PRIu32 " of it, and not overwrite it", number);
	write_down(log, true);
}

void
chain_log_retake(struct chain_log *log, uint32_t inode)
{
	if (log == NULL)
		return;
	if (inode == 0)
		return;
	if (json_array_size(log->retake) >= RETAKE_MAX)
		log->retake_is_cut = true;
	else
		add_range(log, inode, inode);
}

bool
chain_log_end(struct chain_log *log, enum exit_status status)
{
	if (log == NULL)
		return false;
	log->status = status == STATUS_COMPLETE ? HISTORY_FINISHED :
	    status == STATUS_INCOMPLETE ? HISTORY_INCOMPLETE : HISTORY_ABORTED;
	return write_down(log, true);
}

void
chain_log_noted(struct chain_log *log, enum chain_noted noted)
{
	if (log == NULL)
		return;
	log->noted = noted;
	write_down(log, noted != CHAIN_NOTED);
}
