/* SPDX-License-Identifier: BSD-3-Clause */
#include "trouble.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "holder.h"
#include "sense.h"

/* What it comes to; their order is that of the table. */
enum trouble {
	ABSENT,
	GONE,
	FORBIDDEN,
	BUSY,
	EMPTY,
	OFF_LINE,
	NEEDS_HAND,
	LOADING,
	WRITE_PROTECTED,
	WRONG_SIZE,
	OTHER_KIND,
	BAD_TAPE,
	BAD_DRIVE,
	DIRTY,
	SILENT,
	OTHER
};

static const struct {
	enum de_failure failure;
	const char *text;
} troubles[] = {
	[ABSENT] = { DE_FAILURE_NO_DEVICE, "there is no such device; is the "
	    "drive switched on, and the st driver loaded (modprobe st; lsscsi "
	    "-g shows the drives)?" },
	[GONE] = { DE_FAILURE_NO_DEVICE, "the drive does not answer (any "
	    "more); look whether it is switched on and its cable in place "
	    "(lsscsi -g shows the drives; dmesg says when one went), then try "
	    "again" },
	[FORBIDDEN] = { DE_FAILURE_OTHER, "this user may not use the drive; it "
	    "takes root, or a member of the group of the device" },
	[BUSY] = { DE_FAILURE_BUSY, "another program has the drive open" },
	[EMPTY] = { DE_FAILURE_NO_MEDIUM, "there is no tape in the drive; put "
	    "a tape in and wait until it is loaded, then try again" },
	[OFF_LINE] = { DE_FAILURE_NOT_READY, "the tape in the drive is "
	    "off-line (unloaded)" },
	[NEEDS_HAND] = { DE_FAILURE_NOT_READY, "the drive says that somebody "
	    "has to look at it: see its display, put the tape in again or "
	    "another one, then try again" },
	[LOADING] = { DE_FAILURE_NOT_READY, "the drive is not ready; look "
	    "whether it is loading or cleaning, then try again" },
	[WRITE_PROTECTED] = { DE_FAILURE_WRITE_PROTECTED, "the tape is "
	    "write-protected: move the tab of the cartridge, or put another "
	    "tape in, then try again" },
	[WRONG_SIZE] = { DE_FAILURE_SETTINGS, "the drive or its driver does "
	    "not take blocks of that size: set a smaller blocking, or another "
	    "block_size" },
	[OTHER_KIND] = { DE_FAILURE_UNREADABLE, "the drive cannot use that "
	    "tape: it is of another kind, or for cleaning; put another tape "
	    "in, then try again" },
	[BAD_TAPE] = { DE_FAILURE_MEDIUM, "the drive says that the tape is "
	    "bad: put another tape in, and do not use this one again" },
	[BAD_DRIVE] = { DE_FAILURE_OTHER, "the drive says that it is broken "
	    "itself: switch it off and on; if that does not help, it needs its "
	    "maker's service" },
	[DIRTY] = { DE_FAILURE_OTHER, "the drive says that it has to be "
	    "cleaned: put a cleaning cartridge in, then the tape again" },
	[SILENT] = { DE_FAILURE_MEDIUM, "Input/output error, and the drive "
	    "does not say why (dmesg may: the tape is bad or write-protected, "
	    "or the drive is at fault); put another tape in, and if that fails "
	    "as well, clean the drive" },
	[OTHER] = { DE_FAILURE_OTHER, "" },
};

static enum trouble
by_alerts(uint64_t alerts)
{
	if (alerts & SENSE_ALERT_WRITE_PROTECTED)
		return WRITE_PROTECTED;
	if (alerts & SENSE_ALERT_BROKEN)
		return BAD_DRIVE;
	if (alerts & SENSE_ALERT_BAD_TAPE)
		return BAD_TAPE;
	return alerts & SENSE_ALERT_CLEAN ? DIRTY : SILENT;
}

/* What the driver knows; what the drive says comes before that. */
static enum trouble
by_status(struct drive *d)
{
	struct mtget status;

	if (!drive_status(d, &status))
		return errno == ENXIO || errno == ENODEV || errno == EIO ?
		    GONE : SILENT;
	if (GMT_DR_OPEN(status.mt_gstat))
		return EMPTY;
	if (!GMT_ONLINE(status.mt_gstat))
		return LOADING;
	if (GMT_WR_PROT(status.mt_gstat) || sense_is_write_protected(d))
		return WRITE_PROTECTED;
	return by_alerts(sense_alerts(d));
}

/* An error that says nothing. */
static enum trouble
ask_drive(struct drive *d)
{
	struct stat st;

	/* The node goes with the drive, though it is still open here. */
	if (d->calls->stat(d->context, d->name, &st) == -1)
		return GONE;
	if (d->fd == -1)
		return SILENT;
	switch (sense_not_ready(d)) {
	case SENSE_GONE:
		return GONE;
	case SENSE_EMPTY:
		return EMPTY;
	case SENSE_OFF_LINE:
		return OFF_LINE;
	case SENSE_NEEDS_HAND:
		return NEEDS_HAND;
	case SENSE_OTHER_KIND:
		return OTHER_KIND;
	case SENSE_BAD_TAPE:
		return BAD_TAPE;
	case SENSE_BROKEN:
		return BAD_DRIVE;
	case SENSE_NOTHING:
		break;
	}
	return by_status(d);
}

static enum trouble
find_out(struct drive *d, int error)
{
	switch (error) {
	case ENOENT:
		return ABSENT;
	case ENXIO:
	case ENODEV:
		return GONE;
	case EACCES:
	case EPERM:
		return FORBIDDEN;
	case EBUSY:
		return BUSY;
	case ENOMEDIUM:
		return EMPTY;
	case EROFS:
		return WRITE_PROTECTED;
	case EIO:
		return ask_drive(d);
	case EINVAL:
	case EOVERFLOW:
	case ENOMEM:
		return WRONG_SIZE;
	default:
		return OTHER;
	}
}

static void
tell(const struct drive *d, const char *what, const char *why)
{
	if (what == NULL)
		d->host->report(d->host, DE_ERROR, "%s: %s", d->name, why);
	else
		d->host->report(d->host, DE_ERROR, "%s: %s: %s", d->name, what,
		    why);
}

enum de_status
trouble_tell(struct drive *d, const char *what, int error)
{
	const enum trouble trouble = find_out(d, error);
	const char *text = troubles[trouble].text;
	char holder[HOLDER_BYTES], why[256 + HOLDER_BYTES];

	d->failure = troubles[trouble].failure;
	if (error == EINTR && d->host->cancelled(d->host))
		return DE_FAILED;	/* nothing is wrong: it is being aborted */
	switch (trouble) {
	case OTHER:
		text = strerror(error);
		break;
	case BUSY:
		holder_find(d->name, holder);
		snprintf(why, sizeof(why), "%s (%s): wait until it has ended, "
		    "or end it, then try again", text, holder);
		text = why;
		break;
	case OFF_LINE:
		snprintf(why, sizeof(why), "%s; if it is the right one: mt -f "
		    "%.64s load; if not, put another one in; then try again",
		    text, d->name);
		text = why;
		break;
	default:
		break;
	}
	tell(d, what, text);
	return DE_FAILED;
}
