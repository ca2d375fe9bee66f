/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/clock.h"
#include "core/date.h"

const char *
volume_verdict(const struct ring_times *t)
{
	if (t->write > t->starved)
		return "output-bound";
	return "source-bound";
}

void
volume_report_times(struct report *rep, const char *what,
    const struct ring_times *t)
{
	char refills[80] = "";

	if (t->refills > 0)
		snprintf(refills, sizeof(refills), ", and %" PRIu64 " times "
		    "until the buffer was filled again", t->refills);
	report(rep, DE_INFO, "%s spent %.1f s in the output "
	    "and %.1f s in the source (all slaves), %.1f s with a full ring: "
	    "%s; the output stood still %.1f s, %" PRIu64 " times for longer "
	    "than %d ms%s", what, (double)t->write / 1e9,
	    (double)t->read / 1e9, (double)t->blocked / 1e9,
	    volume_verdict(t), (double)t->starved / 1e9, t->stalls,
	    RING_STALL_NS / 1000000, refills);
}

void
volume_report(struct report *rep, const struct message_volume *v)
{
	const uint64_t seconds = v->ns / NS_PER_SECOND;
	char date[DATE_TEXT_BYTES];
	char what[24];

	date_format(v->ended, date);
	report(rep, DE_INFO, "volume %" PRIu32 " completed at: %s", v->number,
	    date);
	report(rep, DE_INFO, "volume %" PRIu32 ": %" PRIu64 " blocks (%.2f MB), "
	    "%" PRIu64 " records, XXH3 %s%s", v->number, v->tape_blocks,
	    (double)v->tape_blocks / 1024, v->records, v->digest,
	    v->verified ? ", read back and the same" : "");
	report(rep, DE_INFO, "volume %" PRIu32 " took %" PRIu64 ":%02" PRIu64
	    ":%02" PRIu64 ", transfer rate: %.0f kB/s", v->number,
	    seconds / 3600, seconds / 60 % 60, seconds % 60,
	    (double)v->tape_blocks * 1e9 / (double)(v->ns > 0 ? v->ns : 1));
	snprintf(what, sizeof(what), "volume %" PRIu32, v->number);
	volume_report_times(rep, what, &v->times);
}

void
volume_add_times(struct ring_times *sum, const struct ring_times *t)
{
	sum->read += t->read;
	sum->write += t->write;
	sum->starved += t->starved;
	sum->stalls += t->stalls;
	sum->refills += t->refills;
	sum->blocked += t->blocked;
}
