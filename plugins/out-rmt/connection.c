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
/* Between two looks at whether the run is being aborted. */
#define LOOK_MS 500
/* That a command may take to end when its input has ended, and when told. */
#define END_MS 3000
#define TERM_MS 1000
/* That tidying up may still take when the run is aborted. */
#define ABORT_SECONDS 4
/* As much as the kernel gives to anybody; the default will do as well. */
#define PIPE_BYTES (1 << 20)
/* Of what comes on its standard error. */
#define LINE_BYTES 400
#define LINES_MAX 100

struct connection {
	struct connection_config config;
	pid_t pid;			/* 0: it has ended */
	int status;			/* then, as waitpid(2) gives it */
	int to, from, errors;		/* pipes; -1: closed */
	enum trouble trouble;
	bool answers;			/* one has come */
	bool receiving;			/* what comes behind one */
	bool moved_up;			/* the end of tidying up */

	struct answer_parser parser;
	uint8_t in[65536];		/* what came; in_used of it is taken */
	size_t in_used, in_length;

	char line[LINE_BYTES];		/* of its standard error */
	size_t line_length;
	unsigned int lines;
	char *held[LINES_MAX];		/* of these, until it has answered */
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
 * Lines that come before the first answer are a banner, or the reason why none
 * comes: which of them is known then.
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
		host->report(host, c->answers ? DE_WARNING : DE_INFO, "%s: %s "
		    "says more; it is not shown any more", c->config.name,
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

/* All that is there. */
static void
read_errors(struct connection *c)
{
	char text[1024];
	ssize_t n;

	/* Not for ever, whoever sends it. */
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

/* ---------------------------------------------------------- its beginning */

/* A clean one, with what ssh asks its agent and its user by. */
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
		/* cast: putenv() keeps the text but does not write to it */
		putenv((char *)(uintptr_t)environment[i]);
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (values[i] != NULL)
			setenv(kept[i], values[i], 1);
	return true;
}

/*
 * It may ask for a passphrase on the terminal, so it stays in the group of the
 * engine's processes; but whether the run is aborted is the engine's to ask.
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
		/* What nobody reads any more is not to go on. */
		.ends_with_us = true,
		.hears_exec = true,
		.prepare = set_environment,
		/* cast: set_environment() does not write to it */
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

/* 0, or an error number. */
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
	    error == EACCES ? "; install it, or name another command in the "
	    "option rsh" : "");
	connection_close(c);
	return NULL;
}

/* ------------------------------------------------------------------ its end */

/* Wait for its end so long; true when it has ended. */
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

/* What is left of the time, at most `most`. */
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

/* -------------------------------------------------------- when it goes wrong */

/* How the command ended, with what that means when it is known. */
static void
describe_end(const struct connection *c, char *text, size_t size)
{
	const char *name = c->config.argv[0];

	if (c->pid != 0)
		snprintf(text, size, "%s has closed it", name);
	else if (WIFSIGNALED(c->status))
		snprintf(text, size, "%s was killed by signal %d (%s)", name,
		    WTERMSIG(c->status), strsignal(WTERMSIG(c->status)));
	else if (WEXITSTATUS(c->status) == 127)
		snprintf(text, size, "%s ended with status 127: a command was "
		    "not found; is the path in the option `rmt' the one of the "
		    "other side?", name);
	else if (WEXITSTATUS(c->status) == 255)
		snprintf(text, size, "%s ended with status 255: it could not "
		    "connect, or the connection broke; try `%s' by hand, as "
		    "the user that runs this", name, c->config.trial);
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

/* Is there part of what is waited for? */
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
		host->report(host, DE_WARNING, "%s: does not answer in the time "
		    "there is for leaving things tidy", c->config.name);
	else if (sending || is_begun(c) || c->receiving)
		host->report(host, DE_ERROR, "%s: %s takes longer than %"
		    PRId64 " seconds (option timeout); the line is too slow or "
		    "the other machine does not do as rmt does: set a larger "
		    "timeout, or use another rmt", c->config.name, sending ?
		    "sending a record" : "an answer", c->config.timeout);
	else
		host->report(host, DE_ERROR, "%s: nothing has come for %" PRId64
		    " seconds (option timeout); the line or the other machine "
		    "may be down (does ping reach it?), or its drive may need "
		    "longer: then set a larger timeout", c->config.name,
		    c->config.timeout);
	return false;
}

static bool
fail_protocol(struct connection *c, const char *text)
{
	const struct de_host *host = c->config.host;

	c->trouble = TROUBLE_PROTOCOL;
	say_held_lines(c, DE_WARNING);
	host->report(host, DE_ERROR, "%s: \"%s\" is no answer of rmt; does the "
	    "option `rmt' name another program, or does the shell there print "
	    "something at login?", c->config.name, text);
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

static bool
fail_cancelled(struct connection *c)
{
	c->trouble = TROUBLE_CANCELLED;
	return false;
}

/* --------------------------------------------------------------- the pipes */

/* Take in what there is, as far as there is room.  False at the end. */
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

/* Has it to end, as the run is aborted? */
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

/* Of a wait that has the time until `deadline`; both are on the host's clock. */
static bool
is_too_late(const struct connection *c, uint64_t deadline)
{
	const struct de_host *host = c->config.host;
	const uint64_t now = host->monotonic_ns(host), end = *c->config.end;

	return now >= deadline || (end != 0 && now >= end);
}

/*
 * Wait until something came, or, if `sending`, can be sent: then *can_send.
 * `deadline` is on the host's clock.  False after reporting why.
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

/* From what is there: 1, 0 (it is not whole yet), or -1 after reporting why. */
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
		connection_distrust(c, "answers what it was not asked");
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
