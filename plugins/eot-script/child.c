/* SPDX-License-Identifier: BSD-3-Clause */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/spawn.h"
#include "minder.h"

#define SHELL "/bin/sh"
#define MEDIUM_FD 3		/* of the command */
#define LINE_BYTES 512		/* longer lines are split */
#define LOG_BYTES_MAX 65536	/* more output is only counted */
#define POLL_MS 200		/* interval of checks for an abort */
#define KILL_GRACE_MS 5000	/* from SIGTERM to SIGKILL */

/* The running command. */
struct child {
	const struct child_config *config;
	pid_t pid;
	int pidfd;			/* -1: not available */
	int output;			/* its output; -1: closed */
	int medium_fd;			/* names the next medium; -1: closed */
	char line[LINE_BYTES];
	size_t line_used;
	uint64_t printed;		/* bytes */
	char *medium;
	size_t medium_size;
	size_t medium_used;
};

static void
say(const struct child *c, const char *what)
{
	const struct de_host *host = c->config->host;
	host->report(host, DE_ERROR, "%s: %s: %s", c->config->command, what,
	    strerror(errno));
}

/* ------------------------------------------------ in the child, before exec */

/* The reason why the drive or the medium was refused. */
static const char *
failure_name(enum de_failure failure)
{
	switch (failure) {
	case DE_FAILURE_BUSY:
		return "busy";
	case DE_FAILURE_NO_DEVICE:
		return "no-device";
	case DE_FAILURE_NO_MEDIUM:
		return "no-medium";
	case DE_FAILURE_NOT_READY:
		return "not-ready";
	case DE_FAILURE_WRITE_PROTECTED:
		return "write-protected";
	case DE_FAILURE_PROTECTED:
		return "protected";
	case DE_FAILURE_FOREIGN:
		return "foreign";
	case DE_FAILURE_UNREADABLE:
		return "unreadable";
	case DE_FAILURE_FULL:
		return "full";
	case DE_FAILURE_OTHER:
	case DE_FAILURE_MEDIUM:
	case DE_FAILURE_SETTINGS:
		break;
	}
	return "error";
}

static const char *
reason_name(const struct de_volume_end *end)
{
	switch (end->reason) {
	case DE_END_SIZE:
		return "size";
	case DE_END_EOT:
		return "eot";
	case DE_END_ERROR:
		return failure_name(end->failure);
	case DE_END_LAST:
		break;
	}
	return "end";
}

static void
set_number(const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	setenv(name, text, 1);
}

static void
describe_end(const struct child_config *config)
{
	const struct de_volume_end *end = config->end;

	setenv("DUMPENGINE_JOB", end->job, 1);
	setenv("DUMPENGINE_DEVICE", end->medium, 1);
	setenv("DUMPENGINE_LABEL", end->label, 1);
	setenv("DUMPENGINE_REASON", config->checks ? "check" :
	    reason_name(end), 1);
	set_number("DUMPENGINE_VOLUME", end->volume);
	set_number("DUMPENGINE_NEXT_VOLUME", end->next_volume);
	set_number("DUMPENGINE_REFUSED", end->refused);
	set_number("DUMPENGINE_BYTES", end->bytes);
	set_number("DUMPENGINE_LEVEL", end->level);
	set_number("DUMPENGINE_DATE", (uint64_t)end->date);
	set_number("DUMPENGINE_NEXT_FD", MEDIUM_FD);
}

/* What is not known is not set. */
static void
describe_wanted(const struct de_volume_wanted *wanted)
{
	setenv("DUMPENGINE_JOB", wanted->job, 1);
	setenv("DUMPENGINE_DEVICE", wanted->drive, 1);
	setenv("DUMPENGINE_REASON", "read", 1);
	set_number("DUMPENGINE_VOLUME", wanted->volume);
	if (wanted->barcode != NULL)
		setenv("DUMPENGINE_BARCODE", wanted->barcode, 1);
	if (wanted->medium != NULL)
		setenv("DUMPENGINE_MEDIUM", wanted->medium, 1);
	if (wanted->file >= 0)
		set_number("DUMPENGINE_FILE", (uint64_t)wanted->file);
	if (wanted->date == 0)
		return;
	set_number("DUMPENGINE_LEVEL", wanted->level);
	set_number("DUMPENGINE_DATE", (uint64_t)wanted->date);
}

