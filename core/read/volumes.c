/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/volumes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/read/read_ahead.h"

#define CHUNKS 64		/* all that a set may have in memory */
#define SKIPPED_MAX 8		/* volumes in a row, before the set ends */
#define WHY_BYTES 160

struct volumes {
	struct volumes_config config;
	struct dialect dialect;
	uint8_t *block;			/* first header, owned */
	struct header header;		/* decoded from it */
	struct chunk_pool *pool;
	struct volume_read *reader;
	struct read_ahead *ahead;
	struct unpack *unpack;		/* NULL: not compressed */
	struct chunk *first;		/* of a volume, not yet passed on */
	uint32_t number;		/* of the open volume */
	uint64_t before;		/* bytes of the volumes before it */
	bool ended;
	enum verdict verdict;
};

/* -------------------------------------------------------------- one volume */

static bool
open_volume(struct volumes *v, uint32_t number)
{
	struct de_volume facts = {
		.struct_size = sizeof(facts),
		.number = number,
		.record_size = v->config.record_size,
		.level = v->header.level < 0 ? 0 : (uint32_t)v->header.level,
		.date = v->header.date,
		.job = v->config.job != NULL ? v->config.job : "",
		.label = v->header.label,
		.properties = v->config.again ? DE_VOLUME_AGAIN : 0,
	};

	if (v->config.place != NULL)
		v->config.place(v->config.want_arg, &facts);
	if (!volume_read_open(v->reader, &facts))
		return false;
	read_ahead_begin(v->ahead, number);
	v->first = read_ahead_next(v->ahead);
	return true;
}

static void
drop_first(struct volumes *v)
{
	if (v->first != NULL)
		chunk_release(v->first);
	v->first = NULL;
}

/* Nothing may keep a drive from giving its medium away. */
static void
leave_medium(struct volumes *v)
{
	drop_first(v);
	read_ahead_stop(v->ahead);
	volume_read_close(v->reader);
	v->config.again = false;
}

/*
 * Its first header is damaged.  Does another one say that it is the volume, or
 * what is left of that one?  Files may have headers of other dumps in them.
 */
static bool
is_damaged_volume(const struct volumes *v, uint32_t number)
{
	const struct chunk *chunk = v->first;
	const size_t block = v->dialect.block_size;
	struct header h;

	if (chunk->length >= block && header_resembles_volume(&v->dialect,
	    chunk->bytes, v->header.date, v->header.base_date, number))
		return true;
	for (size_t at = block; at + block <= chunk->length; at += block)
		if (header_decode(&v->dialect, chunk->bytes + at, &h) &&
		    h.date == v->header.date &&
		    h.base_date == v->header.base_date && h.volume == number)
			return true;
	return false;
}

/* Says why it is not. */
static bool
is_volume(struct volumes *v, uint32_t number, char why[static WHY_BYTES])
{
	const struct chunk *chunk = v->first;
	struct header h;

	if (chunk == NULL || chunk->length == 0) {
		snprintf(why, WHY_BYTES, "nothing could be read from it");
	} else if (chunk->length < v->dialect.block_size ||
	    !header_decode(&v->dialect, chunk->bytes, &h)) {
		const char *what = dialect_foreign(chunk->bytes,
		    chunk->length);
		if (is_damaged_volume(v, number)) {
			report(v->config.rep, DE_WARNING, "%s: its first "
			    "header is damaged; going on at the next",
			    volume_read_medium(v->reader));
			return true;
		}
		snprintf(why, WHY_BYTES, "it is %s", what != NULL ? what :
		    "not a volume of a dump");
	} else if (h.date != v->header.date ||
	    h.base_date != v->header.base_date) {
		snprintf(why, WHY_BYTES, "it is of another dump");
	} else if (h.volume != number) {
		snprintf(why, WHY_BYTES, "it is volume %" PRIu32, h.volume);
	} else {
		return true;
	}
	return false;
}

/* ------------------------------------------------------------------- change */

static bool
try_volume(struct volumes *v, uint32_t number, char why[static WHY_BYTES])
{
	snprintf(why, WHY_BYTES, "it cannot be opened");
	if (!open_volume(v, number))
		return false;
	return is_volume(v, number, why);
}

/* Ask for it until it is there.  False: *skip, or the verdict says why. */
static bool
get_volume(struct volumes *v, uint32_t number, bool *skip)
{
	char why[WHY_BYTES];

	*skip = false;
	while (!try_volume(v, number, why)) {
		leave_medium(v);
		if (v->config.want == NULL)
			return false;
		v->verdict = v->config.want(v->config.want_arg, number, why,
		    skip);
		if (v->verdict != VERDICT_GO_ON || *skip)
			return false;
	}
	return true;
}

/* The next volume there is, in the place of the one that has ended. */
static bool
change_volume(struct volumes *v)
{
	unsigned int skipped = 0;
	bool skip;

	v->before += volume_read_at(v->reader);
	v->config.again = false;
	do {
		if (v->number == UINT32_MAX ||
		    v->number == v->config.last_volume)
			return false;
		v->number++;
		if (get_volume(v, v->number, &skip))
			return true;
	} while (skip && ++skipped < SKIPPED_MAX);
	return false;
}

