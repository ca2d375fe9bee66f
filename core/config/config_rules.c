/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/config_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date_range.h"
#include "core/base/path.h"
#include "core/config/dumpdates.h"

/* The setting, or the job's group if it comes from the command line. */
static const struct config_node *
place_of(const struct config_node *at, const char *key)
{
	const struct config_node *member = config_node_member(at, key);

	return member != NULL ? member : at;
}

/* Does the file have a schedule, whatever the command line says? */
static bool
is_auto_in_file(const struct config_node *at)
{
	const struct config_node *level = config_node_member(at, "level");

	return level != NULL && level->type == CONFIG_TEXT &&
	    strcmp(level->text, "auto") == 0;
}

void
config_rules_read_levels(struct settings *s, const struct config_node *at,
    struct job_config *job)
{
	const char *levels = option_text(job->options, "levels");
	const bool is_auto = option_number(job->options, "level") ==
	    OPTION_AUTO;
	struct level_schedule schedule = { .count = 0 };
	char why[LEVEL_SCHEDULE_WHY_BYTES];

	if (levels != NULL && !level_schedule_parse(&schedule, levels, why))
		settings_error(s, place_of(at, "levels"), "levels", "\"%s\": "
		    "%s", levels, why);
	if (levels != NULL && !is_auto_in_file(at))
		settings_error(s, place_of(at, "levels"), "levels", "has no "
		    "effect without level = \"auto\"; set that too");
	if (levels == NULL && is_auto)
		settings_error(s, place_of(at, "level"), "level", "\"auto\" "
		    "needs levels; set that too, for example levels = "
		    "\"0 monthly, 1 weekly, 2 daily\"");
	if (is_auto)
		job->settings.schedule = schedule;
}

void
config_rules_read_max_age(struct settings *s, const struct config_node *at,
    struct job_config *job)
{
	const char *text = job->settings.max_age;

	if (text != NULL && !date_range_parse_length(text,
	    &job->settings.max_age_seconds))
		settings_error(s, place_of(at, "max_age"), "max_age", "\"%s\": "
		    "expected a number of minutes, hours, days, weeks, months "
		    "or years, up to 100 years, such as \"36 hours\"", text);
}

/* What a schedule cannot be combined with. */
static void
check_schedule(struct settings *s, const struct config_node *at,
    const struct job_config *job)
{
	const struct config_node *place = place_of(at, "level");
	const struct config_node *update = config_node_member(at,
	    "update_dumpdates");

	if (job_dumpdates(job) == NULL)
		settings_error(s, place, "level", "\"auto\" needs earlier "
		    "dumps to go by; set dumpdates, the file that records "
		    "dumps");
	else if (job->settings.since != 0)
		settings_error(s, place, "level", "\"auto\" cannot be combined "
		    "with since; give the level as a number, as --level does");
	else if (job->settings.subtree != NULL)
		settings_error(s, place, "level", "\"auto\" cannot be combined "
		    "with subtree, which is only dumped at level 0");
	else if (update != NULL && update->number == 0)
		settings_error(s, update, "update_dumpdates", "cannot be false "
		    "with level = \"auto\", which goes by the recorded "
		    "dumps; for a single run, use --no-update");
}

/* Check what a dump can be based on, and whether others can be based on it. */
void
config_rules_check_level(struct settings *s, const struct config_node *at,
    const struct job_config *job)
{
	const uint32_t level = job->settings.level;
	const char *device = job->source.options == NULL ? NULL :
	    job_source_device(job);
	const char *subtree = job->settings.subtree;
	const bool since = job->settings.since != 0;
	const char *dumpdates = job_dumpdates(job);

	if (job->settings.schedule.count > 0)
		check_schedule(s, at, job);
	else if (level > 0 && dumpdates == NULL && !since)
		settings_error(s, place_of(at, "level"), "level", "%u needs "
		    "an earlier dump as its base; set dumpdates, the file that "
		    "records dumps, or since, a date", level);
	if (subtree != NULL && (level > 0 || since))
		settings_error(s, place_of(at, "subtree"), "subtree", "can "
		    "only be dumped at level 0 and without since");
	if (dumpdates == NULL && option_number(job->options,
	    "update_dumpdates") != 0)
		settings_error(s, place_of(at, "update_dumpdates"),
		    "update_dumpdates", "has no effect without dumpdates; set "
		    "that too");
	else if ((since || subtree != NULL) && job_updates_dumpdates(job))
		settings_error(s, place_of(at, "update_dumpdates"),
		    "update_dumpdates", "cannot be true with %s: such a dump "
		    "cannot be a base", since ? "since" : "subtree");
	if (dumpdates != NULL && device != NULL &&
	    !dumpdates_holds_name(device))
		settings_error(s, place_of(config_node_member(at,
		    "source"), "device"), "device", "contains blanks, which a "
		    "dumpdates file cannot hold; use another name, such as "
		    "a symbolic link");
}

static bool
has_dots(const char *path)
{
	size_t length;

	for (path = path_part(path, &length); length > 0;
	    path = path_part(path + length, &length))
		if (path[0] == '.' && (length == 1 ||
		    (length == 2 && path[1] == '.')))
			return true;
	return false;
}

void
config_rules_read_subtree(struct settings *s, const struct config_node *at,
    struct job_config *job)
{
	const char *subtree = job->settings.subtree;
	const struct config_node *place = place_of(at, "subtree");

	if (subtree == NULL)
		return;
	if (asprintf(&job->subtree_at, "%s:%u", place->file != NULL ?
	    place->file : s->file, place->line) == -1)
		job->subtree_at = NULL;
	if (has_dots(subtree))
		settings_error(s, place, "subtree", "invalid path \"%s\"; "
		    "give the path from the root of the filesystem, without "
		    "\".\" or \"..\"", subtree);
	else if (job->exclude != NULL && exclude_covers(job->exclude, subtree))
		settings_error(s, place, "subtree", "\"%s\" is excluded by "
		    "exclude, so the dump would be empty", subtree);
}

/* An element of a list, or the value itself if it is not one. */
static const struct config_node *
element_of(const struct config_node *at, size_t index)
{
	return at->type == CONFIG_LIST ? config_node_element(at, index) : at;
}

void
config_rules_read_exclude(struct settings *s, const struct config_node *at,
    struct job_config *job)
{
	const struct job_settings *settings = &job->settings;
	const struct config_node *place = place_of(at, "exclude");
	char why[EXCLUDE_WHY_BYTES];
	size_t bad;

	if (settings->exclude == NULL)
		return;
	job->exclude = exclude_new(settings->exclude, settings->exclude_count,
	    &bad, why);
	if (job->exclude != NULL)
		return;
	if (bad < settings->exclude_count)
		settings_error(s, element_of(place, bad), "exclude",
		    "\"%s\": %s", settings->exclude[bad], why);
	else
		settings_error(s, place, "exclude", "%s", why);
}
