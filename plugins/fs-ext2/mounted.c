/* SPDX-License-Identifier: BSD-3-Clause */
#include "mounted.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 20

/* What is looked for: a block device, or the file behind loop devices. */
struct wanted {
	dev_t device;			/* 0: it is no block device */
	bool has_file;
	dev_t file_device;
	ino_t file_inode;
};

/* ------------------------------------------------------------ loop devices */

/* The first line of a file in the folder of a block device in sysfs. */
static bool
read_attribute(dev_t device, const char *name, char *text, size_t room)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", major(device),
	    minor(device), name);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return false;
	const bool ok = fgets(text, (int)room, f) != NULL;
	fclose(f);
	if (ok)
		text[strcspn(text, "\n")] = '\0';
	return ok;
}

/* The file behind a loop device that begins where the file does. */
static bool
find_file_behind(dev_t device, struct stat *st)
{
	char path[4096], offset[32];

	return read_attribute(device, "loop/offset", offset, sizeof(offset)) &&
	    strcmp(offset, "0") == 0 &&
	    read_attribute(device, "loop/backing_file", path, sizeof(path)) &&
	    stat(path, st) == 0;
}

static bool
want(struct wanted *w, const char *device)
{
	struct stat st;

	memset(w, 0, sizeof(*w));
	if (stat(device, &st) == -1)
		return false;
	if (S_ISBLK(st.st_mode)) {
		w->device = st.st_rdev;
		w->has_file = find_file_behind(w->device, &st);
	} else {
		w->has_file = S_ISREG(st.st_mode);
	}
	w->file_device = st.st_dev;
	w->file_inode = st.st_ino;
	return w->device != 0 || w->has_file;
}

static bool
is_wanted(const struct wanted *w, dev_t device)
{
	struct stat st;

	if (w->device != 0 && w->device == device)
		return true;
	return w->has_file && find_file_behind(device, &st) &&
	    st.st_dev == w->file_device && st.st_ino == w->file_inode;
}

/* -------------------------------------------------------- the mount table */

/* A bind mount that is read-only leaves the filesystem writable elsewhere. */
static bool
is_for_writing(struct libmnt_fs *fs)
{
	const char *options = mnt_fs_get_fs_options(fs);
	char *value;
	size_t size;

	if (options == NULL)
		options = mnt_fs_get_options(fs);
	return options == NULL ||
	    mnt_optstr_get_option(options, "ro", &value, &size) != 0;
}

/* The place of the whole filesystem is preferred to that of a part of it. */
static void
note(struct mounted *m, struct libmnt_fs *fs, bool *has_whole)
{
	const char *root = mnt_fs_get_root(fs);
	const char *target = mnt_fs_get_target(fs);
	const bool whole = root == NULL || strcmp(root, "/") == 0;

	m->for_writing = m->for_writing || is_for_writing(fs);
	if (target != NULL && (!m->is_mounted || (whole && !*has_whole)))
		snprintf(m->mount_point, sizeof(m->mount_point), "%s", target);
	m->is_mounted = true;
	*has_whole = *has_whole || whole;
}

enum de_status
mounted_find(const struct de_host *host, const char *device, struct mounted *m)
{
	enum de_status status = DE_FAILED;
	struct libmnt_fs *fs;
	struct wanted w;
	bool has_whole = false;

	memset(m, 0, sizeof(*m));
	if (!want(&w, device))
		return DE_OK;
	struct libmnt_table *table = mnt_new_table();
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	if (table == NULL || iter == NULL ||
	    mnt_table_parse_mtab(table, NULL) != 0 ||
	    mnt_table_is_empty(table)) {
		host->report(host, DE_ERROR, "%s: cannot find out whether it "
		    "is mounted, as the table of what is mounted cannot be "
		    "read; is /proc mounted?", device);
		goto out;
	}
	while (mnt_table_next_fs(table, iter, &fs) == 0)
		if (is_wanted(&w, mnt_fs_get_devno(fs)))
			note(m, fs, &has_whole);
	status = DE_OK;
out:
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return status;
}

/* --------------------------------------------------------------- flushing */

_Noreturn static void
flush_in_child(const char *mount_point)
{
	/* What hangs here for ever must not keep anything of ours open. */
	close_range(3, ~0U, 0);
	const int fd = open(mount_point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_exit(fd != -1 && syncfs(fd) == 0 ? 0 : 1);
}

/* Returns false if it goes on too long; then nobody waits for it. */
static bool
wait_for(const struct de_host *host, pid_t pid, unsigned int limit,
    int *wait_status)
{
	const uint64_t end = host->monotonic_ns(host) +
	    (uint64_t)limit * 1000000000;

	for (;;) {
		const pid_t ended = waitpid(pid, wait_status, WNOHANG);
		if (ended != 0 && !(ended == -1 && errno == EINTR))
			return ended == pid;
		if (host->monotonic_ns(host) > end || host->cancelled(host))
			return false;
		poll(NULL, 0, POLL_MS);
	}
}

void
mounted_flush(const struct de_host *host, const char *mount_point, int fd,
    unsigned int limit)
{
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0)
		flush_in_child(mount_point);
	if (pid == -1) {
		host->report(host, DE_WARNING, "%s: cannot be flushed: %s",
		    mount_point, strerror(errno));
	} else if (!wait_for(host, pid, limit, &status)) {
		kill(pid, SIGKILL);
		if (!host->cancelled(host))
			host->report(host, DE_WARNING, "%s: could not be "
			    "flushed within %u seconds; what was written to "
			    "files last may be missing in the dump",
			    mount_point, limit);
	} else if (status != 0) {
		host->report(host, DE_WARNING, "%s: could not be flushed; "
		    "what was written to files last may be missing in the "
		    "dump", mount_point);
	}
	/* The data of files goes past what the device has in its cache. */
	ioctl(fd, BLKFLSBUF, 0);
}
