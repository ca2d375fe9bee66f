/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/set_own.h"

/* How far behind the data its end is looked for, bytes. */
#define SEARCH_BEHIND ((uint64_t)1 << 20)

/* Is there anything at all at this distance? */
static enum window_sight
sight_at(struct set *s, uint64_t distance)
{
	enum window_sight sight;

	window_look(&s->window, distance, 1, &sight);
	return sight;
}

/*
 * Data beyond what can be seen: go there, look, and come back.  True also if
 * the medium cannot do that.
 */
static bool
is_good_far(struct set *s, uint64_t data)
{
	struct window_mark mark;
	struct set_found found;
	const uint8_t *block;

	if (!window_mark(&s->window, &mark) || !window_jump(&s->window, data))
		return true;
	s->ahead.block = NULL;
	const bool good = set_check_at(s, 0, &found, &block) && found.fits;
	s->ahead.block = NULL;
	return window_return(&s->window, &mark) && good;
}

/*
 * A header within the data that belongs there only if blocks are missing: it
 * fits as well as the one behind the data, or between it and us.
 */
static bool
search_within(struct set *s, uint64_t data, int64_t missing,
    struct set_found *next)
{
	struct set_found found;
	const uint8_t *block;

	for (uint64_t at = 0; at < data && at <= WINDOW_AHEAD; at += s->block) {
		if (!set_check_at(s, at, &found, &block) || found.fits)
			continue;
		if ((missing > 0 && found.missing > 0 &&
		    found.missing <= missing) || found.missing == missing) {
			*next = found;
			return true;
		}
	}
	return false;
}

/*
 * A good header at the end whose number fits shows that the data is whole,
 * whatever it contains: even copies of headers.  Otherwise the next good header
 * tells by its number whether blocks are missing between here and there.
 */
bool
set_verify(struct set *s, uint64_t data, struct set_found *next)
{
	const uint8_t *block;

	if (set_check_at(s, data, next, &block) && next->fits)
		return true;
	switch (sight_at(s, data)) {
	case WINDOW_FAR:
		return is_good_far(s, data);
	case WINDOW_END:
	case WINDOW_BREAK:
		return true;	/* cut short: what is there is good */
	default:
		break;
	}
	if (!set_trusts_numbers(s) ||
	    !set_search(s, data, data + SEARCH_BEHIND, next) || next->fits)
		return true;
	search_within(s, data, next->missing, next);
	return false;
}
