/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/tape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/date.h"
#include "core/paths.h"

struct tape {
	struct tape_config config;
	struct ring *ring;
	struct de_medium medium;
	struct header_position next;	/* of the next tape block */
	uint64_t put;			/* tape blocks put so far */
	uint64_t started;		/* clock_ns() at the volume's start */
};

static bool
on_idle(void *arg)
{
	struct tape *tape = arg;

	progress_show(tape->config.progress, tape->put);
	return *tape->config.cancelled == 0;
}

static struct ring *
make_ring(struct tape *tape)
{
	const struct ring_config config = {
		.slaves = tape->config.slaves,
		.record_blocks = tape->config.blocking,
		.read = tape->config.source->ops->read,
		.read_arg = tape->config.source->self,
		.write = tape->config.output->plugin->output.write,
		.write_arg = tape->config.output->self,
		.idle = on_idle,
		.idle_arg = tape,
	};
	return ring_new(&config);
}

static void
describe_volume(const struct tape *tape, struct de_volume *volume)
{
	*volume = (struct de_volume){
		.struct_size = sizeof(*volume),
		.number = tape->next.volume,
		.record_size = tape->config.blocking * DE_TAPE_BLOCK,
		.level = tape->config.level,
		.date = tape->config.date,
		.job = tape->config.job,
		.label = tape->config.label,
	};
}

static bool
open_volume(struct tape *tape)
{
	const struct instance *output = tape->config.output;
	struct de_volume volume;

	describe_volume(tape, &volume);
	tape->medium = (struct de_medium){
		.struct_size = sizeof(tape->medium) };
	if (output->plugin->output.open_volume(output->self, &volume,
	    &tape->medium) != DE_OK)
		return false;
	if (tape->medium.name == NULL)
		tape->medium.name = output->plugin->descriptor.name;
	return true;
}

static void
close_volume(struct tape *tape, enum de_close how, enum de_status *status)
{
	const struct instance *output = tape->config.output;
	const enum de_status closed =
	    output->plugin->output.close_volume(output->self, how);

	if (how == DE_CLOSE_COMPLETE)
		*status = closed;
}

static void
report_start(const struct tape *tape)
{
	char date[DATE_TEXT_BYTES];

	date_format(time(NULL), date);
	report(tape->config.rep, DE_INFO, "volume %" PRIu32 " started with "
	    "block %" PRIu32 " at: %s, on %s", tape->next.volume,
	    tape->next.first_record, date, tape->medium.name);
}

static void
tape_free(struct tape *tape)
{
	ring_free(tape->ring);
	free(tape);
}

