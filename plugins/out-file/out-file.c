/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-file.c - output: a file, a pipe, standard output or a device
 *
 * Reads volumes from the same places, and standard input.
 *
 * A regular file gets its final name once it is complete and, unless "fsync" is
 * false, durable.  One that replaces another file waits until the whole dump is
 * complete.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../common/pattern.h"
#include "../common/resource.h"
#include "flusher.h"
#include "place.h"
#include "reading.h"
#include "set.h"

#define LOOKED_AT_MAX 1000	/* volumes, in check() */

/* State for the next attempt at a volume; in shared memory. */
struct shared {
	bool no_room;		/* for both the old and the new dump */
	bool at_once;		/* so name volumes immediately */
};

struct out_file {
	const struct de_host *host;	/* borrowed */
	const char *const *paths;	/* borrowed; option "path" */
	size_t path_count;		/* 1 or more */
	bool overwrite;			/* option "overwrite" */
	bool end_when_full;		/* option "end_when_full" */
	bool fsync;			/* option "fsync" */
	struct set *set;		/* owned; the regular files */
	struct shared *shared;		/* owned */

	struct place_dump dump;		/* the dump in progress */
	uint32_t volume;		/* the open volume */
	bool is_handled;		/* an EOT handler may move it away */
	char *name;			/* its name in messages */
	struct place place;		/* its temporary name */
	int fd;				/* -1 when no volume is open */
	bool is_disk;			/* a disk is longer than the volume */
	off_t written;			/* bytes */
	off_t read;			/* bytes read back */
	enum de_failure failure;	/* of the last call */
	bool may_retry;
	struct flusher *flusher;	/* leaves little to sync at the end */
	struct reading *reading;	/* owned; the volume open for reading */
	bool has_read_input;		/* standard input, a pipe */
};

static const struct de_option out_file_options[] = {
	{ "path", DE_OPTION_STRINGS, DE_OPTION_REQUIRED, 1, PATH_MAX - 1, NULL,
	  "file name; %v volume, %j job, %l level, %d date, %h host, %% "
	  "percent; - is standard output; a list names each volume" },
	{ "overwrite", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "replace an existing file once the new dump is complete" },
	{ "end_when_full", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "treat a full disk as the end of the volume, not as an error" },
	{ "fsync", DE_OPTION_BOOLEAN, 0, 0, 0, "true",
	  "complete a volume only when all of it is on the disk" },
	DE_OPTIONS_END
};

static enum de_failure
failure_of(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return DE_FAILURE_FULL;
	case EROFS:
		return DE_FAILURE_WRITE_PROTECTED;
	case EBUSY:
		return DE_FAILURE_BUSY;
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return DE_FAILURE_NO_DEVICE;
	case EIO:
		return DE_FAILURE_MEDIUM;
	default:
		return DE_FAILURE_OTHER;
	}
}

