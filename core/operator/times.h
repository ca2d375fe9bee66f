/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * times.h - where the time of a volume went
 *
 * Measured by the ring, and sent to the supervisor, which adds them up.
 */
#ifndef CORE_TIMES_H
#define CORE_TIMES_H

#include <stdint.h>

/* In nanoseconds, but for the two counts. */
struct times {
	uint64_t read;		/* all slaves were in the source, together */
	uint64_t write;		/* a slave was in the output */
	uint64_t starved;	/* the output stood still for want of a record */
	uint64_t stalls;	/* how often that took TIMES_STALL_NS or longer */
	uint64_t refills;	/* how often it waited for the fill again */
	uint64_t blocked;	/* the main thread waited for a free record */
};
#define TIMES_STALL_NS 10000000

void times_add(struct times *sum, const struct times *t);

/*
 * "output-bound": it worked for more of the time than it stood still; NULL:
 * that was too short to tell.
 */
const char *times_verdict(const struct times *t);

#endif
