/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job_selection.h - passes I and II of a job, by its settings
 *
 * Says what the selection has to go by, what becomes of what it finds, and how
 * many read errors it may meet.
 */
#ifndef CORE_JOB_SELECTION_H
#define CORE_JOB_SELECTION_H

#include "core/run/setup.h"
#include "core/select/findings.h"
#include "core/select/read_errors.h"
#include "core/select/selection.h"

/*
 * What the source reports from now on goes to `findings`; NULL: to the user as
 * it is.
 */
void job_selection_hook(const struct setup *setup, struct findings *findings);

/* `channel` is where the operator is asked; -1: nobody is. */
struct read_errors job_selection_read_errors(const struct setup *setup,
    struct findings *findings, int channel);

/*
 * Select.  Returns false after reporting why it could not; `sel` is to be freed
 * if it could.
 */
bool job_selection_make(const struct setup *setup, struct selection *sel,
    struct read_errors *read_errors);

#endif
