/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/progress.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/units.h"

#define TERMINAL_NS NS_PER_SECOND
#define MESSAGE_NS (300 * NS_PER_SECOND)

void
progress_begin(struct progress *p, struct report *rep, uint64_t estimate)
{
	p->rep = rep;
	p->estimate = estimate;
	p->started = p->shown = clock_ns();
}

void
progress_format(const struct progress *p, uint64_t tape_blocks, uint64_t now,
    char text[static PROGRESS_TEXT_BYTES])
{
	const uint64_t ns = now - p->started;
	const double seconds = (double)ns / 1e9;
	const double rate = seconds > 0 ? (double)tape_blocks / seconds : 0;
	char speed[UNITS_TEXT_BYTES];
	double percent = p->estimate == 0 ? 100 :
	    100.0 * (double)tape_blocks / (double)p->estimate;

	if (percent > 100)	/* the estimate was too low */
		percent = 100;
	units_rate(rate > 0 ? tape_blocks * DE_TAPE_BLOCK : 0, ns, speed);
	if (rate <= 0 || tape_blocks >= p->estimate) {
		snprintf(text, PROGRESS_TEXT_BYTES,
		    "%.2f%% done at %s", percent, speed);
		return;
	}
	const uint64_t minutes = (uint64_t)
	    ((double)(p->estimate - tape_blocks) / rate / 60);
	snprintf(text, PROGRESS_TEXT_BYTES, "%.2f%% done at %s, "
	    "finished in %" PRIu64 ":%02" PRIu64, percent, speed,
	    minutes / 60, minutes % 60);
}

void
progress_show(struct progress *p, uint64_t tape_blocks)
{
	const uint64_t now = clock_ns();
	const bool terminal = report_has_progress(p->rep);
	char text[PROGRESS_TEXT_BYTES];

	if (now - p->shown < (terminal ? TERMINAL_NS : MESSAGE_NS))
		return;
	p->shown = now;
	progress_format(p, tape_blocks, now, text);
	if (terminal)
		report_progress(p->rep, text);
	else
		report(p->rep, DE_INFO, "%s", text);
}

void
progress_end(struct progress *p)
{
	report_progress(p->rep, NULL);
}
