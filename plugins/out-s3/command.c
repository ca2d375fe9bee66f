/* SPDX-License-Identifier: BSD-3-Clause */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/spawn.h"

#define OUTPUT_BYTES 65536
#define LOOK_MS 100
#define LOOKS_MAX 600		/* a minute */

/* In the new process. */
static bool
set_environment(void *arg)
{
	const char *const *environment = arg;

	clearenv();
	for (size_t i = 0; environment[i] != NULL; i++) {
		/* The cast is safe: putenv() does not write to the text. */
		putenv((char *)(uintptr_t)environment[i]);
	}
	return true;
}

static pid_t
start(const char *text, const char *const *environment, int out)
{
	const char *const argv[] = { "/bin/sh", "-c", text, NULL };
	const int fds[] = { SPAWN_NO_FD, out, STDERR_FILENO };
	const struct spawn spawn = {
		.argv = argv,
		.fds = fds,
		.fd_count = 3,
		.group = SPAWN_OWN_SESSION,
		.prepare = set_environment,
		/* The cast is safe: set_environment() does not write to it. */
		.arg = (void *)(uintptr_t)environment,
	};

	return spawn_start(&spawn);
}

/* Until it closes its output.  Returns the length, or -1. */
static ssize_t
read_output(int fd, char *buffer, const atomic_bool *stop)
{
	size_t length = 0;

	for (int looks = 0; looks < LOOKS_MAX && !atomic_load(stop);) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, LOOK_MS) <= 0) {
			looks++;
			continue;
		}
		const ssize_t n = read(fd, buffer + length,
		    OUTPUT_BYTES - length);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? (ssize_t)length : -1;
		length += (size_t)n;
		if (length == OUTPUT_BYTES)
			return -1;
	}
	return -1;
}

/* Its exit status, or 128 and the signal. */
static int
await(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

static bool
take(struct credentials *c, pid_t pid, int fd, char *buffer,
    const atomic_bool *stop, char why[static CREDENTIALS_WHY_BYTES])
{
	const ssize_t length = read_output(fd, buffer, stop);

	if (length == -1)
		kill(-pid, SIGKILL);
	const int status = await(pid);
	if (length == -1 || status != 0) {
		if (length == -1)
			snprintf(why, CREDENTIALS_WHY_BYTES, "did not end "
			    "within a minute, or printed too much");
		else
			snprintf(why, CREDENTIALS_WHY_BYTES, "failed with "
			    "status %d", status);
		return false;
	}
	char phrase[CREDENTIALS_WHY_BYTES];
	if (credentials_parse(c, buffer, (size_t)length, phrase))
		return true;
	snprintf(why, CREDENTIALS_WHY_BYTES, "printed text that %.200s",
	    phrase);
	return false;
}

bool
command_run(struct credentials *c, const char *text,
    const char *const *environment, const atomic_bool *stop,
    char why[static CREDENTIALS_WHY_BYTES])
{
	char *buffer = malloc(OUTPUT_BYTES);
	int fds[2] = { -1, -1 };
	bool ok = false;

	if (buffer == NULL || pipe2(fds, O_CLOEXEC) == -1) {
		snprintf(why, CREDENTIALS_WHY_BYTES, "cannot be run: %s",
		    strerror(errno));
		free(buffer);
		return false;
	}
	const pid_t pid = start(text, environment, fds[1]);
	const int error = errno;
	close(fds[1]);
	if (pid != -1)
		ok = take(c, pid, fds[0], buffer, stop, why);
	else
		snprintf(why, CREDENTIALS_WHY_BYTES, "cannot be run: %s",
		    strerror(error));
	close(fds[0]);
	OPENSSL_cleanse(buffer, OUTPUT_BYTES);
	free(buffer);
	return ok;
}
