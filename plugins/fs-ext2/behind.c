/* SPDX-License-Identifier: BSD-3-Clause */
#include "behind.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The backing store of a loop device, if both begin at the same offset. */
struct backing {
	dev_t device;			/* 0: a file, namely */
	dev_t file_device;		/* this one */
	ino_t file_inode;
};

/* ------------------------------------------------------------------ sysfs */

/*
 * The first line of a small file; allocates nothing, since memory may be short.
 */
static bool
read_line(const char *path, char *text, size_t room)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd == -1 ? -1 : read(fd, text, room - 1);

	if (fd != -1)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return true;
}

/* The first line of an attribute file of a block device in /sys. */
static bool
read_attribute(dev_t device, const char *name, char *text, size_t room)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", major(device),
	    minor(device), name);
	return read_line(path, text, room);
}

static bool
parse_number(const char *text, dev_t *device)
{
	char *end;
	const unsigned long high = strtoul(text, &end, 10);

	if (end == text || *end != ':')
		return false;
	*device = makedev((unsigned int)high,
	    (unsigned int)strtoul(end + 1, NULL, 10));
	return true;
}

/* Find the number by the kernel's name. */
static bool
find_number(const char *name, dev_t *device)
{
	char path[320], text[32];

	snprintf(path, sizeof(path), "/sys/class/block/%s/dev", name);
	return read_line(path, text, sizeof(text)) &&
	    parse_number(text, device);
}

/* The last component of the link target in /sys/dev/block. */
static void
find_name(dev_t device, char *name)
{
	char path[64], target[512];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(device),
	    minor(device));
	const ssize_t n = readlink(path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	const char *last = strrchr(target, '/');
	snprintf(name, BEHIND_NAME_BYTES, "%.*s", BEHIND_NAME_BYTES - 1,
	    last == NULL ? "" : last + 1);
}

/* ------------------------------------------------------------ loop devices */

/* Decode a 32-bit device number as the kernel encodes it. */
static dev_t
unpack_number(uint64_t packed)
{
	return makedev((unsigned int)(packed >> 8 & 0xfff),
	    (unsigned int)((packed & 0xff) | (packed >> 12 & 0xfff00)));
}

/* The kernel knows the file, even if its name has changed. */
static bool
ask_loop(dev_t loop, const char *name, struct backing *b)
{
	char path[BEHIND_NAME_BYTES + 8];
	struct loop_info64 info = { .lo_offset = 0 };
	struct stat st;
	bool ok = false;

	snprintf(path, sizeof(path), "/dev/%s", name);
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISBLK(st.st_mode) &&
	    st.st_rdev == loop && ioctl(fd, LOOP_GET_STATUS64, &info) == 0 &&
	    info.lo_offset == 0) {
		b->device = unpack_number(info.lo_rdevice);
		b->file_device = unpack_number(info.lo_device);
		b->file_inode = (ino_t)info.lo_inode;
		ok = true;
	}
	close(fd);
	return ok;
}

/* Fall back to the name by which it was opened, if that is still valid. */
static bool
look_up_backing(dev_t loop, struct backing *b)
{
	char path[4096], offset[32];
	struct stat st;

	if (!read_attribute(loop, "loop/offset", offset, sizeof(offset)) ||
	    strcmp(offset, "0") != 0 ||
	    !read_attribute(loop, "loop/backing_file", path, sizeof(path)) ||
	    stat(path, &st) == -1)
		return false;
	b->device = S_ISBLK(st.st_mode) ? st.st_rdev : 0;
	b->file_device = st.st_dev;
	b->file_inode = st.st_ino;
	return true;
}

static bool
find_backing(dev_t loop, const char *name, struct backing *b)
{
	return strncmp(name, "loop", 4) == 0 &&
	    (ask_loop(loop, name, b) || look_up_backing(loop, b));
}

static bool
is_same_backing(const struct backing *a, const struct backing *b)
{
	if (a->device != 0 || b->device != 0)
		return a->device == b->device;
	return a->file_device == b->file_device &&
	    a->file_inode == b->file_inode;
}

/* ------------------------------------------------------------- the search */

static void
add(struct behind *b, dev_t number, bool is_holder)
{
	if (number == 0 || b->count == BEHIND_MAX ||
	    behind_get(b, number) != NULL)
		return;
	struct behind_device *d = &b->devices[b->count++];
	behind_name(number, d);
	d->is_holder = is_holder;
}

static DIR *
open_folder(struct behind *b, const char *path)
{
	DIR *folder = opendir(path);

	b->no_memory |= folder == NULL && errno == ENOMEM;
	return folder;
}

/* Add loop devices with the same backing store. */
static void
add_loops(struct behind *b, const struct backing *wanted, bool is_holder)
{
	DIR *folder = open_folder(b, "/sys/block");
	const struct dirent *entry;
	struct backing found;
	dev_t number;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (strlen(entry->d_name) < BEHIND_NAME_BYTES &&
		    find_number(entry->d_name, &number) &&
		    find_backing(number, entry->d_name, &found) &&
		    is_same_backing(wanted, &found))
			add(b, number, is_holder);
	closedir(folder);
}

static void
add_holders(struct behind *b, dev_t number)
{
	char path[128];
	const struct dirent *entry;
	dev_t holder;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/holders",
	    major(number), minor(number));
	DIR *folder = open_folder(b, path);
	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.' &&
		    find_number(entry->d_name, &holder))
			add(b, holder, true);
	closedir(folder);
}

/* Entries of the list lead to further ones. */
static void
follow(struct behind *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct behind_device d = b->devices[i];
		const struct backing itself = { .device = d.number };
		struct backing backing;

		add_loops(b, &itself, d.is_holder);
		if (find_backing(d.number, d.name, &backing)) {
			add(b, backing.device, d.is_holder);
			add_loops(b, &backing, d.is_holder);
		}
		add_holders(b, d.number);
	}
}

void
behind_find(const char *path, struct behind *b)
{
	struct stat st;

	b->count = 0;
	b->no_memory = false;
	if (stat(path, &st) == -1)
		return;
	if (S_ISBLK(st.st_mode)) {
		add(b, st.st_rdev, false);
	} else if (S_ISREG(st.st_mode)) {
		const struct backing file = {
			.file_device = st.st_dev,
			.file_inode = st.st_ino,
		};
		add_loops(b, &file, false);
	}
	follow(b);
}

void
behind_name(dev_t number, struct behind_device *device)
{
	device->number = number;
	device->is_holder = false;
	find_name(number, device->name);
}

const struct behind_device *
behind_get(const struct behind *b, dev_t number)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->devices[i].number == number)
			return &b->devices[i];
	return NULL;
}

void
behind_node(const struct behind_device *device, char *path, size_t room)
{
	snprintf(path, room, "/dev/%s", device->name);
	/* The kernel writes an exclamation mark for a slash. */
	for (char *p = path; *p != '\0'; p++)
		if (*p == '!')
			*p = '/';
}
