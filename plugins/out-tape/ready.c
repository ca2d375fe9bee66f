/* SPDX-License-Identifier: BSD-3-Clause */
#include "ready.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "sense.h"
#include "trouble.h"

#define TAPE_MAJOR 9		/* of st; the minor number encodes: */
#define NO_REWIND_BIT 0x80u
#define NS 1000000000u

/* It is not a drive, or not one for these options. */
static enum de_status
refuse(struct drive *d, const char *why)
{
	d->host->report(d->host, DE_ERROR, "%s %s", d->name, why);
	d->failure = DE_FAILURE_SETTINGS;
	return DE_FAILED;
}

/* Is a suitable tape device at that name? */
static enum de_status
check_kind(struct drive *d, const struct ready_wish *wish)
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
	} else if (!d->is_read && GMT_WR_PROT(status.mt_gstat)) {
		trouble_tell(d, NULL, EROFS);
	} else {
		look = READY;
	}
	d->calls->close(d->context, d->fd);
	d->fd = -1;
	return look;
}

static enum de_status
wait_until_ready(struct drive *d, const struct ready_wish *wish)
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
ready_look(struct drive *d, const char *name, const struct ready_wish *wish)
{
	d->is_read = wish->is_read;
	if (set_name(d, name) != DE_OK || check_kind(d, wish) != DE_OK)
		return DE_FAILED;
	return wait_until_ready(d, wish);
}

enum de_status
ready_open(struct drive *d, const char *name, const struct ready_wish *wish)
{
	if (ready_look(d, name, wish) != DE_OK)
		return DE_FAILED;
	d->fd = d->calls->open(d->context, name, O_CLOEXEC |
	    (d->is_read ? O_RDONLY : O_RDWR));
	if (d->fd == -1)
		return trouble_tell(d, d->is_read ? "cannot be opened" :
		    "cannot be opened for writing", errno);
	return DE_OK;
}
