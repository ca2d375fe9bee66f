/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/restore/compare_own.h"

/* A file while its contents come. */
struct file {
	struct compare *compare;
	struct compare_worker *worker;
	const struct header *header;
	uint32_t inode;
	int fd;			/* of a regular file; -1: contents are not
				   compared */
	bool differs;		/* contents do; said once */
	char *link;		/* of a symbolic link, as it comes; owned */
	size_t link_length;
	char *link_on_disk;	/* owned, terminated */
	uint64_t compared;	/* bytes */
	struct compare_place place;
};

/* 0 if it cannot be known. */
static dev_t
root_device(struct target *target)
{
	const int root = target_directory(target, 0, NAMES_ROOT);
	struct stat st;

	return root != -1 && fstat(root, &st) == 0 ? st.st_dev : 0;
}

struct compare *
compare_new(const struct compare_config *config)
{
	struct compare *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->config = *config;
	pthread_mutex_init(&c->lock, NULL);
	c->worker_count = config->settings->workers;
	c->workers = calloc(c->worker_count, sizeof(*c->workers));
	c->root_device = root_device(config->target);
	bool ok = c->workers != NULL;
	for (unsigned int i = 0; ok && i < c->worker_count; i++) {
		struct compare_worker *w = &c->workers[i];
		w->buffer = malloc(COMPARE_BUFFER);
		w->value = malloc(XATTR_SIZE_MAX);
		w->list = malloc(XATTR_LIST_MAX);
		ok = w->buffer != NULL && w->value != NULL && w->list != NULL;
	}
	if (!ok) {
		compare_free(c);
		return NULL;
	}
	return c;
}

void
compare_free(struct compare *c)
{
	if (c == NULL)
		return;
	for (unsigned int i = 0; c->workers != NULL && i < c->worker_count;
	    i++) {
		free(c->workers[i].buffer);
		free(c->workers[i].value);
		free(c->workers[i].list);
	}
	free(c->workers);
	for (size_t i = 0; i < c->extra_count; i++)
		free(c->extras[i].name);
	free(c->extras);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

uint64_t
compare_files(const struct compare *c)
{
	return atomic_load(&c->files);
}

uint64_t
compare_bytes(const struct compare *c)
{
	return atomic_load(&c->bytes);
}

bool
compare_is_wanted(const struct compare *c, uint32_t id)
{
	return c->config.wanted == NULL ||
	    inomap_has(c->config.wanted, id + 1);
}

void
compare_unreadable(struct compare *c, uint32_t inode, const char *what)
{
	outcome_add(c->config.outcome, OUTCOME_DIFFERENT, inode,
	    "%s cannot be read: %s", what, strerror(errno));
}

int
compare_open(int directory, const char *name, int flags)
{
	const int all = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC | flags;
	const int fd = openat(directory, name, all | O_NOATIME);

	/* Only its owner may leave the access time as it is. */
	return fd == -1 && errno == EPERM ? openat(directory, name, all) : fd;
}

/* ----------------------------------------------------------------- names */

/* errno: an entry or its directory cannot be looked at. */
static void
say_missing(struct compare *c, uint32_t id)
{
	struct outcome *o = c->config.outcome;
	const int error = errno;
	char *path = names_path(c->config.names, id);
	const char *text = path == NULL ? "(out of memory)" : path;

	if (error == ENOENT || error == ENOTDIR || error == ELOOP)
		outcome_add(o, OUTCOME_DIFFERENT, 0, "%s: is not there", text);
	else
		outcome_add(o, OUTCOME_DIFFERENT, 0, "%s: cannot be read: %s",
		    text, strerror(error));
	free(path);
}

/*
 * Look at a name: its directory, or -1 after saying that it is missing.  `name`
 * has room for COMPARE_NAME_BYTES.
 */
static int
look(struct compare *c, unsigned int worker, uint32_t id,
    char name[static COMPARE_NAME_BYTES], struct stat *st)
{
	struct name_entry entry;

	names_entry(c->config.names, id, &entry);
	snprintf(name, COMPARE_NAME_BYTES, "%.*s", (int)entry.length,
	    entry.name);
	const int directory =
	    target_directory(c->config.target, worker, entry.directory);
	if (directory != -1 &&
	    fstatat(directory, name, st, AT_SYMLINK_NOFOLLOW) == 0)
		return directory;
	say_missing(c, id);
	return -1;
}

static uint32_t
next_wanted(const struct compare *c, uint32_t id)
{
	while (id != NAMES_NONE && !compare_is_wanted(c, id))
		id = names_next_of_inode(c->config.names, id);
	return id;
}

static bool
has_links(const struct compare *c, uint32_t id)
{
	return next_wanted(c, names_next_of_inode(c->config.names, id)) !=
	    NAMES_NONE;
}

/* The names after `id` are to be the same file. */
static void
compare_links(struct compare *c, unsigned int worker, uint32_t id,
    const struct stat *first)
{
	const struct names *names = c->config.names;

	while ((id = next_wanted(c, names_next_of_inode(names, id))) !=
	    NAMES_NONE) {
		char name[COMPARE_NAME_BYTES];
		struct stat st;
		if (look(c, worker, id, name, &st) == -1 ||
		    (st.st_dev == first->st_dev && st.st_ino == first->st_ino))
			continue;
		struct name_entry entry;
		names_entry(names, id, &entry);
		char *path = names_path(names, id);
		outcome_add(c->config.outcome, OUTCOME_DIFFERENT, entry.inode,
		    "%s is another file, expected a hard link",
		    path == NULL ? "(out of memory)" : path);
		free(path);
	}
}

/* -------------------------------------------------------------- contents */

static void
say_contents(struct file *f, uint64_t offset)
{
	if (!f->differs)
		outcome_add(f->compare->config.outcome, OUTCOME_DIFFERENT,
		    f->inode, "contents differ at byte %" PRIu64, offset);
	f->differs = true;
}

/* Read as many bytes as there are; 0 at the end, or after saying why not. */
static size_t
read_at(struct file *f, uint64_t offset, size_t length)
{
	ssize_t n;

	do
		n = pread(f->fd, f->worker->buffer, length, (off_t)offset);
	while (n == -1 && errno == EINTR);
	if (n >= 0)
		return (size_t)n;
	compare_unreadable(f->compare, f->inode, "contents");
	f->differs = true;
	return 0;
}

static size_t
first_difference(const uint8_t *a, const uint8_t *b, size_t length)
{
	size_t i = 0;

	while (i < length && a[i] == b[i])
		i++;
	return i;
}

static void
compare_bytes_at(struct file *f, uint64_t offset, const uint8_t *bytes,
    size_t length)
{
	while (length > 0 && !f->differs) {
		const size_t most =
		    length < COMPARE_BUFFER ? length : COMPARE_BUFFER;
		const size_t n = read_at(f, offset, most);
		if (n == 0 || memcmp(f->worker->buffer, bytes, n) != 0) {
			say_contents(f, offset +
			    first_difference(f->worker->buffer, bytes, n));
			return;
		}
		offset += n;
		bytes += n;
		length -= n;
	}
}

static bool
is_zero(const uint8_t *bytes, size_t length)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0;
}

