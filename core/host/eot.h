/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * eot.h - the callbacks of an EOT handler
 */
#ifndef CORE_EOT_H
#define CORE_EOT_H

#include "core/host/instance.h"

/* DE_OK if the plugin lacks the callback. */
enum de_status eot_check(const struct instance *in);

/* DE_OK if the plugin lacks the callback.  `take`: DE_OK or DE_FAILED. */
enum de_status eot_name_resources(const struct instance *in,
    const struct de_volume *volume, de_resource_fn *take, void *arg);

/*
 * As in dumpengine/plugin.h.  Clears *reply first.  An invalid reply is
 * DE_FAILED.
 */
enum de_status eot_volume_ended(struct instance *in,
    const struct de_volume_end *end, struct de_eot_reply *reply);

/*
 * *answer is DE_EOT_ASK if the plugin lacks the callback.  An unknown answer is
 * DE_FAILED.
 */
enum de_status eot_volume_wanted(const struct instance *in,
    const struct de_volume_wanted *wanted, enum de_eot_answer *answer);

#endif
