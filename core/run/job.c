/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "core/config/capacity.h"
#include "core/chain/chain.h"
#include "core/chain/chain_log.h"
#include "core/select/live_changes.h"
#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/config/dumpdates.h"
#include "core/host/eot.h"
#include "core/snapshot/freeze.h"
#include "core/snapshot/frozen.h"
#include "core/chain/level_choice.h"
#include "core/host/output.h"
#include "core/operator/restore_command.h"
#include "core/snapshot/snapshot.h"
#include "core/write/stream.h"
#include "core/base/path.h"
#include "core/select/subtree.h"
#include "core/operator/supervisor.h"
#include "core/chain/turn.h"
#include "core/base/units.h"
#include "core/operator/volume_report.h"

#define HOST_BYTES 256
#define SECONDS_TELLING 0.1	/* a rate of less would be chance */
#define FILESYSTEM_BYTES 64	/* what a header holds */
#define LIVE_DATE_ROOM 2	/* seconds; see leave_room() */
#define LIVE_ROOM 60

/* A job at work. */
struct job {
	const struct job_config *config;
	const struct job_settings *settings;	/* of it */
	const struct snapshot *snapshot;	/* NULL: there is none */
	struct plugin_config source;	/* as configured, or the snapshot's */
	char *name;			/* in dumpdates; owned */
	struct chain *chain;
	struct report *rep;
	const atomic_int *cancelled;
	int channel;			/* to the supervisor */
	struct instance *source_instance;
	struct instance *output;
	struct instance *eot;		/* NULL: there is none */
	struct source src;
	bool source_is_open;
	int64_t date;
	pid_t supervisor;
	struct level level;
	struct de_time selected;	/* when the selection began */
	struct footprints *footprints;	/* of files; NULL: it is not live */
	char host[HOST_BYTES];
};

static void
set_host(struct job *job)
{
	if (gethostname(job->host, sizeof(job->host)) == -1)
		job->host[0] = '\0';
	job->host[sizeof(job->host) - 1] = '\0';
}

/*
 * What changes from now on comes with the next level, so nothing of what is dumped
 * may have been fixed before this is asked.
 */
static int64_t
date_of(const struct job_config *config, const struct snapshot *snapshot)
{
	const int64_t date = config->settings.date;
	const int64_t made = config->settings.snapshot_date;

	if (date != 0)
		return date;
	if (made != 0)
		return made;
	return snapshot != NULL ? snapshot_date(snapshot) :
	    (int64_t)time(NULL);
}

static struct instance *
make_instance(const struct job *job, const struct plugin_config *config)
{
	struct instance *in = instance_new(config->plugin, config->options,
	    job->rep, job->cancelled);

	if (in == NULL)
		report(job->rep, DE_ERROR, "%s could not be set up",
		    config->plugin->descriptor.name);
	return in;
}

/* The source as it is to be made: it may have to read a snapshot. */
static bool
choose_source(struct job *job)
{
	const struct option_set *configured = job->config->source.options;
	char why[OPTION_WHY_BYTES] = "out of memory";

	job->source.plugin = job->config->source.plugin;
	job->source.options = option_set_copy(configured);
	if (job->source.options != NULL &&
	    (job->snapshot == NULL || option_put_text(job->source.options,
	    option_find(configured->table, "device"),
	    snapshot_device(job->snapshot), why)))
		return true;
	report(job->rep, DE_ERROR, "%s%s", job->snapshot == NULL ? "" :
	    "snapshot.device: ", why);
	return false;
}

/*
 * In messages and in the stream it is what it is a snapshot of; and in dumpdates
 * what the job has for a device, unless the source knows better.
 */
static bool
name_origin(struct job *job)
{
	const struct plugin_config *source = &job->config->source;
	const char *device = plugin_config_device(source);

	if (job->snapshot != NULL) {
		job->src.info.device = snapshot_origin(job->snapshot);
		job->src.info.mount_point =
		    snapshot_mount_point(job->snapshot);
	}
	if (device == NULL || source->plugin->source.find_device != NULL)
		device = job->src.info.device;
	job->name = strdup(device);
	if (job->name == NULL)
		report(job->rep, DE_ERROR, "out of memory");
	return job->name != NULL;
}

static bool
open_plugins(struct job *job)
{
	const struct job_config *config = job->config;

	if (!choose_source(job) ||
	    (job->output = make_instance(job, &config->output)) == NULL ||
	    (job->source_instance = make_instance(job, &job->source)) == NULL)
		return false;
	if (config->eot.plugin != NULL &&
	    (job->eot = make_instance(job, &config->eot)) == NULL)
		return false;
	if (job->eot != NULL && job->channel != -1) {
		job->eot->hooks.said = message_said;
		job->eot->hooks.said_arg = &job->channel;
	}
	job->source_is_open = source_open(&job->src, job->source_instance);
	return job->source_is_open && name_origin(job);
}

