/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * answers.h - does a device answer at all?
 *
 * A disk that is failing is read on, however many places are bad.  One that is
 * gone, or that reads nothing any more wherever it is tried, is given up: from
 * then on every read fails at once.
 *
 * Any thread.
 */
#ifndef FS_EXT2_ANSWERS_H
#define FS_EXT2_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

struct answers;

/* Returns NULL if out of memory. */
struct answers *answers_new(void);

/* Takes NULL. */
void answers_free(struct answers *answers);

/* A read went well. */
void answers_well(struct answers *answers);

/*
 * A read of `fd` failed with `error`.  After so many in a row with none that
 * went well between them, places all over its `size` bytes are tried.  Returns
 * true if it is to be given up.
 */
bool answers_badly(struct answers *answers, int fd, uint64_t size, int error);

/* Has it been given up? */
bool answers_gone(const struct answers *answers);

#endif
