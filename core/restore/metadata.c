/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/metadata.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/select/inode_flags.h"

#define SET_ID (S_ISUID | S_ISGID)
#define PROTECTION (INODE_IMMUTABLE | INODE_APPEND)

/*
 * Flags that chattr(1) sets on one filesystem or another; all others describe
 * how the filesystem that was dumped had stored the inode.
 */
#define SETTABLE ((uint32_t)(FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | \
    FS_SYNC_FL | FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | \
    FS_NOATIME_FL | FS_NOCOMP_FL | FS_JOURNAL_DATA_FL | FS_NOTAIL_FL | \
    FS_DIRSYNC_FL | FS_TOPDIR_FL | FS_NOCOW_FL | FS_DAX_FL | \
    FS_PROJINHERIT_FL | FS_CASEFOLD_FL))

/* "/proc/self/fd/N/NAME" */
#define PROC_PATH_BYTES (sizeof("/proc/self/fd/") + 12 + 256)

void
metadata_rules_init(struct metadata_rules *rules,
    const struct restore_settings *settings, struct outcome *outcome)
{
	*rules = (struct metadata_rules){
		.settings = settings,
		.outcome = outcome,
		.is_root = geteuid() == 0,
	};
}

static void
failed(const struct metadata_object *o, const char *what, int error)
{
	outcome_add(o->rules->outcome, OUTCOME_ATTRIBUTE, o->inode,
	    "its %s cannot be set: %s", what, strerror(error));
}

static bool
is_denied(const struct metadata_object *o, int error)
{
	return !o->rules->is_root && (error == EPERM || error == EACCES);
}

/* -------------------------------------------------------- owner and mode */

#define NO_ID UINT32_MAX	/* to chown(2): leave it as it is */