/* Better told before the scan than at the end of the first volume. */
static bool
check_first_volume(const struct job *job)
{
	const uint32_t blocking = job->settings->ring.blocking;
	const uint64_t records = capacity_records(&job->settings->volumes, 1,
	    blocking);
	const uint64_t needed = capacity_needed(1,
	    inomap_tape_blocks(job->src.info.max_inode));

	if (records >= needed / blocking + (needed % blocking != 0))
		return true;
	report(job->rep, DE_ERROR, "volume 1 would have %" PRIu64 " tape "
	    "blocks of 1024 bytes; it needs %" PRIu64 ", as the maps of %"
	    PRIu32 " inodes must not be torn: set a larger volume_size",
	    records * blocking, needed, job->src.info.max_inode);
	return false;
}

/* "/srv", or "/srv (dir /mail)" if only that is dumped. */
static void
describe_filesystem(const struct job *job, char text[static FILESYSTEM_BYTES])
{
	const char *mount_point = job->src.info.mount_point;
	const char *subtree = job->settings->subtree;

	if (*mount_point == '\0')
		mount_point = "an unlisted file system";
	if (subtree == NULL)
		snprintf(text, FILESYSTEM_BYTES, "%s", mount_point);
	else
		snprintf(text, FILESYSTEM_BYTES, "%s (dir %s)", mount_point,
		    subtree);
}

/*
 * A write(2) that goes on while a live source is dumped may have set the time of
 * its file before.  So the date is earlier, as far as its base allows, and what
 * the next level takes begins earlier still, as a large write lasts for long.
 */
static void
leave_room(struct job *job)
{
	int64_t date = job->date - LIVE_DATE_ROOM;

	if (job->footprints == NULL || job->settings->date != 0)
		return;
	if (date <= job->level.base_date)
		date = job->level.base_date + 1;
	if (date < job->date)
		job->date = date;
	chain_leave_room(job->chain, job->date, LIVE_ROOM);
}

/*
 * Is snapshot_date one that the source can have?  A date that is too late would
 * keep what changed after the snapshot out of every dump.
 */
static bool
check_date(const struct job *job)
{
	const int64_t made = job->settings->snapshot_date;
	const char *what = NULL;

	if (made > (int64_t)time(NULL))
		what = "lies in the future of the snapshot; give the time at "
		    "which that was begun";
	else if (made != 0 &&
	    (job->src.info.properties & DE_SOURCE_LIVE) != 0)
		what = "is of no use, as the source is mounted for writing "
		    "and no snapshot";
	if (what != NULL)
		report(job->rep, DE_ERROR, "snapshot_date: %s", what);
	return what == NULL;
}

/* Where it stands among other dumps. */
static bool
find_place(struct job *job)
{
	char filesystem[FILESYSTEM_BYTES];

	describe_filesystem(job, filesystem);
	job->chain = chain_new(job->config, job->name, job->rep,
	    job->cancelled);
	if (job->chain == NULL || !chain_set_source(job->chain,
	    &job->src.info, job->date, job->snapshot != NULL ||
	    job->settings->snapshot_date != 0, filesystem, job->host))
		return false;
	/* Nothing is put right when somebody just looks. */
	if (job->channel != -1)
		chain_catch_up(job->chain);
	if (!level_choose(&job->level, job->config, job->chain, job->name,
	    job->date, job->rep))
		return false;
	leave_room(job);
	job->output->hooks.dump_state = chain_dump_state;
	job->output->hooks.dump_retire = chain_retire;
	job->output->hooks.dump_arg = job->chain;
	return true;
}

/* Of what may change while it is dumped, more is kept, to be compared. */
static bool
prepare_for_changes(struct job *job)
{
	if ((job->src.info.properties & DE_SOURCE_LIVE) == 0)
		return true;
	job->footprints = footprints_new();
	if (job->footprints == NULL)
		report(job->rep, DE_ERROR, "out of memory");
	return job->footprints != NULL;
}

static bool
begin(struct job *job, const struct job_config *config,
    const struct job_context *context, const struct snapshot *snapshot,
    int64_t date, int channel)
{
	memset(job, 0, sizeof(*job));
	job->config = config;
	job->settings = &config->settings;
	job->snapshot = snapshot;
	job->rep = context->rep;
	job->cancelled = &context->signals->cancel;
	job->channel = channel;
	job->date = date;
	set_host(job);
	return open_plugins(job) && check_first_volume(job) &&
	    check_date(job) && prepare_for_changes(job) && find_place(job);
}

static void
end(struct job *job)
{
	if (job->source_is_open)
		source_close(&job->src);
	instance_free(job->source_instance);
	instance_free(job->output);
	instance_free(job->eot);
	chain_free(job->chain);
	level_clear(&job->level);
	footprints_free(job->footprints);
	option_set_free(job->source.options);
	free(job->name);
}

