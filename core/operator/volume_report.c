/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/operator/volume_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/base/units.h"

#define SMALL_TAPE_BLOCKS (256 << 10)	/* 256 MiB */

void
volume_report_times(struct report *rep, enum de_severity severity,
    const char *what, const struct times *t)
{
	const char *verdict = times_verdict(t);
	char refills[80] = "";

	if (t->refills > 0)
		snprintf(refills, sizeof(refills), ", %" PRIu64 " buffer "
		    "refill%s", t->refills, t->refills == 1 ? "" : "s");
	report(rep, severity, "%s: output busy %.1f s, idle %.1f s, source "
	    "busy %.1f s (all slaves), ring full %.1f s%s%s; %" PRIu64
	    " output stall%s over %d ms%s", what, (double)t->write / 1e9,
	    (double)t->starved / 1e9, (double)t->read / 1e9,
	    (double)t->blocked / 1e9, verdict == NULL ? "" : ": ",
	    verdict == NULL ? "" : verdict, t->stalls,
	    t->stalls == 1 ? "" : "s", TIMES_STALL_NS / 1000000, refills);
}

bool
volume_report_is_small(uint64_t tape_blocks)
{
	return tape_blocks < SMALL_TAPE_BLOCKS;
}

void
volume_report(struct report *rep, const struct message_volume *v)
{
	/* If the dump is small and has one volume, the summary is enough. */
	const enum de_severity severity = v->number == 1 &&
	    v->reason == DE_END_LAST && volume_report_is_small(v->tape_blocks) ?
	    DE_DEBUG : DE_INFO;
	const uint64_t seconds = v->ns / NS_PER_SECOND;
	const uint64_t bytes = v->tape_blocks * DE_TAPE_BLOCK;
	char date[DATE_TEXT_BYTES];
	char amount[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];
	char what[24];

	date_format(v->ended, date);
	report(rep, severity, "volume %" PRIu32 " completed at: %s", v->number,
	    date);
	report(rep, severity, "volume %" PRIu32 ": %" PRIu64 " blocks (%s), "
	    "%" PRIu64 " records, XXH3 %s%s", v->number, v->tape_blocks,
	    units_bytes(bytes, amount), v->records, v->digest,
	    v->verified ? ", verified" : "");
	if (v->is_filtered)
		report(rep, severity, "volume %" PRIu32 ": %s, %s on the "
		    "medium, %.2f", v->number, amount,
		    units_bytes(v->medium_bytes, rate),
		    (double)v->medium_bytes / (double)(bytes > 0 ? bytes : 1));
	/* For a single volume, the dump's own rate follows. */
	if (v->number > 1 || v->reason != DE_END_LAST)
		report(rep, severity, "volume %" PRIu32 " took %" PRIu64
		    ":%02" PRIu64 ":%02" PRIu64 ", transfer rate: %s",
		    v->number, seconds / 3600, seconds / 60 % 60, seconds % 60,
		    units_rate(bytes, v->ns, rate));
	snprintf(what, sizeof(what), "volume %" PRIu32, v->number);
	volume_report_times(rep, times_verdict(&v->times) == NULL ? DE_DEBUG :
	    severity, what, &v->times);
}
