/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain_log.h - keeps the history record of a running dump up to date
 *
 * Supervisor only.  All functions accept NULL as a log that records nothing.
 */
#ifndef CORE_CHAIN_LOG_H
#define CORE_CHAIN_LOG_H

#include "core/chain/chain.h"

struct chain_log;

/* Returns NULL after reporting that memory ran out. */
struct chain_log *chain_log_new(const struct job_config *job,
    struct report *rep);
void chain_log_free(struct chain_log *log);

/* The dump has begun; `id` is its record, from chain_begin(). */
void chain_log_begin(struct chain_log *log, const struct history_id *id);

/*
 * Record a volume that is safe on the medium `name`.  After the last one, the
 * dump counts as whole, whatever becomes of the run: that is synced to disk.
 */
void chain_log_volume(struct chain_log *log, uint32_t number,
    const char *name, bool is_last);

/* The last volume is being written again, so the dump is not whole any more. */
void chain_log_rewrite(struct chain_log *log);

/*
 * Volume `number` is about to be written, and its beginning does not tell what it
 * is: record digest_head() of that, synced to disk.
 */
void chain_log_head(struct chain_log *log, uint32_t number, const char *head);

/* Have the next level dump an inode that is missing or damaged in this one. */
void chain_log_retake(struct chain_log *log, uint32_t inode);

/*
 * Record how the dump ended and where its files are, synced to disk.  Returns
 * false after reporting why that failed.
 */
bool chain_log_end(struct chain_log *log, enum exit_status status);

/* Record whether the dump is in its dumpdates file. */
void chain_log_noted(struct chain_log *log, enum chain_noted noted);

#endif
