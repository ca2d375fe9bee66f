/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * generate.h - values and headers that tests of decoders make up
 *
 * The same ones in every run: a failure names the seed of its case.
 */
#ifndef TESTS_GENERATE_H
#define TESTS_GENERATE_H

#include "core/format/dialect.h"

#include "unit.h"

/* SplitMix64: any seed will do. */
static inline uint64_t
generate(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint32_t
generate32(uint64_t *state)
{
	return (uint32_t)(generate(state) >> 32);
}

/* 0 to limit - 1; small ones and the largest more often than others. */
static inline uint32_t
generate_below(uint64_t *state, uint32_t limit)
{
	const uint32_t n = generate32(state) % limit;

	switch (generate32(state) % 8) {
	case 0:
		return n % 4 < limit ? n % 4 : 0;
	case 1:
		return limit - 1;
	default:
		return n;
	}
}

static inline void
generate_bytes(uint64_t *state, void *to, size_t length)
{
	uint8_t *p = to;

	for (size_t i = 0; i < length; i++)
		p[i] = (uint8_t)generate32(state);
}

/* Change a few bytes. */
static inline void
generate_damage(uint64_t *state, uint8_t *bytes, size_t length)
{
	const uint32_t changes = 1 + generate32(state) % 4;

	for (uint32_t i = 0; i < changes && length > 0; i++)
		bytes[generate32(state) % length] =
		    (uint8_t)generate_below(state, 256);
}

/* Numbers in the byte order of a dialect, which has words that are not V7's. */
static inline void
order16(const struct dialect *d, uint8_t *p, uint16_t value)
{
	put16(p, d->big_endian ? __builtin_bswap16(value) : value);
}

static inline void
order32(const struct dialect *d, uint8_t *p, uint32_t value)
{
	if (d->family == DIALECT_V7) {
		put16(p, (uint16_t)(value >> 16));
		put16(p + 2, (uint16_t)value);
	} else {
		put32(p, d->big_endian ? __builtin_bswap32(value) : value);
	}
}

static inline void
order64(const struct dialect *d, uint8_t *p, uint64_t value)
{
	put64(p, d->big_endian ? __builtin_bswap64(value) : value);
}

/* Set the checksum of a header of d->block_size bytes; its place is 0. */
static inline void
order_checksum(const struct dialect *d, uint8_t *block)
{
	uint32_t sum = 0;

	if (d->family == DIALECT_V7) {
		order16(d, block + 20, 0);
		for (size_t i = 0; i < d->block_size; i += 2)
			sum += get16(block + i);
		order16(d, block + 20, (uint16_t)(84446 - sum));
		return;
	}
	order32(d, block + 28, 0);
	for (size_t i = 0; i < d->block_size; i += 4)
		sum += dialect_get32(d, block + i);
	order32(d, block + 28, 84446 - sum);
}

#endif
