/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/setup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/date.h"
#include "core/chain/level_choice.h"
#include "core/config/capacity.h"
#include "core/config/dumpdates.h"
#include "core/format/inomap.h"
#include "core/operator/message.h"

#define LIVE_DATE_ROOM 2	/* seconds; see leave_room() */
#define LIVE_ROOM 60

static void
set_host(struct setup *s)
{
	if (gethostname(s->host, sizeof(s->host)) == -1)
		s->host[0] = '\0';
	s->host[sizeof(s->host) - 1] = '\0';
}

static struct instance *
make_instance(const struct setup *s, const struct plugin_config *config)
{
	struct instance *in = instance_new(config->plugin, config->options,
	    s->rep, s->cancelled);

	if (in == NULL)
		report(s->rep, DE_ERROR, "%s could not be set up",
		    config->plugin->descriptor.name);
	return in;
}

/* Direct the source to a snapshot, or to the device even if it is in use. */
static bool
override_source(struct setup *s, char why[static OPTION_WHY_BYTES])
{
	struct option_set *options = s->source_config.options;
	const int device = option_find(options->table, "device");
	const int live = option_find(options->table, "live");

	if (s->snapshot != NULL)
		return option_put_text(options, device,
		    snapshot_device(s->snapshot), why);
	return s->use != SETUP_FOR_LOOK || !job_has_snapshot(s->config) ||
	    live == -1 || option_put_boolean(options, live, true, why);
}

/* Choose the options for the source. */
static bool
choose_source(struct setup *s)
{
	const struct option_set *configured = s->config->source.options;
	char why[OPTION_WHY_BYTES] = "out of memory";

	s->source_config.plugin = s->config->source.plugin;
	s->source_config.options = option_set_copy(configured);
	if (s->source_config.options != NULL && override_source(s, why))
		return true;
	report(s->rep, DE_ERROR, "%s%s", s->snapshot == NULL ? "" :
	    "snapshot.device: ", why);
	return false;
}

/*
 * Find the names of the source.  Messages and stream name what a snapshot was
 * made of; dumpdates uses the device of the job unless the source knows better.
 */
static bool
name_origin(struct setup *s)
{
	const struct plugin_config *source = &s->config->source;
	const char *device = plugin_config_device(source);

	if (s->snapshot != NULL) {
		s->src.info.device = snapshot_origin(s->snapshot);
		s->src.info.mount_point =
		    snapshot_mount_point(s->snapshot);
	}
	if (device == NULL || source->plugin->source.find_device != NULL)
		device = s->src.info.device;
	s->name = strdup(device);
	if (s->name == NULL)
		report(s->rep, DE_ERROR, "out of memory");
	return s->name != NULL;
}

static bool
open_plugins(struct setup *s)
{
	const struct job_config *config = s->config;

	if (!choose_source(s) ||
	    (s->output = make_instance(s, &config->output)) == NULL ||
	    (s->source_instance = make_instance(s,
	    &s->source_config)) == NULL)
		return false;
	if (config->eot.plugin != NULL &&
	    (s->eot = make_instance(s, &config->eot)) == NULL)
		return false;
	if (s->eot != NULL && s->use == SETUP_FOR_DUMP) {
		s->eot->hooks.said = message_said;
		s->eot->hooks.said_arg = &s->channel;
	}
	if (!job_filters_make(&s->filters, config, s->rep, s->cancelled))
		return false;
	s->source_is_open = source_open(&s->src, s->source_instance);
	return s->source_is_open && name_origin(s);
}

/* Checked now, rather than failing at the end of the first volume. */
static bool
check_first_volume(const struct setup *s)
{
	const uint32_t blocking = s->settings->ring.blocking;
	const uint64_t records = capacity_records(&s->settings->volumes, 1,
	    blocking);
	const uint64_t needed = capacity_needed(1,
	    inomap_tape_blocks(s->src.info.max_inode));

	if (records >= needed / blocking + (needed % blocking != 0))
		return true;
	report(s->rep, DE_ERROR, "volume 1 would have %" PRIu64 " tape blocks "
	    "of 1024 bytes, but needs %" PRIu64 ": the maps of %" PRIu32
	    " inodes must not be split; set a larger volume_size",
	    records * blocking, needed, s->src.info.max_inode);
	return false;
}

static void
describe_filesystem(struct setup *s)
{
	const char *mount_point = s->src.info.mount_point;
	const char *subtree = s->settings->subtree;

	if (*mount_point == '\0')
		mount_point = "an unlisted file system";
	if (subtree == NULL)
		snprintf(s->filesystem, sizeof(s->filesystem), "%s",
		    mount_point);
	else
		snprintf(s->filesystem, sizeof(s->filesystem), "%s (dir %s)",
		    mount_point, subtree);
}

/*
 * A write(2) in progress while a live source is dumped may have set its file's
 * time earlier.  So make the date earlier, as far as the base allows, and have
 * the next level begin earlier still, as a large write takes long.
 */
static void
leave_room(struct setup *s)
{
	int64_t date = s->date - LIVE_DATE_ROOM;

	if (s->footprints == NULL || s->settings->date != 0)
		return;
	if (date <= s->level.base_date)
		date = s->level.base_date + 1;
	if (date < s->date)
		s->date = date;
	chain_leave_room(s->chain, s->date, LIVE_ROOM);
}

