/* SPDX-License-Identifier: BSD-3-Clause */
/* checksum.h - CRC32c, the checksum of ext4 metadata */
#ifndef FS_EXT2_CHECKSUM_H
#define FS_EXT2_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Continue from `crc` over `length` bytes; neither end is inverted. */
uint32_t checksum(uint32_t crc, const void *bytes, size_t length);

/*
 * The same for four buffers of equal length, a multiple of 8, in parallel:
 * hardly slower than one.
 */
#define CHECKSUM_LANES 4
void checksum_lanes(uint32_t crc[static CHECKSUM_LANES],
    const uint8_t *const pieces[static CHECKSUM_LANES], size_t length);

#endif
