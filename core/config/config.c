/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/host/apart.h"
#include "core/base/date_range.h"
#include "core/config/capacity.h"
#include "core/config/config_rules.h"
#include "core/config/config_text.h"
#include "core/host/instance.h"
#include "core/host/note.h"
#include "core/config/settings.h"

#define REHEARSAL_SECONDS 10

const struct de_option config_top_options[] = {
	{ "dumpdates", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "file that records the dumps of all jobs, such as "
	  "/var/lib/dumpdates" },
	{ "catalog", DE_OPTION_STRING, 0, 1, 4000, NULL,
	  "catalogue of all dumps, such as "
	  "/var/lib/dumpengine/catalog.sqlite" },
	{ "catalog_files", DE_OPTION_BOOLEAN, 0, 0, 0, "true",
	  "the catalogue also knows the names of the files in each dump" },
	DE_OPTIONS_END
};

static const char *const no_groups[] = { NULL };
static const char *const plugin_groups[] = { "plugin", NULL };
static const char *const top_groups[] = { "jobs", "copies", NULL };
static const char *const job_groups[] = {
	"source", "output", "filters", "ring", "eot", "snapshot", "keep", NULL
};
/* A copy is what the dump was: only how it is written can be set. */
static const char *const copy_groups[] = {
	"output", "filters", "ring", "eot", NULL
};
static const char *const copy_options[] = {
	"name", "compress", "compress_level", "index", "notify", "state_dir",
	"wait_for_medium", NULL
};

/* A group whose plugin is being tried. */
struct trial {
	struct settings *s;
	const struct config_node *group;
	const struct plugin_config *config;
	const struct apart_mouth *mouth;	/* of the process that tries */
};

/* Report a message "KEY: ..." at the line of that key. */
static void
take_complaint(void *arg, int severity, const char *text)
{
	struct trial *trial = arg;
	const struct config_node *at = trial->group;
	const char *colon = strstr(text, ": ");
	char key[64];

	if (severity != DE_ERROR)
		return;
	snprintf(key, sizeof(key), "%.*s",
	    colon == NULL ? 0 : (int)(colon - text), text);
	const struct config_node *member = key[0] == '\0' ? NULL :
	    config_node_member(trial->group, key);
	if (member != NULL)
		settings_error(trial->s, member, key, "%s", colon + 2);
	else
		settings_error(trial->s, at, "plugin", "%s", text);
}

static void
pass_complaint(void *arg, enum de_severity severity, const char *text)
{
	const struct trial *trial = arg;
	apart_say(trial->mouth, (int)severity, text);
}

static bool
make_instance(void *arg, const struct apart_mouth *mouth)
{
	const atomic_int not_cancelled = 0;
	struct trial *trial = arg;

	trial->mouth = mouth;
	report_set_taker(trial->s->rep, pass_complaint, trial);
	struct instance *in = instance_new(trial->config->plugin,
	    trial->config->options, trial->s->rep, &not_cancelled);
	const bool made = in != NULL;
	instance_free(in);
	return made;
}

/* In the process that tries all plugins; errors are reported later. */
static void
rehearse_plugin(struct settings *s, const struct plugin_config *config)
{
	const atomic_int not_cancelled = 0;
	struct instance *in = instance_new(config->plugin, config->options,
	    s->rep, &not_cancelled);

	s->errors += in == NULL;
	instance_free(in);
}

/*
 * Make an instance, so that the plugin checks what its table cannot express.
 * Instances open nothing, so this may come first.
 */
static void
try_plugin(struct settings *s, const struct config_node *group,
    const struct plugin_config *config)
{
	struct trial trial = { s, group, config, NULL };
	const struct apart apart = { .work = make_instance,
	    .hear = take_complaint, .arg = &trial };
	const unsigned int errors = s->errors;
	const char *name = config->plugin->descriptor.name;
	char how[NOTE_HOW_BYTES];

	switch (apart_run(&apart, how, sizeof(how))) {
	case APART_DONE:
		break;
	case APART_FAILED:
		if (s->errors == errors)
			settings_error(s, group, "plugin", "%s could not be "
			    "set up, and gave no reason", name);
		break;
	case APART_DIED:
	case APART_CANCELLED:
		settings_error(s, group, "plugin", "%s could not be set up: "
		    "the trial process %s", name, how);
		break;
	}
}