static enum de_status
fail_path(struct out_file *f, const char *name, const char *what, int error)
{
	f->failure = failure_of(error);
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

static bool
is_regular(const struct out_file *f)
{
	return f->place.kind == PLACE_FREE || f->place.kind == PLACE_FILE;
}

static void
forget_volume(struct out_file *f)
{
	flusher_stop(f->flusher);
	f->flusher = NULL;
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
	free(f->name);
	f->name = NULL;
	place_free(&f->place);
}

/*
 * The name of a volume; the caller frees it.  The EOT handler's choice, or else
 * from the options; the last name of a list serves for all further volumes.
 */
static char *
name_of(struct out_file *f, const struct de_volume *volume)
{
	const size_t i = volume->number <= f->path_count ?
	    volume->number - 1 : f->path_count - 1;
	char *name = volume->medium != NULL ? strdup(volume->medium) :
	    pattern_expand(f->paths[i], volume);

	if (name == NULL)
		fail_path(f, f->paths[i], "cannot be written", ENOMEM);
	return name;
}

/* Older engines do not set this. */
static bool
has_property(const struct de_volume *volume, uint32_t property)
{
	return DE_HAS(volume, properties) &&
	    (volume->properties & property) != 0;
}

static bool
is_handled(const struct de_volume *volume)
{
	return has_property(volume, DE_VOLUME_HANDLED);
}

/* ---------------------------------------------------------------- checking */

static enum de_status
check_folder(struct out_file *f, const struct place *place, const char *name)
{
	char *copy = strdup(place->path);
	enum de_status status = DE_OK;

	if (copy == NULL)
		return fail_path(f, name, "cannot be written", ENOMEM);
	if (access(dirname(copy), W_OK | X_OK) == -1)
		status = fail_path(f, name, "its directory is not writable",
		    errno);
	free(copy);
	return status;
}

static enum de_status
check_special(struct out_file *f, const struct place *place, const char *name)
{
	if (access(place->path, W_OK) == -1)
		return fail_path(f, name, "cannot be written", errno);
	if (S_ISCHR(place->st.st_mode) && place->st.st_rdev == makedev(1, 7))
		return refuse(f, name, "is a device that is always full");
	if (!S_ISBLK(place->st.st_mode))
		return DE_OK;
	const int fd = open(place->path, O_RDONLY | O_EXCL | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1)
		return fail_path(f, name, errno == EBUSY ? "is in use: "
		    "mounted, or part of a volume group or an array" : "cannot "
		    "be opened", errno);
	close(fd);
	return DE_OK;
}

/* A shell opens standard output for writing only. */
static bool
can_be_read_back(const struct place *place)
{
	struct stat st = place->st;

	if (place->kind == PLACE_FREE)
		return true;
	if (place->kind == PLACE_DESCRIPTOR &&
	    (fstat(place->descriptor, &st) == -1 ||
	    (fcntl(place->descriptor, F_GETFL) & O_ACCMODE) != O_RDWR))
		return false;
	return S_ISREG(st.st_mode) || S_ISBLK(st.st_mode);
}

static enum de_status
check_readback(const struct out_file *f, const struct de_volume *volume,
    const struct place *place, const char *name)
{
	if (!has_property(volume, DE_VOLUME_VERIFIED) ||
	    can_be_read_back(place))
		return DE_OK;
	return refuse(f, name, "cannot be read back; verify = true requires a "
	    "file or a disk");
}

static enum de_status
check_descriptor(const struct out_file *f, const struct place *place)
{
	if (isatty(place->descriptor))
		return refuse(f, "standard output", "is a terminal; redirect "
		    "it to a file or a pipe");
	return DE_OK;
}

static enum de_status
check_place(struct out_file *f, const struct place *place, const char *name)
{
	switch (place->kind) {
	case PLACE_FREE:
	case PLACE_FILE:
		place_warn(place, f->host);
		return check_folder(f, place, name);
	case PLACE_SPECIAL:
		return check_special(f, place, name);
	case PLACE_DESCRIPTOR:
		return check_descriptor(f, place);
	case PLACE_UNUSABLE:
		break;
	}
	return DE_FAILED;
}

/* Check a volume's name and, if the volume is certain, what exists there. */
static enum de_status
check_name(struct out_file *f, const struct de_volume *volume,
    const char *name, bool is_certain)
{
	struct place place;
	enum de_status status;

	place_find(&place, f->host, name);
	status = check_place(f, &place, name);
	if (status == DE_OK)
		status = check_readback(f, volume, &place, name);
	if (status == DE_OK && is_certain)
		status = place_may_go(&place, f->host, name, f->overwrite);
	place_free(&place);
	return status;
}

/* Would two consecutive volumes be the same file? */
static bool
are_one_file(const char *name, const char *before)
{
	struct stat st;

	return strcmp(name, before) == 0 &&
	    (stat(name, &st) == -1 || S_ISREG(st.st_mode));
}

static enum de_status
check_later(struct out_file *f, const struct de_volume *first,
    uint32_t volumes)
{
	struct de_volume volume = *first;
	char *before = name_of(f, first);
	enum de_status status = before == NULL ? DE_FAILED : DE_OK;

	for (uint32_t i = 2; status == DE_OK && (i <= volumes ||
	    i <= f->path_count) && i <= LOOKED_AT_MAX; i++) {
		volume.number = i;
		char *name = name_of(f, &volume);
		if (name == NULL) {
			status = DE_FAILED;
		} else if (!are_one_file(name, before)) {
			status = check_name(f, &volume, name, i <= volumes);
		} else if (i <= volumes) {
			f->host->report(f->host, DE_ERROR, "%s would hold both "
			    "volume %u and volume %u; use %%v in the path, "
			    "list several paths, or let an EOT handler name "
			    "the next", name, i - 1, i);
			status = DE_FAILED;
		}
		free(before);
		before = name;
	}
	free(before);
	return status;
}

static enum de_status
out_file_check(void *self, const struct de_volume *volume)
{
	struct out_file *f = self;
	char *name = name_of(f, volume);
	enum de_status status = name == NULL ? DE_FAILED :
	    check_name(f, volume, name, true);

	free(name);
	/* A handler prepares the later ones when they are due. */
	if (status == DE_OK && !is_handled(volume))
		status = check_later(f, volume, DE_HAS(volume, volumes) ?
		    volume->volumes : 0);
	return status;
}

static enum de_status
name_resource(const struct resource_taker *taker, const char *name)
{
	/* Later output to standard output is appended. */
	return strcmp(name, "-") == 0 ? DE_OK :
	    resource_name_path(taker, name);
}

static enum de_status
out_file_name_resources(void *self, const struct de_volume *volume,
    de_resource_fn *take, void *arg)
{
	const struct out_file *f = self;
	const struct resource_taker taker = { .take = take, .arg = arg };

	return resource_name_volumes(&taker, f->paths, f->path_count, volume,
	    name_resource);
}

/* ----------------------------------------------------------------- opening */

/* The volume's name in messages. */
static const char *
shown(const struct out_file *f)
{
	return strcmp(f->name, "-") == 0 ? "standard output" : f->name;
}

static enum de_status
open_descriptor(struct out_file *f)
{
	if (f->volume > 1)
		return refuse(f, shown(f), "can hold only one volume; restore "
		    "cannot read two in a row");
	if (check_descriptor(f, &f->place) != DE_OK)
		return DE_FAILED;
	f->fd = fcntl(f->place.descriptor, F_DUPFD_CLOEXEC, 3);
	if (f->fd == -1)
		return fail_path(f, shown(f), "cannot be used", errno);
	return DE_OK;
}

static enum de_status
may_go(struct out_file *f)
{
	if (place_may_go(&f->place, f->host, f->name, f->overwrite) == DE_OK)
		return DE_OK;
	f->failure = DE_FAILURE_PROTECTED;
	return DE_FAILED;
}

static enum de_status
open_special(struct out_file *f)
{
	if (may_go(f) != DE_OK)
		return DE_FAILED;
	f->fd = place_open(&f->place, f->host, f->name);
	if (f->fd == -1) {
		f->failure = failure_of(errno);
		return DE_FAILED;
	}
	f->is_disk = S_ISBLK(f->place.st.st_mode);
	/* From here on there is no way back. */
	return f->is_disk ? place_retire(&f->place, f->host, f->name,
	    f->overwrite, &f->dump) : DE_OK;
}

static enum de_status
retire_name(void *arg, const char *final)
{
	const struct out_file *f = arg;
	struct place place;

	place_find(&place, f->host, final);
	const enum de_status status = place_retire(&place, f->host, final,
	    f->overwrite, &f->dump);
	place_free(&place);
	return status;
}

/* Retire whatever the waiting files replace, and give them their names. */
static enum de_status
give_names(struct out_file *f)
{
	enum de_status status = set_each_waiting(f->set, retire_name, f);

	if (status == DE_OK)
		status = set_give_names(f->set, f->fsync);
	return status;
}

/* No room for even one record, while renames are pending? */
static bool
is_full(const struct out_file *f, const char *path, uint32_t record_size)
{
	struct statvfs fs;
	char *copy = strdup(path);
	uint64_t room = UINT64_MAX;

	if (copy != NULL && statvfs(dirname(copy), &fs) == 0)
		room = (uint64_t)fs.f_frsize *
		    (geteuid() == 0 ? fs.f_bfree : fs.f_bavail);
	free(copy);
	return room < record_size && set_waits(f->set);
}

static enum de_status
make_room(struct out_file *f)
{
	f->shared->no_room = false;
	f->shared->at_once = true;
	f->host->report(f->host, DE_WARNING, "%s: no room for the old and the "
	    "new dump; removing the old one before the new one is complete",
	    f->name);
	return give_names(f);
}

static enum de_status
refuse_twice(struct out_file *f, uint32_t volume)
{
	f->failure = DE_FAILURE_PROTECTED;
	f->host->report(f->host, DE_ERROR, "%s already holds volume %u of this "
	    "dump; use %%v in the path, list several paths, or let the EOT "
	    "handler move it or name another", f->name, volume);
	return DE_FAILED;
}

static enum de_status
open_file(struct out_file *f, uint32_t record_size)
{
	const struct place *place = &f->place;
	const uint32_t twice = set_holds(f->set, &place->st, place->path);

	if (twice != 0)
		return refuse_twice(f, twice);
	if (place->kind == PLACE_FILE &&
	    !set_is_current(f->set, f->volume, &place->st) &&
	    may_go(f) != DE_OK)
		return DE_FAILED;
	if (f->volume <= f->path_count)
		place_warn(place, f->host);
	if ((f->shared->no_room || is_full(f, place->path, record_size)) &&
	    make_room(f) != DE_OK)
		return DE_FAILED;
	f->fd = set_begin(f->set, f->volume, place->path);
	if (f->fd == -1)
		f->failure = failure_of(errno);
	return f->fd == -1 ? DE_FAILED : DE_OK;
}

static enum de_status
open_place(struct out_file *f, const struct de_volume *volume)
{
	place_find(&f->place, f->host, f->name);
	if (f->place.kind != PLACE_UNUSABLE &&
	    check_readback(f, volume, &f->place, shown(f)) != DE_OK)
		return DE_FAILED;
	switch (f->place.kind) {
	case PLACE_FREE:
	case PLACE_FILE:
		return open_file(f, volume->record_size);
	case PLACE_SPECIAL:
		return open_special(f);
	case PLACE_DESCRIPTOR:
		return open_descriptor(f);
	case PLACE_UNUSABLE:
		break;
	}
	f->failure = DE_FAILURE_NO_DEVICE;
	return DE_FAILED;
}

/* A pipe, or a descriptor that was passed to us and belongs to others. */
static bool
is_pipe(const struct out_file *f)
{
	struct stat st;

	return f->place.kind == PLACE_DESCRIPTOR ||
	    (fstat(f->fd, &st) == 0 && S_ISFIFO(st.st_mode));
}

static enum de_status
out_file_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_file *f = self;

	f->is_disk = false;
	f->written = 0;
	f->failure = DE_FAILURE_OTHER;
	f->volume = volume->number;
	f->dump = (struct place_dump){ volume->date, volume->level };
	f->is_handled = is_handled(volume);
	f->name = name_of(f, volume);
	if (f->name == NULL || open_place(f, volume) != DE_OK) {
		if (DE_HAS(medium, failure))
			medium->failure = f->failure;
		forget_volume(f);
		return DE_FAILED;
	}
	medium->name = shown(f);
	if (is_pipe(f))
		medium->properties |= DE_MEDIUM_ONCE;
	if (is_regular(f) && f->fsync)
		f->flusher = flusher_start(f->fd);
	return DE_OK;
}

