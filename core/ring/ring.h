/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ring.h - records on their way from the source to the output
 *
 * The main thread fills records, one after the other, with ready tape blocks
 * and with extents ("these tape blocks are at this address of the source").
 * A full record goes to the next idle slave, a thread that reads the extents
 * straight to their places in the record.  When the record's turn has come it
 * is written: by that slave, or by one that is just writing the records
 * before it, so that nobody waits for a turn.  So records are read side by
 * side but written in order, each once, by one slave at a time.
 *
 * A record keeps its place until it is known to be on the medium, which an
 * output may say late.
 *
 * Knows nothing of headers, files or volumes.  Memory: the buffer, which is 2
 * MiB and two records for each slave by default, the records that the output
 * may be late with, and 40 bytes for each tape block in them.
 *
 * All functions are for the main thread; read() and write() are called by the
 * slaves.  No thread lives outside of ring_start() ... ring_stop().
 */
#ifndef CORE_RING_H
#define CORE_RING_H

#include <stdint.h>
#include <sys/uio.h>

#include "core/operator/times.h"
#include "core/ring/gather.h"

struct ring;

struct ring_config {
	unsigned int slaves;
	unsigned int record_blocks;	/* tape blocks in a record */

	/* Read from the source, as de_source.read. */
	enum de_status (*read)(void *arg, uint64_t address,
	    const struct iovec *iov, int iov_count,
	    struct de_read_error *error);
	void *read_arg;

	/* Write a record, as de_output.write. */
	enum de_status (*write)(void *arg, const void *record, size_t length);

	/*
	 * How many records are on the medium, asked after each of the other two;
	 * and have it know of all, as de_output.settle.
	 */
	uint64_t (*settled)(void *arg);
	enum de_status (*settle)(void *arg);
	void *write_arg;	/* of these three */

	/*
	 * Called by the main thread a few times a second while it waits, to
	 * show progress and to look for signals.  Returns false to have the
	 * ring give up: nothing more can be put, and ring_stop() says DE_FAILED.
	 */
	bool (*idle)(void *arg);
	void *idle_arg;

	/*
	 * Called by the main thread for each piece that could not be read, when
	 * its record, with zeros in the place of the piece, is on the medium: in the
	 * order of the stream, and by ring_stop() at the latest.  Returns false
	 * to have the ring give up, as idle().
	 */
	bool (*lost)(void *arg, const struct gather_loss *loss);
	void *lost_arg;

	/*
	 * Called by the main thread when the ring has come to a stop and a slave
	 * may still be in the output: what it writes is not wanted any more.
	 * Then the slave's system call is interrupted by a signal.
	 */
	void (*unwanted)(void *arg);
	void *unwanted_arg;
};

/* A piece of a file in the source. */
struct ring_extent {
	uint64_t address;	/* of the source */
	uint64_t length;	/* bytes; zeros fill up the last tape block */
	uint32_t inode;		/* these two for messages only */
	uint64_t offset;	/* in the file */
};

/* Returns NULL if out of memory. */
struct ring *ring_new(const struct ring_config *config);

/* The ring must be stopped.  Takes NULL. */
void ring_free(struct ring *ring);

/* What a medium needs. */
struct ring_medium {
	uint32_t window;	/* records that are written but may not be on it,
				   kept besides the buffer */
	uint64_t buffer;	/* bytes for records; 0: the default */
	unsigned int start_fill;	/* percent of the buffer that have to be
					   read before it is written to, and
					   again when it had nothing to write */
};

/*
 * Make the ring fit a medium.  It must be stopped, and forgets what is in it.
 * Returns false if out of memory.
 */
bool ring_set_medium(struct ring *ring, const struct ring_medium *medium);

/*
 * The ring is stopped, and what is in it is not wanted any more: give the memory
 * back until it is started again.
 */
void ring_forget(struct ring *ring);

/* Records that it can hold, the one being filled included. */
unsigned int ring_slots(const struct ring *ring);

/* Start the slaves, for a volume that is open.  DE_OK or DE_FAILED. */
enum de_status ring_start(struct ring *ring);

/*
 * The next tape block of the record being filled, to be written by the caller
 * before its next call.  `tag` is the caller's, for ring_each_unwritten(); it
 * is at most RING_TAG_MAX.  Returns NULL when the ring has come to a stop;
 * then ring_stop() says why.
 */
#define RING_TAG_MAX 127
uint8_t *ring_put_block(struct ring *ring, uint8_t tag);

/*
 * Have the next tape blocks read from the source.  As many of them as are
 * left in the record being filled: returns how many bytes of the extent that
 * is, 0 when the ring has come to a stop.
 */
uint64_t ring_put_extent(struct ring *ring, const struct ring_extent *extent);

/*
 * If `complete`, write the records that are full and have the output settle
 * them; otherwise no more of them.
 * Then join the slaves.  DE_OK when every full record is on the medium;
 * DE_END_OF_VOLUME or DE_FAILED as the callback said that stopped it, or
 * DE_FAILED if idle() or lost() had it give up, or there was no memory to note
 * what could not be read.  A second call says the same again.
 */
enum de_status ring_stop(struct ring *ring, bool complete);

/* After DE_FAILED: was it for want of memory? */
bool ring_out_of_memory(const struct ring *ring);

/*
 * After ring_stop(): go through what was put but is not on the medium, in
 * order; of the two callbacks one gets the ready blocks, the other the
 * extents.
 */
struct ring_visitor {
	void (*block)(void *arg, uint8_t tag, const uint8_t *block);
	void (*extent)(void *arg, const struct ring_extent *extent);
	void *arg;
};
void ring_each_unwritten(const struct ring *ring,
    const struct ring_visitor *visitor);

/* Where the time went since ring_start(); after ring_stop(). */
void ring_get_times(const struct ring *ring, struct times *times);

/* Records on the medium since ring_start(); may be asked at any time. */
uint64_t ring_records_settled(struct ring *ring);

#endif
