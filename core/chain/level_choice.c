/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/level_choice.h"

#include <inttypes.h>

#include "core/chain/level_auto.h"
#include "core/config/dumpdates.h"

/* Fall back to a full dump, which is better than none. */
static void
become_full(struct level *level, const char *name, const char *file,
    struct report *rep)
{
	report(rep, DE_WARNING, "%s has no dump of %s with a level below %"
	    PRIu32 "; assuming a level 0 dump", file, name,
	    level->number);
	level->number = 0;
}

/* What the supervisor found may be about another source of a job of this name. */
static uint32_t
ask_schedule(const struct job_config *job, const char *name, int64_t date,
    struct report *rep, const atomic_int *cancelled)
{
	const struct level_auto a = { job, name, date, rep, cancelled, true };
	struct level_plan plan;

	level_auto_plan(&a, &plan);
	report(rep, DE_INFO, "level %" PRIu32 ", as levels = \"%s\" asks: %s",
	    plan.level, job->settings.levels, plan.why);
	return plan.level;
}

bool
level_choose(struct level *level, const struct job_config *job,
    struct chain *chain, const char *name, int64_t date, struct report *rep,
    const atomic_int *cancelled)
{
	const char *file = job_dumpdates(job);

	*level = (struct level){
		.number = job->settings.level,
		.base_date = job->settings.since,
		.base_level = LEVEL_NONE,
	};
	level->since = level->base_date;
	if (file != NULL && !dumpdates_holds_name(name)) {
		report(rep, DE_ERROR, "\"%s\" contains blanks, which %s cannot "
		    "hold; name the device through a symbolic link", name,
		    file);
		return false;
	}
	if (job->settings.schedule.count > 0)
		level->number = ask_schedule(job, name, date, rep, cancelled);
	chain_set_level(chain, level);
	if (level->base_date == 0 && level->number > 0) {
		if (!chain_find_base(chain, level))
			return false;
		if (level->base_date == 0)
			become_full(level, name, file, rep);
	}
	if (level->base_date > date)
		report(rep, DE_WARNING, "\"since\" is later than the date of "
		    "the dump, so nothing has changed since; check the clock");
	chain_set_level(chain, level);
	return true;
}
