/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job_selection.h - passes I and II of a job, by its settings
 *
 * Applies the job's rules, directs what the selection finds, and limits the
 * read errors it may meet.
 */
#ifndef CORE_JOB_SELECTION_H
#define CORE_JOB_SELECTION_H

#include "core/run/setup.h"
#include "core/select/findings.h"
#include "core/select/read_errors.h"
#include "core/select/selection.h"

/*
 * Direct what the source reports from now on to `findings`; NULL: straight to
 * the user.
 */
void job_selection_hook(const struct setup *setup, struct findings *findings);

/* The operator is asked on `channel`; -1: not at all. */
struct read_errors job_selection_read_errors(const struct setup *setup,
    struct findings *findings, int channel);

/*
 * Select.  Returns false after reporting why it could not; otherwise the caller
 * frees `sel`.
 */
bool job_selection_make(const struct setup *setup, struct selection *sel,
    struct read_errors *read_errors);

/* Tape blocks that the dump will take, with its index. */
uint64_t job_selection_estimate(const struct setup *setup,
    const struct selection *sel);

#endif
