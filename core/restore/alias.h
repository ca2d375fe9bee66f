/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * alias.h - names of a set that the target takes for one
 *
 * A directory that folds case, a filesystem that normalizes names or has short
 * ones: what was made under one name is then found under another.  Asked only
 * where something has the name already.  Costs a system call where the target
 * tells names apart; where it does not, the names of the set in that directory
 * are gone through, and sometimes the directory is read.  Any thread.
 */
#ifndef CORE_ALIAS_H
#define CORE_ALIAS_H

#include "core/read/names.h"

/*
 * `name` is one of `directory`, an inode of the set, which is open as `fd`.  The
 * entry of another name in it by which the target has the same file or directory;
 * NAMES_NONE: there is none.
 */
uint32_t alias_find(const struct names *names, uint32_t directory, int fd,
    const char *name);

/*
 * Does the open directory list exactly this name?  False also if it cannot be
 * read.
 */
bool alias_is_listed(int fd, const char *name);

#endif
