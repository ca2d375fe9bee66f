/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cut.h - where a volume is cut
 *
 * Counts the tape blocks put on a volume and says when it is complete: at its
 * planned size, or earlier, so that the cut falls between two inodes and not
 * within an attribute record, which restore would lose.  When the medium is
 * full first (an output returns DE_END_OF_VOLUME; for a tape, on early
 * warning), says how much of the volume may stay on it.
 *
 * Knows nothing of rings and media: the records it counts have been put,
 * whether or not they are on the medium.
 */
#ifndef CORE_CUT_H
#define CORE_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/config/job_config.h"

/* The surroundings of a tape block. */
struct cut_context {
	uint32_t inode;
	uint32_t data_left;	/* tape blocks of data until the next header */
	bool is_attributes;	/* it, or the data before it, is attributes
				   that restore reads */
	bool is_end;		/* the header before it ends the stream */
	bool is_behind_end;	/* one before it does */
};

struct cut {
	/* For every volume: */
	const struct volume_settings *volumes;
	uint32_t blocking;		/* tape blocks in a record */
	uint32_t map_blocks;		/* tape blocks of an inode map */
	bool is_filtered;		/* sizes are not those of the stream */

	/* For the current one: */
	uint32_t number;
	uint64_t before;		/* tape blocks on earlier volumes */
	uint64_t blocks;		/* tape blocks put on it */
	uint64_t limit;			/* tape blocks that it should have */
	struct cut_context context;	/* of the next tape block */
	struct cut_context *contexts;	/* owned; of each record's first block,
					   at its number modulo context_count */
	size_t context_count;
};

/* `volumes` is borrowed. */
void cut_init(struct cut *cut, const struct volume_settings *volumes,
    uint32_t blocking, uint32_t map_blocks);
void cut_clear(struct cut *cut);

/* Begin volume `number` (the first is 1), with its planned size. */
void cut_begin_volume(struct cut *cut, uint32_t number);

/*
 * Keep enough to go back by `records`, the most that may be put but not on the
 * medium.  Discards what was kept.  Returns false if out of memory.
 */
bool cut_remember(struct cut *cut, unsigned int records);

/* How many more tape blocks the volume may have. */
uint64_t cut_room(const struct cut *cut);

/* Tape blocks put on all volumes. */
uint64_t cut_total(const struct cut *cut);

/*
 * Count tape blocks that are put: the header of an inode or a map; `blocks` of
 * its data, all in one record; or a header of the volume itself, which
 * interrupts an inode and is not part of it.
 */
void cut_count_header(struct cut *cut, const uint8_t *header);
void cut_count_data(struct cut *cut, uint32_t blocks);
void cut_count_own(struct cut *cut);

/* Has the stream been ended, with the record full? */
bool cut_is_at_end(const struct cut *cut);

/* The next inode begins here: a good place to cut. */
void cut_between_inodes(struct cut *cut);

/* The next `blocks` tape blocks should not be split: cut before or after. */
void cut_keep_together(struct cut *cut, uint32_t blocks);

/*
 * Only `records` records are on the medium: go back to their end.  Returns by
 * how many tape blocks.
 */
uint64_t cut_go_back(struct cut *cut, uint64_t records);

/*
 * How many tape blocks of the volume may stay if it ends here: all, or all
 * before an attribute record that would be split.
 */
uint64_t cut_untorn(const struct cut *cut);

/* The same in records, if it ends after that many, which may be less. */
uint64_t cut_untorn_at(const struct cut *cut, uint64_t records);

/* The tape blocks that the volume needs if another one follows. */
uint64_t cut_needed(const struct cut *cut);

#endif
