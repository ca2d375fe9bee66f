/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * level_choice.h - chooses the level of a dump and its base
 *
 * Combines the job's settings, or what its schedule asks for, with its dumpdates file and the history.
 */
#ifndef CORE_LEVEL_CHOICE_H
#define CORE_LEVEL_CHOICE_H

#include "core/chain/chain.h"
#include "core/chain/level.h"

/*
 * Choose the level and the base for a dump dated `date`.  Without a base, falls
 * back to level 0 with a warning.  Returns false after reporting an error.
 * Clear the level in every case.
 */
bool level_choose(struct level *level, const struct job_config *job,
    struct chain *chain, const char *name, int64_t date, struct report *rep,
    const atomic_int *cancelled);

#endif
