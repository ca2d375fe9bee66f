/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_end.h - wait for another process to end, without reaping it
 *
 * By pidfd_open(2); where the kernel has none, or a sandbox keeps it, or there
 * is no descriptor left, by looking again and again.
 */
#ifndef CORE_PROCESS_END_H
#define CORE_PROCESS_END_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Has it ended?  A child that has can still be waited for; any other process
 * counts as running until whoever is its parent has waited for it.
 */
bool process_has_ended(pid_t pid);

/* Wait up to `ms` milliseconds.  Returns whether it has ended. */
bool process_wait_end(pid_t pid, int ms);

#endif
