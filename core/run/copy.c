/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/copy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/chain/level.h"
#include "core/config/capacity.h"
#include "core/operator/message.h"
#include "core/run/copy_about.h"
#include "core/run/copy_source.h"
#include "core/run/job_filters.h"
#include "core/run/copy_stream.h"
#include "core/run/restore_describe.h"
#include "core/run/run_hold.h"
#include "core/volume/writer_ending.h"
#include "core/write/tape.h"

#define ROOT_INODE 2		/* of every stream that is copied */

/* A copy in progress. */
struct copying {
	const struct job_task *task;		/* borrowed */
	const struct job_settings *settings;	/* likewise */
	struct report *rep;			/* likewise */
	const atomic_int *cancelled;		/* likewise */
	int channel;				/* to the supervisor */
	struct copy_source *source;
	struct instance *output;
	struct run_hold hold;			/* for the output */
	struct instance *eot;			/* NULL: none */
	struct job_filters filters;
	struct indexer *indexer;		/* NULL: none */
	struct header_template header;
	struct tape *tape;
};

/* ------------------------------------------------------------- how it ends */

/* Before anything was written.  Returns the exit code of the process. */
static int
end_early(const struct copying *c, enum verdict verdict)
{
	const enum exit_status status = *c->cancelled ? STATUS_ABORTED :
	    verdict_status(verdict);
	const struct message m = {
		.type = MESSAGE_END,
		.u.end.status = status,
	};

	message_send(c->channel, &m, true);
	return writer_exit_code(WRITER_DUMP_ENDED, status);
}

/*
 * Tell the supervisor how the copy ended, if this process is the one that ends
 * it.  `verdict`: why the set could not be read on, if that is why.
 */
static int
end_tape(struct copying *c, enum verdict verdict)
{
	struct writer_result ending = *tape_result(c->tape);
	struct message m = { .type = MESSAGE_END };

	if (ending.how == WRITER_DUMP_ENDED) {
		if (ending.status == STATUS_ABORTED &&
		    verdict == VERDICT_NO_OPERATOR)
			ending.status = STATUS_NO_OPERATOR;
		m.u.end.status = ending.status;
		m.u.end.tape_blocks = ending.tape_blocks;
		message_send(c->channel, &m, true);
	}
	tape_end(c->tape);
	return writer_exit_code(ending.how, ending.status);
}

/* ------------------------------------------------------------------- set-up */

static struct instance *
make_instance(const struct copying *c, const struct plugin_config *config)
{
	struct instance *in = instance_new(config->plugin, config->options,
	    c->rep, c->cancelled);

	if (in == NULL)
		report(c->rep, DE_ERROR, "%s could not be set up",
		    config->plugin->descriptor.name);
	return in;
}

/*
 * Volumes of the same dump are those of the original, or of another copy: no
 * output may take them for what is left of an attempt at this one.  Of other
 * dumps, the catalogue may know (dump_hold), and nothing else does.
 */
static enum de_dump_state
dump_state(void *arg, const struct de_dump_found *found)
{
	const struct copying *c = arg;
	const struct set_identity *id = c->source == NULL ? NULL :
	    copy_source_identity(c->source);

	return id != NULL && found->date == id->date &&
	    found->base_date == id->base_date &&
	    (int32_t)found->level == id->level ? DE_DUMP_FINISHED :
	    DE_DUMP_UNKNOWN;
}

/* A copy knows no history; what is lost, the catalogue is told. */
static enum de_status
dump_retire(void *arg, const struct de_dump_found *found)
{
	const struct copying *c = arg;

	message_replaced(c->channel, found);
	return DE_OK;
}

static bool
open_target(struct copying *c)
{
	const struct job_config *config = c->task->config;

	c->output = make_instance(c, &config->output);
	if (c->output == NULL)
		return false;
	c->output->hooks.dump_hold = run_hold_find;
	c->output->hooks.hold_arg = &c->hold;
	c->output->hooks.dump_state = dump_state;
	c->output->hooks.dump_retire = dump_retire;
	c->output->hooks.dump_arg = c;
	if (!job_filters_make(&c->filters, config, c->rep, c->cancelled))
		return false;
	if (config->eot.plugin == NULL)
		return true;
	c->eot = make_instance(c, &config->eot);
	if (c->eot == NULL)
		return false;
	c->eot->hooks.said = message_said;
	c->eot->hooks.said_arg = &c->channel;
	return true;
}