/* ----------------------------------------------------------------- writing */

static enum de_status
write_failed(struct out_file *f, int error)
{
	const char *name = shown(f);

	f->failure = failure_of(error);
	switch (error) {
	case ECANCELED:		/* no need to report */
		return DE_FAILED;
	case ENOSPC:
	case EDQUOT:
		f->host->report(f->host, DE_ERROR, "%s: %s after %lld bytes; "
		    "free some space, use another path, or set volume_size and "
		    "paths on several disks", name, error == ENOSPC ?
		    "disk full" : "disk quota exceeded", (long long)f->written);
		return DE_FAILED;
	case EFBIG:
		f->host->report(f->host, DE_ERROR, "%s: %s after %lld bytes: "
		    "exceeds the file size limit; set a smaller volume_size",
		    name, strerror(error), (long long)f->written);
		return DE_FAILED;
	case EPIPE:
		return refuse(f, name, "is a pipe with no reader left");
	default:
		return fail_path(f, name, "cannot be written", error);
	}
}

/* Write everything.  Returns 0 or an error number. */
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

static bool
is_no_room(int error)
{
	return error == ENOSPC || error == EDQUOT;
}

/*
 * Must the old dump go before the new one is complete?  That happens at the
 * next attempt, which this volume will get, in the thread that may report it.
 */
