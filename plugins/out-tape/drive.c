/* SPDX-License-Identifier: BSD-3-Clause */
#include "drive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

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
