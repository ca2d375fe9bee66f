/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_session.h - a tree or the trees of dates, mounted through FUSE
 *
 * The kernel keeps what it has been told, as nothing ever changes; so most calls
 * never come here, and reading ahead is the kernel's.
 *
 * One session in a process.
 */
#ifndef CORE_MOUNT_SESSION_H
#define CORE_MOUNT_SESSION_H

#include "core/base/report.h"
#include "core/mount/mount_dates.h"

struct mount_session;

/* Everything is borrowed. */
struct mount_session_config {
	const struct mount_view *view;
	const char *set;		/* its name, for the table of mounts */
	const char *mountpoint;
	const char *options;		/* of -o, "allow_other,suid"; "" */
	struct report *rep;
};

/* Mount it; nobody is answered yet.  NULL after a report. */
struct mount_session *mount_session_new(
    const struct mount_session_config *config);

/*
 * Answer until it is unmounted, or SIGINT, SIGTERM or SIGHUP comes.  False after
 * a report.
 */
bool mount_session_run(struct mount_session *s);

/* Unmount it if it still is.  Accepts NULL. */
void mount_session_free(struct mount_session *s);

#endif
