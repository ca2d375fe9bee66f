/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/snapshot/freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/child.h"
#include "core/base/clock.h"
#include "core/snapshot/frozen.h"

#define THAW_MS 20000		/* a thaw is instant unless it hangs */

/* Descriptors that the guard has open. */
#define GUARD_FD (STDERR_FILENO + 1)
#define LOCK_FD (STDERR_FILENO + 2)

struct freeze {
	struct report *rep;		/* borrowed */
	const char *mount_point;	/* borrowed */
	int64_t limit;
	pid_t guard;
	int fd;				/* to the guard */
	struct frozen *note;		/* owned; NULL: none */
};

/* The guard's reports: that it has frozen, and how it ended. */
struct word {
	int error;			/* 0: success */
	bool too_late;			/* the limit was exceeded */
};

/* ---------------------------------------------------------------- the guard */

static void
say_and_end(const struct freeze *f, int fd, int error, bool too_late)
{
	const struct word word = { error, too_late };

	if (f->note != NULL)
		frozen_remove(f->note);
	send(fd, &word, sizeof(word), MSG_NOSIGNAL);
	_exit(error != 0);
}

static void
ignore_signals(void)
{
	static const int signals[] = { SIGINT, SIGHUP, SIGTERM, SIGQUIT,
		SIGUSR1, SIGUSR2, SIGPIPE };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
}

/* The guard keeps only its socket and the lock of the note open. */
static void
keep_only(int fd, int lock)
{
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(nothing, i);
	/* They may occupy each other's target numbers. */
	fd = fcntl(fd, F_DUPFD, LOCK_FD + 1);
	lock = fcntl(lock, F_DUPFD, LOCK_FD + 1);
	close(LOCK_FD);
	dup2(fd, GUARD_FD);
	dup2(lock, LOCK_FD);
	close_range(LOCK_FD + 1, ~0U, 0);
}

static void
guard(void *arg, int theirs)
{
	const struct freeze *f = arg;
	struct pollfd fd = { .fd = GUARD_FD, .events = POLLIN };
	const struct word frozen = { 0, false };
	const int64_t ms = f->limit * 1000;

	setsid();		/* do not receive signals sent to our group */
	ignore_signals();
	keep_only(theirs, f->note == NULL ? -1 : frozen_fd(f->note));
	const int at = open(f->mount_point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at == -1 || ioctl(at, FIFREEZE, 0) == -1)
		say_and_end(f, fd.fd, errno, false);
	const uint64_t end = clock_ns() + (uint64_t)ms * 1000000;
	send(fd.fd, &frozen, sizeof(frozen), MSG_NOSIGNAL);
	int n;
	do {
		const uint64_t now = clock_ns();
		n = now >= end ? 0 : poll(&fd, 1,
		    (int)((end - now) / 1000000) + 1);
	} while (n == -1 && errno == EINTR);
	const bool thawed = ioctl(at, FITHAW, 0) == 0;
	const int error = thawed ? 0 : errno;
	/* Tell how it ended when asked later. */
	say_and_end(f, fd.fd, error, n == 0);
	_exit(1);
}

/* -------------------------------------------------------------- the engine */

static bool
is_on(const struct stat *filesystem, const struct stat *st)
{
	return st->st_dev == filesystem->st_dev;
}

static bool
would_block_us(const char *mount_point, const char *folder,
    struct report *rep)
{
	struct stat filesystem, st;
	const char *what = NULL;

	if (stat(mount_point, &filesystem) == -1)
		return false;		/* the guard reports the error */
	if (fstat(STDERR_FILENO, &st) == 0 && S_ISREG(st.st_mode) &&
	    is_on(&filesystem, &st))
		what = "standard error, which receives messages,";
	else if (fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode) &&
	    is_on(&filesystem, &st))
		what = "standard output";
	else if (folder != NULL && stat(folder, &st) == 0 &&
	    is_on(&filesystem, &st))
		what = "the directory state_dir";
	if (what != NULL)
		report(rep, DE_ERROR, "%s: cannot be frozen: %s is on it, and "
		    "writing there would block until it is thawed; move that "
		    "to another filesystem", mount_point, what);
	return what != NULL;
}

