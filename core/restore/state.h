/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state.h - what a directory holds that is restored level by level
 *
 * The file "restoresymtable" at its root, as with restore(8), so that scripts
 * that remove it when the last level is there do their work; but in a format of
 * its own.  Says which set was restored last, and all names and inode numbers:
 * 6 bytes a name and its length.  One that restore(8) left can be read, too
 * (core/restore/symtab.h).
 *
 * It is trusted no more than a stream: all in it is checked, and nothing outside
 * of the target is touched for it.
 */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "core/base/report.h"
#include "core/read/names.h"
#include "core/read/set.h"

#define STATE_NAME "restoresymtable"
#define STATE_LEVEL_UNKNOWN (-1)

struct state {
	/*
	 * Of the last set.  After restore(8) only the dates are known: the
	 * level is STATE_LEVEL_UNKNOWN, and the texts are "".
	 */
	struct set_identity identity;
	struct names *names;	/* owned; finished */
};

enum state_result {
	STATE_READ,
	STATE_NONE,		/* there is no such file */
	STATE_BAD		/* it cannot be used; has been reported */
};

/*
 * Read that of the directory `root`; `folder`: of temporary files.  `s` is
 * filled in with STATE_READ, and freed with state_free() in any case.
 */
enum state_result state_read(struct state *s, int root, const char *folder,
    struct report *rep);
void state_free(struct state *s);

/*
 * Replace it, atomically and durably; a link there is replaced, not followed.
 * Names of files that are not in `present` are left out, so that the next level
 * does not look for them; NULL: all are there.  A file of that name at the root
 * of the tree is left out as well.  False after reporting why.
 */
bool state_write(int root, const struct set_identity *identity,
    const struct names *names, const struct inomap *present,
    struct report *rep);

#endif
