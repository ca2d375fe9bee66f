/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/positions.h"

#include <inttypes.h>

void
positions_begin(struct positions *p, FILE *out, int64_t date)
{
	*p = (struct positions){ .out = out };
	fprintf(out, POSITIONS_MAGIC "\n" POSITIONS_VERSION "\n%" PRId64 "\n\n"
	    "ino\ttapeno\ttapepos\n", date);
}

bool
positions_lists(mode_t mode)
{
	return !S_ISDIR(mode) && !S_ISBLK(mode) && !S_ISSOCK(mode);
}

void
positions_put(struct positions *p, uint32_t inode, uint32_t volume,
    uint64_t position)
{
	if (volume == p->volume && position == p->position)
		return;
	p->volume = volume;
	p->position = position;
	fprintf(p->out, "%" PRIu32 "\t%" PRIu32 "\t%" PRIu64 "\n", inode,
	    volume, position);
}