/* Is what alone is to be dumped there? */
static bool
check_subtree(const struct job *job)
{
	const struct subtree subtree = {
		.src = &job->src,
		.rep = job->rep,
		.path = job->settings->subtree,
		.at = job->config->subtree_at,
		.exclude = job->config->exclude,
		.without_nodump = job->level.number >=
		    job->settings->honor_nodump,
	};

	if (subtree.path == NULL)
		return true;
	uint32_t *way = calloc(path_depth(subtree.path) + 1, sizeof(*way));
	const bool found = way != NULL &&
	    subtree_find(&subtree, way) == SUBTREE_FOUND;
	free(way);
	return found;
}

/* With `create`, a dumpdates file that is missing is made. */
static bool
check_dumpdates(const struct job *job, bool create)
{
	return !job_updates_dumpdates(job->config) ||
	    dumpdates_check(job_dumpdates(job->config), create, job->rep);
}

static bool
check_handler(const struct job *job)
{
	return job->eot == NULL || eot_check(job->eot) == DE_OK;
}

/*
 * At least two if what is in use is far more than the first has room for; half
 * of it may be tables and the journal.  0 for other levels, and with something
 * left out, of which that cannot be told.
 */
static uint32_t
volumes_expected(const struct job *job)
{
	const uint32_t blocking = job->settings->ring.blocking;
	const uint64_t records = capacity_records(&job->settings->volumes, 1,
	    blocking);

	if (records == CAPACITY_AUTO || job->level.base_date != 0 ||
	    job->config->exclude != NULL ||
	    job->settings->subtree != NULL ||
	    job->src.info.used_bytes / 2 / DE_TAPE_BLOCK / blocking <= records)
		return 0;
	return 2;
}

static bool
check_output(const struct job *job)
{
	const struct de_volume volume = {
		.struct_size = sizeof(volume),
		.number = 1,
		.record_size = DE_TAPE_BLOCK * job->settings->ring.blocking,
		.level = job->level.number,
		.date = job->date,
		.job = job_name(job->config),
		.label = job->settings->label,
		.properties = job->eot != NULL ? DE_VOLUME_HANDLED : 0,
		.volumes = volumes_expected(job),
	};
	return output_check(job->output, &volume) == DE_OK;
}

/* Both tell what is wrong, at once. */
static bool
check_media(const struct job *job)
{
	const bool output = check_output(job);

	return check_handler(job) && output;
}

/* No snapshot is made for a look: the device itself will do, as it is. */
static void
allow_live(const struct job_config *config)
{
	const int live = option_find(config->source.options->table, "live");
	char why[OPTION_WHY_BYTES];

	if (job_has_snapshot(config) && live != -1)
		option_put_boolean(config->source.options, live, true, why);
}

/* How a look ended; sent when no plugin is left that could end it otherwise. */
static int
end_look(int channel, enum exit_status status)
{
	const struct message m = {
		.type = MESSAGE_END,
		.u.end.status = status,
	};
	message_send(channel, &m, true);
	return status;
}

static int
check(const struct job_config *config, const struct job_context *context,
    const struct snapshot *snapshot, int64_t date, int channel)
{
	struct job job;
	char used[UNITS_TEXT_BYTES];

	(void)snapshot;
	signals_leave_to_supervisor(channel);
	signals_end_with_supervisor();
	allow_live(config);
	const bool ok = begin(&job, config, context, NULL, date, -1) &&
	    check_dumpdates(&job, false) && check_subtree(&job) &&
	    check_media(&job);

	if (ok)
		report(context->rep, DE_INFO, "ready to dump %s (%s, %s in use)",
		    job.src.info.device, job.src.info.type,
		    units_bytes(job.src.info.used_bytes, used));
	end(&job);
	return end_look(channel, ok ? STATUS_COMPLETE : *job.cancelled ?
	    STATUS_ABORTED : STATUS_NOT_STARTED);
}

static void
report_beginning(const struct job *job)
{
	const struct de_source_info *info = &job->src.info;
	char date[DATE_TEXT_BYTES];

	date_format(job->date, date);
	report(job->rep, DE_INFO, "date of this level %" PRIu32 " dump: %s",
	    job->level.number, date);
	level_report(&job->level, job->rep);
	report(job->rep, DE_INFO, "dumping %s (%s%s%s%s%s)", info->device,
	    info->type, *info->label != '\0' ? " " : "", info->label,
	    *info->mount_point != '\0' ? ", mounted on " : "",
	    info->mount_point);
	report(job->rep, DE_DEBUG, "label: %s", job->settings->label);
	report(job->rep, DE_DEBUG, "writing records of %" PRIu32 " KiB with %u "
	    "slaves", job->settings->ring.blocking,
	    job->settings->ring.slaves);
	report(job->rep, DE_DEBUG, "mapping (Pass I and II) [inodes]");
}

