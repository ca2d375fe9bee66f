/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/apart.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/child.h"
#include "core/base/clock.h"
#include "core/host/note.h"
#include "core/base/process_end.h"
#include "core/base/signals.h"

#define LIMIT_SECONDS 60	/* ample: nothing is opened */
#define POLL_MS 200		/* how often signals are checked */
#define END_MS 1000		/* from its last message to its end */

struct apart_mouth {
	int fd;
};

enum what { SAID, RETURNED };

/* A packet on the socket. */
struct word {
	enum what what;
	int kind;			/* or what work() returned */
	char text[APART_TEXT_BYTES];	/* terminated; sent up to its NUL */
};

static void
send_word(int fd, const struct word *word)
{
	const size_t length = offsetof(struct word, text) +
	    strlen(word->text) + 1;

	while (send(fd, word, length, MSG_NOSIGNAL) == -1 && errno == EINTR)
		;
}

void
apart_say(const struct apart_mouth *mouth, int kind, const char *text)
{
	struct word word = { .what = SAID, .kind = kind };

	snprintf(word.text, sizeof(word.text), "%s", text);
	send_word(mouth->fd, &word);
}

/* Dies with the caller: no other process would wait for it. */
static void
work(void *arg, int fd)
{
	const struct apart *apart = arg;
	const struct apart_mouth mouth = { fd };
	struct word word = { .what = RETURNED };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	word.kind = apart->work(apart->arg, &mouth);
	send_word(fd, &word);
}

/* Returns true if work() has returned; *done is its result. */
static bool
take_word(const struct apart *apart, int fd, bool *done, bool *ended)
{
	struct word word;
	const ssize_t n = recv(fd, &word, sizeof(word), 0);

	if (n == -1 && errno == EINTR)
		return false;
	*ended = n <= (ssize_t)offsetof(struct word, text);
	if (*ended)
		return false;
	word.text[sizeof(word.text) - 1] = '\0';
	if (word.what == RETURNED) {
		*done = word.kind != 0;
		return true;
	}
	if (apart->hear != NULL)
		apart->hear(apart->arg, word.kind, word.text);
	return false;
}

static int
limit_of(const struct apart *apart)
{
	return apart->seconds != 0 ? apart->seconds : LIMIT_SECONDS;
}

static bool
is_cancelled(void)
{
	const struct signals *signals = signals_flags();
	return signals->cancel != 0 || signals->interrupt != 0;
}

/* *late: the process was still running. */
static enum apart_ending
listen_to(const struct apart *apart, int fd, bool *late)
{
	const uint64_t end = clock_ns() +
	    (uint64_t)limit_of(apart) * NS_PER_SECOND;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	bool done = false, ended = false;

	while (!ended && clock_ns() < end) {
		*late = is_cancelled();
		if (*late)
			return APART_CANCELLED;
		if (poll(&poll_fd, 1, POLL_MS) > 0 &&
		    take_word(apart, fd, &done, &ended))
			return done ? APART_DONE : APART_FAILED;
	}
	*late = !ended;
	return APART_DIED;
}

static void
bury(const struct apart *apart, pid_t pid, enum apart_ending ending, bool late,
    char *why, size_t size)
{
	char in[NOTE_TEXT_BYTES];
	int wait_status = 0;
	const bool hung = late && note_find(pid, in, sizeof(in));

	/*
	 * Give it time to exit; one that has closed its socket may still be
	 * exiting.  A process that is late gets none: it leaves nothing behind.
	 */
	if (!late)
		process_wait_end(pid, END_MS);
	kill(pid, SIGKILL);
	while (waitpid(pid, &wait_status, 0) == -1 && errno == EINTR)
		;
	note_explain(pid, wait_status, why, size);
	if (ending == APART_CANCELLED)
		snprintf(why, size, "was killed%s%s: the run is aborted",
		    hung ? " in " : "", hung ? in : "");
	else if (hung)
		snprintf(why, size, "was killed in %s, which did not return "
		    "within %d seconds", in, limit_of(apart));
}

enum apart_ending
apart_run(const struct apart *apart, char *why, size_t size)
{
	enum apart_ending ending = APART_DIED;
	bool late = false;
	pid_t pid;
	/* cast: work() does not write to it */
	const int fd = child_start(work, (void *)(uintptr_t)apart, &pid);

	if (fd == -1) {
		snprintf(why, size, "could not be started: %s",
		    strerror(errno));
		return ending;
	}
	ending = listen_to(apart, fd, &late);
	bury(apart, pid, ending, late, why, size);
	close(fd);
	return ending;
}
