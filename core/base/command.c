/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/environment.h"
#include "plugins/common/program.h"
#include "plugins/common/spawn.h"

#define SHELL "/bin/sh"
#define LINE_BYTES 512		/* longer lines are split */
#define LOG_BYTES_MAX 65536	/* more output is only counted */
#define POLL_MS 100
#define CHECK_SECONDS 60
#define KILL_GRACE_MS 5000	/* from SIGTERM to SIGKILL */

enum ending { ENDED, TOO_LATE, CANCELLED };

/* The running command. */
struct running {
	const struct command *c;
	pid_t pid;
	int output;			/* read end of its output; -1: closed */
	int wait_status;
	char line[LINE_BYTES];
	size_t line_used;
	uint64_t printed;		/* bytes so far */
};

/* ------------------------------------------------ in the child, before exec */

static bool
prepare(void *arg)
{
	const struct command *c = arg;
	return environment_enter(c->trust, c->environment);
}

/* ------------------------------------------------------------ in the parent */

static void
log_line(struct running *r)
{
	if (r->line_used > 0 && r->printed <= LOG_BYTES_MAX)
		report(r->c->rep, DE_INFO, "%s: %.*s", r->c->name,
		    (int)r->line_used, r->line);
	r->line_used = 0;
}

static void
take_output(struct running *r, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		r->printed++;
		if (text[i] != '\n')
			r->line[r->line_used++] = text[i];
		if (text[i] == '\n' || r->line_used == LINE_BYTES)
			log_line(r);
	}
}

/* Read what is available; descendants may keep the pipe open. */
static void
read_output(struct running *r)
{
	char buffer[4096];
	ssize_t n;

	if (r->output == -1)
		return;
	while ((n = read(r->output, buffer, sizeof(buffer))) > 0) {
		take_output(r, buffer, (size_t)n);
		/* Reading on would keep the time limit from being checked. */
		if (n < (ssize_t)sizeof(buffer))
			return;
	}
	if (n == 0) {
		close(r->output);
		r->output = -1;
	}
}

/* Poll for output once.  True if the command has ended. */
static bool
hear(struct running *r)
{
	struct pollfd fd = { .fd = r->output, .events = POLLIN };

	poll(&fd, 1, POLL_MS);		/* SIGCHLD interrupts it as well */
	read_output(r);
	return waitpid(r->pid, &r->wait_status, WNOHANG) == r->pid;
}

static bool
is_past(uint64_t begun, uint64_t milliseconds)
{
	return clock_ns() - begun > milliseconds * 1000000;
}

/* Kill the whole group, first with SIGTERM. */
static void
kill_group(struct running *r)
{
	const uint64_t begun = clock_ns();
	bool ended = false;

	kill(-r->pid, SIGTERM);
	while (!ended && !is_past(begun, KILL_GRACE_MS))
		ended = hear(r);
	kill(-r->pid, SIGKILL);
	/* A process stuck in the kernel cannot be waited for. */
	while (!ended && !is_past(begun, UINT64_C(2) * KILL_GRACE_MS))
		ended = hear(r);
}

static bool
is_cancelled(const struct command *c)
{
	return c->signals != NULL &&
	    (c->signals->cancel != 0 || c->signals->interrupt != 0);
}

static enum ending
wait_for(struct running *r)
{
	const uint64_t begun = clock_ns();
	enum ending ending = ENDED;

	while (!hear(r)) {
		if (is_past(begun, (uint64_t)r->c->limit * 1000))
			ending = TOO_LATE;
		else if (is_cancelled(r->c))
			ending = CANCELLED;
		else
			continue;
		kill_group(r);
		break;
	}
	read_output(r);
	log_line(r);
	return ending;
}