static void
make_header_template(const struct job *job, struct header_template *t)
{
	char filesystem[FILESYSTEM_BYTES];

	describe_filesystem(job, filesystem);
	const struct header_identity id = {
		.date = job->date,
		.base_date = job->level.base_date,
		.level = (int32_t)job->level.number,
		.blocking = job->settings->ring.blocking,
		.label = job->settings->label,
		.filesystem = filesystem,
		.device = job->src.info.device,
		.host = job->host,
	};
	header_template_init(t, &id);
}

static void
count_findings(struct message_end *end, const struct read_errors *read_errors)
{
	struct findings *findings = read_errors->findings;

	end->findings = findings_flush(findings);
	end->read_errors = findings_read_errors(findings);
	end->notes = findings_notes(findings);
	read_errors_advise(read_errors);
}

/*
 * Tell the supervisor how the dump ended, if it did with this process.  For the
 * `changes`, see live_changes.h.  Returns what the process has to end with.
 */
static int
end_tape(const struct job *job, struct tape *tape,
    const struct read_errors *read_errors, uint64_t changes)
{
	const struct writer_result ending = *tape_result(tape);
	struct message m = { .type = MESSAGE_END };

	if (ending.how == WRITER_DUMP_ENDED) {
		m.u.end.status = ending.status;
		m.u.end.tape_blocks = ending.tape_blocks;
		count_findings(&m.u.end, read_errors);
		m.u.end.findings += changes;
		if (ending.status == STATUS_COMPLETE && m.u.end.findings > 0)
			m.u.end.status = STATUS_INCOMPLETE;
		message_send(job->channel, &m, true);
	}
	tape_end(tape);
	return writer_exit_code(ending.how, ending.status);
}

/*
 * The dump ended before it came to a tape; `read_errors` may be NULL.  Returns
 * the same.
 */
static int
end_early(const struct job *job, enum exit_status status,
    const struct read_errors *read_errors)
{
	struct message m = {
		.type = MESSAGE_END,
		.u.end.status = status,
	};
	if (read_errors != NULL)
		count_findings(&m.u.end, read_errors);
	message_send(job->channel, &m, true);
	return writer_exit_code(WRITER_DUMP_ENDED, status);
}

/* Not before the last slave has read what it was to read. */
static uint64_t
count_changes(const struct job *job, const struct selection *sel)
{
	if (job->footprints == NULL)
		return 0;
	return live_changes_report(job->source_instance, sel, job->footprints,
	    &job->selected, job->channel);
}

/* Passes III and IV, on a tape of their own.  Returns the same. */
static int
write_dump(const struct job *job, const struct selection *sel,
    struct read_errors *read_errors)
{
	struct header_template header;
	struct findings *findings = read_errors->findings;
	const struct ring_settings *ring = &job->settings->ring;

	make_header_template(job, &header);
	const struct tape_config config = {
		.output = job->output,
		.eot = job->eot,
		.source = &job->src,
		.header = &header,
		.volumes = &job->settings->volumes,
		.read_errors = read_errors,
		.rep = job->rep,
		.cancelled = job->cancelled,
		.channel = job->channel,
		.job = job_name(job->config),
		.label = job->settings->label,
		.level = job->level.number,
		.date = job->date,
		.slaves = ring->slaves,
		.blocking = ring->blocking,
		.buffer = ring->buffer,
		.start_fill = ring->start_fill,
		.map_blocks = sel->in_use.tape_blocks,
	};
	struct tape *tape = tape_new(&config);
	if (tape == NULL)
		return end_early(job, STATUS_NOT_STARTED, read_errors);
	const struct stream stream = {
		.src = &job->src,
		.sel = sel,
		.header = &header,
		.tape = tape,
		.findings = findings,
		.rep = job->rep,
		.cancelled = job->cancelled,
		.footprints = job->footprints,
		.base_date = job->level.since,
	};
	uint64_t changes = 0;
	if (tape_begin(tape) != DE_OK || stream_write(&stream) != DE_OK)
		tape_abort(tape);
	else if (tape_finish(tape, job->src.info.max_inode) == DE_OK)
		changes = count_changes(job, sel);
	return end_tape(job, tape, read_errors, changes);
}

static void
send_description(const struct job *job, uint64_t tape_blocks)
{
	const struct de_source_info *info = &job->src.info;
	struct message m = { .type = MESSAGE_DESCRIPTION };
	struct message_description *d = &m.u.description;

	snprintf(d->name, sizeof(d->name), "%s", job->name);
	snprintf(d->device, sizeof(d->device), "%s", info->device);
	snprintf(d->filesystem, sizeof(d->filesystem), "%s",
	    info->mount_point);
	snprintf(d->type, sizeof(d->type), "%s", info->type);
	snprintf(d->uuid, sizeof(d->uuid), "%s", info->uuid);
	d->estimate = tape_blocks;
	d->date = job->date;
	d->level = job->level.number;
	d->base_level = job->level.base_level;
	d->base_date = job->level.base_date;
	chain_begin(job->chain, job->supervisor, &d->id);
	message_send(job->channel, &m, true);
}

