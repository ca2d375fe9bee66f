/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ring.h - records in flight from the source to the output
 *
 * The main thread fills one record after another with ready tape blocks and
 * with extents ("these tape blocks are at this address of the source").  A full
 * record goes to the next idle slave, a thread that reads the extents straight
 * into their places in the record.  When its turn comes, the record is written
 * by that slave, or by another that is already writing the records before it,
 * so no slave waits for its turn.  Records are thus read in parallel but
 * written in order, each once, by one slave at a time.
 *
 * A record keeps its slot until it is known to be on the medium, which an
 * output may acknowledge late.
 *
 * Knows nothing of headers, files or volumes.  Memory: the buffer (by default 2
 * MiB plus two records per slave), the records that the output has yet to
 * acknowledge, and 40 bytes for each tape block in them.
 *
 * All functions are for the main thread; the slaves call read() and write().
 * Threads exist only between ring_start() or ring_resume() and ring_stop().
 */
#ifndef CORE_RING_H
#define CORE_RING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/operator/times.h"
#include "core/ring/gather.h"

struct ring;

struct ring_config {
	unsigned int slaves;
	unsigned int record_blocks;	/* tape blocks in a record */

	/* Read from the source, like de_source.read. */
	enum de_status (*read)(void *arg, uint64_t address,
	    const struct iovec *iov, int iov_count,
	    struct de_read_error *error);
	void *read_arg;

	/*
	 * Write a record, like de_output.write.  With `has_digests`, the slave
	 * that read it has computed its digest (digest_64()); else that is 0.
	 */
	enum de_status (*write)(void *arg, const void *record, size_t length,
	    uint64_t digest);
	bool has_digests;

	/*
	 * settled() returns how many records are on the medium; called after
	 * each of the other two.  settle() makes sure that all are, like
	 * de_output.settle.
	 */
	uint64_t (*settled)(void *arg);
	enum de_status (*settle)(void *arg);
	void *write_arg;	/* passed to these three */

	/*
	 * Called by the main thread a few times a second while it waits, to
	 * show progress and check for signals.  Returns false to stop the ring:
	 * nothing more can be put, and ring_stop() returns DE_FAILED.
	 */
	bool (*idle)(void *arg);
	void *idle_arg;

	/*
	 * Called by the main thread for each unreadable piece once its record,
	 * with zeros in place of the piece, is on the medium: in the order of
	 * the stream, and no later than ring_stop().  Returns false to stop the
	 * ring, like idle().
	 */
	bool (*lost)(void *arg, const struct gather_loss *loss);
	void *lost_arg;

	/*
	 * Called by the main thread when the ring has stopped while a slave may
	 * still be in the output: its write is no longer needed.  A signal then
	 * interrupts the slave's system call.
	 */
	void (*unwanted)(void *arg);
	void *unwanted_arg;
};

/* A piece of a file in the source. */
struct ring_extent {
	uint64_t address;	/* in the source */
	uint64_t length;	/* bytes; the last tape block is zero-filled */
	uint32_t inode;		/* this and `offset` are for messages */
	uint64_t offset;	/* in the file */
};

/* Returns NULL if out of memory. */
struct ring *ring_new(const struct ring_config *config);

/* The ring must be stopped.  Accepts NULL. */
void ring_free(struct ring *ring);

/* The needs of a medium. */
struct ring_medium {
	uint32_t window;	/* records written but not acknowledged, kept
				   in addition to the buffer */
	uint64_t buffer;	/* bytes for records; 0: the default */
	unsigned int start_fill;	/* percent of the buffer that must be
					   read before writing starts, and again
					   after it has run empty */
};

/*
 * Fit the ring to a medium.  It must be stopped; its contents are lost.
 * Returns false if out of memory.
 */
bool ring_set_medium(struct ring *ring, const struct ring_medium *medium);

/*
 * Release the memory of a stopped ring until it is started again; its contents
 * are lost.
 */
void ring_forget(struct ring *ring);

/* The records that the ring can hold, including the one being filled. */
unsigned int ring_slots(const struct ring *ring);

/* Start the slaves for an open volume.  Returns DE_OK or DE_FAILED. */
enum de_status ring_start(struct ring *ring);

/*
 * Start the slaves again, for more of the same volume, after ring_stop() has
 * returned DE_OK with the last record full: all that was put is on the medium.
 * Records are counted on.  Returns like ring_start().
 */
enum de_status ring_resume(struct ring *ring);

/*
 * Returns the next tape block of the record being filled; the caller must fill
 * it before its next call.  `tag`, at most RING_TAG_MAX, is passed back by
 * ring_each_unwritten().  Returns NULL when the ring has stopped; ring_stop()
 * says why.
 */
#define RING_TAG_MAX 127
uint8_t *ring_put_block(struct ring *ring, uint8_t tag);

/*
 * Have the next tape blocks read from the source, as many as fit in the record
 * being filled.  Returns how many bytes of the extent that is, or 0 when the
 * ring has stopped.
 */
uint64_t ring_put_extent(struct ring *ring, const struct ring_extent *extent);

/*
 * If `complete`, write all full records and have the output settle them;
 * otherwise write no more.  Then join the slaves.  Returns DE_OK if every full
 * record is on the medium; DE_END_OF_VOLUME or DE_FAILED from the callback that
 * stopped the ring; or DE_FAILED if idle() or lost() stopped it, or if there
 * was no memory to record losses.  A second call returns the same.
 */
enum de_status ring_stop(struct ring *ring, bool complete);

/* After DE_FAILED: was the ring out of memory? */
bool ring_out_of_memory(const struct ring *ring);

/*
 * After ring_stop() has returned anything else: so many records are on the
 * medium after all, more than were settled.  Returns false if lost() wants no
 * more.
 */
bool ring_settle_to(struct ring *ring, uint64_t records);

/*
 * After ring_stop(): visit what was put but is not on the medium, in order.
 * Ready blocks go to one callback, extents to the other.
 */
struct ring_visitor {
	void (*block)(void *arg, uint8_t tag, const uint8_t *block);
	void (*extent)(void *arg, const struct ring_extent *extent);
	void *arg;
};
void ring_each_unwritten(const struct ring *ring,
    const struct ring_visitor *visitor);

/* How the time since ring_start() was spent; call after ring_stop(). */
void ring_get_times(const struct ring *ring, struct times *times);

/* Records on the medium since ring_start(); may be called at any time. */
uint64_t ring_records_settled(struct ring *ring);

#endif
