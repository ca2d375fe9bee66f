/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_import.h - the names and inodes of a dump, into the catalogue
 *
 * From the bytes of an index as they come (core/format/index_decode.h), from
 * directories as a stream has them, or both.  All of it happens within the
 * caller's transaction, after catalog_add_dump() with `has_names`.
 *
 * What is damaged is left out and counted; nothing in the bytes can harm.  Uses
 * the memory of a decoder (PART_PLAIN_MAX twice), whatever the dump has.  One
 * thread.
 */
#ifndef CORE_CATALOG_IMPORT_H
#define CORE_CATALOG_IMPORT_H

#include "core/catalog/handover.h"
#include "core/format/dialect.h"

struct catalog_import;

/* Both borrowed.  NULL after reporting that memory ran out. */
struct catalog_import *catalog_import_new(struct catalog *c, int64_t dump,
    struct report *rep);
void catalog_import_free(struct catalog_import *im);	/* accepts NULL */

/*
 * The next bytes of an index: inodes, and names if it has directories.  False
 * after reporting that the catalogue cannot take them, or that they are no
 * index: roll back.
 */
bool catalog_import_bytes(struct catalog_import *im, const uint8_t *bytes,
    size_t length);

/*
 * The next piece of a directory, as dirblock_decode() takes it.  Pieces of one
 * follow each other.  False after a report: roll back.
 */
bool catalog_import_directory(struct catalog_import *im,
    const struct dialect *d, uint32_t inode, const uint8_t *bytes,
    size_t length);

/* One inode, of a set without an index.  False after a report: roll back. */
bool catalog_import_inode(struct catalog_import *im,
    const struct index_inode *i);

/* Parts, names and pieces that were damaged, so far. */
uint64_t catalog_import_damaged(const struct catalog_import *im);

/*
 * What a run has left (handover.h), by the name that ends in ".part", in a
 * transaction of its own; the files stay.  False after a report, with the
 * catalogue as it was.
 */
bool catalog_import_file(struct catalog *c, const char *file,
    struct report *rep);

/*
 * All that earlier runs have left in the folder of `own`, but `own` itself, in
 * the order of their names; each is removed once the catalogue has it.  No run
 * of `job` is under way; what others still write is left alone.  What cannot be
 * added is reported, and stays.  False: that happened.
 */
bool catalog_import_left(struct catalog *c, const struct handover *own,
    const char *job, struct report *rep);

#endif
