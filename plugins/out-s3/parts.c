/* SPDX-License-Identifier: BSD-3-Clause */
#include "parts.h"

#include <stdbool.h>

#define STEP 900		/* parts of a size, before it may double */

/* Do parts of this size, from `number` on, reach the end of any object? */
static bool
suffices(uint64_t size, uint32_t number, uint64_t before)
{
	return before + (PARTS_MAX - number + 1) * size >= PARTS_OBJECT_MAX;
}

uint64_t
parts_size(uint64_t first, uint32_t number)
{
	uint64_t size = first, before = 0;

	for (uint32_t n = 1; n + STEP <= number; n += STEP) {
		before += STEP * size;
		if (!suffices(size, n + STEP, before))
			size *= 2;
	}
	return size > PARTS_LARGEST ? PARTS_LARGEST : size;
}

uint32_t
parts_in_memory(uint64_t first, uint32_t parallel, uint64_t size)
{
	const uint64_t count = (parallel + UINT64_C(1)) * first / size;

	return count < 2 ? 2 : (uint32_t)count;
}