/* What the base lacks. */
static bool
make_retake(const struct job *job, struct inomap *map)
{
	const struct level *level = &job->level;

	if (level->retake_count == 0)
		return true;
	if (!inomap_init(map, job->src.info.max_inode)) {
		report(job->rep, DE_ERROR, "out of memory");
		return false;
	}
	for (size_t i = 0; i + 1 < level->retake_count; i += 2)
		if (level->retake[i] > 0 &&
		    level->retake[i] <= level->retake[i + 1])
			inomap_add_range(map, level->retake[i],
			    level->retake[i + 1]);
	return true;
}

/* What is found of the source goes there; NULL: it is reported. */
static void
hook_findings(const struct job *job, bool (*hook)(void *arg,
    enum de_finding kind, uint32_t inode, const char *format,
    const char *text), void *arg)
{
	job->source_instance->hooks.finding = hook;
	job->source_instance->hooks.finding_arg = arg;
}

static bool
select_by_rules(const struct job *job, struct selection *sel,
    struct read_errors *read_errors)
{
	struct inomap retake = { 0 };

	if (!make_retake(job, &retake))
		return false;
	const struct selection_rules rules = {
		.since = job->level.since,
		.retake = retake.bits != NULL ? &retake : NULL,
		.level = job->level.number,
		.honor_nodump = job->settings->honor_nodump,
		.exclude = job->config->exclude,
		.subtree = job->settings->subtree,
		.subtree_at = job->config->subtree_at,
	};

	hook_findings(job, read_errors_hook, read_errors);
	job->source_instance->unknown = &sel->unknown;
	const bool ok = selection_make(sel, &job->src, &rules, read_errors,
	    job->rep, job->cancelled);
	inomap_free(&retake);
	/* If there were too many, the search for their paths finds no more. */
	hook_findings(job, findings_hook, read_errors->findings);
	job->source_instance->unknown = NULL;
	if (ok && job->source_instance->unknown_is_short) {
		report(job->rep, DE_ERROR, "out of memory");
		selection_free(sel);
		return false;
	}
	return ok;
}

/* Should it be frozen for the selection?  It was for the snapshot. */
static bool
is_to_be_frozen(const struct job *job)
{
	if (!job->settings->freeze || job->snapshot != NULL)
		return false;
	if (job->src.info.mount_point[0] != '\0')
		return true;
	report(job->rep, DE_INFO, "%s is not mounted, so there is nothing to "
	    "freeze", job->src.info.device);
	return false;
}

/* Passes I and II. */
static enum verdict
select_inodes(struct job *job, struct selection *sel,
    struct read_errors *read_errors)
{
	struct freeze *freeze = NULL;
	const struct freeze_request request = {
		.mount_point = job->src.info.mount_point,
		.limit = job->settings->freeze_limit,
		.folder = job->settings->state_dir,
		.job = job_name(job->config),
		.rep = job->rep,
	};

	if (is_to_be_frozen(job)) {
		freeze = freeze_begin(&request);
		if (freeze == NULL)
			return VERDICT_NOT_STARTED;
	}
	job->selected = live_changes_now();
	const bool ok = select_by_rules(job, sel, read_errors);
	/* A thaw too early is a warning: what has changed is found later. */
	freeze_end(freeze);
	if (ok)
		return VERDICT_GO_ON;
	return read_errors->verdict != VERDICT_GO_ON ? read_errors->verdict :
	    VERDICT_ABORT;
}

static struct read_errors
begin_read_errors(const struct job *job, struct findings *findings,
    int channel)
{
	struct read_errors r = {
		.findings = findings,
		.src = &job->src,
		.rep = job->rep,
		.channel = channel,
	};

	read_errors_init(&r, job->settings->max_read_errors);
	return r;
}

static void
report_estimate(const struct job *job, uint64_t tape_blocks)
{
	char amount[UNITS_TEXT_BYTES];

	report(job->rep, volume_report_is_small(tape_blocks) ? DE_DEBUG :
	    DE_INFO, "estimated %" PRIu64 " blocks (%s)", tape_blocks,
	    units_bytes(tape_blocks * DE_TAPE_BLOCK, amount));
}

