/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/restore/extract_own.h"

#define TRIES 8			/* others may work in the target, too */

static int
make_node(const struct file *f)
{
	const mode_t type = f->meta->mode & S_IFMT;
	const dev_t device = type == S_IFCHR || type == S_IFBLK ?
	    makedev(f->meta->device_major, f->meta->device_minor) : 0;

	return mknodat(f->object.directory, f->name, type | 0600, device);
}

/* 0, or -1 with errno set: EEXIST if anything has that name. */
static int
make_once(struct file *f)
{
	if (S_ISLNK(f->meta->mode))
		return symlinkat(f->link, f->object.directory, f->name);
	if (!S_ISREG(f->meta->mode))
		return make_node(f);
	f->object.fd = openat(f->object.directory, f->name, O_WRONLY | O_CREAT |
	    O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return f->object.fd == -1 ? -1 : 0;
}

static const char *
why_not(int error)
{
	return error == EMLINK ? "the target allows no more hard links to a "
	    "file" : strerror(error);
}

/* One of its names cannot be made. */
static void
name_failed(struct file *f, uint32_t id, int error)
{
	const struct in_way_name n = extract_in_way_name(f, id, f->directory,
	    f->object.directory, f->name);

	extract_check_end(f, error);
	extract_fault(f, "%s cannot be made: %s", n.subject, why_not(error));
	extract_free_path(&n);
}

static void
making_failed(struct file *f, uint32_t id, int error)
{
	if (error == EPERM && !f->e->rules.is_root &&
	    (S_ISCHR(f->meta->mode) || S_ISBLK(f->meta->mode)))
		outcome_not_permitted(f->e->config.outcome, "devices");
	else
		name_failed(f, id, error);
}

static bool
is_forbidden(int error)
{
	return error == EPERM || error == EACCES;
}

/* Make it, removing what is in the way if that is allowed. */
static bool
make_replacing(struct file *f, uint32_t id)
{
	bool opened = false;

	for (int tries = 0; tries < TRIES; tries++) {
		if (make_once(f) == 0)
			return true;
		if (is_forbidden(errno) && !opened && (opened =
		    in_way_unlock(f->e->in_way, f->directory,
		    f->object.directory)))
			continue;
		if (errno != EEXIST)
			break;
		if (extract_is_alias(f, id, f->directory, f->object.directory,
		    f->name))
			return false;
		const struct in_way_name n = extract_in_way_name(f, id,
		    f->directory, f->object.directory, f->name);
		const enum in_way_result result = in_way_clear(f->e->in_way,
		    &n);
		extract_free_path(&n);
		if (result == IN_WAY_GONE)
			continue;
		f->has_left = true;
		f->is_faulty |= result == IN_WAY_FAILED;
		return false;
	}
	making_failed(f, id, errno);
	return false;
}

/* Under the first of its names that may be made. */
void
extract_make(struct file *f)
{
	while (f->id != NAMES_NONE) {
		if (extract_go_to_name(f, f->id) && make_replacing(f, f->id)) {
			f->is_made = true;
			extract_note_written(f);
			extract_tell(f->e, f->id);
			return;
		}
		f->id = extract_next_name(f->e, f->id);
	}
}

/* A link needs its whole target. */
void
extract_make_link(struct file *f)
{
	if (f->is_made || f->is_faulty || f->id == NAMES_NONE ||
	    f->header->metadata_only || f->e->config.settings->dry_run)
		return;
	if (f->link_length > f->meta->size)
		f->link_length = (size_t)f->meta->size;
	if (f->link_length > 0)
		f->link[f->link_length] = '\0';
	if (f->link_length == 0 || f->link[0] == '\0') {
		extract_fault(f, "the target of this link is missing");
		return;
	}
	extract_make(f);
}

static bool
is_same_file(int one, const char *one_name, int other, const char *other_name)
{
	struct stat a, b;

	return fstatat(one, one_name, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(other, other_name, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void
link_name(struct file *f, uint32_t id, int from)
{
	char name[NAME_BYTES];
	uint32_t directory;
	const int to = extract_open_parent(f->e, f->worker, id, &directory,
	    name);
	bool opened = false;

	if (f->header->metadata_only &&
	    is_same_file(from, f->name, to, name)) {
		extract_is_alias(f, id, directory, to, name);
		return;
	}
	for (int tries = 0; to != -1 && tries < TRIES; tries++) {
		if (linkat(from, f->name, to, name, 0) == 0) {
			extract_tell(f->e, id);
			return;
		}
		if (is_forbidden(errno) && !opened &&
		    (opened = in_way_unlock(f->e->in_way, directory, to)))
			continue;
		if (errno != EEXIST)
			break;
		if (extract_is_alias(f, id, directory, to, name))
			return;
		const struct in_way_name n = extract_in_way_name(f, id,
		    directory, to, name);
		const enum in_way_result result = in_way_clear(f->e->in_way,
		    &n);
		extract_free_path(&n);
		if (result == IN_WAY_GONE)
			continue;
		f->is_faulty |= result == IN_WAY_FAILED;
		return;
	}
	name_failed(f, id, errno);
}

/* Those after the one that it was made under; any that was found may miss. */
static uint32_t
first_to_link(const struct file *f)
{
	return f->header->metadata_only ? f->first :
	    extract_next_name(f->e, f->id);
}

void
extract_link_names(struct file *f)
{
	uint32_t id = first_to_link(f);

	if (id == NAMES_NONE || f->is_again || f->e->config.settings->by_number)
		return;
	/* The descriptor of its directory goes with the next call. */
	const int from = fcntl(f->object.directory, F_DUPFD_CLOEXEC, 0);
	if (from == -1) {
		name_failed(f, id, errno);
		return;
	}
	for (; id != NAMES_NONE; id = extract_next_name(f->e, id))
		if (id != f->id)
			link_name(f, id, from);
	close(from);
}
