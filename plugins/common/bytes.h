/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bytes.h - little-endian numbers, as they are on a disk and in a dump
 *
 * On machines of either byte order.  `p` need not be aligned.  The engine uses
 * it, too.
 */
#ifndef PLUGINS_COMMON_BYTES_H
#define PLUGINS_COMMON_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
get16(const uint8_t *p)
{
	uint16_t le;

	memcpy(&le, p, sizeof(le));
	return le16toh(le);
}

static inline uint32_t
get32(const uint8_t *p)
{
	uint32_t le;

	memcpy(&le, p, sizeof(le));
	return le32toh(le);
}

static inline uint64_t
get64(const uint8_t *p)
{
	uint64_t le;

	memcpy(&le, p, sizeof(le));
	return le64toh(le);
}

static inline void
put16(uint8_t *p, uint16_t value)
{
	const uint16_t le = htole16(value);

	memcpy(p, &le, sizeof(le));
}

static inline void
put32(uint8_t *p, uint32_t value)
{
	const uint32_t le = htole32(value);

	memcpy(p, &le, sizeof(le));
}

static inline void
put64(uint8_t *p, uint64_t value)
{
	const uint64_t le = htole64(value);

	memcpy(p, &le, sizeof(le));
}

#endif
