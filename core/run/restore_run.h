/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_run.h - a run of dumpengine-restore, from its sets to its conclusion
 */
#ifndef CORE_RESTORE_RUN_H
#define CORE_RESTORE_RUN_H

#include "core/base/exit_status.h"
#include "core/base/signals.h"
#include "core/host/plugin.h"
#include "core/run/restore_request.h"

/* Do what was asked for; everything is borrowed. */
enum exit_status restore_run(const struct restore_request *request,
    struct plugin_registry *registry, struct signals *signals,
    struct report *rep);

#endif
