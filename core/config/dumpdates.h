/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dumpdates.h - the file that remembers which dumps there are
 *
 * In the format of dump(8), which may use the same file:
 *
 *     /dev/vg0/home 1 Sun Nov 22 11:05:06 2026 +0000
 *
 * The file is locked as dump(8) locks it, with fcntl(2), shared for reading and
 * exclusive for a change, and replaced as a whole: a crash leaves the old one or
 * the new one.  Lines that are none of its own are kept as they are.
 */
#ifndef CORE_DUMPDATES_H
#define CORE_DUMPDATES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/report.h"

/* A dump; its name is what was dumped. */
struct dumpdates_entry {
	const char *name;	/* borrowed; no white space in it */
	uint32_t level;
	int64_t date;
};

/* Can a line hold that name? */
bool dumpdates_holds_name(const char *name);

/*
 * Give `take` every dump of `name`, in the order of the file; there are none if
 * there is no such file.  With `tell`, it is reported if that is missing or has
 * lines that tell of no dump.  Returns false after reporting why it cannot be
 * read.
 */
typedef void dumpdates_take_fn(void *arg, const struct dumpdates_entry *entry);
bool dumpdates_read(const char *file, const char *name,
    dumpdates_take_fn *take, void *arg, bool tell, struct report *rep,
    const atomic_int *cancelled);

/*
 * Could it be updated?  Changes nothing, but with `create` makes a file that is
 * missing, and says so.  Returns false after reporting why not.
 */
bool dumpdates_check(const char *file, bool create, struct report *rep);

/*
 * Take those dumps of `name` out for which `drop` says so, and put `count` of them
 * in, each in place of one with its name and level.  Waits for the lock.
 * Returns false after reporting why not; the file is as it was then.  A file that
 * is missing is made if there is something to be put in.
 */
typedef bool dumpdates_drop_fn(void *arg, const struct dumpdates_entry *entry);
bool dumpdates_change(const char *file, const char *name,
    dumpdates_drop_fn *drop, void *arg, const struct dumpdates_entry *put,
    size_t count, struct report *rep, const atomic_int *cancelled);

#endif