static bool
will_make_room(struct out_file *f, int error)
{
	if (!is_no_room(error) || !is_regular(f) || f->shared->at_once ||
	    !set_waits(f->set))
		return false;
	f->shared->no_room = true;
	f->may_retry = true;
	f->failure = DE_FAILURE_FULL;
	return true;
}

static enum de_status
out_file_write(void *self, const void *record, size_t length)
{
	struct out_file *f = self;
	const int error = write_all(f, record, length);

	if (will_make_room(f, error))
		return DE_FAILED;
	/* No part of a record that did not fit may remain on the volume. */
	if ((is_no_room(error) || error == EFBIG) && is_regular(f) &&
	    f->end_when_full && ftruncate(f->fd, f->written) == 0)
		return DE_END_OF_VOLUME;
	if (error != 0)
		return write_failed(f, error);
	f->written += (off_t)length;
	flusher_written(f->flusher, f->written);
	return DE_OK;
}

/* The rest is written in its place. */
static enum de_status
out_file_shorten(void *self, uint64_t length)
{
	struct out_file *f = self;

	if (!is_regular(f) || length > (uint64_t)f->written ||
	    ftruncate(f->fd, (off_t)length) == -1 ||
	    lseek(f->fd, (off_t)length, SEEK_SET) == -1)
		return DE_FAILED;
	f->written = (off_t)length;
	return DE_OK;
}

