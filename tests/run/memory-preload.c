/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * memory-preload.c - preloaded: an allocation fails
 *
 * FAIL_AT=N in the environment: the allocation N of each process; N-: and all
 * after it.  A process that ends in order writes how many it asked for to the
 * descriptor COUNT_FD.  A child goes on counting where its parent was.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static long at = -1;
static bool forever;
static atomic_long calls;

static bool
fails(void)
{
	const long n = atomic_fetch_add(&calls, 1) + 1;

	if (at == -1) {
		const char *text = getenv("FAIL_AT");
		char *end;
		at = text == NULL ? 0 : strtol(text, &end, 10);
		forever = text != NULL && *end == '-';
	}
	if (at == 0 || (forever ? n < at : n != at))
		return false;
	errno = ENOMEM;
	return true;
}

__attribute__((destructor))
static void
tell(void)
{
	const char *fd = getenv("COUNT_FD");
	char text[24];
	size_t n = sizeof(text);

	text[--n] = '\n';
	for (long c = calls; c > 0; c /= 10)
		text[--n] = (char)('0' + c % 10);
	if (fd != NULL && write(atoi(fd), text + n, sizeof(text) - n) < 0)
		abort();
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

int
posix_memalign(void **p, size_t alignment, size_t size)
{
	if (fails())
		return ENOMEM;
	void *memory = __libc_memalign(alignment, size);
	if (memory == NULL)
		return ENOMEM;
	*p = memory;
	return 0;
}
