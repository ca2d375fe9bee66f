/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/set_index.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/digest.h"
#include "core/format/header_decode.h"
#include "core/read/index_volumes.h"
#include "core/read/window.h"

struct set_index {
	struct set_index_config config;
	struct set_identity identity;
	struct header_pointer pointer;
	struct volumes *volumes;	/* open; NULL: not at the moment */
	uint32_t first_volume;		/* that they begin with */
	json_t *about;			/* owned */
	struct index_volumes list;
};

const char *
set_index_text(enum set_index_result result)
{
	switch (result) {
	case SET_INDEX_READ:
	case SET_INDEX_STOPPED:
		return "the index is whole";
	case SET_INDEX_NONE:
		return "there is no index";
	case SET_INDEX_ANOTHER:
		return "its last volume is not to be found";
	case SET_INDEX_DAMAGED:
		return "the index is damaged";
	case SET_INDEX_FAILED:
		break;
	}
	return "the index cannot be read";
}

/* ----------------------------------------------------------------- opening */

static bool
is_of_set(const struct header *h, const struct set_identity *set)
{
	return h->date == set->date && h->base_date == set->base_date &&
	    h->level == set->level && strcmp(h->host, set->host) == 0 &&
	    strcmp(h->device, set->device) == 0;
}

static void
identify(struct set_identity *id, const struct header *h,
    const struct dialect *dialect)
{
	id->date = h->date;
	id->base_date = h->base_date;
	id->level = h->level;
	memcpy(id->label, h->label, sizeof(id->label));
	memcpy(id->filesystem, h->filesystem, sizeof(id->filesystem));
	memcpy(id->device, h->device, sizeof(id->device));
	memcpy(id->host, h->host, sizeof(id->host));
	dialect_describe(dialect, id->dialect);
}

static bool
is_ours(const struct dialect *d)
{
	return d->family == DIALECT_LINUX && !d->big_endian;
}

/* Has somebody put another medium there meanwhile? */
static enum set_index_result
check_identity(struct set_index *x)
{
	const struct header *h = volumes_header(x->volumes);
	const struct dialect *d = volumes_dialect(x->volumes);

	if (!is_ours(d))
		return SET_INDEX_ANOTHER;
	if (x->config.identity != NULL && !is_of_set(h, x->config.identity))
		return SET_INDEX_ANOTHER;
	if (h->volume != x->first_volume)
		return SET_INDEX_ANOTHER;
	identify(&x->identity, h, d);
	return SET_INDEX_READ;
}

static enum set_index_result
open_volumes(struct set_index *x, uint32_t first)
{
	const struct volumes_config config = {
		.output = x->config.output,
		.rep = x->config.rep,
		.cancelled = x->config.cancelled,
		.first_volume = first,
		.last_volume = x->config.last_volume,
		.record_size = x->config.record_size,
		.job = x->config.job,
		.place = x->config.place,
		.want_arg = x->config.place_arg,
		.again = true,
	};
	enum verdict verdict;

	volumes_close(x->volumes);
	x->first_volume = first;
	x->volumes = volumes_open(&config, &verdict);
	if (*x->config.cancelled)
		return SET_INDEX_FAILED;
	return x->volumes == NULL ? SET_INDEX_ANOTHER : check_identity(x);
}

/* The last block of the volume tells where it begins. */
static enum set_index_result
find_pointer(struct set_index *x)
{
	struct chunk *chunk = volumes_go_to_end(x->volumes) ?
	    volumes_next(x->volumes, false) : NULL;
	enum set_index_result result = SET_INDEX_NONE;
	struct header h;

	if (chunk == NULL)
		return *x->config.cancelled ? SET_INDEX_FAILED : result;
	const uint8_t *last = chunk->bytes + chunk->length - DE_TAPE_BLOCK;
	if (chunk->length >= DE_TAPE_BLOCK &&
	    header_decode(volumes_dialect(x->volumes), last, &h) &&
	    index_mark_pointer(&h, &x->pointer))
		result = is_of_set(&h, &x->identity) ? SET_INDEX_READ :
		    SET_INDEX_ANOTHER;
	chunk_release(chunk);
	return result;
}

/* ----------------------------------------------------------------- reading */

/* A pass through the index. */
struct reading {
	struct set_index *x;
	struct window window;
	struct index_decoder *decoder;
	struct digest *digest;
	uint64_t offset;		/* bytes that came */
};

/*
 * To its first record.  Where all of it is on the volume that is open, the way
 * is short.
 */
static bool
go_to_begin(struct reading *r)
{
	struct set_index *x = r->x;
	const uint64_t position = x->pointer.block * DE_TAPE_BLOCK;

	if (x->volumes != NULL && x->first_volume == x->config.last_volume &&
	    x->pointer.volume == x->first_volume &&
	    volumes_go_to(x->volumes, position, 0))
		return window_init(&r->window, x->volumes);
	if (open_volumes(x, x->pointer.volume) != SET_INDEX_READ ||
	    !window_init(&r->window, x->volumes))
		return false;
	const struct window_piece *here = window_here(&r->window);
	if (here == NULL || here->sight != WINDOW_BYTES ||
	    here->position > position)
		return false;
	const uint64_t distance = position - here->position;
	return window_leap(&r->window, distance, WINDOW_FAR_WORTH) ||
	    window_pass(&r->window, distance) == distance;
}

