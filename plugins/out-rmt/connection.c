/* SPDX-License-Identifier: BSD-3-Clause */
#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/spawn.h"

#define NS_PER_SECOND 1000000000ULL
/* How often to check whether the run is being aborted. */
#define LOOK_MS 500
/* For a command to exit after its input has ended, and after SIGTERM. */
#define END_MS 3000
#define TERM_MS 1000
/* For cleaning up once the run is aborted. */
#define ABORT_SECONDS 4
/* The most the kernel grants to every user; the default would work too. */
#define PIPE_BYTES (1 << 20)
/* Limits for its standard error. */
#define LINE_BYTES 400
#define LINES_MAX 100

struct connection {
	struct connection_config config;
	pid_t pid;			/* 0: it has ended */
	int status;			/* then, as from waitpid(2) */
	int to, from, errors;		/* pipes; -1: closed */
	enum trouble trouble;
	bool answers;			/* one has arrived */
	bool receiving;			/* the data after an answer */
	bool moved_up;			/* the deadline for cleaning up */

	struct answer_parser parser;
	uint8_t in[65536];		/* received; in_used are consumed */
	size_t in_used, in_length;

	char line[LINE_BYTES];		/* of its standard error */
	size_t line_length;
	unsigned int lines;
	char *held[LINES_MAX];		/* such lines, until it has answered */
	unsigned int held_count;
};

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* ------------------------------------------------------------ its messages */

/*
 * Lines before the first answer may be a banner, or the reason for a failure:
 * hold them until that is known.
 */
static void
say_held_lines(struct connection *c, enum de_severity severity)
{
	const struct de_host *host = c->config.host;

	for (unsigned int i = 0; i < c->held_count; i++) {
		host->report(host, severity, "%s: %s", c->config.name,
		    c->held[i]);
		free(c->held[i]);
	}
	c->held_count = 0;
}

static void
say_line(struct connection *c)
{
	const struct de_host *host = c->config.host;

	if (c->line_length == 0)
		return;
	if (c->lines < LINES_MAX && !c->answers &&
	    c->trouble == TROUBLE_NONE &&
	    (c->held[c->held_count] = strndup(c->line, c->line_length)) != NULL)
		c->held_count++;
	else if (c->lines < LINES_MAX)
		host->report(host, DE_WARNING, "%s: %.*s", c->config.name,
		    (int)c->line_length, c->line);
	if (++c->lines == LINES_MAX)
		host->report(host, c->answers ? DE_WARNING : DE_INFO,
		    "%s: further messages of %s are not shown", c->config.name,
		    c->config.argv[0]);
	c->line_length = 0;
}

static void
take_error_text(struct connection *c, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const char ch = text[i];
		if (ch == '\n' || c->line_length == sizeof(c->line))
			say_line(c);
		if (ch != '\n' && ch != '\r')
			c->line[c->line_length++] = (ch >= ' ' && ch < 0x7f) ||
			    ch == '\t' ? ch : '?';
	}
}

/* Read everything that has arrived. */
static void
read_errors(struct connection *c)
{
	char text[1024];
	ssize_t n;

	/* With a limit, against endless output. */
	for (int i = 0; i < 64 && c->errors != -1; i++) {
		n = read(c->errors, text, sizeof(text));
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n > 0) {
			take_error_text(c, text, (size_t)n);
			continue;
		}
		say_line(c);
		close_fd(&c->errors);
	}
}

/* ----------------------------------------------------------- its beginning */

