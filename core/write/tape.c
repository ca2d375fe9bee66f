/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/tape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/ring/backlog.h"
#include "core/config/capacity.h"
#include "core/volume/media_change.h"
#include "core/volume/checkpoint.h"
#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/host/output.h"
#include "core/base/signals.h"
#include "core/volume/volume.h"
#include "core/operator/volume_report.h"

/* Of a header and its attributes. */
#define ATTRIBUTE_BLOCKS_MAX 5

/* How much earlier a planned end may come, to be between two inodes. */
#define EARLY_PART 64		/* of the volume, */
#define EARLY_RECORDS 64	/* or so many records, if that is less */

/* For a medium that cannot stand still without loss, by default. */
#define STREAM_BUFFER (32 << 20)
#define STREAM_FILL 75		/* percent */

/* Tags of the blocks in the ring; the first two are backlog_kind. */
enum tag { TAG_HEADER, TAG_DATA, TAG_END, TAG_VOLUME };

/* What a tape block belongs to: an inode, and how much of it still comes. */
struct context {
	uint32_t inode;
	uint32_t data_left;	/* tape blocks of data until the next header */
	bool is_attributes;	/* those were, or are, extended attributes */
};

/* What a checkpoint has to know of a writer that died; in shared memory. */
struct shared {
	char medium[MESSAGE_NAME_BYTES];
	bool is_once;
	bool begun;		/* by one of the writers */
	enum de_failure failure;	/* of the last one, */
	uint64_t mark;		/* and of what it refused; see de_medium */
	uint64_t bytes;
	uint64_t limit;		/* tape blocks it is to have; 0: as planned */
};

struct tape {
	struct tape_config config;
	struct ring *ring;
	struct volume *volume;
	struct shared *shared;
	struct media_change change;
	struct checkpoint checkpoint;
	struct backlog backlog;		/* to be put before anything else */

	struct header_position next;	/* of the next tape block */
	struct context context;		/* of the next tape block */
	struct context *contexts;	/* of each record's first block, by its
					   number modulo context_count */
	size_t context_count;
	uint64_t blocks;		/* put on this volume */
	uint64_t limit;			/* tape blocks it is to have */
	uint64_t before;		/* tape blocks on the volumes before */
	time_t started;			/* the volume */
	uint64_t started_ns;

	enum verdict read_errors;	/* if there are too many */
	bool running;			/* the ring is, on an open volume */
	enum verdict given_up;		/* why the volume is, in its checkpoint */
	bool done;			/* this process is */
	struct tape_ending ending;
};

/* ------------------------------------------------------ end of the process */

static enum de_status
end_process(struct tape *tape, enum writer_ending how, enum exit_status status)
{
	if (!tape->done) {
		tape->done = true;
		tape->ending.how = how;
		tape->ending.status = status;
		tape->ending.tape_blocks = tape->before + tape->blocks;
	}
	return DE_FAILED;
}

/* The dump ends with this process. */
static enum de_status
end_dump(struct tape *tape, enum exit_status status)
{
	return end_process(tape, WRITER_DUMP_ENDED, status);
}

/* The checkpoint sees to it that the volume is written again, if it can. */
static enum de_status
end_writer(struct tape *tape, enum writer_ending how)
{
	return end_process(tape, how, STATUS_ABORTED);
}

/* What the output does from now on is wanted again, if it was not. */
static enum de_status
stop_ring(struct tape *tape, bool complete)
{
	const enum de_status status = ring_stop(tape->ring, complete);

	instance_set_unwanted(tape->config.output, false);
	return status;
}

/* Nothing of the open volume is kept. */
static void
discard(struct tape *tape)
{
	if (!tape->running)
		return;
	stop_ring(tape, false);
	volume_discard(tape->volume);
	tape->running = false;
}

