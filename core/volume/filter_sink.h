/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filter_sink.h - what the filters of a volume have made of it, in records
 *
 * Takes bytes and writes them to the output in records of one size, of which
 * the last may be shorter; or, with is_apart, in records as they came.  Can go
 * back: to bytes that have not been written yet, or, if the output can shorten a
 * volume, to others that are still kept.
 *
 * Memory: the bytes since filter_sink_keep(), and the records that the output
 * has yet to acknowledge.
 *
 * One thread at a time.
 */
#ifndef CORE_FILTER_SINK_H
#define CORE_FILTER_SINK_H

#include "core/base/digest.h"
#include "core/host/instance.h"

#define FILTER_SINK_UNLIMITED UINT64_MAX

struct filter_sink;

/* Both borrowed.  NULL if out of memory. */
struct filter_sink *filter_sink_new(const struct instance *output,
    size_t record_size);
void filter_sink_free(struct filter_sink *sink);

struct filter_sink_volume {
	uint64_t limit;			/* bytes it may have */
	bool is_apart;			/* whatever is put at once, up to
					   record_size, is a record */
	bool has_window;		/* the output acknowledges records */
};

/*
 * Begin a volume.  If its size is limited, bytes are written only once they need
 * not be kept, so that the end can be chosen freely.
 */
void filter_sink_begin(struct filter_sink *sink,
    const struct filter_sink_volume *volume);

/*
 * Called before the first record is written, and if it is written again; any
 * thread.
 */
typedef void filter_sink_first_fn(void *arg, const uint8_t *record,
    size_t length);
void filter_sink_tell_first(struct filter_sink *sink,
    filter_sink_first_fn *first, void *arg);

/* Nothing of this volume that is on the medium may be replaced. */
void filter_sink_write_once(struct filter_sink *sink);

/*
 * Take bytes.  DE_END_OF_VOLUME: they, or some before them, do not fit on the
 * medium or exceed the limit; go back before more are put.  DE_FAILED after a
 * report.
 */
enum de_status filter_sink_put(void *sink, const void *bytes, size_t length);

/* Bytes put. */
uint64_t filter_sink_at(const struct filter_sink *sink);

/* Bytes that the volume may have, as far as is known. */
uint64_t filter_sink_limit(const struct filter_sink *sink);

/* Never go back to before byte `offset`. */
enum de_status filter_sink_keep(struct filter_sink *sink, uint64_t offset);

/*
 * Forget all bytes from `offset` on.  False if the medium has some of them and
 * cannot take them back.
 */
bool filter_sink_go_back(struct filter_sink *sink, uint64_t offset);

/* Write all that was put.  Returns like filter_sink_put(). */
enum de_status filter_sink_end(struct filter_sink *sink);

/* Bytes given to the output. */
uint64_t filter_sink_written(const struct filter_sink *sink);

/* Once something was: digest_head() of the first record.  Before, "". */
const char *filter_sink_head(const struct filter_sink *sink);

/* After filter_sink_end(): the digest of all bytes. */
const struct digest *filter_sink_digest(const struct filter_sink *sink);

#endif
