/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * safe_file.h - making and opening files where others may make some, too
 *
 * For the engine and for plugins.  What is made gets a short name that nobody
 * can guess, is new, and is reached through its folder and no link; what is
 * opened is looked at after that, and no opening can hang.  Reports nothing:
 * errno, or a phrase that goes behind a name, tells the caller what to say.
 *
 * Any thread may call this; nothing is kept between calls.
 */
#ifndef PLUGINS_COMMON_SAFE_FILE_H
#define PLUGINS_COMMON_SAFE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* What all files that come and go with a run begin with. */
#define SAFE_FILE_PREFIX ".dumpengine-"
#define SAFE_FILE_RANDOM_BYTES 17	/* with the NUL behind */
#define SAFE_FILE_NAME_BYTES 64

/* Of all that lists private names, or holds everybody's files. */
#define SAFE_FILE_MODE 0600

/* ------------------------------------------------------------------ places */

/*
 * Where a file of that name is, or would be made: absolute, with symbolic
 * links followed, those that lead nowhere included.  To be freed.  NULL with
 * errno set; ENOENT: its folder is missing.
 */
char *safe_file_place(const char *path);

/*
 * May a file be made there?  NULL: yes, as far as that goes.  Otherwise
 * "/dev", "/proc" or "/sys", which it would be in: what is missing there is a
 * device or the like, and a file in its place would be in memory.  In /dev/shm
 * files may be made.
 */
const char *safe_file_forbidden(const char *path);

/*
 * The number of the descriptor that a name stands for, as /dev/stdout and
 * /proc/self/fd/3 do, past symbolic links; -1: it is another name.  Opening
 * it anew would begin at its beginning, and not where whoever gave it to us
 * is; one that was not given to us (FD_CLOEXEC) does not count.
 */
int safe_file_descriptor(const char *path);

/*
 * Open the folder that `path` is in, for the *at() calls only.  -1 with errno
 * set.  *name becomes the last component, which is a part of `path`.
 */
int safe_file_open_folder(const char *path, const char **name);

/* Can everybody make files there, and remove or exchange those of others? */
bool safe_file_folder_is_open(int folder);

/*
 * Have the names in it on the disk.  0, or -1 with errno set.  A folder that
 * one may write to but not read cannot be asked for that: 0.
 */
int safe_file_sync_folder(int folder);

/* ------------------------------------------------------------------- files */

/* Sixteen letters and digits that nobody can guess.  False with errno set. */
bool safe_file_random(char text[static SAFE_FILE_RANDOM_BYTES]);

/*
 * Make a new file in a folder, open for reading and writing, of mode
 * SAFE_FILE_MODE.  Its name is SAFE_FILE_PREFIX, `middle` ("" for most) and
 * what nobody can guess; `name` becomes it.  -1 with errno set.
 */
int safe_file_make(int folder, const char *middle,
    char name[static SAFE_FILE_NAME_BYTES]);

/*
 * Why what was opened is not to be used: NULL, or a phrase as "belongs to
 * another user", "is a FIFO, not a regular file", "has another name, too (a
 * hard link)".  It has to be of that type (S_IFREG, ...), to belong to us or
 * to root and, unless it is a device, to have one name.
 */
const char *safe_file_fault(const struct stat *st, mode_t type);

/*
 * Open a regular file for reading; of anybody, but nothing else: what would
 * hang (a FIFO) or do things when opened (a tape) is refused.  `flags` are
 * more of open(2), as O_NOFOLLOW.  -1: *why is a phrase for behind its name,
 * which strerror() may give.
 */
int safe_file_open_regular(const char *path, int flags, const char **why);

/* --------------------------------------------------------------- replacing */

/* A file that gets its name when it is whole. */
struct safe_file {
	int folder;
	int fd;			/* write here */
	const char *name;	/* final, in the folder; a part of `path` */
	char temporary[SAFE_FILE_NAME_BYTES];
};

/*
 * Begin to write a new file that is to be at `path`, which has to stay valid.
 * What runs that were killed have left of that in the folder goes.
 * False with errno set, and nothing is to be undone.
 */
bool safe_file_begin(struct safe_file *s, const char *path);

/*
 * It is whole: have it on the disk and give it its name, in place of what has
 * that now.  The descriptor is closed.  False with errno set: the file is
 * gone, and what was there is still there.
 */
bool safe_file_commit(struct safe_file *s);

/* It is not: remove it.  errno stays. */
void safe_file_abandon(struct safe_file *s);

#endif
