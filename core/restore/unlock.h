/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * unlock.h - flags and modes that are in the way of renaming and removing
 *
 * Immutable and append-only flags keep root, too, from changing names; a missing
 * permission keeps the owner from it.
 */
#ifndef CORE_UNLOCK_H
#define CORE_UNLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a file or directory had. */
struct lock_state {
	uint32_t flags;		/* FS_IOC_GETFLAGS */
	mode_t mode;
};

/*
 * Clear what is in the way at `name` in `directory`, "." for the directory
 * itself: without following a link; other types than files and directories have
 * no flags.  True if something was changed, and then *old says what it was.
 * Keeps errno.
 */
bool unlock(int directory, const char *name, struct lock_state *old);

/*
 * Remove the name of a file, whatever flags it has: without following a link.
 * A file that has another name, perhaps outside of what is restored into, keeps
 * its flags.  As unlinkat(2).
 */
int unlock_and_remove(int directory, const char *name);

/* Set it again.  False with errno set. */
bool lock_again(int directory, const char *name,
    const struct lock_state *old);

#endif
