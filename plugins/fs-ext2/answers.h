/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * answers.h - detect a device that no longer responds
 *
 * A failing disk is read on, however many bad sectors it has.  A device that is
 * gone, or that fails every read wherever it is tried, is given up: from then
 * on all reads fail at once.
 *
 * May be called from any thread.
 */
#ifndef FS_EXT2_ANSWERS_H
#define FS_EXT2_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

struct answers;

/* Returns NULL if out of memory. */
struct answers *answers_new(void);

/* Accepts NULL. */
void answers_free(struct answers *answers);

/* A read succeeded. */
void answers_well(struct answers *answers);

/*
 * A read of `fd` failed with `error`.  After a number of failures in a row,
 * sample reads all over its `size` bytes.  Returns true if the device is to be
 * given up.
 */
bool answers_badly(struct answers *answers, int fd, uint64_t size, int error);

/* Has the device been given up? */
bool answers_gone(const struct answers *answers);

#endif
