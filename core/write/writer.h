/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * writer.h - the processes that write the volumes, each from fork to end
 *
 * Each volume is opened, written and closed by a process of its own, which the
 * process of the volume before it forks and then waits for: that is the
 * checkpoint, and decides what happens when the writer dies.  A writer that
 * writes no more is done: it has an ending, and its caller sees to it that the
 * process ends like that.
 *
 * Does not know what is written: that comes through the ring, from tape.c.
 *
 * Main thread only.
 */
#ifndef CORE_WRITER_H
#define CORE_WRITER_H

#include "core/ring/ring.h"
#include "core/volume/writer_ending.h"
#include "core/write/cut.h"
#include "core/write/tape_config.h"

struct writer;

/* How the process that calls it has to end. */
struct writer_result {
	enum writer_ending how;
	enum exit_status status;	/* of the dump, if that has ended */
	uint64_t tape_blocks;		/* that were put, in all volumes */
};

/* Both are borrowed.  Returns NULL after reporting why. */
struct writer *writer_new(const struct tape_config *config, struct cut *cut);
void writer_free(struct writer *w);

/* The ring that the volumes are written through; it runs while one is open. */
struct ring *writer_ring(const struct writer *w);

/* ---- The life of a volume.  DE_FAILED: the process is done. */

/*
 * Fork the process that writes volume cut->number, which begins with tape block
 * `first` of the stream.  Returns in that process, the volume is open then.
 */
enum de_status writer_begin(struct writer *w, uint32_t first);

/*
 * Nothing more is put on the volume: write all full records.  DE_OK;
 * DE_END_OF_VOLUME if the medium was full first; or DE_FAILED, which
 * writer_fail() then has to handle.
 */
enum de_status writer_stop(struct writer *w);

/* Is what the open volume takes out of reach, as with a pipe? */
bool writer_writes_once(const struct writer *w);

/* Make the volume safe. */
enum de_status writer_close(struct writer *w, enum de_end_reason reason);

/* It is safe: have the medium of the next one ready. */
enum de_status writer_change_medium(struct writer *w,
    enum de_end_reason reason);

/* The last one is safe: the dump has ended well. */
enum de_status writer_finish(struct writer *w);

/* ---- Ends before that.  Nothing of the volume is kept; all say DE_FAILED. */

/*
 * The ring came to a stop: by too many read errors, by the user, or by the
 * output, which has reported why.
 */
enum de_status writer_fail(struct writer *w);

/* The medium does not hold what a volume needs. */
enum de_status writer_refuse_small(struct writer *w);

/* Write the volume again with only so many tape blocks. */
enum de_status writer_cut_short(struct writer *w, uint64_t blocks);

/* The dump ends here, for a reason that has been reported, or no memory. */
enum de_status writer_abort(struct writer *w);

/* ---- Is it done, and how? */

/* May the dump go on in spite of read errors? */
bool writer_bears_read_errors(struct writer *w);

bool writer_is_done(const struct writer *w);
const struct writer_result *writer_result(const struct writer *w);

/* The supervisor knows of the result: let go of the checkpoint. */
void writer_release(struct writer *w);

#endif
