/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/units.h"
#include "core/operator/message.h"
#include "core/operator/volume_report.h"
#include "core/run/beside.h"
#include "core/run/job_selection.h"
#include "core/run/setup.h"
#include "core/select/live_changes.h"
#include "core/snapshot/freeze.h"
#include "core/volume/writer_ending.h"
#include "core/write/passes.h"

/* A dump in progress. */
struct dump {
	struct setup setup;
	pid_t supervisor;
	const struct job_task *task;		/* borrowed */
	struct beside beside;
	struct findings *findings;
	struct read_errors read_errors;
	struct selection sel;
	struct de_time selected;		/* when selection began */
	uint64_t changes;			/* see live_changes.h */
};

/* ------------------------------------------------------------- how it ends */

static void
count_findings(struct dump *d, struct message_end *end)
{
	end->findings = findings_flush(d->findings);
	end->read_errors = findings_read_errors(d->findings);
	end->notes = findings_notes(d->findings);
	read_errors_advise(&d->read_errors);
}

/*
 * The dump ends before anything was written.  Like all functions below, returns
 * the exit code of the process.
 */
static int
end_early(struct dump *d, enum exit_status status)
{
	struct message m = {
		.type = MESSAGE_END,
		.u.end.status = status,
	};
	if (d->findings != NULL)
		count_findings(d, &m.u.end);
	message_send(d->setup.channel, &m, true);
	return writer_exit_code(WRITER_DUMP_ENDED, status);
}

/*
 * Tell the supervisor how the dump ended, if this process is the one that ends
 * it.  `has_all`: every file that is to be beside the dump is.
 */
static int
end_tape(struct dump *d, struct tape *tape, bool has_all)
{
	const struct writer_result ending = *tape_result(tape);
	struct message m = { .type = MESSAGE_END };

	if (ending.how == WRITER_DUMP_ENDED) {
		m.u.end.status = ending.status;
		m.u.end.tape_blocks = ending.tape_blocks;
		count_findings(d, &m.u.end);
		m.u.end.findings += d->changes;
		if (ending.status == STATUS_COMPLETE &&
		    (m.u.end.findings > 0 || !has_all))
			m.u.end.status = STATUS_INCOMPLETE;
		message_send(d->setup.channel, &m, true);
	}
	tape_end(tape);
	return writer_exit_code(ending.how, ending.status);
}

/* --------------------------------------------------------- passes I and II */

/* Freeze it for the selection?  Not if it was frozen for the snapshot. */
static bool
is_to_be_frozen(const struct setup *s)
{
	if (!s->settings->freeze || s->snapshot != NULL)
		return false;
	if (s->src.info.mount_point[0] != '\0')
		return true;
	report(s->rep, DE_INFO, "%s is not mounted, so there is nothing to "
	    "freeze", s->src.info.device);
	return false;
}

static enum verdict
select_inodes(struct dump *d)
{
	const struct setup *s = &d->setup;
	struct freeze *freeze = NULL;
	const struct freeze_request request = {
		.mount_point = s->src.info.mount_point,
		.limit = s->settings->freeze_limit,
		.folder = s->settings->state_dir,
		.job = s->settings->name,
		.rep = s->rep,
	};

	if (is_to_be_frozen(s)) {
		freeze = freeze_begin(&request);
		if (freeze == NULL)
			return VERDICT_NOT_STARTED;
	}
	d->selected = live_changes_now();
	const bool ok = job_selection_make(s, &d->sel, &d->read_errors);
	/* An early thaw is only a warning: changes are found later. */
	freeze_end(freeze);
	if (ok)
		return VERDICT_GO_ON;
	return d->read_errors.verdict != VERDICT_GO_ON ?
	    d->read_errors.verdict : VERDICT_ABORT;
}

static uint64_t
estimate(const struct dump *d)
{
	return job_selection_estimate(&d->setup, &d->sel);
}

static void
report_estimate(const struct dump *d)
{
	const uint64_t tape_blocks = estimate(d);
	char amount[UNITS_TEXT_BYTES];

	report(d->setup.rep, volume_report_is_small(tape_blocks) ? DE_DEBUG :
	    DE_INFO, "estimated %" PRIu64 " blocks (%s)", tape_blocks,
	    units_bytes(tape_blocks * DE_TAPE_BLOCK, amount));
}

static void
send_description(const struct dump *d)
{
	const struct setup *s = &d->setup;
	const struct de_source_info *info = &s->src.info;
	struct message m = { .type = MESSAGE_DESCRIPTION };
	struct message_description *text = &m.u.description;

	snprintf(text->name, sizeof(text->name), "%s", s->name);
	snprintf(text->device, sizeof(text->device), "%s", info->device);
	snprintf(text->filesystem, sizeof(text->filesystem), "%s",
	    info->mount_point);
	snprintf(text->host, sizeof(text->host), "%.*s",
	    MESSAGE_HEADER_BYTES - 1, s->host);
	snprintf(text->stated, sizeof(text->stated), "%.*s",
	    MESSAGE_HEADER_BYTES - 1, s->filesystem);
	snprintf(text->type, sizeof(text->type), "%s", info->type);
	snprintf(text->uuid, sizeof(text->uuid), "%s", info->uuid);
	text->estimate = estimate(d);
	text->date = s->date;
	text->level = s->level.number;
	text->base_level = s->level.base_level;
	text->base_date = s->level.base_date;
	chain_begin(s->chain, d->supervisor, &text->id);
	message_send(s->channel, &m, true);
}

