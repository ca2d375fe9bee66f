/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/drill_digest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define LONG_HOLE ((uint64_t)1 << 20)
#define HOLES_MAX ((size_t)1 << 20)
#define BUFFER_BYTES ((size_t)256 << 10)

struct hole {
	uint64_t begin, end;
};

struct drill_digest {
	struct digest *digest;
	uint64_t next;			/* offset of what comes next */
	struct hole *holes;		/* long ones */
	size_t hole_count;
	size_t hole_room;
	uint8_t *buffer;		/* BUFFER_BYTES; zeros until check() */
};

struct drill_digest *
drill_digest_new(void)
{
	struct drill_digest *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->digest = digest_new();
	d->buffer = calloc(1, BUFFER_BYTES);
	if (d->digest == NULL || d->buffer == NULL) {
		drill_digest_free(d);
		return NULL;
	}
	return d;
}

void
drill_digest_free(struct drill_digest *d)
{
	if (d == NULL)
		return;
	digest_free(d->digest);
	free(d->holes);
	free(d->buffer);
	free(d);
}

/* False: it is to be counted as zeros. */
static bool
leave_out(struct drill_digest *d, uint64_t end)
{
	if (end - d->next < LONG_HOLE || d->hole_count == HOLES_MAX)
		return false;
	if (d->hole_count == d->hole_room) {
		const size_t room = d->hole_room == 0 ? 16 : 2 * d->hole_room;
		struct hole *holes = realloc(d->holes, room * sizeof(*holes));
		if (holes == NULL)
			return false;
		d->holes = holes;
		d->hole_room = room;
	}
	d->holes[d->hole_count].begin = d->next;
	d->holes[d->hole_count++].end = end;
	d->next = end;
	return true;
}

static void
pass_hole(struct drill_digest *d, uint64_t end)
{
	if (end <= d->next || leave_out(d, end))
		return;
	while (d->next < end) {
		const uint64_t left = end - d->next;
		const size_t n =
		    left < BUFFER_BYTES ? (size_t)left : BUFFER_BYTES;
		digest_add(d->digest, d->buffer, n);
		d->next += n;
	}
}

void
drill_digest_add(struct drill_digest *d, uint64_t offset,
    const uint8_t *bytes, size_t length)
{
	pass_hole(d, offset);
	digest_add(d->digest, bytes, length);
	d->next = offset + length;
}

void
drill_digest_end(struct drill_digest *d, uint64_t size)
{
	pass_hole(d, size);
}

bool
drill_digest_is_sparse(const struct drill_digest *d)
{
	return d->hole_count > 0;
}

void
drill_digest_format(const struct drill_digest *d,
    char text[static DIGEST_TEXT_BYTES])
{
	digest_format(d->digest, text);
}

/* --------------------------------------------------------------- the disk */

/* Bytes read; 0 at the end; -1 with errno set. */
static ssize_t
read_at(int fd, uint8_t *buffer, uint64_t offset, uint64_t left)
{
	ssize_t n;

	do
		n = pread(fd, buffer,
		    left < BUFFER_BYTES ? (size_t)left : BUFFER_BYTES,
		    (off_t)offset);
	while (n == -1 && errno == EINTR);
	return n;
}

static const char *
why_short(ssize_t n)
{
	return n == 0 ? "it is shorter on disk" : strerror(errno);
}

static const char *
add_from_disk(const struct drill_digest *d, int fd, struct digest *digest,
    uint64_t begin, uint64_t end)
{
	while (begin < end) {
		const ssize_t n = read_at(fd, d->buffer, begin, end - begin);
		if (n <= 0)
			return why_short(n);
		digest_add(digest, d->buffer, (size_t)n);
		begin += (uint64_t)n;
	}
	return NULL;
}

static uint64_t
next_data(int fd, const struct hole *hole, uint64_t offset)
{
	const off_t data = lseek(fd, (off_t)offset, SEEK_DATA);

	if (data == -1)
		return errno == ENXIO ? hole->end : offset;
	return (uint64_t)data < hole->end ? (uint64_t)data : hole->end;
}

static const char *
check_zeros(const struct drill_digest *d, int fd, const struct hole *hole)
{
	uint64_t at = hole->begin;

	while ((at = next_data(fd, hole, at)) < hole->end) {
		const ssize_t n = read_at(fd, d->buffer, at, hole->end - at);
		if (n <= 0)
			return why_short(n);
		if (d->buffer[0] != 0 ||
		    memcmp(d->buffer, d->buffer + 1, (size_t)n - 1) != 0)
			return "a hole in it has contents on disk";
		at += (uint64_t)n;
	}
	return NULL;
}

static const char *
check_against(const struct drill_digest *d, int fd, struct digest *digest)
{
	uint64_t at = 0;
	const char *why = NULL;

	for (size_t i = 0; i < d->hole_count && why == NULL; i++) {
		why = add_from_disk(d, fd, digest, at, d->holes[i].begin);
		if (why == NULL)
			why = check_zeros(d, fd, &d->holes[i]);
		at = d->holes[i].end;
	}
	if (why == NULL)
		why = add_from_disk(d, fd, digest, at, d->next);
	if (why == NULL && !digest_same(digest, d->digest))
		why = "its contents on disk differ from the set";
	return why;
}

const char *
drill_digest_check(const struct drill_digest *d, int fd)
{
	struct digest *digest = digest_new();

	if (digest == NULL)
		return "out of memory";
	const char *why = check_against(d, fd, digest);
	digest_free(digest);
	return why;
}
