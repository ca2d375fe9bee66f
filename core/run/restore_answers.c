/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_answers.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/run/restore_watch.h"

#define ANSWER_MS 200		/* for what is on its way through a pipe */

/*
 * Standard input, if it holds answers: a pipe or a file that is not the dump,
 * nor the list of names, nor the commands of -i.
 */
static bool
input_has_answers(const struct restore *r)
{
	const struct restore_request *q = r->request;
	struct stat st;

	for (size_t i = 0; i < q->file_count; i++)
		if (strcmp(q->files[i], "-") == 0)
			return false;
	if (q->names_file != NULL && strcmp(q->names_file, "-") == 0)
		return false;
	return q->action != RESTORE_INTERACTIVE && fstat(STDIN_FILENO,
	    &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode));
}

/* The next byte of standard input, if it is there. */
static bool
read_byte(char *byte)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&input, 1, ANSWER_MS) == 1 &&
	    read(STDIN_FILENO, byte, 1) == 1;
}

/*
 * The first line that begins with y or n.  Others are answers to questions that
 * only restore(8) asks.
 */
static enum message_answer
read_answer(void)
{
	char byte;
	bool at_beginning = true;

	while (read_byte(&byte)) {
		if (at_beginning && (byte == 'y' || byte == 'Y'))
			return ANSWER_YES;
		if (at_beginning && (byte == 'n' || byte == 'N'))
			return ANSWER_NO;
		at_beginning = byte == '\n';
	}
	return ANSWER_NOBODY;
}

static enum message_answer
ask(struct restore *r, const char *question)
{
	restore_watch_pause(r->watch, true);
	const enum message_answer answer = operator_ask(&r->op, question);
	restore_watch_pause(r->watch, false);
	return answer;
}

enum verdict
restore_answers_replace(void *arg, const char *path, bool *replace)
{
	struct restore *r = arg;
	char question[MESSAGE_TEXT_BYTES];

	snprintf(question, sizeof(question), "%s exists: replace it?", path);
	const enum message_answer answer = ask(r, question);
	*replace = answer == ANSWER_YES;
	switch (answer) {
	case ANSWER_YES:
	case ANSWER_NO:
		return VERDICT_GO_ON;
	case ANSWER_NOBODY:
		report(r->rep, DE_ERROR, "%s exists; say with --if-exists what "
		    "to do about such files", path);
		return VERDICT_NO_OPERATOR;
	default:
		return VERDICT_ABORT;
	}
}

bool
restore_answers_read_through(struct restore *r, const char *question)
{
	return operator_is_there(&r->op) && ask(r, question) == ANSWER_YES;
}

bool
restore_answers_root(struct restore *r)
{
	static const char question[] = "set owner/mode for '.'?";
	enum message_answer answer = ANSWER_NOBODY;

	if (r->request->takes_root)
		return true;
	if (operator_is_there(&r->op))
		answer = ask(r, question);
	else if (input_has_answers(r))
		answer = read_answer();
	if (answer == ANSWER_NOBODY)
		report(r->rep, DE_INFO, "owner, mode and times of the current "
		    "directory are left as they are; -o sets them");
	return answer == ANSWER_YES;
}
