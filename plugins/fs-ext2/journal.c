/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * journal.c - present a filesystem as it will be after recovery
 *
 * The log is a ring of blocks.  A transaction consists of descriptor blocks,
 * each with tags and followed by the blocks that these describe; revoke blocks,
 * which list blocks that must not be written from this or earlier transactions;
 * and a commit block.  All of them carry the transaction's number.
 */
#include <stdlib.h>
#include <string.h>

#include "fast_commit.h"
#include "journal.h"
#include "log.h"

#define MAGIC 0xC03B3998u
#define DESCRIPTOR 1
#define COMMIT 2
#define REVOKE 5
#define HEADER_BYTES 12
#define TAIL_BYTES 4			/* of blocks with a checksum */

#define TAG_ESCAPED 1u
#define TAG_SAME_UUID 2u
#define TAG_LAST 8u
#define UUID_BYTES 16

#define CRC32 1				/* v1 checksum type in commit blocks */

enum pass {
	PASS_SCAN,			/* find the end; record what is
					   written */
	PASS_REVOKE,			/* record what of that is revoked */
	PASS_REPLAY
};

/* How to continue after a block. */
enum step {
	STEP_ON,
	STEP_END,			/* of the log */
	STEP_FAILED			/* has been reported */
};

/* A filesystem block that the log writes. */
struct target {
	uint64_t block;			/* block number + 1; 0: free slot */
	uint32_t revoked;		/* up to this transaction */
	bool is_revoked;
};

struct replay {
	struct log *log;
	uint8_t *block;			/* current block of the journal */
	uint8_t *data;			/* a block described by a tag */
	enum pass pass;
	uint32_t next;			/* next journal block to read */
	uint32_t at;			/* the current one */
	uint32_t sequence;		/* current transaction */
	uint64_t walked;		/* log blocks seen in this pass */
	uint32_t end;			/* transaction after the last good
					   one */
	bool has_end;

	/* For PASS_SCAN. */
	uint32_t crc;			/* v1 checksum of the transaction so
					   far */
	bool is_suspect;		/* checksum error in this transaction */
	uint64_t commit_time;		/* of the previous transaction */

	struct target *targets;		/* hash table; slot count is a power of
					   2 */
	size_t slot_count;
	size_t used;
};

struct tag {
	uint64_t block;			/* of the filesystem */
	uint32_t flags;
	uint32_t checksum;
};

/* Transaction numbers wrap around; has a reached b? */
static bool
is_reached(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) >= 0;
}

/* ------------------------------------------------------------- targets */

static struct target *
find_target(struct target *targets, size_t slot_count, uint64_t block)
{
	size_t i = (size_t)((block * 0x9E3779B97F4A7C15u) >> 20) &
	    (slot_count - 1);

	while (targets[i].block != 0 && targets[i].block != block + 1)
		i = (i + 1) & (slot_count - 1);
	return &targets[i];
}

static bool
grow_targets(struct replay *r)
{
	const size_t count = r->slot_count == 0 ? 1024 : r->slot_count * 2;
	struct target *targets = calloc(count, sizeof(*targets));

	if (targets == NULL)
		return false;
	for (size_t i = 0; i < r->slot_count; i++)
		if (r->targets[i].block != 0)
			*find_target(targets, count, r->targets[i].block - 1) =
			    r->targets[i];
	free(r->targets);
	r->targets = targets;
	r->slot_count = count;
	return true;
}

static bool
add_target(struct replay *r, uint64_t block)
{
	if (r->used + 1 > r->slot_count / 3 * 2 && !grow_targets(r))
		return false;
	struct target *t = find_target(r->targets, r->slot_count, block);
	r->used += t->block == 0;
	t->block = block + 1;
	return true;
}

/* Only blocks that the log writes need to be remembered. */
static void
revoke(struct replay *r, uint64_t block)
{
	if (r->used == 0)
		return;
	struct target *t = find_target(r->targets, r->slot_count, block);
	if (t->block == 0)
		return;
	if (!t->is_revoked || is_reached(r->sequence, t->revoked))
		t->revoked = r->sequence;
	t->is_revoked = true;
}

