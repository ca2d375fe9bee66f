/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_about.h - what the index of a copy says about the dump
 *
 * The members of its JSON, but for those that only the indexer knows.
 */
#ifndef CORE_COPY_ABOUT_H
#define CORE_COPY_ABOUT_H

#include <jansson.h>

#include "core/config/job_config.h"
#include "core/read/set.h"

/*
 * What the index of the set says, or, if `known` is NULL, its headers; with
 * what the job changes.  The caller releases it.  NULL if out of memory.
 */
json_t *copy_about(const struct job_config *job,
    const struct set_identity *set, const json_t *known);

#endif
