/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain_log.h - keeps the history of a dump while it goes on
 *
 * The supervisor's alone.  A log that is NULL keeps nothing.
 */
#ifndef CORE_CHAIN_LOG_H
#define CORE_CHAIN_LOG_H

#include "core/chain/chain.h"

struct chain_log;

/* Returns NULL after reporting that it is out of memory. */
struct chain_log *chain_log_new(const struct job_config *job,
    struct report *rep);
void chain_log_free(struct chain_log *log);

/* It has begun, and stands in the history as that. */
void chain_log_begin(struct chain_log *log, const struct history_id *id);

/* A volume is safe, on the medium called `name`. */
void chain_log_volume(struct chain_log *log, uint32_t number,
    const char *name);

/* This inode is not in the dump as it should be: the next level takes it. */
void chain_log_retake(struct chain_log *log, uint32_t inode);

/*
 * How it ended, safely on the disk.  Returns false if that could not be done,
 * which has been reported.
 */
bool chain_log_end(struct chain_log *log, enum exit_status status);

/* And whether its dumpdates file has it. */
void chain_log_noted(struct chain_log *log, enum chain_noted noted);

#endif