static bool
is_revoked(const struct replay *r, uint64_t block)
{
	const struct target *t = find_target(r->targets, r->slot_count, block);

	return t->is_revoked && is_reached(t->revoked, r->sequence);
}

/* ---------------------------------------------------------- descriptors */

static size_t
tag_bytes(const struct log *l)
{
	if ((l->incompat & LOG_CHECKSUM_V3) != 0)
		return 16;
	return 8u + ((l->incompat & LOG_CHECKSUM_V2) != 0 ? 2 : 0) +
	    ((l->incompat & LOG_64BIT) != 0 ? 4 : 0);
}

/* The limit for the tags of a descriptor block. */
static size_t
tags_end(const struct log *l)
{
	return l->block_size - (l->has_checksums ? TAIL_BYTES : 0);
}

/* Take the tag at *at and advance past it.  Returns false after the last. */
static bool
next_tag(const struct replay *r, size_t *at, struct tag *tag)
{
	const struct log *l = r->log;
	const uint8_t *p = r->block + *at;

	if (*at + tag_bytes(l) > tags_end(l))
		return false;
	tag->block = log_get32(p);
	if ((l->incompat & LOG_64BIT) != 0)
		tag->block |= (uint64_t)log_get32(p + 8) << 32;
	tag->flags = log_get16(p + 6);
	tag->checksum = (l->incompat & LOG_CHECKSUM_V3) != 0 ?
	    log_get32(p + 12) : log_get16(p + 4);
	*at += tag_bytes(l);
	if ((tag->flags & TAG_SAME_UUID) == 0)
		*at += UUID_BYTES;
	if ((tag->flags & TAG_LAST) != 0)
		*at = l->block_size;
	return true;
}

/* Skip blocks of the log. */
static void
advance(struct replay *r, uint64_t count)
{
	r->next = log_further(r->log, r->next, count);
	r->walked += count;
}

static enum step
out_of_memory(const struct replay *r)
{
	log_refuse(r->log, "out of memory");
	return STEP_FAILED;
}

static enum step
damaged(const struct replay *r, const char *what)
{
	log_refuse(r->log, "transaction %u in it is damaged: %s (block %u of "
	    "the journal)", r->sequence, what, r->at);
	return STEP_FAILED;
}

/* Verify the checksum at `at` in the current block. */
static bool
is_intact(const struct replay *r, size_t at)
{
	const uint32_t expected = log_get32(r->block + at);

	if (!r->log->has_checksums)
		return true;
	memset(r->block + at, 0, 4);
	return ext2fs_crc32c_le(r->log->seed, r->block,
	    r->log->block_size) == expected;
}

static bool
is_tag_intact(const struct replay *r, const struct tag *tag)
{
	const struct log *l = r->log;
	const uint8_t number[4] = {
		(uint8_t)(r->sequence >> 24), (uint8_t)(r->sequence >> 16),
		(uint8_t)(r->sequence >> 8), (uint8_t)r->sequence
	};

	if (!l->has_checksums)
		return true;
	uint32_t crc = ext2fs_crc32c_le(l->seed, number, sizeof(number));
	crc = ext2fs_crc32c_le(crc, r->data, l->block_size);
	if ((l->incompat & LOG_CHECKSUM_V3) == 0)
		crc &= 0xffff;
	return crc == tag->checksum;
}

/* A v1 checksum covers the descriptor and all blocks it describes. */
static enum step
add_to_crc(struct replay *r, const uint8_t *bytes)
{
	r->crc = ext2fs_crc32_be(r->crc, bytes, r->log->block_size);
	return STEP_ON;
}

