/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * units.h - amounts and rates in human-readable form
 *
 * Always in powers of 1024, and named accordingly: KiB, MiB, GiB, TiB.
 */
#ifndef CORE_UNITS_H
#define CORE_UNITS_H

#include <stdint.h>

#define UNITS_TEXT_BYTES 32

/* Returns `text`: "512 bytes", "64.0 KiB", "8.18 MiB", "1023 GiB". */
const char *units_bytes(uint64_t bytes, char text[static UNITS_TEXT_BYTES]);

/* Returns `text`: the rate, such as "8.18 MiB/s". */
const char *units_rate(uint64_t bytes, uint64_t ns,
    char text[static UNITS_TEXT_BYTES]);

#endif
