/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/verify_index.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/digest.h"
#include "core/base/growing.h"
#include "core/format/index_decode.h"
#include "core/read/index_volumes.h"

#define ADDED_AT_ONCE ((size_t)1 << 20)	/* bytes, to the decoder */
/* So much of the index may be lost between two records of it, bytes. */
#define GAP_MAX ((uint64_t)64 << 20)
/* Blocks of attributes that may stand behind the last file. */
#define ATTRIBUTE_BLOCKS 66

/* Damaged pieces of a volume, one behind the other. */
struct stretch {
	uint64_t first;			/* tape blocks of the stream, */
	uint64_t end;			/*   up to this one */
	uint64_t from;			/* bytes of the volume, */
	uint64_t to;			/*   up to this one */
	uint32_t volume;
};

struct verify_index {
	struct outcome *outcome;
	struct report *rep;
	struct growing bytes;		/* the index */
	const char *why;		/* it is damaged; NULL: it is not */
	bool is_there;
	const struct pieces *pieces;
	struct index_volumes volumes;
	struct growing stretches;	/* struct stretch, ascending */
	bool failed;			/* out of memory */
	uint64_t checked;		/* pieces */
	uint64_t unknown;		/* pieces that cannot be checked */

	/* While files are named. */
	size_t at;			/* stretch that may have the next one */
	struct index_inode last;	/* its number is 0: none yet */
};

struct verify_index *
verify_index_new(const char *folder, struct outcome *outcome,
    struct report *rep)
{
	struct verify_index *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->outcome = outcome;
	v->rep = rep;
	if (growing_init(&v->bytes, folder) &&
	    growing_init(&v->stretches, folder))
		return v;
	verify_index_free(v);
	return NULL;
}

void
verify_index_free(struct verify_index *v)
{
	if (v == NULL)
		return;
	index_volumes_free(&v->volumes);
	growing_free(&v->stretches);
	growing_free(&v->bytes);
	free(v);
}

/* ----------------------------------------------------------------- gathering */

static void
note_damage(struct verify_index *v, const char *why)
{
	if (v->why == NULL)
		v->why = why;
}

/* What is lost before it becomes zeros. */
static bool
add_bytes(struct verify_index *v, const struct set_item *item)
{
	if (item->offset < v->bytes.used ||
	    item->offset - v->bytes.used > GAP_MAX) {
		note_damage(v, "parts of it are in a wrong order");
		return true;
	}
	if (item->offset > v->bytes.used) {
		note_damage(v, "parts of it are missing");
		if (growing_add(&v->bytes,
		    (size_t)(item->offset - v->bytes.used)) == NULL)
			return false;
	}
	uint8_t *to = growing_add(&v->bytes, (size_t)item->length);
	if (to != NULL)
		memcpy(to, item->bytes, (size_t)item->length);
	return to != NULL;
}

bool
verify_index_item(struct verify_index *v, const struct set_item *item)
{
	if (item->kind == SET_LOST_INDEX)
		note_damage(v, item->why);
	return item->kind != SET_INDEX || add_bytes(v, item);
}

/* ------------------------------------------------------------------- pieces */

static struct stretch *
last_stretch(const struct verify_index *v)
{
	struct stretch *list = (void *)v->stretches.bytes;
	const size_t count = v->stretches.used / sizeof(*list);

	return count == 0 ? NULL : &list[count - 1];
}

/* Join it to the one before, if that ends where it begins. */
static void
add_stretch(struct verify_index *v, const struct stretch *stretch)
{
	struct stretch *last = last_stretch(v);

	if (last != NULL && last->volume == stretch->volume &&
	    last->to == stretch->from) {
		last->end = stretch->end;
		last->to = stretch->to;
		return;
	}
	struct stretch *to = growing_add(&v->stretches, sizeof(*to));
	if (to == NULL)
		v->failed = true;
	else
		*to = *stretch;
}

/*
 * The tape block of the stream that a volume begins with: its header has the
 * lower half of that.
 */
static uint64_t
first_block(const struct index_volume *volume,
    const struct pieces_volume *read)
{
	return volume != NULL && (uint32_t)volume->first == read->first ?
	    volume->first : read->first;
}

static void
check_piece(struct verify_index *v, const struct pieces_volume *read,
    uint64_t n, uint64_t expected)
{
	const struct index_volume *volume = index_volumes_find(&v->volumes,
	    read->number);
	const uint64_t blocks = volume != NULL ? volume->blocks : read->blocks;
	const uint64_t from = n * read->piece;
	uint64_t to = from + read->piece;
	uint64_t digest;

	if (to > blocks)
		to = blocks;
	if (from >= to || !pieces_digest(v->pieces, read->number, n, to,
	    &digest)) {
		v->unknown++;
		return;
	}
	v->checked++;
	if (digest == expected)
		return;
	const uint64_t first = first_block(volume, read);
	const struct stretch stretch = {
		.first = first + from,
		.end = first + to,
		.from = from * DE_TAPE_BLOCK,
		.to = to * DE_TAPE_BLOCK,
		.volume = read->number,
	};
	add_stretch(v, &stretch);
}

/* What was not read at all is told by who reads. */
static bool
take_digests(void *arg, uint32_t number, uint32_t blocks, uint64_t first,
    const uint64_t *digests, size_t count)
{
	struct verify_index *v = arg;
	struct pieces_volume read;

	if (!pieces_volume(v->pieces, number, &read) || read.piece != blocks) {
		v->unknown += count;
		return true;
	}
	for (size_t i = 0; i < count && !v->failed; i++) {
		if (first + i > read.blocks / blocks) {
			v->unknown += count - i;
			break;
		}
		check_piece(v, &read, first + i, digests[i]);
	}
	return !v->failed;
}

