/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/base/signals.h"
#include "core/config/capacity.h"
#include "core/host/output.h"
#include "core/operator/volume_report.h"
#include "core/volume/checkpoint.h"
#include "core/volume/media_change.h"
#include "core/volume/volume.h"

/* Defaults for a medium that must be kept streaming. */
#define STREAM_BUFFER (32 << 20)
#define STREAM_FILL 75		/* percent */

#define INDEX_ATTEMPTS 2	/* for each volume */

/* What the checkpoint learns of a dead writer, in shared memory. */
struct shared {
	char medium[MESSAGE_NAME_BYTES];
	bool is_once;
	bool begun;			/* by one of the writers */
	unsigned int lost_in_index;	/* writers; or it is in it */
	enum de_failure failure;	/* of the last one, */
	uint64_t mark;			/* of what it refused; see de_medium */
	uint64_t bytes;
	uint64_t limit;			/* in tape blocks; 0: as planned */
};

struct writer {
	const struct tape_config *config;
	struct cut *cut;		/* has counted the volume's blocks */
	struct ring *ring;
	struct volume *volume;
	struct shared *shared;
	struct media_change change;
	struct checkpoint checkpoint;

	uint32_t first;			/* tape block of the volume */
	char digest[DIGEST_TEXT_BYTES];	/* these four for writer_describe() */
	char filters[MESSAGE_FILTERS_BYTES];
	char medium_digest[DIGEST_TEXT_BYTES];
	char head[DIGEST_TEXT_BYTES];
	int64_t written;		/* when that was; 0: it was not */
	time_t started;			/* the volume */
	uint64_t started_ns;
	bool running;			/* the ring is; the volume is open */
	bool has_ended;			/* the volume has its end, */
	enum de_status end;		/*   for this reason */

	enum verdict read_errors;	/* whether there are too many */
	enum verdict given_up;		/* why its checkpoint gave up */
	bool done;			/* this process is done */
	struct writer_result result;
};

/* ------------------------------------------------------ end of the process */

static enum de_status
end_process(struct writer *w, enum writer_ending how, enum exit_status status)
{
	if (!w->done) {
		w->done = true;
		w->result.how = how;
		w->result.status = status;
		w->result.tape_blocks = cut_total(w->cut);
	}
	return DE_FAILED;
}

/* The dump ends with this process. */
static enum de_status
end_dump(struct writer *w, enum exit_status status)
{
	return end_process(w, WRITER_DUMP_ENDED, status);
}

/* The checkpoint rewrites the volume if it can. */
static enum de_status
end_writer(struct writer *w, enum writer_ending how)
{
	return end_process(w, how, STATUS_ABORTED);
}

/* After this, the output's work is wanted again. */
static enum de_status
stop_ring(struct writer *w, bool complete)
{
	const enum de_status status = ring_stop(w->ring, complete);

	instance_set_unwanted(w->config->output, false);
	return status;
}

/* Keep nothing of the open volume. */
static void
discard(struct writer *w)
{
	if (!w->running)
		return;
	stop_ring(w, false);
	volume_discard(w->volume);
	w->running = false;
}

/* Leave the output's reason for the checkpoint. */
static void
note_failure(struct writer *w)
{
	w->shared->failure = volume_failure(w->volume);
	w->shared->mark = volume_mark(w->volume);
	if (volume_medium(w->volume)[0] != '\0')
		snprintf(w->shared->medium, sizeof(w->shared->medium),
		    "%s", volume_medium(w->volume));
}

static enum de_status
cut_back(struct writer *w, uint64_t records)
{
	const uint64_t blocks = records * w->config->blocking;

	if (blocks < cut_needed(w->cut)) {
		w->cut->blocks = blocks;
		return writer_refuse_small(w);
	}
	w->shared->limit = blocks;
	return end_writer(w, WRITER_CUT_BACK);
}

