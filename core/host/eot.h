/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * eot.h - the calls of an EOT handler
 */
#ifndef CORE_EOT_H
#define CORE_EOT_H

#include "core/host/instance.h"

/* Without the callback: DE_OK. */
enum de_status eot_check(const struct instance *in);

/* Without the callback: DE_OK.  `take` returns DE_OK or DE_FAILED. */
enum de_status eot_name_resources(const struct instance *in,
    const struct de_volume *volume, de_resource_fn *take, void *arg);

/*
 * As in dumpengine/plugin.h; *reply is emptied before.  A reply that cannot be
 * is DE_FAILED.
 */
enum de_status eot_volume_ended(struct instance *in,
    const struct de_volume_end *end, struct de_eot_reply *reply);

#endif