struct tape *
tape_open(const struct tape_config *config)
{
	uint8_t block[DE_TAPE_BLOCK];
	struct tape *tape = calloc(1, sizeof(*tape));

	if (tape == NULL) {
		report(config->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	tape->config = *config;
	tape->next.volume = 1;
	tape->ring = make_ring(tape);
	if (tape->ring == NULL) {
		report(config->rep, DE_ERROR, "out of memory for the ring; "
		    "fewer slaves or a smaller blocking need less");
		goto fail;
	}
	if (!open_volume(tape))
		goto fail;
	tape->started = clock_ns();
	report_start(tape);
	if (ring_start(tape->ring) != DE_OK) {
		report(config->rep, DE_ERROR, "cannot start a slave thread");
		ring_stop(tape->ring, false);
		goto discard;
	}
	header_volume(config->header, block, 0, 1);
	if (tape_put_header(tape, block) == DE_OK)
		return tape;
	tape_abort(tape);
	return NULL;

discard:
	close_volume(tape, DE_CLOSE_DISCARD, NULL);
fail:
	tape_free(tape);
	return NULL;
}

static void
count(struct tape *tape, uint64_t blocks)
{
	tape->put += blocks;
	/* Wraps at 4 TiB, which no reader looks at. */
	tape->next.tapea += (uint32_t)blocks;
}

enum de_status
tape_put_header(struct tape *tape, uint8_t block[static DE_TAPE_BLOCK])
{
	header_stamp(block, &tape->next);
	return tape_put_data(tape, block);
}

enum de_status
tape_put_data(struct tape *tape, const uint8_t block[static DE_TAPE_BLOCK])
{
	uint8_t *to = ring_put_block(tape->ring);

	if (to == NULL)
		return DE_FAILED;
	memcpy(to, block, DE_TAPE_BLOCK);
	count(tape, 1);
	return DE_OK;
}

enum de_status
tape_put_extent(struct tape *tape, const struct ring_extent *extent)
{
	const enum de_status status = ring_put_extent(tape->ring, extent);

	if (status == DE_OK)
		count(tape, extent->length / DE_TAPE_BLOCK +
		    (extent->length % DE_TAPE_BLOCK != 0));
	return status;
}

/* At least one, and then until the record is full. */
static enum de_status
put_end(struct tape *tape, uint32_t max_inode)
{
	uint8_t block[DE_TAPE_BLOCK];
	enum de_status status;

	do {
		header_end(tape->config.header, block, max_inode);
		status = tape_put_header(tape, block);
	} while (status == DE_OK && ring_room(tape->ring) > 0);
	return status;
}

static void
report_read_failure(const struct tape *tape,
    const struct ring_read_failure *failure)
{
	struct paths *paths = paths_find(tape->config.source, &failure->inode,
	    1);

	report(tape->config.rep, DE_ERROR, "%s: cannot read %s (inode %" PRIu32
	    ") at offset %" PRIu64 ", address %" PRIu64 " of the device: %s",
	    tape->config.source->info.device,
	    paths_get(paths, failure->inode), failure->inode, failure->offset,
	    failure->error.address, strerror(failure->error.error));
	paths_free(paths);
}

/* What an output plugin has reported already is not said again. */
static void
report_stop(struct tape *tape, enum de_status status)
{
	const struct ring_read_failure *failure =
	    ring_read_failure(tape->ring);

	if (failure != NULL)
		report_read_failure(tape, failure);
	else if (status == DE_END_OF_VOLUME)
		report(tape->config.rep, DE_ERROR, "%s is full after %" PRIu64
		    " records, and the dump does not fit on one volume",
		    tape->medium.name, ring_records_written(tape->ring));
	else if (*tape->config.cancelled)
		report(tape->config.rep, DE_ERROR, "interrupted by signal %d "
		    "(%s)", (int)*tape->config.cancelled,
		    strsignal((int)*tape->config.cancelled));
}

static void
report_volume(const struct tape *tape)
{
	const uint64_t ns = clock_ns() - tape->started;
	const uint64_t seconds = ns / NS_PER_SECOND;
	const double rate = (double)tape->put * 1e9 / (double)(ns > 0 ? ns : 1);
	char date[DATE_TEXT_BYTES];

	date_format(time(NULL), date);
	report(tape->config.rep, DE_INFO, "volume %" PRIu32 " completed at: %s",
	    tape->next.volume, date);
	report(tape->config.rep, DE_INFO, "volume %" PRIu32 ": %" PRIu64
	    " blocks (%.2f MB), %" PRIu64 " records", tape->next.volume,
	    tape->put, (double)tape->put / 1024,
	    tape->put / tape->config.blocking);
	report(tape->config.rep, DE_INFO, "volume %" PRIu32 " took %" PRIu64
	    ":%02" PRIu64 ":%02" PRIu64 ", transfer rate: %.0f kB/s",
	    tape->next.volume, seconds / 3600, seconds / 60 % 60,
	    seconds % 60, rate);
}

enum de_status
tape_close(struct tape *tape, uint32_t max_inode)
{
	enum de_status status = put_end(tape, max_inode);

	if (status != DE_OK) {
		tape_abort(tape);
		return status;
	}
	status = ring_stop(tape->ring, true);
	progress_end(tape->config.progress);
	if (status != DE_OK) {
		report_stop(tape, status);
		close_volume(tape, DE_CLOSE_DISCARD, NULL);
	} else {
		report(tape->config.rep, DE_DEBUG, "closing %s",
		    tape->medium.name);
		close_volume(tape, DE_CLOSE_COMPLETE, &status);
		if (status == DE_OK)
			report_volume(tape);
	}
	tape_free(tape);
	return status == DE_OK ? DE_OK : DE_FAILED;
}

void
tape_abort(struct tape *tape)
{
	const enum de_status status = ring_stop(tape->ring, false);

	progress_end(tape->config.progress);
	report_stop(tape, status);
	close_volume(tape, DE_CLOSE_DISCARD, NULL);
	tape_free(tape);
}