enum de_status
writer_fail(struct writer *w)
{
	uint64_t records;

	discard(w);
	if (*w->config->cancelled)
		return end_dump(w, STATUS_ABORTED);
	if (w->read_errors != VERDICT_GO_ON)
		return end_dump(w, verdict_status(w->read_errors));
	if (ring_out_of_memory(w->ring)) {
		report(w->config->rep, DE_ERROR, "out of memory");
		return end_dump(w, STATUS_ABORTED);
	}
	if (volume_is_short(w->volume, &records))
		return cut_back(w, records);
	note_failure(w);
	return end_writer(w, volume_may_retry(w->volume) ?
	    WRITER_RETRY : WRITER_WRITE_FAILED);
}

enum de_status
writer_refuse_small(struct writer *w)
{
	report(w->config->rep, DE_ERROR, "%s holds only %" PRIu64 " tape "
	    "blocks of 1024 bytes; volume %" PRIu32 " needs %" PRIu64 " for "
	    "restore to read it", volume_medium(w->volume), w->cut->blocks,
	    w->cut->number, cut_needed(w->cut));
	discard(w);
	w->shared->failure = DE_FAILURE_FULL;
	return end_writer(w, WRITER_TOO_SMALL);
}

enum de_status
writer_cut_short(struct writer *w, uint64_t blocks)
{
	w->shared->limit = blocks;
	discard(w);
	return end_writer(w, WRITER_CUT_SHORT);
}

enum de_status
writer_abort(struct writer *w)
{
	discard(w);
	return end_dump(w, STATUS_ABORTED);
}

/* --------------------------------------------------------------- reporting */

static void
describe_volume(const struct writer *w, uint32_t number,
    struct de_volume *volume)
{
	*volume = (struct de_volume){
		.struct_size = sizeof(*volume),
		.number = number,
		.record_size = w->config->blocking * DE_TAPE_BLOCK,
		.level = w->config->level,
		.date = w->config->date,
		.job = w->config->job,
		.label = w->config->label,
		.medium = w->change.medium[0] == '\0' ? NULL :
		    w->change.medium,
		.properties = (w->config->eot != NULL ?
		    DE_VOLUME_HANDLED : 0) | (w->config->volumes->verify ?
		    DE_VOLUME_VERIFIED : 0) |
		    (w->config->filter_count > 0 ? DE_VOLUME_FILTERED : 0) |
		    (w->config->is_compressed ? DE_VOLUME_RECORDS : 0),
	};
}

static void
describe_end(const struct writer *w, enum de_end_reason reason,
    struct de_volume_end *end)
{
	*end = (struct de_volume_end){
		.struct_size = sizeof(*end),
		.volume = w->cut->number,
		.reason = reason,
		.bytes = w->shared->bytes,
		.medium = w->shared->medium,
		.job = w->config->job,
		.label = w->config->label,
		.level = w->config->level,
		.date = w->config->date,
	};
	if (reason == DE_END_ERROR)
		end->next_volume = w->cut->number;
	else if (reason != DE_END_LAST)
		end->next_volume = w->cut->number + 1;
}

static void
tell_writer(const struct writer *w)
{
	const struct message m = {
		.type = MESSAGE_WRITER,
		.u.writer = { .pid = getpid(), .volume = w->cut->number },
	};
	message_send(w->config->channel, &m, true);
}

/* Should this dump be aborted, the next one knows what it left. */
static void
tell_head(void *arg, const char *head)
{
	const struct writer *w = arg;
	struct message m = {
		.type = MESSAGE_HEAD,
		.u.head = { .volume = w->cut->number },
	};

	snprintf(m.u.head.head, sizeof(m.u.head.head), "%s", head);
	message_send(w->config->channel, &m, true);
}

static void
report_start(const struct writer *w)
{
	char date[DATE_TEXT_BYTES];

	date_format(w->started, date);
	report(w->config->rep, DE_INFO, "volume %" PRIu32 " started with "
	    "block %" PRIu32 " at: %s, on %s", w->cut->number, w->first, date,
	    volume_medium(w->volume));
}

/* Not the engine's own, which compresses as dump(8) does. */
static void
describe_filters(const struct writer *w,
    char text[static MESSAGE_FILTERS_BYTES])
{
	size_t used = 0;

	text[0] = '\0';
	if (w->config->is_compressed)
		return;
	for (size_t i = 0; i < w->config->filter_count &&
	    used < MESSAGE_FILTERS_BYTES; i++)
		used += (size_t)snprintf(text + used, MESSAGE_FILTERS_BYTES -
		    used, "%s%s", i == 0 ? "" : ",",
		    w->config->filters[i]->plugin->descriptor.name);
}