/*
 * Check the options in a plugin's group against the plugin's table.  `common`:
 * the engine's options in the same group, or NULL.
 */
static void
read_plugin(struct settings *s, struct plugin_registry *reg,
    const struct config_node *group, enum de_kind kind,
    struct plugin_config *config, struct option_set *common)
{
	char why[1024];

	if (group == NULL)
		return;
	const char *name = settings_text(s, group, "plugin");
	if (name == NULL)
		return;
	config->plugin = plugin_load(reg, name, kind, why, sizeof(why));
	if (config->plugin == NULL) {
		settings_error(s, config_node_member(group, "plugin"),
		    "plugin", "%s", why);
		return;
	}
	config->options = option_set_new(config->plugin->options);
	if (config->options == NULL) {
		settings_error(s, group, "plugin", "out of memory");
		return;
	}
	struct option_set *const sets[] = { config->options, common, NULL };
	const unsigned int errors = s->errors;
	settings_read(s, group, sets, plugin_groups,
	    config->plugin->descriptor.name);
	if (s->errors != errors)
		return;
	switch (plugin_registry_trial(reg)) {
	case PLUGIN_TRY:
		try_plugin(s, group, config);
		break;
	case PLUGIN_IN_TRIAL:
		rehearse_plugin(s, config);
		break;
	case PLUGIN_TRIED:
		break;
	}
}

#define FILTERS_MAX 8

/* A list of groups, each with a plugin. */
static void
read_filters(struct settings *s, struct plugin_registry *reg,
    const struct config_node *at, struct job_config *job)
{
	const struct config_node *list = config_node_member(at, "filters");

	if (list == NULL)
		return;
	const unsigned int n = list->type == CONFIG_LIST ?
	    config_node_length(list) : 0;
	if (n == 0 || n > FILTERS_MAX) {
		settings_error(s, list, "filters", "must be a list of 1 to %d "
		    "groups, such as filters = ( { plugin = \"filter-zstd\"; } "
		    ");", FILTERS_MAX);
		return;
	}
	job->filters = calloc(n, sizeof(*job->filters));
	if (job->filters == NULL) {
		settings_error(s, list, "filters", "out of memory");
		return;
	}
	job->filter_count = n;
	unsigned int i = 0;
	for (const struct config_node *group = list->first; group != NULL;
	    group = group->next, i++)
		if (group->type != CONFIG_GROUP)
			settings_error(s, group, "filters", "element %u is "
			    "not a group; expected { plugin = \"...\"; ... }",
			    i + 1);
		else
			read_plugin(s, reg, group, DE_FILTER,
			    &job->filters[i], NULL);
}

static bool
is_plain_name(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(name) &&
	    name[0] != '.' && name[0] != '-';
}

/* Checks that the tables cannot express. */
static void
check_job(struct settings *s, const struct config_node *at,
    const struct config *before, const struct job_config *job)
{
	const char *name = job->settings.name;
	const char *label = job->settings.label;

	if (name != NULL && !is_plain_name(name))
		settings_error(s, config_node_member(at, "name"), "name",
		    "invalid name \"%s\"; use letters, digits and . _ -, but "
		    "not . or - first", name);
	const struct job_config *twin =
	    name == NULL ? NULL : config_find_job(before, name);
	if (twin == NULL && name != NULL)
		twin = config_find_copy(before, name);
	if (twin != NULL)
		settings_error(s, config_node_member(at, "name"), "name",
		    "\"%s\" is already the name of the job at line %u; "
		    "names must be unique", name, twin->line);
	for (const char *p = label; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f) {
			settings_error(s,
			    config_node_member(at, "label"), "label",
			    "must not contain control characters");
			break;
		}
}

