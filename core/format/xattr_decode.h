/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xattr_decode.h - extended attributes and access control lists of any dialect
 *
 * The opposite of xattr.h.  Lists are passed on as setxattr(2) takes them:
 * "system.posix_acl_access", version 2.
 */
#ifndef CORE_XATTR_DECODE_H
#define CORE_XATTR_DECODE_H

#include "core/format/header_decode.h"
#include "dumpengine/plugin.h"

/* The rest of an inline file (Linux), as take() receives it. */
#define XATTR_INLINE_DATA "system.data"

/*
 * Pass on the attributes in the data of a record of that part (for
 * HEADER_PART_DATA: the attributes at the end of a UFS2 file).  Names and
 * values are valid during the call of `take`, a de_xattr_fn.
 * DE_OK; DE_NO_MORE if something of it could not be decoded; or the result of
 * `take`, which ends it.
 */
enum de_status xattr_decode(const struct dialect *d, enum header_part part,
    const uint8_t *data, size_t length, de_xattr_fn *take, void *arg);

#endif
