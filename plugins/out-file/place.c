/* SPDX-License-Identifier: BSD-3-Clause */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "../common/label.h"
#include "../common/safe_file.h"

#define STANDARD_OUTPUT "-"
#define MEMORY_MAJOR 1		/* of /dev/null and the like */
#define NULL_MINOR 3
#define ZERO_MINOR 5
#define FULL_MINOR 7
#define READER_POLL_NS 50000000L
#define READER_POLLS 200	/* ten seconds */
#define DATE_BYTES 64

static void
refuse(const struct de_host *host, const char *name, const char *why)
{
	host->report(host, DE_ERROR, "%s %s", name, why);
}

static void
say_errno(const struct de_host *host, const char *name, const char *what)
{
	host->report(host, DE_ERROR, "%s: %s: %s", name, what,
	    strerror(errno));
}

/* ----------------------------------------------------------------- finding */

/* Never follow a link that another user planted. */
static bool
is_foreign_link(const struct de_host *host, const char *name)
{
	struct stat st;

	if (lstat(name, &st) == -1 || !S_ISLNK(st.st_mode) ||
	    st.st_uid == geteuid() || st.st_uid == 0)
		return false;
	host->report(host, DE_ERROR, "%s is a symbolic link owned by another "
	    "user (%ju); remove it, or give its target", name,
	    (uintmax_t)st.st_uid);
	return true;
}

static enum place_kind
find_missing(struct place *p, const struct de_host *host, const char *name)
{
	struct stat st;
	const char *folder = safe_file_forbidden(name);

	if (folder != NULL) {
		host->report(host, DE_ERROR, "%s does not exist, and files "
		    "cannot be kept in %s; %s", name, folder,
		    strcmp(folder, "/dev") == 0 ?
		    "check the device's name and its driver" :
		    "use another path");
		return PLACE_UNUSABLE;
	}
	if (lstat(name, &st) == 0 && S_ISLNK(st.st_mode)) {
		errno = ENOENT;
		say_errno(host, name, "is a dangling symbolic link");
		return PLACE_UNUSABLE;
	}
	/* An absolute path without links stays valid throughout the run. */
	p->path = safe_file_place(name);
	if (p->path != NULL)
		return PLACE_FREE;
	say_errno(host, name, errno == ENOENT ? "its directory does not exist" :
	    "cannot be written");
	return PLACE_UNUSABLE;
}

static enum place_kind
find_memory_device(const struct de_host *host, const char *name, dev_t device)
{
	switch (minor(device)) {
	case NULL_MINOR:
	case ZERO_MINOR:
	case FULL_MINOR:
		return PLACE_SPECIAL;
	default:
		refuse(host, name, "is not a device that can hold a dump");
		return PLACE_UNUSABLE;
	}
}

static enum place_kind
find_fifo(const struct place *p, const struct de_host *host, const char *name)
{
	const char *fault = safe_file_fault(&p->st, S_IFIFO);

	if (fault == NULL)
		return PLACE_SPECIAL;
	host->report(host, DE_ERROR, "%s is a FIFO that %s; its creator could "
	    "read the dump", name, fault);
	return PLACE_UNUSABLE;
}

static enum place_kind
find_file(const struct place *p, const struct de_host *host, const char *name)
{
	const char *folder = safe_file_forbidden(p->path);

	if (folder == NULL)
		return PLACE_FILE;
	host->report(host, DE_ERROR, "%s is a regular file in %s, where dumps "
	    "cannot be kept; %s", name, folder, strcmp(folder, "/dev") == 0 ?
	    "remove it (probably written while the device was absent)" :
	    "use another path");
	return PLACE_UNUSABLE;
}

static enum place_kind
find_existing(struct place *p, const struct de_host *host, const char *name)
{
	p->path = realpath(name, NULL);
	if (p->path == NULL) {
		say_errno(host, name, "cannot be written");
		return PLACE_UNUSABLE;
	}
	switch (p->st.st_mode & S_IFMT) {
	case S_IFREG:
		return find_file(p, host, name);
	case S_IFDIR:
		refuse(host, name, "is a directory; give the name of a file in "
		    "it");
		return PLACE_UNUSABLE;
	case S_IFSOCK:
		refuse(host, name, "is a socket and cannot be written to");
		return PLACE_UNUSABLE;
	case S_IFIFO:
		return find_fifo(p, host, name);
	case S_IFCHR:
		return major(p->st.st_rdev) == MEMORY_MAJOR ?
		    find_memory_device(host, name, p->st.st_rdev) :
		    PLACE_SPECIAL;
	default:
		return PLACE_SPECIAL;
	}
}

