/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * journal.h - a run's record of its files, in case the run dies
 *
 * The file .dumpengine-ID.set, locked while any process of the run lives.  ID
 * is part of the temporary names of all its other files.  It holds texts, each
 * terminated by a NUL: "process=", "file=" for each file created, and "name="
 * for its final name.  Once the set is complete, "from=", "inode=", "to=" and
 * "replaces=" follow for each file, then "complete=1".  If that is the last
 * text, the next run gives the files their final names; otherwise it removes
 * them.
 *
 * The contents are not trusted: only files of ours whose names contain the ID
 * are touched.  Main thread.
 */
#ifndef OUT_FILE_JOURNAL_H
#define OUT_FILE_JOURNAL_H

#include <sys/types.h>

#include "dumpengine/plugin.h"

struct journal;

/*
 * Create one in a directory, given as an absolute path.  NULL with errno set.
 * Where files cannot be locked, leftovers of interrupted runs stay.
 */
struct journal *journal_make(const char *folder);

/* Close it; the file stays, and processes that inherited it keep the lock. */
void journal_free(struct journal *j);

/* "ID-", which follows SAFE_FILE_PREFIX in the names of its files. */
const char *journal_prefix(const struct journal *j);

/* Has another process of this run removed it? */
bool journal_is_gone(const struct journal *j);

/* Record a newly created file.  False with errno set. */
bool journal_note(const struct journal *j, const char *temporary,
    const char *final);

/* A rename to a final name; `replaces` is the inode to be replaced, or 0. */
struct journal_move {
	const char *from, *to;
	ino_t inode;
	ino_t replaces;
};

/* Record these renames, durably if `sync`.  False with errno set. */
bool journal_complete(const struct journal *j,
    const struct journal_move *moves, size_t count, bool sync);

/* Remove all files without a final name, then the journal itself. */
void journal_end(struct journal *j);

/*
 * Finish or remove the leftovers of interrupted runs in a directory.  False,
 * after reporting it, if a live run writes to the name `final`; `own` is left
 * alone.
 */
bool journal_clean_up(const struct de_host *host, const char *folder,
    const struct journal *own, const char *final);

#endif