/* Only what the engine provides, plus the facts about the volume. */
static void
set_environment(const struct child_config *config)
{
	clearenv();
	for (size_t i = 0; config->environment[i] != NULL; i++) {
		/*
		 * cast: putenv() keeps the pointer but does not write through
		 * it
		 */
		putenv((char *)(uintptr_t)config->environment[i]);
	}
	if (config->end == NULL)
		describe_wanted(config->wanted);
	else
		describe_end(config);
}

/*
 * As another user it must have no access to our terminal, and gain no
 * privileges through a set-user-ID program.
 */
static bool
become_user(const char *user)
{
	const struct passwd *pw = user == NULL ? NULL : getpwnam(user);

	if (user == NULL)
		return true;
	return pw != NULL &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    initgroups(user, pw->pw_gid) == 0 && setgid(pw->pw_gid) == 0 &&
	    setuid(pw->pw_uid) == 0 && setenv("HOME", pw->pw_dir, 1) == 0 &&
	    setenv("LOGNAME", pw->pw_name, 1) == 0;
}

static void
put_error(const char *what)
{
	dprintf(STDERR_FILENO, "cannot %s: %s\n", what, strerror(errno));
}

static bool
prepare(void *arg)
{
	const struct child_config *config = arg;

	set_environment(config);
	if (become_user(config->user))
		return true;
	put_error("become the user of the option `user'");
	return false;
}

/* ------------------------------------------------------------ in the parent */

static void
log_line(struct child *c)
{
	const struct de_host *host = c->config->host;

	if (c->line_used > 0 && c->printed <= LOG_BYTES_MAX)
		host->report(host, DE_INFO, "eot-script: %.*s",
		    (int)c->line_used, c->line);
	c->line_used = 0;
}

static void
take_output(struct child *c, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		c->printed++;
		if (text[i] != '\n')
			c->line[c->line_used++] = text[i];
		if (text[i] == '\n' || c->line_used == LINE_BYTES)
			log_line(c);
	}
}

/* An overlong name ends up invalid; opening it will report that. */
static void
take_medium(struct child *c, const char *text, size_t length)
{
	const size_t room = c->medium_size - 1 - c->medium_used;
	const size_t taken = length < room ? length : room;

	memcpy(c->medium + c->medium_used, text, taken);
	c->medium_used += taken;
	c->medium[c->medium_used] = '\0';
}

/* Read what is available.  False at end of file. */
static bool
take_some(struct child *c, int fd,
    void (*take)(struct child *c, const char *text, size_t length))
{
	char buffer[4096];
	const ssize_t n = read(fd, buffer, sizeof(buffer));

	if (n > 0)
		take(c, buffer, (size_t)n);
	return n > 0 || (n == -1 && (errno == EINTR || errno == EAGAIN));
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* Leaves the child to be waited for. */
static bool
has_ended(const struct child *c)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	return waitid(P_PID, (id_t)c->pid, &info,
	    WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

/* Poll the child for a while.  True: it has ended. */
static bool
listen_to(struct child *c, int milliseconds)
{
	struct pollfd fds[] = {
		{ .fd = c->pidfd, .events = POLLIN },
		{ .fd = c->output, .events = POLLIN },
		{ .fd = c->medium_fd, .events = POLLIN },
	};

	if (poll(fds, 3, milliseconds) <= 0)
		return c->pidfd == -1 && has_ended(c);
	if (fds[1].revents != 0 && !take_some(c, c->output, take_output))
		close_fd(&c->output);
	if (fds[2].revents != 0 && !take_some(c, c->medium_fd, take_medium))
		close_fd(&c->medium_fd);
	return c->pidfd == -1 ? has_ended(c) : fds[0].revents != 0;
}

/* Read what is left in the pipes; descendants may hold them open for long. */
static void
drain(struct child *c)
{
	char buffer[4096];
	ssize_t n;

	while (c->output != -1 &&
	    (n = read(c->output, buffer, sizeof(buffer))) > 0)
		take_output(c, buffer, (size_t)n);
	while (c->medium_fd != -1 &&
	    (n = read(c->medium_fd, buffer, sizeof(buffer))) > 0)
		take_medium(c, buffer, (size_t)n);
	log_line(c);
}

/* Kill the whole group, first with SIGTERM. */
static void
kill_child(struct child *c)
{
	const uint64_t begun = c->config->host->monotonic_ns(c->config->host);
	const uint64_t grace = (uint64_t)KILL_GRACE_MS * 1000000;

	kill(-c->pid, SIGTERM);
	while (!listen_to(c, POLL_MS))
		if (c->config->host->monotonic_ns(c->config->host) - begun >
		    grace)
			break;
	kill(-c->pid, SIGKILL);
}

static void
wait_for_child(struct child *c, struct child_result *result)
{
	const struct de_host *host = c->config->host;
	const uint64_t begun = host->monotonic_ns(host);
	const uint64_t limit = (uint64_t)c->config->timeout * 1000000000;

	while (!listen_to(c, POLL_MS)) {
		const bool late = limit > 0 &&
		    host->monotonic_ns(host) - begun > limit;
		if (late || host->cancelled(host)) {
			result->timed_out = late;
			kill_child(c);
			break;
		}
	}
	while (waitpid(c->pid, &result->wait_status, 0) == -1 &&
	    errno == EINTR)
		;
	drain(c);
	if (c->printed > LOG_BYTES_MAX)
		host->report(host, DE_WARNING, "%s: printed %" PRIu64 " bytes, "
		    "of which %d were logged", c->config->command, c->printed,
		    LOG_BYTES_MAX);
}

/*
 * Put the command in the foreground of the terminal while it runs: it may want
 * to talk to the operator, as it can under dump(8).
 */
static void
give_terminal(pid_t group)
{
	const int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	sigset_t ttou, old;

	if (tty == -1)
		return;
	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &ttou, &old);
	tcsetpgrp(tty, group);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(tty);
}

/* A pipe with a non-blocking read end. */
static bool
make_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC) == -1)
		return false;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	return true;
}

