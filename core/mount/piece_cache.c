/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/piece_cache.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/read/unpack.h"
#include "core/volume/volume_read.h"

#define PIECE_BYTES ((size_t)64 << 10)	/* where any place can be read, */
#define SHORT_BYTES ((size_t)4 << 10)	/*   and for a header */
#define PIECES 256u			/* of that size */
#define LONG_PIECES 16u			/* of VOLUME_READ_ROOM */
#define WHY_BYTES 160
#define MISSING_NS ((uint64_t)10 * 1000000000)	/* until it is tried again */

/* What was read at once. */
struct piece {
	uint8_t *bytes;		/* owned */
	uint32_t volume;	/* 0: not in use */
	bool is_lost;		/* it cannot be read */
	uint64_t position;	/* of its first byte */
	uint64_t length;	/* 1 or more */
	uint64_t used;		/* clock of the last use */
};

struct piece_cache {
	struct piece_cache_config config;
	pthread_mutex_t lock;		/* of all below */
	struct volume_read *reader;
	struct unpack *unpack;		/* NULL: the open volume is plain */
	uint64_t unpacked_at;		/* else: where that is, */
	uint64_t unpacked_size;		/*   and bytes of all of it */
	uint32_t open;			/* volume; 0: none */
	uint32_t last;			/* the one opened last, by the set
					   before all */
	bool is_fast;			/* the medium goes to any byte */
	struct header header;		/* of the open volume */
	bool has_header;
	bool reads_on;			/* the reader is where it says */
	uint32_t missing;		/* volume that could not be had, */
	uint64_t missing_since;		/*   and when */
	struct piece pieces[PIECES];
	uint64_t clock;
	uint8_t *scratch;		/* VOLUME_READ_ROOM */
	uint8_t *checked;		/* PIECE_CHECK_BYTES; NULL: no check */
};

struct piece_cache *
piece_cache_new(const struct piece_cache_config *config)
{
	struct piece_cache *m = calloc(1, sizeof(*m));

	if (m != NULL) {
		m->scratch = malloc(VOLUME_READ_ROOM);
		m->checked = config->check == NULL ? NULL :
		    malloc(PIECE_CHECK_BYTES);
	}
	if (m == NULL || m->scratch == NULL ||
	    (config->check != NULL && m->checked == NULL)) {
		report(config->rep, DE_ERROR, "out of memory");
		if (m != NULL)
			free(m->scratch);
		free(m);
		return NULL;
	}
	m->config = *config;
	m->last = 1;
	pthread_mutex_init(&m->lock, NULL);
	m->reader = volume_read_new(config->output);
	if (m->reader != NULL)
		return m;
	piece_cache_free(m);
	return NULL;
}

void
piece_cache_free(struct piece_cache *m)
{
	if (m == NULL)
		return;
	for (unsigned int i = 0; i < PIECES; i++)
		free(m->pieces[i].bytes);
	unpack_free(m->unpack);
	volume_read_free(m->reader);
	pthread_mutex_destroy(&m->lock);
	free(m->scratch);
	free(m->checked);
	free(m);
}

const struct dialect *
piece_cache_dialect(const struct piece_cache *m)
{
	return &m->config.dialect;
}

/* -------------------------------------------------------------------- room */

/* One whose contents are given up, with that much room; NULL: no memory. */
static struct piece *
take_piece(struct piece_cache *m, size_t room)
{
	const unsigned int count = m->is_fast ? PIECES : LONG_PIECES;
	struct piece *oldest = &m->pieces[0];

	for (unsigned int i = 1; i < count; i++)
		if (m->pieces[i].used < oldest->used)
			oldest = &m->pieces[i];
	uint8_t *bytes = realloc(oldest->bytes, room);
	if (bytes == NULL)
		return NULL;
	*oldest = (struct piece){ .bytes = bytes, .used = ++m->clock };
	return oldest;
}

/* Keep what was read into the scratch, or that it was lost. */
static bool
keep_piece(struct piece_cache *m, uint64_t position, uint64_t length,
    bool is_lost)
{
	struct piece *p = take_piece(m, is_lost ? 1 : (size_t)length);

	if (p == NULL)
		return false;
	if (!is_lost)
		memcpy(p->bytes, m->scratch, (size_t)length);
	p->is_lost = is_lost;
	p->volume = m->open;
	p->position = position;
	p->length = length;
	return true;
}

/* --------------------------------------------------- what a volume is plain */

/* As those of volume_read.h: */
static uint64_t
volume_at(const struct piece_cache *m)
{
	return m->unpack != NULL ? m->unpacked_at : volume_read_at(m->reader);
}

