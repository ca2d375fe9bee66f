/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * journal.h - what a run writes into a folder, for the case that it dies
 *
 * The file .dumpengine-ID.set, which is locked as long as a process of the run
 * lives.  ID is in the names of all its other files until they have final ones.
 * It has texts with a NUL behind each: "process=", "file=" for each file that
 * was begun, and "name=" for what it is to become.  When a set is whole,
 * "from=", "inode=", "to=" and "replaces=" for each of its files follow, and
 * "complete=1": if that is the last text, the next run gives them their names.
 * Otherwise it removes them.
 *
 * What is read is not believed: only files of ours whose names have the ID are
 * touched.  Main thread.
 */
#ifndef OUT_FILE_JOURNAL_H
#define OUT_FILE_JOURNAL_H

#include <sys/types.h>

#include "dumpengine/plugin.h"

struct journal;

/*
 * Make one in a folder, an absolute path.  NULL with errno set.  Where files
 * cannot be locked, what an interrupted run leaves stays.
 */
struct journal *journal_make(const char *folder);

/* Close it; the file stays, and processes that inherited it keep its lock. */
void journal_free(struct journal *j);

/* "ID-", which the names of its files have behind SAFE_FILE_PREFIX. */
const char *journal_prefix(const struct journal *j);

/* Has another process of this run removed it? */
bool journal_is_gone(const struct journal *j);

/* Note that a file was begun.  False with errno set. */
bool journal_note(const struct journal *j, const char *temporary,
    const char *final);

/* A file that is to get its name; `replaces` is what has it, or 0. */
struct journal_move {
	const char *from, *to;
	ino_t inode;
	ino_t replaces;
};

/* Note these moves, safely on the disk if `sync`.  False with errno set. */
bool journal_complete(const struct journal *j,
    const struct journal_move *moves, size_t count, bool sync);

/* Remove all files that have no final name, and the journal itself. */
void journal_end(struct journal *j);

/*
 * Finish or remove what interrupted runs have left in a folder.  False, after
 * reporting it, if a run that is alive writes to the name `final`; `own` is
 * left alone.
 */
bool journal_clean_up(const struct de_host *host, const char *folder,
    const struct journal *own, const char *final);

#endif
