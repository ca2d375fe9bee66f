/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/compare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/restore/compare_own.h"

#define BATCH 64u		/* directories that a thread takes at once */

/* What the threads have in common. */
struct crowd {
	struct compare *compare;
	const struct directories *directories;
	const atomic_int *cancelled;
	atomic_uint_fast64_t next;	/* directory, by number */
};

struct member {
	struct crowd *crowd;
	unsigned int worker;
	pthread_t thread;
};

static void
take_attribute(void *arg, const struct de_xattr *xattr)
{
	compare_attribute(arg, xattr);
}

/* Is this name one that a restore leaves in the root? */
static bool
is_aside(const struct compare *c, const char *name)
{
	const char *const *aside = c->config.aside;

	for (; aside != NULL && *aside != NULL; aside++)
		if (strcmp(*aside, name) == 0)
			return true;
	/* mke2fs makes it. */
	return strcmp(name, "lost+found") == 0;
}

/* What was left in the root has changed its modification time. */
static bool
has_left_something(const struct compare *c, int fd)
{
	const char *const *aside = c->config.aside;
	struct stat st;

	for (; aside != NULL && *aside != NULL; aside++)
		if (fstatat(fd, *aside, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	return false;
}

static void
compare_inode(struct member *m, uint32_t inode, int fd, const struct stat *st)
{
	struct compare *c = m->crowd->compare;
	struct directory_meta meta;
	struct compare_place place;

	/* It may have been lost; that was said when the set was read. */
	if (!directories_get(m->crowd->directories, inode, &meta))
		return;
	const struct compare_known known = {
		.is_exact = meta.is_exact,
		.flags = meta.flags_are_linux,
		.times = inode != NAMES_ROOT || !has_left_something(c, fd),
	};
	compare_metadata(c, &meta.inode, &known, st, fd);
	compare_place_init(&place, c, &c->workers[m->worker], inode, fd, -1,
	    "");
	directories_each_xattr(m->crowd->directories, inode, take_attribute,
	    &place);
	compare_attributes_end(&place, false);
}

static void
say_unknown(struct compare *c, uint32_t inode, const char *name)
{
	const uint32_t id = names_of_directory(c->config.names, inode);
	char *path = id == NAMES_NONE ? strdup(".") :
	    names_path(c->config.names, id);

	outcome_add(c->config.outcome, OUTCOME_DIFFERENT, 0,
	    "%s/%s: is not in the set",
	    path == NULL ? "(out of memory)" : path, name);
	free(path);
}

/* Takes over fd. */
static void
compare_entries(struct compare *c, uint32_t inode, int fd)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;

	if (dir == NULL) {
		compare_unreadable(c, inode, "the directory");
		close(fd);
		return;
	}
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (names_lookup(c->config.names, inode, name, strlen(name)) !=
		    NAMES_NONE)
			continue;
		if (inode != NAMES_ROOT || !is_aside(c, name))
			say_unknown(c, inode, name);
	}
	if (errno != 0)
		compare_unreadable(c, inode, "the directory");
	closedir(dir);
}

/* What is mounted on a directory of the set is not in the set. */
static bool
is_mounted_on(const struct compare *c, uint32_t inode, const struct stat *st)
{
	uint32_t first, count;

	names_in_directory(c->config.names, inode, &first, &count);
	return count == 0 && st->st_dev != c->root_device;
}

static void
compare_open_directory(struct member *m, uint32_t inode, int fd)
{
	struct compare *c = m->crowd->compare;
	struct stat st;

	if (fstat(fd, &st) != 0) {
		compare_unreadable(c, inode, "it");
		close(fd);
		return;
	}
	if (is_mounted_on(c, inode, &st)) {
		outcome_add(c->config.outcome, OUTCOME_NOTE, inode,
		    "another filesystem is mounted there; not compared");
		close(fd);
		return;
	}
	compare_inode(m, inode, fd, &st);
	if (c->config.is_whole && !c->config.settings->no_recursion)
		compare_entries(c, inode, fd);
	else
		close(fd);
}

static void
compare_directory(struct member *m, uint32_t inode)
{
	struct compare *c = m->crowd->compare;
	const uint32_t id = names_of_directory(c->config.names, inode);

	if (id == NAMES_NONE ? !c->config.root_is_wanted :
	    !compare_is_wanted(c, id))
		return;
	const int directory =
	    target_directory(c->config.target, m->worker, inode);
	const int fd = directory == -1 ? -1 :
	    compare_open(directory, ".", O_DIRECTORY);
	if (fd != -1)
		compare_open_directory(m, inode, fd);
	else if (errno == ENOENT)
		outcome_add(c->config.outcome, OUTCOME_DIFFERENT, inode,
		    "is not there");
	else if (errno == ENOTDIR || errno == ELOOP)
		outcome_add(c->config.outcome, OUTCOME_DIFFERENT, inode,
		    "is no directory, expected one");
	else
		compare_unreadable(c, inode, "the directory");
}

static void *
take_directories(void *arg)
{
	struct member *m = arg;
	struct crowd *crowd = m->crowd;
	const struct names *names = crowd->compare->config.names;
	const uint64_t all = names_directory_count(names);
	uint64_t first;

	while ((first = atomic_fetch_add(&crowd->next, BATCH)) < all) {
		const uint64_t end = all - first < BATCH ? all : first + BATCH;
		for (uint64_t i = first; i < end; i++) {
			if (atomic_load(crowd->cancelled) != 0)
				return NULL;
			compare_directory(m,
			    names_directory(names, (uint32_t)i));
		}
	}
	return NULL;
}

void
compare_directories(struct compare *c, const struct directories *d,
    const atomic_int *cancelled)
{
	struct crowd crowd = {
		.compare = c, .directories = d, .cancelled = cancelled,
	};
	struct member first = { .crowd = &crowd, .worker = 0 };
	struct member *others = calloc(c->worker_count, sizeof(*others));
	unsigned int started = 0;

	compare_report_extras(c);
	/* A thread that cannot be had leaves more to the others. */
	for (unsigned int i = 1; others != NULL && i < c->worker_count; i++) {
		struct member *m = &others[started];
		m->crowd = &crowd;
		m->worker = i;
		if (pthread_create(&m->thread, NULL, take_directories, m) == 0)
			started++;
	}
	take_directories(&first);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(others[i].thread, NULL);
	free(others);
}
