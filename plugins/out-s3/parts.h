/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * parts.h - how large the parts of an object are
 *
 * A store takes 10,000 parts of an object, and an object of 5 TiB.  How long a
 * volume gets is not known when its first part is sent, so parts are small at
 * first, and double as long as the rest would not reach 5 TiB.
 */
#ifndef OUT_S3_PARTS_H
#define OUT_S3_PARTS_H

#include <stdint.h>

#define PARTS_MAX 10000
#define PARTS_OBJECT_MAX (UINT64_C(5) << 40)	/* bytes of an object */
#define PARTS_SMALLEST (UINT64_C(5) << 20)	/* of one that is not the last */
#define PARTS_LARGEST (UINT64_C(5) << 30)

/* The bytes of part `number`, from 1 to PARTS_MAX; the first has `first`. */
uint64_t parts_size(uint64_t first, uint32_t number);

/*
 * How many parts of `size` bytes are in memory at once, one that is filled
 * among them: `parallel` + 1 of `first` bytes take as much, but at least 2.
 */
uint32_t parts_in_memory(uint64_t first, uint32_t parallel, uint64_t size);

#endif
