/* SPDX-License-Identifier: BSD-3-Clause */
#include "drive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "sense.h"
#include "trouble.h"

#define TAPE_MAJOR 9		/* of st; the minor number encodes: */
#define NO_REWIND_BIT 0x80u
#define NS 1000000000u

/* ------------------------------------------------------- the system's calls */

static int
system_stat(void *context, const char *path, struct stat *st)
{
	(void)context;
	return stat(path, st);
}

static int
system_open(void *context, const char *path, int flags)
{
	(void)context;
	return open(path, flags);
}

static int
system_close(void *context, int fd)
{
	(void)context;
	return close(fd);
}

static ssize_t
system_read(void *context, int fd, void *buffer, size_t size)
{
	(void)context;
	return read(fd, buffer, size);
}

static ssize_t
system_write(void *context, int fd, const void *data, size_t size)
{
	(void)context;
	return write(fd, data, size);
}

static int
system_ioctl(void *context, int fd, unsigned long request, void *arg)
{
	(void)context;
	return ioctl(fd, request, arg);
}

static void
system_nap(void *context)
{
	const struct timespec moment = { 0, 200000000 };

	(void)context;
	nanosleep(&moment, NULL);
}

const struct drive_calls drive_system_calls = {
	system_stat, system_open, system_close, system_read, system_write,
	system_ioctl, system_nap
};

/* --------------------------------------------------------- what went wrong */

/* It is not a drive, or not one for these options. */
static enum de_status
refuse(struct drive *d, const char *why)
{
	d->host->report(d->host, DE_ERROR, "%s %s", d->name, why);
	d->failure = DE_FAILURE_SETTINGS;
	return DE_FAILED;
}

/* ------------------------------------------------------------ single calls */

void
drive_init(struct drive *d, const struct de_host *host,
    const struct drive_calls *calls, void *context)
{
	*d = (struct drive){ .host = host, .calls = calls, .context = context,
	    .fd = -1 };
}

int
drive_close(struct drive *d)
{
	const int fd = d->fd;

	d->fd = -1;
	return fd == -1 ? 0 : d->calls->close(d->context, fd);
}

void
drive_free(struct drive *d)
{
	drive_close(d);
	free(d->name);
	d->name = NULL;
}

int
drive_do(struct drive *d, short operation, int count)
{
	struct mtop op = { operation, count };

	return d->calls->ioctl(d->context, d->fd, MTIOCTOP, &op);
}

int
drive_go_to_file(struct drive *d, int file)
{
	if (drive_do(d, MTREW, 1) == -1)
		return -1;
	return file == 0 ? 0 : drive_do(d, MTFSF, file);
}

ssize_t
drive_read(struct drive *d, void *buffer, size_t size)
{
	ssize_t n;

	do
		n = d->calls->read(d->context, d->fd, buffer, size);
	while (n == -1 && errno == EINTR && !d->host->cancelled(d->host));
	return n;
}

ssize_t
drive_write(struct drive *d, const void *data, size_t size)
{
	ssize_t n;

	do
		n = d->calls->write(d->context, d->fd, data, size);
	while (n == -1 && errno == EINTR && !d->host->cancelled(d->host));
	return n;
}

bool
drive_status(struct drive *d, struct mtget *status)
{
	memset(status, 0, sizeof(*status));
	return d->calls->ioctl(d->context, d->fd, MTIOCGET, status) == 0;
}

bool
drive_is_at_end(struct drive *d)
{
	struct mtget status;

	return drive_status(d, &status) && GMT_EOD(status.mt_gstat);
}

bool
drive_tell(struct drive *d, uint64_t *block)
{
	struct mtpos position = { 0 };

	if (d->calls->ioctl(d->context, d->fd, MTIOCPOS, &position) == -1 ||
	    position.mt_blkno < 0)
		return false;
	*block = (uint64_t)position.mt_blkno;
	return true;
}

bool
drive_is_lost(struct drive *d)
{
	struct mtget status;

	/*
	 * The position is known right after a rewind or a write, unless reset.
	 */
	return drive_status(d, &status) && status.mt_fileno < 0 &&
	    drive_do(d, MTNOP, 1) == -1;
}

/* -------------------------------------------------------------------- open */

