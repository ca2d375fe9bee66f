/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * note.h - record which callback each thread is in, to explain a dead process
 *
 * A table in memory shared by all processes of a run.  A plugin that crashes,
 * exits or hangs takes its process with it; the process that waits for that one
 * reads here which plugin was to blame.
 *
 * The table and each thread's entry are at file scope, because a signal handler
 * and a fork handler have to find them.
 */
#ifndef CORE_NOTE_H
#define CORE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define NOTE_TEXT_BYTES 256	/* for note_find() */
#define NOTE_HOW_BYTES 352	/* for note_explain() */

/*
 * Create the table and start recording crashes in it.  Call once, before the
 * first fork.  Without it, nothing is recorded.
 */
void note_init(void);

/*
 * Copy a text to memory that lasts for the run and that all its processes can
 * read, including those already forked.  Returns NULL if there is no room.
 */
const char *note_text(const char *text);

/*
 * A callback of a plugin.  Other processes read both texts, so they must last
 * for the run and either predate this process's fork or come from note_text().
 */
struct note_call {
	const char *plugin;		/* NULL: in the engine */
	const char *callback;
};

/* Record what this thread is in from now on.  Returns what it was in before. */
struct note_call note_enter(struct note_call call);

/* This thread will call no more plugins: free its entry. */
void note_leave_thread(void);

/* How a process ended; see note_explain(). */
enum note_ending {
	NOTE_OWN,		/* exited by itself, or killed in the engine */
	NOTE_IN_PLUGIN		/* a plugin ended it, or it was killed in one */
};

/*
 * Describe in `text` how `pid`, already waited for, ended: "was killed by
 * signal 11 (Segmentation fault) in write() of plugin out-tape".  Then forget
 * it.  `wait_status` is from waitpid().
 */
enum note_ending note_explain(pid_t pid, int wait_status, char *text,
    size_t size);

/*
 * Describe in `text` which callbacks the running process `pid` is in: "write()
 * of plugin out-tape".  Returns false if it is in none.
 */
bool note_find(pid_t pid, char *text, size_t size);

#endif