/* The checkpoint is told why the output has failed. */
static void
note_failure(struct tape *tape)
{
	tape->shared->failure = volume_failure(tape->volume);
	tape->shared->mark = volume_mark(tape->volume);
	if (volume_medium(tape->volume)[0] != '\0')
		snprintf(tape->shared->medium, sizeof(tape->shared->medium),
		    "%s", volume_medium(tape->volume));
}

/*
 * The ring came to a stop: by too many read errors, by the user, or by the
 * output, which has reported why.
 */
static enum de_status
fail_volume(struct tape *tape)
{
	discard(tape);
	if (*tape->config.cancelled)
		return end_dump(tape, STATUS_ABORTED);
	if (tape->read_errors != VERDICT_GO_ON)
		return end_dump(tape, verdict_status(tape->read_errors));
	if (ring_out_of_memory(tape->ring)) {
		report(tape->config.rep, DE_ERROR, "out of memory");
		return end_dump(tape, STATUS_ABORTED);
	}
	note_failure(tape);
	return end_writer(tape, volume_may_retry(tape->volume) ?
	    WRITER_RETRY : WRITER_WRITE_FAILED);
}

/* ------------------------------------------------- putting on this volume */

static bool
on_idle(void *arg)
{
	const struct tape *tape = arg;
	tape->shared->bytes = ring_records_settled(tape->ring) *
	    tape->config.blocking * DE_TAPE_BLOCK;
	const struct message m = {
		.type = MESSAGE_PROGRESS,
		.u.tape_blocks = tape->before + tape->blocks,
	};

	/* Without a supervisor nobody would know what becomes of the dump. */
	if (!message_send(tape->config.channel, &m, false))
		signals_has_supervisor();
	return *tape->config.cancelled == 0;
}

static bool
may_go_on(struct tape *tape)
{
	if (tape->read_errors == VERDICT_GO_ON)
		tape->read_errors =
		    read_errors_check(tape->config.read_errors);
	return tape->read_errors == VERDICT_GO_ON;
}

/* A piece of a file that is zeros in a record that was written. */
static bool
on_lost(void *arg, const struct gather_loss *loss)
{
	struct tape *tape = arg;

	read_errors_note(tape->config.read_errors, loss);
	return may_go_on(tape);
}

static void
on_unwanted(void *arg)
{
	const struct tape *tape = arg;
	instance_set_unwanted(tape->config.output, true);
}

static uint64_t
record_number(const struct tape *tape)
{
	return tape->blocks / tape->config.blocking;
}

static void
begin_block(struct tape *tape)
{
	if (tape->blocks % tape->config.blocking == 0)
		tape->contexts[record_number(tape) % tape->context_count] =
		    tape->context;
}

static void
count(struct tape *tape, uint64_t blocks)
{
	tape->blocks += blocks;
	/* Wraps at 4 TiB, which no reader looks at. */
	tape->next.tapea += (uint32_t)blocks;
}

/* DE_END_OF_VOLUME also stands for a ring that came to a stop. */
static enum de_status
place_block(struct tape *tape, enum tag tag, const uint8_t *block)
{
	if (tape->blocks >= tape->limit)
		return DE_END_OF_VOLUME;
	uint8_t *to = ring_put_block(tape->ring, (uint8_t)tag);
	if (to == NULL)
		return DE_END_OF_VOLUME;
	begin_block(tape);
	memcpy(to, block, DE_TAPE_BLOCK);
	if (tag == TAG_DATA) {
		tape->context.data_left--;
	} else {
		header_stamp(to, &tape->next);
		if (tag == TAG_HEADER)
			tape->context = (struct context){ header_get_inode(to),
			    header_get_data_blocks(to),
			    header_is_attributes(to) };
	}
	count(tape, 1);
	return DE_OK;
}