static bool
tell_ending(const struct running *r, enum ending ending)
{
	const struct command *c = r->c;

	if (r->printed > LOG_BYTES_MAX)
		report(c->rep, DE_WARNING, "%s: printed %" PRIu64 " bytes, the "
		    "first %d of which are logged", c->name, r->printed,
		    LOG_BYTES_MAX);
	if (ending == TOO_LATE)
		report(c->rep, DE_ERROR, "%s: killed after the timeout of %"
		    PRId64 " second%s: %s", c->name, c->limit,
		    c->limit == 1 ? "" : "s", c->text);
	else if (ending == CANCELLED)
		report(c->rep, DE_ERROR, "%s: killed because the run is being "
		    "aborted", c->name);
	else if (WIFSIGNALED(r->wait_status))
		report(c->rep, DE_ERROR, "%s: killed by signal %d: %s", c->name,
		    WTERMSIG(r->wait_status), c->text);
	else if (WEXITSTATUS(r->wait_status) != 0)
		report(c->rep, DE_ERROR, "%s: exited with status %d: %s",
		    c->name, WEXITSTATUS(r->wait_status), c->text);
	else
		return true;
	return false;
}

static pid_t
start_shell(const struct command *c, int output)
{
	const char *const argv[] = { SHELL, "-c", c->text, NULL };
	const int fds[] = { SPAWN_NO_FD, output, output };
	const struct spawn spawn = {
		.argv = argv,
		.fds = fds,
		.fd_count = sizeof(fds) / sizeof(fds[0]),
		.group = SPAWN_OWN_GROUP,
		/* Its later commands must not run without the engine. */
		.ends_with_us = true,
		.prepare = prepare,
		/* cast: prepare() does not write to it */
		.arg = (void *)(uintptr_t)c,
	};
	return spawn_start(&spawn);
}

/* Start the command and wait for it.  False if it could not be started. */
static bool
start(struct running *r, enum ending *ending)
{
	const struct command *c = r->c;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1) {
		report(c->rep, DE_ERROR, "%s: cannot be started: %s", c->name,
		    strerror(errno));
		return false;
	}
	r->output = fds[0];
	fcntl(r->output, F_SETFL, O_NONBLOCK);
	r->pid = start_shell(c, fds[1]);
	close(fds[1]);
	if (r->pid == -1)
		report(c->rep, DE_ERROR, "%s: cannot be started: %s", c->name,
		    strerror(errno));
	else
		*ending = wait_for(r);
	if (r->output != -1)
		close(r->output);
	return r->pid != -1;
}

bool
command_run(const struct command *c)
{
	struct running r = { .c = c, .pid = -1, .output = -1 };
	enum ending ending;
	char why[TRUST_WHY_BYTES];

	if (!trust_command(c->trust, c->text, TRUST_ROOT, why)) {
		report(c->rep, DE_ERROR, "%s: %s", c->name, why);
		return false;
	}
	return start(&r, &ending) && tell_ending(&r, ending);
}

bool
command_check(const struct command *c)
{
	struct command finds = *c;
	struct running r = { .c = &finds, .pid = -1, .output = -1 };
	enum ending ending;
	char program[PATH_MAX], text[PATH_MAX + 1024];

	if (!program_of_command(c->text, program))
		return true;
	snprintf(text, sizeof(text), "set -- %s\n%s", program, program_finds);
	finds.text = text;
	finds.limit = CHECK_SECONDS;
	if (!start(&r, &ending))
		return false;
	if (ending == ENDED && WIFEXITED(r.wait_status) &&
	    WEXITSTATUS(r.wait_status) == 0)
		return true;
	if (ending == ENDED && WIFEXITED(r.wait_status) &&
	    WEXITSTATUS(r.wait_status) == PROGRAM_NO_INTERPRETER)
		report(c->rep, DE_ERROR, "%s: the interpreter in the first "
		    "line of %s is missing or not executable", c->name,
		    program);
	else
		report(c->rep, DE_ERROR, "%s: %s%s; check its name and "
		    "permissions", c->name, program,
		    strchr(program, '/') == NULL ? " not found in PATH" :
		    " does not exist or is not executable");
	return false;
}