/* Receive a report from the guard.  False: timed out. */
static bool
hear(const struct freeze *f, int64_t milliseconds, struct word *word)
{
	const uint64_t end = clock_ns() + (uint64_t)milliseconds * 1000000;
	struct pollfd fd = { .fd = f->fd, .events = POLLIN };

	for (;;) {
		const uint64_t now = clock_ns();
		if (now >= end)
			return false;
		const int n = poll(&fd, 1, (int)((end - now) / 1000000) + 1);
		if (n == -1 && errno == EINTR)
			continue;
		return n > 0 && recv(f->fd, word, sizeof(*word), 0) ==
		    (ssize_t)sizeof(*word);
	}
}

/* Do not wait for one that hangs in the kernel. */
static void
reap(const struct freeze *f, bool has_spoken)
{
	while (waitpid(f->guard, NULL, has_spoken ? 0 : WNOHANG) == -1 &&
	    errno == EINTR)
		;
}

/*
 * The guard was killed without reporting.  A freeze that it had under way in
 * the kernel was complete by the time it ended.
 */
static void
thaw_ourselves(const struct freeze *f)
{
	const int fd = open(f->mount_point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd != -1) {
		ioctl(fd, FITHAW, 0);
		close(fd);
	}
	report(f->rep, DE_WARNING, "%s: the process that kept it frozen is "
	    "gone; thawed it", f->mount_point);
	if (f->note != NULL)
		frozen_remove(f->note);
}

/* After a timeout: true if it has ended rather than being slow. */
static bool
is_guard_gone(const struct freeze *f)
{
	struct pollfd fd = { .fd = f->fd, .events = POLLIN };
	char byte;

	return poll(&fd, 1, 0) > 0 &&
	    recv(f->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
freeze_free(struct freeze *f)
{
	if (f->fd != -1)
		close(f->fd);
	frozen_free(f->note);
	free(f);
}

struct freeze *
freeze_begin(const struct freeze_request *request)
{
	const char *mount_point = request->mount_point;
	struct report *rep = request->rep;
	struct word word = { 0, false };

	if (would_block_us(mount_point, request->writes_to_folder ?
	    request->folder : NULL, rep))
		return NULL;
	struct freeze *f = calloc(1, sizeof(*f));
	if (f == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return NULL;
	}
	*f = (struct freeze){ rep, mount_point, request->limit, -1, -1,
	    frozen_note(request->folder, request->job, mount_point, rep) };
	f->fd = child_start(guard, f, &f->guard);
	if (f->fd == -1) {
		word.error = errno;
	} else if (!hear(f, request->limit * 1000, &word)) {
		if (is_guard_gone(f)) {
			reap(f, true);
			thaw_ourselves(f);
			report(rep, DE_ERROR, "%s: freezing failed",
			    mount_point);
			goto fail;
		}
		/* If it does get frozen later, the guard finds us gone. */
		report(rep, DE_ERROR, "%s: not frozen within %" PRId64 " "
		    "seconds (freeze_limit)", mount_point, request->limit);
		reap(f, false);
		goto fail;
	} else if (word.error != 0) {
		reap(f, true);
	} else {
		return f;
	}
	report(rep, DE_ERROR, "%s: cannot be frozen: %s%s", mount_point,
	    strerror(word.error), word.error == EBUSY ?
	    "; it is already frozen, perhaps by \"fsfreeze -f\"" : "");
fail:
	freeze_free(f);
	return NULL;
}

bool
freeze_end(struct freeze *f)
{
	struct word word = { 0, false };
	bool ok = false;

	if (f == NULL)
		return true;
	shutdown(f->fd, SHUT_WR);
	const bool has_spoken = hear(f, THAW_MS, &word);
	reap(f, has_spoken);
	if (!has_spoken)
		thaw_ourselves(f);
	else if (word.too_late)
		report(f->rep, DE_WARNING, "%s: thawed after %" PRId64 " "
		    "seconds (freeze_limit), before the snapshot was complete",
		    f->mount_point, f->limit);
	else if (word.error == EINVAL)
		report(f->rep, DE_WARNING, "%s: something else has thawed it",
		    f->mount_point);
	else if (word.error != 0)
		report(f->rep, DE_WARNING, "%s: cannot be thawed: %s; run "
		    "\"fsfreeze -u %s\"", f->mount_point,
		    strerror(word.error), f->mount_point);
	else
		ok = true;
	freeze_free(f);
	return ok;
}
