/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * header_inode.h - the inode parts of the dialects
 *
 * For header_decode.c only.  Each fills in the members of *h that describe an
 * inode, from a block of its family whose checksum is right; type, flags,
 * volume and count are filled in already.
 */
#ifndef CORE_HEADER_INODE_H
#define CORE_HEADER_INODE_H

#include "core/format/header_decoded.h"

void header_inode_linux(const struct dialect *d, const uint8_t *block,
    struct header *h);
void header_inode_bsd(const struct dialect *d, const uint8_t *block,
    struct header *h);
void header_inode_ufs2(const struct dialect *d, const uint8_t *block,
    struct header *h);
void header_inode_sun(const struct dialect *d, const uint8_t *block,
    struct header *h);
void header_inode_netapp(const struct dialect *d, const uint8_t *block,
    struct header *h);
/* V7 and 4BSD: `inode` is the 64 bytes of the inode. */
void header_inode_old(const struct dialect *d, const uint8_t *inode,
    struct header *h);

/* What most of them have in common: mode, links, size, 16-bit owners. */
void header_inode_common(const struct dialect *d, const uint8_t *block,
    struct header *h);

/* Signed 32-bit seconds without a fraction, for the dialects that have that. */
struct de_time header_inode_seconds(const struct dialect *d, const uint8_t *p);

/* The same, and microseconds in the next word. */
struct de_time header_inode_micro_time(const struct dialect *d,
    const uint8_t *p);

/* Major and minor number of 8 bits each. */
void header_inode_small_device(struct header *h, uint32_t number);

bool header_inode_is_device(const struct header *h);

#endif