static int
change_owner(const struct metadata_object *o, uid_t uid, gid_t gid)
{
	if (o->fd != -1)
		return fchown(o->fd, uid, gid);
	return fchownat(o->directory, o->name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

void
metadata_set_owner(struct metadata_object *o, const struct de_inode *meta)
{
	const bool is_valid = meta->uid != NO_ID && meta->gid != NO_ID;
	if (is_valid && change_owner(o, meta->uid, meta->gid) == 0)
		return;
	const int error = is_valid ? errno : EINVAL;
	o->owner_differs = meta->uid != geteuid();
	/* An ordinary user may give a file to a group of his. */
	o->group_differs = meta->gid == NO_ID ||
	    change_owner(o, NO_ID, meta->gid) == -1;
	if (is_denied(o, error))
		outcome_not_permitted(o->rules->outcome, "owners");
	else
		failed(o, "owner", error);
}

static mode_t
allowed_mode(const struct metadata_object *o, const struct de_inode *meta)
{
	mode_t mode = meta->mode & (mode_t)~S_IFMT;

	if (o->rules->settings->untrusted && !S_ISDIR(meta->mode) &&
	    (mode & SET_ID) != 0) {
		outcome_add(o->rules->outcome, OUTCOME_NOTE, o->inode,
		    "its set-ID bits are left out, as the stream is not "
		    "trusted");
		mode &= (mode_t)~SET_ID;
	}
	if (o->owner_differs)
		mode &= (mode_t)~S_ISUID;
	if (o->group_differs && !S_ISDIR(meta->mode))
		mode &= (mode_t)~S_ISGID;
	return mode;
}

void
metadata_set_mode(const struct metadata_object *o, const struct de_inode *meta)
{
	if (o->is_link)
		return;
	const mode_t mode = allowed_mode(o, meta);
	const int result = o->fd != -1 ? fchmod(o->fd, mode) :
	    fchmodat(o->directory, o->name, mode, AT_SYMLINK_NOFOLLOW);
	if (result == -1)
		failed(o, "mode", errno);
}

void
metadata_set_times(const struct metadata_object *o,
    const struct de_inode *meta)
{
	const struct timespec times[2] = {
		{
			.tv_sec = (time_t)meta->atime.seconds,
			.tv_nsec = (long)meta->atime.nanoseconds,
		},
		{
			.tv_sec = (time_t)meta->mtime.seconds,
			.tv_nsec = (long)meta->mtime.nanoseconds,
		},
	};
	const int result = o->fd != -1 ? futimens(o->fd, times) :
	    utimensat(o->directory, o->name, times, AT_SYMLINK_NOFOLLOW);

	if (result == -1)
		failed(o, "times", errno);
}

/* ------------------------------------------------------------ attributes */

static bool
begins_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* There are no calls for attributes of a name in a directory. */
static void
proc_path(const struct metadata_object *o, char path[static PROC_PATH_BYTES])
{
	snprintf(path, PROC_PATH_BYTES, "/proc/self/fd/%d/%s", o->directory,
	    o->name);
}

static int
set_xattr(const struct metadata_object *o, const struct de_xattr *xattr)
{
	char path[PROC_PATH_BYTES];

	if (o->fd != -1)
		return fsetxattr(o->fd, xattr->name, xattr->value,
		    xattr->value_length, 0);
	proc_path(o, path);
	return lsetxattr(path, xattr->name, xattr->value, xattr->value_length,
	    0);
}

static ssize_t
list_xattrs(const struct metadata_object *o, char *names, size_t room)
{
	char path[PROC_PATH_BYTES];

	if (o->fd != -1)
		return flistxattr(o->fd, names, room);
	proc_path(o, path);
	return llistxattr(path, names, room);
}

static int
remove_xattr(const struct metadata_object *o, const char *name)
{
	char path[PROC_PATH_BYTES];

	if (o->fd != -1)
		return fremovexattr(o->fd, name);
	proc_path(o, path);
	return lremovexattr(path, name);
}

/* All others have an effect, or may get one. */
static bool
is_harmless(const char *name)
{
	return begins_with(name, "user.") ||
	    strcmp(name, "system.posix_acl_access") == 0 ||
	    strcmp(name, "system.posix_acl_default") == 0;
}

bool
metadata_set_xattr(const struct metadata_object *o,
    const struct de_xattr *xattr)
{
	struct outcome *outcome = o->rules->outcome;

	if (o->rules->settings->untrusted && !is_harmless(xattr->name)) {
		outcome_add(outcome, OUTCOME_NOTE, o->inode, "its attribute %s "
		    "is left out, as the stream is not trusted", xattr->name);
		return false;
	}
	if (set_xattr(o, xattr) == 0)
		return true;
	const int error = errno;
	if (is_denied(o, error) && begins_with(xattr->name, "trusted."))
		outcome_not_permitted(outcome, "trusted attributes");
	else if (is_denied(o, error) && begins_with(xattr->name, "security."))
		outcome_not_permitted(outcome, "security attributes");
	else
		outcome_add(outcome, OUTCOME_ATTRIBUTE, o->inode,
		    "its attribute %s (%zu bytes) cannot be set: %s",
		    xattr->name, xattr->value_length, strerror(error));
	return false;
}

/* Others belong to the system: labels, for instance. */
static bool
is_removable(const char *name)
{
	return begins_with(name, "user.") || begins_with(name, "trusted.") ||
	    begins_with(name, "system.posix_acl_") ||
	    strcmp(name, "security.capability") == 0;
}

/* In memory that the caller frees; NULL: none, or they cannot be listed. */
static char *
all_xattrs(const struct metadata_object *o, size_t *length)
{
	const ssize_t wanted = list_xattrs(o, NULL, 0);
	if (wanted <= 0)
		return NULL;
	char *names = malloc((size_t)wanted);
	if (names == NULL)
		return NULL;
	const ssize_t got = list_xattrs(o, names, (size_t)wanted);
	if (got <= 0) {
		free(names);
		return NULL;
	}
	*length = (size_t)got;
	return names;
}

void
metadata_remove_xattrs(const struct metadata_object *o,
    bool (*keeps)(const void *arg, const char *name), const void *arg)
{
	size_t length;
	char *names = all_xattrs(o, &length);
	if (names == NULL)
		return;
	for (size_t at = 0; at < length; at += strlen(names + at) + 1) {
		const char *name = names + at;
		if (!is_removable(name) || keeps(arg, name))
			continue;
		if (remove_xattr(o, name) == -1 && errno != ENODATA)
			outcome_add(o->rules->outcome, OUTCOME_ATTRIBUTE,
			    o->inode, "its attribute %s is not in the set and "
			    "cannot be removed: %s", name, strerror(errno));
	}
	free(names);
}

/* ------------------------- project and flags of what has no descriptor */

/*
 * file_getattr(2) and file_setattr(2), of Linux 6.17, which the C library may
 * not have yet; their numbers are the same for all processors that it runs on.
 */
#define CALL_GETATTR 468
#define CALL_SETATTR 469

struct file_attributes {	/* struct file_attr of <linux/fs.h> */
	uint64_t xflags;
	uint32_t extent_size;
	uint32_t extents;
	uint32_t project;
	uint32_t cow_extent_size;
};

static int
get_attributes(const struct metadata_object *o, struct file_attributes *a)
{
	return (int)syscall(CALL_GETATTR, o->directory, o->name, a, sizeof(*a),
	    AT_SYMLINK_NOFOLLOW);
}

static int
put_attributes(const struct metadata_object *o, struct file_attributes *a)
{
	return (int)syscall(CALL_SETATTR, o->directory, o->name, a, sizeof(*a),
	    AT_SYMLINK_NOFOLLOW);
}

/* That a filesystem has no such call is nobody's fault, so it is a note. */
static void
not_by_name(const struct metadata_object *o, const char *what)
{
	outcome_add(o->rules->outcome, OUTCOME_NOTE, o->inode, "its %s cannot "
	    "be set: %s", what, strerror(errno));
}

static void
set_project_by_name(const struct metadata_object *o, uint32_t project)
{
	struct file_attributes a;

	if (get_attributes(o, &a) == 0) {
		if (a.project == project)
			return;
		a.project = project;
		if (put_attributes(o, &a) == 0)
			return;
	}
	if (project != 0)
		not_by_name(o, "project id");
}

/* Of the flags, links and special files have these two. */
static void
set_flags_by_name(const struct metadata_object *o, uint32_t flags)
{
	struct file_attributes a;
	const uint64_t wanted =
	    ((flags & FS_NODUMP_FL) != 0 ? FS_XFLAG_NODUMP : 0) |
	    ((flags & FS_NOATIME_FL) != 0 ? FS_XFLAG_NOATIME : 0);

	if (get_attributes(o, &a) == 0) {
		const uint64_t now = a.xflags &
		    (FS_XFLAG_NODUMP | FS_XFLAG_NOATIME);
		a.xflags ^= now ^ wanted;
		if (now == wanted || put_attributes(o, &a) == 0)
			return;
	}
	if (wanted != 0)
		not_by_name(o, "flags (see chattr(1))");
}

/* ------------------------------------------------------ project and flags */

static bool
change_project(int fd, uint32_t project)
{
	struct fsxattr attributes;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &attributes) == -1)
		return project == 0;
	if (attributes.fsx_projid == project)
		return true;
	attributes.fsx_projid = project;
	return ioctl(fd, FS_IOC_FSSETXATTR, &attributes) == 0;
}