/* Tell the user, and the supervisor, which keeps the statistics. */
static void
tell_volume(const struct writer *w, enum de_end_reason reason)
{
	struct message m = { .type = MESSAGE_VOLUME };
	struct message_volume *v = &m.u.volume;

	v->number = w->cut->number;
	v->reason = reason;
	v->records = ring_records_settled(w->ring);
	v->tape_blocks = v->records * w->config->blocking;
	v->medium_bytes = volume_bytes(w->volume);
	v->is_filtered = w->config->filter_count > 0;
	v->is_compressed = w->config->is_compressed;
	v->started = (int64_t)w->started;
	v->ended = (int64_t)time(NULL);
	v->written = w->written != 0 ? w->written : v->ended;
	v->ns = clock_ns() - w->started_ns;
	v->tape_file = volume_file(w->volume);
	v->verified = w->config->volumes->verify;
	v->properties = volume_properties(w->volume);
	volume_digest(w->volume, v->digest);
	describe_filters(w, v->filters);
	volume_medium_digest(w->volume, v->medium_digest, v->head);
	if (w->config->is_compressed)
		v->head[0] = '\0';	/* it has a header */
	snprintf(v->medium, sizeof(v->medium), "%s", volume_medium(w->volume));
	snprintf(v->barcode, sizeof(v->barcode), "%s",
	    volume_barcode(w->volume));
	snprintf(v->serial, sizeof(v->serial), "%s", volume_serial(w->volume));
	ring_get_times(w->ring, &v->times);
	volume_report(w->config->rep, v);
	message_send(w->config->channel, &m, true);
}

/* ------------------------------------------------------ beginning a volume */

/* Settings take precedence over the needs of the medium. */
static void
describe_medium(const struct writer *w, struct ring_medium *medium)
{
	const bool streams = volume_streams(w->volume);

	medium->window = volume_window(w->volume);
	medium->buffer = w->config->buffer;
	if (medium->buffer == 0 && streams)
		medium->buffer = STREAM_BUFFER;
	medium->start_fill = streams ? STREAM_FILL : 0;
	if (w->config->start_fill >= 0)
		medium->start_fill = (unsigned int)w->config->start_fill;
}

static bool
fit_ring(struct writer *w)
{
	struct ring_medium medium;

	describe_medium(w, &medium);
	if (ring_set_medium(w->ring, &medium) &&
	    cut_remember(w->cut, ring_slots(w->ring))) {
		report(w->config->rep, DE_DEBUG, "the ring holds %u records; "
		    "%u percent are filled before writing begins",
		    ring_slots(w->ring), medium.start_fill);
		return true;
	}
	report(w->config->rep, DE_ERROR, "out of memory for the ring: a buffer "
	    "of %" PRIu64 " bytes, and %" PRIu32 " records in flight to %s; "
	    "lower ring.buffer or ring.blocking",
	    medium.buffer, medium.window, volume_medium(w->volume));
	return false;
}

static void
note_begin(struct writer *w)
{
	w->started = time(NULL);
	w->written = 0;
	w->started_ns = clock_ns();
	snprintf(w->shared->medium, sizeof(w->shared->medium), "%s",
	    volume_medium(w->volume));
	w->shared->is_once = volume_is_once(w->volume);
	w->shared->begun = true;
	w->shared->bytes = 0;
	report_start(w);
}

static enum de_status
check_started(struct writer *w, enum de_status status)
{
	if (status == DE_OK)
		return DE_OK;
	report(w->config->rep, DE_ERROR, "cannot start a slave thread: out of "
	    "memory, or at the limit on threads");
	return writer_fail(w);
}

/* With filters, cut.c does not know what a volume can hold.  0: no limit. */
static uint64_t
size_of(const struct writer *w)
{
	const uint64_t records = capacity_records(w->config->volumes,
	    w->cut->number, w->config->blocking);
	const uint64_t record = (uint64_t)w->config->blocking * DE_TAPE_BLOCK;

	return records >= UINT64_MAX / record ? 0 : records * record;
}

