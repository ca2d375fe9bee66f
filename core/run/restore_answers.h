/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_answers.h - the questions of a restore run about files
 *
 * At a terminal, the operator answers.  Without one, a script may have put the
 * answers into standard input, as it does for restore(8); nobody waits for them.
 */
#ifndef CORE_RESTORE_ANSWERS_H
#define CORE_RESTORE_ANSWERS_H

#include "core/run/restore_own.h"

/*
 * May a file that is there already be replaced?  `r` is a struct restore.
 * VERDICT_NO_OPERATOR: nobody can tell.
 */
enum verdict restore_answers_replace(void *r, const char *path,
    bool *replace);

/* Go on with what takes long?  No, without a terminal. */
bool restore_answers_read_through(struct restore *r, const char *question);

/* Set owner, mode and times of the directory that is restored into? */
bool restore_answers_root(struct restore *r);

#endif
