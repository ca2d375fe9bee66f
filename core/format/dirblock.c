/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/dirblock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/format/dirblock_layout.h"
#include "plugins/common/bytes.h"

#define TAIL_ROOM 24		/* "~" and 8 digits, "~" and up to 10, NUL */

static void
put_reclen(uint8_t *entry, size_t length)
{
	put16(entry + ENTRY_LENGTH, (uint16_t)length);
}

static size_t
align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static size_t
entry_length(size_t name_length)
{
	return ENTRY_NAME + align4(name_length + 1);
}

static size_t
original_length(size_t name_length)
{
	return align4(ORIGINAL_NAME + name_length);
}

void
dirblock_begin(struct dirblock *d, dirblock_sink_fn *sink, void *arg)
{
	memset(d, 0, sizeof(*d));
	d->sink = sink;
	d->arg = arg;
}

/* The last entry of a chunk extends to its end. */
static enum de_status
flush(struct dirblock *d)
{
	put_reclen(d->chunk + d->last, DIRBLOCK_CHUNK - d->last);
	const enum de_status status = d->sink(d->arg, d->chunk);
	d->size += DIRBLOCK_CHUNK;
	memset(d->chunk, 0, sizeof(d->chunk));
	d->used = d->last = 0;
	return status;
}

/* The d_type of a file is bits 12 to 15 of its mode, as in every BSD. */
static uint8_t
type_byte(uint16_t type)
{
	return (uint8_t)(type >> 12);
}

/* Have room for that many bytes in one chunk. */
static enum de_status
make_room(struct dirblock *d, size_t needed)
{
	if (d->used + needed <= DIRBLOCK_CHUNK)
		return DE_OK;
	if (d->size + UINT64_C(2) * DIRBLOCK_CHUNK > DIRBLOCK_TOTAL_MAX)
		return DE_NO_MORE;
	return flush(d);
}

/* The room is there. */
static void
put_entry(struct dirblock *d, uint32_t inode, uint16_t type,
    const char *name, size_t length)
{
	const size_t needed = entry_length(length);
	uint8_t *entry = d->chunk + d->used;

	put32(entry + ENTRY_INODE, inode);
	put_reclen(entry, needed);
	entry[ENTRY_TYPE] = type_byte(type);
	entry[ENTRY_NAME_LENGTH] = (uint8_t)length;
	memcpy(entry + ENTRY_NAME, name, length);
	d->last = d->used;
	d->used += needed;
}

/* An empty entry, with d_ino, d_type and d_namlen 0. */
static void
put_original(struct dirblock *d, uint32_t inode, const char *name,
    size_t length)
{
	const size_t needed = original_length(length);
	uint8_t *entry = d->chunk + d->used;

	put_reclen(entry, needed);
	memcpy(entry + ORIGINAL_MAGIC, ORIGINAL_MAGIC_TEXT,
	    strlen(ORIGINAL_MAGIC_TEXT));
	put32(entry + ORIGINAL_INODE, inode);
	entry[ORIGINAL_LENGTH] = (uint8_t)length;
	memcpy(entry + ORIGINAL_NAME, name, length);
	d->last = d->used;
	d->used += needed;
}

enum de_status
dirblock_add(struct dirblock *d, uint32_t inode, uint16_t type,
    const char *name, size_t length)
{
	const enum de_status status = make_room(d, entry_length(length));

	if (status == DE_OK)
		put_entry(d, inode, type, name, length);
	return status;
}

enum de_status
dirblock_add_original(struct dirblock *d, uint32_t inode, uint16_t type,
    const char *name, size_t length, const char *original,
    size_t original_bytes)
{
	const enum de_status status = make_room(d, entry_length(length) +
	    original_length(original_bytes));

	if (status == DE_OK) {
		put_entry(d, inode, type, name, length);
		put_original(d, inode, original, original_bytes);
	}
	return status;
}

enum de_status
dirblock_end(struct dirblock *d)
{
	return d->used == 0 ? DE_OK : flush(d);
}

void
dirblock_empty_chunk(uint8_t chunk[static DIRBLOCK_CHUNK])
{
	memset(chunk, 0, DIRBLOCK_CHUNK);
	put_reclen(chunk, DIRBLOCK_CHUNK);
}

/* FNV-1a: different names get different suffixes. */
static uint32_t
hash(const char *name, size_t length)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < length; i++)
		h = (h ^ (uint8_t)name[i]) * 16777619u;
	return h;
}

size_t
dirblock_shorten_name(const char *name, size_t length, uint32_t inode,
    char shortened[static DIRBLOCK_SHORTENED_MAX + 1])
{
	char tail[TAIL_ROOM];
	const int tail_length = snprintf(tail, sizeof(tail), "~%08" PRIx32
	    "~%" PRIu32, hash(name, length), inode);
	size_t kept = DIRBLOCK_SHORTENED_MAX - (size_t)tail_length;

	if (length <= kept)
		kept = length;
	/* Do not split a UTF-8 character. */
	while (kept > 0 && kept < length &&
	    ((uint8_t)name[kept] & 0xc0) == 0x80)
		kept--;
	memcpy(shortened, name, kept);
	memcpy(shortened + kept, tail, (size_t)tail_length + 1);
	return kept + (size_t)tail_length;
}