/* In the new process: open the volume and start the ring. */
static enum de_status
open_volume(struct writer *w)
{
	struct de_volume facts;

	signals_leave_to_supervisor(w->config->channel);
	tell_writer(w);
	/* An earlier attempt may have told that the volume is safe. */
	if (w->shared->begun)
		message_settle(w->config->channel);
	if (*w->config->cancelled)
		return end_dump(w, STATUS_ABORTED);
	instance_set_unwanted(w->config->output, false);
	describe_volume(w, w->cut->number, &facts);
	w->shared->failure = DE_FAILURE_OTHER;
	w->shared->mark = 0;
	w->has_ended = false;
	if (volume_open(w->volume, &facts, size_of(w)) != DE_OK) {
		note_failure(w);
		return *w->config->cancelled ? end_dump(w, STATUS_ABORTED) :
		    end_writer(w, WRITER_OPEN_FAILED);
	}
	if (w->shared->limit != 0)
		w->cut->limit = w->shared->limit;
	note_begin(w);
	if (!fit_ring(w)) {
		volume_discard(w->volume);
		return end_dump(w, STATUS_ABORTED);
	}
	w->running = true;
	return check_started(w, ring_start(w->ring));
}

/* In the checkpoint: the writer has ended.  Fork another? */
static bool
retry(void *arg, pid_t pid, int wait_status)
{
	struct writer *w = arg;
	struct de_volume_end end;

	tell_writer(w);
	if (*w->config->cancelled)
		return false;
	describe_end(w, DE_END_ERROR, &end);
	end.failure = w->shared->failure;
	const struct media_change_failure failure = {
		.pid = pid,
		.wait_status = wait_status,
		.is_once = w->shared->is_once,
		.begun = w->shared->begun,
		.mark = w->shared->mark,
	};
	/* Without a writer, this process may end with the supervisor. */
	signals_end_with_supervisor();
	w->given_up = media_change_after_failure(&w->change, &end, &failure);
	signals_outlive_supervisor();
	return w->given_up == VERDICT_GO_ON;
}

enum de_status
writer_begin(struct writer *w, uint32_t first)
{
	w->first = first;
	media_change_begin_volume(&w->change);
	*w->shared = (struct shared){ 0 };
	/* A checkpoint waits for the end of its writer first. */
	signals_outlive_supervisor();
	if (w->config->let_go != NULL)
		w->config->let_go(w->config->let_go_arg);
	/* What is needed has rolled forward; the fork need not copy it. */
	ring_forget(w->ring);
	switch (checkpoint_fork(&w->checkpoint, retry, w)) {
	case CHECKPOINT_WRITER:
		return open_volume(w);
	case CHECKPOINT_GIVEN_UP:
		break;
	}
	if (w->given_up == VERDICT_GO_ON)
		w->given_up = VERDICT_ABORT;
	return end_dump(w, verdict_status(w->given_up));
}

/* --------------------------------------------------------- ending a volume */

/*
 * With filters, end the volume with as many records as fit, but not within the
 * attributes of an inode.
 */
static enum de_status
end_volume(struct writer *w, enum de_status status)
{
	enum de_status result;
	uint64_t records;

	do {
		records = cut_untorn_at(w->cut, volume_most(w->volume));
		result = volume_end(w->volume, records);
	} while (result == DE_END_OF_VOLUME && records > 0);
	if (result != DE_OK || !ring_settle_to(w->ring, records))
		return DE_FAILED;
	return status == DE_OK && records * w->config->blocking ==
	    w->cut->blocks ? DE_OK : DE_END_OF_VOLUME;
}

enum de_status
writer_stop(struct writer *w, bool ends)
{
	if (w->has_ended)
		return w->end;
	volume_set_ends(w->volume, ends);
	enum de_status status = stop_ring(w, true);
	if (w->config->filter_count == 0 || status == DE_FAILED ||
	    (status == DE_OK && !ends))
		return status;
	w->end = end_volume(w, status);
	w->has_ended = true;
	return w->end;
}