/* ------------------------------------------------------- passes III and IV */

static void
make_header_template(const struct setup *s, struct header_template *t)
{
	const struct header_identity id = {
		.date = s->date,
		.base_date = s->level.base_date,
		.level = (int32_t)s->level.number,
		.blocking = s->settings->ring.blocking,
		.is_compressed = job_filters_compress(&s->filters),
		.label = s->settings->label,
		.filesystem = s->filesystem,
		.device = s->src.info.device,
		.host = s->host,
	};
	header_template_init(t, &id);
}

/* Only when the last slave has finished reading. */
static uint64_t
count_changes(const struct dump *d)
{
	const struct setup *s = &d->setup;

	if (s->footprints == NULL)
		return 0;
	return live_changes_report(s->source_instance, &d->sel, s->footprints,
	    &d->selected, s->channel);
}

/* The index says what is missing from the dump. */
static void
conclude_stream(void *arg)
{
	struct dump *d = arg;

	d->changes = count_changes(d);
	beside_conclude(&d->beside, findings_flush(d->findings) + d->changes,
	    findings_notes(d->findings));
}

static struct tape *
make_tape(struct dump *d, const struct header_template *header)
{
	const struct setup *s = &d->setup;
	const struct ring_settings *ring = &s->settings->ring;
	const struct tape_config config = {
		.output = s->output,
		.eot = s->eot,
		.filters = s->filters.items,
		.filter_count = s->filters.count,
		.is_compressed = job_filters_compress(&s->filters),
		.places = s->places,
		.source = &s->src,
		.header = header,
		.volumes = &s->settings->volumes,
		.read_errors = &d->read_errors,
		.rep = s->rep,
		.cancelled = s->cancelled,
		.channel = s->channel,
		.job = s->settings->name,
		.label = s->settings->label,
		.level = s->level.number,
		.date = s->date,
		.base_date = s->level.base_date,
		.slaves = ring->slaves,
		.blocking = ring->blocking,
		.buffer = ring->buffer,
		.start_fill = ring->start_fill,
		.map_blocks = d->sel.in_use.tape_blocks,
		.root_inode = s->src.info.root_inode,
		.max_inode = s->src.info.max_inode,
		.indexer = d->beside.indexer,
		.puts_index = s->settings->index,
		.archive = d->beside.archive,
		.folder = beside_folder(s),
		.at_end = conclude_stream,
		.at_end_arg = d,
	};
	return tape_new(&config);
}

static int
write_stream(struct dump *d)
{
	const struct setup *s = &d->setup;
	struct header_template header;
	bool has_all = true;

	make_header_template(s, &header);
	struct tape *tape = make_tape(d, &header);
	if (tape == NULL)
		return end_early(d, STATUS_NOT_STARTED);
	const struct stream stream = {
		.src = &s->src,
		.sel = &d->sel,
		.header = &header,
		.tape = tape,
		.findings = d->findings,
		.rep = s->rep,
		.cancelled = s->cancelled,
		.footprints = s->footprints,
		.base_date = s->level.since,
		.names = d->beside.names,
	};
	if (tape_begin(tape) != DE_OK || passes_write(&stream) != DE_OK)
		tape_abort(tape);
	else if (tape_finish(tape) == DE_OK)
		has_all = beside_write(&d->beside, tape);
	return end_tape(d, tape, has_all);
}

/* --------------------------------------------------------------- the steps */

static int
select_and_write(struct dump *d)
{
	const enum verdict selected = select_inodes(d);

	if (selected != VERDICT_GO_ON)
		return end_early(d, verdict_status(selected));
	report_estimate(d);
	if (!chain_set_left_out(d->setup.chain, &d->sel.left_out)) {
		selection_free(&d->sel);
		return end_early(d, STATUS_NOT_STARTED);
	}
	send_description(d);
	beside_begin(&d->beside, &d->setup, d->task);
	const int exit_code = write_stream(d);
	beside_end(&d->beside);
	selection_free(&d->sel);
	return exit_code;
}

/* Run all passes, collecting findings. */
static int
run_passes(struct dump *d)
{
	const struct setup *s = &d->setup;

	d->findings = findings_new(&s->src, s->rep, s->channel);
	if (d->findings == NULL) {
		report(s->rep, DE_ERROR, "out of memory");
		return end_early(d, STATUS_NOT_STARTED);
	}
	d->read_errors = job_selection_read_errors(s, d->findings, s->channel);
	job_selection_hook(s, d->findings);
	setup_report(s);
	const int exit_code = select_and_write(d);
	job_selection_hook(s, NULL);
	findings_free(d->findings);
	return exit_code;
}

int
dump_run(const struct job_task *task, int channel)
{
	struct dump dump = { .supervisor = getppid(), .task = task };
	int exit_code;

	signals_leave_to_supervisor(channel);
	signals_end_with_supervisor();
	if (setup_begin(&dump.setup, task, SETUP_FOR_DUMP, channel) &&
	    setup_check_dumpdates(&dump.setup))
		exit_code = run_passes(&dump);
	else
		exit_code = end_early(&dump, *dump.setup.cancelled ?
		    STATUS_ABORTED : STATUS_NOT_STARTED);
	setup_end(&dump.setup);
	return exit_code;
}
