/* SPDX-License-Identifier: BSD-3-Clause */
#include "answers.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "direct.h"

#define FAILURES_TELLING 64	/* in a row */
#define PLACES 16		/* sampled to decide */
#define PLACE_BYTES 4096

struct answers {
	atomic_uint failures;		/* since the last successful read */
	atomic_bool gone;
	pthread_mutex_t trying;		/* one thread at a time */
};

struct answers *
answers_new(void)
{
	struct answers *a = calloc(1, sizeof(*a));

	if (a != NULL)
		pthread_mutex_init(&a->trying, NULL);
	return a;
}

void
answers_free(struct answers *a)
{
	if (a == NULL)
		return;
	pthread_mutex_destroy(&a->trying);
	free(a);
}

void
answers_well(struct answers *a)
{
	/*
	 * Nearly always 0, so that the cache line stays shared between
	 * processors.
	 */
	if (atomic_load_explicit(&a->failures, memory_order_relaxed) != 0)
		atomic_store(&a->failures, 0);
}

bool
answers_gone(const struct answers *a)
{
	return atomic_load_explicit(&a->gone, memory_order_relaxed);
}

static bool
can_read(int fd, const struct direct *direct, uint64_t address)
{
	uint8_t bytes[PLACE_BYTES];
	const struct iovec iov = { bytes, sizeof(bytes) };
	ssize_t n;

	do {
		n = direct != NULL ? direct_read(direct, &iov, 1, address) :
		    pread(fd, bytes, sizeof(bytes), (off_t)address);
	} while (n == -1 && errno == EINTR);
	return n > 0;
}

/* Bypass the page cache, which may hold data that the device has lost. */
static bool
answers_anywhere(int fd, uint64_t size)
{
	struct direct *direct = direct_open(fd);
	bool found = false;

	for (unsigned int i = 0; i < PLACES && !found; i++)
		found = can_read(fd, direct, size / PLACES * i /
		    PLACE_BYTES * PLACE_BYTES);
	direct_close(direct);
	return found;
}

static bool
says_that_it_is_gone(int error)
{
	return error == ENODEV || error == ENXIO || error == ENOMEDIUM;
}

bool
answers_badly(struct answers *a, int fd, uint64_t size, int error)
{
	if (says_that_it_is_gone(error))
		atomic_store(&a->gone, true);
	if (answers_gone(a) ||
	    atomic_fetch_add(&a->failures, 1) + 1 < FAILURES_TELLING)
		return answers_gone(a);
	pthread_mutex_lock(&a->trying);
	if (!answers_gone(a) && atomic_load(&a->failures) >= FAILURES_TELLING) {
		if (answers_anywhere(fd, size))
			atomic_store(&a->failures, 0);
		else
			atomic_store(&a->gone, true);
	}
	pthread_mutex_unlock(&a->trying);
	return answers_gone(a);
}