static bool
take(struct reading *r, const uint8_t *bytes, uint64_t length,
    enum index_result *result)
{
	digest_add(r->digest, bytes, (size_t)length);
	r->offset += length;
	*result = index_decoder_add(r->decoder, bytes, (size_t)length);
	return *result == INDEX_GO_ON;
}

/* Its next header; false if that is not here. */
static bool
take_header(struct reading *r, uint32_t *length, uint32_t *padding)
{
	enum window_sight sight;
	struct header h;
	const uint8_t *block = window_look(&r->window, 0, DE_TAPE_BLOCK,
	    &sight);

	if (block == NULL ||
	    !header_decode(volumes_dialect(r->x->volumes), block, &h) ||
	    !is_of_set(&h, &r->x->identity) ||
	    !index_mark_record(&h, length) || h.index_offset != r->offset ||
	    *length > r->x->pointer.length - r->offset)
		return false;
	*padding = h.count * DE_TAPE_BLOCK - *length;
	window_pass(&r->window, DE_TAPE_BLOCK);
	return true;
}

/* What stands behind a header; false if that is not here, or not wanted. */
static bool
take_bytes(struct reading *r, uint32_t length, enum index_result *result)
{
	while (length > 0) {
		const struct window_piece *here = window_here(&r->window);
		if (here == NULL || here->sight != WINDOW_BYTES)
			return false;
		const uint64_t part = here->length < length ? here->length :
		    length;
		if (!take(r, here->bytes, part, result))
			return false;
		length -= (uint32_t)part;
		window_pass(&r->window, part);
	}
	return true;
}

static bool
is_whole(const struct reading *r)
{
	uint8_t digest[DIGEST_STORED_BYTES];

	digest_store(r->digest, digest);
	return r->offset == r->x->pointer.length &&
	    memcmp(digest, r->x->pointer.digest, sizeof(digest)) == 0 &&
	    index_decoder_is_at_end(r->decoder) &&
	    index_decoder_damaged(r->decoder) == 0;
}

static enum set_index_result
read_records(struct reading *r)
{
	enum index_result result = INDEX_GO_ON;
	uint32_t length, padding;

	while (r->offset < r->x->pointer.length &&
	    take_header(r, &length, &padding) &&
	    take_bytes(r, length, &result))
		window_pass(&r->window, padding);
	if (result == INDEX_STOPPED)
		return SET_INDEX_STOPPED;
	if (result == INDEX_NO_MEMORY || *r->x->config.cancelled)
		return SET_INDEX_FAILED;
	return is_whole(r) ? SET_INDEX_READ : SET_INDEX_DAMAGED;
}

enum set_index_result
set_index_visit(struct set_index *x, const struct index_visitor *visitor)
{
	struct reading r = {
		.x = x,
		.decoder = index_decoder_new(visitor),
		.digest = digest_new(),
	};
	enum set_index_result result = SET_INDEX_FAILED;

	if (r.decoder != NULL && r.digest != NULL)
		result = go_to_begin(&r) ? read_records(&r) :
		    *x->config.cancelled ? SET_INDEX_FAILED :
		    SET_INDEX_DAMAGED;
	window_free(&r.window);
	digest_free(r.digest);
	index_decoder_free(r.decoder);
	return result;
}

/* ---------------------------------------------------------- the first part */

static bool
take_about(void *arg, const char *json, size_t length)
{
	struct set_index *x = arg;

	x->about = json_loadb(json, length, 0, NULL);
	return false;			/* the other parts are read later */
}

static enum set_index_result
read_about(struct set_index *x)
{
	const struct index_visitor visitor = { .about = take_about, .arg = x };
	const enum set_index_result result = set_index_visit(x, &visitor);

	if (result == SET_INDEX_FAILED)
		return result;
	if (!json_is_object(x->about))
		return SET_INDEX_DAMAGED;
	return index_volumes_init(&x->list, x->about) ? SET_INDEX_READ :
	    SET_INDEX_FAILED;
}

/* --------------------------------------------------------- for the caller */

struct set_index *
set_index_open(const struct set_index_config *config,
    enum set_index_result *result)
{
	struct set_index *x = calloc(1, sizeof(*x));

	*result = SET_INDEX_FAILED;
	if (x == NULL)
		return NULL;
	x->config = *config;
	*result = open_volumes(x, config->last_volume);
	if (*result == SET_INDEX_READ)
		*result = find_pointer(x);
	if (*result == SET_INDEX_READ)
		*result = read_about(x);
	if (*result == SET_INDEX_READ)
		return x;
	set_index_close(x);
	return NULL;
}

void
set_index_close(struct set_index *x)
{
	if (x == NULL)
		return;
	volumes_close(x->volumes);
	json_decref(x->about);
	index_volumes_free(&x->list);
	free(x);
}

const struct set_identity *
set_index_identity(const struct set_index *x)
{
	return &x->identity;
}

const struct header_pointer *
set_index_pointer_of(const struct set_index *x)
{
	return &x->pointer;
}

const json_t *
set_index_about(const struct set_index *x)
{
	return x->about;
}

bool
set_index_place(const struct set_index *x, uint64_t block, uint32_t *volume,
    uint64_t *position)
{
	return index_volumes_place(&x->list, block, volume, position);
}
