/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-file.c - output: a file, a pipe, standard output or a device
 *
 * A regular file is written under the name with PARTIAL_SUFFIX behind it and
 * gets its final name when it is whole and, unless "fsync" is false, safe on
 * the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "../common/pattern.h"
#include "flusher.h"

#define PARTIAL_SUFFIX ".partial"
#define STANDARD_OUTPUT "-"
/* A dump holds everybody's files. */
#define FILE_MODE 0600

/* A file that was written in this run. */
struct written_file {
	dev_t device;
	ino_t inode;
	uint32_t volume;
};

/*
 * The file that is being written, in memory that all processes of a dump see:
 * if its writer dies, the next one may replace what it finds at the name.
 */
struct current_file {
	dev_t device;
	ino_t inode;
	uint32_t volume;
};

struct out_file {
	const struct de_host *host;	/* borrowed */
	const char *const *paths;	/* borrowed; option "path" */
	size_t path_count;		/* 1 or more */
	bool overwrite;			/* option "overwrite" */
	bool end_when_full;		/* option "end_when_full" */
	bool fsync;			/* option "fsync" */
	struct written_file *files;	/* owned; 24 bytes a volume */
	size_t file_count;
	struct current_file *current;	/* owned; shared memory */

	uint32_t volume;		/* that is open */
	int fd;				/* -1 when no volume is open */
	int read_fd;			/* of reading back; -1: not open */
	off_t read;			/* bytes */
	bool is_regular;
	bool replace;			/* what is at the name is ours to replace */
	char *name;			/* of the open volume, for messages */
	char *target;			/* its final name, links resolved */
	char *partial;			/* its name until then; NULL: the same */
	off_t written;			/* bytes */
	struct flusher *flusher;	/* so that little is left at the end */
};

static const struct de_option out_file_options[] = {
	{ "path", DE_OPTION_STRINGS, DE_OPTION_REQUIRED, 1, PATH_MAX - 1, NULL,
	  "name of the file; %v volume, %j job, %l level, %d date, %% percent; "
	  "- is standard output; a list has a name for each volume" },
	{ "overwrite", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "replace a file of that name once the new one is complete" },
	{ "end_when_full", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "take a full disk for the end of the volume, not for an error" },
	{ "fsync", DE_OPTION_BOOLEAN, 0, 0, 0, "true",
	  "end a volume only when the disk has all of it" },
	{ NULL, 0, 0, 0, 0, NULL, NULL }
};

static enum de_status
fail(const struct out_file *f, const char *name, const char *what, int error)
{
	f->host->report(f->host, DE_ERROR, "%s: %s: %s", name, what,
	    strerror(error));
	return DE_FAILED;
}

static enum de_status
refuse(const struct out_file *f, const char *name, const char *why)
{
	f->host->report(f->host, DE_ERROR, "%s %s", name, why);
	return DE_FAILED;
}

static void
forget_volume(struct out_file *f)
{
	flusher_stop(f->flusher);
	f->flusher = NULL;
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
	if (f->read_fd != -1)
		close(f->read_fd);
	f->read_fd = -1;
	free(f->name);
	free(f->target);
	free(f->partial);
	f->name = f->target = f->partial = NULL;
}

/* The folder that `path` is in; to be freed. */
static char *
folder_of(const char *path)
{
	char *copy = strdup(path);
	char *folder = copy == NULL ? NULL : strdup(dirname(copy));

	free(copy);
	return folder;
}

static enum de_status
check_folder(const struct out_file *f, const char *name)
{
	char *folder = folder_of(name);
	enum de_status status = DE_OK;

	if (folder == NULL)
		return fail(f, name, "cannot be written", ENOMEM);
	if (access(folder, W_OK | X_OK) == -1)
		status = fail(f, name,
		    errno == ENOENT ? "its folder is missing" :
		    "its folder cannot be written", errno);
	free(folder);
	return status;
}

/*
 * The name for a volume, to be freed: what the EOT handler says, or what the
 * options do; the last one of a list serves for all that follow.
 */