/* A clean environment, plus what ssh needs to ask its agent and user. */
static bool
set_environment(void *arg)
{
	const char *const *environment = arg;
	static const char *const kept[] = { "DISPLAY", "KRB5CCNAME",
		"SSH_AGENT_PID", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE",
		"SSH_AUTH_SOCK", "TERM", "XAUTHORITY" };
	const char *values[sizeof(kept) / sizeof(kept[0])];

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		values[i] = getenv(kept[i]);
	clearenv();
	for (size_t i = 0; environment[i] != NULL; i++) {
		/* The cast is safe: putenv() does not write to the text. */
		putenv((char *)(uintptr_t)environment[i]);
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (values[i] != NULL)
			setenv(kept[i], values[i], 1);
	return true;
}

/*
 * The command may ask for a passphrase on the terminal, so it stays in the
 * engine's process group; but only the engine asks whether to abort.
 */
static pid_t
start_command(const struct connection_config *config, int in, int out,
    int errors)
{
	const int fds[] = { in, out, errors };
	const struct spawn spawn = {
		.argv = (const char *const *)config->argv,
		.fds = fds,
		.fd_count = sizeof(fds) / sizeof(fds[0]),
		/* It must not go on without a reader. */
		.ends_with_us = true,
		.hears_exec = true,
		.prepare = set_environment,
		/* The cast is safe: set_environment() does not write to it. */
		.arg = (void *)(uintptr_t)config->environment,
	};
	return spawn_start(&spawn);
}

static bool
make_pipes(int to[2], int from[2], int errors[2])
{
	if (pipe2(to, O_CLOEXEC) == -1 || pipe2(from, O_CLOEXEC) == -1 ||
	    pipe2(errors, O_CLOEXEC) == -1)
		return false;
	fcntl(to[1], F_SETPIPE_SZ, PIPE_BYTES);
	return fcntl(to[1], F_SETFL, O_NONBLOCK) == 0 &&
	    fcntl(from[0], F_SETFL, O_NONBLOCK) == 0 &&
	    fcntl(errors[0], F_SETFL, O_NONBLOCK) == 0;
}

/* Returns 0 or an error number. */
static int
start(struct connection *c)
{
	int to[2] = { -1, -1 }, from[2] = { -1, -1 }, errors[2] = { -1, -1 };
	pid_t pid = -1;

	if (make_pipes(to, from, errors))
		pid = start_command(&c->config, to[0], from[1], errors[1]);
	const int error = pid == -1 ? errno : 0;
	close_fd(&to[0]);
	close_fd(&from[1]);
	close_fd(&errors[1]);
	c->to = to[1];
	c->from = from[0];
	c->errors = errors[0];
	c->pid = pid == -1 ? 0 : pid;
	return error;
}

struct connection *
connection_open(const struct connection_config *config, enum trouble *trouble)
{
	const struct de_host *host = config->host;
	struct connection *c = calloc(1, sizeof(*c));

	*trouble = TROUBLE_START;
	if (c == NULL) {
		host->report(host, DE_ERROR, "%s: out of memory",
		    config->name);
		return NULL;
	}
	c->config = *config;
	const int error = start(c);
	if (error == 0) {
		*trouble = TROUBLE_NONE;
		return c;
	}
	host->report(host, DE_ERROR, "%s: cannot run %s: %s%s", config->name,
	    config->argv[0], strerror(error), error == ENOENT ||
	    error == EACCES ? "; install it, or set the option rsh to another "
	    "command" : "");
	connection_close(c);
	return NULL;
}

/* ----------------------------------------------------------------- its end */

/* Wait up to this long for its end; true if it has ended. */
static bool
reap(struct connection *c, int milliseconds)
{
	for (int waited = 0; c->pid != 0; waited += 10) {
		const pid_t pid = waitpid(c->pid, &c->status, WNOHANG);
		if (pid == c->pid || (pid == -1 && errno != EINTR))
			c->pid = 0;
		else if (waited >= milliseconds)
			return false;
		else
			poll(NULL, 0, 10);
		read_errors(c);
	}
	return true;
}

/* The time left until the deadline, at most `most`. */
static int
milliseconds_left(const struct connection *c, int most)
{
	const struct de_host *host = c->config.host;
	const uint64_t now = host->monotonic_ns(host), end = *c->config.end;

	if (end == 0 || end >= now + (uint64_t)most * 1000000)
		return most;
	return end > now ? (int)((end - now) / 1000000) : 0;
}

void
connection_close(struct connection *c)
{
	if (c == NULL)
		return;
	close_fd(&c->to);
	if (c->trouble == TROUBLE_NONE)
		reap(c, milliseconds_left(c, END_MS));
	close_fd(&c->from);
	if (c->pid != 0 && kill(c->pid, SIGTERM) == 0 && !reap(c, TERM_MS)) {
		kill(c->pid, SIGKILL);
		reap(c, TERM_MS);
	}
	read_errors(c);
	say_line(c);
	say_held_lines(c, DE_INFO);
	close_fd(&c->errors);
	free(c);
}

enum trouble
connection_trouble(const struct connection *c)
{
	return c->trouble;
}

/* ------------------------------------------------------ when it goes wrong */

/* Describe how the command ended, and what that means if known. */
static void
describe_end(const struct connection *c, char *text, size_t size)
{
	const char *name = c->config.argv[0];

	if (c->pid != 0)
		snprintf(text, size, "%s closed it", name);
	else if (WIFSIGNALED(c->status))
		snprintf(text, size, "%s was killed by signal %d (%s)", name,
		    WTERMSIG(c->status), strsignal(WTERMSIG(c->status)));
	else if (WEXITSTATUS(c->status) == 127)
		snprintf(text, size, "%s ended with status 127: command not "
		    "found; check the path on the remote host in the option "
		    "`rmt'", name);
	else if (WEXITSTATUS(c->status) == 255)
		snprintf(text, size, "%s ended with status 255: it could not "
		    "connect, or the connection broke; try `%s' by hand, as "
		    "the user that runs dumpengine", name, c->config.trial);
	else
		snprintf(text, size, "%s ended with status %d", name,
		    WEXITSTATUS(c->status));
}

static bool
fail_lost(struct connection *c)
{
	const struct de_host *host = c->config.host;
	char how[600];

	c->trouble = TROUBLE_LOST;
	close_fd(&c->to);
	reap(c, milliseconds_left(c, TERM_MS));
	read_errors(c);
	say_line(c);
	say_held_lines(c, DE_WARNING);
	describe_end(c, how, sizeof(how));
	host->report(host, DE_ERROR, "%s: the connection has ended; %s",
	    c->config.name, how);
	return false;
}

/* Has part of the awaited answer arrived? */
static bool
is_begun(const struct connection *c)
{
	return c->parser.line_length > 0;
}

static bool
fail_silent(struct connection *c, bool sending)
{
	const struct de_host *host = c->config.host;

	c->trouble = TROUBLE_LOST;
	say_held_lines(c, DE_WARNING);
	if (*c->config.end != 0)
		host->report(host, DE_WARNING, "%s: no answer within the time "
		    "for cleaning up", c->config.name);
	else if (sending || is_begun(c) || c->receiving)
		host->report(host, DE_ERROR, "%s: %s takes longer than %"
		    PRId64 " seconds (option timeout); the network is too "
		    "slow, or the remote rmt misbehaves: increase the "
		    "timeout, or use another rmt", c->config.name, sending ?
		    "sending a record" : "an answer", c->config.timeout);
	else
		host->report(host, DE_ERROR, "%s: nothing received for %" PRId64
		    " seconds (option timeout); the network or the remote host "
		    "may be down (try ping), or its drive may need longer: "
		    "then increase the timeout", c->config.name,
		    c->config.timeout);
	return false;
}

static bool
fail_protocol(struct connection *c, const char *text)
{
	const struct de_host *host = c->config.host;

	c->trouble = TROUBLE_PROTOCOL;
	say_held_lines(c, DE_WARNING);
	host->report(host, DE_ERROR, "%s: \"%s\" is not an rmt answer; does "
	    "the option `rmt' name another program, or does the shell there "
	    "print something at login?", c->config.name, text);
	return false;
}

void
connection_distrust(struct connection *c, const char *what)
{
	const struct de_host *host = c->config.host;

	if (c->trouble != TROUBLE_NONE)
		return;
	c->trouble = TROUBLE_PROTOCOL;
	host->report(host, DE_ERROR, "%s: rmt %s; it cannot be trusted: use "
	    "another one (option rmt)", c->config.name, what);
}

void
connection_abandon(struct connection *c)
{
	if (c->trouble == TROUBLE_NONE)
		c->trouble = TROUBLE_CANCELLED;
}

static bool
fail_cancelled(struct connection *c)
{
	c->trouble = TROUBLE_CANCELLED;
	return false;
}

/* --------------------------------------------------------------- the pipes */

/* Read what has arrived, as far as there is room.  False at the end. */
static bool
read_in(struct connection *c)
{
	ssize_t n;

	if (c->in_used == c->in_length)
		c->in_used = c->in_length = 0;
	if (c->in_length == sizeof(c->in))
		return true;
	n = read(c->from, c->in + c->in_length, sizeof(c->in) - c->in_length);
	if (n > 0)
		c->in_length += (size_t)n;
	return n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR));
}

