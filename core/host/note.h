/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * note.h - which callback each thread is in, for whoever finds its process dead
 *
 * A table in memory that all processes of a run share.  A plugin that crashes,
 * exits or hangs takes its process along, and that one can tell nobody; the
 * process that waits for it reads here whose fault it was.
 *
 * The table and each thread's place in it are at file scope, as a signal
 * handler and a fork have to find them.
 */
#ifndef CORE_NOTE_H
#define CORE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define NOTE_TEXT_BYTES 256	/* for note_find() */
#define NOTE_HOW_BYTES 352	/* for note_explain() */

/*
 * Make the table, and have threads that crash noted in it from now on.  Once,
 * before anything is forked.  Without it, nothing is noted.
 */
void note_init(void);

/*
 * A copy of a text that lasts as long as the run and that all its processes can
 * read, those forked before as well.  NULL: there is no room.
 */
const char *note_text(const char *text);

/*
 * A callback of a plugin.  Both texts last as long as the run, and have been
 * there before the process was forked, or are from note_text(): another one
 * reads them.
 */
struct note_call {
	const char *plugin;		/* NULL: the engine itself is at work */
	const char *callback;
};

/* Note what this thread is in from now on; returns what it was in before. */
struct note_call note_enter(struct note_call call);

/* This thread calls no plugin any more: give its place away. */
void note_leave_thread(void);

/* How a process ended; see note_explain(). */
enum note_ending {
	NOTE_OWN,		/* by itself, or it was killed outside of plugins */
	NOTE_IN_PLUGIN		/* a plugin ended it, or it was killed in one */
};

/*
 * Say in `text` how `pid`, which has been waited for, has ended, as "was
 * killed by signal 11 (Segmentation fault) in write() of plugin out-tape", and
 * forget it.  `wait_status` as waitpid() gives it.
 */
enum note_ending note_explain(pid_t pid, int wait_status, char *text,
    size_t size);

/*
 * Say in `text` which callbacks `pid`, which still runs, is in: "write() of
 * plugin out-tape".  False: in none.
 */
bool note_find(pid_t pid, char *text, size_t size);

#endif
