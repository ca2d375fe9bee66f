/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * verify.h - check a set against itself, without writing anything (--verify)
 *
 * Looks on while a set is read: who reads it passes on every item and every
 * entry of a directory.  Costs nothing for each byte of a file.  Every fault
 * goes to `outcome`, but for lost maps, what is lost between inodes, and an end
 * that is missing: whoever reads a set says that.  Takes 5 bits for each inode number.
 *
 * One thread.
 */
#ifndef CORE_VERIFY_H
#define CORE_VERIFY_H

#include "core/format/dirblock_decode.h"
#include "core/read/names.h"
#include "core/read/set.h"
#include "core/restore/outcome.h"

struct verify;

/* For one set.  `outcome` is borrowed.  NULL if out of memory. */
struct verify *verify_new(struct outcome *outcome);
void verify_free(struct verify *v);

/*
 * An item, as set_next() gave it; all of them, SET_END included.  False if out
 * of memory.
 */
bool verify_item(struct verify *v, const struct set *set,
    const struct set_item *item);

/* An entry of a directory, before `names` takes it. */
void verify_entry(struct verify *v, uint32_t directory,
    const struct dirblock_entry *entry);

/* So many KiB of a directory could not be decoded; 0 is ignored. */
void verify_mangled(struct verify *v, uint32_t directory, uint64_t kib);

/*
 * From now on, `outcome` knows the paths of inodes.  What was found before is
 * passed on to it now.
 */
void verify_has_paths(struct verify *v);

/*
 * After names_finish(), if that was reached: what could not be hung into the
 * tree, and what is in use and has no name.
 */
void verify_names(struct verify *v, const struct names *names);

/* Inodes and bytes of contents that were looked at. */
uint64_t verify_inodes(const struct verify *v);
uint64_t verify_bytes(const struct verify *v);

#endif