/* ----------------------------------------------------------------- closing */

/*
 * A file that replaces another waits until the dump is complete, and so do all
 * later volumes.  With a handler, which may need each volume under its final
 * name, none waits.
 */
static bool
is_to_wait(const struct out_file *f)
{
	struct stat st;

	if (!f->overwrite || f->is_handled || f->shared->at_once)
		return false;
	if (set_waits(f->set))
		return true;
	return lstat(f->place.path, &st) == 0 &&
	    !set_is_current(f->set, f->volume, &st);
}

/* Retire the dump of an existing file that may be replaced. */
static enum de_status
take_name(struct out_file *f, const struct stat *written)
{
	struct stat st;
	const bool replace = f->overwrite || f->place.kind == PLACE_FILE;

	if (replace && lstat(f->place.path, &st) == 0 &&
	    !set_is_current(f->set, f->volume, &st) &&
	    retire_name(f, f->place.path) != DE_OK) {
		f->failure = DE_FAILURE_PROTECTED;
		return DE_FAILED;
	}
	return set_name_now(f->set, written, replace, f->fsync);
}

static enum de_status
finish_regular(struct out_file *f)
{
	struct stat st;

	if (fstat(f->fd, &st) == -1)
		return fail_path(f, f->name, "cannot be finished", errno);
	if (f->fsync && fsync(f->fd) == -1)
		return will_make_room(f, errno) ? DE_FAILED :
		    fail_path(f, f->name, "cannot be synced", errno);
	return is_to_wait(f) ? set_keep(f->set, &st) : take_name(f, &st);
}