/* With its length before it, a record still fits where any is read to. */
#define COMPRESSED_BLOCKING_MAX 1023

/* Compression is for restore(8), which must get what it is to read. */
static void
check_compression(struct settings *s, const struct config_node *at,
    const struct job_config *job)
{
	const struct config_node *node = config_node_member(at, "compress");
	const struct config_node *level = config_node_member(at,
	    "compress_level");
	const char *compress = option_text(job->options, "compress");
	const bool is_on = job->settings.compress;

	if (compress != NULL && strcmp(compress, "none") != 0 && !is_on)
		settings_error(s, node, "compress", "\"%s\": expected \"zlib\" "
		    "or \"none\"", compress);
	if (level != NULL && !is_on)
		settings_error(s, level, "compress_level", "has no effect "
		    "without compress = \"zlib\"; set that too");
	if (is_on && job->filter_count > 0)
		settings_error(s, node, "compress", "cannot be combined with "
		    "filters, as restore reads nothing that has passed one; "
		    "use filter-zstd to compress before another filter");
	if (is_on && job->settings.ring.blocking > COMPRESSED_BLOCKING_MAX)
		settings_error(s, config_node_member(at, "ring"), "blocking",
		    "%" PRIu32 ": compressed records have %d tape blocks at "
		    "most", job->settings.ring.blocking,
		    COMPRESSED_BLOCKING_MAX);
	if (is_on && job->settings.qfa_file != NULL)
		settings_error(s, config_node_member(at, "qfa_file"),
		    "qfa_file", "cannot be combined with compress, which has "
		    "files at other positions; leave one of them out");
}

/* restore needs volumes that another one follows to have a minimum size. */
static void
check_size(struct settings *s, const struct config_node *at, int64_t records,
    int64_t record)
{
	const int64_t least = (int64_t)capacity_needed(2, 0) * DE_TAPE_BLOCK;

	if (records * record < least)
		settings_error(s, at, at->name, "volumes of %lld records of "
		    "%lld bytes are too small; restore needs %lld bytes: "
		    "increase the size or lower ring.blocking",
		    (long long)records, (long long)record,
		    (long long)least);
}

/* Check volume sizes against the record size, and the tape options. */
static void
check_volumes(struct settings *s, const struct config_node *at,
    const struct job_config *job)
{
	static const char *const of_tapes[] = { "density_bpi", "cartridge" };
	const struct config_node *output = config_node_member(at,
	    "output");
	const struct volume_settings *volumes = &job->settings.volumes;
	const int64_t record = (int64_t)job->settings.ring.blocking *
	    DE_TAPE_BLOCK;

	if (output == NULL || output->type != CONFIG_GROUP)
		return;
	for (size_t i = 0; i < volumes->size_count; i++)
		check_size(s, config_node_member(output, "volume_size"),
		    volumes->sizes[i] / record, record);
	if (volumes->length_feet != 0)
		check_size(s, config_node_member(output, "length_feet"),
		    (int64_t)capacity_records(volumes, 1,
		    job->settings.ring.blocking), record);
	for (size_t i = 0; i < 2; i++)
		if (config_node_member(output, of_tapes[i]) != NULL &&
		    volumes->length_feet == 0)
			settings_error(s, config_node_member(output,
			    of_tapes[i]), of_tapes[i], "has no effect without "
			    "length_feet; set that too");
	if (volumes->length_feet != 0 && volumes->size_count > 0)
		settings_error(s, config_node_member(output,
		    "length_feet"), "length_feet", "cannot be combined with "
		    "volume_size");
	if (volumes->verify &&
	    job->output.plugin != NULL &&
	    job->output.plugin->output.begin_readback == NULL)
		settings_error(s, config_node_member(output, "verify"),
		    "verify", "%s cannot read volumes back",
		    job->output.plugin->descriptor.name);
}

