/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_end.h - wait for another process to end, without reaping it
 *
 * By pidfd_open(2), or by polling if the kernel lacks it, a sandbox forbids it,
 * or no descriptor is left.
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
