/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/set_own.h"

/* How far behind the data its end is looked for, bytes. */
#define SEARCH_BEHIND ((uint64_t)1 << 20)

/* Blocks of a record, where the set does not say. */
#define RECORD_USUAL ((uint64_t)32)

#define DATE_AT 4		/* in all headers but those of V7 */

/* Is there anything at all at this distance? */
static enum window_sight
sight_at(struct set *s, uint64_t distance)
{
	enum window_sight sight;

	window_look(&s->window, distance, 1, &sight);
	return sight;
}

/* Was it a volume header that is the next header, too (Sun)? */
static bool
is_volume_header(const struct set *s, uint64_t distance)
{
	const struct window *w = &s->window;

	return w->tape_header.continues &&
	    w->begun_at == w->cursor + distance;
}

/* Data beyond what can be seen: go there, look, and come back. */
static enum set_verdict
verify_far(struct set *s, uint64_t data)
{
	struct window_mark mark;
	struct set_found found;
	const uint8_t *block;

	if (!window_mark(&s->window, &mark) || !window_jump(&s->window, data))
		return SET_DATA_IS_FAR;
	s->ahead.block = NULL;
	const bool good = set_check_at(s, 0, &found, &block) && found.fits;
	s->ahead.block = NULL;
	return window_return(&s->window, &mark) && good ? SET_DATA_IS_GOOD :
	    SET_DATA_IS_FAR;
}

/* ------------------------------------------------------- what is missing */

/*
 * A header within the data that belongs there only if blocks are missing: it
 * fits as well as the one behind the data, or between it and us.
 */
static bool
is_within(struct set *s, uint64_t at, int64_t missing, struct set_found *next)
{
	struct set_found found;
	const uint8_t *block;

	if (!set_check_at(s, at, &found, &block) || found.fits)
		return false;
	if (found.missing != missing && (missing <= 0 || found.missing <= 0 ||
	    found.missing > missing))
		return false;
	*next = found;
	return true;
}

static bool
search_within(struct set *s, uint64_t data, int64_t missing,
    struct set_found *next)
{
	for (uint64_t at = 0; at < data && at <= WINDOW_AHEAD; at += s->block)
		if (is_within(s, at, missing, next))
			return true;
	/* Unless whole blocks are missing, the end is at no such place. */
	return missing > 0 && (uint64_t)missing < data &&
	    is_within(s, data - (uint64_t)missing, missing, next);
}

/*
 * Does the volume have a record's beginning wherever the numbers say so?  Then
 * whole records are missing, if anything.
 */
static bool
is_in_records(struct set *s, uint64_t record, uint64_t *position)
{
	const struct window_piece *here = window_here(&s->window);
	const uint64_t number = s->window.cursor + (uint64_t)s->numbers.shift;

	if (record == 0 || here == NULL)
		return false;
	*position = here->position;
	return here->position % record == number % record;
}

/*
 * The header behind the data is missing, and no more than a record is.  So that
 * header is among it, and the data before that is good.
 */
static uint64_t
count_good(struct set *s, uint64_t data, int64_t missing)
{
	const uint64_t lost = (uint64_t)missing;
	const uint64_t record = (uint64_t)s->block *
	    volumes_header(s->volumes)->blocking;
	const uint64_t most = record > 0 ? record : RECORD_USUAL * s->block;
	uint64_t position;

	if (missing <= 0 || lost > most)
		return 0;
	if (lost == record && is_in_records(s, record, &position)) {
		const uint64_t begin = (position + data) / record * record;
		return begin > position ? begin - position : 0;
	}
	const uint64_t unit = lost % s->block == 0 ? s->block : 1;
	return lost <= data ? data - lost + unit : 0;
}

/* ------------------------------------------------------- what is garbled */

bool
set_is_garbled(struct set *s, uint64_t distance)
{
	enum window_sight sight;
	const uint8_t *block = window_look(&s->window, distance, s->block,
	    &sight);

	return block != NULL && !header_has_magic(s->dialect, block) &&
	    dialect_get32(s->dialect, block + DATE_AT) !=
	    (uint32_t)s->identity.date;
}

uint64_t
set_rest_of_record(struct set *s, uint64_t distance)
{
	const uint64_t record = (uint64_t)s->block *
	    volumes_header(s->volumes)->blocking;
	uint64_t position;

	if (!is_in_records(s, record, &position))
		return (RECORD_USUAL - 1) * s->block;
	return record - (position + distance) % record - s->block;
}

/*
 * Nothing is missing, but where the data ends is not even a damaged header.
 * What is in the same record is not to be believed, either.
 */
static uint64_t
count_good_before(struct set *s, uint64_t data)
{
	const uint64_t record = (uint64_t)s->block *
	    volumes_header(s->volumes)->blocking;
	const uint64_t doubtful = RECORD_USUAL * s->block;
	uint64_t position;

	if (is_in_records(s, record, &position)) {
		const uint64_t begin = (position + data) / record * record;
		return begin > position ? begin - position : 0;
	}
	return data > doubtful ? data - doubtful : 0;
}

/* ------------------------------------------------------------------ verify */

/*
 * A good header at the end whose number fits shows that the data is whole,
 * whatever it contains: even copies of headers.  Otherwise the next good header
 * tells by its number whether blocks are missing between here and there.
 */
enum set_verdict
set_verify(struct set *s, uint64_t data, struct set_found *next,
    uint64_t *good)
{
	const uint8_t *block;

	if ((set_check_at(s, data, next, &block) && next->fits) ||
	    is_volume_header(s, data))
		return SET_DATA_IS_GOOD;
	switch (sight_at(s, data)) {
	case WINDOW_FAR:
		return verify_far(s, data);
	case WINDOW_END:
	case WINDOW_BREAK:
		return SET_DATA_IS_GOOD;	/* what is there of it */
	default:
		break;
	}
	if (!set_trusts_numbers(s) ||
	    !set_search(s, data, data + SEARCH_BEHIND, next))
		return SET_DATA_IS_GOOD;
	*good = data;
	if (next->fits) {
		if (set_is_garbled(s, data))
			*good = count_good_before(s, data);
		return *good >= data ? SET_DATA_IS_GOOD : SET_DATA_IS_SUSPECT;
	}
	*good = search_within(s, data, next->missing, next) ? 0 :
	    count_good(s, data, next->missing);
	return *good >= data ? SET_DATA_IS_GOOD : SET_DATA_IS_DOUBTFUL;
}

void
set_go_astray(struct set *s, uint64_t expected, uint64_t position)
{
	s->astray = true;
	s->expected = expected;
	window_pass(&s->window, position - s->window.cursor);
	s->step = set_step_header;
}
