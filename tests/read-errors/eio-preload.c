/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * eio-preload.c - bad sectors for a test, by LD_PRELOAD
 *
 *     EIO_FILE=image EIO_RANGES=4096-8192,65536-66560 LD_PRELOAD=... PROGRAM
 *
 * Reads of that file that begin in one of the ranges (in bytes; the end is the
 * first good one) fail with EIO, and those that begin before one end at it, as
 * on a disk.  EIO_COUNT names a file that gets a byte for each failure.  With
 * EIO_AFTER=40:5, a process and its ancestors can read 40 times; all further
 * reads fail with that errno.
 */
#define _GNU_SOURCE 1
/* Both names of a call are wanted: with these, 32 bits have one only. */
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* The names with and without 64 are functions of their own. */
#undef pread
#undef preadv
#undef preadv2

ssize_t pread64(int fd, void *buffer, size_t length, off64_t offset);
ssize_t preadv64(int fd, const struct iovec *iov, int count, off64_t offset);
ssize_t preadv64v2(int fd, const struct iovec *iov, int count,
    off64_t offset, int flags);

typedef ssize_t preadv64v2_fn(int fd, const struct iovec *iov, int count,
    off64_t offset, int flags);

static bool
is_the_file(int fd)
{
	const char *name = getenv("EIO_FILE");
	struct stat64 a, b;

	return name != NULL && fstat64(fd, &a) == 0 && stat64(name, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void
count_failure(void)
{
	const char *name = getenv("EIO_COUNT");
	const int fd = name == NULL ? -1 :
	    open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd == -1)
		return;
	if (write(fd, "x", 1) == -1)
		abort();
	close(fd);
}

/* The errno of a file that cannot be read any more; 0: it can be. */
static int
is_gone(void)
{
	static atomic_ulong reads;
	const char *after = getenv("EIO_AFTER");
	char *end;

	if (after == NULL ||
	    atomic_fetch_add(&reads, 1) < strtoul(after, &end, 10))
		return 0;
	return atoi(end + (*end == ':'));
}

/* How many bytes from offset on are good, `length` at most. */
static size_t
good_bytes(uint64_t offset, size_t length)
{
	const char *p = getenv("EIO_RANGES");
	char *end;

	while (p != NULL && *p != '\0') {
		const uint64_t first = strtoull(p, &end, 10);
		const uint64_t last = strtoull(end + (*end == '-'), &end, 10);
		if (offset < last && offset + length > first)
			length = first > offset ? (size_t)(first - offset) : 0;
		p = end + (*end == ',');
		if (p == end)
			break;
	}
	return length;
}

static size_t
total(const struct iovec *iov, int count)
{
	size_t n = 0;

	for (int i = 0; i < count; i++)
		n += iov[i].iov_len;
	return n;
}

/* The first `length` bytes of iov; returns how many pieces they are. */
static int
cut(const struct iovec *iov, int count, size_t length, struct iovec *out)
{
	int n = 0;

	for (; n < count && length > 0; n++) {
		out[n] = iov[n];
		if (out[n].iov_len > length)
			out[n].iov_len = length;
		length -= out[n].iov_len;
	}
	return n;
}

static ssize_t
read_pieces(int fd, const struct iovec *iov, int count, off64_t offset,
    int flags)
{
	struct iovec pieces[IOV_MAX];
	preadv64v2_fn *real;

	*(void **)&real = dlsym(RTLD_NEXT, "preadv64v2");
	if (is_the_file(fd) && offset >= 0) {
		const size_t length = total(iov, count);
		const int gone = is_gone();
		const size_t good = gone != 0 ? 0 :
		    good_bytes((uint64_t)offset, length);
		if (good == 0 && length > 0) {
			count_failure();
			errno = gone != 0 ? gone : EIO;
			return -1;
		}
		if (good < length) {
			count = cut(iov, count, good, pieces);
			iov = pieces;
		}
	}
	return real(fd, iov, count, offset, flags);
}

ssize_t
pread(int fd, void *buffer, size_t length, off_t offset)
{
	const struct iovec iov = { buffer, length };

	return read_pieces(fd, &iov, 1, offset, 0);
}

ssize_t
pread64(int fd, void *buffer, size_t length, off64_t offset)
{
	const struct iovec iov = { buffer, length };

	return read_pieces(fd, &iov, 1, offset, 0);
}

ssize_t
preadv(int fd, const struct iovec *iov, int count, off_t offset)
{
	return read_pieces(fd, iov, count, offset, 0);
}

ssize_t
preadv64(int fd, const struct iovec *iov, int count, off64_t offset)
{
	return read_pieces(fd, iov, count, offset, 0);
}

ssize_t
preadv2(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
	return read_pieces(fd, iov, count, offset, flags);
}

ssize_t
preadv64v2(int fd, const struct iovec *iov, int count, off64_t offset,
    int flags)
{
	return read_pieces(fd, iov, count, offset, flags);
}