/*
 * Is snapshot_date possible for this source?  If it were too late, what changed
 * after the snapshot would be missing from every dump.
 */
static bool
check_date(const struct setup *s)
{
	const int64_t made = s->settings->snapshot_date;
	const char *what = NULL;

	if (made > (int64_t)time(NULL))
		what = "is in the future; give the time at which making the "
		    "snapshot began";
	else if (made != 0 &&
	    (s->src.info.properties & DE_SOURCE_LIVE) != 0)
		what = "cannot be right: the source is mounted for writing, so "
		    "it is not a snapshot";
	if (what != NULL)
		report(s->rep, DE_ERROR, "snapshot_date: %s", what);
	return what == NULL;
}

static enum de_dump_state
find_state(void *setup, const struct de_dump_found *found)
{
	const struct setup *s = setup;

	return chain_dump_state(s->chain, found);
}

static void
find_dump(void *setup, const void *bytes, size_t length,
    void (*take)(void *arg, const struct de_dump_found *found), void *arg)
{
	const struct setup *s = setup;

	chain_find_dump(s->chain, bytes, length, take, arg);
}

/* Nothing may build on it any more, nor expect it there. */
static enum de_status
retire(void *setup, const struct de_dump_found *found)
{
	const struct setup *s = setup;
	const enum de_status status = chain_retire(s->chain, found);

	if (status == DE_OK)
		message_replaced(s->channel, found);
	return status;
}

/* Choose the level and base among earlier dumps. */
static bool
find_place(struct setup *s)
{
	describe_filesystem(s);
	s->chain = chain_new(s->config, s->name, s->rep,
	    s->cancelled);
	if (s->chain == NULL || !chain_set_source(s->chain,
	    &s->src.info, s->date, s->snapshot != NULL ||
	    s->settings->snapshot_date != 0, s->filesystem, s->host))
		return false;
	/* --check and --estimate change nothing. */
	if (s->use == SETUP_FOR_DUMP)
		chain_catch_up(s->chain);
	if (!level_choose(&s->level, s->config, s->chain, s->name,
	    s->date, s->rep, s->cancelled))
		return false;
	leave_room(s);
	s->output->hooks.dump_state = find_state;
	s->output->hooks.dump_retire = retire;
	s->output->hooks.dump_find = find_dump;
	s->output->hooks.dump_arg = s;
	s->output->hooks.dump_hold = run_hold_find;
	s->output->hooks.hold_arg = &s->hold;
	return true;
}

/* For a live source, keep what later detects changes. */
static bool
prepare_for_changes(struct setup *s)
{
	if ((s->src.info.properties & DE_SOURCE_LIVE) == 0)
		return true;
	s->footprints = footprints_new();
	if (s->footprints == NULL)
		report(s->rep, DE_ERROR, "out of memory");
	return s->footprints != NULL;
}

bool
setup_begin(struct setup *s, const struct job_task *task, enum setup_use use,
    int channel)
{
	*s = (struct setup){
		.config = task->config,
		.settings = &task->config->settings,
		.snapshot = task->snapshot,
		.use = use,
		.rep = task->context->rep,
		.places = task->context->places,
		.cancelled = &task->context->signals->cancel,
		.channel = channel,
		.date = task->date,
		.hold = { task->config, task->context },
	};
	set_host(s);
	return open_plugins(s) && check_first_volume(s) &&
	    check_date(s) && prepare_for_changes(s) && find_place(s);
}

void
setup_end(struct setup *s)
{
	if (s->source_is_open)
		source_close(&s->src);
	instance_free(s->source_instance);
	instance_free(s->output);
	instance_free(s->eot);
	job_filters_free(&s->filters);
	chain_free(s->chain);
	level_clear(&s->level);
	footprints_free(s->footprints);
	option_set_free(s->source_config.options);
	free(s->name);
}

bool
setup_check_dumpdates(const struct setup *s)
{
	return !job_updates_dumpdates(s->config) ||
	    dumpdates_check(job_dumpdates(s->config),
	    s->use == SETUP_FOR_DUMP, s->rep);
}

void
setup_report(const struct setup *s)
{
	const struct de_source_info *info = &s->src.info;
	char date[DATE_TEXT_BYTES];

	date_format(s->date, date);
	report(s->rep, DE_INFO, "date of this level %" PRIu32 " dump: %s",
	    s->level.number, date);
	level_report(&s->level, s->rep);
	report(s->rep, DE_INFO, "dumping %s (%s%s%s%s%s)", info->device,
	    info->type, *info->label != '\0' ? " " : "", info->label,
	    *info->mount_point != '\0' ? ", mounted on " : "",
	    info->mount_point);
	report(s->rep, DE_DEBUG, "label: %s", s->settings->label);
	report(s->rep, DE_DEBUG, "writing records of %" PRIu32 " KiB with %u "
	    "slaves", s->settings->ring.blocking,
	    s->settings->ring.slaves);
	report(s->rep, DE_DEBUG, "mapping (Pass I and II) [inodes]");
}
