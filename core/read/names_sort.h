/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names_sort.h - sorting many numbers and many names
 *
 * Whatever the input: n log n comparisons at most, no recursion, and no memory
 * but what the caller gives.
 */
#ifndef CORE_NAMES_SORT_H
#define CORE_NAMES_SORT_H

#include <stddef.h>
#include <stdint.h>

/* A name to be sorted. */
struct sort_name {
	uint64_t key;		/* its bytes behind what all have in common */
	uint32_t name;		/* offset in the arena */
	uint32_t inode;
};

/*
 * Sort names by their bytes; equal ones by offset.  At `arena` + name are its
 * length, another byte, and its bytes.  Sets the keys.
 */
void names_sort(struct sort_name *names, size_t count, const uint8_t *arena);

/* As memcmp(), of two names at their offsets; a prefix is less. */
int names_compare(const uint8_t *a, const uint8_t *b);

/*
 * Sort by the upper 32 bits; equal ones stay in order.  `spare` has room for as
 * many.
 */
void names_sort_numbers(uint64_t *numbers, uint64_t *spare, size_t count);

#endif