/* All passes, with somewhere to note what they find.  Returns the same. */
static int
select_and_write(struct job *job, struct findings *findings)
{
	struct read_errors read_errors = begin_read_errors(job, findings,
	    job->channel);
	struct selection sel = { 0 };

	const enum verdict selected = select_inodes(job, &sel, &read_errors);
	if (selected != VERDICT_GO_ON)
		return end_early(job, verdict_status(selected), &read_errors);
	report_estimate(job, sel.tape_blocks);
	chain_set_left_out(job->chain, &sel.left_out);
	send_description(job, sel.tape_blocks);
	const int exit_code = write_dump(job, &sel, &read_errors);
	selection_free(&sel);
	return exit_code;
}

static int
dump(struct job *job)
{
	struct findings *findings = findings_new(&job->src, job->rep,
	    job->channel);

	if (findings == NULL) {
		report(job->rep, DE_ERROR, "out of memory");
		return end_early(job, STATUS_NOT_STARTED, NULL);
	}
	hook_findings(job, findings_hook, findings);
	report_beginning(job);
	const int exit_code = select_and_write(job, findings);
	hook_findings(job, NULL, NULL);
	findings_free(findings);
	return exit_code;
}

/* On how many volumes; *more: the last one counted is the first of no set size. */
static uint64_t
count_volumes(const struct job *job, uint64_t tape_blocks, bool *more)
{
	const uint32_t blocking = job->settings->ring.blocking;
	uint64_t left = tape_blocks;
	uint32_t number = 1;

	for (*more = false; number < UINT32_MAX; number++) {
		const uint64_t records = capacity_records(
		    &job->settings->volumes, number, blocking);
		*more = records == CAPACITY_AUTO;
		if (*more || left <= records * blocking)
			break;
		/* Each further volume begins with a header of its own. */
		left -= records * blocking - 1;
	}
	return number;
}

static void
print_estimate(const struct job *job, const struct selection *sel)
{
	bool more;
	const uint64_t volumes = count_volumes(job, sel->tape_blocks, &more);

	printf("%s: level %" PRIu32 ", %" PRIu64 " inodes, %" PRIu64 " tape "
	    "blocks, %" PRIu64 " bytes, %" PRIu64 " volume%s\n",
	    job_name(job->config), job->level.number, sel->inodes,
	    sel->tape_blocks, sel->tape_blocks * DE_TAPE_BLOCK, volumes,
	    more ? " or more" : volumes == 1 ? "" : "s");
}

static enum exit_status
estimate(const struct job *job)
{
	struct selection sel = { 0 };
	struct findings *findings = findings_new(&job->src, job->rep, -1);
	enum exit_status status = STATUS_NOT_STARTED;

	if (findings == NULL) {
		report(job->rep, DE_ERROR, "out of memory");
		return status;
	}
	hook_findings(job, findings_hook, findings);
	report_beginning(job);
	/* It is not frozen for a look either, and nobody is asked. */
	struct read_errors read_errors = begin_read_errors(job, findings, -1);
	if (select_by_rules(job, &sel, &read_errors)) {
		print_estimate(job, &sel);
		selection_free(&sel);
		status = findings_flush(findings) > 0 ? STATUS_INCOMPLETE :
		    STATUS_COMPLETE;
	} else {
		if (read_errors.verdict != VERDICT_GO_ON)
			status = verdict_status(read_errors.verdict);
		findings_flush(findings);
	}
	read_errors_advise(&read_errors);
	hook_findings(job, NULL, NULL);
	findings_free(findings);
	return status;
}

/* The supervisor could not tell that it is lost. */
static bool
flush_estimate(const struct job *job)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	report(job->rep, DE_ERROR, "standard output cannot be written");
	clearerr(stdout);
	return false;
}

static int
look(const struct job_config *config, const struct job_context *context,
    const struct snapshot *snapshot, int64_t date, int channel)
{
	struct job job;
	enum exit_status status = STATUS_NOT_STARTED;

	(void)snapshot;
	signals_leave_to_supervisor(channel);
	signals_end_with_supervisor();
	allow_live(config);
	if (begin(&job, config, context, NULL, date, -1))
		status = estimate(&job);
	if (!flush_estimate(&job))
		status = STATUS_NOT_STARTED;
	if (status == STATUS_NOT_STARTED && *job.cancelled)
		status = STATUS_ABORTED;
	end(&job);
	return end_look(channel, status);
}

/*
 * What the supervisor has forked: it becomes the checkpoint of the first
 * volume, and returns here in the process of every other one.
 */
static int
work(const struct job_config *config, const struct job_context *context,
    const struct snapshot *snapshot, int64_t date, int channel)
{
	const pid_t supervisor = getppid();
	struct job job;
	int exit_code;

	signals_leave_to_supervisor(channel);
	signals_end_with_supervisor();
	const bool ok = begin(&job, config, context, snapshot, date,
	    channel) && check_dumpdates(&job, true);
	job.supervisor = supervisor;
	if (ok)
		exit_code = dump(&job);
	else
		exit_code = end_early(&job, *job.cancelled ? STATUS_ABORTED :
		    STATUS_NOT_STARTED, NULL);
	end(&job);
	return exit_code;
}

