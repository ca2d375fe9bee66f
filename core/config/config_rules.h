/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config_rules.h - what the tables cannot say of levels and of leaving out
 *
 * A part of config.c, for its use only.
 */
#ifndef CORE_CONFIG_RULES_H
#define CORE_CONFIG_RULES_H

#include "core/config/job_config.h"
#include "core/config/settings.h"

/* Report what does not fit together; `at` is the group of the job. */
void config_rules_check_level(struct settings *s, const struct config_node *at,
    const struct job_config *job);

/*
 * Check the subtree, as far as that can be without the source, and note where
 * it stands in the file.  After config_rules_read_exclude().
 */
void config_rules_read_subtree(struct settings *s, const struct config_node *at,
    struct job_config *job);

/* Make job->exclude of the option, or report what is wrong with it. */
void config_rules_read_exclude(struct settings *s, const struct config_node *at,
    struct job_config *job);

#endif