static bool
take_about(void *arg, const char *json, size_t length)
{
	struct verify_index *v = arg;
	json_t *about = json_loadb(json, length, 0, NULL);

	index_volumes_free(&v->volumes);
	v->failed |= !index_volumes_init(&v->volumes, about);
	json_decref(about);
	return !v->failed;
}

/* -------------------------------------------------------------------- files */

static void
name_file(struct verify_index *v, const struct index_inode *i, uint64_t end)
{
	const struct stretch *list = (const void *)v->stretches.bytes;
	const size_t count = v->stretches.used / sizeof(*list);

	while (v->at < count && list[v->at].end <= i->block)
		v->at++;
	if (v->at < count && list[v->at].first < end)
		outcome_add(v->outcome, OUTCOME_MISSING, i->inode,
		    "may be damaged: all or part of it is in bytes %" PRIu64
		    " to %" PRIu64 " of volume %" PRIu32, list[v->at].from,
		    list[v->at].to - 1, list[v->at].volume);
}

/* All up to the next one belongs to an inode. */
static bool
take_inodes(void *arg, const struct index_inode *list, size_t count)
{
	struct verify_index *v = arg;

	for (size_t i = 0; i < count; i++) {
		if (v->last.inode != 0)
			name_file(v, &v->last, list[i].block);
		v->last = list[i];
	}
	return true;
}

static void
name_last(struct verify_index *v)
{
	if (v->last.inode != 0)
		name_file(v, &v->last, index_next_block(&v->last) +
		    ATTRIBUTE_BLOCKS);
}

static int
by_place(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static void
name_stretches(const struct verify_index *v)
{
	struct stretch *list = (void *)v->stretches.bytes;
	const size_t count = v->stretches.used / sizeof(*list);

	if (count > 1)
		qsort(list, count, sizeof(*list), by_place);

	for (size_t i = 0; i < count; i++)
		outcome_add(v->outcome, OUTCOME_DAMAGE, 0, "volume %" PRIu32
		    ": bytes %" PRIu64 " to %" PRIu64 " are not as they were "
		    "written", list[i].volume, list[i].from, list[i].to - 1);
}

/* ---------------------------------------------------------------- the index */

/* False if out of memory. */
static bool
visit(struct verify_index *v, const struct index_visitor *visitor)
{
	struct index_decoder *d = index_decoder_new(visitor);
	enum index_result result = INDEX_GO_ON;

	if (d == NULL)
		return false;
	for (size_t at = 0; at < v->bytes.used && result == INDEX_GO_ON;) {
		const size_t left = v->bytes.used - at;
		const size_t part = left < ADDED_AT_ONCE ? left :
		    ADDED_AT_ONCE;
		result = index_decoder_add(d, v->bytes.bytes + at, part);
		at += part;
	}
	if (result == INDEX_NOT_ONE || index_decoder_damaged(d) > 0 ||
	    (result == INDEX_GO_ON && !index_decoder_is_at_end(d)))
		note_damage(v, "a part of it is not as it was written");
	index_decoder_free(d);
	return result != INDEX_NO_MEMORY && !v->failed;
}

/* Against what stands behind it.  False if out of memory. */
static bool
check_whole(struct verify_index *v, const struct header_pointer *pointer)
{
	struct digest *digest = digest_new();
	uint8_t stored[DIGEST_STORED_BYTES];

	if (digest == NULL)
		return false;
	if (v->bytes.used > 0)
		digest_add(digest, v->bytes.bytes, v->bytes.used);
	digest_store(digest, stored);
	digest_free(digest);
	if (pointer == NULL)
		note_damage(v, "its end is missing");
	else if (pointer->length != v->bytes.used)
		note_damage(v, "parts of it are missing");
	else if (memcmp(stored, pointer->digest, sizeof(stored)) != 0)
		note_damage(v, "it is not as it was written");
	return true;
}

static void
say_index(const struct verify_index *v)
{
	if (v->why != NULL)
		outcome_add(v->outcome, OUTCOME_DAMAGE, 0, "the index is "
		    "damaged: %s; no file is in it, and a restore reads the "
		    "set without it", v->why);
	report(v->rep, DE_DEBUG, "%" PRIu64 " pieces have the digests that the "
	    "index says, or not; %" PRIu64 " could not be compared",
	    v->checked, v->unknown);
}

static bool
check_pieces(struct verify_index *v)
{
	const struct index_visitor digests = {
		.about = take_about,
		.digests = take_digests,
		.arg = v,
	};
	const struct index_visitor inodes = {
		.inodes = take_inodes,
		.arg = v,
	};

	if (!visit(v, &digests))
		return false;
	name_stretches(v);
	if (v->stretches.used == 0)
		return true;
	const bool ok = visit(v, &inodes);
	name_last(v);
	return ok;
}

bool
verify_index_finish(struct verify_index *v, const struct set *set,
    const struct pieces *pieces)
{
	v->pieces = pieces;
	v->is_there = set_has_index(set);
	if (!v->is_there) {
		report(v->rep, DE_INFO, "the set has no index, so nothing "
		    "tells whether the contents of files are as they were");
		return true;
	}
	const bool ok = check_whole(v, set_index_pointer(set)) &&
	    check_pieces(v);
	say_index(v);
	return ok;
}

const char *
verify_index_state(const struct verify_index *v)
{
	if (!v->is_there)
		return "none";
	return v->why == NULL ? "whole" : "damaged";
}