static enum de_status
finish_special(struct out_file *f)
{
	/* Pipes and the like cannot be synced. */
	if (f->fsync && fsync(f->fd) == -1 && errno != EINVAL &&
	    errno != EROFS && errno != ENOTSUP)
		return fail_path(f, shown(f), "cannot be synced", errno);
	const int fd = f->fd;
	f->fd = -1;
	if (close(fd) == -1 && errno != EINTR)
		return fail_path(f, shown(f), "cannot be closed", errno);
	return DE_OK;
}

static enum de_status
out_file_close_volume(void *self, enum de_close how)
{
	struct out_file *f = self;
	enum de_status status = DE_OK;

	if (how == DE_CLOSE_COMPLETE)
		status = is_regular(f) ? finish_regular(f) : finish_special(f);
	/* A finished volume is not touched. */
	set_discard(f->set);
	forget_volume(f);
	return status;
}

static bool
out_file_may_retry(void *self)
{
	struct out_file *f = self;

	if (!f->may_retry)
		return false;
	f->may_retry = false;
	return true;
}

static enum de_failure
out_file_failure(void *self)
{
	const struct out_file *f = self;

	return f->failure;
}

static enum de_status
out_file_end_set(void *self, enum de_close how)
{
	struct out_file *f = self;
	enum de_status status = DE_OK;

	if (how == DE_CLOSE_COMPLETE)
		status = give_names(f);
	set_end(f->set);
	return status;
}

/* ------------------------------------------------------------ reading back */

/* From the disk: drop what the kernel has cached. */
static enum de_status
out_file_begin_readback(void *self)
{
	struct out_file *f = self;

	if (!is_regular(f) && !f->is_disk)
		return refuse(f, shown(f), "cannot be read back; verify = true "
		    "requires a file or a disk");
	if (fsync(f->fd) == -1)
		return will_make_room(f, errno) ? DE_FAILED :
		    fail_path(f, f->name, "cannot be synced", errno);
	posix_fadvise(f->fd, 0, 0, POSIX_FADV_DONTNEED);
	posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	f->read = 0;
	return DE_OK;
}

static enum de_status
read_back(struct out_file *f, void *buffer, size_t room, size_t *length)
{
	ssize_t n;

	/* A disk is longer than the volume. */
	if (f->is_disk && (off_t)room > f->written - f->read)
		room = (size_t)(f->written - f->read);
	if (room == 0)
		return DE_NO_MORE;
	do
		n = pread(f->fd, buffer, room, f->read);
	while (n == -1 && errno == EINTR && !f->host->cancelled(f->host));
	if (n == -1)
		return fail_path(f, f->name, "cannot be read back", errno);
	f->read += n;
	*length = (size_t)n;
	return n == 0 ? DE_NO_MORE : DE_OK;
}

/* ----------------------------------------------------------------- reading */

/* A name may depend on what only the caller knows. */
static bool
can_be_named(const struct out_file *f, const struct de_volume *volume)
{
	if (volume->medium != NULL || volume->date != 0)
		return true;
	for (size_t i = 0; i < f->path_count; i++)
		if (pattern_uses(f->paths[i], "ld")) {
			refuse(f, f->paths[i], "names the file by level and "
			    "date of the dump, which are not known here; give "
			    "the name of the file");
			return false;
		}
	return true;
}

static enum de_status
open_reading(struct out_file *f, const struct de_volume *volume,
    enum de_failure *failure)
{
	*failure = DE_FAILURE_OTHER;
	if (!can_be_named(f, volume))
		return DE_FAILED;
	char *name = name_of(f, volume);
	if (name == NULL)
		return DE_FAILED;
	if (strcmp(name, "-") == 0 && f->has_read_input)
		refuse(f, "standard input", "has been read to its end; give "
		    "the other volumes as files");
	else
		f->reading = reading_open(f->host, name, volume->record_size,
		    failure);
	if (f->reading != NULL && strcmp(name, "-") == 0)
		f->has_read_input = reading_is_once(f->reading);
	free(name);
	return f->reading != NULL ? DE_OK : DE_FAILED;
}

