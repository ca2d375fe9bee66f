/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * apart.h - run a small piece of a plugin's work in a separate process
 *
 * A crash, exit or hang there leaves the caller running and able to report it.
 * The supervisor calls plugins in no other way.
 *
 * Supervisor only: the caller must have no threads.
 */
#ifndef CORE_APART_H
#define CORE_APART_H

#include <stdbool.h>
#include <stddef.h>

/* How the work ended. */
enum apart_ending {
	APART_DONE,		/* work() returned true */
	APART_FAILED,		/* work() returned false */
	APART_DIED,		/* the process ended before work() returned */
	APART_CANCELLED		/* killed, because the run is being aborted */
};

/* The channel by which work() talks to the caller. */
struct apart_mouth;

struct apart {			/* all borrowed */
	/* Called in the new process. */
	bool (*work)(void *arg, const struct apart_mouth *mouth);
	/* Called in the caller for each apart_say(); NULL: ignore them. */
	void (*hear)(void *arg, int kind, const char *text);
	void *arg;		/* passed to both */
	int seconds;		/* time limit; 0: one minute */
};

#define APART_TEXT_BYTES 8192

/*
 * Run it.  With APART_DIED or APART_CANCELLED, `why` holds a phrase to follow
 * "its process", such as "was killed by signal 11 (Segmentation fault) in
 * create() of plugin out-tape".
 */
enum apart_ending apart_run(const struct apart *apart, char *why, size_t size);

/* In work(): pass a text to hear(), truncated to APART_TEXT_BYTES. */
void apart_say(const struct apart_mouth *mouth, int kind, const char *text);

#endif
