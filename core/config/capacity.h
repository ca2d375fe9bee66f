/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * capacity.h - how many records fit on a volume
 */
#ifndef CORE_CAPACITY_H
#define CORE_CAPACITY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/config/job_config.h"

/* No limit: write until the medium is full. */
#define CAPACITY_AUTO UINT64_MAX

/*
 * The number of records on volume `number` (the first is 1), with `blocking`
 * tape blocks each.
 */
uint64_t capacity_records(const struct volume_settings *settings,
    uint32_t number, uint32_t blocking);

/*
 * The fewest tape blocks that volume `number` may have if another one follows.
 * restore does not notice when its first read of a volume is short, and both
 * maps, of `map_blocks` tape blocks each, must be on the first volume.
 */
uint64_t capacity_needed(uint32_t number, uint32_t map_blocks);

/*
 * How many volumes a dump of this many tape blocks takes.  *more: at least that
 * many, as the last one counted has no size limit.
 */
uint64_t capacity_volumes(const struct volume_settings *settings,
    uint32_t blocking, uint64_t tape_blocks, bool *more);

#endif
