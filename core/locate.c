/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/locate.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/source.h"

#define LIMIT_MS 60000

_Noreturn static void
ask_plugin(const struct plugin_config *source, struct report *rep, int fd)
{
	const atomic_int not_cancelled = 0;
	char path[LOCATE_BYTES] = "";
	enum de_status status = DE_FAILED;
	struct instance *in = instance_new(source->plugin, source->options,
	    rep, &not_cancelled);

	if (in != NULL)
		status = source_find_mount_point(in, path, sizeof(path));
	if (status == DE_OK)
		send(fd, path, strlen(path) + 1, MSG_NOSIGNAL);
	instance_free(in);
	_exit(status != DE_OK);
}

/* Returns false if there is none. */
static bool
hear_answer(int fd, char path[static LOCATE_BYTES])
{
	const uint64_t end = clock_ns() + (uint64_t)LIMIT_MS * 1000000;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int n;

	do {
		const uint64_t now = clock_ns();
		n = now >= end ? 0 : poll(&poll_fd, 1,
		    (int)((end - now) / 1000000) + 1);
	} while (n == -1 && errno == EINTR);
	const ssize_t length = n > 0 ? recv(fd, path, LOCATE_BYTES, 0) : 0;
	return length > 0 && path[length - 1] == '\0';
}

bool
locate_mount_point(const struct plugin_config *source, struct report *rep,
    char path[static LOCATE_BYTES])
{
	int fds[2];
	pid_t pid;

	path[0] = '\0';
	if (source->plugin->source.find_mount_point == NULL)
		return true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1) {
		report(rep, DE_ERROR, "cannot make a socket: %s",
		    strerror(errno));
		return false;
	}
	pid = fork();
	if (pid == 0)
		ask_plugin(source, rep, fds[1]);
	close(fds[1]);
	const bool ok = pid != -1 && hear_answer(fds[0], path);
	close(fds[0]);
	if (!ok)
		report(rep, DE_ERROR, "%s cannot tell where the source is "
		    "mounted", source->plugin->descriptor.name);
	if (pid != -1) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, ok ? 0 : WNOHANG) == -1 &&
		    errno == EINTR)
			;
	}
	return ok;
}