static uint64_t
volume_size(const struct piece_cache *m)
{
	return m->unpack != NULL ? m->unpacked_size :
	    volume_read_size(m->reader);
}

static enum volume_read_result
volume_next(struct piece_cache *m, size_t room, size_t *length)
{
	if (m->unpack == NULL)
		return volume_read_next(m->reader, m->scratch, room, length);
	const enum volume_read_result result = unpack_next(m->unpack,
	    m->scratch, room, length);
	m->unpacked_at += *length;
	return result;
}

static size_t
record_bytes(const struct piece_cache *m)
{
	return (size_t)m->header.blocking * DE_TAPE_BLOCK;
}

/* Its first `begin` bytes are in the scratch. */
static bool
unpack_volume(struct piece_cache *m, size_t begin, char why[static WHY_BYTES])
{
	uint64_t last;

	if (!m->has_header || m->header.blocking == 0 ||
	    m->header.blocking > VOLUME_READ_ROOM / DE_TAPE_BLOCK) {
		snprintf(why, WHY_BYTES, "its header is damaged");
		return false;
	}
	m->unpack = unpack_new(&m->config.dialect, m->header.blocking,
	    m->reader);
	if (m->unpack == NULL) {
		snprintf(why, WHY_BYTES, "out of memory");
		return false;
	}
	unpack_put(m->unpack, m->scratch, begin);
	if (!unpack_go_to_end(m->unpack, &last)) {
		snprintf(why, WHY_BYTES, "it is compressed, and damaged, or "
		    "its medium cannot go to a place");
		return false;
	}
	m->unpacked_at = last;
	m->unpacked_size = last + record_bytes(m);
	return true;
}

/* ----------------------------------------------------------------- volumes */

static bool
open_volume(struct piece_cache *m, uint32_t number)
{
	struct de_volume facts = {
		.struct_size = sizeof(facts),
		.number = number,
		.record_size = m->config.record_size,
		.level = m->config.level < 0 ? 0 : (uint32_t)m->config.level,
		.date = m->config.date,
		.job = m->config.job,
		.label = m->config.label,
		.properties = number == m->last ? DE_VOLUME_AGAIN : 0,
	};

	m->open = 0;
	unpack_free(m->unpack);
	m->unpack = NULL;
	if (m->config.place != NULL)
		m->config.place(m->config.want_arg, &facts);
	return volume_read_open(m->reader, &facts);
}

/*
 * Its first *begin bytes are in the scratch.  Says why it is not.  A damaged
 * header proves nothing, so it may be.
 */
static bool
is_volume(struct piece_cache *m, uint32_t number, size_t *begin,
    char why[static WHY_BYTES])
{
	const size_t room = volume_read_size(m->reader) > 0 ? PIECE_BYTES :
	    VOLUME_READ_ROOM;
	if (volume_read_next(m->reader, m->scratch, room, begin) !=
	    VOLUME_READ_DATA) {
		snprintf(why, WHY_BYTES, "nothing could be read from it");
		return false;
	}
	m->has_header = *begin >= m->config.dialect.block_size &&
	    header_decode(&m->config.dialect, m->scratch, &m->header);
	if (m->has_header && (m->header.date != m->config.date ||
	    m->header.base_date != m->config.base_date)) {
		snprintf(why, WHY_BYTES, "it is of another dump");
		return false;
	}
	if (m->has_header && m->header.volume != number) {
		snprintf(why, WHY_BYTES, "it is volume %" PRIu32,
		    m->header.volume);
		return false;
	}
	return true;
}

static bool
try_volume(struct piece_cache *m, uint32_t number, char why[static WHY_BYTES])
{
	size_t begin;

	snprintf(why, WHY_BYTES, "it cannot be opened");
	if (!open_volume(m, number) || !is_volume(m, number, &begin, why) ||
	    (m->config.dialect.compressed &&
	    !unpack_volume(m, begin, why))) {
		unpack_free(m->unpack);
		m->unpack = NULL;
		volume_read_close(m->reader);
		return false;
	}
	m->open = m->last = number;
	m->reads_on = true;
	m->is_fast = volume_read_size(m->reader) > 0 &&
	    !volume_read_is_slow(m->reader);
	/* Not every drive goes back for it. */
	if (!m->is_fast)
		(void)keep_piece(m, 0, begin, false);
	return true;
}

/* Whoever must be asked for it. */
static bool
get_volume(struct piece_cache *m, uint32_t number)
{
	char why[WHY_BYTES];
	bool skip = false;

	while (!try_volume(m, number, why))
		if (m->config.want == NULL || m->config.want(m->config.want_arg,
		    number, why, &skip) != VERDICT_GO_ON || skip)
			return false;
	return true;
}

