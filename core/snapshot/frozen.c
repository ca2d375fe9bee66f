/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/snapshot/frozen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define BOOT_BYTES 64
#define NOTE_BYTES (PATH_MAX + BOOT_BYTES + 64)
#define WAIT_STEP_NS 100000000L
#define WAIT_STEPS 200		/* 20 seconds: a thaw is instant */

struct frozen {
	char path[PATH_MAX];
	int fd;
};

/* "" if unavailable: a note from before a boot then looks current. */
static void
read_boot_id(char id[static BOOT_BYTES])
{
	FILE *file = fopen(BOOT_ID, "re");

	id[0] = '\0';
	if (file == NULL)
		return;
	if (fgets(id, BOOT_BYTES, file) == NULL)
		id[0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	fclose(file);
}

/* Three lines: the boot id, the device, and the mount point. */
static bool
write_note(int fd, const char *mount_point)
{
	char boot[BOOT_BYTES], text[NOTE_BYTES];
	struct stat st;

	read_boot_id(boot);
	if (stat(mount_point, &st) == -1)
		return false;
	const int n = snprintf(text, sizeof(text), "%s\n%ju\n%s\n", boot,
	    (uintmax_t)st.st_dev, mount_point);
	return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) == n &&
	    fsync(fd) == 0;
}

struct frozen *
frozen_note(const char *folder, const char *job, const char *mount_point,
    struct report *rep)
{
	struct frozen *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		report(rep, DE_WARNING, "out of memory");
		return NULL;
	}
	snprintf(f->path, sizeof(f->path), "%s/%s.frozen", folder, job);
	f->fd = -1;
	if (mkdir(folder, 0700) == 0 || errno == EEXIST)
		f->fd = open(f->path, O_RDWR | O_CREAT | O_NOFOLLOW |
		    O_NONBLOCK | O_CLOEXEC, 0600);
	if (f->fd != -1 && flock(f->fd, LOCK_EX | LOCK_NB) == 0 &&
	    write_note(f->fd, mount_point))
		return f;
	report(rep, DE_WARNING, "%s: cannot be written: %s; if all processes "
	    "of this run are killed at once, %s stays frozen until \"fsfreeze "
	    "-u\" is run", f->path, strerror(errno), mount_point);
	frozen_free(f);
	return NULL;
}

int
frozen_fd(const struct frozen *f)
{
	return f->fd;
}

void
frozen_remove(const struct frozen *f)
{
	unlink(f->path);
}

void
frozen_free(struct frozen *f)
{
	if (f == NULL)
		return;
	if (f->fd != -1)
		close(f->fd);
	free(f);
}

/* Nobody else may have written its contents. */
static bool
is_ours_alone(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_uid == geteuid() || st.st_uid == 0) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* False: another process holds it, and will thaw the filesystem. */
static bool
wait_for_lock(int fd)
{
	static const struct timespec step = { .tv_nsec = WAIT_STEP_NS };

	for (int i = 0; i < WAIT_STEPS; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

/*
 * The mount point, if the note is complete and from this boot; points into
 * `text`.
 */
static const char *
parse_note(int fd, char text[static NOTE_BYTES], dev_t *device)
{
	const ssize_t n = pread(fd, text, NOTE_BYTES - 1, 0);
	char boot[BOOT_BYTES];
	char *rest = text;

	text[n > 0 ? n : 0] = '\0';
	const char *noted_boot = strsep(&rest, "\n");
	const char *noted_device = strsep(&rest, "\n");
	const char *mount_point = strsep(&rest, "\n");
	read_boot_id(boot);
	/* Without the final newline it is truncated. */
	if (rest == NULL || mount_point == NULL || noted_device == NULL ||
	    strcmp(noted_boot, boot) != 0)
		return NULL;
	*device = (dev_t)strtoumax(noted_device, NULL, 10);
	return mount_point;
}

static void
thaw(const char *mount_point, dev_t device, struct report *rep)
{
	const int fd = open(mount_point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == -1 || st.st_dev != device)
		;		/* another filesystem is mounted there now */
	else if (ioctl(fd, FITHAW, 0) == 0)
		report(rep, DE_WARNING, "%s: was left frozen by a killed run; "
		    "thawed it", mount_point);
	else if (errno != EINVAL)	/* not frozen */
		report(rep, DE_ERROR, "%s: was left frozen by a killed run, "
		    "and cannot be thawed: %s; run \"fsfreeze -u %s\"",
		    mount_point, strerror(errno), mount_point);
	close(fd);
}

void
frozen_thaw_left(const char *folder, const char *job, struct report *rep)
{
	char path[PATH_MAX], text[NOTE_BYTES];
	dev_t device;

	snprintf(path, sizeof(path), "%s/%s.frozen", folder, job);
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1)
		return;
	if (is_ours_alone(fd) && wait_for_lock(fd)) {
		const char *mount_point = parse_note(fd, text, &device);
		if (mount_point != NULL)
			thaw(mount_point, device, rep);
		unlink(path);
	}
	close(fd);
}