/* The device is a separate word, whatever characters its name contains. */
static pid_t
start_shell(const struct child_config *config, int output, int medium)
{
	const int fds[] = {
		config->user == NULL ? STDIN_FILENO : SPAWN_NO_FD,
		output, output, [MEDIUM_FD] = medium,
	};
	char volume[16];
	char *script;

	if (asprintf(&script, "%s \"$@\"", config->command) == -1)
		return -1;
	snprintf(volume, sizeof(volume), "%" PRIu32, config->end == NULL ?
	    config->wanted->volume : config->end->volume);
	const char *const argv[] = { SHELL, "-c", script, "sh",
		config->end == NULL ? config->wanted->drive :
		config->end->medium, volume, NULL };
	const struct spawn spawn = {
		.argv = argv,
		.fds = fds,
		.fd_count = sizeof(fds) / sizeof(fds[0]),
		.group = config->user == NULL ? SPAWN_OWN_GROUP :
		    SPAWN_OWN_SESSION,
		.prepare = prepare,
		/* cast: prepare() does not write to it */
		.arg = (void *)(uintptr_t)config,
	};
	const pid_t pid = spawn_start(&spawn);
	free(script);
	return pid;
}

static bool
start(struct child *c)
{
	int output[2] = { -1, -1 }, medium[2] = { -1, -1 };
	bool ok = false;

	c->pid = -1;
	if (make_pipe(output) && make_pipe(medium))
		c->pid = start_shell(c->config, output[1], medium[1]);
	if (c->pid > 0) {
		c->pidfd = pidfd_open(c->pid, 0);
		ok = true;
	} else {
		say(c, "cannot be started");
	}
	c->output = output[0];
	c->medium_fd = medium[0];
	close_fd(&output[1]);
	close_fd(&medium[1]);
	return ok;
}

bool
child_run(const struct child_config *config, char *medium,
    size_t medium_size, struct child_result *result)
{
	struct child c = {
		.config = config,
		.pidfd = -1,
		.medium = medium,
		.medium_size = medium_size,
	};
	const bool has_terminal = config->user == NULL &&
	    isatty(STDIN_FILENO) != 0;

	*result = (struct child_result){ 0 };
	medium[0] = '\0';
	const bool ok = start(&c);
	if (ok) {
		struct minder minder = minder_start(c.pid);
		if (has_terminal)
			give_terminal(c.pid);
		wait_for_child(&c, result);
		minder_end(&minder);
		if (has_terminal)
			give_terminal(getpgrp());
		medium[strcspn(medium, "\n")] = '\0';
	}
	close_fd(&c.pidfd);
	close_fd(&c.output);
	close_fd(&c.medium_fd);
	return ok;
}
