/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_remove.h - remove the file of a volume, if it is still that volume
 */
#ifndef CORE_CATALOG_REMOVE_H
#define CORE_CATALOG_REMOVE_H

#include "core/catalog/catalog.h"

enum catalog_remove_result {
	CATALOG_REMOVED,
	CATALOG_REMOVE_NOTHING,	/* nothing has that name */
	CATALOG_REMOVE_NO_FILE,	/* a tape, a disk, a file of another host */
	CATALOG_REMOVE_OTHER,	/* it is not the volume: left as it is */
	CATALOG_REMOVE_FAILED	/* errno says why */
};

/*
 * Only a regular file whose first header is that of volume `v` of `d` goes, or
 * that coded_volume.h takes for it; it is never reached by a symbolic link.
 * Reports nothing.
 */
enum catalog_remove_result catalog_remove_volume(const struct catalog_dump *d,
    const struct catalog_volume *v);

/* Are these bytes the beginning of volume `v` of `d`, without filters? */
bool catalog_remove_is_volume(const uint8_t *bytes, size_t length,
    const struct catalog_dump *d, const struct catalog_volume *v);

#endif
