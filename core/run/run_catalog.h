/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_catalog.h - tells the catalogue of a dump
 *
 * While the dump runs, what is known of it is kept in files (handover.h); at its
 * end the catalogue takes them, and those that earlier runs left.  Nothing here
 * ever harms the dump: a failure is a warning, with the command that catches up.
 *
 * Supervisor only, but for run_catalog_handover().  A NULL catalogue is told
 * nothing.
 */
#ifndef CORE_RUN_CATALOG_H
#define CORE_RUN_CATALOG_H

#include "core/catalog/handover.h"
#include "core/operator/supervisor.h"
#include "core/run/job_task.h"

struct run_catalog;

/* NULL if none is configured, or after reporting why it cannot be told. */
struct run_catalog *run_catalog_new(const struct job_task *task);
void run_catalog_free(struct run_catalog *rc);

/* Where names are to be left; NULL: none are wanted.  For all processes. */
const struct handover *run_catalog_handover(const struct run_catalog *rc);

/* What is known now.  The `noted` of a supervisor; `arg` is a run_catalog. */
void run_catalog_note(void *arg, const struct dump_record *record);

/*
 * The dump has ended, and its drive is free: have the catalogue take it.  Sets
 * record->in_catalog.
 */
void run_catalog_conclude(struct run_catalog *rc, struct dump_record *record);

/* --check: can it be written?  False after reporting why not. */
bool run_catalog_check(const struct job_config *config,
    const struct job_context *context);

#endif
