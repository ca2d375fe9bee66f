/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * orphans.h - what processes that were killed have left running
 *
 * The supervisor is a subreaper: what its workers have started, such as the ssh
 * of an output or the command of an EOT handler, becomes its own child when
 * they are killed.
 */
#ifndef CORE_ORPHANS_H
#define CORE_ORPHANS_H

/*
 * Kill the children of the calling process that are in its session.  What has a
 * session of its own has taken leave of us, and the guard of a frozen filesystem
 * is among that.
 */
void orphans_kill(void);

#endif
