/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/index_decode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

#include "core/base/digest.h"
#include "plugins/common/bytes.h"

enum step {
	STEP_MAGIC,
	STEP_HEADER,
	STEP_BODY,		/* stored bytes, and zeros after them */
	STEP_OVER		/* `result` says why */
};

struct index_decoder {
	struct index_visitor visitor;
	enum step step;
	enum index_result result;
	size_t wanted;			/* bytes for this step, */
	size_t have;			/* of these, here */
	uint8_t header[PART_BYTES];	/* or the magic */
	uint8_t *body;			/* PART_PLAIN_MAX each, once needed */
	uint8_t *plain;
	struct index_inode *inodes;	/* INDEX_BATCH, once needed */
	ZSTD_DCtx *zstd;
	uint64_t damaged;

	/* What the inodes before were, if any. */
	bool has_inode;
	struct index_inode last;
};

static void
begin_step(struct index_decoder *d, enum step step, size_t wanted)
{
	d->step = step;
	d->wanted = wanted;
	d->have = 0;
}

struct index_decoder *
index_decoder_new(const struct index_visitor *visitor)
{
	struct index_decoder *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->visitor = *visitor;
	d->zstd = ZSTD_createDCtx();
	if (d->zstd == NULL) {
		free(d);
		return NULL;
	}
	begin_step(d, STEP_MAGIC, INDEX_MAGIC_BYTES);
	return d;
}

void
index_decoder_free(struct index_decoder *d)
{
	if (d == NULL)
		return;
	ZSTD_freeDCtx(d->zstd);
	free(d->inodes);
	free(d->plain);
	free(d->body);
	free(d);
}

uint64_t
index_decoder_damaged(const struct index_decoder *d)
{
	return d->damaged;
}

bool
index_decoder_is_at_end(const struct index_decoder *d)
{
	return d->step == STEP_HEADER && d->have == 0;
}

/* ------------------------------------------------------------------ inodes */

/* A column, as far as it has not been read. */
struct column {
	const uint8_t *at;
	const uint8_t *end;
};

static bool
take_varint(struct column *c, uint64_t *value)
{
	*value = 0;
	for (unsigned int shift = 0; c->at < c->end && shift < 64; shift += 7) {
		const uint64_t byte = *c->at++;
		const uint64_t bits = byte & 0x7f;
		if (shift == 63 && bits > 1)
			return false;	/* the 65th bit */
		*value |= bits << shift;
		if ((byte & 0x80) == 0)
			return true;
	}
	return false;
}

/* A difference wraps, so unsigned numbers will do. */
static bool
take_difference(struct column *c, uint64_t *difference)
{
	uint64_t n;

	if (!take_varint(c, &n))
		return false;
	*difference = n >> 1 ^ ((n & 1) == 0 ? 0 : UINT64_MAX);
	return true;
}

static bool
take_mode(struct column *c, uint16_t *mode)
{
	if (c->end - c->at < 2)
		return false;
	*mode = get16(c->at);
	c->at += 2;
	return true;
}

/* Where the columns are; readers of this version ignore the sixth. */
static bool
find_columns(const uint8_t *plain, size_t length,
    struct column columns[static INDEX_COLUMNS])
{
	size_t at = INODES_COLUMNS;

	for (size_t c = 0; c < INDEX_COLUMNS; c++) {
		const uint32_t size = get32(plain + INODES_SIZES +
		    c * sizeof(size));
		if (size > length - at)
			return false;
		columns[c] = (struct column){ plain + at, plain + at + size };
		at += size;
	}
	return at == length;
}

/* `i` has the values of the inode before, and gets the next ones. */
static bool
take_inode(struct column columns[static INDEX_COLUMNS], uint64_t expected,
    struct index_inode *i)
{
	uint64_t number, block, time;

	if (!take_difference(&columns[COLUMN_INODE], &number) ||
	    !take_difference(&columns[COLUMN_BLOCK], &block) ||
	    !take_varint(&columns[COLUMN_SIZE], &i->size) ||
	    !take_difference(&columns[COLUMN_TIME], &time) ||
	    !take_mode(&columns[COLUMN_MODE], &i->mode))
		return false;
	number += i->inode;
	i->inode = (uint32_t)number;
	i->block = expected + block;
	i->mtime = (int64_t)((uint64_t)i->mtime + time);
	return number > 0 && number <= UINT32_MAX;
}