static enum step
scan_descriptor(struct replay *r)
{
	const bool has_crc = (r->log->compat & LOG_COMPAT_CHECKSUM) != 0;
	size_t at = HEADER_BYTES;
	struct tag tag;

	if (has_crc)
		add_to_crc(r, r->block);
	/*
	 * It may be a stale block from an earlier use of the journal: see the
	 * commit.
	 */
	if (!is_intact(r, r->log->block_size - TAIL_BYTES))
		r->is_suspect = true;
	while (next_tag(r, &at, &tag)) {
		if (!add_target(r, tag.block))
			return out_of_memory(r);
		if (has_crc) {
			if (log_read(r->log, r->next, r->data) != DE_OK)
				return STEP_FAILED;
			add_to_crc(r, r->data);
		}
		advance(r, 1);
	}
	return STEP_ON;
}

static enum step
skip_descriptor(struct replay *r)
{
	size_t at = HEADER_BYTES;
	struct tag tag;

	while (next_tag(r, &at, &tag))
		advance(r, 1);
	return STEP_ON;
}

static enum step
replay_block(struct replay *r, const struct tag *tag)
{
	const struct log *l = r->log;

	if (is_revoked(r, tag->block))
		return STEP_ON;
	if (tag->block >= l->block_count)
		return damaged(r, "it writes past the end of the filesystem");
	/* Without a checksum there is no need to read it now. */
	if (l->has_checksums) {
		if (log_read(l, r->next, r->data) != DE_OK)
			return STEP_FAILED;
		if (!is_tag_intact(r, tag))
			return damaged(r, "checksum error in a block");
	}
	if (!device_redirect(l->device, tag->block * l->block_size, l->from,
	    log_place(l, r->next), (tag->flags & TAG_ESCAPED) != 0))
		return out_of_memory(r);
	return STEP_ON;
}

static enum step
replay_descriptor(struct replay *r)
{
	size_t at = HEADER_BYTES;
	struct tag tag;
	enum step step = STEP_ON;

	if (!is_intact(r, r->log->block_size - TAIL_BYTES))
		return damaged(r, "checksum error");
	while (step == STEP_ON && next_tag(r, &at, &tag)) {
		step = replay_block(r, &tag);
		advance(r, 1);
	}
	return step;
}

static enum step
take_descriptor(struct replay *r)
{
	switch (r->pass) {
	case PASS_SCAN:
		return scan_descriptor(r);
	case PASS_REPLAY:
		return replay_descriptor(r);
	default:
		return skip_descriptor(r);
	}
}

/* -------------------------------------------------- revoke, commit blocks */

static enum step
take_revoke(struct replay *r)
{
	const struct log *l = r->log;
	const size_t width = (l->incompat & LOG_64BIT) != 0 ? 8 : 4;
	const uint32_t end = log_get32(r->block + HEADER_BYTES);

	if (r->pass == PASS_SCAN && !is_intact(r, l->block_size - TAIL_BYTES))
		r->is_suspect = true;
	if (r->pass != PASS_REVOKE)
		return STEP_ON;
	if (end > tags_end(l))
		return damaged(r, "a list of revoked blocks is too long");
	for (size_t at = HEADER_BYTES + 4; at + width <= end; at += width)
		revoke(r, width == 8 ? log_get64(r->block + at) :
		    log_get32(r->block + at));
	return STEP_ON;
}

/* Is the commit block complete, and does it match its transaction? */
static bool
is_commit_intact(const struct replay *r)
{
	const uint8_t *b = r->block;

	if ((r->log->compat & LOG_COMPAT_CHECKSUM) == 0)
		return is_intact(r, 16);
	if (b[12] == 0 && b[13] == 0 && log_get32(b + 16) == 0)
		return true;		/* not used by the writer */
	return b[12] == CRC32 && b[13] == 4 && log_get32(b + 16) == r->crc;
}

/*
 * With checksums, the commit time tells stale blocks from damage: time that
 * runs backwards means stale.
 */