/* *extent becomes what is left of it. */
static enum de_status
place_extent(struct tape *tape, struct ring_extent *extent)
{
	while (extent->length > 0) {
		struct ring_extent part = *extent;
		if (tape->blocks >= tape->limit)
			return DE_END_OF_VOLUME;
		const uint64_t room = (tape->limit - tape->blocks);
		if (part.length / DE_TAPE_BLOCK >= room)
			part.length = room * DE_TAPE_BLOCK;
		const uint64_t placed = ring_put_extent(tape->ring, &part);
		if (placed == 0)
			return DE_END_OF_VOLUME;
		begin_block(tape);
		const uint32_t blocks = (uint32_t)
		    ((placed + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK);
		tape->context.data_left -= blocks;
		count(tape, blocks);
		extent->offset += placed;
		extent->address += placed;
		extent->length -= placed;
	}
	return DE_OK;
}

static enum de_status
place_item(struct tape *tape, struct backlog_item *item)
{
	switch (item->kind) {
	case BACKLOG_HEADER:
		return place_block(tape, TAG_HEADER, item->block);
	case BACKLOG_DATA:
		return place_block(tape, TAG_DATA, item->block);
	case BACKLOG_EXTENT:
		break;
	}
	return place_extent(tape, &item->extent);
}

/* ------------------------------------------------------ the volume's facts */

static void
describe_volume(const struct tape *tape, uint32_t number,
    struct de_volume *volume)
{
	*volume = (struct de_volume){
		.struct_size = sizeof(*volume),
		.number = number,
		.record_size = tape->config.blocking * DE_TAPE_BLOCK,
		.level = tape->config.level,
		.date = tape->config.date,
		.job = tape->config.job,
		.label = tape->config.label,
		.medium = tape->change.medium[0] == '\0' ? NULL :
		    tape->change.medium,
		.properties = tape->config.eot != NULL ?
		    DE_VOLUME_HANDLED : 0,
	};
}

static void
describe_end(const struct tape *tape, enum de_end_reason reason,
    struct de_volume_end *end)
{
	*end = (struct de_volume_end){
		.struct_size = sizeof(*end),
		.volume = tape->next.volume,
		.reason = reason,
		.bytes = tape->shared->bytes,
		.medium = tape->shared->medium,
		.job = tape->config.job,
		.label = tape->config.label,
		.level = tape->config.level,
		.date = tape->config.date,
	};
	if (reason == DE_END_ERROR)
		end->next_volume = tape->next.volume;
	else if (reason != DE_END_LAST)
		end->next_volume = tape->next.volume + 1;
}

static void
tell_writer(const struct tape *tape)
{
	const struct message m = {
		.type = MESSAGE_WRITER,
		.u.writer = { .pid = getpid(), .volume = tape->next.volume },
	};
	message_send(tape->config.channel, &m, true);
}

static void
report_start(const struct tape *tape)
{
	char date[DATE_TEXT_BYTES];

	date_format(tape->started, date);
	report(tape->config.rep, DE_INFO, "volume %" PRIu32 " started with "
	    "block %" PRIu32 " at: %s, on %s", tape->next.volume,
	    tape->next.first_record, date, volume_medium(tape->volume));
}

/* To the operator, and to the supervisor, which keeps the statistics. */
static void
tell_volume(const struct tape *tape, enum de_end_reason reason)
{
	struct message m = { .type = MESSAGE_VOLUME };
	struct message_volume *v = &m.u.volume;

	v->number = tape->next.volume;
	v->reason = reason;
	v->records = ring_records_settled(tape->ring);
	v->tape_blocks = v->records * tape->config.blocking;
	v->started = (int64_t)tape->started;
	v->ended = (int64_t)time(NULL);
	v->ns = clock_ns() - tape->started_ns;
	v->tape_file = volume_file(tape->volume);
	v->verified = tape->config.volumes->verify;
	v->properties = volume_properties(tape->volume);
	volume_digest(tape->volume, v->digest);
	snprintf(v->medium, sizeof(v->medium), "%s",
	    volume_medium(tape->volume));
	ring_get_times(tape->ring, &v->times);
	volume_report(tape->config.rep, v);
	message_send(tape->config.channel, &m, true);
}

/* --------------------------------------------------------- end of a volume */

struct rollforward {
	struct backlog items;
	bool failed;		/* out of memory */
};

/* The end of the stream and volume headers are made anew. */
static void
roll_block(void *arg, uint8_t tag, const uint8_t *block)
{
	struct rollforward *r = arg;

	if (tag == TAG_HEADER || tag == TAG_DATA)
		r->failed |= !backlog_add_block(&r->items,
		    (enum backlog_kind)tag, block);
}

static void
roll_extent(void *arg, const struct ring_extent *extent)
{
	struct rollforward *r = arg;
	r->failed |= !backlog_add_extent(&r->items, extent);
}

/*
 * Put what is not on the medium in front of the backlog, and go back to where
 * the first of it stands in the stream.
 */
static bool
roll_forward(struct tape *tape)
{
	struct rollforward r = { .failed = false };
	const struct ring_visitor visitor = { roll_block, roll_extent, &r };
	const uint64_t records = ring_records_settled(tape->ring);
	const uint64_t written = records * tape->config.blocking;

	backlog_init(&r.items);
	ring_each_unwritten(tape->ring, &visitor);
	backlog_prepend(&tape->backlog, &r.items);
	if (r.failed) {
		report(tape->config.rep, DE_ERROR, "out of memory");
		return false;
	}
	if (written < tape->blocks)
		tape->context = tape->contexts[records % tape->context_count];
	tape->next.tapea -= (uint32_t)(tape->blocks - written);
	tape->blocks = written;
	return true;
}

static uint64_t
blocks_needed(const struct tape *tape)
{
	return capacity_needed(tape->next.volume, tape->config.map_blocks);
}

/*
 * restore loses an attribute record when a volume ends within it, or right
 * behind it: it sets attributes only when it has read the next header.  A
 * planned end avoids that; when the medium ends there unasked, the volume is
 * written again and ends in front of it.  Returns the tape blocks that it may
 * have; all that it has, if nothing is torn.
 */
static uint64_t
untorn_blocks(const struct tape *tape)
{
	uint64_t record = record_number(tape);
	struct context at = tape->context;

	while (at.is_attributes && record > 0)
		at = tape->contexts[--record % tape->context_count];
	return record * tape->config.blocking;
}

static enum de_status
cut_short(struct tape *tape, uint64_t blocks)
{
	tape->shared->limit = blocks;
	volume_discard(tape->volume);
	tape->running = false;
	return end_writer(tape, WRITER_CUT_SHORT);
}

static enum de_status
refuse_small(struct tape *tape)
{
	report(tape->config.rep, DE_ERROR, "%s holds only %" PRIu64 " tape "
	    "blocks of 1024 bytes; volume %" PRIu32 " needs %" PRIu64 " for "
	    "restore to read it", volume_medium(tape->volume), tape->blocks,
	    tape->next.volume, blocks_needed(tape));
	volume_discard(tape->volume);
	tape->running = false;
	tape->shared->failure = DE_FAILURE_FULL;
	return end_writer(tape, WRITER_TOO_SMALL);
}

static enum de_status
fail_closing(struct tape *tape, enum volume_result result)
{
	if (*tape->config.cancelled)
		return end_dump(tape, STATUS_ABORTED);
	note_failure(tape);
	if (volume_may_retry(tape->volume))
		return end_writer(tape, WRITER_RETRY);
	return end_writer(tape, result == VOLUME_DIFFERS ?
	    WRITER_VERIFY_FAILED : WRITER_WRITE_FAILED);
}

/* Make the volume safe. */
static enum de_status
close_volume(struct tape *tape, enum de_end_reason reason)
{
	const bool verify = tape->config.volumes->verify;

	report(tape->config.rep, DE_DEBUG, "closing %s",
	    volume_medium(tape->volume));
	const enum volume_result result = volume_close(tape->volume, verify);
	tape->running = false;
	tape->shared->bytes = volume_bytes(tape->volume);
	if (result != VOLUME_SAFE)
		return fail_closing(tape, result);
	tell_volume(tape, reason);
	return DE_OK;
}

static bool
retry(void *arg, pid_t pid, int wait_status)
{
	struct tape *tape = arg;
	struct de_volume_end end;

	tell_writer(tape);
	if (*tape->config.cancelled)
		return false;
	describe_end(tape, DE_END_ERROR, &end);
	end.failure = tape->shared->failure;
	const struct media_change_failure failure = {
		.pid = pid,
		.wait_status = wait_status,
		.is_once = tape->shared->is_once,
		.begun = tape->shared->begun,
		.mark = tape->shared->mark,
	};
	/* There is no writer now that this process would have to see to. */
	signals_end_with_supervisor();
	tape->given_up = media_change_after_failure(&tape->change, &end, &failure);
	signals_outlive_supervisor();
	return tape->given_up == VERDICT_GO_ON;
}

/* The header that every volume begins with. */
static enum de_status
place_volume_header(struct tape *tape)
{
	uint8_t block[DE_TAPE_BLOCK];
	const bool is_first = tape->next.volume == 1;

	header_volume(tape->config.header, block,
	    is_first ? 0 : tape->context.inode,
	    is_first ? 1 : tape->context.data_left);
	return place_block(tape, TAG_VOLUME, block);
}

static bool
alloc_contexts(struct tape *tape)
{
	/*
	 * One for each record in the ring, one being filled, one to come, and
	 * those before that attributes may reach back to.
	 */
	free(tape->contexts);
	tape->context_count = (size_t)ring_slots(tape->ring) + 2 +
	    ATTRIBUTE_BLOCKS_MAX;
	tape->contexts = calloc(tape->context_count, sizeof(*tape->contexts));
	return tape->contexts != NULL;
}

/* What is set goes before what the medium would need. */
static void
describe_medium(const struct tape *tape, struct ring_medium *medium)
{
	const bool streams = volume_streams(tape->volume);

	medium->window = volume_window(tape->volume);
	medium->buffer = tape->config.buffer;
	if (medium->buffer == 0 && streams)
		medium->buffer = STREAM_BUFFER;
	medium->start_fill = streams ? STREAM_FILL : 0;
	if (tape->config.start_fill >= 0)
		medium->start_fill = (unsigned int)tape->config.start_fill;
}

static bool
fit_ring(struct tape *tape)
{
	struct ring_medium medium;

	describe_medium(tape, &medium);
	if (ring_set_medium(tape->ring, &medium) && alloc_contexts(tape)) {
		report(tape->config.rep, DE_DEBUG, "the ring holds %u records; "
		    "%u percent are filled before writing begins",
		    ring_slots(tape->ring), medium.start_fill);
		return true;
	}
	report(tape->config.rep, DE_ERROR, "out of memory for the ring, with "
	    "a buffer of %" PRIu64 " bytes and the %" PRIu32 " records that %s "
	    "may be late with; a smaller ring.buffer or blocking needs less",
	    medium.buffer, medium.window, volume_medium(tape->volume));
	return false;
}

/* In the new process: open the volume and begin it. */
static enum de_status
open_volume(struct tape *tape)
{
	struct de_volume facts;

	signals_leave_to_supervisor(tape->config.channel);
	tell_writer(tape);
	if (*tape->config.cancelled)
		return end_dump(tape, STATUS_ABORTED);
	instance_set_unwanted(tape->config.output, false);
	describe_volume(tape, tape->next.volume, &facts);
	tape->shared->failure = DE_FAILURE_OTHER;
	tape->shared->mark = 0;
	if (volume_open(tape->volume, &facts) != DE_OK) {
		note_failure(tape);
		return *tape->config.cancelled ?
		    end_dump(tape, STATUS_ABORTED) :
		    end_writer(tape, WRITER_OPEN_FAILED);
	}
	if (tape->shared->limit != 0)
		tape->limit = tape->shared->limit;
	tape->running = true;
	tape->started = time(NULL);
	tape->started_ns = clock_ns();
	tape->blocks = 0;
	tape->next.first_record = tape->next.tapea;
	snprintf(tape->shared->medium, sizeof(tape->shared->medium), "%s",
	    volume_medium(tape->volume));
	tape->shared->is_once = volume_is_once(tape->volume);
	tape->shared->begun = true;
	tape->shared->bytes = 0;
	report_start(tape);
	if (!fit_ring(tape)) {
		volume_discard(tape->volume);
		tape->running = false;
		return end_dump(tape, STATUS_ABORTED);
	}
	if (ring_start(tape->ring) != DE_OK) {
		report(tape->config.rep, DE_ERROR,
		    "cannot start a slave thread");
		return fail_volume(tape);
	}
	return place_volume_header(tape) == DE_OK ? DE_OK :
	    fail_volume(tape);
}

static void
set_limit(struct tape *tape)
{
	const uint64_t records = capacity_records(tape->config.volumes,
	    tape->next.volume, tape->config.blocking);

	tape->limit = records >= UINT64_MAX / tape->config.blocking ?
	    UINT64_MAX : records * tape->config.blocking;
}

/* Fork the process of volume next.volume; go on in it. */
static enum de_status
begin_volume(struct tape *tape)
{
	media_change_begin_volume(&tape->change);
	*tape->shared = (struct shared){ 0 };
	set_limit(tape);
	/* A checkpoint sees to the end of its writer first. */
	signals_outlive_supervisor();
	/* What is of use has rolled forward; the fork need not copy it. */
	ring_forget(tape->ring);
	switch (checkpoint_fork(&tape->checkpoint, retry, tape)) {
	case CHECKPOINT_WRITER:
		return open_volume(tape);
	case CHECKPOINT_GIVEN_UP:
		break;
	}
	if (tape->given_up == VERDICT_GO_ON)
		tape->given_up = VERDICT_ABORT;
	return end_dump(tape, verdict_status(tape->given_up));
}

/*
 * The volume is full, as planned or because the medium says so, or the ring
 * has failed: close it, and begin the next.
 */
static enum de_status
change_volume(struct tape *tape)
{
	struct de_volume_end end;
	struct de_volume next;
	enum de_end_reason reason = DE_END_SIZE;

	const enum de_status status = stop_ring(tape, true);
	if (status == DE_FAILED)
		return fail_volume(tape);
	if (status == DE_END_OF_VOLUME)
		reason = DE_END_EOT;
	if (!roll_forward(tape))
		return end_dump(tape, STATUS_ABORTED);
	const uint64_t untorn = untorn_blocks(tape);
	if (untorn < blocks_needed(tape))
		return refuse_small(tape);
	if (untorn < tape->blocks && !tape->shared->is_once)
		return cut_short(tape, untorn);
	if (close_volume(tape, reason) != DE_OK)
		return DE_FAILED;

	describe_end(tape, reason, &end);
	describe_volume(tape, tape->next.volume + 1, &next);
	const enum verdict changed = media_change_next(&tape->change, &end, &next);
	if (changed != VERDICT_GO_ON || *tape->config.cancelled)
		return end_dump(tape, changed != VERDICT_GO_ON ?
		    verdict_status(changed) : STATUS_ABORTED);
	tape->before += tape->blocks;
	tape->blocks = 0;
	tape->next.volume++;
	return begin_volume(tape);
}

/* Put all of the backlog, over as many volumes as it takes. */
static enum de_status
put_backlog(struct tape *tape)
{
	enum de_status status = DE_OK;

	while (status == DE_OK && tape->backlog.first != NULL) {
		status = place_item(tape, tape->backlog.first);
		if (status == DE_OK)
			backlog_drop_first(&tape->backlog);
		else
			status = change_volume(tape);
	}
	return status;
}

/* ------------------------------------------------------ what the caller sees */

static bool
map_shared(struct tape *tape)
{
	void *shared = mmap(NULL, sizeof(*tape->shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared != MAP_FAILED)
		tape->shared = shared;
	return shared != MAP_FAILED;
}

static struct ring *
make_ring(struct tape *tape)
{
	const struct ring_config config = {
		.slaves = tape->config.slaves,
		.record_blocks = tape->config.blocking,
		.read = source_read,
		/* cast: source_read() does not write to it */
		.read_arg = (void *)(uintptr_t)tape->config.source,
		.write = volume_write,
		.settled = volume_settled,
		.settle = volume_settle,
		.write_arg = tape->volume,
		.idle = on_idle,
		.idle_arg = tape,
		.lost = on_lost,
		.lost_arg = tape,
		.unwanted = on_unwanted,
		.unwanted_arg = tape,
	};
	return ring_new(&config);
}

static void
tape_free(struct tape *tape)
{
	backlog_clear(&tape->backlog);
	ring_free(tape->ring);
	volume_free(tape->volume);
	if (tape->shared != NULL)
		munmap(tape->shared, sizeof(*tape->shared));
	free(tape->contexts);
	free(tape);
}

struct tape *
tape_new(const struct tape_config *config)
{
	struct tape *tape = calloc(1, sizeof(*tape));

	if (tape == NULL) {
		report(config->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	tape->config = *config;
	tape->next.volume = 1;
	tape->checkpoint.safe_fd = -1;
	tape->checkpoint.lifeline = config->channel;
	backlog_init(&tape->backlog);
	tape->change.output = config->output;
	tape->change.eot = config->eot;
	tape->change.rep = config->rep;
	tape->change.channel = config->channel;
	tape->change.rewrite_attempts = config->volumes->rewrite_attempts;
	if (!map_shared(tape)) {
		report(config->rep, DE_ERROR, "out of memory");
		tape_free(tape);
		return NULL;
	}
	tape->volume = volume_new(config->output);
	tape->ring = tape->volume == NULL ? NULL : make_ring(tape);
	if (tape->ring == NULL) {
		report(config->rep, DE_ERROR, "out of memory for the ring; "
		    "fewer slaves or a smaller blocking need less");
		tape_free(tape);
		return NULL;
	}
	return tape;
}

enum de_status
tape_begin(struct tape *tape)
{
	return begin_volume(tape);
}

void
tape_begin_inode(struct tape *tape)
{
	if (tape->limit == UINT64_MAX || tape->context.is_attributes ||
	    tape->blocks % tape->config.blocking != 0 ||
	    tape->blocks < blocks_needed(tape))
		return;
	uint64_t early = tape->limit / EARLY_PART;
	if (early > (uint64_t)EARLY_RECORDS * tape->config.blocking)
		early = (uint64_t)EARLY_RECORDS * tape->config.blocking;
	/* Rather now than a little later inside of an inode. */
	if (tape->limit - tape->blocks <= early)
		tape->limit = tape->blocks;
}

static uint64_t
round_up(uint64_t n, uint64_t unit)
{
	return (n + unit - 1) / unit * unit;
}

void
tape_keep_together(struct tape *tape, uint32_t blocks)
{
	if (tape->limit == UINT64_MAX || tape->blocks >= tape->limit ||
	    tape->limit - tape->blocks >= blocks)
		return;
	/*
	 * The record being filled goes to the next volume as a whole; a volume
	 * that would be too small then has a record more.
	 */
	const uint64_t records = record_number(tape) * tape->config.blocking;
	tape->limit = records >= blocks_needed(tape) ? records :
	    round_up(tape->blocks + blocks, tape->config.blocking);
}

enum de_status
tape_put_header(struct tape *tape, uint8_t block[static DE_TAPE_BLOCK])
{
	if (tape->done)
		return DE_FAILED;
	if (place_block(tape, TAG_HEADER, block) == DE_OK)
		return DE_OK;
	if (!backlog_add_block(&tape->backlog, BACKLOG_HEADER, block))
		return end_dump(tape, STATUS_ABORTED);
	return put_backlog(tape);
}

enum de_status
tape_put_data(struct tape *tape, const uint8_t block[static DE_TAPE_BLOCK])
{
	if (tape->done)
		return DE_FAILED;
	if (place_block(tape, TAG_DATA, block) == DE_OK)
		return DE_OK;
	if (!backlog_add_block(&tape->backlog, BACKLOG_DATA, block))
		return end_dump(tape, STATUS_ABORTED);
	return put_backlog(tape);
}

enum de_status
tape_put_extent(struct tape *tape, const struct ring_extent *extent)
{
	struct ring_extent rest = *extent;

	if (tape->done)
		return DE_FAILED;
	if (place_extent(tape, &rest) == DE_OK)
		return DE_OK;
	if (!backlog_add_extent(&tape->backlog, &rest))
		return end_dump(tape, STATUS_ABORTED);
	return put_backlog(tape);
}

/* At least one, and then until the record is full. */
static enum de_status
put_end(struct tape *tape, uint32_t max_inode)
{
	uint8_t block[DE_TAPE_BLOCK];
	bool has_one = false;

	while (!has_one || tape->blocks % tape->config.blocking != 0) {
		header_end(tape->config.header, block, max_inode);
		has_one = place_block(tape, TAG_END, block) == DE_OK;
		if (!has_one && (change_volume(tape) != DE_OK ||
		    put_backlog(tape) != DE_OK))
			return DE_FAILED;
	}
	return DE_OK;
}

/* The medium may be full even at the very last record. */
static enum de_status
put_end_and_write(struct tape *tape, uint32_t max_inode)
{
	for (;;) {
		if (put_end(tape, max_inode) != DE_OK)
			return DE_FAILED;
		if (stop_ring(tape, true) == DE_OK)
			return DE_OK;
		if (change_volume(tape) != DE_OK || put_backlog(tape) != DE_OK)
			return DE_FAILED;
	}
}

enum de_status
tape_finish(struct tape *tape, uint32_t max_inode)
{
	struct de_volume_end end;

	if (tape->done || put_end_and_write(tape, max_inode) != DE_OK ||
	    close_volume(tape, DE_END_LAST) != DE_OK)
		return DE_FAILED;
	if (output_end_set(tape->config.output, DE_CLOSE_COMPLETE) != DE_OK)
		return end_dump(tape, STATUS_ABORTED);
	describe_end(tape, DE_END_LAST, &end);
	media_change_at_end(&tape->change, &end);
	end_dump(tape, STATUS_COMPLETE);
	return DE_OK;
}

bool
tape_is_done(const struct tape *tape)
{
	return tape->done;
}

enum de_status
tape_check_read_errors(struct tape *tape)
{
	if (tape->done)
		return DE_FAILED;
	return may_go_on(tape) ? DE_OK : fail_volume(tape);
}

void
tape_abort(struct tape *tape)
{
	discard(tape);
	end_dump(tape, STATUS_ABORTED);
}

const struct tape_ending *
tape_ending(const struct tape *tape)
{
	return &tape->ending;
}

void
tape_end(struct tape *tape)
{
	const bool is_last = tape->ending.how == WRITER_DUMP_ENDED;

	if (is_last && tape->ending.status == STATUS_COMPLETE) {
		checkpoint_safe(&tape->checkpoint);
		/* Nothing is open; the parent is the supervisor now. */
		signals_end_with_supervisor();
	} else if (is_last) {
		output_end_set(tape->config.output, DE_CLOSE_DISCARD);
	}
	tape_free(tape);
}
