/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tape.h - the tape that the stream is written on, as one without an end
 *
 * Takes the stream block by block, numbers it, and lays it on volumes through
 * the ring.  When a volume is full it is closed, and the stream goes on in
 * another process, on the next one; what was filled but is not on the medium
 * rolls forward.  The caller sees nothing of that, but for the processes that
 * are done: there every call returns DE_FAILED, and tape_result() tells how the
 * process has to end.
 *
 * Main thread only.
 */
#ifndef CORE_TAPE_H
#define CORE_TAPE_H

#include "core/ring/ring.h"
#include "core/write/tape_config.h"
#include "core/write/writer.h"

struct tape;

/* Returns NULL after reporting why. */
struct tape *tape_new(const struct tape_config *config);

/* Begin the first volume, in a process of its own. */
enum de_status tape_begin(struct tape *tape);

/* What is put from here on belongs to the next inode. */
void tape_begin_inode(struct tape *tape);

/* The next `blocks` tape blocks are better not torn by the end of a volume. */
void tape_keep_together(struct tape *tape, uint32_t blocks);

/*
 * Put a header, one tape block of data, or data that is in the source; the
 * blocks are the caller's.  DE_OK; DE_FAILED when this process is done.
 */
enum de_status tape_put_header(struct tape *tape,
    uint8_t block[static DE_TAPE_BLOCK]);
enum de_status tape_put_data(struct tape *tape,
    const uint8_t block[static DE_TAPE_BLOCK]);
enum de_status tape_put_extent(struct tape *tape,
    const struct ring_extent *extent);

/*
 * Fill the last record with the end of the stream, wait until all is written,
 * and make the last volume final.  DE_OK or DE_FAILED.
 */
enum de_status tape_finish(struct tape *tape, uint32_t max_inode);

/*
 * After what may have been read errors of metadata: DE_OK; DE_FAILED, and this
 * process is done, if there were too many.
 */
enum de_status tape_check_read_errors(struct tape *tape);

/* Has this process nothing more to put? */
bool tape_is_done(const struct tape *tape);

/* Give up, for a reason that has been reported: no volume is left half. */
void tape_abort(struct tape *tape);

/* How the process that calls it has to end. */
const struct writer_result *tape_result(const struct tape *tape);

/*
 * Free it, after the supervisor has been told of the ending: until then, the
 * last volume could still be written again.
 */
void tape_end(struct tape *tape);

#endif