/* Does it come after the other in a stream? */
static bool
may_follow(const struct index_inode *i, const struct index_inode *before)
{
	const bool was_directory = S_ISDIR(before->mode);
	const bool is_directory = S_ISDIR(i->mode);

	return i->block > before->block && (was_directory || !is_directory) &&
	    (was_directory != is_directory || i->inode > before->inode);
}

static bool
take_inodes(const uint8_t *plain, uint32_t count,
    struct column columns[static INDEX_COLUMNS], struct index_inode *list)
{
	struct index_inode i = { .inode = get32(plain + INODES_FIRST) };
	uint64_t expected = get64(plain + INODES_BLOCK);

	for (uint32_t n = 0; n < count; n++) {
		if (!take_inode(columns, expected, &i) ||
		    (n > 0 && !may_follow(&i, &list[n - 1])))
			return false;
		list[n] = i;
		expected = index_next_block(&i);
	}
	for (size_t c = COLUMN_INODE; c <= COLUMN_MODE; c++)
		if (columns[c].at != columns[c].end)
			return false;
	return true;
}

/* What was done with a part. */
enum taken { TAKEN, TAKEN_LAST, TAKEN_DAMAGED, TAKEN_NO_MEMORY };

static enum taken
visit(bool go_on)
{
	return go_on ? TAKEN : TAKEN_LAST;
}

static enum taken
take_inodes_part(struct index_decoder *d, const uint8_t *plain, size_t length)
{
	struct column columns[INDEX_COLUMNS];

	if (d->visitor.inodes == NULL)
		return TAKEN;
	if (d->inodes == NULL)
		d->inodes = calloc(INDEX_BATCH, sizeof(*d->inodes));
	if (d->inodes == NULL)
		return TAKEN_NO_MEMORY;
	if (length < INODES_COLUMNS || !find_columns(plain, length, columns))
		return TAKEN_DAMAGED;
	const uint32_t count = get32(plain + INODES_COUNT);
	if (count == 0 || count > INDEX_BATCH ||
	    !take_inodes(plain, count, columns, d->inodes) ||
	    (d->has_inode && !may_follow(&d->inodes[0], &d->last)))
		return TAKEN_DAMAGED;
	d->has_inode = true;
	d->last = d->inodes[count - 1];
	return visit(d->visitor.inodes(d->visitor.arg, d->inodes, count));
}

/* ------------------------------------------------------------- other parts */

static enum taken
take_digests(struct index_decoder *d, uint8_t *plain, size_t length)
{
	if (d->visitor.digests == NULL)
		return TAKEN;
	if (length <= DIGESTS_LIST ||
	    (length - DIGESTS_LIST) % sizeof(uint64_t) != 0)
		return TAKEN_DAMAGED;
	const size_t count = (length - DIGESTS_LIST) / sizeof(uint64_t);
	const uint32_t blocks = get32(plain + DIGESTS_PIECE);
	const uint64_t first = get64(plain + DIGESTS_FIRST);
	if (blocks == 0 || first > UINT64_MAX - count)
		return TAKEN_DAMAGED;
	/* In place: the list is aligned, and no larger on any machine. */
	uint64_t *list = (uint64_t *)(void *)(plain + DIGESTS_LIST);
	for (size_t i = 0; i < count; i++)
		list[i] = le64toh(list[i]);
	return visit(d->visitor.digests(d->visitor.arg,
	    get32(plain + DIGESTS_VOLUME), blocks, first, list, count));
}

static enum taken
take_about(struct index_decoder *d, uint8_t *plain, size_t length)
{
	if (d->visitor.about == NULL)
		return TAKEN;
	plain[length] = '\0';
	return visit(d->visitor.about(d->visitor.arg, (const char *)plain,
	    length));
}

static enum taken
take_directory(struct index_decoder *d, const uint8_t *plain, size_t length)
{
	if (d->visitor.directory == NULL)
		return TAKEN;
	return visit(d->visitor.directory(d->visitor.arg, plain, length));
}

static bool
is_wanted(const struct index_decoder *d, uint32_t kind)
{
	switch (kind) {
	case INDEX_PART_ABOUT:
		return d->visitor.about != NULL;
	case INDEX_PART_DIGESTS:
		return d->visitor.digests != NULL;
	case INDEX_PART_INODES:
		return d->visitor.inodes != NULL;
	case INDEX_PART_DIRECTORY:
		return d->visitor.directory != NULL;
	default:
		return false;
	}
}

