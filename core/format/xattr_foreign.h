/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xattr_foreign.h - attributes and access control lists of other systems
 *
 * For xattr_decode.c only, whose contract they have.
 */
#ifndef CORE_XATTR_FOREIGN_H
#define CORE_XATTR_FOREIGN_H

#include "core/format/header_decode.h"
#include "dumpengine/plugin.h"

/*
 * The area of attributes of a UFS2 inode.  What FreeBSD keeps for the system
 * becomes "trusted.", except for access control lists.
 */
enum de_status xattr_decode_ufs2(const struct dialect *d, const uint8_t *data,
    size_t length, de_xattr_fn *take, void *arg);

/* The lists in a shadow inode of Sun. */
enum de_status xattr_decode_sun(const struct dialect *d, const uint8_t *data,
    size_t length, de_xattr_fn *take, void *arg);

/*
 * Finder info and resource fork, under the names that file servers for Macs use
 * on Linux.
 */
enum de_status xattr_decode_mac(enum header_part part, const uint8_t *data,
    size_t length, de_xattr_fn *take, void *arg);

#endif
