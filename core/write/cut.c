/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/cut.h"

#include <stdlib.h>

#include "core/config/capacity.h"
#include "core/format/header.h"

/* A header and its attributes. */
#define ATTRIBUTE_BLOCKS_MAX 5

/* How much earlier a planned end may come, to fall between two inodes. */
#define EARLY_PART 64		/* this fraction of the volume, */
#define EARLY_RECORDS 64	/* or this many records, if that is less */

void
cut_init(struct cut *cut, const struct volume_settings *volumes,
    uint32_t blocking, uint32_t map_blocks)
{
	*cut = (struct cut){
		.volumes = volumes,
		.blocking = blocking,
		.map_blocks = map_blocks,
	};
}

void
cut_clear(struct cut *cut)
{
	free(cut->contexts);
	cut->contexts = NULL;
	cut->context_count = 0;
}

void
cut_begin_volume(struct cut *cut, uint32_t number)
{
	const uint64_t records = capacity_records(cut->volumes, number,
	    cut->blocking);

	cut->number = number;
	cut->before += cut->blocks;
	cut->blocks = 0;
	cut->limit = cut->is_filtered ||
	    records >= UINT64_MAX / cut->blocking ? UINT64_MAX : records * cut->blocking;
}

bool
cut_remember(struct cut *cut, unsigned int records)
{
	cut_clear(cut);
	/* Attributes may begin in a record before those. */
	cut->context_count = (size_t)records + 2 + ATTRIBUTE_BLOCKS_MAX;
	cut->contexts = calloc(cut->context_count, sizeof(*cut->contexts));
	return cut->contexts != NULL;
}

uint64_t
cut_room(const struct cut *cut)
{
	return cut->blocks < cut->limit ? cut->limit - cut->blocks : 0;
}

uint64_t
cut_total(const struct cut *cut)
{
	return cut->before + cut->blocks;
}

/* ---------------------------------------------------------------- counting */

static uint64_t
record_number(const struct cut *cut)
{
	return cut->blocks / cut->blocking;
}

static struct cut_context *
context_of(const struct cut *cut, uint64_t record)
{
	return &cut->contexts[record % cut->context_count];
}

static void
begin_block(struct cut *cut)
{
	if (cut->blocks % cut->blocking == 0)
		*context_of(cut, record_number(cut)) = cut->context;
}

void
cut_count_header(struct cut *cut, const uint8_t *header)
{
	begin_block(cut);
	const bool is_end = header_is_end(header);
	const bool is_behind_end = cut->context.is_behind_end || is_end;
	cut->context = (struct cut_context){
		.inode = header_get_inode(header),
		.data_left = header_get_data_blocks(header),
		.is_attributes = !is_behind_end && header_is_attributes(header),
		.is_end = is_end,
		.is_behind_end = is_behind_end,
	};
	cut->blocks++;
}

void
cut_count_data(struct cut *cut, uint32_t blocks)
{
	begin_block(cut);
	cut->context.data_left -= blocks;
	cut->blocks += blocks;
}

void
cut_count_own(struct cut *cut)
{
	begin_block(cut);
	cut->blocks++;
}

bool
cut_is_at_end(const struct cut *cut)
{
	return cut->context.is_end && cut->blocks % cut->blocking == 0;
}

/* ------------------------------------------------------------ where to cut */

uint64_t
cut_needed(const struct cut *cut)
{
	return capacity_needed(cut->number, cut->map_blocks);
}

void
cut_between_inodes(struct cut *cut)
{
	if (cut->limit == UINT64_MAX || cut->context.is_attributes ||
	    cut->blocks % cut->blocking != 0 ||
	    cut->blocks < cut_needed(cut))
		return;
	uint64_t early = cut->limit / EARLY_PART;
	if (early > (uint64_t)EARLY_RECORDS * cut->blocking)
		early = (uint64_t)EARLY_RECORDS * cut->blocking;
	/* Better here than a little later, inside an inode. */
	if (cut->limit - cut->blocks <= early)
		cut->limit = cut->blocks;
}

static uint64_t
round_up(uint64_t n, uint64_t unit)
{
	return (n + unit - 1) / unit * unit;
}

void
cut_keep_together(struct cut *cut, uint32_t blocks)
{
	if (cut->limit == UINT64_MAX || cut->blocks >= cut->limit ||
	    cut->limit - cut->blocks >= blocks)
		return;
	/*
	 * The record being filled goes to the next volume as a whole, unless
	 * this would be too small without it.
	 */
	const uint64_t records = record_number(cut) * cut->blocking;
	cut->limit = records >= cut_needed(cut) ? records :
	    round_up(cut->blocks + blocks, cut->blocking);
}

/* ---------------------------------------------- when the medium cuts first */

uint64_t
cut_go_back(struct cut *cut, uint64_t records)
{
	const uint64_t kept = records * cut->blocking;
	const uint64_t back = cut->blocks - kept;

	if (back > 0)
		cut->context = *context_of(cut, records);
	cut->blocks = kept;
	return back;
}

/*
 * restore sets attributes only once it has read the next header, so it loses an
 * attribute record if a volume ends within or right after it.  A planned end
 * avoids that; if the medium ends there unexpectedly, the volume is written
 * again and ends before the record.
 */
uint64_t
cut_untorn_at(const struct cut *cut, uint64_t records)
{
	struct cut_context at = records * cut->blocking >= cut->blocks ?
	    cut->context : *context_of(cut, records);

	while (at.is_attributes && records > 0)
		at = *context_of(cut, --records);
	return records;
}

uint64_t
cut_untorn(const struct cut *cut)
{
	return cut_untorn_at(cut, record_number(cut)) * cut->blocking;
}
