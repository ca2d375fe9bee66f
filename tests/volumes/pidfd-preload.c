/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pidfd-preload.c - a kernel without pidfd_open(2), by LD_PRELOAD
 */
#include <errno.h>
#include <sys/types.h>

int pidfd_open(pid_t pid, unsigned int flags);

int
pidfd_open(pid_t pid, unsigned int flags)
{
	(void)pid;
	(void)flags;
	errno = ENOSYS;
	return -1;
}
