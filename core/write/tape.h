/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tape.h - the tape that the stream is written to, seen as endless
 *
 * Takes the stream block by block, numbers it, and puts it on volumes through
 * the ring.  A full volume is closed, and the stream continues on the next one
 * in another process; what was filled but is not on the medium rolls forward.
 * The caller notices only in the processes that are done: there every call
 * returns DE_FAILED, and tape_result() says how the process must end.
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

/* Begin the first volume, in a separate process. */
enum de_status tape_begin(struct tape *tape);

/* The next inode begins here. */
void tape_begin_inode(struct tape *tape);

/* The next `blocks` tape blocks should not be split across volumes. */
void tape_keep_together(struct tape *tape, uint32_t blocks);

/*
 * Put a header, one tape block of data, or data in the source; the caller keeps
 * the blocks.  Returns DE_OK, or DE_FAILED if this process is done.
 */
enum de_status tape_put_header(struct tape *tape,
    uint8_t block[static DE_TAPE_BLOCK]);
enum de_status tape_put_data(struct tape *tape,
    const uint8_t block[static DE_TAPE_BLOCK]);
enum de_status tape_put_extent(struct tape *tape,
    const struct ring_extent *extent);

/*
 * Fill the record with the end of the stream, which says that attributes follow
 * it; restore(8) does not read them.  Returns like tape_put_header().
 */
enum de_status tape_put_end(struct tape *tape);

/*
 * Fill the last record with the end of the stream, put the index behind it,
 * wait until all is written, and finalise the last volume.  Returns DE_OK or
 * DE_FAILED.
 */
enum de_status tape_finish(struct tape *tape);

/* After DE_OK from tape_finish(): does the indexer know all of the stream? */
bool tape_is_indexed(const struct tape *tape);

/*
 * Call after reading metadata.  Returns DE_OK, or, after too many read errors,
 * DE_FAILED; then this process is done.
 */
enum de_status tape_check_read_errors(struct tape *tape);

/* Is this process done? */
bool tape_is_done(const struct tape *tape);

/* Abort, after reporting why; no partial volume is kept. */
void tape_abort(struct tape *tape);

/* How the calling process must end. */
const struct writer_result *tape_result(const struct tape *tape);

/*
 * Free it, once the supervisor knows how the dump ended: until then, the last
 * volume may still be rewritten.
 */
void tape_end(struct tape *tape);

#endif
