/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/operator/times.h"

#include <stddef.h>

#include "core/base/clock.h"

/* In a shorter run, the times say little about source and output. */
#define TELLING_NS (NS_PER_SECOND / 4)

const char *
times_verdict(const struct times *t)
{
	if (t->write + t->starved < TELLING_NS)
		return NULL;
	return t->write > t->starved ? "output-bound" : "source-bound";
}

void
times_add(struct times *sum, const struct times *t)
{
	sum->read += t->read;
	sum->write += t->write;
	sum->starved += t->starved;
	sum->stalls += t->stalls;
	sum->refills += t->refills;
	sum->blocked += t->blocked;
}
