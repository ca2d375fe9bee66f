/* SPDX-License-Identifier: BSD-3-Clause */
#include "flush.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 20

/* Missing in system headers before Linux 5.15. */
#define EXT4_CHECKPOINT _IOW('f', 43, uint32_t)

/*
 * Blocks in constant use are written to their place late, and until then only
 * the kernel's cache has their contents.  Not every kernel and filesystem
 * supports an immediate checkpoint.
 */
_Noreturn static void
flush_in_child(const struct mounted *m)
{
	uint32_t flags = 0;

	/* A child that hangs must not keep our descriptors open. */
	close_range(3, ~0U, 0);
	if (m->reach[0] == '\0') {
		sync();
		_exit(0);
	}
	const int fd = open(m->reach, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 || syncfs(fd) == -1)
		_exit(1);
	if (m->for_writing)
		ioctl(fd, EXT4_CHECKPOINT, &flags);
	_exit(0);
}

/* Returns false on timeout; the child is then abandoned. */
static bool
wait_for(const struct de_host *host, pid_t pid, unsigned int limit,
    int *wait_status)
{
	const uint64_t end = host->monotonic_ns(host) +
	    (uint64_t)limit * 1000000000;

	for (;;) {
		const pid_t ended = waitpid(pid, wait_status, WNOHANG);
		if (ended != 0 && !(ended == -1 && errno == EINTR))
			return ended == pid;
		if (host->monotonic_ns(host) > end || host->cancelled(host))
			return false;
		poll(NULL, 0, POLL_MS);
	}
}

void
flush(const struct de_host *host, const char *device, const struct mounted *m,
    int fd, unsigned int limit)
{
	const char *name = m->mount_point[0] != '\0' ? m->mount_point : device;
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0)
		flush_in_child(m);
	if (pid == -1) {
		host->report(host, DE_WARNING, "%s: cannot be flushed: %s",
		    name, strerror(errno));
	} else if (!wait_for(host, pid, limit, &status)) {
		kill(pid, SIGKILL);
		if (!host->cancelled(host))
			host->report(host, DE_WARNING, "%s: not flushed within "
			    "%u seconds; recent writes may be missing from the "
			    "dump", name, limit);
	} else if (status != 0) {
		host->report(host, DE_WARNING, "%s: cannot be flushed; recent "
		    "writes may be missing from the dump", name);
	}
	/* File data bypasses the cache of the device. */
	ioctl(fd, BLKFLSBUF, 0);
}