void
place_find(struct place *p, const struct de_host *host, const char *name)
{
	*p = (struct place){ .kind = PLACE_DESCRIPTOR,
	    .descriptor = STDOUT_FILENO };
	if (strcmp(name, STANDARD_OUTPUT) == 0)
		return;
	p->descriptor = safe_file_descriptor(name);
	if (p->descriptor != -1)
		return;
	p->kind = PLACE_UNUSABLE;
	if (is_foreign_link(host, name))
		return;
	if (stat(name, &p->st) == 0)
		p->kind = find_existing(p, host, name);
	else if (errno == ENOENT)
		p->kind = find_missing(p, host, name);
	else
		say_errno(host, name, "cannot be written");
}

void
place_free(struct place *p)
{
	free(p->path);
	p->path = NULL;
}

void
place_warn(const struct place *p, const struct de_host *host)
{
	const char *name;

	if (p->kind != PLACE_FREE && p->kind != PLACE_FILE)
		return;
	const int folder = safe_file_open_folder(p->path, &name);
	if (folder == -1)
		return;
	if (safe_file_folder_is_open(folder))
		host->report(host, DE_WARNING, "%s: its directory is writable "
		    "by everyone, who may remove or replace dumps; remove that "
		    "permission (chmod o-w) or use another directory", p->path);
	close(folder);
}

/* ------------------------------------------------------------ what it holds */

/* What is at the beginning of a regular file or a disk. */
static bool
read_label(const struct de_host *host, const char *path, struct label *label)
{
	uint8_t block[DE_TAPE_BLOCK];
	struct stat st;
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	bool ok = false;

	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 &&
	    (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))) {
		const ssize_t n = pread(fd, block, sizeof(block), 0);
		ok = n > 0 && label_find(host, block, (size_t)n, label);
	}
	close(fd);
	return ok;
}

/* An engine without this service knows of no dump. */
static enum de_dump_state
state_of(const struct de_host *host, const struct label *label)
{
	const struct de_dump_found found = label_found(label);

	return DE_HAS(host, dump_state) && host->dump_state != NULL ?
	    host->dump_state(host, &found) : DE_DUMP_UNKNOWN;
}

static void
format_date(int64_t date, char text[static DATE_BYTES])
{
	const time_t t = (time_t)date;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(text, DATE_BYTES, "%a %b %e %H:%M:%S %Y", &tm) == 0)
		text[0] = '\0';
}

static void
refuse_dump(const struct de_host *host, const char *name,
    const struct label *label, const char *why)
{
	char date[DATE_BYTES];

	format_date(label->date, date);
	host->report(host, DE_ERROR, "%s already exists: it is volume %" PRIu32
	    " of the level %" PRId32 " dump of %s of %s, %s", name,
	    label->volume, label->level, label->device, date, why);
}

static enum de_status
may_go(const struct place *p, const struct de_host *host, const char *name,
    bool overwrite)
{
	struct label label;

	if (!read_label(host, p->path, &label)) {
		if (!overwrite)
			refuse(host, name, "already exists; remove it, use "
			    "another path (such as one with %d for the date), "
			    "or set overwrite = true");
		return overwrite ? DE_OK : DE_FAILED;
	}
	switch (state_of(host, &label)) {
	case DE_DUMP_UNFINISHED:
		return DE_OK;
	case DE_DUMP_BASE:
		refuse_dump(host, name, &label, "on which other dumps depend, "
		    "possibly this one; use a distinct path, such as one with "
		    "%l for the level or %d for the date");
		return DE_FAILED;
	case DE_DUMP_FINISHED:
	case DE_DUMP_UNKNOWN:
		break;
	}
	if (!overwrite)
		refuse_dump(host, name, &label, "which is complete as far as "
		    "is known; remove it, use another path (such as one with "
		    "%d for the date), or set overwrite = true");
	return overwrite ? DE_OK : DE_FAILED;
}

