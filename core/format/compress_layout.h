/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * compress_layout.h - the word before a record of a compressed dump
 *
 * Bits, from the lowest; shared by what writes it and what reads it.
 */
#ifndef CORE_COMPRESS_LAYOUT_H
#define CORE_COMPRESS_LAYOUT_H

#define PREFIX_IS_COMPRESSED 0x1u
#define PREFIX_ALGORITHM_SHIFT 1
#define PREFIX_LENGTH_SHIFT 4
#define PREFIX_ALGORITHM_MASK 7u

/* On big-endian machines, before 0.4b49 or so. */
#define OLD_PREFIX_LENGTH_MASK 0x0fffffffu
#define OLD_PREFIX_ALGORITHM_SHIFT 28
#define OLD_PREFIX_IS_COMPRESSED 0x80000000u

#endif
