/* SPDX-License-Identifier: BSD-3-Clause */
#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/safe_file.h"

#define SUFFIX ".set"
#define COMPLETE "complete=1"
#define ATTEMPTS 16		/* to lock one before others see it */
#define BYTES_MAX (16 << 20)	/* size limit when reading */
#define PREFIX_LENGTH (sizeof(SAFE_FILE_PREFIX) - 1)
#define SUFFIX_LENGTH (sizeof(SUFFIX) - 1)
#define ID_LENGTH (SAFE_FILE_RANDOM_BYTES - 1)

struct journal {
	char prefix[SAFE_FILE_RANDOM_BYTES + 1];	/* "ID-" */
	char name[SAFE_FILE_NAME_BYTES];
	char *folder;
	int folder_fd;
	int fd;
};

/* A journal that was found, and its contents. */
struct found {
	const struct de_host *host;
	const char *folder;
	int folder_fd;
	char name[SAFE_FILE_NAME_BYTES];
	char prefix[SAFE_FILE_NAME_BYTES];	/* of its files' names */
	int fd;
	char *bytes;			/* terminated by a NUL */
	size_t size;
	unsigned int files;		/* number processed */
};

/* ------------------------------------------------------------------- files */

static int
open_folder(const char *folder)
{
	return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool
is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() &&
	    st->st_nlink == 1;
}

/* A file of ours whose name begins with `prefix`. */
static bool
find_ours(int folder, const char *name, const char *prefix, struct stat *st)
{
	return strncmp(name, prefix, strlen(prefix)) == 0 &&
	    fstatat(folder, name, st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    is_ours(st);
}

/* By its full path. */
static bool
remove_file(const char *path, const char *prefix)
{
	const char *name;
	struct stat st;
	const int folder = path[0] == '/' ?
	    safe_file_open_folder(path, &name) : -1;
	bool removed = false;

	if (folder == -1)
		return false;
	if (find_ours(folder, name, prefix, &st))
		removed = unlinkat(folder, name, 0) == 0;
	close(folder);
	return removed;
}

/* Call for each matching name in a directory; the file may be removed. */
static void
each_name(int folder, bool (*fits)(const char *name, const void *arg),
    const void *fits_arg, void (*fn)(void *arg, const char *name), void *arg)
{
	const int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (dir == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (fits(entry->d_name, fits_arg))
			fn(arg, entry->d_name);
	closedir(dir);
}

/* ----------------------------------------------------------------- our own */

/* Another process may hold the lock, taking this journal for a leftover. */
static bool
lock_it(const struct journal *j)
{
	struct stat st;

	if (flock(j->fd, LOCK_EX | LOCK_NB) == -1)
		return errno != EWOULDBLOCK;
	return fstat(j->fd, &st) == 0 && st.st_nlink == 1;
}

static bool
make_file(struct journal *j)
{
	char id[SAFE_FILE_RANDOM_BYTES];

	for (int i = 0; i < ATTEMPTS; i++) {
		if (!safe_file_random(id))
			return false;
		snprintf(j->prefix, sizeof(j->prefix), "%s-", id);
		snprintf(j->name, sizeof(j->name), SAFE_FILE_PREFIX "%s" SUFFIX,
		    id);
		j->fd = openat(j->folder_fd, j->name, O_RDWR | O_CREAT |
		    O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC, SAFE_FILE_MODE);
		if (j->fd == -1 && errno != EEXIST)
			return false;
		if (j->fd != -1 && lock_it(j))
			return true;
		if (j->fd != -1)
			close(j->fd);
		j->fd = -1;
	}
	errno = EBUSY;
	return false;
}

static bool
put_text(const struct journal *j, const char *key, const char *value)
{
	char *text;
	const int length = asprintf(&text, "%s=%s", key, value);

	if (length == -1)
		return false;
	const ssize_t n = write(j->fd, text, (size_t)length + 1);
	free(text);
	if (n >= 0 && n != (ssize_t)length + 1)
		errno = ENOSPC;
	return n == (ssize_t)length + 1;
}

static bool
put_number(const struct journal *j, const char *key, uintmax_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ju", value);
	return put_text(j, key, text);
}

struct journal *
journal_make(const char *folder)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->fd = -1;
	j->folder_fd = open_folder(folder);
	j->folder = strdup(folder);
	if (j->folder_fd != -1 && j->folder != NULL && make_file(j)) {
		if (put_number(j, "process", (uintmax_t)getpid()))
			return j;
		unlinkat(j->folder_fd, j->name, 0);
	}
	const int error = errno;
	journal_free(j);
	errno = error;
	return NULL;
}

void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->fd != -1)
		close(j->fd);
	if (j->folder_fd != -1)
		close(j->folder_fd);
	free(j->folder);
	free(j);
}

