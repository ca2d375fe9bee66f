/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * volume_report.h - the messages about a finished volume
 */
#ifndef CORE_VOLUME_REPORT_H
#define CORE_VOLUME_REPORT_H

#include "core/operator/message.h"
#include "core/base/report.h"

void volume_report(struct report *rep, const struct message_volume *v);

/* Report where the time went; `what` is "volume 1" or "all volumes". */
void volume_report_times(struct report *rep, enum de_severity severity,
    const char *what, const struct times *t);

/* Is the dump so small that most messages about it are only DE_DEBUG? */
bool volume_report_is_small(uint64_t tape_blocks);

#endif