/* ---------------------------------------------------------------- the first */

/* Say what it is, or that it is nothing known. */
static void
refuse(struct volumes *v)
{
	const struct chunk *chunk = v->first;
	const char *what = dialect_foreign(chunk->bytes, chunk->length);

	report(v->config.rep, DE_ERROR, "%s: not a dump%s%s",
	    volume_read_medium(v->reader), what == NULL ? "" : ", but ",
	    what == NULL ? "" : what);
}

/*
 * From the first header, or, if that is damaged, from the next good one; that
 * it is lost, is told when it is read.
 */
static bool
recognise(struct volumes *v)
{
	const struct chunk *chunk = v->first;
	size_t at = 0;

	if (chunk != NULL && chunk->length > 0 &&
	    chunk->length < DIALECT_BLOCK_MIN &&
	    dialect_foreign(chunk->bytes, chunk->length) != NULL) {
		refuse(v);
		return false;
	}
	if (chunk == NULL || chunk->length < DIALECT_BLOCK_MIN) {
		report(v->config.rep, DE_ERROR, "%s: too short to be a dump",
		    volume_read_medium(v->reader));
		return false;
	}
	if (!dialect_recognise(&v->dialect, chunk->bytes, chunk->length) &&
	    (dialect_foreign(chunk->bytes, chunk->length) != NULL ||
	    !dialect_search(&v->dialect, chunk->bytes, chunk->length, &at))) {
		refuse(v);
		return false;
	}
	memcpy(v->block, chunk->bytes + at, v->dialect.block_size);
	return true;
}

/* What the user says of the dialect counts more than what was recognised. */
static bool
keep_header(struct volumes *v)
{
	if (v->config.dialect != NULL &&
	    !dialect_force(&v->dialect, v->config.dialect)) {
		report(v->config.rep, DE_ERROR, "%s: not a dump of the "
		    "dialect \"%s\"", volume_read_medium(v->reader),
		    v->config.dialect);
		return false;
	}
	if (header_decode(&v->dialect, v->block, &v->header))
		return true;
	report(v->config.rep, DE_ERROR, "%s: its first header is damaged",
	    volume_read_medium(v->reader));
	return false;
}

static bool
open_first(struct volumes *v)
{
	return open_volume(v, v->number) && recognise(v) && keep_header(v);
}

/* Says why it is not the dump that is wanted. */
static bool
is_wanted(const struct volumes *v, char why[static WHY_BYTES])
{
	const struct header *h = &v->header;

	if (h->date != v->config.date || h->base_date != v->config.base_date)
		snprintf(why, WHY_BYTES, "it is of another dump");
	else if (h->volume != v->number)
		snprintf(why, WHY_BYTES, "it is volume %" PRIu32, h->volume);
	else
		return true;
	return false;
}

/* Ask for it until it is there, as get_volume() does for later ones. */
static bool
get_first(struct volumes *v)
{
	char why[WHY_BYTES];
	bool skip = false;

	for (;;) {
		snprintf(why, sizeof(why), "it cannot be opened");
		v->header = (struct header){
			.date = v->config.date,
			.base_date = v->config.base_date,
			.level = v->config.level,
		};
		if (open_first(v) && is_wanted(v, why))
			return true;
		leave_medium(v);
		v->verdict = v->config.want(v->config.want_arg, v->number, why,
		    &skip);
		if (v->verdict != VERDICT_GO_ON || skip)
			return false;
	}
}

/* From now on, pieces are shown what is read: also the first chunk, if it is. */
static void
watch(struct volumes *v)
{
	if (v->config.pieces == NULL)
		return;
	read_ahead_watch(v->ahead, v->config.pieces);
	if (v->first != NULL)
		pieces_add(v->config.pieces, v->first);
}

/* Of the first chunk, only the first record is what it seems to be. */
static bool
begin_unpacking(struct volumes *v)
{
	const uint32_t blocking = v->header.blocking;

	if (!v->dialect.compressed) {
		watch(v);
		return true;
	}
	if (blocking == 0) {
		report(v->config.rep, DE_ERROR, "%s: compressed, but its "
		    "header does not say how large its records are",
		    volume_read_medium(v->reader));
		return false;
	}
	v->unpack = unpack_new(&v->dialect, blocking, v->reader);
	if (v->unpack == NULL) {
		report(v->config.rep, DE_ERROR, "out of memory");
		return false;
	}
	unpack_put(v->unpack, v->first->bytes, v->first->length);
	if (unpack_is_encrypted(v->unpack)) {
		report(v->config.rep, DE_ERROR, "%s: encrypted by an option of "
		    "dump 0.4b45 or 0.4b46, or compressed as only that program "
		    "can; restore it with the restore that was built with it, "
		    "and its key", volume_read_medium(v->reader));
		return false;
	}
	read_ahead_unpack(v->ahead, v->unpack);
	drop_first(v);
	watch(v);
	v->first = read_ahead_next(v->ahead);
	return v->first != NULL;
}