/* The values have already been checked. */
static void
override_options(const struct config_overrides *o, struct job_config *job)
{
	char why[OPTION_WHY_BYTES];

	if (o == NULL)
		return;
	if (o->level >= 0)
		option_put_number(job->options, option_find(config_job_options,
		    "level"), o->level, why);
	if (o->since > 0)
		option_put_number(job->options, option_find(config_job_options,
		    "since"), o->since, why);
	if (o->no_update)
		option_put_boolean(job->options,
		    option_find(config_job_options, "update_dumpdates"), false,
		    why);
}

/* Only one setting may determine the date. */
static void
check_snapshot_date(struct settings *s, const struct config_node *at,
    const struct job_config *job)
{
	const struct config_node *place = config_node_member(at,
	    "snapshot_date");

	if (place == NULL)
		return;
	if (job->snapshot != NULL)
		settings_error(s, place, "snapshot_date", "is for a snapshot "
		    "that was made elsewhere; for one made by the group "
		    "snapshot the engine sets the date");
	if (job->settings.date != 0)
		settings_error(s, place, "snapshot_date", "cannot be combined "
		    "with date");
}

static void
check_snapshot(struct settings *s, const struct config_node *at,
    const struct job_config *job)
{
	const struct plugin *source = job->source.plugin;

	if (job->snapshot != NULL && source != NULL &&
	    option_get(job->source.options, "device", DE_OPTION_STRING) == NULL)
		settings_error(s, config_node_member(at, "snapshot"),
		    "snapshot", "%s has no option \"device\" for the snapshot "
		    "to replace", source->descriptor.name);
	if (!job->settings.freeze &&
	    config_node_member(at, "freeze_limit") != NULL)
		settings_error(s, config_node_member(at,
		    "freeze_limit"), "freeze_limit", "has no effect without "
		    "freeze = true; set that too");
}

static void
check_command(struct settings *s, const struct config_node *group,
    const struct option_set *options, const char *key)
{
	const char *command = option_text(options, key);
	char why[TRUST_WHY_BYTES];

	if (command != NULL &&
	    !trust_command(s->trust, command, TRUST_ROOT, why))
		settings_error(s, config_node_member(group, key), key, "%s",
		    why);
}

static void
read_snapshot(struct settings *s, const struct config_node *at,
    struct job_config *job)
{
	const struct config_node *group = settings_group(s, at, "snapshot",
	    false);

	if (group == NULL)
		return;
	job->snapshot = option_set_new(config_snapshot_options);
	if (job->snapshot == NULL) {
		settings_error(s, group, "snapshot", "out of memory");
		return;
	}
	struct option_set *const sets[] = { job->snapshot, NULL };
	settings_read(s, group, sets, no_groups, "snapshot");
	check_command(s, group, job->snapshot, "create");
	check_command(s, group, job->snapshot, "remove");
}

/* One that keeps nothing would be a mistake with grave consequences. */
static void
check_keep(struct settings *s, const struct config_node *group,
    const struct option_set *options)
{
	const char *within = option_text(options, "within");
	struct keep_settings keep;
	int64_t seconds;

	keep_settings_take(&keep, options);
	if (within != NULL && !date_range_parse_length(within, &seconds))
		settings_error(s, config_node_member(group, "within"),
		    "within", "\"%s\": expected a number of minutes, hours, "
		    "days, weeks, months or years, up to 100 years, such as "
		    "\"30 days\"", within);
	else if (!keep_settings_say_something(&keep))
		settings_error(s, group, "keep", "says nothing of what to "
		    "keep; set one of last, hourly, daily, weekly, monthly, "
		    "yearly and within, or leave the group out to keep all");
}

static void
read_keep(struct settings *s, const struct config_node *at,
    struct job_config *job)
{
	const struct config_node *group = settings_group(s, at, "keep", false);

	if (group == NULL)
		return;
	job->keep = option_set_new(config_keep_options);
	if (job->keep == NULL) {
		settings_error(s, group, "keep", "out of memory");
		return;
	}
	struct option_set *const sets[] = { job->keep, NULL };
	settings_read(s, group, sets, no_groups, "keep");
	check_keep(s, group, job->keep);
}

