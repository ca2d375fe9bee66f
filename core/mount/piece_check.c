/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/piece_check.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/digest.h"
#include "core/base/growing.h"
#include "dumpengine/plugin.h"
#include "plugins/common/bytes.h"

#define PIECE_BLOCKS (PIECE_CHECK_BYTES / DE_TAPE_BLOCK)

struct volume {
	uint32_t number;
	uint32_t piece;		/* tape blocks */
	uint64_t blocks;
	uint64_t list;		/* number of its first piece */
	uint64_t count;		/* of pieces */
};

struct piece_check {
	struct growing volumes;		/* struct volume, ascending */
	struct growing digests;		/* uint64_t */
	struct growing states;		/* a byte each: enum piece_state */
};

struct piece_check *
piece_check_new(const char *folder)
{
	struct piece_check *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	if (growing_init(&c->volumes, folder) &&
	    growing_init(&c->digests, folder) &&
	    growing_init(&c->states, folder))
		return c;
	piece_check_free(c);
	return NULL;
}

void
piece_check_free(struct piece_check *c)
{
	if (c == NULL)
		return;
	growing_free(&c->volumes);
	growing_free(&c->digests);
	growing_free(&c->states);
	free(c);
}

/* ------------------------------------------------------------------ filling */

static struct volume *
list_of(const struct piece_check *c, size_t *count)
{
	*count = c->volumes.used / sizeof(struct volume);
	return (struct volume *)(void *)c->volumes.bytes;
}

/* NULL: there is none yet. */
static struct volume *
last_volume(const struct piece_check *c)
{
	size_t count;
	struct volume *list = list_of(c, &count);

	return count == 0 ? NULL : &list[count - 1];
}

/* The last one, or one after it; NULL with errno set. */
static struct volume *
volume_for(struct piece_check *c, uint32_t number, uint64_t blocks,
    uint32_t piece)
{
	struct volume *last = last_volume(c);

	if (last != NULL && last->number == number)
		return last;
	struct volume *v = growing_add(&c->volumes, sizeof(*v));
	if (v != NULL)
		*v = (struct volume){
			.number = number,
			.piece = piece,
			.blocks = blocks,
			.list = c->digests.used / sizeof(uint64_t),
		};
	return v;
}

static bool
is_in_order(const struct piece_check *c, uint32_t number, uint64_t blocks,
    uint32_t piece)
{
	const struct volume *last = last_volume(c);

	return last == NULL || last->number < number ||
	    (last->number == number && last->blocks == blocks &&
	    last->piece == piece);
}

static bool
can_be(const struct volume *v, uint64_t first, size_t count)
{
	const uint64_t pieces = (v->blocks + v->piece - 1) / v->piece;

	return first == v->count && first <= pieces && count <= pieces - first;
}

bool
piece_check_add(struct piece_check *c, uint32_t volume, uint64_t blocks,
    uint32_t piece, uint64_t first, const uint64_t *digests, size_t count)
{
	if (piece == 0 || piece > PIECE_BLOCKS || blocks == 0 ||
	    blocks > INT64_MAX / DE_TAPE_BLOCK || count == 0 ||
	    !is_in_order(c, volume, blocks, piece))
		return true;
	struct volume *v = volume_for(c, volume, blocks, piece);
	if (v == NULL)
		return false;
	if (!can_be(v, first, count))
		return true;
	void *list = growing_add(&c->digests, count * sizeof(*digests));
	void *states = list == NULL ? NULL : growing_add(&c->states, count);
	if (states == NULL)
		return false;
	memcpy(list, digests, count * sizeof(*digests));
	memset(states, PIECE_NOT_READ, count);
	v->count += count;
	return true;
}

/* ----------------------------------------------------------------- comparing */

static const struct volume *
find_volume(const struct piece_check *c, uint32_t number)
{
	size_t high, low = 0;
	const struct volume *list = list_of(c, &high);
	const size_t count = high;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (list[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && list[low].number == number ? &list[low] : NULL;
}

enum piece_state
piece_check_find(const struct piece_check *c, uint32_t volume,
    uint64_t position, struct piece_place *place)
{
	const struct volume *v = find_volume(c, volume);
	const uint64_t block = position / DE_TAPE_BLOCK;

	if (v == NULL || block >= v->blocks || block / v->piece >= v->count)
		return PIECE_UNKNOWN;
	const uint64_t n = block / v->piece;
	const uint64_t rest = v->blocks - n * v->piece;
	place->begin = n * v->piece * DE_TAPE_BLOCK;
	place->end = place->begin +
	    (rest < v->piece ? rest : v->piece) * DE_TAPE_BLOCK;
	place->number = v->list + n;
	return (enum piece_state)c->states.bytes[place->number];
}

enum piece_state
piece_check_compare(struct piece_check *c, const struct piece_place *place,
    const uint8_t *bytes, uint32_t record)
{
	const size_t length = (size_t)(place->end - place->begin);
	const uint64_t *digests = (const void *)c->digests.bytes;
	uint8_t list[PIECE_BLOCKS * sizeof(uint64_t)];
	enum piece_state state = PIECE_UNKNOWN;
	size_t used = 0;

	if (record >= DE_TAPE_BLOCK && length % record == 0) {
		for (size_t at = 0; at < length; at += record) {
			put64(list + used, digest_64(bytes + at, record));
			used += sizeof(uint64_t);
		}
		state = digest_64(list, used) == digests[place->number] ?
		    PIECE_GOOD : PIECE_BAD;
	}
	c->states.bytes[place->number] = (uint8_t)state;
	return state;
}

void
piece_check_give_up(struct piece_check *c, const struct piece_place *place)
{
	c->states.bytes[place->number] = PIECE_UNKNOWN;
}
