/* SPDX-License-Identifier: BSD-3-Clause */
#include "mounted.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMESPACES_MAX 256	/* maximum examined */
#define COMMAND_BYTES 32
#define UNMOUNT_NS 5000000000	/* grace period of an unmount in the kernel */
#define POLL_MS 50

/* --------------------------------------------------------- a mount table */

/* Where a mount table lists the filesystem. */
struct place {
	const struct behind_device *device;	/* NULL: nowhere */
	bool for_writing;
	bool is_whole;			/* not just a directory of it */
	char path[MOUNTED_PATH_BYTES];
};

/* A read-only bind mount leaves the filesystem writable elsewhere. */
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

/*
 * Writable beats read-only, the device itself beats one that shares its bytes,
 * and a mount of the whole filesystem beats that of a part.
 */
static bool
is_better(const struct place *p, bool for_writing, bool is_whole)
{
	if (p->device == NULL || for_writing != p->for_writing)
		return p->device == NULL || for_writing;
	return is_whole && !p->is_whole;
}

static void
note_place(struct place *p, const struct behind_device *device,
    struct libmnt_fs *fs)
{
	const char *root = mnt_fs_get_root(fs);
	const char *target = mnt_fs_get_target(fs);
	const bool for_writing = is_for_writing(fs);
	const bool is_whole = root == NULL || strcmp(root, "/") == 0;

	if (target == NULL || !is_better(p, for_writing, is_whole))
		return;
	p->device = device;
	p->for_writing = for_writing;
	p->is_whole = is_whole;
	snprintf(p->path, sizeof(p->path), "%s", target);
}

static void
search_table(struct libmnt_table *table, const struct behind *b,
    struct place *p)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;

	p->device = NULL;
	while (iter != NULL && mnt_table_next_fs(table, iter, &fs) == 0) {
		const struct behind_device *device = behind_get(b,
		    mnt_fs_get_devno(fs));
		if (device != NULL)
			note_place(p, device, fs);
	}
	mnt_free_iter(iter);
}

/* A line skipped for lack of memory must count as an error. */
static int
take_parse_error(struct libmnt_table *table, const char *file, int line)
{
	(void)table;
	(void)file;
	(void)line;
	return errno == ENOMEM ? -ENOMEM : 1;
}

/* NULL, or why it cannot be searched. */
static const char *
search_own_table(const struct behind *b, struct place *p)
{
	struct libmnt_table *table = mnt_new_table();
	const char *why = NULL;

	if (table == NULL)
		return "out of memory";
	mnt_table_set_parser_errcb(table, take_parse_error);
	errno = 0;
	if (mnt_table_parse_mtab(table, NULL) != 0 ||
	    mnt_table_is_empty(table))
		why = errno == ENOMEM ? "out of memory" : "cannot read the "
		    "mount table; check that /proc is mounted";
	else
		search_table(table, b, p);
	mnt_unref_table(table);
	return why;
}

/* ---------------------------------------------------------- other tables */

/* Namespaces already examined. */
struct seen {
	char names[NAMESPACES_MAX][32];
	size_t count;
};

/* Is it a new one?  Records it. */
static bool
is_new_namespace(struct seen *seen, const char *process)
{
	char path[300], name[32];

	snprintf(path, sizeof(path), "/proc/%s/ns/mnt", process);
	const ssize_t n = readlink(path, name, sizeof(name) - 1);
	if (n <= 0 || seen->count == NAMESPACES_MAX)
		return false;
	name[n] = '\0';
	for (size_t i = 0; i < seen->count; i++)
		if (strcmp(seen->names[i], name) == 0)
			return false;
	memcpy(seen->names[seen->count++], name, sizeof(name));
	return true;
}

