/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * orphans.h - kill what dead workers have left running
 *
 * The supervisor is a subreaper: when its workers are killed, the children that
 * they had started, such as an output's ssh or an EOT handler's command, become
 * its own.
 */
#ifndef CORE_ORPHANS_H
#define CORE_ORPHANS_H

/*
 * Kill the children of the calling process that are in its session.  A process
 * in a session of its own has detached deliberately; the guard of a frozen
 * filesystem is one.
 */
void orphans_kill(void);

#endif
