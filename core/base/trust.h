/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trust.h - refuses files that users other than root can write to
 *
 * Whoever can write to a configuration, plugin or program that the engine runs
 * as root, or to a directory on its path, can become root.  So these are
 * refused unless only root can write to all of them.  When the engine runs as
 * another user, nothing is checked.
 *
 * "Only root" means: owned by root, not writable by any group but root's, nor
 * by others.  A directory with the sticky bit, such as /tmp, may be on the path
 * to a directory or link owned by root, which nobody else can move or remove
 * there; it may not hold the file itself.
 *
 * Knows no settings.  May be used by any thread.
 */
#ifndef CORE_TRUST_H
#define CORE_TRUST_H

#include <stdbool.h>
#include <sys/types.h>

#define TRUST_WHY_BYTES 512
#define TRUST_ROOT ((uid_t)0)

struct trust;

/* Returns NULL if out of memory; a NULL trust trusts everything. */
struct trust *trust_new(void);
void trust_free(struct trust *t);

/*
 * Trust `path`, and everything below it if it is a directory, whoever can write
 * to it.  False with errno set: no such file, or out of memory.
 */
bool trust_allow(struct trust *t, const char *path);

/*
 * Can only root write to the file at `path` and the directories and links on
 * its path?  `also` is another user who may, because it will be run as that
 * user; TRUST_ROOT: none.  A missing file is left for its user to report.
 * Returns false with the reason, and what to do, in `why`.
 */
bool trust_file(const struct trust *t, const char *path, uid_t also,
    char why[static TRUST_WHY_BYTES]);

/*
 * The same for the programs that a command for /bin/sh runs, as far as its text
 * shows them: words in command position, other words that are paths of
 * executable files, and arguments of shells, interpreters and programs such as
 * nice(1) that run another program.
 * A script counts only if the interpreter of its "#!" line does, too.
 */
bool trust_command(const struct trust *t, const char *command, uid_t also,
    char why[static TRUST_WHY_BYTES]);

/*
 * The search path for programs: for root, the directories of PATH that only
 * root can write to; for others, all of it.  Valid until trust_free() or the
 * next trust_allow().
 */
const char *trust_path(const struct trust *t);

#endif