/* Used if the job does not set state_dir. */
static void
choose_state_dir(struct settings *s, const struct config_node *at,
    struct job_config *job)
{
	const int index = option_find(config_job_options, "state_dir");
	const char *given = getenv("DUMPENGINE_STATE_DIR");
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char why[OPTION_WHY_BYTES], *path = NULL;
	int length = -1;

	if (job->options->values[index].set)
		return;
	if (given != NULL && *given != '\0')
		length = asprintf(&path, "%s", given);
	else if (geteuid() != 0 && state != NULL && *state == '/')
		length = asprintf(&path, "%s/dumpengine", state);
	else if (geteuid() != 0 && home != NULL && *home == '/')
		length = asprintf(&path, "%s/.local/state/dumpengine", home);
	else
		return;
	if (length == -1)
		settings_error(s, at, "state_dir", "out of memory");
	else if (!option_put_text(job->options, index, path, why))
		settings_error(s, at, "state_dir", "%s", why);
	if (length != -1)
		free(path);
}

static bool
begin_job(struct settings *s, const struct config_node *at,
    struct job_config *job)
{
	job->line = at->line;
	/* It may come from standard input. */
	job->file = realpath(s->file, NULL);
	if (job->file == NULL && errno == ENOMEM)
		settings_error(s, at, "jobs", "out of memory");
	job->options = option_set_new(config_job_options);
	job->ring = option_set_new(config_ring_options);
	job->volumes = option_set_new(config_volume_options);
	if (job->options != NULL && job->ring != NULL && job->volumes != NULL)
		return true;
	settings_error(s, at, "jobs", "out of memory");
	return false;
}

/* Where to, and how. */
static void
read_target(struct settings *s, struct plugin_registry *reg,
    const struct config_node *at, struct job_config *job)
{
	struct option_set *const ring_sets[] = { job->ring, NULL };
	const struct config_node *ring = settings_group(s, at, "ring", false);

	read_plugin(s, reg, settings_group(s, at, "output", true), DE_OUTPUT,
	    &job->output, job->volumes);
	read_filters(s, reg, at, job);
	read_plugin(s, reg, settings_group(s, at, "eot", false),
	    DE_EOT_HANDLER, &job->eot, NULL);
	if (ring != NULL)
		settings_read(s, ring, ring_sets, no_groups, "ring");
}

static struct file_settings
file_settings_of(const struct config *config)
{
	return (struct file_settings){
		.dumpdates = option_text(config->options, "dumpdates"),
		.catalog = option_text(config->options, "catalog"),
		.catalog_files = option_number(config->options,
		    "catalog_files") != 0,
	};
}

static void
read_job(struct settings *s, struct plugin_registry *reg,
    const struct config_overrides *overrides, const struct config_node *at,
    const struct config *before, struct job_config *job)
{
	const struct file_settings file = file_settings_of(before);

	if (!begin_job(s, at, job))
		return;
	struct option_set *const job_sets[] = { job->options, NULL };
	settings_read(s, at, job_sets, job_groups, "a job");
	read_plugin(s, reg, settings_group(s, at, "source", true), DE_SOURCE,
	    &job->source, NULL);
	read_target(s, reg, at, job);
	override_options(overrides, job);
	choose_state_dir(s, at, job);
	read_snapshot(s, at, job);
	read_keep(s, at, job);
	job_config_take(job, &file);
	config_rules_read_levels(s, at, job);
	config_rules_read_max_age(s, at, job);
	config_rules_read_exclude(s, at, job);
	config_rules_read_subtree(s, at, job);
	check_job(s, at, before, job);
	check_compression(s, at, job);
	config_rules_check_level(s, at, job);
	check_volumes(s, at, job);
	check_snapshot(s, at, job);
	check_snapshot_date(s, at, job);
}

static bool
is_one_of(const char *const *keys, const char *key)
{
	for (; *keys != NULL; keys++)
		if (strcmp(*keys, key) == 0)
			return true;
	return false;
}

