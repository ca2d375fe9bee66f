/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keep_settings.h - how long dumps of a job stay: the group "keep"
 */
#ifndef CORE_KEEP_SETTINGS_H
#define CORE_KEEP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/host/options.h"

extern const struct de_option config_keep_options[];

struct keep_settings {
	bool is_set;		/* there is such a group: dumps may go */
	uint32_t last;		/* 0: no such rule, as for all below */
	uint32_t hourly;
	uint32_t daily;
	uint32_t weekly;
	uint32_t monthly;
	uint32_t yearly;
	int64_t within;		/* seconds */
};

/* `options`: of config_keep_options, or NULL: there is no such group. */
void keep_settings_take(struct keep_settings *keep,
    const struct option_set *options);

/*
 * Does the group say what to keep?  One that says nothing would let everything
 * go.
 */
bool keep_settings_say_something(const struct keep_settings *keep);

#endif
