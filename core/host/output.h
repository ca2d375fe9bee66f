/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * output.h - the calls of an output
 *
 * As in dumpengine/plugin.h, each with a default where the plugin lacks it, and
 * with what it gives checked.
 */
#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

#include "core/host/instance.h"

/* Without the callback: DE_OK. */
enum de_status output_check(const struct instance *in,
    const struct de_volume *volume);

enum de_status output_open_volume(const struct instance *in,
    const struct de_volume *volume, struct de_medium *medium);
enum de_status output_write(const struct instance *in, const void *record,
    size_t length);
/* DE_OK if it discards: that result is not looked at. */
enum de_status output_close_volume(const struct instance *in,
    enum de_close how);

/* Without the callback, and if it discards: DE_OK. */
enum de_status output_end_set(const struct instance *in, enum de_close how);

/* Only for one that has the callbacks.  DE_OK: 1 to `room` bytes were read. */
enum de_status output_begin_readback(const struct instance *in);
enum de_status output_read_back(const struct instance *in, void *buffer,
    size_t room, size_t *length);

/* Without the callback: DE_FAILURE_OTHER.  It may be a value of later versions. */
enum de_failure output_failure(const struct instance *in);

/* Without the callback: false. */
bool output_needs_change(const struct instance *in,
    const struct de_volume *volume);
bool output_may_retry(const struct instance *in);

/* Without the callback: DE_OK.  `take` returns DE_OK or DE_FAILED. */
enum de_status output_name_resources(const struct instance *in,
    const struct de_volume *volume, de_resource_fn *take, void *arg);

/* Only for one that has the callbacks. */
uint64_t output_settled(const struct instance *in);
enum de_status output_settle(const struct instance *in);

#endif
