/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/capacity.h"

/*
 * Tapes as dump(8) computes them, in tenths of an inch.  The tape stops and
 * starts in a gap between records.
 */
#define TENTHS_PER_FOOT 120
#define GAP_CARTRIDGE 16
#define GAP_6250 5		/* at a density of 6250 bpi */
#define GAP_REEL 8
#define DENSITY_CARTRIDGE 1000	/* bits per inch on each of eight tracks */
#define DENSITY_REEL 1600

#define BLOCKS_MIN 32		/* the size of restore's first read */

uint64_t
capacity_needed(uint32_t number, uint32_t map_blocks)
{
	/* The volume's header, and one for each map. */
	const uint64_t maps = 3 + 2 * (uint64_t)map_blocks;

	return number == 1 && maps > BLOCKS_MIN ? maps : BLOCKS_MIN;
}

static uint64_t
records_of_tape(const struct volume_settings *settings, uint32_t blocking)
{
	const bool cartridge = settings->cartridge;
	uint32_t density = settings->density_bpi;

	if (density == 0)
		density = cartridge ? DENSITY_CARTRIDGE : DENSITY_REEL;
	const uint64_t per_tenth = density / 10;
	const uint64_t gap = cartridge ? GAP_CARTRIDGE :
	    density == 6250 ? GAP_6250 : GAP_REEL;
	const uint64_t record = (uint64_t)blocking * DE_TAPE_BLOCK / per_tenth +
	    gap;
	const uint64_t tape = (uint64_t)settings->length_feet *
	    TENTHS_PER_FOOT;
	/* The record that crosses the end of the length is still written. */
	return tape / record + 1;
}

uint64_t
capacity_records(const struct volume_settings *settings, uint32_t number,
    uint32_t blocking)
{
	if (settings->length_feet != 0)
		return records_of_tape(settings, blocking);
	if (settings->size_count == 0)
		return CAPACITY_AUTO;
	const size_t i = number <= settings->size_count ? number - 1 :
	    settings->size_count - 1;
	return (uint64_t)settings->sizes[i] /
	    ((uint64_t)blocking * DE_TAPE_BLOCK);
}

uint64_t
capacity_volumes(const struct volume_settings *settings, uint32_t blocking,
    uint64_t tape_blocks, bool *more)
{
	uint64_t left = tape_blocks;
	uint32_t number = 1;

	for (*more = false; number < UINT32_MAX; number++) {
		const uint64_t records = capacity_records(settings, number,
		    blocking);
		*more = records == CAPACITY_AUTO;
		if (*more || left <= records * blocking)
			break;
		/* Each further volume begins with its own header. */
		left -= records * blocking - 1;
	}
	return number;
}
