/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_copies.h - which copy of a dump some volumes are
 *
 * Nothing on a volume says that it is of a copy, as copies are what the dump
 * is.  So it goes by where they are, and by what is on them.  Functions return
 * false after a report.
 */
#ifndef CORE_CATALOG_COPIES_H
#define CORE_CATALOG_COPIES_H

#include "core/catalog/catalog.h"

/*
 * Set d->id: the dump of this host, device, level and date; 0: there is none.
 */
bool catalog_copies_find_dump(struct catalog *c, struct catalog_dump *d);

enum catalog_copies_kind {
	CATALOG_COPIES_ANY,	/* they may be the original, or have moved */
	CATALOG_COPIES_LATER	/* they were just written as a copy */
};

/*
 * The number of the copy that these volumes are, which ascend from 1: of one
 * that the catalogue knows, or else the next one.
 */
bool catalog_copies_choose(struct catalog *c, int64_t dump,
    const struct catalog_volume *volumes, size_t count,
    enum catalog_copies_kind kind, uint32_t *copy);

#endif