/* Must it end because the run is aborted? */
static bool
is_cancelled(struct connection *c)
{
	const struct de_host *host = c->config.host;
	uint64_t *end = c->config.end;

	if (!host->cancelled(host))
		return false;
	if (*end == 0)
		return true;
	const uint64_t soon = host->monotonic_ns(host) +
	    ABORT_SECONDS * NS_PER_SECOND;
	if (!c->moved_up && *end > soon)
		*end = soon;
	c->moved_up = true;
	return false;
}

/* Is the deadline over?  It is on the host's clock. */
static bool
is_too_late(const struct connection *c, uint64_t deadline)
{
	const struct de_host *host = c->config.host;
	const uint64_t now = host->monotonic_ns(host), end = *c->config.end;

	return now >= deadline || (end != 0 && now >= end);
}

/*
 * Wait until data has arrived, or, if `sending`, can be sent; *can_send says
 * which.  `deadline` is on the host's clock.  False after reporting why.
 */
static bool
wait_for(struct connection *c, bool sending, uint64_t deadline, bool *can_send)
{
	for (;;) {
		const bool room = c->in_used == c->in_length ||
		    c->in_length < sizeof(c->in);
		struct pollfd fds[3] = {
			{ .fd = room ? c->from : -1, .events = POLLIN },
			{ .fd = c->errors, .events = POLLIN },
			{ .fd = sending ? c->to : -1, .events = POLLOUT },
		};
		if (is_cancelled(c))
			return fail_cancelled(c);
		if (is_too_late(c, deadline))
			return fail_silent(c, sending);
		const int n = poll(fds, 3, LOOK_MS);
		if (n > 0 && fds[1].revents != 0)
			read_errors(c);
		if (n > 0 && fds[0].revents != 0)
			return read_in(c) || fail_lost(c);
		if (n > 0 && fds[2].revents != 0) {
			*can_send = true;
			return true;
		}
	}
}

