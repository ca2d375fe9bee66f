/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/tape.h"

#include <stdlib.h>
#include <string.h>

#include "core/write/archive.h"
#include "core/write/rollforward.h"
#include "core/write/tape_own.h"

enum de_status
tape_out_of_memory(struct tape *tape)
{
	report(tape->config.rep, DE_ERROR, "out of memory");
	return writer_abort(tape->writer);
}

/* ---------------------------------------------------------- placing blocks */

/* Wraps at 4 TiB; no reader uses the number. */
static void
number_blocks(struct tape *tape, uint64_t blocks)
{
	tape->next.tapea += (uint32_t)blocks;
}

/* The last tape block so far is that one, as it is on the medium. */
static void
archive_block(struct tape *tape, enum rollforward_tag tag, const uint8_t *block)
{
	struct archive *archive = tape->config.archive;
	const uint64_t number = cut_total(&tape->cut) - 1;

	switch (tag) {
	case ROLLFORWARD_HEADER:
		archive_header(archive, number, block);
		break;
	case ROLLFORWARD_END:
		archive_end(archive, number, block);
		break;
	case ROLLFORWARD_DATA:
		archive_data(archive, number, block);
		break;
	case ROLLFORWARD_STAYS:
		archive_volume(archive, number, block);
		break;
	}
}

/* DE_END_OF_VOLUME can also mean that the ring has stopped. */
static enum de_status
place_block(struct tape *tape, enum rollforward_tag tag, const uint8_t *block)
{
	if (cut_room(&tape->cut) == 0)
		return DE_END_OF_VOLUME;
	uint8_t *to = ring_put_block(tape->ring, (uint8_t)tag);
	if (to == NULL)
		return DE_END_OF_VOLUME;
	memcpy(to, block, DE_TAPE_BLOCK);
	switch (tag) {
	case ROLLFORWARD_HEADER:
		cut_count_header(&tape->cut, to);
		tape_index_header(tape, to);
		break;
	case ROLLFORWARD_END:
		cut_count_header(&tape->cut, to);
		tape_index_header(tape, to);
		tape->has_end = true;
		tape->end_mark = header_get_end_mark(to);
		header_set_place(to, tape->index.volume, tape->index.block);
		break;
	case ROLLFORWARD_DATA:
		cut_count_data(&tape->cut, 1);
		break;
	case ROLLFORWARD_STAYS:
		cut_count_own(&tape->cut);
		break;
	}
	if (tag != ROLLFORWARD_DATA)
		header_stamp(to, &tape->next);
	archive_block(tape, tag, to);
	number_blocks(tape, 1);
	return DE_OK;
}

/* On return, *extent is the rest of it. */
static enum de_status
place_extent(struct tape *tape, struct ring_extent *extent)
{
	while (extent->length > 0) {
		struct ring_extent part = *extent;
		const uint64_t room = cut_room(&tape->cut);
		if (room == 0)
			return DE_END_OF_VOLUME;
		if (part.length / DE_TAPE_BLOCK >= room)
			part.length = room * DE_TAPE_BLOCK;
		const uint64_t placed = ring_put_extent(tape->ring, &part);
		if (placed == 0)
			return DE_END_OF_VOLUME;
		const uint32_t blocks = (uint32_t)
		    ((placed + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK);
		cut_count_data(&tape->cut, blocks);
		number_blocks(tape, blocks);
		extent->offset += placed;
		extent->address += placed;
		extent->length -= placed;
	}
	return DE_OK;
}

static bool
is_at_end(const struct tape *tape, const uint8_t *block)
{
	return cut_is_at_end(&tape->cut) && tape->has_end &&
	    tape->end_mark == header_get_end_mark(block);
}

/*
 * At least one block that ends the stream, and more until the record is full;
 * nothing if that has been done with such a block.
 */
static enum de_status
place_end(struct tape *tape, const uint8_t *block)
{
	enum de_status status = DE_OK;

	while (status == DE_OK && !is_at_end(tape, block))
		status = place_block(tape, ROLLFORWARD_END, block);
	return status;
}

static enum de_status
place_item(struct tape *tape, struct backlog_item *item)
{
	switch (item->kind) {
	case BACKLOG_HEADER:
		return place_block(tape, ROLLFORWARD_HEADER, item->block);
	case BACKLOG_DATA:
		return place_block(tape, ROLLFORWARD_DATA, item->block);
	case BACKLOG_END:
		return place_end(tape, item->block);
	case BACKLOG_EXTENT:
		break;
	}
	return place_extent(tape, &item->extent);
}

/* The header that begins every volume. */
static enum de_status
place_volume_header(struct tape *tape)
{
	uint8_t block[DE_TAPE_BLOCK];
	const struct cut_context *at = &tape->cut.context;
	const bool is_first = tape->next.volume == 1;

	header_volume(tape->config.header, block, is_first ? 0 : at->inode,
	    is_first ? 1 : at->data_left);
	return place_block(tape, ROLLFORWARD_STAYS, block);
}

/* --------------------------------------------- from one volume to the next */

/* Fork the process of volume next.volume, and continue in it. */
static enum de_status
begin_volume(struct tape *tape)
{
	tape->next.first_record = tape->next.tapea;
	cut_begin_volume(&tape->cut, tape->next.volume);
	if (writer_begin(tape->writer, tape->next.first_record) != DE_OK)
		return DE_FAILED;
	return place_volume_header(tape) == DE_OK ? DE_OK :
	    writer_fail(tape->writer);
}

/* Go back in the stream to where the unwritten part begins. */
static void
go_back(struct tape *tape)
{
	const uint64_t blocks = cut_go_back(&tape->cut,
	    ring_records_settled(tape->ring));

	tape->next.tapea -= (uint32_t)blocks;
	tape->has_end = false;
	tape_index_go_back(tape);
	archive_go_back(tape->config.archive, cut_total(&tape->cut));
}

/*
 * The volume is full, as planned or by the medium, or the ring has failed:
 * close it, and begin the next.
 */
static enum de_status
change_volume(struct tape *tape)
{
	struct writer *w = tape->writer;

	const enum de_status status = writer_stop(w, true);
	if (status == DE_FAILED && tape_index_bears_failure(tape)) {
		go_back(tape);
		return DE_OK;
	}
	if (status == DE_FAILED)
		return writer_fail(w);
	if (tape_index_has_no_room(tape)) {
		go_back(tape);
		return DE_OK;
	}
	const enum de_end_reason reason = status == DE_END_OF_VOLUME ?
	    DE_END_EOT : DE_END_SIZE;
	if (!rollforward(tape->ring, &tape->backlog))
		return tape_out_of_memory(tape);
	go_back(tape);
	const uint64_t untorn = cut_untorn(&tape->cut);
	if (untorn < cut_needed(&tape->cut))
		return writer_refuse_small(w);
	if (untorn < tape->cut.blocks && !writer_writes_once(w))
		return writer_cut_short(w, untorn);
	tape_index_volume(tape);
	if (writer_close(w, reason) != DE_OK ||
	    writer_change_medium(w, reason) != DE_OK)
		return DE_FAILED;
	tape->next.volume++;
	return begin_volume(tape);
}

/* Put the whole backlog, on as many volumes as it takes. */
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

/* ---------------------------------------------------------- for the caller */

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
	tape->indexer = config->indexer;
	cut_init(&tape->cut, config->volumes, config->blocking,
	    config->map_blocks);
	tape->cut.is_filtered = config->filter_count > 0;
	backlog_init(&tape->backlog);
	tape->writer = writer_new(&tape->config, &tape->cut);
	if (tape->writer == NULL) {
		free(tape);
		return NULL;
	}
	tape->ring = writer_ring(tape->writer);
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
	cut_between_inodes(&tape->cut);
}

