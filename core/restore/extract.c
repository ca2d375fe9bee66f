/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/restore/extract_own.h"

/* ---------------------------------------------------------- beginning, end */

struct extract *
extract_new(const struct extract_config *config)
{
	struct extract *e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->config = *config;
	e->workers = config->settings->workers;
	e->uid = geteuid();
	e->gid = getegid();
	metadata_rules_init(&e->rules, config->settings, config->outcome);
	pthread_mutex_init(&e->lock, NULL);
	e->in_way = in_way_new(config->settings, config->outcome, config->ask,
	    config->ask_arg);
	const size_t bytes = e->workers * sizeof(*e->files);
	e->files = aligned_alloc(_Alignof(struct file), bytes);
	if (e->in_way == NULL || e->files == NULL)
		goto free_extract;
	memset(e->files, 0, bytes);
	if (!inomap_init(&e->done, config->max_inode) ||
	    !inomap_init(&e->seen, config->max_inode) ||
	    !inomap_init(&e->written, config->max_inode))
		goto free_extract;
	return e;

free_extract:
	extract_free(e);
	return NULL;
}

void
extract_free(struct extract *e)
{
	if (e == NULL)
		return;
	if (e->in_way != NULL)
		in_way_lock_again(e->in_way, e->config.target);
	for (unsigned int i = 0; e->files != NULL && i < e->workers; i++) {
		free(e->files[i].link);
		free(e->files[i].xattrs);
	}
	free(e->files);
	in_way_free(e->in_way);
	inomap_free(&e->done);
	inomap_free(&e->seen);
	extract_free_written(e);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

const struct inomap *
extract_done(const struct extract *e)
{
	return &e->done;
}

const struct inomap *
extract_seen(const struct extract *e)
{
	return &e->seen;
}

uint64_t
extract_files(const struct extract *e)
{
	return atomic_load(&e->made);
}

uint64_t
extract_bytes(const struct extract *e)
{
	return atomic_load(&e->bytes);
}

enum verdict
extract_verdict(const struct extract *e)
{
	const enum verdict verdict = (enum verdict)atomic_load(&e->verdict);

	return verdict != VERDICT_GO_ON ? verdict : in_way_verdict(e->in_way);
}

/* ------------------------------------------------------------------ faults */

void
extract_fault(struct file *f, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	f->is_faulty = true;
	outcome_add(f->e->config.outcome, OUTCOME_MISSING, f->header->inode,
	    "%s", text);
}

/* ENOSPC says so as well if only a directory or an attribute has no room. */
static bool
is_full(int directory)
{
	struct statvfs st;

	return fstatvfs(directory, &st) == 0 && (st.f_bavail == 0 ||
	    (st.f_files > 0 && st.f_favail == 0));
}

static const char *
why_ended(const struct file *f, int error)
{
	const int fd = f->object.fd != -1 ? f->object.fd : f->object.directory;

	if (error == ENOSPC && is_full(fd))
		return "the target is full; make room there, and restore "
		    "again";
	if (error == EDQUOT)
		return "the disk quota of the target is exceeded; raise it, "
		    "and restore again";
	if (error == EROFS)
		return "the target is mounted read-only; if this is not by "
		    "intent, look in the kernel log for errors, and restore "
		    "again";
	return NULL;
}

/* Does the failure of a step end the run? */
void
extract_check_end(struct file *f, int error)
{
	const char *why = why_ended(f, error);
	int before = VERDICT_GO_ON;

	if (why != NULL && atomic_compare_exchange_strong(&f->e->verdict,
	    &before, VERDICT_ABORT))
		report(f->e->config.rep, DE_ERROR, "%s", why);
}

/* ------------------------------------------------------------------- begin */

static bool
is_known_type(mode_t mode)
{
	return S_ISREG(mode) || S_ISLNK(mode) || S_ISFIFO(mode) ||
	    S_ISSOCK(mode) || S_ISCHR(mode) || S_ISBLK(mode);
}

/* It is not to be made, whatever names it has; said why, if it matters. */
static bool
is_left_out(struct file *f)
{
	const mode_t mode = f->meta->mode;

	if (!is_known_type(mode)) {
		extract_fault(f, "it is of an unknown type (mode 0%o)",
		    (unsigned int)mode);
		return true;
	}
	if (f->e->config.settings->untrusted &&
	    (S_ISCHR(mode) || S_ISBLK(mode))) {
		outcome_add(f->e->config.outcome, OUTCOME_NOTE,
		    f->header->inode, "this device is left out, as the stream "
		    "is not trusted");
		f->has_left = true;
		return true;
	}
	return false;
}

static void
file_begin(struct file *f, struct extract *e, unsigned int worker,
    const struct header *header, uint32_t id)
{
	f->e = e;
	f->worker = worker;
	f->header = header;
	f->meta = &header->meta;
	f->first = id;
	f->id = id;
	f->object = (struct metadata_object){
		.rules = &e->rules,
		.inode = header->inode,
		.fd = -1,
		.directory = -1,
		.name = f->name,
		.is_link = S_ISLNK(header->meta.mode),
	};
	f->is_made = false;
	f->is_again = false;
	f->owner_is_set = false;
	f->has_access_list = false;
	f->has_left = false;
	f->is_faulty = false;
	f->end = 0;
	f->link_length = 0;
	f->xattrs_length = 0;
	f->xattrs_lost = false;
}

static void *
begin(void *arg, unsigned int worker, const struct header *header)
{
	struct extract *e = arg;
	struct file *f = &e->files[worker];

	if (header->is_hidden || S_ISDIR(header->meta.mode) ||
	    extract_verdict(e) != VERDICT_GO_ON)
		return NULL;
	const uint32_t id = extract_wanted_from(e,
	    names_of_inode(e->config.names, header->inode));
	if (id == NAMES_NONE)
		return NULL;
	file_begin(f, e, worker, header, id);
	if (is_left_out(f)) {
		f->id = NAMES_NONE;
		return f;
	}
	if (e->config.settings->dry_run)
		extract_tell(e, id);
	else if (header->metadata_only)
		extract_find_existing(f);
	else if (!S_ISLNK(f->meta->mode))
		extract_make(f);
	return f;
}

/* ---------------------------------------------------------------- contents */

static bool
write_all(int fd, const uint8_t *bytes, size_t length, uint64_t offset)
{
	while (length > 0) {
		const ssize_t n = pwrite(fd, bytes, length, (off_t)offset);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return false;
		bytes += n;
		length -= (size_t)n;
		offset += (uint64_t)n;
	}
	return true;
}

static void
range_fault(struct file *f, uint64_t offset, uint64_t length, const char *what,
    const char *why)
{
	extract_fault(f, "bytes %" PRIu64 " to %" PRIu64 " %s: %s", offset,
	    offset + length - 1, what, why);
}

static void
add_to_link(struct file *f, uint64_t offset, const uint8_t *bytes,
    size_t length)
{
	if (f->link == NULL)
		f->link = malloc(PATH_MAX + 1);
	if (f->link == NULL || offset != f->link_length ||
	    length > PATH_MAX - f->link_length) {
		if (!f->is_faulty)
			extract_fault(f, "the target of this link is too long "
			    "or in pieces");
		return;
	}
	memcpy(f->link + offset, bytes, length);
	f->link_length += length;
}

static void
data(void *inode, uint64_t offset, const uint8_t *bytes, size_t length)
{
	struct file *f = inode;

	if (length == 0)
		return;
	if (S_ISLNK(f->meta->mode))
		add_to_link(f, offset, bytes, length);
	if (f->object.fd == -1 || f->header->metadata_only ||
	    extract_verdict(f->e) != VERDICT_GO_ON)
		return;
	if (!write_all(f->object.fd, bytes, length, offset)) {
		const int error = errno;
		extract_check_end(f, error);
		range_fault(f, offset, length, "cannot be written",
		    strerror(error));
		return;
	}
	f->end = offset + length;
	atomic_fetch_add_explicit(&f->e->bytes, length, memory_order_relaxed);
}

/* Nothing is written: the size is set at the end. */
static void
hole(void *inode, uint64_t offset, uint64_t length)
{
	(void)inode;
	(void)offset;
	(void)length;
}

static void
lost(void *inode, uint64_t offset, uint64_t length, const char *why)
{
	if (length > 0)
		range_fault(inode, offset, length, "are lost", why);
}

static void
doubt(void *inode, uint64_t offset, uint64_t length, const char *why)
{
	range_fault(inode, offset, length, "may be wrong", why);
}

/* -------------------------------------------------------------- attributes */

static void
xattr(void *inode, const struct de_xattr *attribute)
{
	struct file *f = inode;

	if (f->object.is_link)
		extract_make_link(f);
	if (f->is_made)
		extract_add_xattr(f, attribute);
}

static void
lost_xattrs(void *inode, const char *why)
{
	struct file *f = inode;

	f->xattrs_lost = true;
	f->is_faulty = true;
	outcome_add(f->e->config.outcome, OUTCOME_ATTRIBUTE, f->header->inode,
	    "attributes are lost: %s", why);
}

/* --------------------------------------------------------------------- end */

static void
cut_to_size(struct file *f)
{
	const uint64_t size = f->meta->size;

	if (f->object.fd == -1 || f->header->metadata_only || f->end == size)
		return;
	if (size > INT64_MAX)
		extract_fault(f, "its size of %" PRIu64 " bytes is "
		    "impossible", size);
	else if (ftruncate(f->object.fd, (off_t)size) == -1)
		extract_fault(f, "its size cannot be set to %" PRIu64
		    " bytes: %s", size, strerror(errno));
}

/* In the order in which one step does not take back another. */
static void
finish(struct file *f)
{
	cut_to_size(f);
	extract_set_metadata(f);
	extract_link_names(f);
	extract_set_flags(f);
	if (f->object.fd != -1 && close(f->object.fd) == -1) {
		extract_check_end(f, errno);
		extract_fault(f, "it cannot be written: %s", strerror(errno));
	}
}

static void
count(struct file *f)
{
	struct extract *e = f->e;

	if (f->is_made && !f->is_again)
		atomic_fetch_add_explicit(&e->made, 1, memory_order_relaxed);
	pthread_mutex_lock(&e->lock);
	inomap_add(&e->seen, f->header->inode);
	if (f->is_made && !f->is_faulty && !f->has_left)
		inomap_add(&e->done, f->header->inode);
	pthread_mutex_unlock(&e->lock);
}

static void
end(void *inode, bool complete)
{
	struct file *f = inode;

	if (!complete && !f->is_faulty)
		extract_fault(f, "it was not restored to its end");
	if (S_ISLNK(f->meta->mode))
		extract_make_link(f);
	if (f->is_made)
		finish(f);
	count(f);
}

const struct crew_work extract_work = {
	.begin = begin,
	.data = data,
	.hole = hole,
	.lost = lost,
	.doubt = doubt,
	.xattr = xattr,
	.lost_xattrs = lost_xattrs,
	.end = end,
};

/* --------------------------------------------------------- late attributes */

/* The file is there and has got everything else, flags as well. */
static void
set_late(struct file *f, const struct de_xattr *attribute)
{
	int flags = 0;
	const bool was_protected = f->object.fd != -1 &&
	    ioctl(f->object.fd, FS_IOC_GETFLAGS, &flags) == 0 &&
	    metadata_unprotect(f->object.fd);

	metadata_set_xattr(&f->object, attribute);
	if (was_protected)
		metadata_set_flags(&f->object, (uint32_t)flags);
}

void
extract_late_xattr(struct extract *e, uint32_t inode,
    const struct de_xattr *attribute)
{
	struct file *f = &e->files[0];
	struct header header = { .inode = inode };
	struct stat st;
	uint32_t id;

	if (!extract_find_written(e, inode, &id))
		return;
	file_begin(f, e, 0, &header, id);
	if (!extract_go_to_name(f, id))
		return;
	if (fstatat(f->object.directory, f->name, &st, AT_SYMLINK_NOFOLLOW) ==
	    0)
		header.meta.mode = (uint16_t)st.st_mode;
	if (!extract_open_existing(f)) {
		outcome_add(e->config.outcome, OUTCOME_ATTRIBUTE, inode,
		    "its attribute %s cannot be set: %s", attribute->name,
		    strerror(errno));
		return;
	}
	set_late(f, attribute);
	if (f->object.fd != -1)
		close(f->object.fd);
}
