/* SPDX-License-Identifier: BSD-3-Clause */
#include "resource.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "pattern.h"

/* Numbers from Linux's devices.txt */
#define MAJOR_MEMORY 1
#define MAJOR_TERMINAL 4
#define MAJOR_CONSOLE 5
#define MAJOR_TAPE 9
#define MAJOR_GENERIC 21	/* sg */
#define MAJOR_PTY_FIRST 136
#define MAJOR_PTY_LAST 143

#define NAME_BYTES (PATH_MAX + 64)

static enum de_status
give(const struct resource_taker *taker, const char *name, const char *path,
    const char *node)
{
	const struct de_resource resource = {
		.struct_size = sizeof(resource),
		.properties = taker->properties,
		.name = name,
		.text = path,
		.node = node,
		.keeps = taker->keeps,
	};
	return taker->take(taker->arg, &resource);
}

/* ------------------------------------------------------------------- files */

static enum de_status
name_file(const struct resource_taker *taker, const char *path,
    const char *resolved)
{
	char name[NAME_BYTES], folder[PATH_MAX];
	const char *slash = strrchr(resolved, '/');
	struct stat st;

	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		snprintf(folder, sizeof(folder), "%.*s",
		    slash == resolved ? 1 : (int)(slash - resolved), resolved);
	/* The identity of the directory counts, not where it is mounted. */
	if (stat(folder, &st) == 0)
		snprintf(name, sizeof(name), "file %u:%u:%ju/%s",
		    major(st.st_dev), minor(st.st_dev), (uintmax_t)st.st_ino,
		    slash == NULL ? resolved : slash + 1);
	else
		snprintf(name, sizeof(name), "file %s", resolved);
	return give(taker, name, path, NULL);
}

/* A link is written through to its target. */
static enum de_status
name_existing_file(const struct resource_taker *taker, const char *path)
{
	char *resolved = realpath(path, NULL);
	const enum de_status status = name_file(taker, path,
	    resolved == NULL ? path : resolved);

	free(resolved);
	return status;
}

/* ----------------------------------------------------------------- devices */

/* Read text such as "8:1" from a file in /sys. */
static bool
read_text(const char *file, char *text, size_t size)
{
	FILE *f = fopen(file, "re");
	const bool ok = f != NULL && fgets(text, (int)size, f) != NULL;

	if (f != NULL)
		fclose(f);
	if (ok)
		text[strcspn(text, "\n")] = '\0';
	return ok;
}

/* A disk comprises all of its partitions. */
static enum de_status
name_partitions(const struct resource_taker *taker, const char *path,
    const char *sys)
{
	enum de_status status = DE_OK;
	struct dirent *entry;
	char file[PATH_MAX], number[64], name[80];
	DIR *folder = opendir(sys);

	while (folder != NULL && status == DE_OK &&
	    (entry = readdir(folder)) != NULL) {
		snprintf(file, sizeof(file), "%s/%.255s/partition", sys,
		    entry->d_name);
		if (access(file, F_OK) == -1)
			continue;
		snprintf(file, sizeof(file), "%s/%.255s/dev", sys,
		    entry->d_name);
		if (!read_text(file, number, sizeof(number)))
			continue;
		snprintf(name, sizeof(name), "device %s", number);
		status = give(taker, name, path, NULL);
	}
	if (folder != NULL)
		closedir(folder);
	return status;
}

/* Two loop devices of the same file are one resource. */
static enum de_status
name_backing_file(const struct resource_taker *taker, const char *path,
    const char *sys)
{
	char file[PATH_MAX], backing[PATH_MAX];

	snprintf(file, sizeof(file), "%s/loop/backing_file", sys);
	return read_text(file, backing, sizeof(backing)) ?
	    name_file(taker, path, backing) : DE_OK;
}

static enum de_status
name_disk(const struct resource_taker *taker, const char *path, dev_t number)
{
	char name[80], sys[80];
	enum de_status status;

	snprintf(sys, sizeof(sys), "/sys/dev/block/%u:%u", major(number),
	    minor(number));
	snprintf(name, sizeof(name), "device %u:%u", major(number),
	    minor(number));
	status = give(taker, name, path, path);
	if (status == DE_OK)
		status = name_partitions(taker, path, sys);
	if (status == DE_OK)
		status = name_backing_file(taker, path, sys);
	return status;
}

