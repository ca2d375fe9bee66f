/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "core/restore/compare.h"
#include "core/restore/compare_own.h"

/*
 * Flags of FS_IOC_GETFLAGS that somebody has set; the others say how the
 * filesystem stores the file.
 */
#define FLAGS_COMPARED (FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | \
    FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | \
    FS_JOURNAL_DATA_FL | FS_NOTAIL_FL | FS_DIRSYNC_FL | FS_TOPDIR_FL | \
    FS_NOCOW_FL | FS_PROJINHERIT_FL | FS_CASEFOLD_FL)

#define MODE_BITS 07777u
#define TIME_BYTES 64

static const char *
type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "a regular file";
	case S_IFDIR:
		return "a directory";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFCHR:
		return "a character device";
	case S_IFBLK:
		return "a block device";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "of an unknown type";
	}
}

bool
compare_type(struct compare *c, uint32_t inode, uint16_t mode,
    const struct stat *st)
{
	if ((st->st_mode & S_IFMT) == (mode & S_IFMT))
		return true;
	outcome_add(c->config.outcome, OUTCOME_DIFFERENT, inode,
	    "it is %s, expected %s", type_name(st->st_mode), type_name(mode));
	return false;
}

static void
compare_mode(struct compare *c, const struct de_inode *meta,
    const struct stat *st)
{
	const unsigned int is = st->st_mode & MODE_BITS;
	const unsigned int expected = meta->mode & MODE_BITS;

	/* Linux has no modes of symbolic links. */
	if (is != expected && !S_ISLNK(meta->mode))
		outcome_add(c->config.outcome, OUTCOME_DIFFERENT, meta->number,
		    "mode %04o, expected %04o", is, expected);
}

static void
compare_number(struct compare *c, uint32_t inode, const char *what,
    uint32_t is, uint32_t expected)
{
	if (is != expected)
		outcome_add(c->config.outcome, OUTCOME_DIFFERENT, inode,
		    "%s %" PRIu32 ", expected %" PRIu32, what, is, expected);
}

static void
compare_device(struct compare *c, const struct de_inode *meta,
    const struct stat *st)
{
	const unsigned int is_major = major(st->st_rdev);
	const unsigned int is_minor = minor(st->st_rdev);

	if (!S_ISCHR(meta->mode) && !S_ISBLK(meta->mode))
		return;
	if (is_major != meta->device_major || is_minor != meta->device_minor)
		outcome_add(c->config.outcome, OUTCOME_DIFFERENT, meta->number,
		    "device %u:%u, expected %" PRIu32 ":%" PRIu32, is_major,
		    is_minor, meta->device_major, meta->device_minor);
}

/* "2026-11-29 12:00:00.123456789" in local time */
static const char *
time_text(int64_t seconds, long nanoseconds, char text[static TIME_BYTES])
{
	const time_t t = (time_t)seconds;
	struct tm tm;
	char date[TIME_BYTES / 2];

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(date, sizeof(date), "%" PRId64, seconds);
	snprintf(text, TIME_BYTES, "%s.%09ld", date, nanoseconds);
	return text;
}

static void
compare_time(struct compare *c, const struct de_inode *meta, bool is_exact,
    const struct stat *st)
{
	const struct timespec *is = &st->st_mtim;
	const struct de_time *expected = &meta->mtime;
	const long unit = is_exact ? 1 : 1000;
	char text[2][TIME_BYTES];

	if (is->tv_sec == expected->seconds &&
	    is->tv_nsec / unit == (long)expected->nanoseconds / unit)
		return;
	outcome_add(c->config.outcome, OUTCOME_DIFFERENT, meta->number,
	    "modification time %s, expected %s",
	    time_text(is->tv_sec, is->tv_nsec, text[0]),
	    time_text(expected->seconds, (long)expected->nanoseconds, text[1]));
}

static void
compare_flags(struct compare *c, const struct de_inode *meta, int fd)
{
	const unsigned int expected = meta->flags & FLAGS_COMPARED;
	int flags = 0;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0) {
		/* A filesystem without flags. */
		if (expected != 0)
			outcome_not_permitted(c->config.outcome, "flags");
		return;
	}
	const unsigned int is = (unsigned int)flags & FLAGS_COMPARED;
	if (is != expected)
		outcome_add(c->config.outcome, OUTCOME_DIFFERENT, meta->number,
		    "flags 0x%x, expected 0x%x", is, expected);
}

static void
compare_project(struct compare *c, const struct de_inode *meta, int fd)
{
	struct fsxattr attr;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &attr) == 0)
		compare_number(c, meta->number, "project", attr.fsx_projid,
		    meta->project);
	else if (meta->project != 0)
		outcome_not_permitted(c->config.outcome, "projects");
}

void
compare_metadata(struct compare *c, const struct de_inode *meta,
    const struct compare_known *known, const struct stat *st, int fd)
{
	compare_mode(c, meta, st);
	compare_number(c, meta->number, "owner", st->st_uid, meta->uid);
	compare_number(c, meta->number, "group", st->st_gid, meta->gid);
	compare_device(c, meta, st);
	if (known->times)
		compare_time(c, meta, known->is_exact, st);
	if (fd == -1)
		return;
	if (known->flags)
		compare_flags(c, meta, fd);
	if (known->is_exact)
		compare_project(c, meta, fd);
}