/* Is a suitable tape device at that name? */
static enum de_status
check_kind(struct drive *d, const struct drive_wish *wish)
{
	struct stat st;

	if (d->calls->stat(d->context, d->name, &st) == -1)
		return trouble_tell(d, "not found", errno);
	if (S_ISREG(st.st_mode))
		return refuse(d, "is a regular file, not a tape drive; use the "
		    "output out-file for files");
	if (!S_ISCHR(st.st_mode))
		return refuse(d, "is not a tape drive; use one such as "
		    "/dev/nst0");
	if (wish->no_rewind && major(st.st_rdev) == TAPE_MAJOR &&
	    (minor(st.st_rdev) & NO_REWIND_BIT) == 0)
		return refuse(d, "is the device that rewinds on close; append, "
		    "file and rewind = false need the no-rewind device, such "
		    "as /dev/nst0 for /dev/st0");
	return DE_OK;
}

enum look { READY, NOT_READY, FAILED };

/* Is it getting ready by itself?  If not, do not wait. */
static enum look
look_why_not(struct drive *d)
{
	if (sense_not_ready(d) == SENSE_NOTHING)
		return NOT_READY;
	trouble_tell(d, NULL, EIO);
	return FAILED;
}

/* Open without blocking; the driver would wait two minutes otherwise. */
static enum look
look_once(struct drive *d)
{
	struct mtget status;
	enum look look = FAILED;

	d->fd = d->calls->open(d->context, d->name,
	    O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (d->fd == -1) {
		trouble_tell(d, "cannot be opened", errno);
		return FAILED;
	}
	if (!drive_status(d, &status)) {
		if (errno == ENOTTY || errno == EINVAL)
			refuse(d, "is not a tape drive; use one such as "
			    "/dev/nst0");
		else
			trouble_tell(d, "does not report its status", errno);
	} else if (GMT_DR_OPEN(status.mt_gstat)) {
		trouble_tell(d, NULL, ENOMEDIUM);
	} else if (!GMT_ONLINE(status.mt_gstat)) {
		look = look_why_not(d);
	} else if (GMT_WR_PROT(status.mt_gstat)) {
		trouble_tell(d, NULL, EROFS);
	} else {
		look = READY;
	}
	d->calls->close(d->context, d->fd);
	d->fd = -1;
	return look;
}

static enum de_status
wait_until_ready(struct drive *d, const struct drive_wish *wish)
{
	const struct de_host *host = d->host;
	const uint64_t begun = host->monotonic_ns(host);
	bool told = false;
	enum look look;

	while ((look = look_once(d)) == NOT_READY) {
		if (host->cancelled(host))
			return DE_FAILED;
		if (host->monotonic_ns(host) - begun >=
		    (uint64_t)wish->wait_ready * NS) {
			host->report(host, DE_ERROR, "%s: drive not ready "
			    "after %lld seconds; check whether it is loading "
			    "or cleaning; if its tape is off-line: mt -f %s "
			    "load; then try again", d->name, (long
			    long)wish->wait_ready, d->name);
			d->failure = DE_FAILURE_NOT_READY;
			return DE_FAILED;
		}
		if (!told)
			host->report(host, DE_INFO, "%s: waiting for the drive "
			    "to become ready", d->name);
		told = true;
		d->calls->nap(d->context);
	}
	return look == READY ? DE_OK : DE_FAILED;
}

static enum de_status
set_name(struct drive *d, const char *name)
{
	d->failure = DE_FAILURE_OTHER;
	d->mark = 0;
	free(d->name);
	d->name = strdup(name);
	if (d->name != NULL)
		return DE_OK;
	d->host->report(d->host, DE_ERROR, "%s: out of memory", name);
	return DE_FAILED;
}

enum de_status
drive_look(struct drive *d, const char *name, const struct drive_wish *wish)
{
	if (set_name(d, name) != DE_OK || check_kind(d, wish) != DE_OK)
		return DE_FAILED;
	return wait_until_ready(d, wish);
}

enum de_status
drive_open(struct drive *d, const char *name, const struct drive_wish *wish)
{
	if (drive_look(d, name, wish) != DE_OK)
		return DE_FAILED;
	d->fd = d->calls->open(d->context, name, O_RDWR | O_CLOEXEC);
	if (d->fd == -1)
		return trouble_tell(d, "cannot be opened for writing", errno);
	return DE_OK;
}
