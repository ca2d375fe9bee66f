/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * interactive.h - choose names of a set at a prompt (-i)
 *
 * The commands of restore(8) and a few more.  At a terminal with line editing,
 * completion of names and a history; otherwise it reads commands from standard
 * input, without a prompt, until its end.
 */
#ifndef CORE_INTERACTIVE_H
#define CORE_INTERACTIVE_H

#include "core/base/report.h"
#include "core/restore/directories.h"
#include "core/restore/inode_list.h"
#include "core/restore/wanted.h"

struct interactive_config {		/* everything is borrowed */
	const struct names *names;
	struct wanted *wanted;		/* what is chosen */
	const struct inomap *dumped;	/* inodes that the sets have; NULL:
					   unknown, so all are shown */
	const struct directories *directories;
	struct report *rep;
	bool verbose;			/* to begin with */
	/*
	 * What belongs to files, as far as it is known, for ls -l; NULL: it is
	 * not.  May read the sets, and ask before.  Borrowed until the next
	 * call.  False if the run has to end.
	 */
	bool (*read_inodes)(void *arg, const struct inode_list **inodes);
	/*
	 * Extract what is chosen; set what belongs to the directories that are
	 * chosen; print who made the set to standard output.  The first two
	 * return false if the run has to end.
	 */
	bool (*extract)(void *arg, bool verbose);
	bool (*set_modes)(void *arg);
	void (*what)(void *arg);
	void *arg;
};

/*
 * Until the user quits or the input ends.  False if the run has to end: a
 * callback said so, or memory ran out (reported).
 */
bool interactive_run(const struct interactive_config *config);

#endif
