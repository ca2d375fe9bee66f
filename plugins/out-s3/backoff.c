/* SPDX-License-Identifier: BSD-3-Clause */
#include "backoff.h"

#define FIRST_MS 250
#define HEEDED_MS 600000

int64_t
backoff_ms(uint32_t tried, uint32_t chance, int64_t retry_after)
{
	int64_t most = FIRST_MS;

	for (uint32_t i = 1; i < tried && most < BACKOFF_LONGEST_MS; i++)
		most *= 2;
	if (most > BACKOFF_LONGEST_MS)
		most = BACKOFF_LONGEST_MS;
	const int64_t wait = most / 2 + (int64_t)chance % (most / 2 + 1);
	const int64_t asked = retry_after > HEEDED_MS / 1000 ? HEEDED_MS :
	    retry_after * 1000;
	/* A store that names a time is asked shortly after it. */
	return asked > wait ? asked + wait % 500 : wait;
}
