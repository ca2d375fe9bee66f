/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/growing.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

/* Room is a multiple of it, so that it is one of every page size, too. */
#define STEP ((size_t)64 << 10)
#define LARGEST_STEP ((size_t)256 << 20)
#define TRIES 100

bool
growing_init(struct growing *g, const char *folder)
{
	*g = (struct growing){
		.fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	};
	return g->fd != -1;
}

void
growing_free(struct growing *g)
{
	if (g->bytes != NULL)
		munmap(g->bytes, g->room);
	if (g->fd != -1)
		close(g->fd);
	*g = (struct growing){ .fd = -1 };
}

/* For filesystems without O_TMPFILE. */
static int
create_and_unlink(int folder)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t random = (uint64_t)i;
		char name[40];

		if (getrandom(&random, sizeof(random), GRND_NONBLOCK) == -1)
			random += (uint64_t)getpid() << 8;
		snprintf(name, sizeof(name), ".dumpengine-%016" PRIx64,
		    random);
		const int fd = openat(folder, name,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd != -1)
			unlinkat(folder, name, 0);
		if (fd != -1 || errno != EEXIST)
			return fd;
	}
	return -1;
}

static bool
open_file(struct growing *g)
{
	int fd = openat(g->fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd == -1)
		fd = create_and_unlink(g->fd);
	if (fd == -1)
		return false;
	close(g->fd);
	g->fd = fd;
	g->has_file = true;
	return true;
}

static bool
reserve(int fd, size_t from, size_t to)
{
	const off_t length = (off_t)(to - from);

	if (to > (size_t)PTRDIFF_MAX) {
		errno = EFBIG;
		return false;
	}
	do
		errno = posix_fallocate(fd, (off_t)from, length);
	while (errno == EINTR);
	return errno == 0;
}

static bool
set_room(struct growing *g, size_t room)
{
	void *bytes = g->bytes == NULL ?
	    mmap(NULL, room, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) :
	    mremap(g->bytes, g->room, room, MREMAP_MAYMOVE);

	if (bytes == MAP_FAILED)
		return false;
	g->bytes = bytes;
	g->room = room;
	return true;
}

static bool
write_all(int fd, const uint8_t *bytes, size_t length)
{
	size_t at = 0;

	while (at < length) {
		const ssize_t n = pwrite(fd, bytes + at, length - at,
		    (off_t)at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* From memory into the file, with that much room. */
static bool
move_to_file(struct growing *g, size_t room)
{
	if ((!g->has_file && !open_file(g)) || !reserve(g->fd, 0, room) ||
	    !write_all(g->fd, g->bytes, g->used))
		return false;
	void *bytes = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED,
	    g->fd, 0);
	if (bytes == MAP_FAILED)
		return false;
	if (g->bytes != NULL)
		munmap(g->bytes, g->room);
	g->bytes = bytes;
	g->room = room;
	g->is_in_file = true;
	return true;
}

/* By a third, so that few copies of page tables are made. */
static bool
grow(struct growing *g, size_t needed)
{
	size_t step = g->room / 3;

	if (step > LARGEST_STEP)
		step = LARGEST_STEP;
	if (needed < g->room + step)
		needed = g->room + step;
	if (needed > SIZE_MAX - STEP) {
		errno = ENOMEM;
		return false;
	}
	const size_t room = (needed + STEP - 1) / STEP * STEP;
	if (g->is_in_file)
		return reserve(g->fd, g->room, room) && set_room(g, room);
	return room > GROWING_IN_MEMORY ? move_to_file(g, room) :
	    set_room(g, room);
}

void *
growing_add(struct growing *g, size_t bytes)
{
	if (bytes > SIZE_MAX - g->used) {
		errno = ENOMEM;
		return NULL;
	}
	if (g->used + bytes > g->room && !grow(g, g->used + bytes))
		return NULL;
	void *added = g->bytes + g->used;
	g->used += bytes;
	return added;
}

void
growing_cut(struct growing *g, size_t used)
{
	const size_t room = (used / STEP + 1) * STEP;

	if (used >= g->used)
		return;
	g->used = used;
	if (room < g->room && set_room(g, room) && g->is_in_file)
		(void)!ftruncate(g->fd, (off_t)room);
	memset(g->bytes + used, 0, g->room - used);
}
