/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reading.h - a volume read from a file, a pipe, standard input or a disk
 *
 * What cannot be read of a file or a disk is passed over in units; what comes
 * after it is read.  Reports all errors.  One thread at a time.
 */
#ifndef OUT_FILE_READING_H
#define OUT_FILE_READING_H

#include "dumpengine/plugin.h"

struct reading;

/*
 * Open the volume `name`, in which patterns have been expanded.  `unit`: bytes
 * that a read error takes along; 0: as usual.  NULL after reporting why; then
 * *failure is set.
 */
struct reading *reading_open(const struct de_host *host, const char *name,
    uint32_t unit, enum de_failure *failure);
void reading_close(struct reading *r);

/* Fill in all of `about` but the record size. */
void reading_describe(const struct reading *r, struct de_reading *about);

/* Is what has been read gone, as from a pipe? */
bool reading_is_once(const struct reading *r);

/* As in de_output. */
enum de_status reading_next(struct reading *r, void *buffer, size_t room,
    size_t *length);
enum de_status reading_tell(const struct reading *r, uint64_t *position);
enum de_status reading_go_to(struct reading *r, uint64_t position);

#endif
