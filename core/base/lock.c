/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/digest.h"

#define PATH_BYTES 64
#define FILE_BYTES (DIGEST_TEXT_BYTES + 8)
#define NOTE_BYTES 256
#define ATTEMPTS 100		/* to lock what others keep removing */
#define POLL_MS 100
/* Programs that only probe, like udev and lock_is_free(), hold it for less. */
#define MOMENT_NS NS_PER_SECOND

struct lock {
	int folder;		/* -1: none is usable */
	int fd;			/* of the file in it; -1: none */
	int node;		/* -1: none, or cannot be opened */
	char file[FILE_BYTES];
};

/* The holder of a lock, as far as known. */
struct holder {
	pid_t pid;		/* 0: not known */
	char job[80];		/* "": not known */
};

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* ----------------------------------------------------------- the directory */

/* Others must not be able to create or replace files in the directory. */
static bool
is_ours_alone(int folder)
{
	struct stat st;

	return fstat(folder, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int
open_folder(const char *path)
{
	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		return -1;
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd != -1 && is_ours_alone(fd) &&
	    faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

/* Does not depend on the environment, so all runs of a user agree. */
static int
find_folder(void)
{
	static const char *const places[] = { "/run/lock", "/tmp", "/var/tmp" };
	char path[PATH_BYTES];
	int fd = geteuid() == 0 ? open_folder("/run/dumpengine") : -1;

	for (size_t i = 0; fd == -1 && i < sizeof(places) / sizeof(places[0]);
	    i++) {
		snprintf(path, sizeof(path), "%s/dumpengine-%u", places[i],
		    (unsigned int)geteuid());
		fd = open_folder(path);
	}
	return fd;
}

/* Hash the name: it may be too long for a file name, or contain slashes. */
static bool
name_file(char file[static FILE_BYTES], const char *name)
{
	char text[DIGEST_TEXT_BYTES];
	struct digest *digest = digest_new();

	if (digest == NULL)
		return false;
	digest_add(digest, name, strlen(name));
	digest_format(digest, text);
	digest_free(digest);
	snprintf(file, FILE_BYTES, "%s.lock", text);
	return true;
}

/* ------------------------------------------------------------- the holder */

/* The process that took a lock on this file; 0: unknown. */
static pid_t
find_taker(const struct stat *st)
{
	FILE *locks = fopen("/proc/locks", "re");
	char line[200], place[64], *at;
	pid_t pid = 0;

	if (locks == NULL)
		return 0;
	snprintf(place, sizeof(place), " %02x:%02x:%ju ", major(st->st_dev),
	    minor(st->st_dev), (uintmax_t)st->st_ino);
	/*
	 * "1: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF"; "->" marks a
	 * waiter.
	 */
	while (pid == 0 && fgets(line, sizeof(line), locks) != NULL) {
		at = strstr(line, place);
		if (at == NULL || strstr(line, "FLOCK") == NULL ||
		    strstr(line, "->") != NULL)
			continue;
		*at = '\0';
		at = strrchr(line, ' ');
		pid = at == NULL ? 0 : (pid_t)strtol(at, NULL, 10);
	}
	fclose(locks);
	return pid;
}

static bool
has_open(const char *pid, const struct stat *wanted)
{
	char path[PATH_BYTES];
	struct dirent *entry;
	struct stat st;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	DIR *folder = opendir(path);
	while (folder != NULL && !found && (entry = readdir(folder)) != NULL)
		found = fstatat(dirfd(folder), entry->d_name, &st, 0) == 0 &&
		    st.st_dev == wanted->st_dev && st.st_ino == wanted->st_ino;
	if (folder != NULL)
		closedir(folder);
	return found;
}

/* A process that inherited it from the one that took it. */
static pid_t
find_heir(const struct stat *st)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	pid_t pid = 0;

	while (folder != NULL && pid == 0 &&
	    (entry = readdir(folder)) != NULL) {
		const pid_t other = (pid_t)strtol(entry->d_name, NULL, 10);
		if (other > 0 && other != getpid() &&
		    has_open(entry->d_name, st))
			pid = other;
	}
	if (folder != NULL)
		closedir(folder);
	return pid;
}

static void
read_note(int fd, struct holder *holder)
{
	char note[NOTE_BYTES];
	const ssize_t n = pread(fd, note, sizeof(note) - 1, 0);

	note[n > 0 ? n : 0] = '\0';
	const char *job = strstr(note, "\njob ");
	if (job != NULL)
		snprintf(holder->job, sizeof(holder->job), "%.*s",
		    (int)strcspn(job + 5, "\n"), job + 5);
}

static void
find_holder(int fd, bool has_note, struct holder *holder)
{
	struct stat st;

	*holder = (struct holder){ 0 };
	if (fstat(fd, &st) == -1)
		return;
	holder->pid = find_taker(&st);
	if (holder->pid == 0 || (kill(holder->pid, 0) == -1 && errno == ESRCH))
		holder->pid = find_heir(&st);
	if (has_note)
		read_note(fd, holder);
}

/* "process 4711 (job home)" */
static void
describe_holder(const struct holder *holder, char *text, size_t size)
{
	const int n = holder->pid == 0 ?
	    snprintf(text, size, "another process") :
	    snprintf(text, size, "process %d", (int)holder->pid);

	if (holder->job[0] != '\0' && n > 0 && (size_t)n < size)
		snprintf(text + n, size - (size_t)n, " (job %s)", holder->job);
}

/* ---------------------------------------------------------------- locking */

static void
write_note(const struct lock *l, const struct lock_request *r)
{
	char note[NOTE_BYTES];
	const int n = snprintf(note, sizeof(note), "process %d\njob %s\n%s\n",
	    (int)getpid(), r->job, r->name);
	const size_t length = n < 0 ? 0 :
	    (size_t)n < sizeof(note) ? (size_t)n : sizeof(note) - 1;

	/* It only tells others who has the lock, so errors do not matter. */
	if (ftruncate(l->fd, 0) == 0 && pwrite(l->fd, note, length, 0) == -1)
		return;
}

/* If its last holder removed the file meanwhile, create a new one. */
static bool
lock_file(struct lock *l)
{
	struct stat st;

	for (int i = 0; i < ATTEMPTS; i++) {
		l->fd = openat(l->folder, l->file, O_RDWR | O_CREAT |
		    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		if (l->fd == -1 || flock(l->fd, LOCK_EX | LOCK_NB) == -1)
			return false;
		if (fstat(l->fd, &st) == 0 && st.st_nlink > 0)
			return true;
		close_fd(&l->fd);
	}
	errno = EWOULDBLOCK;
	return false;
}

/* Did this run lock the node already, under another name? */
static bool
is_own(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && find_taker(&st) == getpid();
}

/* Opening does not block, and closing has no side effects. */
static bool
lock_node(struct lock *l, const char *path)
{
	if (path == NULL)
		return true;
	l->node = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (l->node == -1)
		return true;	/* left for the output to report */
	return flock(l->node, LOCK_EX | LOCK_NB) == 0 ||
	    errno != EWOULDBLOCK || is_own(l->node);
}

/* Try to take the lock.  Fills in *holder with LOCK_IN_USE. */
static enum lock_result
try_once(struct lock *l, const struct lock_request *r, struct holder *holder)
{
	if (l->folder != -1 && !lock_file(l)) {
		if (l->fd != -1 && errno == EWOULDBLOCK) {
			find_holder(l->fd, true, holder);
			close_fd(&l->fd);
			return LOCK_IN_USE;
		}
		report(r->rep, DE_WARNING, "%s: cannot be locked: %s; "
		    "concurrent use by another run would go unnoticed", r->text,
		    strerror(errno));
		close_fd(&l->fd);
	}
	if (!lock_node(l, r->node)) {
		find_holder(l->node, false, holder);
		close_fd(&l->node);
		close_fd(&l->fd);
		return LOCK_IN_USE;
	}
	if (l->fd != -1)
		write_note(l, r);
	return LOCK_TAKEN;
}

static struct lock *
new_lock(const struct lock_request *r)
{
	struct lock *l = calloc(1, sizeof(*l));

	if (l == NULL || !name_file(l->file, r->name)) {
		report(r->rep, DE_ERROR, "out of memory");
		free(l);
		return NULL;
	}
	l->fd = l->node = -1;
	l->folder = find_folder();
	if (l->folder == -1 && r->node == NULL)
		report(r->rep, DE_WARNING, "%s: no directory for locks "
		    "(/run/lock, /tmp or /var/tmp); concurrent use by another "
		    "run would go unnoticed", r->text);
	return l;
}

static void
report_holder(const struct lock_request *r, const struct holder *holder,
    enum de_severity severity, const char *what)
{
	char who[160];

	describe_holder(holder, who, sizeof(who));
	report(r->rep, severity, "%s: in use by %s; %s", r->text, who, what);
}

/* While waiting, only signals are handled. */
static bool
wait_a_little(const struct lock_request *r)
{
	poll(NULL, 0, POLL_MS);
	return r->signals->cancel == 0 && r->signals->interrupt == 0;
}

static enum lock_result
take_by(struct lock *l, const struct lock_request *r, uint64_t deadline)
{
	const uint64_t moment = clock_ns() + MOMENT_NS;
	enum lock_result result;
	struct holder holder;
	bool told = false;

	while ((result = try_once(l, r, &holder)) == LOCK_IN_USE) {
		const uint64_t now = clock_ns();
		if (now >= moment && now >= deadline) {
			report_holder(r, &holder, DE_ERROR, told ?
			    "gave up after wait_for_medium seconds" :
			    "wait until it has ended, or set wait_for_medium "
			    "to a number of seconds to wait");
			break;
		}
		if (now >= moment && !told) {
			report_holder(r, &holder, DE_INFO, "waiting for it");
			told = true;
		}
		if (!wait_a_little(r))
			return LOCK_CANCELLED;
	}
	return result;
}

enum lock_result
lock_take(const struct lock_request *request, struct lock **lock)
{
	struct lock *l = new_lock(request);

	*lock = NULL;
	if (l == NULL)
		return LOCK_FAILED;
	const enum lock_result result = take_by(l, request, request->deadline);
	if (result == LOCK_TAKEN)
		*lock = l;
	else
		lock_forget(l);
	return result;
}

bool
lock_is_free(const struct lock_request *request)
{
	struct lock *l = new_lock(request);

	if (l == NULL)
		return false;
	const enum lock_result result = take_by(l, request, 0);
	if (result == LOCK_TAKEN)
		lock_release(l);
	else
		lock_forget(l);
	return result == LOCK_TAKEN;
}

void
lock_release(struct lock *lock)
{
	if (lock != NULL && lock->fd != -1)
		unlinkat(lock->folder, lock->file, 0);
	lock_forget(lock);
}

void
lock_forget(struct lock *lock)
{
	if (lock == NULL)
		return;
	close_fd(&lock->fd);
	close_fd(&lock->node);
	close_fd(&lock->folder);
	free(lock);
}
