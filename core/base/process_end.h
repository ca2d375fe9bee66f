/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_end.h - waits for a process to end, without reaping it
 *
 * Uses pidfd_open(2), or polls if that fails: on an old kernel, in a sandbox,
 * or without free descriptors.
 */
#ifndef CORE_PROCESS_END_H
#define CORE_PROCESS_END_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Has it ended?  A child stays waitable; any other process counts as running
 * until its parent has reaped it.
 */
bool process_has_ended(pid_t pid);

/* Wait up to `ms` milliseconds.  Returns whether it has ended. */
bool process_wait_end(pid_t pid, int ms);

#endif