static enum de_status
out_file_open_reading(void *self, const struct de_volume *volume,
    struct de_reading *about)
{
	struct out_file *f = self;
	const enum de_status status = open_reading(f, volume, &about->failure);

	if (status == DE_OK)
		reading_describe(f->reading, about);
	return status;
}

static enum de_status
out_file_read_record(void *self, void *buffer, size_t room, size_t *length)
{
	struct out_file *f = self;

	return f->reading == NULL ? read_back(f, buffer, room, length) :
	    reading_next(f->reading, buffer, room, length);
}

static enum de_status
out_file_tell(void *self, uint64_t *position)
{
	const struct out_file *f = self;

	return reading_tell(f->reading, position);
}

static enum de_status
out_file_go_to(void *self, uint64_t position)
{
	const struct out_file *f = self;

	return reading_go_to(f->reading, position);
}

static void
out_file_close_reading(void *self)
{
	struct out_file *f = self;

	reading_close(f->reading);
	f->reading = NULL;
}

/* ------------------------------------------------------------ next volumes */

/* A device or pipe that holds the previous volume, except /dev/null. */
static bool
out_file_needs_change(void *self, const struct de_volume *volume)
{
	struct out_file *f = self;
	struct de_volume before = *volume;
	struct stat st;
	bool needed = false;

	before.number--;
	char *name = name_of(f, volume);
	char *old_name = name_of(f, &before);
	if (name != NULL && old_name != NULL && strcmp(name, old_name) == 0 &&
	    strcmp(name, "-") != 0 && stat(name, &st) == 0)
		needed = !S_ISREG(st.st_mode) && !(S_ISCHR(st.st_mode) &&
		    st.st_rdev == makedev(1, 3));
	free(old_name);
	free(name);
	return needed;
}

/* --------------------------------------------------------------- instances */

/* Check each name. */
static enum de_status
check_patterns(const struct out_file *f)
{
	char wrong;

	for (size_t i = 0; i < f->path_count; i++)
		if (!pattern_is_valid(f->paths[i], &wrong)) {
			f->host->report(f->host, DE_ERROR, "path: \"%s\": "
			    "unknown %%%c; expected %%v, %%j, %%l, %%d or %%%%",
			    f->paths[i], wrong);
			return DE_FAILED;
		}
	return DE_OK;
}

static void
out_file_destroy(void *self)
{
	struct out_file *f = self;

	if (f->shared != NULL)
		munmap(f->shared, sizeof(*f->shared));
	set_free(f->set);
	free(f);
}

static bool
make_shared(struct out_file *f)
{
	void *shared = mmap(NULL, sizeof(*f->shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared != MAP_FAILED)
		f->shared = shared;
	return shared != MAP_FAILED;
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
	f->fd = -1;
	f->set = set_new(host);
	if (f->set == NULL || !make_shared(f)) {
		host->report(host, DE_ERROR, "out-file: out of memory");
		goto fail;
	}
	if (check_patterns(f) != DE_OK)
		goto fail;
	*self = f;
	return DE_OK;

fail:
	out_file_destroy(f);
	return DE_FAILED;
}

static const struct de_output out_file_output = {
	.struct_size = sizeof(out_file_output),
	.check = out_file_check,
	.open_volume = out_file_open_volume,
	.write = out_file_write,
	.close_volume = out_file_close_volume,
	.begin_readback = out_file_begin_readback,
	.needs_change = out_file_needs_change,
	.may_retry = out_file_may_retry,
	.failure = out_file_failure,
	.end_set = out_file_end_set,
	.name_resources = out_file_name_resources,
	.open_reading = out_file_open_reading,
	.read_record = out_file_read_record,
	.tell = out_file_tell,
	.go_to = out_file_go_to,
	.close_reading = out_file_close_reading,
	.shorten = out_file_shorten,
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
