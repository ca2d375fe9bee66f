/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ending.h - let only the return of main() end the supervisor
 *
 * Plugins are loaded into the supervisor, and one that calls exit() there, or
 * _exit(), would have the run pass for a complete one.  The program's own
 * _exit() and _Exit() take precedence over the C library's in all plugins.
 *
 * What must be known is at file scope, because those functions have to find it.
 */
#ifndef CORE_ENDING_H
#define CORE_ENDING_H

/*
 * From now on, an end of this process is an error.  Its children may end as
 * they like: the process that waits for them notices.  Call once.
 */
void ending_guard(void);

/* main() is about to return. */
void ending_allow(void);

#endif