enum de_status
writer_resume(struct writer *w)
{
	return check_started(w, ring_resume(w->ring));
}

bool
writer_may_put_index(const struct writer *w)
{
	return w->shared->lost_in_index < INDEX_ATTEMPTS;
}

void
writer_begin_index(struct writer *w)
{
	w->shared->lost_in_index++;
}

void
writer_end_index(struct writer *w)
{
	w->shared->lost_in_index = 0;
}

bool
writer_describe(struct writer *w, struct indexer_volume *v)
{
	struct volume_pieces pieces;

	if (!volume_end_pieces(w->volume, &pieces))
		return false;
	volume_digest(w->volume, w->digest);
	w->written = (int64_t)time(NULL);
	*v = (struct indexer_volume){
		.number = w->cut->number,
		.first = w->cut->before,
		.blocks = w->cut->blocks,
		.medium = volume_medium(w->volume),
		.digest = w->digest,
		.written = w->written,
		.piece = pieces.records * w->config->blocking,
		.digests = pieces.digests,
		.digest_count = pieces.count,
	};
	describe_filters(w, w->filters);
	if (w->filters[0] != '\0')
		v->filters = w->filters;
	if (volume_medium_digest(w->volume, w->medium_digest, w->head)) {
		v->medium_bytes = volume_bytes(w->volume);
		v->medium_digest = w->medium_digest;
		v->head = w->config->is_compressed ? NULL : w->head;
	}
	v->has_position = volume_position(w->volume, &v->position,
	    &v->record_positions);
	return true;
}

static enum de_status
fail_closing(struct writer *w, enum volume_result result)
{
	if (*w->config->cancelled)
		return end_dump(w, STATUS_ABORTED);
	note_failure(w);
	if (volume_may_retry(w->volume))
		return end_writer(w, WRITER_RETRY);
	/* An output may write the last of it before it reads back. */
	return end_writer(w, result == VOLUME_DIFFERS &&
	    w->shared->failure != DE_FAILURE_FULL ?
	    WRITER_VERIFY_FAILED : WRITER_WRITE_FAILED);
}

enum de_status
writer_close(struct writer *w, enum de_end_reason reason)
{
	const bool verify = w->config->volumes->verify;

	report(w->config->rep, DE_DEBUG, "closing %s",
	    volume_medium(w->volume));
	const enum volume_result result = volume_close(w->volume, verify);
	w->running = false;
	w->shared->bytes = volume_bytes(w->volume);
	if (result != VOLUME_SAFE)
		return fail_closing(w, result);
	/* Once the last one is told of, the dump is known to be whole. */
	if (reason == DE_END_LAST && output_end_set(w->config->output,
	    DE_CLOSE_COMPLETE) != DE_OK)
		return end_dump(w, STATUS_ABORTED);
	tell_volume(w, reason);
	return DE_OK;
}

bool
writer_needs_medium(struct writer *w)
{
	struct de_volume next;

	describe_volume(w, w->cut->number + 1, &next);
	return w->config->eot != NULL ||
	    output_needs_change(w->config->output, &next);
}

enum de_status
writer_change_medium(struct writer *w, enum de_end_reason reason)
{
	struct de_volume_end end;
	struct de_volume next;

	describe_end(w, reason, &end);
	describe_volume(w, w->cut->number + 1, &next);
	const enum verdict changed = media_change_next(&w->change, &end, &next);
	if (changed != VERDICT_GO_ON)
		return end_dump(w, verdict_status(changed));
	return *w->config->cancelled ? end_dump(w, STATUS_ABORTED) : DE_OK;
}

enum de_status
writer_finish(struct writer *w)
{
	struct de_volume_end end;

	describe_end(w, DE_END_LAST, &end);
	media_change_at_end(&w->change, &end);
	end_dump(w, STATUS_COMPLETE);
	return DE_OK;
}

/* ----------------------------------------------- while the ring is running */

