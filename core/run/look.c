/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/look.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/exit_status.h"
#include "core/base/path.h"
#include "core/base/units.h"
#include "core/config/capacity.h"
#include "core/host/eot.h"
#include "core/host/output.h"
#include "core/operator/message.h"
#include "core/run/job_selection.h"
#include "core/run/setup.h"
#include "core/select/subtree.h"
#include "core/volume/volume.h"

/* Send the result, once no plugin is left that could still change it. */
static int
end_look(int channel, enum exit_status status)
{
	const struct message m = {
		.type = MESSAGE_END,
		.u.end.status = status,
	};
	message_send(channel, &m, true);
	return status;
}

/* ----------------------------------------------------------------- --check */

/* Does the subtree to be dumped exist? */
static bool
check_subtree(const struct setup *s)
{
	const struct subtree subtree = {
		.src = &s->src,
		.rep = s->rep,
		.path = s->settings->subtree,
		.at = s->config->subtree_at,
		.exclude = s->config->exclude,
		.without_nodump = s->level.number >=
		    s->settings->honor_nodump,
	};

	if (subtree.path == NULL)
		return true;
	uint32_t *way = calloc(path_depth(subtree.path) + 1, sizeof(*way));
	const bool found = way != NULL &&
	    subtree_find(&subtree, way) == SUBTREE_FOUND;
	free(way);
	return found;
}

/*
 * Returns 2 ("at least two") if far more is in use than fits on the first
 * volume; half of it may be tables and the journal.  Returns 0 ("unknown")
 * above level 0 and with anything left out, when this tells nothing.
 */
static uint32_t
volumes_expected(const struct setup *s)
{
	const uint32_t blocking = s->settings->ring.blocking;
	const uint64_t records = capacity_records(&s->settings->volumes, 1,
	    blocking);

	if (records == CAPACITY_AUTO || s->filters.count > 0 || s->level.base_date != 0 ||
	    s->config->exclude != NULL ||
	    s->settings->subtree != NULL ||
	    s->src.info.used_bytes / 2 / DE_TAPE_BLOCK / blocking <= records)
		return 0;
	return 2;
}

static bool
check_output(const struct setup *s)
{
	const struct de_volume facts = {
		.struct_size = sizeof(facts),
		.number = 1,
		.record_size = DE_TAPE_BLOCK * s->settings->ring.blocking,
		.level = s->level.number,
		.date = s->date,
		.job = s->settings->name,
		.label = s->settings->label,
		.properties = (s->eot != NULL ? DE_VOLUME_HANDLED : 0) |
		    (s->settings->volumes.verify ? DE_VOLUME_VERIFIED : 0) |
		    (s->filters.count > 0 ? DE_VOLUME_FILTERED : 0) |
		    (job_filters_compress(&s->filters) ? DE_VOLUME_RECORDS : 0),
		.volumes = volumes_expected(s),
	};
	const struct de_volume volume = volume_facts_of_medium(&facts);

	return output_check(s->output, &volume) == DE_OK;
}

/* Run both checks, so that both report what is wrong. */
static bool
check_media(const struct setup *s)
{
	const bool output = check_output(s) &&
	    job_filters_check(&s->filters);

	return (s->eot == NULL || eot_check(s->eot) == DE_OK) && output;
}

int
look_check(const struct job_task *task, int channel)
{
	struct setup setup;
	char used[UNITS_TEXT_BYTES];

	signals_leave_to_supervisor(channel);
	signals_end_with_supervisor();
	const bool ok = setup_begin(&setup, task, SETUP_FOR_LOOK, channel) &&
	    setup_check_dumpdates(&setup) && check_subtree(&setup) &&
	    check_media(&setup);

	if (ok)
		report(setup.rep, DE_INFO, "ready to dump %s (%s, %s in use)",
		    setup.src.info.device, setup.src.info.type,
		    units_bytes(setup.src.info.used_bytes, used));
	setup_end(&setup);
	return end_look(channel, ok ? STATUS_COMPLETE : *setup.cancelled ?
	    STATUS_ABORTED : STATUS_NOT_STARTED);
}

/* -------------------------------------------------------------- --estimate */

static void
print_estimate(const struct setup *s, const struct selection *sel)
{
	bool more;
	const uint64_t tape_blocks = job_selection_estimate(s, sel);
	const uint64_t volumes = capacity_volumes(&s->settings->volumes,
	    s->settings->ring.blocking, tape_blocks, &more);

	printf("%s: level %" PRIu32 ", %" PRIu64 " inodes, %" PRIu64 " tape "
	    "blocks, %" PRIu64 " bytes, %" PRIu64 " volume%s\n",
	    s->settings->name, s->level.number, sel->inodes,
	    tape_blocks, tape_blocks * DE_TAPE_BLOCK, volumes,
	    more ? " or more" : volumes == 1 ? "" : s->filters.count > 0 ?
	    "s or fewer" : "s");
}

static enum exit_status
estimate(const struct setup *s)
{
	struct selection sel = { 0 };
	struct findings *findings = findings_new(&s->src, s->rep, -1);
	enum exit_status status = STATUS_NOT_STARTED;

	if (findings == NULL) {
		report(s->rep, DE_ERROR, "out of memory");
		return status;
	}
	job_selection_hook(s, findings);
	setup_report(s);
	/* Nothing is frozen for an estimate, and the operator is not asked. */
	struct read_errors read_errors = job_selection_read_errors(s, findings,
	    -1);
	if (job_selection_make(s, &sel, &read_errors)) {
		print_estimate(s, &sel);
		selection_free(&sel);
		status = findings_flush(findings) > 0 ? STATUS_INCOMPLETE :
		    STATUS_COMPLETE;
	} else {
		if (read_errors.verdict != VERDICT_GO_ON)
			status = verdict_status(read_errors.verdict);
		findings_flush(findings);
	}
	read_errors_advise(&read_errors);
	job_selection_hook(s, NULL);
	findings_free(findings);
	return status;
}

/* Here, because the supervisor could not detect the failure. */
static bool
flush_estimate(const struct setup *s)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	report(s->rep, DE_ERROR, "cannot write to standard output");
	clearerr(stdout);
	return false;
}

int
look_estimate(const struct job_task *task, int channel)
{
	struct setup setup;
	enum exit_status status = STATUS_NOT_STARTED;

	signals_leave_to_supervisor(channel);
	signals_end_with_supervisor();
	if (setup_begin(&setup, task, SETUP_FOR_LOOK, channel))
		status = estimate(&setup);
	if (!flush_estimate(&setup))
		status = STATUS_NOT_STARTED;
	if (status == STATUS_NOT_STARTED && *setup.cancelled)
		status = STATUS_ABORTED;
	setup_end(&setup);
	return end_look(channel, status);
}
