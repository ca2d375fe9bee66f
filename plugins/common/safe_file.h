/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * safe_file.h - create and open files in directories that others can write to
 *
 * For the engine and for plugins.  A created file has a short, unguessable
 * name, is new, and is reached through its directory without following a link.
 * An opened file is checked after opening, and opening never hangs.  Reports
 * nothing: errno, or a phrase to follow the file's name, tells the caller what
 * to say.
 *
 * May be called from any thread; keeps nothing between calls.
 */
#ifndef PLUGINS_COMMON_SAFE_FILE_H
#define PLUGINS_COMMON_SAFE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Prefix of all temporary files of a run. */
#define SAFE_FILE_PREFIX ".dumpengine-"
#define SAFE_FILE_RANDOM_BYTES 17	/* with the NUL */
#define SAFE_FILE_NAME_BYTES 64

/* For files that list private names or contain users' data. */
#define SAFE_FILE_MODE 0600

/* ------------------------------------------------------------------ places */

/*
 * Where a file of that name is or would be created: absolute, with symbolic
 * links followed, dangling ones included.  The caller frees it.  NULL with
 * errno set; ENOENT: its directory does not exist.
 */
char *safe_file_place(const char *path);

/*
 * May a file be created there?  NULL: yes, as far as this is concerned.
 * Otherwise the one of "/dev", "/proc" and "/sys" that it would be in: a
 * missing entry there is a device or the like, and a file in its place would
 * live in memory.  Files may be created in /dev/shm.
 */
const char *safe_file_forbidden(const char *path);

/*
 * The descriptor number that a name such as /dev/stdout or /proc/self/fd/3
 * stands for, after following symbolic links; -1: any other name.  Reopening it
 * would start at the beginning of the file instead of at the offset handed to
 * us.  A descriptor that was not handed to us (FD_CLOEXEC) does not count.
 */
int safe_file_descriptor(const char *path);

/*
 * Open the directory that `path` is in, for *at() calls only.  -1 with errno
 * set.  *name is set to the last component, a part of `path`.
 */
int safe_file_open_folder(const char *path, const char **name);

/* Can everyone create files there, and remove or replace those of others? */
bool safe_file_folder_is_open(int folder);

/*
 * Sync the names in it to disk.  0, or -1 with errno set.  A directory that may
 * be written but not read cannot be synced: 0.
 */
int safe_file_sync_folder(int folder);

/* ------------------------------------------------------------------- files */

/* Sixteen unguessable letters and digits.  False with errno set. */
bool safe_file_random(char text[static SAFE_FILE_RANDOM_BYTES]);

/*
 * Create a new file in a directory, open for reading and writing, with mode
 * SAFE_FILE_MODE.  Its name, stored in `name`, consists of SAFE_FILE_PREFIX,
 * `middle` (usually "") and an unguessable part.  -1 with errno set.
 */
int safe_file_make(int folder, const char *middle,
    char name[static SAFE_FILE_NAME_BYTES]);

/*
 * Why the opened file must not be used: NULL, or a phrase such as "belongs to
 * another user", "is a FIFO, not a regular file" or "has another hard link". It
 * must have that type (S_IFREG, ...), belong to us or to root and, unless it is
 * a device, have only one name.
 */
const char *safe_file_fault(const struct stat *st, mode_t type);

/*
 * Open a regular file, owned by anyone, for reading.  Anything else is refused,
 * because opening it may hang (a FIFO) or have side effects (a tape).  `flags`
 * are additional ones of open(2), such as O_NOFOLLOW.  -1: *why is a phrase to
 * follow the file's name, possibly from strerror().
 */
int safe_file_open_regular(const char *path, int flags, const char **why);

/* --------------------------------------------------------------- replacing */

/* A file that gets its name once it is complete. */
struct safe_file {
	int folder;
	int fd;			/* write here */
	const char *name;	/* final, in the directory; part of `path` */
	char temporary[SAFE_FILE_NAME_BYTES];
};

/*
 * Begin to write a new file to be placed at `path`, which must stay valid.
 * Removes leftovers of killed runs from the directory.
 * False with errno set; nothing needs to be undone.
 */
bool safe_file_begin(struct safe_file *s, const char *path);

/*
 * The file is complete: sync it to disk and move it to its name, replacing any
 * file there.  Closes the descriptor.  False with errno set: the new file is
 * removed, and the old one is still in place.
 */
bool safe_file_commit(struct safe_file *s);

/* The file is incomplete: remove it.  Preserves errno. */
void safe_file_abandon(struct safe_file *s);

#endif
