/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * volume_report.h - what the operator is told of a finished volume
 */
#ifndef CORE_VOLUME_REPORT_H
#define CORE_VOLUME_REPORT_H

#include "core/operator/message.h"
#include "core/base/report.h"

void volume_report(struct report *rep, const struct message_volume *v);

/* Where the time went; `what` is "volume 1", or all of them. */
void volume_report_times(struct report *rep, enum de_severity severity,
    const char *what, const struct times *t);

/*
 * So small that a few lines say what matters of it; the rest is DE_DEBUG.
 */
bool volume_report_is_small(uint64_t tape_blocks);

#endif