static bool
make(struct volumes *v)
{
	v->block = calloc(1, DIALECT_BLOCK_MAX);
	v->pool = chunk_pool_new(CHUNKS);
	if (v->block != NULL && v->pool != NULL) {
		v->reader = volume_read_new(v->config.output);
		if (v->reader == NULL)
			return false;	/* it has reported */
		v->ahead = read_ahead_new(v->pool, v->reader);
	}
	if (v->ahead == NULL)
		report(v->config.rep, DE_ERROR, "out of memory");
	return v->ahead != NULL;
}

struct volumes *
volumes_open(const struct volumes_config *config, enum verdict *verdict)
{
	struct volumes *v = calloc(1, sizeof(*v));

	*verdict = VERDICT_NOT_STARTED;
	if (v == NULL) {
		report(config->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	v->config = *config;
	v->number = config->first_volume;
	if (make(v) && (config->date != 0 ? get_first(v) : open_first(v)) &&
	    begin_unpacking(v)) {
		*verdict = VERDICT_GO_ON;
		return v;
	}
	if (v->verdict != VERDICT_GO_ON)
		*verdict = v->verdict;
	volumes_close(v);
	return NULL;
}

void
volumes_close(struct volumes *v)
{
	if (v == NULL)
		return;
	drop_first(v);
	read_ahead_free(v->ahead);
	unpack_free(v->unpack);
	volume_read_free(v->reader);
	chunk_pool_free(v->pool);
	free(v->block);
	free(v);
}

/* ------------------------------------------------------------------ reading */

static struct chunk *
take_first(struct volumes *v)
{
	struct chunk *chunk = v->first;

	v->first = NULL;
	chunk->begins_volume = true;
	return chunk;
}

static bool
may_go_on(struct volumes *v)
{
	if (read_ahead_is_out_of_memory(v->ahead)) {
		report(v->config.rep, DE_ERROR, "out of memory");
		v->verdict = VERDICT_ABORT;
	}
	if (*v->config.cancelled && v->verdict == VERDICT_GO_ON)
		v->verdict = VERDICT_ABORT;
	return v->verdict == VERDICT_GO_ON;
}

struct chunk *
volumes_next(struct volumes *v, bool may_change)
{
	if (!may_go_on(v))
		return NULL;
	if (v->first != NULL)
		return take_first(v);
	struct chunk *chunk = v->ended ? NULL : read_ahead_next(v->ahead);
	if (chunk != NULL || !may_go_on(v) || !may_change || v->ended)
		return chunk;
	v->ended = !change_volume(v);
	return v->ended ? NULL : take_first(v);
}

enum verdict
volumes_verdict(const struct volumes *v)
{
	return v->verdict == VERDICT_GO_ON && *v->config.cancelled ?
	    VERDICT_ABORT : v->verdict;
}

bool
volumes_go_to(struct volumes *v, uint64_t position, uint64_t worth)
{
	return v->first == NULL && !v->ended &&
	    read_ahead_go_to(v->ahead, position, worth);
}

bool
volumes_knows_end(const struct volumes *v)
{
	return volume_read_size(v->reader) > 0 &&
	    !volume_read_is_slow(v->reader);
}

bool
volumes_go_to_volume(struct volumes *v, uint32_t number)
{
	bool skip;

	if (number < v->config.first_volume || (v->config.last_volume != 0 &&
	    number > v->config.last_volume) || v->verdict != VERDICT_GO_ON)
		return false;
	drop_first(v);
	read_ahead_stop(v->ahead);	/* it may be within this volume */
	v->before += volume_read_at(v->reader);
	v->config.again = v->number == number;
	v->number = number;
	v->ended = !get_volume(v, number, &skip);
	return !v->ended;
}

bool
volumes_go_to_end(struct volumes *v)
{
	drop_first(v);
	return !v->ended && read_ahead_go_to_end(v->ahead);
}

void
volumes_stop(struct volumes *v)
{
	v->ended = true;
	read_ahead_stop(v->ahead);
}

/* ------------------------------------------------------------------- asked */

const struct dialect *
volumes_dialect(const struct volumes *v)
{
	return &v->dialect;
}

const struct header *
volumes_header(const struct volumes *v)
{
	return &v->header;
}

uint64_t
volumes_bytes(const struct volumes *v)
{
	return v->before + read_ahead_position(v->ahead);
}

bool
volumes_seeks(const struct volumes *v)
{
	return v->ahead != NULL && read_ahead_seeks(v->ahead);
}

bool
volumes_goes_to(const struct volumes *v)
{
	return volume_read_seeks(v->reader);
}

uint64_t
volumes_size(const struct volumes *v)
{
	return v->number == v->config.first_volume ?
	    volume_read_size(v->reader) : 0;
}
