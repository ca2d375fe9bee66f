/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * spawn.h - start a program, clean of what is the engine's
 *
 * It gets the descriptors that it is given and no others, no signal is blocked,
 * and none is ignored that the engine ignores for itself.  Whoever starts it
 * waits for its end.
 */
#ifndef PLUGINS_COMMON_SPAWN_H
#define PLUGINS_COMMON_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SPAWN_FDS_MAX 8
#define SPAWN_NO_FD (-1)	/* /dev/null stands in its place */

/* What kill(2) and the keyboard reach together with it. */
enum spawn_group {
	SPAWN_OUR_GROUP,	/* the engine's processes; as those do, it
				   ignores SIGINT, SIGHUP and SIGUSR1 */
	SPAWN_OWN_GROUP,
	SPAWN_OWN_SESSION	/* a group as well, and no terminal */
};

struct spawn {			/* all borrowed */
	const char *const *argv;	/* NULL at the end; without a slash it
					   is looked up in PATH */
	const int *fds;			/* they become 0, 1, 2 and so on; the
					   three standard ones at least */
	size_t fd_count;		/* up to SPAWN_FDS_MAX */
	enum spawn_group group;
	bool ends_with_us;		/* by SIGKILL, if the caller ends */
	bool hears_exec;		/* fail if it cannot be executed;
					   otherwise it ends with 127 then,
					   after saying so on descriptor 2 */

	/*
	 * In the new process, before the program: set its environment and whose
	 * process it is.  False, after saying why on descriptor 2: it ends with
	 * 126.  NULL: nothing is to be done.
	 */
	bool (*prepare)(void *arg);
	void *arg;
};

/* Returns its process, or -1 with errno set. */
pid_t spawn_start(const struct spawn *s);

#endif
