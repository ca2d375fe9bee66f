/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/restore/alias.h"
#include "core/restore/extract_own.h"

#define COARSE_SECONDS 1	/* to which some filesystems keep times */

/* False with errno set: nothing of that type is there. */
static bool
look(const struct file *f, struct stat *st)
{
	if (fstatat(f->object.directory, f->name, st, AT_SYMLINK_NOFOLLOW) ==
	    -1)
		return false;
	errno = EEXIST;
	return (st->st_mode & S_IFMT) == (f->meta->mode & S_IFMT);
}

/* A regular file is opened; false with errno set. */
bool
extract_open_existing(struct file *f)
{
	struct stat st;

	if (!look(f, &st))
		return false;
	if (!S_ISREG(st.st_mode))
		return true;
	f->object.fd = openat(f->object.directory, f->name, O_RDONLY |
	    O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	/* Without descriptor, owner, mode and times can still be set. */
	return f->object.fd != -1 || errno == EACCES;
}

/*
 * Does the directory have exactly this name?  One that folds case finds a file
 * under others as well.
 */
static bool
is_exact(int directory, const char *name)
{
	int flags = 0;

	if (ioctl(directory, FS_IOC_GETFLAGS, &flags) != 0 ||
	    (flags & FS_CASEFOLD_FL) == 0)
		return true;
	return alias_is_listed(directory, name);
}

/* Is that name of the inode one of the file `st`? */
static bool
is_same_file(const struct file *f, uint32_t id, const struct stat *st)
{
	char name[NAME_BYTES];
	uint32_t directory;
	struct stat other;

	const int fd = extract_open_parent(f->e, f->worker, id, &directory,
	    name);
	return fd != -1 &&
	    fstatat(fd, name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
	    other.st_dev == st->st_dev && other.st_ino == st->st_ino &&
	    is_exact(fd, name);
}

/*
 * Another hard link may be anybody's file.  The set may claim as many names as
 * it likes: only those count that are there and are this file.
 */
static bool
has_foreign_links(const struct file *f)
{
	const struct names *names = f->e->config.names;
	struct stat st;
	nlink_t known = 0;

	if (fstatat(f->object.directory, f->name, &st, AT_SYMLINK_NOFOLLOW)
	    == -1)
		return true;
	if (st.st_nlink == 1 || f->e->config.settings->by_number)
		return st.st_nlink > 1;
	for (uint32_t id = names_of_inode(names, f->header->inode);
	    id != NAMES_NONE; id = names_next_of_inode(names, id))
		if (is_same_file(f, id, &st))
			known++;
	return st.st_nlink > known;
}

static bool
may_change(struct file *f)
{
	const struct in_way_name n = extract_in_way_name(f, f->id,
	    f->directory, f->object.directory, f->name);
	const enum in_way_result result = in_way_may_replace(f->e->in_way, &n);

	extract_free_path(&n);
	f->has_left = result != IN_WAY_GONE;
	f->is_faulty |= result == IN_WAY_FAILED;
	return result == IN_WAY_GONE;
}

/* Named, and left as it is. */
static bool
has_only_known_links(struct file *f)
{
	if (has_foreign_links(f)) {
		extract_fault(f, "its owner, mode and times are left as they "
		    "are, as it has hard links that are not in the set");
		return false;
	}
	/* Other directories have been opened. */
	return extract_go_to_name(f, f->id);
}

static void
close_it(struct file *f)
{
	if (f->object.fd != -1)
		close(f->object.fd);
	f->object.fd = -1;
}

/* The first of its names that is there, or else the first one. */
static bool
go_to_existing_name(struct file *f)
{
	const uint32_t first = f->id;
	struct stat st;

	for (; f->id != NAMES_NONE; f->id = extract_next_name(f->e, f->id))
		if (extract_go_to_name(f, f->id) && look(f, &st))
			return true;
	f->id = first;
	return extract_go_to_name(f, f->id);
}

/*
 * dump(8) takes an inode for unchanged if only its mtime is old: it may be a
 * file that was copied or unpacked where another one had been.  Its contents
 * are in no set then.
 */
static void
doubt_contents(struct file *f)
{
	struct stat st;

	if (!S_ISREG(f->meta->mode) || !look(f, &st))
		return;
	const int64_t seconds = f->meta->mtime.seconds;
	if (st.st_mtim.tv_sec < seconds - COARSE_SECONDS ||
	    st.st_mtim.tv_sec > seconds + COARSE_SECONDS)
		extract_fault(f, "the set has only its owner, mode and times, "
		    "and the file in the target was changed at another time: "
		    "its contents may be those of another file");
}

/* The set has only its metadata: its contents are there already. */
void
extract_find_existing(struct file *f)
{
	uint32_t id;
	const bool is_ours = extract_find_written(f->e, f->header->inode, &id);

	if (is_ours)
		f->id = id;
	f->is_again = is_ours;
	if (!(is_ours ? extract_go_to_name(f, f->id) :
	    go_to_existing_name(f) && !extract_is_alias(f, f->id, f->directory,
	    f->object.directory, f->name) && may_change(f)))
		return;
	if (!extract_open_existing(f)) {
		extract_fault(f, "the set has only its owner, mode and times, "
		    "and the file itself is not in the target: %s; restore "
		    "the previous level first", strerror(errno));
		return;
	}
	if (!is_ours && !has_only_known_links(f)) {
		close_it(f);
		return;
	}
	/* Of what we made, the generation has been compared, if it is known. */
	if (!is_ours || f->meta->generation == 0)
		doubt_contents(f);
	if (f->object.fd != -1)
		metadata_unprotect(f->object.fd);
	f->is_made = true;
	extract_tell(f->e, f->id);
}