/* The next bytes on disk that are not a hole; `end` if there are none. */
static uint64_t
next_data(const struct file *f, uint64_t offset, uint64_t end)
{
	const off_t data = lseek(f->fd, (off_t)offset, SEEK_DATA);

	if (data == -1)
		return errno == ENXIO ? end : offset;
	return (uint64_t)data < end ? (uint64_t)data : end;
}

static void
compare_zeros(struct file *f, uint64_t offset, uint64_t length)
{
	static const uint8_t zero;
	const uint64_t end = offset + length;

	while (!f->differs && (offset = next_data(f, offset, end)) < end) {
		const uint64_t left = end - offset;
		const size_t n = read_at(f, offset,
		    left < COMPARE_BUFFER ? (size_t)left : COMPARE_BUFFER);
		if (n == 0)
			return;		/* a shorter file: its size differs */
		if (!is_zero(f->worker->buffer, n)) {
			size_t i = 0;
			while (f->worker->buffer[i] == zero)
				i++;
			say_contents(f, offset + i);
		}
		offset += n;
	}
}

/* A stream may say that a link is longer than any can be. */
static void
add_to_link(struct file *f, const uint8_t *bytes, size_t length)
{
	if (f->link_length + length > PATH_MAX)
		length = PATH_MAX - f->link_length;
	memcpy(f->link + f->link_length, bytes, length);
	f->link_length += length;
}

static void
compare_link(struct file *f)
{
	if (f->link_length == strlen(f->link_on_disk) &&
	    memcmp(f->link, f->link_on_disk, f->link_length) == 0)
		return;
	outcome_add(f->compare->config.outcome, OUTCOME_DIFFERENT, f->inode,
	    "link to %s, expected %.*s", f->link_on_disk, (int)f->link_length,
	    f->link);
}

/* ------------------------------------------------------- a file as a whole */

/* False: nothing more can be compared. */
static bool
open_contents(struct file *f, int directory, const char *name,
    struct stat *st)
{
	const struct stat before = *st;

	f->fd = compare_open(directory, name, 0);
	if (f->fd == -1 || fstat(f->fd, st) != 0) {
		compare_unreadable(f->compare, f->inode, "contents");
		return false;
	}
	if (st->st_dev == before.st_dev && st->st_ino == before.st_ino)
		return true;
	outcome_add(f->compare->config.outcome, OUTCOME_DIFFERENT, f->inode,
	    "it was replaced while it was compared");
	return false;
}

static bool
read_link(struct file *f, int directory, const char *name)
{
	f->link = malloc(PATH_MAX);
	f->link_on_disk = malloc(PATH_MAX + 1);
	if (f->link == NULL || f->link_on_disk == NULL) {
		errno = ENOMEM;
		compare_unreadable(f->compare, f->inode, "it");
		return false;
	}
	const ssize_t n = readlinkat(directory, name, f->link_on_disk,
	    PATH_MAX);
	if (n == -1) {
		compare_unreadable(f->compare, f->inode, "the link");
		return false;
	}
	f->link_on_disk[n] = '\0';
	return true;
}

