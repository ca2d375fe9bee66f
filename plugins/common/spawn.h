/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * spawn.h - start a program without inheriting anything of the engine's
 *
 * It gets the given descriptors and no others.  No signals are blocked, nor
 * ignored because the engine ignores them.  The caller waits for its end.
 */
#ifndef PLUGINS_COMMON_SPAWN_H
#define PLUGINS_COMMON_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SPAWN_FDS_MAX 8
#define SPAWN_NO_FD (-1)	/* replaced by /dev/null */

/* Which processes kill(2) and the keyboard affect together with it. */
enum spawn_group {
	SPAWN_OUR_GROUP,	/* the engine's; like the engine, it ignores
				   SIGINT, SIGHUP and SIGUSR1 */
	SPAWN_OWN_GROUP,
	SPAWN_OWN_SESSION	/* a group too, without a terminal */
};

struct spawn {			/* all pointers borrowed */
	const char *const *argv;	/* ends with NULL; looked up in PATH if
					   it has no slash */
	const int *fds;			/* they become 0, 1, 2 and so on; at
					   least the three standard ones */
	size_t fd_count;		/* up to SPAWN_FDS_MAX */
	enum spawn_group group;
	bool ends_with_us;		/* by SIGKILL, if the caller ends */
	bool hears_exec;		/* fail if it cannot be executed;
					   otherwise it then exits with 127,
					   after a message on descriptor 2 */

	/*
	 * Called in the new process before the program: sets environment and
	 * user.  Returns false, after a message on descriptor 2, to exit with
	 * 126.  NULL: nothing to do.
	 */
	bool (*prepare)(void *arg);
	void *arg;
};

/* Returns its process, or -1 with errno set. */
pid_t spawn_start(const struct spawn *s);

#endif
