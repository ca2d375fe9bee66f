/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trust.h - whether others than root could have written what root will use
 *
 * Whoever can write a configuration, a plugin or a program that the engine
 * runs as root, or a folder on the way to it, is root himself by the next
 * night.  So these are refused unless all of that is root's alone.  For
 * another user nothing is looked at: what he runs is his own affair.
 *
 * Root's alone means: owned by root, written by no group but root's, and not
 * by others.  A folder with the sticky bit, as /tmp, may be on the way to a
 * folder or link of root's, which nobody else can move or remove there; it may
 * not hold the file itself.
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

/* Returns NULL if out of memory; NULL as a trust trusts everything. */
struct trust *trust_new(void);
void trust_free(struct trust *t);

/*
 * Have `path`, and all below it if it is a folder, trusted whoever can write
 * it.  False: there is no such file, or no memory; errno says which.
 */
bool trust_allow(struct trust *t, const char *path);

/*
 * Can none but root write the file at `path`, and the folders and links that
 * lead to it?  `also` is another user who may, as it will be run as his;
 * TRUST_ROOT: none.  What is not there is for its user to complain of.
 * Returns false with the reason, and what to do, in `why`.
 */
bool trust_file(const struct trust *t, const char *path, uid_t also,
    char why[static TRUST_WHY_BYTES]);

/*
 * The same of the programs that a command for /bin/sh runs, as far as its text
 * tells: what stands where a command does, other words that are paths of
 * executable files, and what is given to a shell, an interpreter, or a program
 * such as nice(1) that runs another one.
 */
bool trust_command(const struct trust *t, const char *command, uid_t also,
    char why[static TRUST_WHY_BYTES]);

/*
 * Where programs are looked for: the folders of PATH that only root can write,
 * for root; all of it for others.  Lives as long as t.
 */
const char *trust_path(const struct trust *t);

#endif
