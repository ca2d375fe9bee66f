/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * writer.h - the processes that write the volumes, each from fork to end
 *
 * A separate process opens, writes and closes each volume.  The process of the
 * volume before forks it and waits: it is the checkpoint, and decides what
 * happens if the writer dies.  A writer that can write no more is done: its
 * ending is known, and its caller must end the process accordingly.
 *
 * Knows nothing of what is written: that comes through the ring, from tape.c.
 *
 * Main thread only.
 */
#ifndef CORE_WRITER_H
#define CORE_WRITER_H

#include "core/ring/ring.h"
#include "core/volume/writer_ending.h"
#include "core/write/cut.h"
#include "core/write/indexer.h"
#include "core/write/tape_config.h"

struct writer;

/* How the calling process must end. */
struct writer_result {
	enum writer_ending how;
	enum exit_status status;	/* of the dump, if it has ended */
	uint64_t tape_blocks;		/* put on all volumes */
};

/* Both are borrowed.  Returns NULL after reporting why. */
struct writer *writer_new(const struct tape_config *config, struct cut *cut);
void writer_free(struct writer *w);

/* The ring that volumes are written through; it runs while one is open. */
struct ring *writer_ring(const struct writer *w);

/* ---- The life of a volume.  DE_FAILED means that this process is done. */

/*
 * Fork the process that writes volume cut->number, which begins with tape block
 * `first` of the stream.  Returns in that process, with the volume open.
 */
enum de_status writer_begin(struct writer *w, uint32_t first);

/*
 * Nothing more is put on the volume, or, unless it `ends`, nothing for now:
 * write all full records.  Returns DE_OK; DE_END_OF_VOLUME if the medium was
 * full first; or DE_FAILED, on which the caller must call writer_fail().
 */
enum de_status writer_stop(struct writer *w, bool ends);

/* After DE_OK from that: the same volume goes on. */
enum de_status writer_resume(struct writer *w);

/*
 * The index begins on the open volume, with the stream on the medium, and has
 * been written.  May it be put?  Not after several attempts at this volume that
 * did not get from the one to the other.
 */
bool writer_may_put_index(const struct writer *w);
void writer_begin_index(struct writer *w);
void writer_end_index(struct writer *w);

/*
 * While nothing is written: what the index says of the volume, which has
 * w->cut->blocks.  False with errno set.  Pieces end here.
 */
bool writer_describe(struct writer *w, struct indexer_volume *v);

/* Is what the open volume takes beyond recall, as with a pipe? */
bool writer_writes_once(const struct writer *w);

/*
 * Make the volume safe; with the last one, the output ends the set, and the
 * supervisor learns that all is there.
 */
enum de_status writer_close(struct writer *w, enum de_end_reason reason);

/* Must somebody, or a handler, get a medium ready for the next volume? */
bool writer_needs_medium(struct writer *w);

/* The volume is safe: get the next medium ready. */
enum de_status writer_change_medium(struct writer *w,
    enum de_end_reason reason);

/* The last volume is closed: the dump is complete. */
enum de_status writer_finish(struct writer *w);

/* ---- Early ends.  Nothing of the volume is kept; all return DE_FAILED. */

/*
 * The ring stopped: after too many read errors, by the user, or by the output,
 * which has reported why.
 */
enum de_status writer_fail(struct writer *w);

/* The medium is too small for the volume. */
enum de_status writer_refuse_small(struct writer *w);

/* Rewrite the volume with only this many tape blocks. */
enum de_status writer_cut_short(struct writer *w, uint64_t blocks);

/* Abort the dump, after reporting why, or when out of memory. */
enum de_status writer_abort(struct writer *w);

/* ---- Is the process done, and how? */

/* May the dump go on despite read errors? */
bool writer_bears_read_errors(struct writer *w);

bool writer_is_done(const struct writer *w);
const struct writer_result *writer_result(const struct writer *w);

/* The supervisor knows the result: release the checkpoint. */
void writer_release(struct writer *w);

#endif
