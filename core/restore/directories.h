/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * directories.h - owner, mode, times, flags and attributes of directories
 *
 * They come first in a set and are set last, when nothing changes in the
 * directories any more, those below before those above.  Kept in temporary
 * files: at most 112 bytes a directory, and its attributes.
 *
 * One thread.
 */
#ifndef CORE_DIRECTORIES_H
#define CORE_DIRECTORIES_H

#include "core/format/header_decode.h"
#include "core/restore/outcome.h"
#include "core/restore/restore_settings.h"
#include "core/restore/target.h"

struct directories;

/* `folder`: of the temporary files.  NULL with errno set. */
struct directories *directories_new(const char *folder);
void directories_free(struct directories *d);

/*
 * A directory of a set, and then its attributes; one of a newer set replaces
 * all that an older one said.  False: no memory or no room (errno).
 */
bool directories_add(struct directories *d, const struct header *header);
/* True, too, if no set had the directory. */
bool directories_add_xattr(struct directories *d, uint32_t inode,
    const struct de_xattr *xattr);

/* What the sets say of a directory; the flags are those of struct header. */
struct directory_meta {
	struct de_inode inode;
	bool is_exact;
	bool flags_are_linux;
};

/* False if no set had it. */
bool directories_get(const struct directories *d, uint32_t inode,
    struct directory_meta *meta);

/* Passes on each of them, in order; valid during the call of `take`. */
void directories_each_xattr(const struct directories *d, uint32_t inode,
    void (*take)(void *arg, const struct de_xattr *xattr), void *arg);

/* Does any of them fold case? */
bool directories_fold_case(const struct directories *d);

/*
 * Whether a directory folds case can only be set while it is empty: do so with
 * one that has just been made, as the set has it.  `fd` is open for reading.
 * That this failed is said by directories_apply().
 */
void directories_make_casefold(const struct directories *d, uint32_t inode,
    int fd);

/*
 * Set what they had, for all directories in `wanted` (NULL: all of the tree):
 * attributes that are not in the set are removed.  Uses worker 0 of `target`.
 */
void directories_apply(struct directories *d, struct target *target,
    const struct names *names, const struct inomap *wanted,
    const struct restore_settings *settings, struct outcome *outcome);

#endif