static char *
name_of(const struct out_file *f, const struct de_volume *volume)
{
	const size_t i = volume->number <= f->path_count ?
	    volume->number - 1 : f->path_count - 1;
	char *name = volume->medium != NULL ? strdup(volume->medium) :
	    pattern_expand(f->paths[i], volume);

	if (name == NULL)
		fail(f, f->paths[i], "cannot be written", ENOMEM);
	return name;
}

/* The volume of this run that is in that file; 0: none. */
static uint32_t
written_as(const struct out_file *f, const struct stat *st)
{
	for (size_t i = 0; i < f->file_count; i++)
		if (f->files[i].device == st->st_dev &&
		    f->files[i].inode == st->st_ino)
			return f->files[i].volume;
	return 0;
}

/* Did an earlier process of this run write that, as this very volume? */
static bool
is_current(const struct out_file *f, const struct stat *st)
{
	return f->volume != 0 && f->current->volume == f->volume &&
	    f->current->device == st->st_dev &&
	    f->current->inode == st->st_ino;
}

/* What is at the name already? */
enum existing { NOTHING, REGULAR, SPECIAL, UNUSABLE };

static enum existing
look_at(const struct out_file *f, const char *name)
{
	struct stat st;

	if (stat(name, &st) == -1) {
		if (errno == ENOENT && lstat(name, &st) == -1)
			return NOTHING;
		fail(f, name, S_ISLNK(st.st_mode) && errno == ENOENT ?
		    "is a symbolic link that leads nowhere" :
		    "cannot be written", errno);
		return UNUSABLE;
	}
	if (S_ISDIR(st.st_mode)) {
		refuse(f, name, "is a folder; give the name of a file in it");
		return UNUSABLE;
	}
	if (S_ISSOCK(st.st_mode)) {
		refuse(f, name, "is a socket, which cannot be written to");
		return UNUSABLE;
	}
	if (S_ISBLK(st.st_mode) && !f->overwrite) {
		refuse(f, name, "is a block device; to have what is on it "
		    "overwritten, set overwrite = true");
		return UNUSABLE;
	}
	const uint32_t volume = written_as(f, &st);
	if (S_ISREG(st.st_mode) && volume != 0) {
		f->host->report(f->host, DE_ERROR, "%s is volume %u of this "
		    "dump already; give a path with %%v, a list of paths, or "
		    "have the EOT handler move it or name another", name,
		    volume);
		return UNUSABLE;
	}
	if (S_ISREG(st.st_mode) && !f->overwrite && !is_current(f, &st)) {
		refuse(f, name, "exists already; remove it, give another path "
		    "(as with %d for the date), or set overwrite = true");
		return UNUSABLE;
	}
	return S_ISREG(st.st_mode) ? REGULAR : SPECIAL;
}

static bool
is_standard_output(const char *name)
{
	return strcmp(name, STANDARD_OUTPUT) == 0;
}

static enum de_status
check_standard_output(const struct out_file *f)
{
	if (isatty(STDOUT_FILENO))
		return refuse(f, "standard output", "is a terminal; a dump "
		    "would do it no good");
	return DE_OK;
}

static enum de_status
out_file_check(void *self, const struct de_volume *volume)
{
	struct out_file *f = self;
	char *name = name_of(f, volume);
	enum de_status status = DE_OK;

	if (name == NULL)
		return DE_FAILED;
	if (is_standard_output(name)) {
		status = check_standard_output(f);
	} else {
		switch (look_at(f, name)) {
		case NOTHING:
		case REGULAR:
			status = check_folder(f, name);
			break;
		case SPECIAL:
			if (access(name, W_OK) == -1)
				status = fail(f, name, "cannot be written",
				    errno);
			break;
		case UNUSABLE:
			status = DE_FAILED;
			break;
		}
	}
	free(name);
	return status;
}

/* What messages call the thing that is being written. */
static const char *
display_name(const struct out_file *f)
{
	if (is_standard_output(f->name))
		return "standard output";
	return f->partial != NULL ? f->partial : f->name;
}

