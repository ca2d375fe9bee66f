/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain_own.h - internals shared by the chain*.c files
 */
#ifndef CORE_CHAIN_OWN_H
#define CORE_CHAIN_OWN_H

#include <jansson.h>
#include <stdatomic.h>

#include "core/chain/history.h"

struct job_config;

#define CHAIN_TEXTS 13

struct chain {
	const struct job_config *job;
	struct report *rep;
	const atomic_int *cancelled;
	struct history history;
	struct history_record own;	/* id is "" until chain_begin() */
	const char *given;		/* device as the job spells it, escaped
					   as in a record; NULL: same as name */
	char *texts[CHAIN_TEXTS];	/* owned; `own` points into these */
	size_t text_count;
	json_t *exclude;		/* owned */
	json_t *retake;			/* owned */
	char id[HISTORY_ID_BYTES];
	char key[HISTORY_KEY_BYTES];
	char boot[40];
	char *folder;			/* owned; holds the history */
	bool updates;			/* job updates its dumpdates file */
};

/* The job's state_dir.  The caller frees it.  NULL if out of memory. */
char *chain_folder(const struct job_config *job);

#endif
