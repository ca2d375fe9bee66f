/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flusher.h - start writeback of what has been written
 *
 * Also drops the pages once they are on disk, so that a dump does not evict
 * everything else from the page cache.
 *
 * Runs in its own thread, because the calls may block while the disk is busy.
 * It only affects when the disk works: errors show up in fsync(2).
 */
#ifndef OUT_FILE_FLUSHER_H
#define OUT_FILE_FLUSHER_H

#include <sys/types.h>

struct flusher;

/* For a file, which must stay open.  NULL: not available, which is no error. */
struct flusher *flusher_start(int fd);

/* `bytes` have been written in all.  Accepts NULL. */
void flusher_written(struct flusher *f, off_t bytes);

/* End the thread once its current disk request is done.  Accepts NULL. */
void flusher_stop(struct flusher *f);

#endif