static enum taken
take_plain(struct index_decoder *d, uint8_t *plain, size_t length)
{
	switch (get32(d->header + PART_KIND)) {
	case INDEX_PART_ABOUT:
		return take_about(d, plain, length);
	case INDEX_PART_DIGESTS:
		return take_digests(d, plain, length);
	case INDEX_PART_INODES:
		return take_inodes_part(d, plain, length);
	case INDEX_PART_DIRECTORY:
		return take_directory(d, plain, length);
	default:
		return TAKEN;
	}
}

/* ------------------------------------------------------------------- steps */

/* Room for a part, and a NUL after it. */
static bool
make_room(uint8_t **bytes)
{
	if (*bytes == NULL)
		*bytes = malloc(PART_PLAIN_MAX + 1);
	return *bytes != NULL;
}

static enum taken
unpack(struct index_decoder *d, size_t stored, size_t length)
{
	if (!make_room(&d->plain))
		return TAKEN_NO_MEMORY;
	if (ZSTD_decompressDCtx(d->zstd, d->plain, length, d->body, stored) !=
	    length)
		return TAKEN_DAMAGED;
	return take_plain(d, d->plain, length);
}

static enum taken
take_part(struct index_decoder *d)
{
	const size_t stored = (size_t)get64(d->header + PART_STORED);
	const size_t length = (size_t)get64(d->header + PART_PLAIN);

	if (digest_64(d->body, stored) != get64(d->header + PART_DIGEST))
		return TAKEN_DAMAGED;
	if (!is_wanted(d, get32(d->header + PART_KIND)))
		return TAKEN;
	switch (get32(d->header + PART_FLAGS)) {
	case 0:
		return stored == length ? take_plain(d, d->body, length) :
		    TAKEN_DAMAGED;
	case PART_IS_ZSTD:
		return unpack(d, stored, length);
	default:
		return TAKEN_DAMAGED;	/* stored in a way unknown to us */
	}
}

static void
end(struct index_decoder *d, enum index_result result)
{
	d->result = result;
	begin_step(d, STEP_OVER, 0);
}

static void
finish_body(struct index_decoder *d)
{
	const enum taken taken = take_part(d);

	begin_step(d, STEP_HEADER, PART_BYTES);
	if (taken == TAKEN_DAMAGED)
		d->damaged++;
	else if (taken == TAKEN_LAST)
		end(d, INDEX_STOPPED);
	else if (taken == TAKEN_NO_MEMORY)
		end(d, INDEX_NO_MEMORY);
}

/* No part is stored in more bytes than it has. */
static void
finish_header(struct index_decoder *d)
{
	const uint64_t stored = get64(d->header + PART_STORED);
	const uint64_t plain = get64(d->header + PART_PLAIN);

	if (plain > PART_PLAIN_MAX || stored > plain) {
		end(d, INDEX_NOT_ONE);
	} else if (!make_room(&d->body)) {
		end(d, INDEX_NO_MEMORY);
	} else {
		begin_step(d, STEP_BODY, ((size_t)stored + PART_ALIGNMENT - 1) /
		    PART_ALIGNMENT * PART_ALIGNMENT);
		if (d->wanted == 0)
			finish_body(d);
	}
}

static void
finish_magic(struct index_decoder *d)
{
	if (memcmp(d->header, INDEX_MAGIC, INDEX_MAGIC_BYTES) == 0)
		begin_step(d, STEP_HEADER, PART_BYTES);
	else
		end(d, INDEX_NOT_ONE);
}

static void
finish_step(struct index_decoder *d)
{
	switch (d->step) {
	case STEP_MAGIC:
		finish_magic(d);
		break;
	case STEP_HEADER:
		finish_header(d);
		break;
	case STEP_BODY:
		finish_body(d);
		break;
	case STEP_OVER:
		break;
	}
}

enum index_result
index_decoder_add(struct index_decoder *d, const uint8_t *bytes, size_t length)
{
	while (length > 0 && d->step != STEP_OVER) {
		const size_t left = d->wanted - d->have;
		const size_t some = length < left ? length : left;
		uint8_t *to = d->step == STEP_BODY ? d->body : d->header;
		memcpy(to + d->have, bytes, some);
		d->have += some;
		bytes += some;
		length -= some;
		if (d->have == d->wanted)
			finish_step(d);
	}
	return d->result;
}
