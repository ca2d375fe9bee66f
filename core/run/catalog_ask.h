/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_ask.h - do what dumpengine-catalog was asked for
 */
#ifndef CORE_CATALOG_ASK_H
#define CORE_CATALOG_ASK_H

#include "core/base/exit_status.h"
#include "core/base/signals.h"
#include "core/host/plugin.h"
#include "core/run/catalog_request.h"

#define CATALOG_DEFAULT_FILE "/var/lib/dumpengine/catalog.sqlite"

/*
 * Everything is borrowed.  The answer goes to standard output, which the caller
 * flushes; messages are reported.
 */
enum exit_status catalog_ask(const struct catalog_request *request,
    struct plugin_registry *registry, struct signals *signals,
    struct report *rep);

#endif