void
metadata_set_project(const struct metadata_object *o,
    const struct de_inode *meta)
{
	if (o->fd == -1) {
		set_project_by_name(o, meta->project);
		return;
	}
	if (change_project(o->fd, meta->project))
		return;
	if (is_denied(o, errno))
		outcome_not_permitted(o->rules->outcome, "project ids");
	else
		failed(o, "project id", errno);
}

uint32_t
metadata_settable_flags(uint32_t flags)
{
	return flags & SETTABLE;
}

static int
get_flags(int fd, uint32_t *flags)
{
	int value = 0;

	if (ioctl(fd, FS_IOC_GETFLAGS, &value) == -1)
		return -1;
	*flags = (uint32_t)value;
	return 0;
}

static int
put_flags(int fd, uint32_t flags)
{
	int value = (int)flags;

	return ioctl(fd, FS_IOC_SETFLAGS, &value);
}

/* All at once failed: one by one, protecting ones last.  Those that failed. */
static uint32_t
put_flags_singly(int fd, uint32_t now, uint32_t wanted, int *error)
{
	uint32_t failures = 0;

	for (int pass = 0; pass < 2; pass++)
		for (uint32_t bit = 1; bit != 0; bit <<= 1) {
			const int its_pass = (bit & PROTECTION) != 0;
			if (((now ^ wanted) & bit) == 0 || its_pass != pass)
				continue;
			if (put_flags(fd, now ^ bit) == 0) {
				now ^= bit;
			} else {
				failures |= bit;
				*error = errno;
			}
		}
	return failures;
}

static void
flags_failed(const struct metadata_object *o, uint32_t failures, int error)
{
	struct outcome *outcome = o->rules->outcome;

	if (is_denied(o, error))
		outcome_not_permitted(outcome, "some flags (see chattr(1))");
	else
		outcome_add(outcome, OUTCOME_ATTRIBUTE, o->inode, "its flags "
		    "0x%" PRIx32 " (see chattr(1)) cannot be set: %s", failures,
		    strerror(error));
}

void
metadata_set_flags(const struct metadata_object *o, uint32_t flags)
{
	uint32_t wanted = flags & SETTABLE;
	uint32_t now;

	if (o->rules->settings->untrusted && (wanted & PROTECTION) != 0) {
		outcome_add(o->rules->outcome, OUTCOME_NOTE, o->inode, "its "
		    "flags immutable and append-only are left out, as the "
		    "stream is not trusted");
		wanted &= ~PROTECTION;
	}
	if (o->fd == -1) {
		set_flags_by_name(o, wanted);
		return;
	}
	if (get_flags(o->fd, &now) == -1) {
		if (wanted != 0)
			flags_failed(o, wanted, errno);
		return;
	}
	wanted |= now & ~SETTABLE;
	if (now == wanted || put_flags(o->fd, wanted) == 0)
		return;
	int error = errno;
	const uint32_t failures = put_flags_singly(o->fd, now, wanted, &error);
	if (failures != 0)
		flags_failed(o, failures, error);
}

bool
metadata_unprotect(int fd)
{
	const int error = errno;
	uint32_t flags;
	const bool done = get_flags(fd, &flags) == 0 &&
	    (flags & PROTECTION) != 0 &&
	    put_flags(fd, flags & ~PROTECTION) == 0;

	errno = error;
	return done;
}
