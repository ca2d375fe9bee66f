/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/restore/extract_own.h"

/* A regular file is opened; false with errno set. */
bool
extract_open_existing(struct file *f)
{
	struct stat st;

	if (fstatat(f->object.directory, f->name, &st, AT_SYMLINK_NOFOLLOW) ==
	    -1)
		return false;
	if ((st.st_mode & S_IFMT) != (f->meta->mode & S_IFMT)) {
		errno = EEXIST;
		return false;
	}
	if (!S_ISREG(st.st_mode))
		return true;
	f->object.fd = openat(f->object.directory, f->name, O_RDONLY |
	    O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	/* Without descriptor, owner, mode and times can still be set. */
	return f->object.fd != -1 || errno == EACCES;
}

/* Another hard link may be anybody's file. */
static bool
has_foreign_links(const struct file *f)
{
	const struct names *names = f->e->config.names;
	struct stat st;
	nlink_t known = 0;

	for (uint32_t id = names_of_inode(names, f->header->inode);
	    id != NAMES_NONE; id = names_next_of_inode(names, id))
		known++;
	return fstatat(f->object.directory, f->name, &st, AT_SYMLINK_NOFOLLOW)
	    == -1 || st.st_nlink > known;
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

/* The set has only its metadata: its contents are there already. */
void
extract_find_existing(struct file *f)
{
	if (!extract_go_to_name(f, f->id) || !may_change(f))
		return;
	if (!extract_open_existing(f)) {
		extract_fault(f, "the set has only its owner, mode and times, "
		    "and the file itself is not in the target: %s; restore "
		    "the previous level first", strerror(errno));
		return;
	}
	if (has_foreign_links(f)) {
		extract_fault(f, "its owner, mode and times are left as they "
		    "are, as it has hard links that are not in the set");
		return;
	}
	if (f->object.fd != -1)
		metadata_unprotect(f->object.fd);
	f->is_made = true;
	extract_tell(f->e, f->id);
}