static enum de_status
open_standard_output(struct out_file *f)
{
	if (f->volume > 1)
		return refuse(f, "standard output", "can take one volume only; "
		    "restore cannot read two of them in a row");
	if (check_standard_output(f) != DE_OK)
		return DE_FAILED;
	f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (f->fd == -1)
		return fail(f, "standard output", "cannot be used", errno);
	return DE_OK;
}

static enum de_status
open_special(struct out_file *f)
{
	f->fd = open(f->name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (f->fd == -1)
		return fail(f, f->name, "cannot be opened for writing", errno);
	return DE_OK;
}

/* A link to a file stays a link; what it leads to is replaced. */
static enum de_status
set_names(struct out_file *f, enum existing existing)
{
	f->target = existing == REGULAR ? realpath(f->name, NULL) :
	    strdup(f->name);
	if (f->target == NULL ||
	    asprintf(&f->partial, "%s" PARTIAL_SUFFIX, f->target) == -1) {
		f->partial = NULL;
		return fail(f, f->name, "cannot be written", errno);
	}
	return DE_OK;
}

/*
 * The lock keeps two runs from writing to the same file; what an interrupted
 * run has left behind is not locked any more.
 */
static enum de_status
open_partial(struct out_file *f)
{
	struct stat opened, named;

	f->fd = open(f->partial, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    FILE_MODE);
	if (f->fd == -1)
		return fail(f, f->partial, errno == ENOENT ?
		    "its folder is missing" : "cannot be made", errno);
	if (flock(f->fd, LOCK_EX | LOCK_NB) == -1 ||
	    fstat(f->fd, &opened) == -1 || stat(f->partial, &named) == -1 ||
	    opened.st_ino != named.st_ino || !S_ISREG(opened.st_mode)) {
		close(f->fd);
		f->fd = -1;
		return refuse(f, f->partial,
		    "is being written by another run");
	}
	*f->current = (struct current_file){ opened.st_dev, opened.st_ino,
	    f->volume };
	/* A file that was cut is written out when it is closed (ext4). */
	if ((opened.st_size > 0 && ftruncate(f->fd, 0) == -1) ||
	    fchmod(f->fd, FILE_MODE) == -1)
		return fail(f, f->partial, "cannot be made", errno);
	f->is_regular = true;
	return DE_OK;
}

static enum de_status
open_file(struct out_file *f)
{
	const enum existing existing = look_at(f, f->name);

	if (existing == UNUSABLE)
		return DE_FAILED;
	if (existing == SPECIAL)
		return open_special(f);
	f->replace = existing == REGULAR;
	if (set_names(f, existing) != DE_OK)
		return DE_FAILED;
	return open_partial(f);
}

/* Or a redirected standard output, which is somebody else's file. */
static bool
is_pipe(const struct out_file *f)
{
	struct stat st;

	return is_standard_output(f->name) ||
	    (fstat(f->fd, &st) == 0 && S_ISFIFO(st.st_mode));
}

static enum de_status
out_file_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_file *f = self;
	enum de_status status;

	f->is_regular = false;
	f->written = 0;
	f->volume = volume->number;
	f->name = name_of(f, volume);
	if (f->name == NULL)
		return DE_FAILED;
	status = is_standard_output(f->name) ? open_standard_output(f) :
	    open_file(f);
	if (status != DE_OK) {
		forget_volume(f);
		return status;
	}
	medium->name = is_standard_output(f->name) ? "standard output" :
	    f->name;
	if (is_pipe(f))
		medium->properties |= DE_MEDIUM_ONCE;
	if (f->is_regular && f->fsync)
		f->flusher = flusher_start(f->fd);
	return DE_OK;
}

static enum de_status
write_failed(const struct out_file *f, int error)
{
	const char *name = display_name(f);

	switch (error) {
	case ECANCELED:		/* nobody needs to be told */
		return DE_FAILED;
	case ENOSPC:
	case EDQUOT:
		f->host->report(f->host, DE_ERROR, "%s: %s after %lld bytes; "
		    "make room there, or give a path elsewhere", name,
		    error == ENOSPC ? "the disk is full" :
		    "the disk quota is used up", (long long)f->written);
		return DE_FAILED;
	case EPIPE:
		return refuse(f, name, "is a pipe that nobody reads any more");
	default:
		return fail(f, name, "cannot be written", error);
	}
}

