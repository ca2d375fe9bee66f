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

/* In no header of the system before Linux 5.15's. */
#define EXT4_CHECKPOINT _IOW('f', 43, uint32_t)

/*
 * What the journal holds of blocks that are in use all the time gets to its
 * place late, and then nobody but the kernel's own cache has it.  Not every
 * kernel and filesystem knows how to do that at once.
 */
_Noreturn static void
flush_in_child(const struct mounted *m)
{
	uint32_t flags = 0;

	/* What hangs here for ever must not keep anything of ours open. */
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

/* Returns false if it goes on too long; then nobody waits for it. */
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
			host->report(host, DE_WARNING, "%s: could not be "
			    "flushed within %u seconds; what was written to "
			    "files last may be missing in the dump",
			    name, limit);
	} else if (status != 0) {
		host->report(host, DE_WARNING, "%s: could not be flushed; "
		    "what was written to files last may be missing in the "
		    "dump", name);
	}
	/* The data of files goes past what the device has in its cache. */
	ioctl(fd, BLKFLSBUF, 0);
}
