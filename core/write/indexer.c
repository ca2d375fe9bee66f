/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/indexer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/chain/history.h"
#include "core/format/header.h"

#define FIRST_ROOM (2 * (size_t)INDEX_BATCH)
#define COPY_BYTES ((size_t)1 << 20)

/* For indexer_estimate(), as measured on filesystems of many kinds. */
#define BYTES_PER_INODE 5
#define BYTES_OF_ABOUT 2048

struct indexer {
	const char *folder;
	json_t *about;			/* owned; but for its volumes, */
	json_t *volumes;		/* which are here */
	bool has_times;			/* when each was written is told */
	json_t *places;			/* [number, position, of a record] */
	struct growing digests;		/* encoded parts */
	struct growing inodes;

	struct index_inode *pending;	/* placed, not encoded, ascending */
	size_t count;
	size_t room;
	size_t full_at;			/* entries; see indexer_is_full() */
	uint64_t files_block;		/* where files begin, */
	bool has_files;			/* if there are any on the medium */
	bool has_end;			/* the stream has ended, */
	uint64_t end_block;		/* here for the first time */
	uint64_t settled;		/* block up to which all is */
};

struct indexer *
indexer_new(const char *folder, const json_t *about)
{
	struct indexer *ix = calloc(1, sizeof(*ix));

	if (ix == NULL)
		return NULL;
	ix->folder = folder;
	ix->full_at = INDEX_BATCH;
	ix->about = json_deep_copy(about);
	ix->volumes = json_array();
	ix->has_times = json_object_get(about, "begun") != NULL;
	ix->places = json_array();
	const bool has_digests = growing_init(&ix->digests, folder);
	const bool has_inodes = growing_init(&ix->inodes, folder);
	if (has_digests && has_inodes && ix->about != NULL &&
	    ix->volumes != NULL && ix->places != NULL)
		return ix;
	const int error = has_digests && has_inodes ? ENOMEM : errno;
	indexer_free(ix);
	errno = error;
	return NULL;
}

void
indexer_free(struct indexer *ix)
{
	if (ix == NULL)
		return;
	json_decref(ix->about);
	json_decref(ix->volumes);
	json_decref(ix->places);
	growing_free(&ix->digests);
	growing_free(&ix->inodes);
	free(ix->pending);
	free(ix);
}

bool
indexer_set_about(struct indexer *ix, const json_t *about)
{
	json_t *copy = json_deep_copy(about);

	if (copy == NULL) {
		errno = ENOMEM;
		return false;
	}
	json_decref(ix->about);
	ix->about = copy;
	return true;
}

/* ------------------------------------------------------------------ inodes */

static bool
make_room(struct indexer *ix)
{
	if (ix->count < ix->room)
		return true;
	const size_t room = ix->room == 0 ? FIRST_ROOM : 2 * ix->room;
	struct index_inode *pending = reallocarray(ix->pending, room,
	    sizeof(*pending));
	if (pending == NULL)
		return false;
	ix->pending = pending;
	ix->room = room;
	return true;
}

bool
indexer_header(struct indexer *ix, uint64_t block, const uint8_t *header)
{
	struct index_inode i = { .block = block };

	if (header_is_end(header) && !ix->has_end) {
		ix->has_end = true;
		ix->end_block = block;
	}
	if (!index_inode_of(header, &i))
		return true;
	if (!make_room(ix))
		return false;
	ix->pending[ix->count++] = i;
	return true;
}

void
indexer_go_back(struct indexer *ix, uint64_t block)
{
	while (ix->count > 0 && ix->pending[ix->count - 1].block >= block)
		ix->count--;
	if (ix->end_block >= block)
		ix->has_end = false;
	if (ix->full_at > ix->count)
		ix->full_at = ix->count > INDEX_BATCH ? ix->count :
		    INDEX_BATCH;
}

bool
indexer_is_full(const struct indexer *ix)
{
	return ix->count >= ix->full_at;
}

