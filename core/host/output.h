/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * output.h - the callbacks of an output
 *
 * As in dumpengine/plugin.h, with defaults for those the plugin lacks, and with
 * their results checked.
 */
#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

#include "core/host/instance.h"

/* DE_OK if the plugin lacks the callback. */
enum de_status output_check(const struct instance *in,
    const struct de_volume *volume);

enum de_status output_open_volume(const struct instance *in,
    const struct de_volume *volume, struct de_medium *medium);
enum de_status output_write(const struct instance *in, const void *record,
    size_t length);
/* Always DE_OK when discarding: the plugin's result is ignored. */
enum de_status output_close_volume(const struct instance *in,
    enum de_close how);

/* DE_OK if the plugin lacks the callback, and when discarding. */
enum de_status output_end_set(const struct instance *in, enum de_close how);

/*
 * The plugin must have begin_readback.  Reads by read_record or else by
 * read_back.  DE_OK: 1 to `room` bytes were read.
 */
enum de_status output_begin_readback(const struct instance *in);
enum de_status output_read_back(const struct instance *in, void *buffer,
    size_t room, size_t *length);

/*
 * DE_FAILURE_OTHER if it lacks the callback.  A later version may add values.
 */
enum de_failure output_failure(const struct instance *in);

/* false if the plugin lacks the callback. */
bool output_needs_change(const struct instance *in,
    const struct de_volume *volume);
bool output_may_retry(const struct instance *in);

/* DE_OK if the plugin lacks the callback.  `take`: DE_OK or DE_FAILED. */
enum de_status output_name_resources(const struct instance *in,
    const struct de_volume *volume, de_resource_fn *take, void *arg);

/* The plugin must have both callbacks. */
uint64_t output_settled(const struct instance *in);
enum de_status output_settle(const struct instance *in);

/* DE_FAILED if the plugin lacks the callback. */
enum de_status output_shorten(const struct instance *in, uint64_t length);

/* Can it remove volumes?  Then, of the one that is open for reading. */
bool output_removes(const struct instance *in);
enum de_status output_remove(const struct instance *in);

/* Can it open a volume for reading?  The next five require it. */
bool output_reads(const struct instance *in);

enum de_status output_open_reading(const struct instance *in,
    const struct de_volume *volume, struct de_reading *reading);
/* DE_OK: 1 to `room` bytes were read. */
enum de_status output_read_record(const struct instance *in, void *buffer,
    size_t room, size_t *length);
/* DE_FAILED if the plugin lacks the callback. */
enum de_status output_tell(const struct instance *in, uint64_t *position);
enum de_status output_go_to(const struct instance *in, uint64_t position);
void output_close_reading(const struct instance *in);

#endif
