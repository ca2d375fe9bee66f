/* SPDX-License-Identifier: BSD-3-Clause */
#include "naming.h"

#include <errno.h>
#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "behind.h"

#define TAG_BYTES 16

static char *
out_of_memory(const struct de_host *host)
{
	host->report(host, DE_ERROR, "fs-ext2: out of memory");
	return NULL;
}

static char *
copy(const struct de_host *host, const char *text)
{
	char *result = strdup(text);

	if (result == NULL)
		out_of_memory(host);
	return result;
}

/* ------------------------------------------------------------------- tags */

/* Is it TAG=value?  Stores the tag in `tag`; *value is the rest. */
static bool
is_tag(const char *text, char tag[static TAG_BYTES], const char **value)
{
	static const char *const tags[] = {
		"LABEL", "UUID", "PARTLABEL", "PARTUUID"
	};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const size_t length = strlen(tags[i]);
		if (strncmp(text, tags[i], length) != 0 || text[length] != '=')
			continue;
		memcpy(tag, tags[i], length + 1);
		*value = text + length + 1;
		return true;
	}
	return false;
}

/* As in fstab(5), the value may be quoted. */
static char *
without_quotes(const char *value)
{
	const size_t length = strlen(value);

	if (length >= 2 && (*value == '"' || *value == '\'') &&
	    value[length - 1] == *value)
		return strndup(value + 1, length - 2);
	return strdup(value);
}

static char *
resolve_tag(const struct de_host *host, const char *text, const char *tag,
    const char *quoted)
{
	char *value = without_quotes(quoted);

	if (value == NULL)
		return out_of_memory(host);
	char *device = mnt_resolve_tag(tag, value, NULL);
	if (device == NULL)
		host->report(host, DE_ERROR, "%s: no such device; \"blkid\" "
		    "lists those that exist", text);
	free(value);
	return device;
}

/* ------------------------------------------------------------ mount tables */

static bool
is_node_of(const char *path, dev_t number)
{
	struct stat st;

	return path != NULL && stat(path, &st) == 0 && S_ISBLK(st.st_mode) &&
	    st.st_rdev == number;
}

/* The node of the mounted device; NULL if it has none. */
static char *
node_of(struct libmnt_fs *fs)
{
	struct behind_device device;
	char node[BEHIND_NAME_BYTES + 8];
	const dev_t number = mnt_fs_get_devno(fs);
	const char *source = mnt_fs_get_srcpath(fs);

	if (is_node_of(source, number))
		return strdup(source);
	behind_name(number, &device);
	behind_node(&device, node, sizeof(node));
	return is_node_of(node, number) ? strdup(node) : NULL;
}

static struct libmnt_table *
read_table(int (*parse)(struct libmnt_table *, const char *))
{
	struct libmnt_table *table = mnt_new_table();

	if (table != NULL && parse(table, NULL) != 0) {
		mnt_unref_table(table);
		return NULL;
	}
	return table;
}

/* The topmost filesystem mounted on that directory. */
static char *
take_mount(const struct de_host *host, const char *text, struct libmnt_fs *fs)
{
	const char *root = mnt_fs_get_root(fs);
	const char *type = mnt_fs_get_fstype(fs);
	char *node = node_of(fs);

	if (node == NULL) {
		host->report(host, DE_ERROR, "%s: what is mounted there (%s) "
		    "is not on a block device, so it is not an ext2, ext3 or "
		    "ext4 filesystem", text, type == NULL ? "unknown" : type);
	} else if (root != NULL && strcmp(root, "/") != 0) {
		host->report(host, DE_ERROR, "%s: only the directory %s of %s "
		    "is mounted there; set device = \"%s\" and subtree = "
		    "\"%s\"", text, root, node, node, root + 1);
		free(node);
		node = NULL;
	}
	return node;
}

/* A directory inside a filesystem does not name that filesystem. */
static void
tell_folder(const struct de_host *host, const char *text, const char *path,
    struct libmnt_table *mounts)
{
	struct libmnt_fs *fs = mounts == NULL ? NULL :
	    mnt_table_find_mountpoint(mounts, path, MNT_ITER_BACKWARD);
	const char *target = fs == NULL ? NULL : mnt_fs_get_target(fs);
	char *node = fs == NULL ? NULL : node_of(fs);

	if (node == NULL || target == NULL) {
		host->report(host, DE_ERROR, "%s: is a directory but not a "
		    "mount point; name a device or an image file", text);
	} else {
		const size_t length = strcmp(target, "/") == 0 ? 0 :
		    strlen(target);
		host->report(host, DE_ERROR, "%s: is a directory but not a "
		    "mount point; it is on %s, which is mounted on %s: set "
		    "device = \"%s\" and, for this directory alone, subtree = "
		    "\"%s\"", text, node, target, node, strlen(path) > length ?
		    path + length + 1 : "");
	}
	free(node);
}

/*
 * The source of the entry for a mount point or device; the caller frees it.
 * NULL if there is none.
 */
static char *
find_in_fstab(const char *text)
{
	struct libmnt_table *table = read_table(mnt_table_parse_fstab);
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	char *source = NULL;

	while (table != NULL && iter != NULL && source == NULL &&
	    mnt_table_next_fs(table, iter, &fs) == 0) {
		const char *names[] = { mnt_fs_get_target(fs),
		    mnt_fs_get_source(fs) };
		for (size_t i = 0; i < 2 && source == NULL; i++) {
			/* As with dump(8), the leading slash may be omitted. */
			if (names[i] == NULL || (strcmp(names[i], text) != 0 &&
			    (names[i][0] != '/' ||
			    strcmp(names[i] + 1, text) != 0)))
				continue;
			if (names[1] != NULL)
				source = strdup(names[1]);
		}
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return source;
}

static char *
resolve_source(const struct de_host *host, const char *source)
{
	char tag[TAG_BYTES];
	const char *value;

	if (is_tag(source, tag, &value))
		return resolve_tag(host, source, tag, value);
	return copy(host, source);
}

static char *
resolve_folder(const struct de_host *host, const char *text)
{
	struct libmnt_table *mounts = read_table(mnt_table_parse_mtab);
	char *path = realpath(text, NULL);
	char *source = NULL, *result = NULL;
	struct libmnt_fs *fs;

	if (path == NULL) {
		host->report(host, DE_ERROR, "%s: %s", text, strerror(errno));
		goto out;
	}
	fs = mounts == NULL ? NULL :
	    mnt_table_find_target(mounts, path, MNT_ITER_BACKWARD);
	if (fs != NULL)
		result = take_mount(host, text, fs);
	else if ((source = find_in_fstab(path)) != NULL)
		result = resolve_source(host, source);
	else
		tell_folder(host, text, path, mounts);
out:
	free(source);
	free(path);
	mnt_unref_table(mounts);
	return result;
}

/* The name does not exist; consult /etc/fstab. */
static char *
resolve_absent(const struct de_host *host, const char *text)
{
	char *source = find_in_fstab(text);
	char *result = NULL;

	if (source == NULL)
		host->report(host, DE_ERROR, "%s: %s", text, strerror(ENOENT));
	else
		result = resolve_source(host, source);
	free(source);
	return result;
}

char *
naming_resolve(const struct de_host *host, const char *text)
{
	char tag[TAG_BYTES];
	const char *value;
	struct stat st;

	if (is_tag(text, tag, &value))
		return resolve_tag(host, text, tag, value);
	if (stat(text, &st) == -1)
		return errno == ENOENT ? resolve_absent(host, text) :
		    copy(host, text);
	return S_ISDIR(st.st_mode) ? resolve_folder(host, text) :
	    copy(host, text);
}
