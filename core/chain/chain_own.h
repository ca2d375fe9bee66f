/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chain_own.h - the inside of chain.h
 *
 * For the files that begin with chain, and for their use only.
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
	struct history_record own;	/* id is "" until it begins */
	const char *given;		/* what the job calls its device, as in
					   a record; NULL: as the dump does */
	char *texts[CHAIN_TEXTS];	/* owned; what `own` points to */
	size_t text_count;
	json_t *exclude;		/* owned */
	json_t *retake;			/* owned */
	char id[HISTORY_ID_BYTES];
	char key[HISTORY_KEY_BYTES];
	char boot[40];
	char *folder;			/* owned; of the history */
	bool updates;			/* the dumpdates file */
};

/* The job's folder for states; owned by the caller.  NULL if out of memory. */
char *chain_folder(const struct job_config *job);

#endif
