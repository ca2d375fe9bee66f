/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/conclude.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/units.h"
#include "core/chain/chain.h"
#include "core/chain/level.h"
#include "core/operator/restore_command.h"
#include "core/operator/times.h"
#include "core/operator/volume_report.h"

#define SECONDS_TELLING 0.1	/* a rate over less time is meaningless */

/* The dump for the history; NULL if it ended before it was described. */
static struct chain *
describe_chain(const struct job_task *task, const struct dump_record *record)
{
	const struct job_context *context = task->context;
	const struct message_description *d = &record->description;
	const struct level level = {
		.number = d->level,
		.base_date = d->base_date,
		.base_level = d->base_level,
	};

	struct chain *chain = d->date == 0 ? NULL : chain_new(task->config,
	    d->name, context->rep, &context->signals->cancel);
	if (chain != NULL) {
		chain_set_date(chain, d->date);
		chain_set_level(chain, &level);
	}
	return chain;
}

/* Every volume is safe: from now on, other dumps can be based on this one. */
void
conclude_note(const struct job_task *task, struct dump_record *record,
    struct chain_log *log)
{
	const bool whole = record->status == STATUS_COMPLETE ||
	    record->status == STATUS_INCOMPLETE;

	/* If the machine crashes now, the next run catches up. */
	chain_log_end(log, record->status);
	if (!whole || !job_updates_dumpdates(task->config))
		return;
	struct chain *chain = describe_chain(task, record);
	const enum chain_noted noted = chain == NULL ? CHAIN_NOT_NOTED :
	    chain_note(chain);
	chain_free(chain);
	record->noted = noted == CHAIN_NOTED;
	chain_log_noted(log, noted);
	if (!record->noted)
		record->status = STATUS_INCOMPLETE;
}

/* How much of it is on the media. */
static void
report_filtered(struct report *rep, const struct dump_record *record,
    uint64_t bytes)
{
	char amount[UNITS_TEXT_BYTES], medium[UNITS_TEXT_BYTES];

	if (record->is_filtered && bytes > 0)
		report(rep, DE_INFO, "%s, %s on the medium, %.2f",
		    units_bytes(bytes, amount),
		    units_bytes(record->medium_bytes, medium),
		    (double)record->medium_bytes / (double)bytes);
}

/* A line with the totals, and the only rate of the whole dump. */
static void
report_sums(struct report *rep, const struct dump_record *record,
    double seconds)
{
	const uint64_t bytes = record->tape_blocks * DE_TAPE_BLOCK;
	char amount[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];

	report_filtered(rep, record, bytes);
	units_rate(bytes, (uint64_t)(seconds * 1e9), rate);
	report(rep, DE_INFO, "%" PRIu64 " blocks (%s) on %zu volume%s in %.1f "
	    "seconds%s%s", record->tape_blocks, units_bytes(bytes, amount),
	    record->volume_count, record->volume_count == 1 ? "" : "s",
	    seconds, seconds < SECONDS_TELLING ? "" : ", ",
	    seconds < SECONDS_TELLING ? "" : rate);
	if (record->volume_count > 1)
		volume_report_times(rep, times_verdict(&record->times) ==
		    NULL ? DE_DEBUG : DE_INFO, "all volumes together",
		    &record->times);
}

/* The last line of a dump that can be restored says how. */
static void
report_done(const struct job_task *task, const struct dump_record *record)
{
	struct report *rep = task->context->rep;
	const uint32_t blocking = task->config->settings.ring.blocking;
	const struct message_description *d = &record->description;
	const char *done = task->copy != NULL ? "COPY IS DONE" :
	    record->status == STATUS_COMPLETE ? "DUMP IS DONE" :
	    "DUMP IS DONE, BUT IT IS NOT COMPLETE";
	char command[RESTORE_COMMAND_BYTES];
	char on_top[40] = "";

	restore_command_format(&record->restore, blocking, command);
	if (d->base_date != 0 && d->base_level == LEVEL_NONE)
		snprintf(on_top, sizeof(on_top), " on top of its base");
	else if (d->base_date != 0)
		snprintf(on_top, sizeof(on_top), " on top of level %" PRId32,
		    d->base_level);
	if (command[0] == '\0')
		report(rep, DE_INFO, "%s", done);
	else
		report(rep, DE_INFO, "%s; to restore it%s: %s", done, on_top,
		    command);
}

void
conclude_report(const struct job_task *task, const struct dump_record *record,
    double seconds)
{
	struct report *rep = task->context->rep;

	if (record->findings > 0)
		report(rep, DE_WARNING, "%" PRIu64 " %s from the filesystem; "
		    "see above", record->findings, record->findings == 1 ?
		    "item is missing from the dump or differs" :
		    "items are missing from the dump or differ");
	if (record->status == STATUS_COMPLETE ||
	    record->status == STATUS_INCOMPLETE) {
		report_sums(rep, record, seconds);
		report_done(task, record);
	} else {
		report(rep, DE_ERROR, "THE ENTIRE %s IS ABORTED%s%s",
		    task->copy != NULL ? "COPY" : "DUMP", record->status == STATUS_ABORTED ? "" : ": ",
		    record->status == STATUS_ABORTED ? "" :
		    exit_status_text(record->status));
	}
}
