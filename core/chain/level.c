/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/level.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/chain/chain.h"
#include "core/base/date.h"
#include "core/config/dumpdates.h"

const char *
level_dumpdates(const struct job_config *job)
{
	const char *own = option_text(job->options, "dumpdates");

	return own != NULL ? own : job->dumpdates;
}

bool
level_updates_dumpdates(const struct job_config *job)
{
	const struct option_value *update = option_get(job->options,
	    "update_dumpdates", DE_OPTION_BOOLEAN);

	if (level_dumpdates(job) == NULL)
		return false;
	if (update != NULL)
		return update->number != 0;
	return option_number(job->options, "since") == 0 &&
	    option_text(job->options, "subtree") == NULL;
}

/* A full one is better than none. */
static void
become_full(struct level *level, const char *name, const char *file,
    struct report *rep)
{
	report(rep, DE_WARNING, "%s has no dump of %s with a level below %"
	    PRIu32 "; assuming a level 0 dump", file, name,
	    level->number);
	level->number = 0;
}

bool
level_find(struct level *level, const struct job_config *job,
    struct chain *chain, const char *name, int64_t date, struct report *rep)
{
	const char *file = level_dumpdates(job);

	*level = (struct level){
		.number = (uint32_t)option_number(job->options, "level"),
		.base_date = option_number(job->options, "since"),
		.base_level = LEVEL_NONE,
	};
	level->since = level->base_date;
	if (file != NULL && !dumpdates_holds_name(name)) {
		report(rep, DE_ERROR, "\"%s\" has blanks in it, so it cannot "
		    "stand in %s; give the device another name, as by a link",
		    name, file);
		return false;
	}
	chain_set_level(chain, level);
	if (level->base_date == 0 && level->number > 0) {
		if (!chain_find_base(chain, level))
			return false;
		if (level->base_date == 0)
			become_full(level, name, file, rep);
	}
	if (level->base_date > date)
		report(rep, DE_WARNING, "since is later than the date of the "
		    "dump, so nothing has changed since: a clock is wrong");
	chain_set_level(chain, level);
	return true;
}

void
level_clear(struct level *level)
{
	free(level->retake);
	level->retake = NULL;
	level->retake_count = 0;
}

void
level_report(const struct level *level, struct report *rep)
{
	char date[DATE_TEXT_BYTES];

	if (level->base_date == 0)
		return;
	date_format(level->base_date, date);
	if (level->base_level == LEVEL_NONE)
		report(rep, DE_INFO, "dumping what has changed since %s", date);
	else
		report(rep, DE_INFO, "date of last level %" PRId32 " dump: %s",
		    level->base_level, date);
}