static enum step
scan_commit(struct replay *r)
{
	const uint64_t time = log_get64(r->block + 48);
	const bool is_older = time < r->commit_time;

	if (r->is_suspect)
		return is_older ? STEP_END : damaged(r, "checksum error");
	/*
	 * A complete transaction after an incomplete one: the crash did not
	 * cause that.
	 */
	if (r->has_end)
		return damaged(r, "checksum error in the one before it");
	if (!is_commit_intact(r)) {
		if (is_older)
			return STEP_END;
		if ((r->log->incompat & LOG_ASYNC_COMMIT) == 0)
			return damaged(r, "checksum error in its commit block");
		/* It may have been written before its transaction. */
		r->end = r->sequence;
		r->has_end = true;
	}
	r->crc = ~0u;
	r->commit_time = time;
	return STEP_ON;
}

static enum step
take_commit(struct replay *r)
{
	enum step step = STEP_ON;

	if (r->pass == PASS_SCAN)
		step = scan_commit(r);
	if (step == STEP_ON)
		r->sequence++;
	return step;
}

/* --------------------------------------------------------------- passes */

static enum step
take_block(struct replay *r)
{
	r->at = r->next;
	if (log_read(r->log, r->at, r->block) != DE_OK)
		return STEP_FAILED;
	if (log_get32(r->block) != MAGIC ||
	    log_get32(r->block + 8) != r->sequence)
		return STEP_END;
	advance(r, 1);
	switch (log_get32(r->block + 4)) {
	case DESCRIPTOR:
		return take_descriptor(r);
	case REVOKE:
		return take_revoke(r);
	case COMMIT:
		return take_commit(r);
	default:
		return STEP_END;
	}
}

static enum de_status
run_pass(struct replay *r, enum pass pass)
{
	const struct log *l = r->log;
	enum step step = STEP_ON;

	r->pass = pass;
	r->next = l->start;
	r->sequence = l->sequence;
	r->walked = 0;
	r->crc = ~0u;
	while (step == STEP_ON && (pass == PASS_SCAN ||
	    !is_reached(r->sequence, r->end))) {
		step = take_block(r);
		/* A valid log never reaches its own beginning. */
		if (step == STEP_ON && r->walked > l->last - l->first)
			step = damaged(r, "it is longer than the journal");
		if (step == STEP_ON && l->host->cancelled(l->host))
			step = STEP_FAILED;
	}
	if (step == STEP_FAILED)
		return DE_FAILED;
	if (pass == PASS_SCAN && !r->has_end)
		r->end = r->sequence;
	if (r->sequence != r->end && pass != PASS_SCAN)
		return log_refuse(l, "it changes while being read");
	return DE_OK;
}

static enum de_status
replay_log(struct log *l)
{
	struct replay r = {
		.log = l,
		.block = malloc(l->block_size),
		.data = malloc(l->block_size),
	};
	enum de_status status = DE_FAILED;

	if (r.block == NULL || r.data == NULL)
		out_of_memory(&r);
	else if (run_pass(&r, PASS_SCAN) == DE_OK &&
	    run_pass(&r, PASS_REVOKE) == DE_OK &&
	    run_pass(&r, PASS_REPLAY) == DE_OK)
		status = DE_OK;
	if (status == DE_OK) {
		l->host->report(l->host, DE_INFO, "%s: replayed its journal in "
		    "memory: %u transactions, %llu KiB", device_path(l->device),
		    r.end - l->sequence, (unsigned long
		    long)device_laid_over(l->device) / 1024);
		l->sequence = r.end;
	}
	free(r.block);
	free(r.data);
	free(r.targets);
	return status;
}

enum de_status
journal_recover(const struct de_host *host, struct device *device,
    ext2_filsys fs, const char *path)
{
	struct log l;
	enum de_status status = log_open(&l, host, device, fs, path);

	/* Without a start, everything in it is in the filesystem as well. */
	if (status == DE_OK && l.start != 0) {
		device_set_unit(device, l.block_size);
		status = replay_log(&l);
		if (status == DE_OK && l.fast_count > 0)
			status = fast_commit_replay(&l);
	}
	log_close(&l);
	if (status != DE_OK)
		device_uncover(device);
	return status;
}
