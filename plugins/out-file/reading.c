/* SPDX-License-Identifier: BSD-3-Clause */
#include "reading.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../common/safe_file.h"

#define STANDARD_INPUT "-"
#define USUAL_UNIT (32u << 10)	/* bytes; the record of most dumps */
#define ERRORS_LISTED 20	/* of a volume; the others are counted */
#define LOOK_MS 200		/* how often a wait asks whether to go on */

struct reading {
	const struct de_host *host;	/* borrowed */
	char *name;			/* in messages; owned */
	int fd;
	bool is_fixed;			/* a file or a disk: it has offsets */
	bool has_records;		/* a device that is neither */
	off_t start;			/* offset of the volume */
	off_t at;			/* bytes from there */
	off_t size;			/* bytes of the volume; 0: unknown */
	off_t unit;
	uint64_t errors;		/* units that could not be read */
};

static enum de_failure
failure_of(int error)
{
	switch (error) {
	case ENOENT:
	case ENOMEDIUM:
		return DE_FAILURE_NO_MEDIUM;
	case ENODEV:
	case ENXIO:
		return DE_FAILURE_NO_DEVICE;
	case EBUSY:
		return DE_FAILURE_BUSY;
	default:
		return DE_FAILURE_OTHER;
	}
}

static enum de_status
say_errno(const struct reading *r, const char *what, int error)
{
	r->host->report(r->host, DE_ERROR, "%s: %s: %s", r->name, what,
	    strerror(error));
	return DE_FAILED;
}

/* ----------------------------------------------------------------- opening */

/*
 * A name for a descriptor that was passed to us means what is left to read from
 * it.  -1: it is another name.
 */
static int
descriptor_of(const char *name)
{
	return strcmp(name, STANDARD_INPUT) == 0 ? STDIN_FILENO :
	    safe_file_descriptor(name);
}