/* All of it: 0, or an error number. */
static int
write_all(const struct out_file *f, const char *at, size_t length)
{
	while (length > 0) {
		const ssize_t n = write(f->fd, at, length);
		if (n == -1 && errno == EINTR) {
			if (f->host->cancelled(f->host))
				return ECANCELED;
			continue;
		}
		if (n == -1)
			return errno;
		if (n == 0)
			return EIO;
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

static enum de_status
out_file_write(void *self, const void *record, size_t length)
{
	struct out_file *f = self;
	const int error = write_all(f, record, length);

	/* Nothing of the record may be on the volume that it does not fit. */
	if ((error == ENOSPC || error == EDQUOT) && f->is_regular &&
	    f->end_when_full && ftruncate(f->fd, f->written) == 0)
		return DE_END_OF_VOLUME;
	if (error != 0)
		return write_failed(f, error);
	f->written += (off_t)length;
	flusher_written(f->flusher, f->written);
	return DE_OK;
}

/* A new name is safe when the folder is. */
static enum de_status
sync_folder(const struct out_file *f)
{
	char *folder = folder_of(f->target);
	enum de_status status = DE_OK;

	const int fd = folder == NULL ? -1 :
	    open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A folder that one may write but not read cannot be asked. */
	if (fd != -1 && fsync(fd) == -1 && errno != EINVAL)
		status = fail(f, folder, "cannot be made safe", errno);
	if (fd != -1)
		close(fd);
	free(folder);
	return status;
}

/* Give it the final name, unless a file of that name has come up since. */
static int
rename_unless_there(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* Not every filesystem can do that; a link does the same. */
	return link(from, to) == -1 ? -1 : unlink(from);
}

/* So that no later volume is written over it. */
static enum de_status
remember_file(struct out_file *f)
{
	struct stat st;
	struct written_file *files = reallocarray(f->files, f->file_count + 1,
	    sizeof(*files));

	if (files == NULL || fstat(f->fd, &st) == -1)
		return fail(f, f->partial, "cannot be finished", errno);
	f->files = files;
	files[f->file_count++] = (struct written_file){ st.st_dev, st.st_ino,
	    f->volume };
	return DE_OK;
}

static enum de_status
finish_regular(struct out_file *f)
{
	if (remember_file(f) != DE_OK)
		return DE_FAILED;
	if (f->fsync && fsync(f->fd) == -1)
		return fail(f, f->partial, "cannot be made safe", errno);
	if ((f->overwrite || f->replace ? rename(f->partial, f->target) :
	    rename_unless_there(f->partial, f->target)) == -1)
		return fail(f, f->target, "cannot be given its name", errno);
	free(f->partial);
	f->partial = NULL;
	return f->fsync ? sync_folder(f) : DE_OK;
}

static enum de_status
finish_special(struct out_file *f)
{
	/* Pipes and the like have nothing that could be made safe. */
	if (f->fsync && fsync(f->fd) == -1 && errno != EINVAL &&
	    errno != EROFS && errno != ENOTSUP)
		return fail(f, f->name, "cannot be made safe", errno);
	const int fd = f->fd;
	f->fd = -1;
	if (close(fd) == -1 && errno != EINTR)
		return fail(f, f->name, "cannot be closed", errno);
	return DE_OK;
}

static enum de_status
out_file_close_volume(void *self, enum de_close how)
{
	struct out_file *f = self;
	enum de_status status = DE_OK;

	if (how == DE_CLOSE_COMPLETE)
		status = f->is_regular ? finish_regular(f) : finish_special(f);
	if (f->partial != NULL)
		unlink(f->partial);
	forget_volume(f);
	return status;
}

/* From the disk: what the kernel still has of it is dropped. */
static enum de_status
out_file_begin_readback(void *self)
{
	struct out_file *f = self;
	const char *name = f->partial != NULL ? f->partial : f->name;
	struct stat st;

	if (fstat(f->fd, &st) == -1 ||
	    (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)))
		return refuse(f, name, "cannot be read back, as it is neither "
		    "a file nor a disk; verify = true does not work with it");
	if (fsync(f->fd) == -1)
		return fail(f, name, "cannot be made safe", errno);
	f->read_fd = open(name, O_RDONLY | O_CLOEXEC);
	if (f->read_fd == -1)
		return fail(f, name, "cannot be read back", errno);
	posix_fadvise(f->read_fd, 0, 0, POSIX_FADV_DONTNEED);
	posix_fadvise(f->read_fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	f->read = 0;
	return DE_OK;
}

static enum de_status
out_file_read_back(void *self, void *buffer, size_t room, size_t *length)
{
	struct out_file *f = self;
	ssize_t n;

	/* A disk goes on behind the volume. */
	if (!f->is_regular && (off_t)room > f->written - f->read)
		room = (size_t)(f->written - f->read);
	if (room == 0)
		return DE_NO_MORE;
	do
		n = read(f->read_fd, buffer, room);
	while (n == -1 && errno == EINTR && !f->host->cancelled(f->host));
	if (n == -1)
		return fail(f, f->name, "cannot be read back", errno);
	f->read += n;
	*length = (size_t)n;
	return n == 0 ? DE_NO_MORE : DE_OK;
}

/* A device or a pipe that has the volume before, but not /dev/null. */
static bool
out_file_needs_change(void *self, const struct de_volume *volume)
{
	const struct out_file *f = self;
	struct de_volume before = *volume;
	struct stat st;
	bool needed = false;

	before.number--;
	char *name = name_of(f, volume);
	char *old_name = name_of(f, &before);
	if (name != NULL && old_name != NULL && strcmp(name, old_name) == 0 &&
	    !is_standard_output(name) && stat(name, &st) == 0)
		needed = !S_ISREG(st.st_mode) && !(S_ISCHR(st.st_mode) &&
		    st.st_rdev == makedev(1, 3));
	free(old_name);
	free(name);
	return needed;
}

/* In each of the names. */
static enum de_status
check_patterns(const struct out_file *f)
{
	char wrong;

	for (size_t i = 0; i < f->path_count; i++)
		if (!pattern_is_valid(f->paths[i], &wrong)) {
			f->host->report(f->host, DE_ERROR, "path: \"%s\": "
			    "%%%c stands for nothing; there are %%v, %%j, "
			    "%%l, %%d and %%%%", f->paths[i], wrong);
			return DE_FAILED;
		}
	return DE_OK;
}

static void
out_file_destroy(void *self)
{
	struct out_file *f = self;

	munmap(f->current, sizeof(*f->current));
	free(f->files);
	free(f);
}

static enum de_status
out_file_create(const struct de_host *host, void **self)
{
	struct out_file *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		host->report(host, DE_ERROR, "out-file: out of memory");
		return DE_FAILED;
	}
	f->host = host;
	f->path_count = host->get_strings(host, "path", &f->paths);
	f->overwrite = host->get_boolean(host, "overwrite");
	f->end_when_full = host->get_boolean(host, "end_when_full");
	f->fsync = host->get_boolean(host, "fsync");
	f->fd = f->read_fd = -1;
	void *shared = mmap(NULL, sizeof(*f->current), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		host->report(host, DE_ERROR, "out-file: out of memory");
		free(f);
		return DE_FAILED;
	}
	f->current = shared;
	if (check_patterns(f) != DE_OK) {
		out_file_destroy(f);
		return DE_FAILED;
	}
	*self = f;
	return DE_OK;
}

static const struct de_output out_file_output = {
	.struct_size = sizeof(out_file_output),
	.check = out_file_check,
	.open_volume = out_file_open_volume,
	.write = out_file_write,
	.close_volume = out_file_close_volume,
	.begin_readback = out_file_begin_readback,
	.read_back = out_file_read_back,
	.needs_change = out_file_needs_change,
};

static const struct de_plugin out_file = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-file",
	.summary = "write each volume to a file, a pipe or standard output",
	.options = out_file_options,
	.create = out_file_create,
	.destroy = out_file_destroy,
	.output = &out_file_output,
};

DE_PLUGIN(out_file);
