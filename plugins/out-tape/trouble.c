/* SPDX-License-Identifier: BSD-3-Clause */
#include "trouble.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "holder.h"
#include "sense.h"

/* The causes, in the order of the table. */
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
	const char *when_read;		/* NULL: the same */
} troubles[] = {
	[ABSENT] = { DE_FAILURE_NO_DEVICE, "no such device; check that the "
	    "drive is switched on and the st driver loaded (modprobe st; "
	    "lsscsi -g lists the drives)" },
	[GONE] = { DE_FAILURE_NO_DEVICE, "the drive does not respond; check "
	    "that it is switched on and connected (lsscsi -g lists the drives, "
	    "dmesg shows when one was lost), then try again" },
	[FORBIDDEN] = { DE_FAILURE_OTHER, "permission denied; run as root or "
	    "as a member of the device's group" },
	[BUSY] = { DE_FAILURE_BUSY, "in use by another program" },
	[EMPTY] = { DE_FAILURE_NO_MEDIUM, "there is no tape in the drive; "
	    "insert one and wait until it is loaded, then try again" },
	[OFF_LINE] = { DE_FAILURE_NOT_READY, "the tape in the drive is "
	    "off-line (unloaded)" },
	[NEEDS_HAND] = { DE_FAILURE_NOT_READY, "the drive requests attention: "
	    "read its display, insert the tape again or another one, then try "
	    "again" },
	[LOADING] = { DE_FAILURE_NOT_READY, "the drive is not ready; check "
	    "whether it is loading or cleaning, then try again" },
	[WRITE_PROTECTED] = { DE_FAILURE_WRITE_PROTECTED, "the tape is "
	    "write-protected; move the tab of the cartridge, or insert another "
	    "tape, then try again" },
	[WRONG_SIZE] = { DE_FAILURE_SETTINGS, "the drive or its driver does "
	    "not support blocks of that size; set a smaller blocking, or "
	    "another block_size", "the drive or its driver does not support "
	    "blocks of that size; set another block_size" },
	[OTHER_KIND] = { DE_FAILURE_UNREADABLE, "the drive cannot use that "
	    "tape: it is incompatible or a cleaning cartridge; insert another "
	    "tape, then try again" },
	[BAD_TAPE] = { DE_FAILURE_MEDIUM, "the drive reports a bad tape; "
	    "insert another tape, and do not use this one again", "the drive reports a bad tape" },
	[BAD_DRIVE] = { DE_FAILURE_OTHER, "the drive reports a hardware "
	    "failure; switch it off and on, and have it repaired if that does "
	    "not help" },
	[DIRTY] = { DE_FAILURE_OTHER, "the drive requests cleaning; insert a "
	    "cleaning cartridge, then the tape again" },
	[SILENT] = { DE_FAILURE_MEDIUM, "Input/output error without details "
	    "from the drive (see dmesg: bad or write-protected tape, or a "
	    "faulty drive); insert another tape, and if that fails as well, "
	    "clean the drive", "Input/output error without details from the "
	    "drive (see dmesg: bad tape, or a faulty drive); clean the drive, "
	    "or try another one" },
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

/* What the driver knows; what the drive itself reports takes precedence. */
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
	if (!d->is_read && (GMT_WR_PROT(status.mt_gstat) ||
	    sense_is_write_protected(d)))
		return WRITE_PROTECTED;
	return by_alerts(sense_alerts(d));
}

/* For an unspecific error. */
static enum trouble
ask_drive(struct drive *d)
{
	struct stat st;

	/* The node disappears with the drive, even while it is open here. */
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

static enum de_status
tell_trouble(struct drive *d, const char *what, enum trouble trouble, int error)
{
	const char *text = d->is_read && troubles[trouble].when_read != NULL ?
	    troubles[trouble].when_read : troubles[trouble].text;
	char holder[HOLDER_BYTES], why[256 + HOLDER_BYTES];

	d->failure = troubles[trouble].failure;
	if (error == EINTR && d->host->cancelled(d->host))
		return DE_FAILED;	/* no failure: the run is being
					   aborted */
	switch (trouble) {
	case OTHER:
		text = strerror(error);
		break;
	case BUSY:
		holder_find(d->name, holder);
		snprintf(why, sizeof(why), "%s (%s); wait until it has ended, "
		    "or end it, then try again", text, holder);
		text = why;
		break;
	case OFF_LINE:
		snprintf(why, sizeof(why), "%s; if it is the right one: mt -f "
		    "%.64s load; otherwise insert another one; then try again",
		    text, d->name);
		text = why;
		break;
	default:
		break;
	}
	tell(d, what, text);
	return DE_FAILED;
}

enum de_status
trouble_tell(struct drive *d, const char *what, int error)
{
	return tell_trouble(d, what, find_out(d, error), error);
}

bool
trouble_is_passable(struct drive *d, const char *what, int error)
{
	const enum trouble trouble = find_out(d, error);
	const bool is_passable = trouble == BAD_TAPE || trouble == BAD_DRIVE ||
	    trouble == DIRTY || trouble == SILENT;

	if (what != NULL || !is_passable)
		tell_trouble(d, what, trouble, error);
	return is_passable;
}