static void
compare_size(struct file *f, const struct stat *st)
{
	const uint64_t expected = f->header->meta.size;

	if ((uint64_t)st->st_size == expected)
		return;
	outcome_add(f->compare->config.outcome, OUTCOME_DIFFERENT, f->inode,
	    "size %" PRIu64 ", expected %" PRIu64, (uint64_t)st->st_size,
	    expected);
	f->differs = true;
}

/* All that can be compared before the contents come. */
static bool
begin_file(struct file *f, unsigned int worker, uint32_t id)
{
	struct compare *c = f->compare;
	const struct de_inode *meta = &f->header->meta;
	char name[COMPARE_NAME_BYTES];
	struct stat st;

	int directory = look(c, worker, id, name, &st);
	if (directory != -1 && has_links(c, id)) {
		compare_links(c, worker, id, &st);
		/* The descriptor was valid until then. */
		directory = look(c, worker, id, name, &st);
	}
	if (directory == -1 || !compare_type(c, f->inode, meta->mode, &st))
		return false;
	if (S_ISREG(meta->mode) && !open_contents(f, directory, name, &st))
		return false;
	if (S_ISLNK(meta->mode) && !read_link(f, directory, name))
		return false;
	const struct compare_known known = {
		.is_exact = f->header->is_exact,
		.flags = f->header->flags_are_linux,
		.times = true,
	};
	compare_metadata(c, meta, &known, &st, f->fd);
	if (S_ISREG(meta->mode))
		compare_size(f, &st);
	compare_place_init(&f->place, c, f->worker, f->inode, f->fd, directory,
	    name);
	return true;
}

static void
free_file(struct file *f)
{
	if (f->fd != -1)
		close(f->fd);
	free(f->link);
	free(f->link_on_disk);
	free(f->place.seen);
	free(f);
}

static void *
begin(void *arg, unsigned int worker, const struct header *header)
{
	struct compare *c = arg;

	if (header->is_hidden || S_ISDIR(header->meta.mode))
		return NULL;
	const uint32_t id = next_wanted(c,
	    names_of_inode(c->config.names, header->inode));
	if (id == NAMES_NONE)
		return NULL;
	struct file *f = calloc(1, sizeof(*f));
	if (f == NULL) {
		errno = ENOMEM;
		compare_unreadable(c, header->inode, "it");
		return NULL;
	}
	f->compare = c;
	f->worker = &c->workers[worker];
	f->header = header;
	f->inode = header->inode;
	f->fd = -1;
	atomic_fetch_add(&c->files, 1);
	if (!begin_file(f, worker, id)) {
		free_file(f);
		return NULL;
	}
	return f;
}

static void
data(void *inode, uint64_t offset, const uint8_t *bytes, size_t length)
{
	struct file *f = inode;

	f->compared += length;
	if (f->link != NULL)
		add_to_link(f, bytes, length);
	else if (f->fd != -1)
		compare_bytes_at(f, offset, bytes, length);
}

static void
hole(void *inode, uint64_t offset, uint64_t length)
{
	struct file *f = inode;

	if (f->fd != -1 && !f->header->metadata_only)
		compare_zeros(f, offset, length);
}

static void
lost(void *inode, uint64_t offset, uint64_t length, const char *why)
{
	struct file *f = inode;

	outcome_add(f->compare->config.outcome, OUTCOME_MISSING, f->inode,
	    "bytes %" PRIu64 " to %" PRIu64 " are not in the set: %s", offset,
	    offset + length - 1, why);
}

static void
doubt(void *inode, uint64_t offset, uint64_t length, const char *why)
{
	struct file *f = inode;

	outcome_add(f->compare->config.outcome, OUTCOME_MISSING, f->inode,
	    "bytes %" PRIu64 " to %" PRIu64 " may be wrong in the set: %s",
	    offset, offset + length - 1, why);
}

static void
xattr(void *inode, const struct de_xattr *xattr)
{
	struct file *f = inode;

	compare_attribute(&f->place, xattr);
}

static void
lost_xattrs(void *inode, const char *why)
{
	struct file *f = inode;

	f->place.list_is_lost = true;
	outcome_add(f->compare->config.outcome, OUTCOME_MISSING, f->inode,
	    "attributes are not in the set: %s", why);
}

static void
end(void *inode, bool complete)
{
	struct file *f = inode;

	if (f->link != NULL && complete)
		compare_link(f);
	if (complete)
		compare_attributes_end(&f->place, true);
	atomic_fetch_add(&f->compare->bytes, f->compared);
	free_file(f);
}

const struct crew_work compare_work = {
	.begin = begin,
	.data = data,
	.hole = hole,
	.lost = lost,
	.doubt = doubt,
	.xattr = xattr,
	.lost_xattrs = lost_xattrs,
	.end = end,
};
