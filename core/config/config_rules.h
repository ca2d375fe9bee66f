/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config_rules.h - checks of levels, subtree and exclude beyond the tables
 *
 * A part of config.c, for its use only.
 */
#ifndef CORE_CONFIG_RULES_H
#define CORE_CONFIG_RULES_H

#include "core/config/job_config.h"
#include "core/config/settings.h"

/* Report settings that conflict; `at` is the group of the job. */
void config_rules_check_level(struct settings *s, const struct config_node *at,
    const struct job_config *job);

/*
 * Set settings.schedule from the options level and levels, or report what is
 * wrong with them.
 */
void config_rules_read_levels(struct settings *s, const struct config_node *at,
    struct job_config *job);

/* Set settings.max_age_seconds, or report what is wrong with the option. */
void config_rules_read_max_age(struct settings *s, const struct config_node *at,
    struct job_config *job);

/*
 * Check the subtree as far as possible without the source, and store its place
 * in the file.  Call after config_rules_read_exclude().
 */
void config_rules_read_subtree(struct settings *s, const struct config_node *at,
    struct job_config *job);

/* Set job->exclude from the option, or report what is wrong with it. */
void config_rules_read_exclude(struct settings *s, const struct config_node *at,
    struct job_config *job);

#endif