static bool
on_idle(void *arg)
{
	const struct writer *w = arg;
	w->shared->bytes = ring_records_settled(w->ring) *
	    w->config->blocking * DE_TAPE_BLOCK;
	const struct message m = {
		.type = MESSAGE_PROGRESS,
		.u.tape_blocks = cut_total(w->cut),
	};

	/* Without a supervisor, no one would learn how the dump ended. */
	if (!message_send(w->config->channel, &m, false))
		signals_has_supervisor();
	return *w->config->cancelled == 0;
}

bool
writer_bears_read_errors(struct writer *w)
{
	if (w->read_errors == VERDICT_GO_ON && w->config->read_errors != NULL)
		w->read_errors = read_errors_check(w->config->read_errors);
	return w->read_errors == VERDICT_GO_ON;
}

/* Part of a file became zeros in a written record. */
static bool
on_lost(void *arg, const struct gather_loss *loss)
{
	struct writer *w = arg;

	read_errors_note(w->config->read_errors, loss);
	return writer_bears_read_errors(w);
}

static void
on_unwanted(void *arg)
{
	const struct writer *w = arg;
	instance_set_unwanted(w->config->output, true);
}

/* ------------------------------------------------------------ for the tape */

static bool
map_shared(struct writer *w)
{
	void *shared = mmap(NULL, sizeof(*w->shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared != MAP_FAILED)
		w->shared = shared;
	return shared != MAP_FAILED;
}

static struct ring *
make_ring(struct writer *w)
{
	const struct ring_config config = {
		.slaves = w->config->slaves,
		.record_blocks = w->config->blocking,
		.read = source_read,
	/* The cast is safe: source_read() does not write to it. */
		.read_arg = (void *)(uintptr_t)w->config->source,
		.write = volume_write,
		.settled = volume_settled,
		.settle = volume_settle,
		.has_digests = w->config->indexer != NULL,
		.write_arg = w->volume,
		.idle = on_idle,
		.idle_arg = w,
		.lost = on_lost,
		.lost_arg = w,
		.unwanted = on_unwanted,
		.unwanted_arg = w,
	};
	return ring_new(&config);
}

struct writer *
writer_new(const struct tape_config *config, struct cut *cut)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		report(config->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	w->config = config;
	w->cut = cut;
	w->checkpoint.safe_fd = -1;
	w->checkpoint.lifeline = config->channel;
	w->change.output = config->output;
	w->change.eot = config->eot;
	w->change.places = config->places;
	w->change.rep = config->rep;
	w->change.channel = config->channel;
	w->change.rewrite_attempts = config->volumes->rewrite_attempts;
	if (!map_shared(w)) {
		report(config->rep, DE_ERROR, "out of memory");
		goto free_writer;
	}
	w->volume = volume_new(config->output, config->indexer != NULL ?
	    config->folder : NULL);
	w->ring = w->volume == NULL || !volume_set_filters(w->volume,
	    config->filters, config->filter_count, config->base_date) ? NULL :
	    make_ring(w);
	if (w->volume != NULL)
		volume_set_teller(w->volume, config->is_compressed ? NULL :
		    tell_head, w);
	if (w->ring == NULL) {
		report(config->rep, DE_ERROR, "out of memory for the ring; "
		    "lower ring.slaves or ring.blocking");
		goto free_writer;
	}
	return w;

free_writer:
	writer_free(w);
	return NULL;
}

void
writer_free(struct writer *w)
{
	if (w == NULL)
		return;
	ring_free(w->ring);
	volume_free(w->volume);
	if (w->shared != NULL)
		munmap(w->shared, sizeof(*w->shared));
	free(w);
}

struct ring *
writer_ring(const struct writer *w)
{
	return w->ring;
}

bool
writer_writes_once(const struct writer *w)
{
	return w->shared->is_once;
}

bool
writer_is_done(const struct writer *w)
{
	return w->done;
}

const struct writer_result *
writer_result(const struct writer *w)
{
	return &w->result;
}

void
writer_release(struct writer *w)
{
	if (w->result.how != WRITER_DUMP_ENDED)
		return;
	if (w->result.status == STATUS_COMPLETE) {
		checkpoint_safe(&w->checkpoint);
		/* Nothing is open, and the parent is now the supervisor. */
		signals_end_with_supervisor();
	} else {
		output_end_set(w->config->output, DE_CLOSE_DISCARD);
	}
}