const char *
journal_prefix(const struct journal *j)
{
	return j->prefix;
}

bool
journal_is_gone(const struct journal *j)
{
	struct stat st;

	return fstat(j->fd, &st) == -1 || st.st_nlink == 0;
}

bool
journal_note(const struct journal *j, const char *temporary, const char *final)
{
	return put_text(j, "file", temporary) && put_text(j, "name", final);
}

bool
journal_complete(const struct journal *j, const struct journal_move *moves,
    size_t count, bool sync)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++)
		ok = put_text(j, "from", moves[i].from) &&
		    put_number(j, "inode", moves[i].inode) &&
		    put_text(j, "to", moves[i].to) &&
		    put_number(j, "replaces", moves[i].replaces);
	/* The end mark is written separately: it vouches for the rest. */
	return ok && (!sync || fsync(j->fd) == 0) &&
	    write(j->fd, COMPLETE, sizeof(COMPLETE)) ==
	    (ssize_t)sizeof(COMPLETE) && (!sync || (fsync(j->fd) == 0 &&
	    safe_file_sync_folder(j->folder_fd) == 0));
}

/* ----------------------------------------------------------------- reading */

static bool
read_all(struct found *f)
{
	struct stat st;

	if (fstat(f->fd, &st) == -1 || st.st_size > BYTES_MAX)
		return false;
	f->size = 0;
	free(f->bytes);
	f->bytes = malloc((size_t)st.st_size + 1);
	while (f->bytes != NULL && f->size < (size_t)st.st_size) {
		const ssize_t n = pread(f->fd, f->bytes + f->size,
		    (size_t)st.st_size - f->size, (off_t)f->size);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		f->size += (size_t)n;
	}
	if (f->bytes == NULL)
		return false;
	f->bytes[f->size] = '\0';
	return true;
}

/* The next text; NULL at the end, or if it is incomplete. */
static const char *
next_text(const struct found *f, size_t *at)
{
	const char *text = f->bytes + *at;

	if (*at >= f->size)
		return NULL;
	const size_t length = strlen(text);
	*at += length + 1;
	return *at > f->size ? NULL : text;
}

/* The value if the text has that key, else NULL. */
static const char *
value_of(const char *text, const char *key)
{
	const size_t length = strlen(key);

	return text != NULL && strncmp(text, key, length) == 0 &&
	    text[length] == '=' ? text + length + 1 : NULL;
}

static bool
is_complete(const struct found *f)
{
	return f->size > sizeof(COMPLETE) && memcmp(f->bytes + f->size -
	    sizeof(COMPLETE), COMPLETE, sizeof(COMPLETE)) == 0 &&
	    f->bytes[f->size - sizeof(COMPLETE) - 1] == '\0';
}

/* -------------------------------------------------------------- leavings */

static bool
begins_with(const char *name, const void *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static void
remove_name(void *arg, const char *name)
{
	struct found *f = arg;
	struct stat st;

	if (find_ours(f->folder_fd, name, f->prefix, &st) &&
	    unlinkat(f->folder_fd, name, 0) == 0)
		f->files++;
}

/* Remove files in other directories, and one not recorded yet. */
static void
remove_files(struct found *f)
{
	const char *text;
	size_t at = 0;

	while ((text = next_text(f, &at)) != NULL) {
		const char *path = value_of(text, "file");
		if (path != NULL && remove_file(path, f->prefix))
			f->files++;
	}
	each_name(f->folder_fd, begins_with, f->prefix, remove_name, f);
}

/* Never replace anything that was put there since. */
static bool
may_take(int folder, const char *name, uintmax_t replaces)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT;
	return S_ISREG(st.st_mode) && (uintmax_t)st.st_ino == replaces;
}

static void
finish_move(struct found *f, const char *from, uintmax_t inode, const char *to,
    uintmax_t replaces)
{
	const char *old_name, *new_name = strrchr(to, '/');
	struct stat st;
	const int folder = from[0] == '/' ?
	    safe_file_open_folder(from, &old_name) : -1;

	if (folder == -1)
		return;
	/* Both are in the same directory. */
	if (new_name != NULL && new_name - to == old_name - 1 - from &&
	    strncmp(from, to, (size_t)(old_name - from)) == 0 &&
	    find_ours(folder, old_name, f->prefix, &st) &&
	    (uintmax_t)st.st_ino == inode) {
		if (!may_take(folder, new_name + 1, replaces))
			f->host->report(f->host, DE_WARNING, "%s has been "
			    "replaced since; removing the volume that an "
			    "interrupted run wrote for that name", to);
		else if (renameat(folder, old_name, folder, new_name + 1) == 0)
			f->files++;
		safe_file_sync_folder(folder);
	}
	close(folder);
}