/* What is no option at all, settings_read() has told. */
static void
refuse_dump_options(struct settings *s, const struct config_node *at)
{
	for (const struct config_node *n = at->first; n != NULL; n = n->next)
		if (n->name != NULL && !is_one_of(copy_options, n->name) &&
		    !is_one_of(copy_groups, n->name) &&
		    (is_one_of(job_groups, n->name) ||
		    option_find(config_job_options, n->name) != -1))
			settings_error(s, n, n->name, "is of a dump; a copy "
			    "has only name, output, filters, ring, eot, "
			    "compress, compress_level, index, notify, "
			    "state_dir and wait_for_medium");
}

static void
read_copy(struct settings *s, struct plugin_registry *reg,
    const struct config_overrides *overrides, const struct config_node *at,
    const struct config *before, struct job_config *copy)
{
	const struct file_settings file = file_settings_of(before);

	(void)overrides;
	if (!begin_job(s, at, copy))
		return;
	struct option_set *const sets[] = { copy->options, NULL };
	settings_read(s, at, sets, job_groups, "a copy");
	refuse_dump_options(s, at);
	read_target(s, reg, at, copy);
	choose_state_dir(s, at, copy);
	job_config_take(copy, &file);
	check_job(s, at, before, copy);
	check_compression(s, at, copy);
	check_volumes(s, at, copy);
}

/* The list `key`, whose groups are read one by one by `read`. */
struct job_list {
	const char *key;
	const char *one;		/* of its elements, in messages */
	void (*read)(struct settings *s, struct plugin_registry *reg,
	    const struct config_overrides *overrides,
	    const struct config_node *at, const struct config *before,
	    struct job_config *job);
	struct job_config **jobs;
	size_t *count;
};

static void
read_list(struct settings *s, struct plugin_registry *reg,
    const struct config_overrides *overrides, const struct config_node *list,
    struct config *config, const struct job_list *to)
{
	if (list->type != CONFIG_LIST || list->first == NULL) {
		settings_error(s, list, to->key, "must be a list of at least "
		    "one %s, such as %s = ( { name = \"...\"; ... } );", to->one,
		    to->key);
		return;
	}
	*to->jobs = calloc(config_node_length(list), sizeof(**to->jobs));
	if (*to->jobs == NULL) {
		settings_error(s, list, to->key, "out of memory");
		return;
	}
	unsigned int i = 0;
	for (const struct config_node *at = list->first; at != NULL;
	    at = at->next, i++) {
		if (at->type != CONFIG_GROUP) {
			settings_error(s, at, to->key, "element %u is not a "
			    "group; expected { name = \"...\"; ... }", i + 1);
			continue;
		}
		to->read(s, reg, overrides, at, config,
		    &(*to->jobs)[*to->count]);
		++*to->count;
	}
}

/* A file for dumpengine-copy alone needs no jobs. */
static void
read_lists(struct settings *s, struct plugin_registry *reg,
    const struct config_overrides *overrides, const struct config_node *root,
    struct config *config)
{
	const struct config_node *jobs = config_node_member(root, "jobs");
	const struct config_node *copies = config_node_member(root, "copies");
	const struct job_list to_jobs = {
		"jobs", "job", read_job, &config->jobs, &config->job_count
	};
	const struct job_list to_copies = {
		"copies", "copy", read_copy, &config->copies, &config->copy_count
	};

	if (jobs == NULL && copies == NULL)
		settings_error(s, NULL, "jobs", "missing; add a list such as "
		    "jobs = ( { name = \"...\"; ... } );");
	if (jobs != NULL)
		read_list(s, reg, overrides, jobs, config, &to_jobs);
	if (copies != NULL)
		read_list(s, reg, overrides, copies, config, &to_copies);
}

static void
read_root(struct settings *s, struct plugin_registry *reg,
    const struct config_overrides *overrides, const struct config_node *root,
    struct config *config)
{
	config->options = option_set_new(config_top_options);
	if (config->options == NULL) {
		settings_error(s, NULL, "jobs", "out of memory");
		return;
	}
	struct option_set *const sets[] = { config->options, NULL };
	settings_read(s, root, sets, top_groups, "the top of the file");
	read_lists(s, reg, overrides, root, config);
}

