/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_remove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/chain/history.h"
#include "core/format/header_decode.h"
#include "core/run/coded_volume.h"

#define FILE_OUTPUT "out-file"
#define HEADER_TEXT_BYTES 63	/* of host and device, without the NUL */

/* As much of a text as a header holds. */
static bool
has_text(const char *in_header, const char *escaped)
{
	if (escaped == NULL)
		return true;
	char *plain = history_plain(escaped);
	const bool same = plain != NULL && strncmp(in_header, plain,
	    HEADER_TEXT_BYTES) == 0;
	free(plain);
	return same;
}

static bool
is_that_volume(const struct header *h, const struct catalog_dump *d,
    const struct catalog_volume *v)
{
	return h->type == HEADER_TAPE && h->volume == v->number &&
	    h->date == d->date && h->base_date == d->base_date &&
	    h->level == d->level && has_text(h->host, d->host) &&
	    has_text(h->device, d->device);
}

bool
catalog_remove_is_volume(const uint8_t *bytes, size_t length,
    const struct catalog_dump *d, const struct catalog_volume *v)
{
	struct dialect dialect;
	struct header header;

	return dialect_recognise(&dialect, bytes, length) &&
	    length >= dialect.block_size &&
	    header_decode(&dialect, bytes, &header) &&
	    is_that_volume(&header, d, v);
}

static bool
is_volume(const struct catalog_dump *d, const struct catalog_volume *v,
    const struct coded_volume_found *found)
{
	return coded_volume_is_one(v) ? coded_volume_is_that(d, v, found) :
	    catalog_remove_is_volume(found->bytes, found->length, d, v);
}

/* The file at `fd`, of `size` bytes. */
static bool
holds_volume(int fd, off_t size, const struct catalog_dump *d,
    const struct catalog_volume *v)
{
	uint8_t *bytes = malloc(DIALECT_BLOCK_MAX);

	if (bytes == NULL)
		return false;
	const ssize_t n = pread(fd, bytes, DIALECT_BLOCK_MAX, 0);
	const struct coded_volume_found found = {
		.size = (uint64_t)size,
		.bytes = bytes,
		.length = n > 0 ? (size_t)n : 0,
	};
	const bool holds = n > 0 && is_volume(d, v, &found);
	free(bytes);
	return holds;
}

/* Between looking and removing, another file may get the name. */
static enum catalog_remove_result
remove_file(const char *path, const struct stat *seen)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return CATALOG_REMOVE_FAILED;
	if (st.st_dev != seen->st_dev || st.st_ino != seen->st_ino)
		return CATALOG_REMOVE_OTHER;
	return unlink(path) == -1 ? CATALOG_REMOVE_FAILED : CATALOG_REMOVED;
}

static enum catalog_remove_result
look_and_remove(int fd, const char *path, const struct catalog_dump *d,
    const struct catalog_volume *v)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return CATALOG_REMOVE_FAILED;
	if (!S_ISREG(st.st_mode))
		return CATALOG_REMOVE_NO_FILE;
	return holds_volume(fd, st.st_size, d, v) ? remove_file(path, &st) :
	    CATALOG_REMOVE_OTHER;
}

static enum catalog_remove_result
remove_at(const char *path, const struct catalog_dump *d,
    const struct catalog_volume *v)
{
	/* A FIFO would not open without a writer, nor a link at all. */
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY |
	    O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1)
		return errno == ENOENT ? CATALOG_REMOVE_NOTHING :
		    errno == ELOOP ? CATALOG_REMOVE_OTHER :
		    CATALOG_REMOVE_FAILED;
	const enum catalog_remove_result result = look_and_remove(fd, path, d,
	    v);
	const int error = errno;
	close(fd);
	errno = error;
	return result;
}

enum catalog_remove_result
catalog_remove_volume(const struct catalog_dump *d,
    const struct catalog_volume *v)
{
	if (v->output == NULL || strcmp(v->output, FILE_OUTPUT) != 0 ||
	    v->medium == NULL || v->medium[0] != '/')
		return CATALOG_REMOVE_NO_FILE;
	char *path = history_plain(v->medium);
	if (path == NULL) {
		errno = ENOMEM;
		return CATALOG_REMOVE_FAILED;
	}
	const enum catalog_remove_result result = remove_at(path, d, v);
	const int error = errno;
	free(path);
	errno = error;
	return result;
}
