/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_folder.h - a folder to restore into, and what has been said about it
 */
#ifndef TESTS_RESTORE_FOLDER_H
#define TESTS_RESTORE_FOLDER_H

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/restore/extract.h"
#include "tests/unit/unit.h"

#define ORDINARY 65534		/* a user that owns nothing */

struct restore_folder {
	char path[64];
	int fd;
	struct names *names;
	struct restore_settings settings;
	struct report *rep;
	struct outcome *outcome;
	char said[16384];
};

static inline void
restore_folder_hear(void *arg, enum de_severity severity, const char *text)
{
	struct restore_folder *f = arg;
	const size_t used = strlen(f->said);

	(void)severity;
	snprintf(f->said + used, sizeof(f->said) - used, "%s\n", text);
}

static inline void
restore_folder_begin(struct restore_folder *f)
{
	memset(f, 0, sizeof(*f));
	snprintf(f->path, sizeof(f->path), "/tmp/restore.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f->path));
	/* Programs started by tests need no access; an ordinary user does. */
	ck_assert_int_eq(chmod(f->path, 0755), 0);
	f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ne(f->fd, -1);
	f->names = names_new("/tmp");
	ck_assert_ptr_nonnull(f->names);
	f->settings.if_exists = IF_EXISTS_REPLACE;
	f->settings.workers = 1;
	f->rep = report_new(2, REPORT_NORMAL);
	report_set_taker(f->rep, restore_folder_hear, f);
	f->outcome = outcome_new(f->rep);
}

static inline void
restore_folder_end(struct restore_folder *f)
{
	char command[160];

	outcome_free(f->outcome);
	report_free(f->rep);
	names_free(f->names);
	close(f->fd);
	snprintf(command, sizeof(command), "chattr -R -f -ia %s; rm -rf %s",
	    f->path, f->path);
	ck_assert_int_eq(system(command), 0);
}

static inline void
restore_folder_name(struct restore_folder *f, uint32_t inode, mode_t type,
    const char *name)
{
	ck_assert(names_add(f->names, inode, (uint16_t)type, name,
	    strlen(name)));
}

static inline void
restore_folder_finish_names(struct restore_folder *f)
{
	ck_assert(names_finish(f->names));
	outcome_set_names(f->outcome, f->names);
}

/* Names in the root only: "12:a 12:b 13:c". */
static inline void
restore_folder_names(struct restore_folder *f, const char *list)
{
	char copy[1024], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", list);
	ck_assert(names_begin_directory(f->names, NAMES_ROOT));
	while ((word = strsep(&rest, " ")) != NULL) {
		char *name = strchr(word, ':') + 1;
		restore_folder_name(f, (uint32_t)strtoul(word, NULL, 10),
		    S_IFREG, name);
	}
	ck_assert(names_end_directory(f->names));
	restore_folder_finish_names(f);
}

/* Flags of what is in the folder; -1: the filesystem has none. */
static inline int
restore_folder_flags(const struct restore_folder *f, const char *name)
{
	const int fd = openat(f->fd, name, O_RDONLY | O_CLOEXEC);
	int flags = 0;

	ck_assert_int_ne(fd, -1);
	const int result = ioctl(fd, FS_IOC_GETFLAGS, &flags);
	close(fd);
	return result == -1 ? -1 : flags;
}

static inline bool
restore_folder_set_flags(const struct restore_folder *f, const char *name,
    int flags)
{
	const int fd = openat(f->fd, name, O_RDONLY | O_CLOEXEC);

	ck_assert_int_ne(fd, -1);
	const int now = restore_folder_flags(f, name);
	flags |= now == -1 ? 0 : now;
	const bool done = ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
	close(fd);
	return done;
}

static inline struct stat
restore_folder_stat(const struct restore_folder *f, const char *name)
{
	struct stat st;

	ck_assert_msg(fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0,
	    "%s: %s; said: %s", name, strerror(errno), f->said);
	return st;
}

static inline bool
restore_folder_has(const struct restore_folder *f, const char *name)
{
	return faccessat(f->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline void
restore_folder_write(const struct restore_folder *f, const char *name,
    const char *text)
{
	const int fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC, 0644);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)),
	    (ssize_t)strlen(text));
	close(fd);
}

static inline void
restore_folder_assert_text(const struct restore_folder *f, const char *name,
    const char *text)
{
	char found[128] = "";
	const int fd = openat(f->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	ck_assert_msg(fd != -1, "%s: %s; said: %s", name, strerror(errno),
	    f->said);
	ck_assert_int_ge(read(fd, found, sizeof(found) - 1), 0);
	close(fd);
	ck_assert_str_eq(found, text);
}

/* How often something was said. */
static inline unsigned int
restore_folder_count(const struct restore_folder *f, const char *text)
{
	unsigned int count = 0;

	for (const char *at = f->said; (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

static inline void
restore_folder_assert_said(const struct restore_folder *f, const char *text)
{
	ck_assert_msg(strstr(f->said, text) != NULL,
	    "expected \"%s\" in: %s", text, f->said);
}

#endif
