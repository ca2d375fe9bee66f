/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/level_auto.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/date.h"
#include "core/chain/chain_lines.h"
#include "core/chain/chain_volumes.h"
#include "core/chain/history.h"
#include "plugins/common/safe_file.h"

/* The dumps of the job; 16 bytes for each in the history. */
struct looking {
	const struct history_list *list;
	char *job;			/* these three owned; escaped */
	char *dumpdates;
	char *name;			/* NULL: any */
	struct level_past *past;	/* owned; room for list->count */
	size_t count;
	const struct history_record *gone;	/* the latest that is gone */
	const char *volume;		/* of it */
	const struct level_auto *asked;
};

static bool
is_ours(const struct looking *l, const struct history_record *r)
{
	return r->is_base && strcmp(r->job, l->job) == 0 &&
	    (l->name == NULL || strcmp(r->name, l->name) == 0) &&
	    chain_is_same_file(r->dumpdates, l->dumpdates);
}

/* The dump of the chain that has lost a volume, or NULL. */
static const struct history_record *
gone_of(const struct chain_lines *lines, const struct chain_line *line,
    const char **volume, bool *broken)
{
	*broken = false;
	for (size_t rounds = 0; line != NULL && rounds <= lines->count;
	    rounds++) {
		const struct history_record *r = line->record;
		if (r != NULL && (*volume = chain_volume_gone(r)) != NULL)
			return r;
		*broken = r != NULL && r->status == HISTORY_GONE;
		line = *broken ? NULL : chain_parent(lines, line, broken);
	}
	return NULL;
}

/* Can a level build on the dump? */
static bool
is_good(struct looking *l, const struct chain_lines *lines,
    const struct history_record *r)
{
	const struct chain_line *line = chain_lines_find(lines,
	    (int32_t)r->level, r->date);
	const char *volume = NULL;
	bool broken;

	if (line == NULL || line->record != r)
		return false;
	const struct history_record *gone = gone_of(lines, line, &volume,
	    &broken);
	if (gone != NULL && (l->gone == NULL || gone->level < l->gone->level ||
	    (gone->level == l->gone->level && gone->date > l->gone->date))) {
		l->gone = gone;
		l->volume = volume;
	}
	return gone == NULL && !broken;
}

/* Was it seen before, under this name of the source? */
static bool
is_new_name(const struct looking *l, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(l->list->items[i].name, l->list->items[at].name) ==
		    0 && is_ours(l, &l->list->items[i]))
			return false;
	return true;
}

/* Take the dumps that have one name in the dumpdates file. */
static bool
take_name(struct looking *l, const char *name)
{
	const struct chain_place place = { l->dumpdates, name, NULL };
	struct chain_lines lines;

	const bool ok = chain_lines_read(&lines, &place, l->list, false,
	    l->asked->rep, l->asked->cancelled);
	for (size_t i = 0; ok && i < l->list->count; i++) {
		const struct history_record *r = &l->list->items[i];
		if (!is_ours(l, r) || strcmp(r->name, name) != 0)
			continue;
		const bool good = is_good(l, &lines, r);
		if (good || chain_is_whole(r) || r->status == HISTORY_GONE)
			l->past[l->count++] = (struct level_past){ r->level,
			    r->date, good };
	}
	chain_lines_free(&lines);
	return ok;
}

static bool
take_all(struct looking *l)
{
	bool ok = true;

	for (size_t i = 0; ok && i < l->list->count; i++)
		if (is_ours(l, &l->list->items[i]) && is_new_name(l, i))
			ok = take_name(l, l->list->items[i].name);
	return ok;
}

static bool
prepare(struct looking *l)
{
	const struct job_config *job = l->asked->job;
	const char *name = l->asked->name;
	char *path = safe_file_place(job_dumpdates(job));

	l->job = history_text(job_name(job));
	l->dumpdates = history_text(path != NULL ? path : job_dumpdates(job));
	l->past = calloc(l->list->count + 1, sizeof(*l->past));
	free(path);
	if (name != NULL)
		l->name = history_text(name);
	return l->job != NULL && l->dumpdates != NULL && l->past != NULL &&
	    (l->name != NULL) == (name != NULL);
}

static void
tell_gone(const struct looking *l, const struct level_plan *plan)
{
	char date[DATE_TEXT_BYTES];

	if (!l->asked->tell || l->gone == NULL || l->gone->level < plan->level)
		return;
	char *volume = history_plain(l->volume);
	date_format(l->gone->date, date);
	report(l->asked->rep, DE_WARNING, "volume %s of the level %" PRIu32 " dump of "
	    "%s is gone; dumping level %" PRIu32,
	    volume != NULL ? volume : l->volume, l->gone->level, date,
	    plan->level);
	free(volume);
}

void
level_auto_plan(const struct level_auto *a, struct level_plan *plan)
{
	const struct job_settings *settings = &a->job->settings;
	const struct history history = { settings->state_dir, a->rep, true };
	struct history_list list;
	struct looking l = { .list = &list, .asked = a };

	*plan = (struct level_plan){ 0, "the earlier dumps cannot be read" };
	history_load(&history, &list);
	if (prepare(&l) && take_all(&l))
		level_plan_make(plan, &settings->schedule, l.past, l.count,
		    a->date);
	tell_gone(&l, plan);
	history_free(&list);
	free(l.past);
	free(l.dumpdates);
	free(l.name);
	free(l.job);
}

/* The date that the dump will have, as far as it is known. */
static int64_t
date_of(const struct job_settings *settings)
{
	if (settings->date != 0)
		return settings->date;
	return settings->snapshot_date != 0 ? settings->snapshot_date :
	    (int64_t)time(NULL);
}

void
level_auto_set(struct job_config *job, struct report *rep,
    const atomic_int *cancelled)
{
	const struct level_auto a = {
		.job = job,
		.date = date_of(&job->settings),
		.rep = rep,
		.cancelled = cancelled,
	};
	struct level_plan plan;

	if (job->settings.schedule.count == 0)
		return;
	level_auto_plan(&a, &plan);
	job_config_set_level(job, plan.level, plan.why);
}