/* The dump as those who note it have to know it; NULL: it never came to one. */
static struct chain *
describe_chain(const struct job_config *config,
    const struct job_context *context, const struct dump_record *record)
{
	const struct message_description *d = &record->description;
	const struct level level = {
		.number = d->level,
		.base_date = d->base_date,
		.base_level = d->base_level,
	};

	struct chain *chain = d->date == 0 ? NULL : chain_new(config, d->name,
	    context->rep, &context->signals->cancel);
	if (chain != NULL) {
		chain_set_date(chain, d->date);
		chain_set_level(chain, &level);
	}
	return chain;
}

/* Every volume is safe: from now on, others can build on this dump. */
static void
note_dump(const struct job_config *config, const struct job_context *context,
    struct dump_record *record, struct chain_log *log)
{
	const bool whole = record->status == STATUS_COMPLETE ||
	    record->status == STATUS_INCOMPLETE;

	/* Should the machine stop now, the next run knows of it. */
	chain_log_end(log, record->status);
	if (!whole || !job_updates_dumpdates(config))
		return;
	struct chain *chain = describe_chain(config, context, record);
	const enum chain_noted noted = chain == NULL ? CHAIN_NOT_NOTED :
	    chain_note(chain);
	chain_free(chain);
	record->noted = noted == CHAIN_NOTED;
	chain_log_noted(log, noted);
	if (!record->noted)
		record->status = STATUS_INCOMPLETE;
}

/* The one line with the sums, and the only rate of the whole. */
static void
report_sums(struct report *rep, const struct dump_record *record,
    double seconds)
{
	const uint64_t bytes = record->tape_blocks * DE_TAPE_BLOCK;
	char amount[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];

	units_rate(bytes, (uint64_t)(seconds * 1e9), rate);
	report(rep, DE_INFO, "%" PRIu64 " blocks (%s) on %zu volume%s in %.1f "
	    "seconds%s%s", record->tape_blocks, units_bytes(bytes, amount),
	    record->volume_count, record->volume_count == 1 ? "" : "s",
	    seconds, seconds < SECONDS_TELLING ? "" : ", ",
	    seconds < SECONDS_TELLING ? "" : rate);
	if (record->volume_count > 1)
		volume_report_times(rep, times_verdict(&record->times) ==
		    NULL ? DE_DEBUG : DE_INFO, "all volumes together",
		    &record->times);
}

/* The last line of a dump that can be restored: how. */
static void
report_done(struct report *rep, const struct dump_record *record,
    uint32_t blocking)
{
	const struct message_description *d = &record->description;
	const char *done = record->status == STATUS_COMPLETE ? "DUMP IS DONE" :
	    "DUMP IS DONE, BUT IT IS NOT COMPLETE";
	char command[RESTORE_COMMAND_BYTES];
	char on_top[40] = "";

	restore_command_format(&record->restore, blocking, command);
	if (d->base_date != 0 && d->base_level == LEVEL_NONE)
		snprintf(on_top, sizeof(on_top), " on top of its base");
	else if (d->base_date != 0)
		snprintf(on_top, sizeof(on_top), " on top of level %" PRId32,
		    d->base_level);
	if (command[0] == '\0')
		report(rep, DE_INFO, "%s", done);
	else
		report(rep, DE_INFO, "%s; to restore it%s: %s", done, on_top,
		    command);
}

static void
report_ending(struct report *rep, const struct dump_record *record,
    double seconds, uint32_t blocking)
{
	if (record->findings > 0)
		report(rep, DE_WARNING, "%" PRIu64 " %s not in the dump, or "
		    "not as in the filesystem; see above", record->findings,
		    record->findings == 1 ? "thing is" : "things are");
	if (record->status == STATUS_COMPLETE ||
	    record->status == STATUS_INCOMPLETE) {
		report_sums(rep, record, seconds);
		report_done(rep, record, blocking);
	} else {
		report(rep, DE_ERROR, "THE ENTIRE DUMP IS ABORTED%s%s",
		    record->status == STATUS_ABORTED ? "" : ": ",
		    record->status == STATUS_ABORTED ? "" :
		    exit_status_text(record->status));
	}
}

static struct supervisor
make_supervisor(const struct job_config *config,
    const struct job_context *context, int channel)
{
	return (struct supervisor){
		.rep = context->rep,
		.job = job_name(config),
		.op = {
			.rep = context->rep,
			.cancelled = &context->signals->cancel,
			.may_ask = context->may_ask,
			.notify = config->settings.notify,
		},
		.signals = context->signals,
		.channel = channel,
		.keep_volumes = context->run_report != NULL,
	};
}

/* The process only has a look. */
static enum exit_status
watch(const struct job_config *config, const struct job_context *context,
    int channel, pid_t worker)
{
	struct supervisor s = make_supervisor(config, context, channel);
	struct dump_record record;

	supervisor_run(&s, worker, &record);
	const enum exit_status status = record.status;
	dump_record_free(&record);
	return status;
}