/* Have that volume open. */
static bool
need_volume(struct piece_cache *m, uint32_t number)
{
	if (m->open == number)
		return true;
	if (m->config.last_volume != 0 && number > m->config.last_volume)
		return false;
	if (m->missing == number && clock_ns() - m->missing_since < MISSING_NS)
		return false;
	const bool ok = get_volume(m, number);
	m->missing = ok ? 0 : number;
	m->missing_since = clock_ns();
	return ok;
}

/* ------------------------------------------------------------------ pieces */

static struct piece *
find_piece(struct piece_cache *m, uint32_t volume, uint64_t position)
{
	for (unsigned int i = 0; i < PIECES; i++) {
		struct piece *p = &m->pieces[i];
		if (p->volume == volume && position >= p->position &&
		    position - p->position < p->length) {
			p->used = ++m->clock;
			return p;
		}
	}
	return NULL;
}

static bool
reach(struct piece_cache *m, uint64_t position)
{
	size_t before;

	if (m->unpack != NULL) {
		if (!unpack_go_to(m->unpack, position, &before))
			return false;
		m->unpacked_at = position - before;
		m->reads_on = true;
		return true;
	}
	if (!volume_read_reaches(m->reader, position))
		return false;
	m->reads_on = volume_read_reach(m->reader, position, &before);
	return m->reads_on;
}

/* A drive may know where it is again, or reads on from the beginning. */
static bool
begin_again(struct piece_cache *m, uint64_t position)
{
	const uint32_t number = m->open;
	char why[WHY_BYTES];

	if (try_volume(m, number, why))
		return reach(m, position) || m->reads_on;
	report(m->config.rep, DE_WARNING, "volume %" PRIu32 " cannot be read "
	    "again: %s", number, why);
	return false;
}

/* Move the reader to a place, or before it. */
static bool
go_to(struct piece_cache *m, uint64_t position)
{
	const uint64_t at = volume_at(m);

	if (m->reads_on && at <= position && (at == position ||
	    (!m->is_fast && position - at < VOLUME_READ_ROOM)))
		return true;
	if (reach(m, position))
		return true;
	return !m->is_fast && ((m->reads_on && at <= position) ||
	    begin_again(m, position));
}

/* Read a piece from where the reader is. */
static enum piece_result
read_piece(struct piece_cache *m, size_t room)
{
	const uint64_t at = volume_at(m);
	size_t length;

	const enum volume_read_result result = volume_next(m, room, &length);
	if (result == VOLUME_READ_END)
		return PIECE_END;
	/* After a loss of unknown length nobody knows what comes next. */
	m->reads_on = result != VOLUME_READ_FAILED && length > 0;
	if (!m->reads_on)
		return PIECE_LOST;
	return keep_piece(m, at, length, result == VOLUME_READ_LOST) ?
	    PIECE_READ : PIECE_LOST;
}

/* So much is read at once. */
static size_t
room_of(const struct piece_cache *m, size_t wanted)
{
	if (!m->is_fast)
		return VOLUME_READ_ROOM;
	if (m->unpack != NULL)
		return record_bytes(m) > PIECE_BYTES ? VOLUME_READ_ROOM :
		    PIECE_BYTES;
	return wanted <= SHORT_BYTES ? SHORT_BYTES : PIECE_BYTES;
}

/* The piece that a place is in, read if it must be. */
static enum piece_result
get_piece(struct piece_cache *m, uint32_t volume, uint64_t position, size_t wanted,
    struct piece **p)
{
	*p = find_piece(m, volume, position);
	if (*p != NULL)
		return PIECE_READ;
	if (!need_volume(m, volume))
		return PIECE_LOST;
	if (m->is_fast && position >= volume_size(m))
		return PIECE_END;
	const size_t room = room_of(m, wanted);
	if (!go_to(m, m->is_fast ? position - position % room : position))
		return PIECE_LOST;
	*p = find_piece(m, volume, position);
	while (*p == NULL) {
		const enum piece_result result = read_piece(m, room);
		if (result != PIECE_READ)
			return result;
		*p = find_piece(m, volume, position);
		if (*p == NULL && volume_at(m) > position)
			return PIECE_LOST;
	}
	return PIECE_READ;
}

