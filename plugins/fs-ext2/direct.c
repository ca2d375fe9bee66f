/* SPDX-License-Identifier: BSD-3-Clause */
#include "direct.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAFE_ALIGNMENT 4096u		/* enough for all known devices */
#define BOUNCE_MAX ((size_t)262144)

struct direct {
	int fd;
	size_t unit;			/* alignment of addresses and lengths */
	size_t memory;			/* where buffers begin */
};

/* ------------------------------------------------------------- alignments */

static bool
is_alignment(uint64_t bytes)
{
	return bytes > 0 && bytes <= 65536 && (bytes & (bytes - 1)) == 0;
}

/* Ask the kernel (since Linux 6.1). */
static bool
ask_statx(struct direct *d)
{
#ifdef STATX_DIOALIGN
	struct statx st;

	if (statx(d->fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &st) == -1 ||
	    (st.stx_mask & STATX_DIOALIGN) == 0 ||
	    !is_alignment(st.stx_dio_mem_align) ||
	    !is_alignment(st.stx_dio_offset_align))
		return false;
	d->memory = st.stx_dio_mem_align;
	d->unit = st.stx_dio_offset_align;
	return true;
#else
	(void)d;
	return false;
#endif
}

/* For a device use its sector size; for a file a page nearly always works. */
static void
find_alignment(struct direct *d)
{
	int sector = 0;

	if (ask_statx(d))
		return;
	d->memory = d->unit = SAFE_ALIGNMENT;
	if (ioctl(d->fd, BLKSSZGET, &sector) == 0 && sector > 0 &&
	    is_alignment((uint64_t)sector))
		d->memory = d->unit = (size_t)sector;
}

/* Do reads work?  One that the medium fails counts as working. */
static bool
works(const struct direct *d)
{
	void *buffer;
	ssize_t n;

	if (posix_memalign(&buffer, SAFE_ALIGNMENT, SAFE_ALIGNMENT) != 0) {
		errno = ENOMEM;
		return false;
	}
	do {
		n = pread(d->fd, buffer, d->unit < SAFE_ALIGNMENT ? d->unit :
		    SAFE_ALIGNMENT, 0);
	} while (n == -1 && errno == EINTR);
	const int why = errno;
	free(buffer);
	errno = why;
	return n >= 0 || (why != EINVAL && why != EOPNOTSUPP);
}

struct direct *
direct_open(int fd)
{
	char path[64];
	struct direct *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	/* Reopen the same file, whatever its name refers to by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	d->fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC | O_NONBLOCK);
	if (d->fd == -1)
		goto fail;
	find_alignment(d);
	if (works(d))
		return d;
	d->memory = d->unit = SAFE_ALIGNMENT;
	if (works(d))
		return d;
fail:;
	const int why = errno;
	direct_close(d);
	errno = why;
	return NULL;
}

void
direct_close(struct direct *d)
{
	if (d == NULL)
		return;
	if (d->fd != -1)
		close(d->fd);
	free(d);
}

/* ----------------------------------------------------------------- reading */

/* Truncate a list to `length` bytes; returns the number of elements. */
static int
cut(struct iovec *iov, int count, size_t length)
{
	for (int i = 0; i < count; i++) {
		if (iov[i].iov_len >= length) {
			iov[i].iov_len = length;
			return i + 1;
		}
		length -= iov[i].iov_len;
	}
	return count;
}

/* Would a smaller read fail as well? */
static bool
is_of_medium(int why)
{
	return why != EINTR && why != EINVAL && why != EFAULT && why != ENOMEM;
}

/*
 * Everything is aligned.  The device may fail a whole read for one bad part;
 * halving finds it.
 */
static ssize_t
read_aligned(const struct direct *d, struct iovec *iov, int count,
    size_t length, uint64_t address)
{
	ssize_t n;

	for (;;) {
		n = preadv(d->fd, iov, count, (off_t)address);
		if (n >= 0 || length <= d->unit || !is_of_medium(errno))
			return n;
		length = length / 2 / d->unit * d->unit;
		if (length == 0)
			length = d->unit;
		count = cut(iov, count, length);
	}
}

/* Store the leading aligned elements in `out`; returns their size in bytes. */
static size_t
take_aligned(const struct direct *d, const struct iovec *iov, int count,
    struct iovec *out, int *out_count)
{
	size_t bytes = 0;

	for (*out_count = 0; *out_count < count; ++*out_count) {
		const struct iovec *piece = &iov[*out_count];
		const size_t length = piece->iov_len / d->unit * d->unit;
		if (length == 0 || (uintptr_t)piece->iov_base % d->memory != 0)
			break;
		out[*out_count] = (struct iovec){ piece->iov_base, length };
		bytes += length;
		if (length < piece->iov_len) {
			++*out_count;
			break;
		}
	}
	return bytes;
}

static size_t
sum(const struct iovec *iov, int count)
{
	size_t bytes = 0;

	for (int i = 0; i < count; i++)
		bytes += iov[i].iov_len;
	return bytes;
}

static void
scatter(const struct iovec *iov, int count, const uint8_t *from, size_t bytes)
{
	for (int i = 0; i < count && bytes > 0; i++) {
		const size_t n = iov[i].iov_len < bytes ? iov[i].iov_len :
		    bytes;
		memcpy(iov[i].iov_base, from, n);
		from += n;
		bytes -= n;
	}
}

/* Read through an aligned bounce buffer. */
static ssize_t
bounce(const struct direct *d, const struct iovec *iov, int count,
    uint64_t address)
{
	const size_t unit = d->unit > SAFE_ALIGNMENT ? d->unit : SAFE_ALIGNMENT;
	const size_t before = (size_t)(address % d->unit);
	const size_t wanted = sum(iov, count);
	size_t length = wanted < BOUNCE_MAX ? before + wanted : BOUNCE_MAX;
	void *buffer;

	length = (length + d->unit - 1) / d->unit * d->unit;
	const int why = posix_memalign(&buffer, unit, length);
	if (why != 0) {
		errno = why;
		return -1;
	}
	struct iovec whole = { buffer, length };
	const ssize_t n = read_aligned(d, &whole, 1, length, address - before);
	ssize_t got = n;
	if (n >= 0) {
		got = (size_t)n > before ? n - (ssize_t)before : 0;
		if ((size_t)got > wanted)
			got = (ssize_t)wanted;
		scatter(iov, count, (uint8_t *)buffer + before, (size_t)got);
	}
	free(buffer);
	return got;
}

ssize_t
direct_read(const struct direct *d, const struct iovec *iov, int iov_count,
    uint64_t address)
{
	struct iovec aligned[IOV_MAX];
	int count = 0;

	if (iov_count > IOV_MAX)
		iov_count = IOV_MAX;
	if (address % d->unit == 0) {
		const size_t bytes = take_aligned(d, iov, iov_count, aligned,
		    &count);
		if (bytes > 0) {
			const ssize_t n = read_aligned(d, aligned, count, bytes,
			    address);
			if (n != -1 || errno != EINVAL)
				return n;
		}
	}
	return bounce(d, iov, iov_count, address);
}
