/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * level_choice.h - which level a job makes, and on which dump
 *
 * What the job asks for, together with what its dumpdates file and the history
 * know.
 */
#ifndef CORE_LEVEL_CHOICE_H
#define CORE_LEVEL_CHOICE_H

#include "core/chain/chain.h"
#include "core/chain/level.h"

/*
 * What level a job makes, and on what.  Without a base it becomes a full dump of
 * level 0, with a warning.  Returns false after reporting why it cannot be
 * found.  To be cleared in each case.
 */
bool level_choose(struct level *level, const struct job_config *job,
    struct chain *chain, const char *name, int64_t date, struct report *rep);

#endif