static void
find_command(const char *process, char command[static COMMAND_BYTES])
{
	char path[300];

	command[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%s/comm", process);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fgets(command, COMMAND_BYTES, f) == NULL)
		command[0] = '\0';
	command[strcspn(command, "\n")] = '\0';
	fclose(f);
}

static void
note_elsewhere(struct mounted *m, const struct place *p, const char *process)
{
	char command[COMMAND_BYTES];

	find_command(process, command);
	snprintf(m->where, sizeof(m->where), "on %s in the mount namespace of "
	    "process %.16s (%s)", p->path, process, command);
	snprintf(m->reach, sizeof(m->reach), "/proc/%.16s/root%s", process,
	    p->path);
}

static bool
search_process(const struct behind *b, const char *process, struct place *p)
{
	char path[300];

	snprintf(path, sizeof(path), "/proc/%s/mountinfo", process);
	struct libmnt_table *table = mnt_new_table_from_file(path);
	if (table == NULL)
		return false;
	search_table(table, b, p);
	mnt_unref_table(table);
	return p->device != NULL;
}

/* Search the mount tables of all processes outside our namespace. */
static bool
search_other_tables(const struct behind *b, struct place *p, struct mounted *m)
{
	DIR *folder = opendir("/proc");
	struct seen *seen = calloc(1, sizeof(*seen));
	const struct dirent *entry;
	bool found = false;

	if (folder != NULL && seen != NULL) {
		is_new_namespace(seen, "self");
		while (!found && (entry = readdir(folder)) != NULL) {
			found = isdigit((unsigned char)entry->d_name[0]) &&
			    is_new_namespace(seen, entry->d_name) &&
			    search_process(b, entry->d_name, p);
			if (found)
				note_elsewhere(m, p, entry->d_name);
		}
	}
	free(seen);
	if (folder != NULL)
		closedir(folder);
	return found;
}

/* ----------------------------------------------------- what the kernel says */

/* Does the ext4 driver have it open?  It has a directory per filesystem. */
static bool
is_open_in_ext4(const struct behind_device *d)
{
	char path[BEHIND_NAME_BYTES + 32];

	snprintf(path, sizeof(path), "/sys/fs/ext4/%s", d->name);
	return d->name[0] != '\0' && access(path, F_OK) == 0;
}

/* Writable unless marked read-only. */
static bool
is_open_for_writing(const struct behind_device *d)
{
	char path[BEHIND_NAME_BYTES + 32], line[16];
	bool is_read_only = false;

	snprintf(path, sizeof(path), "/proc/fs/ext4/%s/options", d->name);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return true;
	if (fgets(line, sizeof(line), f) != NULL)
		is_read_only = strcmp(line, "ro\n") == 0;
	fclose(f);
	return !is_read_only;
}

/* The open one other than `known`; preferably a writable one. */
static const struct behind_device *
find_open(const struct behind *b, dev_t known, bool *for_writing)
{
	const struct behind_device *found = NULL;

	*for_writing = false;
	for (size_t i = 0; i < b->count && !*for_writing; i++) {
		if (b->devices[i].number == known ||
		    !is_open_in_ext4(&b->devices[i]))
			continue;
		found = &b->devices[i];
		*for_writing = is_open_for_writing(found);
	}
	return found;
}

/* Is a block device open exclusively, as by a mount? */
static bool
is_held(const struct behind_device *d)
{
	char path[BEHIND_NAME_BYTES + 8];
	struct stat st;

	behind_node(d, path, sizeof(path));
	if (stat(path, &st) == -1 || !S_ISBLK(st.st_mode) ||
	    st.st_rdev != d->number)
		return false;
	const int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return errno == EBUSY;
	close(fd);
	return false;
}

static const struct behind_device *
find_held(const struct behind *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (is_held(&b->devices[i]))
			return &b->devices[i];
	return NULL;
}

/* The user is unknown: it may be a holder or a program. */
static void
suspect(const struct behind *b, const struct behind_device *held,
    struct mounted *m)
{
	for (size_t i = 0; i < b->count; i++) {
		if (!b->devices[i].is_holder)
			continue;
		snprintf(m->suspicion, sizeof(m->suspicion), "it is part of "
		    "/dev/%s, through which it may be written",
		    b->devices[i].name);
		return;
	}
	snprintf(m->suspicion, sizeof(m->suspicion), "/dev/%s is open "
	    "exclusively, as by a mount not visible from here, e2fsck or swap",
	    held->name);
}

/* ---------------------------------------------------------------- all of it */

static void
take_device(struct mounted *m, const struct behind *b,
    const struct behind_device *d, bool for_writing)
{
	m->is_mounted = true;
	m->for_writing = for_writing;
	m->device = *d;
	m->is_itself = d->number == b->devices[0].number;
	m->is_ext4 = is_open_in_ext4(d);
}

/*
 * The kernel has it open; find out where, if possible.  An unmount leaves the
 * last table before it is finished, so wait for that.
 */
static void
take_open(const struct de_host *host, struct mounted *m,
    const struct behind *b, const struct behind_device *open,
    bool for_writing)
{
	const struct behind only = { .devices = { *open }, .count = 1 };
	const uint64_t end = host->monotonic_ns(host) + UNMOUNT_NS;
	struct place p;

	while (!search_other_tables(&only, &p, m)) {
		if (!is_open_in_ext4(open))
			return;
		if (host->monotonic_ns(host) > end || host->cancelled(host)) {
			snprintf(m->where, sizeof(m->where), "at a place not "
			    "visible from here (another mount namespace, or "
			    "unmounted with \"umount -l\" while in use)");
			break;
		}
		poll(NULL, 0, POLL_MS);
	}
	take_device(m, b, open, for_writing);
}

/* Drivers other than ext4 do not show what they have open. */
static void
take_held(struct mounted *m, const struct behind *b)
{
	const struct behind_device *held = find_held(b);
	struct place p;

	if (held == NULL)
		return;
	if (search_other_tables(b, &p, m))
		take_device(m, b, p.device, p.for_writing);
	else
		suspect(b, held, m);
}

/*
 * Our own mount table does not list it, or not as writable: what else could
 * write to it?
 */
static void
look_elsewhere(const struct de_host *host, struct mounted *m,
    const struct behind *b)
{
	const dev_t known = m->is_mounted ? m->device.number : 0;
	bool for_writing;
	const struct behind_device *open = find_open(b, known, &for_writing);

	if (open != NULL && (for_writing || !m->is_mounted))
		take_open(host, m, b, open, for_writing);
	else if (!m->is_mounted)
		take_held(m, b);
}

enum de_status
mounted_find(const struct de_host *host, const char *device, struct mounted *m)
{
	struct behind b;
	struct place p;

	memset(m, 0, sizeof(*m));
	behind_find(device, &b);
	const char *why = b.no_memory ? "out of memory" :
	    search_own_table(&b, &p);
	if (why != NULL) {
		host->report(host, DE_ERROR, "%s: cannot determine whether it "
		    "is mounted: %s", device, why);
		return DE_FAILED;
	}
	if (p.device != NULL) {
		take_device(m, &b, p.device, p.for_writing);
		memcpy(m->mount_point, p.path, sizeof(m->mount_point));
		memcpy(m->reach, p.path, sizeof(p.path));
		snprintf(m->where, sizeof(m->where), "on %s", p.path);
	}
	if (!m->for_writing)
		look_elsewhere(host, m, &b);
	return DE_OK;
}
