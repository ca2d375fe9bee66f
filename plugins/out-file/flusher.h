/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flusher.h - have the disk begin with what has been written
 *
 * And have the system forget it when it is there, so that a dump does not push
 * everything else out of the memory.
 *
 * A thread of its own, as asking for that may take as long as the disk needs
 * for what it has to do already.  What it does changes nothing but when the
 * disk works: errors come up in fsync(2).
 */
#ifndef FLUSHER_H
#define FLUSHER_H

#include <sys/types.h>

struct flusher;

/* For a file, which has to stay open.  NULL: there is none; that is fine. */
struct flusher *flusher_start(int fd);

/* So many bytes are written.  Takes NULL. */
void flusher_written(struct flusher *f, off_t bytes);

/* End the thread, within what it asks of the disk last.  Takes NULL. */
void flusher_stop(struct flusher *f);

#endif