/* Without O_NONBLOCK, a FIFO would not open until it has a writer. */
static int
open_name(const char *name)
{
	const int passed = descriptor_of(name);

	return passed != -1 ? fcntl(passed, F_DUPFD_CLOEXEC, 3) :
	    open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool
refuse(const struct reading *r, const char *why)
{
	r->host->report(r->host, DE_ERROR, "%s %s", r->name, why);
	return false;
}

static bool
is_readable(const struct reading *r, const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return refuse(r, "is a directory; give the name of a file in "
		    "it");
	if (isatty(r->fd))
		return refuse(r, "is a terminal; give it a file or a pipe");
	return true;
}

/* What a descriptor that was passed to us has left begins at its offset. */
static bool
find_bounds(struct reading *r, const struct stat *st)
{
	r->is_fixed = S_ISREG(st->st_mode) || S_ISBLK(st->st_mode);
	r->has_records = S_ISCHR(st->st_mode);
	if (!r->is_fixed)
		return true;
	r->start = lseek(r->fd, 0, SEEK_CUR);
	if (r->start == -1) {
		say_errno(r, "cannot be read", errno);
		return false;
	}
	/* A disk is longer than the volume. */
	if (S_ISREG(st->st_mode) && st->st_size > r->start)
		r->size = st->st_size - r->start;
	posix_fadvise(r->fd, r->start, 0, POSIX_FADV_SEQUENTIAL);
	return true;
}

static bool
open_volume(struct reading *r, const char *name, enum de_failure *failure)
{
	struct stat st;

	r->fd = open_name(name);
	if (r->fd == -1 || fstat(r->fd, &st) == -1) {
		*failure = failure_of(errno);
		say_errno(r, "cannot be opened", errno);
		return false;
	}
	return is_readable(r, &st) && find_bounds(r, &st);
}

struct reading *
reading_open(const struct de_host *host, const char *name, uint32_t unit,
    enum de_failure *failure)
{
	struct reading *r = calloc(1, sizeof(*r));

	*failure = DE_FAILURE_OTHER;
	if (r == NULL || (r->name = strdup(strcmp(name, STANDARD_INPUT) == 0 ?
	    "standard input" : name)) == NULL) {
		host->report(host, DE_ERROR, "%s: out of memory", name);
		free(r);
		return NULL;
	}
	r->host = host;
	r->fd = -1;
	r->unit = unit != 0 ? unit : USUAL_UNIT;
	if (open_volume(r, name, failure))
		return r;
	reading_close(r);
	return NULL;
}

void
reading_close(struct reading *r)
{
	if (r->errors > ERRORS_LISTED)
		r->host->report(r->host, DE_ERROR, "%s: %" PRIu64 " read "
		    "errors in all", r->name, r->errors);
	if (r->fd != -1)
		close(r->fd);
	free(r->name);
	free(r);
}

void
reading_describe(const struct reading *r, struct de_reading *about)
{
	about->name = r->name;
	about->size = (uint64_t)r->size;
	if (r->is_fixed)
		about->properties |= DE_READING_SEEKS;
	if (r->has_records)
		about->properties |= DE_READING_RECORDS;
}

bool
reading_is_once(const struct reading *r)
{
	return !r->is_fixed;
}

/* ----------------------------------------------------------------- reading */

/* An error of the medium, which need not affect what comes after it. */
static bool
is_of_medium(int error)
{
	return error == EIO || error == ENODATA || error == EILSEQ ||
	    error == EREMOTEIO || error == EBADMSG || error == EUCLEAN;
}

/* Up to the next unit, or to the end. */
static enum de_status
pass_over(struct reading *r, int error, size_t *lost)
{
	off_t bytes = r->unit - r->at % r->unit;

	if (r->size > r->at && bytes > r->size - r->at)
		bytes = r->size - r->at;
	if (r->errors++ < ERRORS_LISTED)
		r->host->report(r->host, DE_ERROR, "%s: bytes %jd to %jd "
		    "cannot be read: %s", r->name,
		    (intmax_t)(r->start + r->at),
		    (intmax_t)(r->start + r->at + bytes - 1), strerror(error));
	r->at += bytes;
	*lost = (size_t)bytes;
	return DE_LOST;
}

static enum de_status
read_fixed(struct reading *r, void *buffer, size_t room, size_t *length)
{
	ssize_t n;

	do
		n = pread(r->fd, buffer, room, r->start + r->at);
	while (n == -1 && errno == EINTR && !r->host->cancelled(r->host));
	if (n == -1)
		return is_of_medium(errno) ? pass_over(r, errno, length) :
		    say_errno(r, "cannot be read", errno);
	r->at += n;
	*length = (size_t)n;
	return n == 0 ? DE_NO_MORE : DE_OK;
}

/*
 * Wait until there is something to read.  The signal that ends a run may have
 * gone to another thread.
 */
static bool
wait_for_data(const struct reading *r)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };
	int n;

	do
		n = poll(&p, 1, LOOK_MS);
	while ((n == 0 || (n == -1 && errno == EINTR)) &&
	    !r->host->cancelled(r->host));
	return n == 1;
}

static enum de_status
read_passing(struct reading *r, void *buffer, size_t room, size_t *length)
{
	ssize_t n = -1;

	do {
		if (!wait_for_data(r))
			return DE_FAILED;
		n = read(r->fd, buffer, room);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	if (n == -1)
		return say_errno(r, "cannot be read", errno);
	r->at += n;
	*length = (size_t)n;
	return n == 0 ? DE_NO_MORE : DE_OK;
}

enum de_status
reading_next(struct reading *r, void *buffer, size_t room, size_t *length)
{
	return r->is_fixed ? read_fixed(r, buffer, room, length) :
	    read_passing(r, buffer, room, length);
}

enum de_status
reading_tell(const struct reading *r, uint64_t *position)
{
	*position = (uint64_t)r->at;
	return DE_OK;
}

enum de_status
reading_go_to(struct reading *r, uint64_t position)
{
	if (position > (uint64_t)(INT64_MAX - r->start)) {
		r->host->report(r->host, DE_ERROR, "%s: no file has a byte %"
		    PRIu64, r->name, position);
		return DE_FAILED;
	}
	r->at = (off_t)position;
	return DE_OK;
}