/* Checked now, rather than failing at the end of the first volume. */
static bool
check_first_volume(const struct copying *c)
{
	const uint32_t blocking = c->settings->ring.blocking;
	const uint64_t records = capacity_records(&c->settings->volumes, 1,
	    blocking);
	const uint64_t needed = capacity_needed(1,
	    copy_source_map(c->source)->tape_blocks);

	if (records >= needed / blocking + (needed % blocking != 0))
		return true;
	report(c->rep, DE_ERROR, "volume 1 would have %" PRIu64 " tape blocks "
	    "of 1024 bytes, but needs %" PRIu64 ": the maps of the set must "
	    "not be split; set a larger volume_size", records * blocking,
	    needed);
	return false;
}

/* Names of volumes may have the date and level of the set in them. */
static bool
check_media(const struct copying *c)
{
	const struct set_identity *id = copy_source_identity(c->source);
	const struct de_volume first = {
		.struct_size = sizeof(first),
		.number = 1,
		.record_size = c->settings->ring.blocking * DE_TAPE_BLOCK,
		.level = id->level < 0 ? 0 : (uint32_t)id->level,
		.date = id->date,
		.job = c->settings->name,
		.label = id->label,
	};

	return copy_source_is_apart(c->source, c->task->config, &first);
}

/* Everything that the set has in all of its headers, and the copy, too. */
static void
make_header(struct copying *c)
{
	const struct set_identity *set = copy_source_identity(c->source);
	const struct header_identity id = {
		.date = set->date,
		.base_date = set->base_date,
		.level = set->level,
		.blocking = c->settings->ring.blocking,
		.is_compressed = job_filters_compress(&c->filters),
		.label = set->label,
		.filesystem = set->filesystem,
		.device = set->device,
		.host = set->host,
	};

	header_template_init(&c->header, &id);
}

/* ------------------------------------------------------------------ reports */

static void
report_begin(const struct copying *c)
{
	char set[RESTORE_SET_BYTES];

	restore_describe_set(copy_source_identity(c->source), set);
	report(c->rep, DE_INFO, "copying %s, from %s", set,
	    copy_source_name(c->source));
	report(c->rep, DE_DEBUG, "writing records of %" PRIu32 " KiB with %u "
	    "slaves", c->settings->ring.blocking, c->settings->ring.slaves);
}

static void
send_description(const struct copying *c)
{
	const struct set_identity *id = copy_source_identity(c->source);
	struct message m = { .type = MESSAGE_DESCRIPTION };
	struct message_description *text = &m.u.description;

	snprintf(text->name, sizeof(text->name), "%s", id->device);
	snprintf(text->device, sizeof(text->device), "%s", id->device);
	snprintf(text->filesystem, sizeof(text->filesystem), "%s",
	    id->filesystem);
	snprintf(text->host, sizeof(text->host), "%.*s",
	    MESSAGE_HEADER_BYTES - 1, id->host);
	snprintf(text->stated, sizeof(text->stated), "%.*s",
	    MESSAGE_HEADER_BYTES - 1, id->filesystem);
	text->estimate = copy_source_size(c->source);
	text->date = id->date;
	text->level = id->level < 0 ? 0 : (uint32_t)id->level;
	text->base_level = LEVEL_NONE;
	text->base_date = id->base_date;
	message_send(c->channel, &m, true);
}

/* ---------------------------------------------------------------- the index */

static const char *
folder_of(const struct copying *c)
{
	const char *folder = c->settings->state_dir;
	struct stat st;

	return stat(folder, &st) == 0 && S_ISDIR(st.st_mode) ? folder :
	    P_tmpdir;
}

static void
warn_of_index(const struct copying *c)
{
	report(c->rep, DE_WARNING, "the index of the copy: %s: %s; it is left "
	    "out, and the copy is complete without it", folder_of(c),
	    strerror(errno));
}

static void
begin_index(struct copying *c)
{
	if (!c->settings->index)
		return;
	json_t *about = copy_about(c->task->config,
	    copy_source_identity(c->source), NULL);
	errno = ENOMEM;
	c->indexer = about == NULL ? NULL : indexer_new(folder_of(c), about);
	if (c->indexer == NULL)
		warn_of_index(c);
	json_decref(about);
}

/* What the index of the set knows that no header says. */
static void
enrich_index(struct copying *c, const json_t *known)
{
	if (c->indexer == NULL || known == NULL)
		return;
	json_t *about = copy_about(c->task->config,
	    copy_source_identity(c->source), known);
	errno = ENOMEM;
	if (about == NULL || !indexer_set_about(c->indexer, about))
		report(c->rep, DE_WARNING, "the index of the copy says less "
		    "of the dump than that of the set: %s", strerror(errno));
	json_decref(about);
}

