/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/alias.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define NAME_BYTES (NAMES_LENGTH_MAX + 1)

bool
alias_is_listed(int fd, const char *name)
{
	const int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy == -1 ? NULL : fdopendir(copy);
	bool found = false;

	if (dir == NULL) {
		if (copy != -1)
			close(copy);
		return false;
	}
	for (const struct dirent *e; !found && (e = readdir(dir)) != NULL;)
		found = strcmp(e->d_name, name) == 0;
	closedir(dir);
	return found;
}

/* -------------------------------------------------- can there be another? */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_ascii(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((name[i] & 0x80) != 0)
			return false;
	return true;
}

/* The name with the case of its letters changed; false: it has none. */
static bool
flip(const char *name, char flipped[static NAME_BYTES])
{
	bool has_letters = false;
	size_t i = 0;

	for (; i < NAME_BYTES - 1 && name[i] != '\0'; i++) {
		has_letters |= is_letter(name[i]);
		flipped[i] = is_letter(name[i]) ? (char)(name[i] ^ 0x20) :
		    name[i];
	}
	flipped[i] = '\0';
	return has_letters;
}

static bool
is_at(int fd, const char *name, const struct stat *st)
{
	struct stat other;

	return fstatat(fd, name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
	    other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

/* Filesystems that compare bytes unless a flag of the directory says more. */
static bool
compares_bytes(int fd)
{
	struct statfs fs;
	int flags = 0;

	if (fstatfs(fd, &fs) != 0)
		return false;
	switch ((unsigned long)fs.f_type) {
	case EXT4_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case BTRFS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case XFS_SUPER_MAGIC:	/* or folds the case of ASCII letters */
		return ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0 ||
		    (flags & FS_CASEFOLD_FL) == 0;
	default:
		return false;
	}
}

static bool
may_have_others(int fd, const char *name, const struct stat *st)
{
	char flipped[NAME_BYTES];

	if (is_ascii(name, strlen(name)) && flip(name, flipped))
		return is_at(fd, flipped, st);
	return !compares_bytes(fd);
}

/* --------------------------------------------------------- which one is it? */

/* As short names have, and what some filesystems leave out at the end. */
static bool
is_peculiar(const char *name, size_t length)
{
	return memchr(name, '~', length) != NULL ||
	    name[length - 1] == '.' || name[length - 1] == ' ';
}

/* Rules of normalization are the target's. */
static bool
may_be_same(const struct name_entry *entry, const char *name, size_t length)
{
	if (!is_ascii(name, length) || !is_ascii(entry->name, entry->length) ||
	    is_peculiar(name, length) ||
	    is_peculiar(entry->name, entry->length))
		return true;
	return entry->length == length &&
	    strncasecmp(entry->name, name, length) == 0;
}

/* Two names that are both listed are hard links. */
static bool
is_alias(int fd, const struct name_entry *entry, const char *name,
    const struct stat *st)
{
	char other[NAME_BYTES];

	if (entry->length >= NAME_BYTES)
		return false;
	memcpy(other, entry->name, entry->length);
	other[entry->length] = '\0';
	return strcmp(other, name) != 0 && is_at(fd, other, st) &&
	    !(alias_is_listed(fd, name) && alias_is_listed(fd, other));
}

uint32_t
alias_find(const struct names *names, uint32_t directory, int fd,
    const char *name)
{
	const size_t length = strlen(name);
	uint32_t first, count;
	struct stat st;

	if (length == 0 || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !may_have_others(fd, name, &st))
		return NAMES_NONE;
	names_in_directory(names, directory, &first, &count);
	for (uint32_t id = first; id - first < count; id++) {
		struct name_entry entry;
		names_entry(names, id, &entry);
		if (entry.length > 0 && may_be_same(&entry, name, length) &&
		    is_alias(fd, &entry, name, &st))
			return id;
	}
	return NAMES_NONE;
}
