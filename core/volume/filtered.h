/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filtered.h - a volume that passes filters on its way to the output
 *
 * Stands where the output does otherwise: takes records, of which some are in
 * flight.  Each passes the filters in their order; what comes out is written in
 * records of the same size.  A record counts as settled once the volume can end
 * with it or with a later one, or once too many others have followed to keep
 * it.
 *
 * Where the volume ends is decided last: when the medium is full, or when what
 * is written would exceed the size of the volume, filtered_most() says with how
 * many records it can end, and filtered_end() ends it so.
 *
 * Memory: for each filter the pieces being encoded, two more than threads; 16
 * MiB of plain pieces or two, and what came of them.  The ring keeps as many
 * records.
 *
 * One thread at a time; threads of its own exist from filtered_open() to
 * filtered_close().
 */
#ifndef CORE_FILTERED_H
#define CORE_FILTERED_H

#include "core/base/digest.h"
#include "core/host/instance.h"

struct filtered;

/*
 * `count` filters, 1 or more, the first of which gets the records.  All
 * borrowed.  NULL if out of memory.
 */
struct filtered *filtered_new(const struct instance *output,
    struct instance *const *filters, size_t count);
void filtered_free(struct filtered *f);		/* accepts NULL */

struct filtered_volume {
	const struct de_volume *facts;
	int64_t base_date;		/* of the dump, for the mark */
	uint64_t size;			/* bytes it may have on the medium; 0:
					   any number */
	size_t medium_record;		/* bytes of a record there, at most */
	bool has_window;		/* the output acknowledges records */
	/*
	 * Called, by any thread, before the volume is written if it will not
	 * tell what it is: with digest_head() of it.
	 */
	void (*tell_head)(void *arg, const char *head);
	void *tell_arg;
};

/*
 * The output has been opened: begin to write.  Sets *window to the records that
 * may be in flight.  DE_OK, or DE_FAILED after a report.
 */
enum de_status filtered_open(struct filtered *f,
    const struct filtered_volume *volume, uint32_t *window);

/* Join the threads, and have the filters forget the volume. */
void filtered_close(struct filtered *f);

/*
 * Take a record, which is copied.  DE_OK; DE_FAILED after a report; or
 * DE_END_OF_VOLUME: the volume must end now, without this record.
 */
enum de_status filtered_write(struct filtered *f, const void *record);

/* How many records are settled. */
uint64_t filtered_settled(const struct filtered *f);

/*
 * Count all records as settled: the volume is not to end before them.  DE_OK, or
 * DE_END_OF_VOLUME: they may be too many for its size, so it must end now;
 * DE_FAILED after a report.
 */
enum de_status filtered_settle(struct filtered *f);

/*
 * No more is to come: have all pieces encoded but the last, so that
 * filtered_most() knows what they became.  DE_OK, or DE_FAILED after a report.
 */
enum de_status filtered_drain(struct filtered *f);

/*
 * With how many records can the volume end, at most?  After a failed
 * filtered_end(), fewer than that one tried.
 */
uint64_t filtered_most(const struct filtered *f);

/*
 * End the volume with that many records.  DE_OK: all is on the medium.
 * DE_END_OF_VOLUME: it has no room for them; try again with fewer.  DE_FAILED,
 * after a report; or if the medium cannot take back what is too much for that:
 * then it must be written again, and filtered_short() says how long it may be.
 */
enum de_status filtered_end(struct filtered *f, uint64_t records);
bool filtered_short(const struct filtered *f, uint64_t *records);

/* Once it has ended: bytes on the medium, their digest, and digest_head(). */
uint64_t filtered_bytes(const struct filtered *f);
const struct digest *filtered_digest(const struct filtered *f);
const char *filtered_head(const struct filtered *f);
bool filtered_has_ended(const struct filtered *f);

#endif
