/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * apart.h - have a plugin do something small in a process of its own
 *
 * There it may crash, exit or hang: the caller lives on, and can say so.  The
 * supervisor never calls a plugin but in this way.
 *
 * For the supervisor: the caller must have no threads.
 */
#ifndef CORE_APART_H
#define CORE_APART_H

#include <stdbool.h>
#include <stddef.h>

/* How it went. */
enum apart_ending {
	APART_DONE,		/* work() has returned true */
	APART_FAILED,		/* or false */
	APART_DIED,		/* it has not returned */
	APART_CANCELLED		/* the run is to end, so it was killed */
};

/* What work() can tell the caller. */
struct apart_mouth;

struct apart {			/* all borrowed */
	/* In the new process. */
	bool (*work)(void *arg, const struct apart_mouth *mouth);
	/* In the caller, for each thing that is said; NULL: nothing is. */
	void (*hear)(void *arg, int kind, const char *text);
	void *arg;		/* of both */
	int seconds;		/* after which it is killed; 0: a minute */
};

#define APART_TEXT_BYTES 8192

/*
 * Do it.  With APART_DIED or APART_CANCELLED `why` has what happened, as "was
 * killed by signal 11 (Segmentation fault) in create() of plugin out-tape", to
 * go after "its process".
 */
enum apart_ending apart_run(const struct apart *apart, char *why, size_t size);

/* In work(): have the caller hear a text, cut to APART_TEXT_BYTES. */
void apart_say(const struct apart_mouth *mouth, int kind, const char *text);

#endif