/* How many are on the medium. */
static size_t
count_settled(const struct indexer *ix, uint64_t block)
{
	size_t low = 0, high = ix->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (ix->pending[middle].block < block)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where do files begin? */
static void
note_files(struct indexer *ix, size_t count)
{
	for (size_t i = 0; i < count && !ix->has_files; i++)
		if (!S_ISDIR(ix->pending[i].mode)) {
			ix->has_files = true;
			ix->files_block = ix->pending[i].block;
		}
}

static bool
encode(struct indexer *ix, size_t count)
{
	note_files(ix, count);
	if (!index_put_inodes(&ix->inodes, ix->pending, count))
		return false;
	ix->count -= count;
	memmove(ix->pending, ix->pending + count,
	    ix->count * sizeof(*ix->pending));
	return true;
}

/*
 * Full parts only.  If the medium lags behind, it is asked less often than for
 * each header.
 */
bool
indexer_settle(struct indexer *ix, uint64_t block)
{
	size_t settled = count_settled(ix, block);

	ix->settled = block;
	for (; settled >= INDEX_BATCH; settled -= INDEX_BATCH)
		if (!encode(ix, INDEX_BATCH))
			return false;
	ix->full_at = ix->count < INDEX_BATCH ? INDEX_BATCH :
	    ix->count + INDEX_BATCH / 4;
	return true;
}

/* ----------------------------------------------------------------- volumes */

/* Kept beside the index, as it is true of these media alone. */
static bool
put_place(struct indexer *ix, const struct indexer_volume *v)
{
	return !v->has_position || v->position > INT64_MAX ||
	    json_array_append_new(ix->places, json_pack("[I,I,I]",
	    (json_int_t)v->number, (json_int_t)v->position,
	    (json_int_t)v->record_positions)) == 0;
}

/* What is the same in each dump of the same. */
static json_t *
describe(const struct indexer_volume *v)
{
	char *medium = history_text(v->medium);
	json_t *volume = medium == NULL ? NULL :
	    json_pack("{s:I, s:I, s:I, s:s, s:s}",
	    "number", (json_int_t)v->number,
	    "first", (json_int_t)v->first,
	    "blocks", (json_int_t)v->blocks,
	    "digest", v->digest,
	    "medium", medium);

	free(medium);
	return volume;
}

static bool
put_number(json_t *o, const char *key, int64_t number)
{
	return json_object_set_new(o, key, json_integer((json_int_t)number)) ==
	    0;
}

static bool
put_text(json_t *o, const char *key, const char *text)
{
	return text == NULL || json_object_set_new(o, key, json_string(text)) ==
	    0;
}

/* What filters have made of it. */
static bool
put_coded(json_t *o, const struct indexer_volume *v)
{
	return put_text(o, "filters", v->filters) && (v->medium_bytes == 0 ||
	    put_number(o, "medium_bytes", (int64_t)v->medium_bytes)) &&
	    put_text(o, "medium_digest", v->medium_digest) &&
	    put_text(o, "head", v->head);
}

bool
indexer_volume(struct indexer *ix, const struct indexer_volume *v)
{
	json_t *volume = describe(v);
	const bool put = volume != NULL && put_coded(volume, v) &&
	    (!ix->has_times || put_number(volume, "written", v->written)) &&
	    json_array_append(ix->volumes, volume) == 0 && put_place(ix, v);

	json_decref(volume);
	if (!put) {
		errno = ENOMEM;
		return false;
	}
	return index_put_digests(&ix->digests, v->number, v->piece, 0,
	    v->digests, v->digest_count);
}

bool
indexer_place(const struct indexer *ix, uint32_t number, uint64_t *position,
    uint32_t *record_positions)
{
	for (size_t i = json_array_size(ix->places); i-- > 0;) {
		const json_t *place = json_array_get(ix->places, i);
		if (json_integer_value(json_array_get(place, 0)) != number)
			continue;
		*position = (uint64_t)json_integer_value(json_array_get(place,
		    1));
		*record_positions = (uint32_t)json_integer_value(
		    json_array_get(place, 2));
		return true;
	}
	return false;
}

/* --------------------------------------------------------------- the whole */

bool
indexer_tell(struct indexer *ix, const char *key, int64_t number)
{
	if (put_number(ix->about, key, number))
		return true;
	errno = ENOMEM;
	return false;
}

/*
 * In memory that the caller frees; NULL if out of memory.  Where jansson runs
 * out of it, the text may be shorter instead.
 */
static char *
dump_json(const json_t *json)
{
	const size_t length = json_dumpb(json, NULL, 0, JSON_COMPACT);
	char *text = json_dumps(json, JSON_COMPACT);

	if (text == NULL || strlen(text) == length)
		return text;
	free(text);
	return NULL;
}

static bool
put_about(const struct indexer *ix, struct growing *index)
{
	json_t *all = json_copy(ix->about);
	char *text = NULL;

	/* A copy that ran out of memory is a smaller one. */
	if (all != NULL &&
	    json_object_size(all) == json_object_size(ix->about) &&
	    json_object_set(all, "volumes", ix->volumes) == 0 &&
	    json_object_set_new(all, "files_block", json_integer((json_int_t)
	    (ix->has_files ? ix->files_block : ix->settled))) == 0 &&
	    (!ix->has_end || json_object_set_new(all, "end_block",
	    json_integer((json_int_t)ix->end_block)) == 0))
		text = dump_json(all);
	json_decref(all);
	if (text == NULL) {
		errno = ENOMEM;
		return false;
	}
	const bool put = index_put_part(index, INDEX_PART_ABOUT, text,
	    strlen(text), true);
	const int error = errno;
	free(text);
	errno = error;
	return put;
}

static bool
append(struct growing *to, const struct growing *parts)
{
	for (size_t at = 0; at < parts->used;) {
		const size_t left = parts->used - at;
		const size_t some = left < COPY_BYTES ? left : COPY_BYTES;
		uint8_t *added = growing_add(to, some);
		if (added == NULL)
			return false;
		memcpy(added, parts->bytes + at, some);
		at += some;
	}
	return true;
}

/* A copy: the checkpoint may need the parts as they are. */
bool
indexer_finish(struct indexer *ix, struct growing *index)
{
	if (!growing_init(index, ix->folder))
		return false;
	while (ix->count > 0)
		if (!encode(ix, ix->count < INDEX_BATCH ? ix->count :
		    INDEX_BATCH))
			goto fail;
	if (index_put_magic(index) && put_about(ix, index) &&
	    append(index, &ix->digests) && append(index, &ix->inodes))
		return true;
fail:;
	const int error = errno;
	growing_free(index);
	errno = error;
	return false;
}

static uint64_t
round_up(uint64_t n, uint64_t unit)
{
	return (n + unit - 1) / unit;
}

uint64_t
indexer_estimate(uint64_t inodes, uint64_t tape_blocks, uint32_t blocking)
{
	const uint64_t bytes = inodes * BYTES_PER_INODE + BYTES_OF_ABOUT +
	    tape_blocks / 1024 * sizeof(uint64_t);
	const uint64_t blocks = round_up(bytes, DE_TAPE_BLOCK);

	/* Headers, and another end that fills the record. */
	return blocks + round_up(blocks, HEADER_ADDRS) + blocking;
}