enum de_status
place_may_go(const struct place *p, const struct de_host *host,
    const char *name, bool overwrite)
{
	if (p->kind == PLACE_FILE)
		return may_go(p, host, name, overwrite);
	if (p->kind != PLACE_SPECIAL || !S_ISBLK(p->st.st_mode))
		return DE_OK;
	if (overwrite)
		return may_go(p, host, name, true);
	refuse(host, name, "is a block device; set overwrite = true to "
	    "overwrite its contents");
	return DE_FAILED;
}

/*
 * An earlier dump with the same explicit date: by its header it could be the
 * dump in progress, which must not be overwritten.
 */
static bool
is_made_again(const struct label *label, const struct place_dump *own)
{
	return (int32_t)label->date == (int32_t)own->date &&
	    label->level == (int32_t)own->level;
}

enum de_status
place_retire(const struct place *p, const struct de_host *host,
    const char *name, bool overwrite, const struct place_dump *own)
{
	struct label label;

	if (p->kind == PLACE_FREE)
		return DE_OK;
	if (p->kind != PLACE_FILE && p->kind != PLACE_SPECIAL)
		return DE_FAILED;
	const bool is_dump = read_label(host, p->path, &label);
	if (!is_dump || !is_made_again(&label, own)) {
		if (place_may_go(p, host, name, overwrite) != DE_OK)
			return DE_FAILED;
		if (!is_dump)
			return DE_OK;
	}
	const struct de_dump_found found = label_found(&label);
	return DE_HAS(host, dump_retire) && host->dump_retire != NULL ?
	    host->dump_retire(host, &found) : DE_OK;
}

/* ----------------------------------------------------------------- opening */

static void
wait_a_moment(void)
{
	const struct timespec pause = { 0, READER_POLL_NS };

	nanosleep(&pause, NULL);
}

/* Report a FIFO without a reader (ENXIO) once, and wait a limited time. */
static int
open_patiently(const struct place *p, const struct de_host *host,
    const char *name, int flags)
{
	int waited = 0, fd;

	while ((fd = open(p->path, flags)) == -1 && errno == ENXIO &&
	    S_ISFIFO(p->st.st_mode) && waited < READER_POLLS &&
	    !host->cancelled(host)) {
		if (waited++ == 0)
			host->report(host, DE_INFO, "%s: waiting for a reader",
			    name);
		wait_a_moment();
		errno = ENXIO;
	}
	return fd;
}

/* Report the errno of open_patiently(). */
static void
tell_not_opened(const struct place *p, const struct de_host *host,
    const char *name)
{
	if (S_ISBLK(p->st.st_mode) && errno == EBUSY)
		say_errno(host, name, "is in use: mounted, or part of a volume "
		    "group or an array");
	else if (S_ISFIFO(p->st.st_mode) && errno == ENXIO)
		host->report(host, DE_ERROR, "%s: this FIFO has no reader; "
		    "start the reader first", name);
	else
		say_errno(host, name, "cannot be opened for writing");
}

int
place_open(const struct place *p, const struct de_host *host,
    const char *name)
{
	const bool is_disk = S_ISBLK(p->st.st_mode);
	/* O_EXCL: fail if it is mounted or otherwise in use. */
	const int fd = open_patiently(p, host, name, O_NONBLOCK | O_NOCTTY |
	    O_NOFOLLOW | O_CLOEXEC | (is_disk ? O_RDWR | O_EXCL : O_WRONLY));
	struct stat st;

	if (fd == -1) {
		const int error = errno;
		tell_not_opened(p, host, name);
		errno = error;
		return -1;
	}
	const char *fault = fstat(fd, &st) == -1 ? strerror(errno) :
	    safe_file_fault(&st, p->st.st_mode & S_IFMT);
	if (fault == NULL && (st.st_dev != p->st.st_dev ||
	    st.st_ino != p->st.st_ino))
		fault = "has been replaced by something else";
	if (fault == NULL && fcntl(fd, F_SETFL, is_disk ? O_RDWR :
	    O_WRONLY) == -1)
		fault = strerror(errno);
	if (fault == NULL)
		return fd;
	refuse(host, name, fault);
	close(fd);
	return -1;
}
