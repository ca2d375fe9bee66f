/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/operator/operator.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/utf8.h"
#include "plugins/common/spawn.h"

#define TERMINAL "/dev/tty"
#define REMINDER_MS 120000	/* as often as dump(8) does */
#define POLL_MS 250		/* how soon a signal is noticed */
#define ANSWER_BYTES 4097	/* as much as a line of a terminal can have */

static int
open_terminal(const struct operator *op)
{
	return op->may_ask ? open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;
}

bool
operator_is_there(const struct operator *op)
{
	const int fd = open_terminal(op);

	if (fd != -1)
		close(fd);
	return fd != -1;
}

static bool
clear_environment(void *unused)
{
	(void)unused;
	return clearenv() == 0 && setenv("PATH", "/usr/bin:/bin", 1) == 0;
}

/*
 * Notify the group operator by wall(1), without waiting for it: the supervisor
 * reaps every process that ends.
 */
static void
notify_group(const struct operator *op, const char *question)
{
	const char *const argv[] = { "wall", "-g", "operator",
		"dumpengine needs you:", question, NULL };
	const int fds[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	const struct spawn wall = {
		.argv = argv,
		.fds = fds,
		.fd_count = sizeof(fds) / sizeof(fds[0]),
		.prepare = clear_environment,
	};

	if (op->notify)
		spawn_start(&wall);
}

/* A question, and what may be answered. */
struct question {
	const char *text;
	const char *answers;
	char *name;			/* of a medium, or NULL */
	size_t room;
};

static void
put_question(const struct operator *op, int fd, const struct question *q)
{
	report_progress(op->rep, NULL);
	char text[MESSAGE_TEXT_BYTES];

	/* It may contain a name read from a foreign medium. */
	snprintf(text, sizeof(text), "%s", q->text);
	utf8_make_printable(text, strlen(text));
	dprintf(fd, "  DUMPENGINE: %s: (%s) ", text, q->answers);
	notify_group(op, text);
}

/* Is the line an answer to the question?  Cuts off the end of the line. */
static bool
understand(const struct question *q, char *line, enum message_answer *answer)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (strcasecmp(line, "yes") == 0 || strcasecmp(line, "y") == 0) {
		*answer = ANSWER_YES;
		return true;
	}
	if (strcasecmp(line, "no") == 0 || strcasecmp(line, "n") == 0) {
		*answer = ANSWER_NO;
		return true;
	}
	const size_t length = strlen(line);
	if (q->name == NULL || length == 0 || length >= q->room)
		return false;
	memcpy(q->name, line, length + 1);
	*answer = ANSWER_YES;
	return true;
}

/* Read an answer.  Returns false if the terminal is gone. */
static bool
read_answer(int fd, const struct question *q, enum message_answer *answer,
    bool *understood)
{
	char line[ANSWER_BYTES];
	const ssize_t n = read(fd, line, sizeof(line) - 1);

	*understood = false;
	if (n == -1)
		return errno == EINTR || errno == EAGAIN;
	if (n == 0)
		return false;
	line[n] = '\0';
	*understood = understand(q, line, answer);
	return true;
}

static enum message_answer
converse(const struct operator *op, int fd, const struct question *q)
{
	struct pollfd terminal = { .fd = fd, .events = POLLIN };
	enum message_answer answer = ANSWER_NOBODY;
	bool understood = false;
	int waited = 0;

	put_question(op, fd, q);
	while (!understood && !*op->cancelled) {
		const int n = poll(&terminal, 1, POLL_MS);
		if (n > 0) {
			if (!read_answer(fd, q, &answer, &understood))
				return ANSWER_NOBODY;
			if (!understood)
				put_question(op, fd, q);
		} else if ((waited += POLL_MS) >= REMINDER_MS) {
			waited = 0;
			dprintf(fd, "\a\n");
			put_question(op, fd, q);
		}
	}
	return understood ? answer : ANSWER_CANCELLED;
}

static enum message_answer
ask(const struct operator *op, const struct question *q)
{
	const int fd = open_terminal(op);

	if (fd == -1) {
		/* Whether that is an error is for the caller to decide. */
		report(op->rep, DE_WARNING, "no operator to ask%s: \"%s\"",
		    op->may_ask ? "" : " (-q)", q->text);
		return ANSWER_NOBODY;
	}
	const enum message_answer answer = converse(op, fd, q);
	close(fd);
	return answer;
}

enum message_answer
operator_ask(const struct operator *op, const char *question)
{
	const struct question q = {
		.text = question,
		.answers = "\"yes\" or \"no\"",
	};

	return ask(op, &q);
}

enum message_answer
operator_ask_medium(const struct operator *op, const char *question,
    char *name, size_t room)
{
	const struct question q = {
		.text = question,
		.answers = "\"yes\", \"no\", or the name of what it is on",
		.name = name,
		.room = room,
	};

	name[0] = '\0';
	return ask(op, &q);
}
