/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * coded_volume.h - is this the volume that the catalogue has, as filters made it?
 *
 * It shows no header.  What the catalogue has of such a volume is how long it is,
 * and a digest of its beginning, which is unlike that of any other one.  Where
 * the digest is unknown, the mark that most filters put there tells (see
 * plugins/common/volume_mark.h).
 */
#ifndef CORE_CODED_VOLUME_H
#define CORE_CODED_VOLUME_H

#include "core/catalog/catalog.h"

/* Has it passed filters, as far as is known? */
bool coded_volume_is_one(const struct catalog_volume *v);

/*
 * The digest of what it is on its medium; NULL: unknown.  Its own is that only
 * if it is there as it is, not compressed as dump(8) does it.
 */
const char *coded_volume_digest(const struct catalog_volume *v);

/* What is on a medium: its bytes (0: unknown), and the first ones. */
struct coded_volume_found {
	uint64_t size;
	const uint8_t *bytes;
	size_t length;		/* all, or DIGEST_HEAD_BYTES and more */
};

/* Is it volume `v` of `d`?  Nothing else is it by chance. */
bool coded_volume_is_that(const struct catalog_dump *d,
    const struct catalog_volume *v, const struct coded_volume_found *found);

#endif
