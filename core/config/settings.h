/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * settings.h - read groups of a configuration by tables of options
 *
 * Every mistake is reported with its place, and reading continues, so that the
 * user sees all of them at once.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include <stdbool.h>

#include "core/config/config_tree.h"
#include "core/host/options.h"
#include "core/base/report.h"

/* The state of reading a file. */
struct settings {
	struct report *rep;	/* borrowed */
	const char *file;	/* name of the main file; borrowed */
	const struct trust *trust;	/* borrowed */
	unsigned int errors;	/* so far */
};

/* Report "FILE:LINE: KEY: ..." and count it.  `at` may be NULL: no line. */
void settings_error(struct settings *s, const struct config_node *at,
    const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Store each scalar, array and list of `group` in the first of `sets` (ends
 * with NULL) that has an option of that name.  `groups` (ends with NULL) are
 * keys that the caller handles itself; `owner` names in messages what the
 * options belong to.
 */
void settings_read(struct settings *s, const struct config_node *group,
    struct option_set *const *sets, const char *const *groups,
    const char *owner);

/*
 * The member `key` of `group`, which must be a group itself.  NULL if absent,
 * which is an error if `required`.
 */
const struct config_node *settings_group(struct settings *s,
    const struct config_node *group, const char *key, bool required);

/* The text member `key`, borrowed; NULL after reporting that it is absent. */
const char *settings_text(struct settings *s, const struct config_node *group,
    const char *key);

#endif