/* The st driver's minor numbers: bits 5 and 6 hold the mode, bit 7 is "n". */
static unsigned int
tape_number(dev_t number)
{
	const unsigned int m = minor(number);

	return (m & ~0xffU) >> 3 | (m & 0x1fU);
}

/*
 * Find the node of the sg driver for a tape drive; "" if there is none.  The
 * tape node itself can be opened only once, and closing it may rewind the tape.
 */
static void
find_generic_node(unsigned int tape, char *node, size_t size)
{
	char folder_name[80];
	struct dirent *entry;

	node[0] = '\0';
	snprintf(folder_name, sizeof(folder_name),
	    "/sys/class/scsi_tape/st%u/device/scsi_generic", tape);
	DIR *folder = opendir(folder_name);
	while (folder != NULL && node[0] == '\0' &&
	    (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			snprintf(node, size, "/dev/%.255s", entry->d_name);
	if (folder != NULL)
		closedir(folder);
}

static enum de_status
name_tape(const struct resource_taker *taker, const char *path, dev_t number)
{
	const unsigned int tape = tape_number(number);
	char name[80], node[300];

	snprintf(name, sizeof(name), "tape drive %u", tape);
	find_generic_node(tape, node, sizeof(node));
	return give(taker, name, path, node[0] == '\0' ? NULL : node);
}

static enum de_status
name_character_device(const struct resource_taker *taker, const char *path,
    dev_t number)
{
	const unsigned int type = major(number);
	char name[80];

	/* /dev/null and terminals keep nothing. */
	if (type == MAJOR_MEMORY || type == MAJOR_TERMINAL ||
	    type == MAJOR_CONSOLE ||
	    (type >= MAJOR_PTY_FIRST && type <= MAJOR_PTY_LAST))
		return DE_OK;
	if (type == MAJOR_TAPE)
		return name_tape(taker, path, number);
	snprintf(name, sizeof(name), "character device %u:%u", type,
	    minor(number));
	/* Opening any other node may have side effects. */
	return give(taker, name, path, type == MAJOR_GENERIC ? path : NULL);
}

/* Sequential writers lose nothing; simultaneous ones corrupt everything. */
static enum de_status
name_pipe(const struct resource_taker *taker, const char *path,
    const struct stat *st)
{
	struct resource_taker keeping = *taker;
	char name[80];

	keeping.keeps = DE_KEEPS_ALL;
	snprintf(name, sizeof(name), "pipe %u:%u:%ju", major(st->st_dev),
	    minor(st->st_dev), (uintmax_t)st->st_ino);
	return give(&keeping, name, path, NULL);
}

enum de_status
resource_name_path(const struct resource_taker *taker, const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return name_file(taker, path, path);
	switch (st.st_mode & S_IFMT) {
	case S_IFBLK:
		return name_disk(taker, path, st.st_rdev);
	case S_IFCHR:
		return name_character_device(taker, path, st.st_rdev);
	case S_IFIFO:
		return name_pipe(taker, path, &st);
	case S_IFREG:
		return name_existing_file(taker, path);
	default:
		return DE_OK;
	}
}

/* ----------------------------------------------------------------- volumes */

enum de_status
resource_name_volumes(const struct resource_taker *taker,
    const char *const *patterns, size_t count, const struct de_volume *volume,
    resource_name_fn *name)
{
	struct resource_taker later = *taker;
	struct de_volume each = *volume;
	enum de_status status = DE_OK;
	const size_t all = strstr(patterns[count - 1], "%v") != NULL &&
	    count < RESOURCE_VOLUMES ? RESOURCE_VOLUMES : count;

	each.medium = NULL;
	for (size_t i = 0; i < all && status == DE_OK; i++) {
		each.number = (uint32_t)(i + 1);
		if (i == RESOURCE_LOCKED)
			later.properties |= DE_RESOURCE_COMPARED;
		char *text = pattern_expand(patterns[i < count ? i :
		    count - 1], &each);
		status = text == NULL ? DE_FAILED : name(&later, text);
		free(text);
	}
	return status;
}