void
tape_keep_together(struct tape *tape, uint32_t blocks)
{
	cut_keep_together(&tape->cut, blocks);
}

enum de_status
tape_put_header(struct tape *tape, uint8_t block[static DE_TAPE_BLOCK])
{
	if (tape_is_done(tape))
		return DE_FAILED;
	if (place_block(tape, ROLLFORWARD_HEADER, block) == DE_OK)
		return DE_OK;
	if (!backlog_add_block(&tape->backlog, BACKLOG_HEADER, block))
		return tape_out_of_memory(tape);
	return put_backlog(tape);
}

enum de_status
tape_put_data(struct tape *tape, const uint8_t block[static DE_TAPE_BLOCK])
{
	if (tape_is_done(tape))
		return DE_FAILED;
	if (place_block(tape, ROLLFORWARD_DATA, block) == DE_OK)
		return DE_OK;
	if (!backlog_add_block(&tape->backlog, BACKLOG_DATA, block))
		return tape_out_of_memory(tape);
	return put_backlog(tape);
}

enum de_status
tape_put_extent(struct tape *tape, const struct ring_extent *extent)
{
	struct ring_extent rest = *extent;

	if (tape_is_done(tape))
		return DE_FAILED;
	if (place_extent(tape, &rest) == DE_OK)
		return DE_OK;
	if (!backlog_add_extent(&tape->backlog, &rest))
		return tape_out_of_memory(tape);
	return put_backlog(tape);
}

enum de_status
tape_put_end_block(struct tape *tape,
    const uint8_t block[static DE_TAPE_BLOCK])
{
	if (tape_is_done(tape))
		return DE_FAILED;
	if (place_end(tape, block) == DE_OK)
		return DE_OK;
	if (!backlog_add_block(&tape->backlog, BACKLOG_END, block))
		return tape_out_of_memory(tape);
	return put_backlog(tape);
}

enum de_status
tape_put_end(struct tape *tape)
{
	uint8_t block[DE_TAPE_BLOCK];

	header_end(tape->config.header, block, tape->config.max_inode,
	    HEADER_FOLLOWS_ATTRIBUTES);
	return tape_put_end_block(tape, block);
}

/* Even the very last record may find the medium full. */
enum de_status
tape_write_out(struct tape *tape, bool ends)
{
	enum de_status status = DE_OK;

	while (status == DE_OK && !tape->index.is_lost &&
	    writer_stop(tape->writer, ends) != DE_OK) {
		status = change_volume(tape);
		if (status == DE_OK)
			status = put_backlog(tape);
	}
	return status;
}

enum de_status
tape_finish(struct tape *tape)
{
	if (tape_is_done(tape) || tape_index_finish(tape) != DE_OK ||
	    writer_close(tape->writer, DE_END_LAST) != DE_OK)
		return DE_FAILED;
	return writer_finish(tape->writer);
}

bool
tape_is_indexed(const struct tape *tape)
{
	return tape->index.is_whole;
}

bool
tape_is_done(const struct tape *tape)
{
	return writer_is_done(tape->writer);
}

enum de_status
tape_check_read_errors(struct tape *tape)
{
	if (tape_is_done(tape))
		return DE_FAILED;
	return writer_bears_read_errors(tape->writer) ? DE_OK :
	    writer_fail(tape->writer);
}

void
tape_abort(struct tape *tape)
{
	writer_abort(tape->writer);
}

const struct writer_result *
tape_result(const struct tape *tape)
{
	return writer_result(tape->writer);
}

void
tape_end(struct tape *tape)
{
	writer_release(tape->writer);
	backlog_clear(&tape->backlog);
	writer_free(tape->writer);
	cut_clear(&tape->cut);
	free(tape);
}
