/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * clock-preload.c - a clock that is wrong for a test, by LD_PRELOAD
 *
 *     CLOCK_OFFSET=-86400 LD_PRELOAD=... PROGRAM
 *
 * The time of the day is that many seconds off; clocks that are never set are
 * not.
 */
#define _GNU_SOURCE 1
/* Both names of a call are wanted: with these, 32 bits have one only. */
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long
offset(void)
{
	const char *text = getenv("CLOCK_OFFSET");

	return text == NULL ? 0 : strtol(text, NULL, 10);
}

static int
is_set(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	const long result = syscall(SYS_clock_gettime, clock, now);

	if (result == 0 && is_set(clock))
		now->tv_sec += offset();
	return (int)result;
}

time_t
time(time_t *seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (seconds != NULL)
		*seconds = now.tv_sec;
	return now.tv_sec;
}

#if !defined(__LP64__)
struct time64 {
	int64_t seconds;
	int32_t nanoseconds;
	int32_t padding;
};

int __clock_gettime64(clockid_t clock, struct time64 *now);
int64_t __time64(int64_t *seconds);

int
__clock_gettime64(clockid_t clock, struct time64 *now)
{
	const long result = syscall(SYS_clock_gettime64, clock, now);

	if (result == 0 && is_set(clock))
		now->seconds += offset();
	return (int)result;
}

int64_t
__time64(int64_t *seconds)
{
	struct time64 now;

	__clock_gettime64(CLOCK_REALTIME_COARSE, &now);
	if (seconds != NULL)
		*seconds = now.seconds;
	return now.seconds;
}
#endif