/* A file, and everything needed to read it. */
struct reading {
	const struct config_request *request;
	const struct config_tree *tree;
	struct plugin_registry *reg;
	struct settings *s;
};

static bool
rehearse(void *arg, const struct apart_mouth *mouth)
{
	const struct reading *r = arg;
	struct report *mute = report_new(-1, REPORT_QUIET);
	struct plugin_registry *reg = mute == NULL ? NULL :
	    plugin_registry_new(mute, r->s->trust);
	struct config *config = reg == NULL ? NULL :
	    calloc(1, sizeof(*config));

	(void)mouth;
	if (config == NULL)
		return false;
	r->s->rep = mute;
	plugin_registry_set_trial(reg, PLUGIN_IN_TRIAL);
	read_root(r->s, reg, r->request->overrides,
	    config_tree_root(r->tree), config);
	config_free(config);
	plugin_registry_free(reg);
	return r->s->errors == 0;
}

/*
 * A file is nearly always right, and so are its plugins.  So one process reads
 * all of it first, loading the plugins and making their instances.  If that
 * fails, each plugin is tried in processes of its own, to find the faulty one.
 * Returns false if the run is aborted.
 */
static bool
try_all_plugins(struct reading *r)
{
	const struct apart apart = { .work = rehearse, .arg = r,
	    .seconds = REHEARSAL_SECONDS };
	char how[NOTE_HOW_BYTES];

	switch (apart_run(&apart, how, sizeof(how))) {
	case APART_DONE:
		plugin_registry_set_trial(r->reg, PLUGIN_TRIED);
		break;
	case APART_FAILED:
	case APART_DIED:
		break;
	case APART_CANCELLED:
		settings_error(r->s, NULL, "jobs", "the plugins could not be "
		    "set up: the trial process %s", how);
		return false;
	}
	return true;
}

/* The settings are nested no deeper than libconfig's parser goes. */
static bool
take_files(const struct config_request *request,
    const struct config_node *node)
{
	const char *file = config_text_name(request->file), *last = file;

	for (; node != NULL; node = node->next) {
		if (strcmp(node->file, last) != 0 &&
		    strcmp(node->file, file) != 0 &&
		    !request->take_included(request->arg, node->file))
			return false;
		last = node->file;
		if (!take_files(request, node->first))
			return false;
	}
	return true;
}

struct config *
config_load(const struct config_request *request, struct plugin_registry *reg,
    struct report *rep)
{
	struct settings s = {
		.rep = rep,
		.file = config_text_name(request->file),
		.trust = request->trust,
	};
	struct config *config = calloc(1, sizeof(*config));

	if (config == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return NULL;
	}
	struct config_tree *tree = config_tree_read(request->file,
	    request->trust, rep, request->signals, &s.errors);
	struct reading r = { request, tree, reg, &s };
	if (tree != NULL && request->take_included != NULL &&
	    !take_files(request, config_tree_root(tree)->first))
		s.errors++;
	if (tree != NULL && (s.errors > 0 || try_all_plugins(&r)))
		read_root(&s, reg, request->overrides, config_tree_root(tree),
		    config);
	const bool ok = tree != NULL && s.errors == 0;
	config_tree_free(tree);
	if (ok)
		return config;
	config_free(config);
	return NULL;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->job_count; i++)
		job_config_clear(&config->jobs[i]);
	for (size_t i = 0; i < config->copy_count; i++)
		job_config_clear(&config->copies[i]);
	free(config->jobs);
	free(config->copies);
	option_set_free(config->options);
	free(config);
}

static const struct job_config *
find(const struct job_config *jobs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		const char *other = job_name(&jobs[i]);
		if (other != NULL && strcmp(other, name) == 0)
			return &jobs[i];
	}
	return NULL;
}

const struct job_config *
config_find_job(const struct config *config, const char *name)
{
	return find(config->jobs, config->job_count, name);
}

const struct job_config *
config_find_copy(const struct config *config, const char *name)
{
	return find(config->copies, config->copy_count, name);
}
