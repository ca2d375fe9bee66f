/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/keep_settings.h"

#include "core/base/date_range.h"

#define MANY 100000

const struct de_option config_keep_options[] = {
	{ "last", DE_OPTION_INTEGER, 0, 0, MANY, "0",
	  "keep this many of the newest dumps" },
	{ "hourly", DE_OPTION_INTEGER, 0, 0, MANY, "0",
	  "keep the newest dump of each of this many hours that have one" },
	{ "daily", DE_OPTION_INTEGER, 0, 0, MANY, "0",
	  "likewise of days" },
	{ "weekly", DE_OPTION_INTEGER, 0, 0, MANY, "0",
	  "likewise of weeks, which begin on Monday" },
	{ "monthly", DE_OPTION_INTEGER, 0, 0, MANY, "0",
	  "likewise of months" },
	{ "yearly", DE_OPTION_INTEGER, 0, 0, MANY, "0",
	  "likewise of years" },
	{ "within", DE_OPTION_STRING, 0, 1, 64, NULL,
	  "keep what is no older than this, such as \"30 days\", when the "
	  "newest dump is made" },
	DE_OPTIONS_END
};

static uint32_t
number(const struct option_set *options, const char *key)
{
	return (uint32_t)option_number(options, key);
}

void
keep_settings_take(struct keep_settings *keep,
    const struct option_set *options)
{
	*keep = (struct keep_settings){ .is_set = options != NULL };
	if (options == NULL)
		return;
	keep->last = number(options, "last");
	keep->hourly = number(options, "hourly");
	keep->daily = number(options, "daily");
	keep->weekly = number(options, "weekly");
	keep->monthly = number(options, "monthly");
	keep->yearly = number(options, "yearly");
	const char *within = option_text(options, "within");
	if (within != NULL && !date_range_parse_length(within,
	    &keep->within))
		keep->within = 0;
}

bool
keep_settings_say_something(const struct keep_settings *keep)
{
	return keep->last > 0 || keep->hourly > 0 || keep->daily > 0 ||
	    keep->weekly > 0 || keep->monthly > 0 || keep->yearly > 0 ||
	    keep->within > 0;
}
