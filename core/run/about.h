/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * about.h - what the index of a set says about its dump
 *
 * The members of its JSON, but for those that only the indexer knows; they are
 * described in dumpengine-index(5).
 */
#ifndef CORE_ABOUT_H
#define CORE_ABOUT_H

#include <jansson.h>

#include "core/run/setup.h"
#include "core/write/indexer.h"

/* The caller releases it.  NULL if out of memory.  `begun` in seconds. */
json_t *about_dump(const struct setup *setup, int64_t begun);

/*
 * How it ends, once all of it is on its volumes.  False with errno set.
 */
bool about_end(struct indexer *ix, const struct setup *setup,
    uint64_t findings, uint64_t notes);

#endif
