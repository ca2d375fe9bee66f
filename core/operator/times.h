/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * times.h - where the time of a volume went
 *
 * The ring measures the times; the supervisor adds them up.
 */
#ifndef CORE_TIMES_H
#define CORE_TIMES_H

#include <stdint.h>

/* In nanoseconds, except for the counts. */
struct times {
	uint64_t read;		/* in the source, summed over all slaves */
	uint64_t write;		/* in the output */
	uint64_t starved;	/* output idle for want of a record */
	uint64_t stalls;	/* count: idle for TIMES_STALL_NS or longer */
	uint64_t refills;	/* count: waited for the fill level again */
	uint64_t blocked;	/* main thread waiting for a free record */
};
#define TIMES_STALL_NS 10000000

void times_add(struct times *sum, const struct times *t);

/*
 * "output-bound" if the output was busy for more time than it was idle, else
 * "source-bound"; NULL if the run was too short to tell.
 */
const char *times_verdict(const struct times *t);

#endif