static enum exit_status
supervise(const struct job_config *config, const struct job_context *context,
    int channel, pid_t worker)
{
	const int64_t begun = (int64_t)time(NULL);
	const uint64_t started = clock_ns();
	struct dump_record record;
	struct supervisor s = make_supervisor(config, context, channel);
	struct chain_log *log = chain_log_new(config, context->rep);

	s.log = log;
	supervisor_run(&s, worker, &record);
	note_dump(config, context, &record, log);
	chain_log_free(log);
	const double seconds = (double)(clock_ns() - started) / 1e9;
	report_ending(context->rep, &record, seconds,
	    config->settings.ring.blocking);
	if (context->run_report != NULL)
		run_report_add(context->run_report, config, &record, begun,
		    seconds);
	const enum exit_status status = record.status;
	dump_record_free(&record);
	return status;
}

/*
 * What the process that was forked does; NULL for `snapshot`: there is none.
 * Returns what it has to end with.
 */
typedef int work_fn(const struct job_config *config,
    const struct job_context *context, const struct snapshot *snapshot,
    int64_t date, int channel);

/* By an earlier run, or by processes of this one that were killed. */
static void
thaw_left(const struct job_config *config, const struct job_context *context)
{
	frozen_thaw_left(config->settings.state_dir,
	    job_name(config), context->rep);
}

/* No plugin is ever called in this process. */
static enum exit_status
run_processes(const struct job_config *config,
    const struct job_context *context, const struct snapshot *snapshot,
    work_fn *work_on, int64_t date, struct job_process *process)
{
	int ours, theirs;

	if (message_pair(&ours, &theirs) == -1) {
		report(context->rep, DE_ERROR, "cannot make a socket: %s",
		    strerror(errno));
		return STATUS_NOT_STARTED;
	}
	/* A writer whose checkpoint has gone becomes our child. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	const pid_t worker = fork();
	if (worker == 0) {
		process->is_supervisor = false;
		close(ours);
		process->exit_code = work_on(config, context, snapshot, date,
		    theirs);
		close(theirs);
		return STATUS_COMPLETE;
	}
	close(theirs);
	enum exit_status status = STATUS_NOT_STARTED;
	if (worker == -1)
		report(context->rep, DE_ERROR, "cannot fork: %s",
		    strerror(errno));
	else if (work_on == work)
		status = supervise(config, context, ours, worker);
	else
		status = watch(config, context, ours, worker);
	close(ours);
	thaw_left(config, context);
	return status;
}

/* With a snapshot, if the job has one. */
static enum exit_status
run_in_turn(const struct job_config *config, const struct job_context *context,
    struct job_process *process)
{
	struct snapshot *snapshot = NULL;
	enum exit_status status;

	if (job_has_snapshot(config)) {
		snapshot = snapshot_make(config, context->signals,
		    context->rep, &status);
		if (snapshot == NULL)
			return status;
	}
	status = run_processes(config, context, snapshot, work,
	    date_of(config, snapshot), process);
	if (process->is_supervisor)
		thaw_left(config, context);
	if (process->is_supervisor && snapshot != NULL)
		status = snapshot_remove(snapshot, status);
	snapshot_free(snapshot);
	return status;
}

enum exit_status
job_check(const struct job_config *config, const struct job_context *context,
    struct job_process *process)
{
	process->is_supervisor = true;
	thaw_left(config, context);
	if (!turn_is_free(config, context->rep, context->signals))
		return STATUS_NOT_STARTED;
	if (job_has_snapshot(config) && !snapshot_check(config,
	    context->signals, context->rep))
		return STATUS_NOT_STARTED;
	return run_processes(config, context, NULL, check,
	    date_of(config, NULL), process);
}

enum exit_status
job_estimate(const struct job_config *config,
    const struct job_context *context, struct job_process *process)
{
	process->is_supervisor = true;
	return run_processes(config, context, NULL, look,
	    date_of(config, NULL), process);
}

enum exit_status
job_run(const struct job_config *config, const struct job_context *context,
    struct job_process *process)
{
	enum exit_status status;
	struct lock *turn;

	process->is_supervisor = true;
	switch (turn_take(config, context->rep, context->signals, &turn)) {
	case LOCK_TAKEN:
		break;
	case LOCK_CANCELLED:
		report(context->rep, DE_ERROR, "aborted while waiting");
		return STATUS_ABORTED;
	case LOCK_IN_USE:
	case LOCK_FAILED:
		return STATUS_NOT_STARTED;
	}
	thaw_left(config, context);
	status = run_in_turn(config, context, process);
	if (process->is_supervisor)
		lock_release(turn);
	else
		lock_forget(turn);
	return status;
}
