/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_volumes.h - an output that reads volumes from memory, with faults
 */
#ifndef TESTS_UNIT_FAKE_VOLUMES_H
#define TESTS_UNIT_FAKE_VOLUMES_H

#include "core/host/instance.h"
#include "core/read/volumes.h"

#define FAKE_VOLUMES 64

struct fake_volume {
	uint8_t *bytes;			/* borrowed; NULL: cannot be opened */
	size_t length;
	size_t lost_from;		/* these bytes cannot be read; if */
	size_t lost_to;			/*   `lost_to` is 0, all can */
	bool lost_is_unknown;		/* how many, is not said */
};

struct fake_volumes {
	struct fake_volume volumes[FAKE_VOLUMES];
	size_t record;			/* bytes; 0: not in records */
	bool seeks;
	bool hides_size;		/* as a disk that is larger */
	/* Set by `want`. */
	unsigned int asked;		/* how often a volume was wanted */
	char why[200];			/* of the last one */
	enum verdict answer;
	bool skip;			/* goes with it */

	struct plugin plugin;
	struct report *rep;
	atomic_int cancelled;
	struct instance *instance;
	const struct fake_volume *open;
	size_t at;
	uint64_t reads;			/* bytes given in all */
	unsigned int moves;
};

/* Messages go to `fd`.  What is borrowed outlives it. */
void fake_volumes_init(struct fake_volumes *f, int fd);
void fake_volumes_free(struct fake_volumes *f);

/* For volumes_open(). */
struct volumes_config fake_volumes_config(struct fake_volumes *f);

#endif
