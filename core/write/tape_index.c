/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "core/base/digest.h"
#include "core/format/header.h"
#include "core/write/tape.h"
#include "core/write/tape_own.h"

/* There will be no index; the dump itself is as good without. */
static void
give_up(struct tape *tape)
{
	report(tape->config.rep, DE_WARNING, "the index of the dump: %s: %s; "
	    "it is left out, and the dump is complete without it",
	    tape->config.folder, strerror(errno));
	tape->indexer = NULL;
}

/* ------------------------------------------------- while the stream is put */

/* Tape blocks of the stream that are on the medium. */
static uint64_t
settled(const struct tape *tape)
{
	return tape->cut.before + ring_records_settled(tape->ring) *
	    tape->config.blocking;
}

void
tape_index_header(struct tape *tape, const uint8_t *header)
{
	const uint64_t block = cut_total(&tape->cut) - 1;

	if (header_begins_index(header)) {
		tape->index.volume = tape->cut.number;
		tape->index.block = tape->cut.blocks - 1;
	}
	if (tape->indexer == NULL)
		return;
	if (!indexer_header(tape->indexer, block, header) ||
	    (indexer_is_full(tape->indexer) &&
	    !indexer_settle(tape->indexer, settled(tape))))
		give_up(tape);
}

void
tape_index_go_back(struct tape *tape)
{
	if (tape->indexer != NULL)
		indexer_go_back(tape->indexer, cut_total(&tape->cut));
}

void
tape_index_volume(struct tape *tape)
{
	struct indexer_volume v;

	if (tape->indexer == NULL)
		return;
	if (!indexer_settle(tape->indexer, cut_total(&tape->cut)) ||
	    !writer_describe(tape->writer, &v) ||
	    !indexer_volume(tape->indexer, &v))
		give_up(tape);
}

/* The rest of it is not put. */
static void
drop_rest(struct tape *tape, const char *why)
{
	if (!tape->index.is_lost)
		report(tape->config.rep, DE_WARNING, "the index of the dump "
		    "is left out: %s; the dump is complete without it", why);
	tape->index.is_lost = true;
	backlog_clear(&tape->backlog);
}

/*
 * Readers of a pipe may stop at the end of the stream, as restore(8) does; that
 * leaves nothing to be written again.  Filters, however, may not have passed on
 * all of the stream.
 */
bool
tape_index_bears_failure(struct tape *tape)
{
	if (!tape->index.is_being_put || *tape->config.cancelled ||
	    tape->config.filter_count > 0 ||
	    !writer_writes_once(tape->writer))
		return false;
	drop_rest(tape, "it could not be written");
	return true;
}

bool
tape_index_has_no_room(struct tape *tape)
{
	if (!tape->index.is_being_put ||
	    !writer_needs_medium(tape->writer))
		return false;
	drop_rest(tape, "the medium is full");
	return true;
}

/* --------------------------------------------------------------- at its end */

static enum de_status
put_end(struct tape *tape, enum header_follows follows)
{
	uint8_t block[DE_TAPE_BLOCK];

	header_end(tape->config.header, block, tape->config.max_inode,
	    follows);
	return tape_put_end_block(tape, block);
}

/* A header, and up to INDEX_RECORD_BYTES of the index. */
static enum de_status
put_record(struct tape *tape, const struct growing *index, size_t offset)
{
	uint8_t block[DE_TAPE_BLOCK];
	const size_t left = index->used - offset;
	const size_t length = left < INDEX_RECORD_BYTES ? left :
	    INDEX_RECORD_BYTES;

	header_index(tape->config.header, block, tape->config.root_inode,
	    offset, (uint32_t)length);
	enum de_status status = tape_put_header(tape, block);
	for (size_t at = 0; status == DE_OK && at < length;
	    at += DE_TAPE_BLOCK) {
		const size_t some = length - at < DE_TAPE_BLOCK ?
		    length - at : DE_TAPE_BLOCK;
		memset(block, 0, sizeof(block));
		memcpy(block, index->bytes + offset + at, some);
		status = tape_put_data(tape, block);
	}
	return status;
}

/* Its place is filled in when the end is placed. */
static enum de_status
put_pointer(struct tape *tape, const struct growing *index)
{
	uint8_t block[DE_TAPE_BLOCK];
	struct header_pointer pointer = { .length = index->used };
	struct digest *digest = digest_new();

	if (digest == NULL)
		return tape_out_of_memory(tape);
	digest_add(digest, index->bytes, index->used);
	digest_store(digest, pointer.digest);
	digest_free(digest);
	header_end_pointing(tape->config.header, block,
	    tape->config.max_inode, &pointer);
	return tape_put_end_block(tape, block);
}

static enum de_status
put_index(struct tape *tape, const struct growing *index)
{
	enum de_status status = DE_OK;

	for (size_t at = 0; status == DE_OK && at < index->used;
	    at += INDEX_RECORD_BYTES)
		status = put_record(tape, index, at);
	return status == DE_OK ? put_pointer(tape, index) : status;
}

/*
 * The end before it has promised an index: without one, another end says that
 * nothing follows.
 */
static enum de_status
put_index_or_end(struct tape *tape)
{
	struct growing index = { .fd = -1 };

	tape->index.is_being_put = true;
	writer_begin_index(tape->writer);
	if (tape->indexer != NULL && !indexer_finish(tape->indexer, &index))
		give_up(tape);
	if (writer_resume(tape->writer) != DE_OK)
		return DE_FAILED;
	/* What comes now is not in it. */
	const bool is_there = tape->indexer != NULL;
	tape->indexer = NULL;
	const enum de_status status = is_there ? put_index(tape, &index) :
	    put_end(tape, HEADER_FOLLOWS_NOTHING);
	growing_free(&index);
	return status;
}

/* All of the stream is on the medium. */
static void
end_stream(struct tape *tape)
{
	tape_index_volume(tape);
	if (tape->config.at_end != NULL)
		tape->config.at_end(tape->config.at_end_arg);
	tape->index.is_whole = tape->indexer != NULL;
}

/* Is an index to be put on the medium? */
static bool
is_index_put(struct tape *tape)
{
	if (tape->indexer == NULL || !tape->config.puts_index)
		return false;
	if (writer_may_put_index(tape->writer))
		return true;
	report(tape->config.rep, DE_WARNING, "the index of the dump is "
	    "left out, as writing it has failed before; the dump is "
	    "complete without it");
	return false;
}

enum de_status
tape_index_finish(struct tape *tape)
{
	const bool is_put = is_index_put(tape);
	enum de_status status = put_end(tape, is_put ?
	    HEADER_FOLLOWS_INDEX : HEADER_FOLLOWS_NOTHING);

	if (status == DE_OK)
		status = tape_write_out(tape, !is_put);
	if (status == DE_OK)
		end_stream(tape);
	if (status == DE_OK && is_put)
		status = put_index_or_end(tape);
	if (status == DE_OK && is_put)
		status = tape_write_out(tape, true);
	if (status == DE_OK)
		writer_end_index(tape->writer);
	return status;
}
