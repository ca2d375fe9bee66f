/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/level.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/base/date.h"

void
level_clear(struct level *level)
{
	free(level->retake);
	level->retake = NULL;
	level->retake_count = 0;
}

void
level_report(const struct level *level, struct report *rep)
{
	char date[DATE_TEXT_BYTES];

	if (level->base_date == 0)
		return;
	date_format(level->base_date, date);
	if (level->base_level == LEVEL_NONE)
		report(rep, DE_INFO, "dumping changes since %s", date);
	else
		report(rep, DE_INFO, "date of last level %" PRId32 " dump: %s",
		    level->base_level, date);
}
