/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dumpdates.h - the file that records dumps
 *
 * In the format of dump(8), which may use the same file:
 *
 *     /dev/vg0/home 1 Sun Nov 22 11:05:06 2026 +0000
 *
 * Locked as dump(8) locks it, with fcntl(2): shared for reading, exclusive for
 * a change.  Replaced as a whole, so a crash leaves either the old or the new
 * file.  Unrecognised lines are preserved.
 */
#ifndef CORE_DUMPDATES_H
#define CORE_DUMPDATES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/report.h"

/* A dump; `name` is the device or path that was dumped. */
struct dumpdates_entry {
	const char *name;	/* borrowed; contains no white space */
	uint32_t level;
	int64_t date;
};

/* Can a line hold this name? */
bool dumpdates_holds_name(const char *name);

/*
 * Call `take` for every dump of `name`, in the order of the file; a missing
 * file has none.  With `tell`, report a missing file and unrecognised lines.
 * Returns false after reporting why the file cannot be read.
 */
typedef void dumpdates_take_fn(void *arg, const struct dumpdates_entry *entry);
bool dumpdates_read(const char *file, const char *name,
    dumpdates_take_fn *take, void *arg, bool tell, struct report *rep,
    const atomic_int *cancelled);

/*
 * Check that the file could be updated, without changing it; with `create`,
 * create a missing file and report that.  Returns false after reporting why it
 * could not.
 */
bool dumpdates_check(const char *file, bool create, struct report *rep);

/*
 * Remove the dumps of `name` for which `drop` returns true, and add `count`
 * from `put`, each replacing one of the same name and level.  Waits for the
 * lock.  Creates a missing file if there is something to add.  Returns false
 * after reporting why not; the file is unchanged then.
 */
typedef bool dumpdates_drop_fn(void *arg, const struct dumpdates_entry *entry);
bool dumpdates_change(const char *file, const char *name,
    dumpdates_drop_fn *drop, void *arg, const struct dumpdates_entry *put,
    size_t count, struct report *rep, const atomic_int *cancelled);

#endif
