/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain.h - a dump among those before and after it
 *
 * What a job dumps, what that builds on, and how it ends goes into the history
 * and into its dumpdates file.  Asked by the outputs, it says what must not be
 * overwritten.
 *
 * Used by all processes of a dump, each with its own copy: what they share is on
 * the disk.
 */
#ifndef CORE_CHAIN_H
#define CORE_CHAIN_H

#include <stdatomic.h>

#include "core/config.h"
#include "core/exit_status.h"
#include "core/history.h"
#include "core/source.h"

struct chain;
struct level;

/* A dump in the history: where the supervisor finds it. */
struct chain_id {
	char key[HISTORY_KEY_BYTES];
	char id[40];
};

/*
 * Of a job; all is borrowed.  `name` is what its source is called in dumpdates.
 * Returns NULL after reporting that it is out of memory.
 */
struct chain *chain_new(const struct job_config *job, const char *name,
    struct report *rep, const atomic_int *cancelled);
void chain_free(struct chain *chain);

/* What is dumped, and of when; what the headers say.  Texts are copied. */
bool chain_set_source(struct chain *chain, const struct de_source_info *info,
    int64_t date, const char *filesystem, const char *host);

/* What it builds on. */
void chain_set_level(struct chain *chain, const struct level *level);

/*
 * The dump begins: note it as running, safely on the disk.  `supervisor` is the
 * process that lives as long as the run.  Where it cannot be noted that is a
 * warning, if a later level could want to know it.
 */
void chain_begin(struct chain *chain, pid_t supervisor, struct chain_id *id);

/* See dump_state() and dump_retire() in dumpengine/plugin.h. */
enum de_dump_state chain_dump_state(const struct chain *chain,
    const struct de_dump_found *found);
enum de_status chain_retire(const struct chain *chain,
    const struct de_dump_found *found);

#endif