static enum piece_result
copy_bytes(struct piece_cache *m, uint32_t volume, uint64_t position,
    uint8_t *buffer, size_t length, size_t *got)
{
	struct piece *p;

	const enum piece_result result = get_piece(m, volume, position, length,
	    &p);
	if (result != PIECE_READ)
		return result;
	if (p->is_lost)
		return PIECE_LOST;
	const uint64_t offset = position - p->position;
	const uint64_t rest = p->length - offset;
	*got = rest < length ? (size_t)rest : length;
	memcpy(buffer, p->bytes + offset, *got);
	return PIECE_READ;
}

/* ----------------------------------------------------------------- digests */

/* All of it, into m->checked. */
static bool
read_whole(struct piece_cache *m, uint32_t volume,
    const struct piece_place *place)
{
	uint64_t at = place->begin;
	size_t got;

	while (at < place->end) {
		const size_t rest = (size_t)(place->end - at);
		if (copy_bytes(m, volume, at, m->checked + (at - place->begin),
		    rest, &got) != PIECE_READ)
			return false;
		at += got;
	}
	return true;
}

/* Where the medium goes to any byte, and says how large its records are. */
static enum piece_state
check_piece(struct piece_cache *m, uint32_t volume,
    const struct piece_place *place)
{
	if (!need_volume(m, volume) || !m->is_fast || !m->has_header ||
	    m->header.blocking > PIECE_CHECK_BYTES / DE_TAPE_BLOCK)
		return PIECE_UNKNOWN;
	const uint32_t record = m->header.blocking * DE_TAPE_BLOCK;
	if (!read_whole(m, volume, place)) {
		piece_check_give_up(m->config.check, place);
		return PIECE_UNKNOWN;
	}
	const enum piece_state state = piece_check_compare(m->config.check,
	    place, m->checked, record);
	if (state == PIECE_BAD)
		report(m->config.rep, DE_WARNING, "volume %" PRIu32 ": bytes %"
		    PRIu64 " to %" PRIu64 " are damaged, and what files have "
		    "there cannot be read; -o nodigest gives it as it is",
		    volume, place->begin, place->end - 1);
	return state;
}

/* False if it is damaged.  *length: no further than the piece reaches. */
static bool
check(struct piece_cache *m, uint32_t volume, uint64_t position,
    size_t *length)
{
	struct piece_place place;
	enum piece_state state = m->config.check == NULL ? PIECE_UNKNOWN :
	    piece_check_find(m->config.check, volume, position, &place);

	if (state == PIECE_UNKNOWN)
		return true;
	if (state == PIECE_NOT_READ)
		state = check_piece(m, volume, &place);
	if (*length > place.end - position)
		*length = (size_t)(place.end - position);
	return state != PIECE_BAD;
}

enum piece_result
piece_cache_read(struct piece_cache *m, uint32_t volume, uint64_t position,
    bool checked, uint8_t *buffer, size_t length, size_t *got)
{
	enum piece_result result = PIECE_LOST;

	*got = 0;
	pthread_mutex_lock(&m->lock);
	if (!checked || check(m, volume, position, &length))
		result = copy_bytes(m, volume, position, buffer, length, got);
	pthread_mutex_unlock(&m->lock);
	return result;
}

enum piece_result
piece_cache_probe(struct piece_cache *m, uint32_t volume, uint64_t position)
{
	enum piece_result result = PIECE_LOST;
	struct piece *p;

	pthread_mutex_lock(&m->lock);
	if (!need_volume(m, volume))
		;
	else if (m->is_fast)
		result = position < volume_size(m) ? PIECE_READ :
		    PIECE_END;
	else
		result = get_piece(m, volume, position, PIECE_BYTES, &p);
	pthread_mutex_unlock(&m->lock);
	return result;
}

bool
piece_cache_end(struct piece_cache *m, uint32_t volume, uint64_t from, uint64_t *end)
{
	enum piece_result result = PIECE_LOST;
	struct piece *p;

	pthread_mutex_lock(&m->lock);
	if (!need_volume(m, volume)) {
		;
	} else if (m->is_fast) {
		from = volume_size(m);
		result = PIECE_END;
	} else {
		while ((result = get_piece(m, volume, from, PIECE_BYTES,
		    &p)) == PIECE_READ)
			from = p->position + p->length;
	}
	pthread_mutex_unlock(&m->lock);
	*end = from;
	return result == PIECE_END;
}

bool
piece_cache_volume_header(struct piece_cache *m, uint32_t volume, struct header *h)
{
	pthread_mutex_lock(&m->lock);
	const bool ok = need_volume(m, volume) && m->has_header;
	if (ok) {
		*h = m->header;
		h->addrs = h->inline_data = h->list = NULL;
	}
	pthread_mutex_unlock(&m->lock);
	return ok;
}