static uint64_t
deadline_of(const struct connection *c)
{
	const struct de_host *host = c->config.host;

	return host->monotonic_ns(host) +
	    (uint64_t)c->config.timeout * NS_PER_SECOND;
}

static void
skip_sent(struct iovec **iov, int *count, size_t sent)
{
	while (*count > 0 && sent >= (*iov)->iov_len) {
		sent -= (*iov)->iov_len;
		(*iov)++;
		(*count)--;
	}
	if (*count > 0) {
		(*iov)->iov_base = (char *)(*iov)->iov_base + sent;
		(*iov)->iov_len -= sent;
	}
}

bool
connection_send(struct connection *c, struct iovec *iov, int count)
{
	const uint64_t deadline = deadline_of(c);
	bool can_send = true;

	if (c->trouble != TROUBLE_NONE)
		return false;
	while (count > 0) {
		const ssize_t n = can_send ? writev(c->to, iov, count) : 0;
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return fail_lost(c);
		if (n > 0) {
			skip_sent(&iov, &count, (size_t)n);
			continue;
		}
		can_send = false;
		if (!wait_for(c, true, deadline, &can_send))
			return false;
	}
	return true;
}

/* Parse what has arrived: 1; 0 if incomplete; or -1 after reporting why. */
static int
parse_answer(struct connection *c, struct answer *answer)
{
	size_t taken = 0;
	const enum answer_state state = answer_take(&c->parser,
	    c->in + c->in_used, c->in_length - c->in_used, &taken);

	c->in_used += taken;
	if (state == ANSWER_BAD) {
		fail_protocol(c, c->parser.answer.text);
		return -1;
	}
	if (state != ANSWER_WHOLE)
		return 0;
	*answer = c->parser.answer;
	if (!c->answers) {
		read_errors(c);
		say_held_lines(c, DE_INFO);
		c->answers = true;
	}
	return 1;
}

bool
connection_answer(struct connection *c, struct answer *answer)
{
	const uint64_t deadline = deadline_of(c);
	bool unused;
	int got;

	if (c->trouble != TROUBLE_NONE)
		return false;
	while ((got = parse_answer(c, answer)) == 0)
		if (!wait_for(c, false, deadline, &unused))
			return false;
	return got == 1;
}

bool
connection_try_answer(struct connection *c, struct answer *answer)
{
	int got;

	if (c->trouble != TROUBLE_NONE)
		return false;
	got = parse_answer(c, answer);
	if (got == 0) {
		read_errors(c);
		if (!read_in(c))
			return fail_lost(c);
		got = parse_answer(c, answer);
	}
	return got == 1;
}

bool
connection_is_quiet(struct connection *c)
{
	if (c->trouble != TROUBLE_NONE)
		return false;
	if (c->in_used != c->in_length)
		connection_distrust(c, "sent an unsolicited answer");
	return c->trouble == TROUBLE_NONE;
}

bool
connection_receive(struct connection *c, void *to, size_t length)
{
	uint8_t *at = to;
	const uint64_t deadline = deadline_of(c);
	bool unused;

	c->receiving = true;
	while (length > 0 && c->trouble == TROUBLE_NONE) {
		size_t n = c->in_length - c->in_used;
		if (n > length)
			n = length;
		memcpy(at, c->in + c->in_used, n);
		c->in_used += n;
		at += n;
		length -= n;
		if (n == 0 && !wait_for(c, false, deadline, &unused))
			break;
	}
	c->receiving = false;
	return c->trouble == TROUBLE_NONE;
}
