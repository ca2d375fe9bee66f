/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_catalog.h - the sets that a tree of a date is made of
 *
 * The job and the date are those of the request.  What the catalogue says of the
 * chain and its media is kept, and it stays open.
 */
#ifndef CORE_RESTORE_CATALOG_H
#define CORE_RESTORE_CATALOG_H

#include "core/run/restore_source.h"

struct restore_catalog;

/*
 * Find the chain, and where its volumes are.  NULL after a report of what is
 * there and what is missing, with the verdict noted.
 */
struct restore_catalog *restore_catalog_find(struct restore *r);
void restore_catalog_free(struct restore_catalog *c);	/* accepts NULL */

/* From level 0 on; valid until it is freed. */
size_t restore_catalog_count(const struct restore_catalog *c);
const struct restore_source *restore_catalog_source(
    const struct restore_catalog *c, size_t i);

/*
 * The file of the catalogue: that of the command line, of the configuration, or
 * the usual one.  NULL if the configuration names none, or after a report.
 */
const char *restore_catalog_file(struct restore *r);

/*
 * Pass on the dumps of the job that can be restored, as far as the catalogue
 * knows, oldest first.  A warning names each of the others.  False after a
 * report, or if `take` returned false, with the verdict noted.
 */
bool restore_catalog_each_date(struct restore *r, bool (*take)(void *arg,
    int64_t dump, int64_t date), void *arg);

/*
 * Where the file with this inode number is in that set, or the last one before
 * it: *found is its number.  False if the catalogue does not know, or it is on no
 * volume of the set.
 */
bool restore_catalog_place(const struct restore_catalog *c,
    const struct restore_source *source, uint32_t inode, uint32_t *found,
    uint32_t *volume, uint64_t *position);

#endif