/* -------------------------------------------------------------- the stream */

static void
advise(const struct copying *c)
{
	if (*c->cancelled == 0)
		report(c->rep, DE_ERROR, "a set that is damaged is not copied; "
		    "`dumpengine-restore --verify' names the files concerned; "
		    "copy another copy of it, if there is one, or restore "
		    "what is whole");
}

/* Nothing that is damaged is copied in silence. */
static enum de_status
check_set(struct copying *c, bool has_index)
{
	json_t *about;
	const enum copy_check_result result = copy_source_check(c->source,
	    has_index, &about);

	enrich_index(c, about);
	json_decref(about);
	if (result == COPY_CHECK_DAMAGED)
		advise(c);
	return result == COPY_CHECK_WHOLE || result == COPY_CHECK_UNKNOWN ?
	    DE_OK : DE_FAILED;
}

static enum verdict
put_stream(struct copying *c)
{
	struct copy_stream stream = {
		.blocks = copy_source_blocks(c->source),
		.tape = c->tape,
		.rep = c->rep,
		.name = copy_source_name(c->source),
		.blocking = c->settings->ring.blocking,
		.is_compressed = job_filters_compress(&c->filters),
	};

	if (tape_begin(c->tape) != DE_OK)
		return VERDICT_ABORT;
	enum de_status status = copy_stream_put(&stream);
	if (status == DE_OK)
		status = check_set(c, stream.has_index);
	if (status == DE_OK) {
		tape_finish(c->tape);
		return VERDICT_GO_ON;
	}
	if (stream.is_damaged)
		advise(c);
	tape_abort(c->tape);
	return stream.verdict;
}

static void
let_go(void *arg)
{
	const struct copying *c = arg;

	blocks_let_go(copy_source_blocks(c->source));
}

static struct tape *
make_tape(struct copying *c)
{
	const struct ring_settings *ring = &c->settings->ring;
	const struct set_identity *id = copy_source_identity(c->source);
	const struct copy_map *map = copy_source_map(c->source);
	const struct tape_config config = {
		.output = c->output,
		.eot = c->eot,
		.filters = c->filters.items,
		.filter_count = c->filters.count,
		.is_compressed = job_filters_compress(&c->filters),
		.places = c->task->context->places,
		.header = &c->header,
		.volumes = &c->settings->volumes,
		.rep = c->rep,
		.cancelled = c->cancelled,
		.channel = c->channel,
		.job = c->settings->name,
		.label = id->label,
		.level = id->level < 0 ? 0 : (uint32_t)id->level,
		.date = id->date,
		.base_date = id->base_date,
		.slaves = ring->slaves,
		.blocking = ring->blocking,
		.buffer = ring->buffer,
		.start_fill = ring->start_fill,
		.map_blocks = map->tape_blocks,
		.root_inode = ROOT_INODE,
		.max_inode = map->max_inode,
		.indexer = c->indexer,
		.puts_index = true,
		.folder = folder_of(c),
		.let_go = let_go,
		.let_go_arg = c,
	};

	return tape_new(&config);
}

/* --------------------------------------------------------------- the steps */

static int
write_copy(struct copying *c)
{
	report_begin(c);
	send_description(c);
	make_header(c);
	begin_index(c);
	c->tape = make_tape(c);
	return c->tape == NULL ? end_early(c, VERDICT_NOT_STARTED) :
	    end_tape(c, put_stream(c));
}

static int
copy(struct copying *c)
{
	const struct copy_task *task = c->task->copy;
	enum verdict verdict = VERDICT_NOT_STARTED;

	if (!open_target(c) || (c->source = copy_source_open(task->request,
	    c->task, task->registry, c->channel, &verdict)) == NULL)
		return end_early(c, verdict);
	if (!check_first_volume(c) || !check_media(c))
		return end_early(c, VERDICT_NOT_STARTED);
	return write_copy(c);
}

int
copy_run(const struct job_task *task, int channel)
{
	struct copying c = {
		.task = task,
		.settings = &task->config->settings,
		.rep = task->context->rep,
		.cancelled = &task->context->signals->cancel,
		.channel = channel,
		.hold = { task->config, task->context },
	};

	signals_leave_to_supervisor(channel);
	signals_end_with_supervisor();
	const int exit_code = copy(&c);
	indexer_free(c.indexer);
	copy_source_close(c.source);
	instance_free(c.output);
	instance_free(c.eot);
	job_filters_free(&c.filters);
	return exit_code;
}