static void
finish_moves(struct found *f)
{
	const char *text;
	size_t at = 0;

	while ((text = next_text(f, &at)) != NULL) {
		const char *from = value_of(text, "from");
		if (from == NULL)
			continue;
		const char *inode = value_of(next_text(f, &at), "inode");
		const char *to = value_of(next_text(f, &at), "to");
		const char *replaces = value_of(next_text(f, &at), "replaces");
		if (inode == NULL || to == NULL || replaces == NULL)
			break;
		finish_move(f, from, strtoumax(inode, NULL, 10), to,
		    strtoumax(replaces, NULL, 10));
	}
}

/* Its run is dead, and we hold the lock. */
static void
deal_with(struct found *f)
{
	const bool complete = is_complete(f);

	if (complete) {
		finish_moves(f);
		f->host->report(f->host, DE_WARNING, "%s: a run was "
		    "interrupted after its dump was complete; gave its %u "
		    "remaining volumes their final names", f->folder, f->files);
	}
	f->files = 0;
	remove_files(f);
	if (!complete && f->files > 0)
		f->host->report(f->host, DE_INFO, "%s: removed incomplete "
		    "volumes of an interrupted run (%u)", f->folder, f->files);
	unlinkat(f->folder_fd, f->name, 0);
}

/* Does this run, which is alive, write to that name? */
static bool
writes_to(const struct found *f, const char *final, const char **process)
{
	const char *text;
	size_t at = 0;
	bool does = false;

	*process = "?";
	while ((text = next_text(f, &at)) != NULL) {
		const char *name = value_of(text, "name");
		if (name != NULL && strcmp(name, final) == 0)
			does = true;
		if (value_of(text, "process") != NULL)
			*process = value_of(text, "process");
	}
	return does;
}

static bool
is_journal(const char *name, const void *own)
{
	return strlen(name) == PREFIX_LENGTH + ID_LENGTH + SUFFIX_LENGTH &&
	    strncmp(name, SAFE_FILE_PREFIX, PREFIX_LENGTH) == 0 &&
	    strcmp(name + PREFIX_LENGTH + ID_LENGTH, SUFFIX) == 0 &&
	    (own == NULL || strcmp(name, own) != 0);
}

struct cleaning {
	struct found found;
	const char *final;
	bool in_use;
};

static void
look_at(struct cleaning *c)
{
	struct found *f = &c->found;
	const char *process;
	struct stat st;

	if (fstat(f->fd, &st) == -1 || !is_ours(&st) ||
	    (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return;
	if (flock(f->fd, LOCK_EX | LOCK_NB) == 0) {
		/* A lock released in the meantime tells nothing. */
		if (fstat(f->fd, &st) == 0 && is_ours(&st) && read_all(f))
			deal_with(f);
	} else if (errno == EWOULDBLOCK && read_all(f) &&
	    writes_to(f, c->final, &process)) {
		f->host->report(f->host, DE_ERROR, "%s is being written by "
		    "another run (process %s)", c->final, process);
		c->in_use = true;
	}
}

static void
take_journal(void *arg, const char *name)
{
	struct cleaning *c = arg;
	struct found *f = &c->found;

	f->fd = openat(f->folder_fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (f->fd == -1)
		return;
	f->files = 0;
	snprintf(f->name, sizeof(f->name), "%s", name);
	snprintf(f->prefix, sizeof(f->prefix), "%.*s-",
	    (int)(PREFIX_LENGTH + ID_LENGTH), name);
	look_at(c);
	close(f->fd);
}

bool
journal_clean_up(const struct de_host *host, const char *folder,
    const struct journal *own, const char *final)
{
	struct cleaning c = {
		.found = { .host = host, .folder = folder,
		    .folder_fd = open_folder(folder) },
		.final = final,
	};

	if (c.found.folder_fd == -1)
		return true;
	each_name(c.found.folder_fd, is_journal,
	    own == NULL ? NULL : own->name, take_journal, &c);
	free(c.found.bytes);
	close(c.found.folder_fd);
	return !c.in_use;
}

void
journal_end(struct journal *j)
{
	struct found f = { .folder = j->folder, .folder_fd = j->folder_fd,
	    .fd = j->fd };

	snprintf(f.prefix, sizeof(f.prefix), SAFE_FILE_PREFIX "%s", j->prefix);
	if (read_all(&f))
		remove_files(&f);
	free(f.bytes);
	unlinkat(j->folder_fd, j->name, 0);
}
