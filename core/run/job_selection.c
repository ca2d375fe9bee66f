/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/job_selection.h"

#include "core/write/indexer.h"

static void
hook_findings(const struct setup *s, bool (*hook)(void *arg,
    enum de_finding kind, uint32_t inode, const char *format,
    const char *text), void *arg)
{
	s->source_instance->hooks.finding = hook;
	s->source_instance->hooks.finding_arg = arg;
}

/* Mark the inodes that are missing from the base. */
static bool
make_retake(const struct setup *s, struct inomap *map)
{
	const struct level *level = &s->level;

	if (level->retake_count == 0)
		return true;
	if (!inomap_init(map, s->src.info.max_inode)) {
		report(s->rep, DE_ERROR, "out of memory");
		return false;
	}
	for (size_t i = 0; i + 1 < level->retake_count; i += 2)
		if (level->retake[i] > 0 &&
		    level->retake[i] <= level->retake[i + 1])
			inomap_add_range(map, level->retake[i],
			    level->retake[i + 1]);
	return true;
}

bool
job_selection_make(const struct setup *s, struct selection *sel,
    struct read_errors *read_errors)
{
	struct inomap retake = { 0 };

	if (!make_retake(s, &retake))
		return false;
	const struct selection_rules rules = {
		.since = s->level.since,
		.retake = retake.bits != NULL ? &retake : NULL,
		.level = s->level.number,
		.honor_nodump = s->settings->honor_nodump,
		.exclude = s->config->exclude,
		.subtree = s->settings->subtree,
		.subtree_at = s->config->subtree_at,
	};

	hook_findings(s, read_errors_hook, read_errors);
	s->source_instance->unknown = &sel->unknown;
	const bool ok = selection_make(sel, &s->src, &rules, read_errors,
	    s->rep, s->cancelled);
	inomap_free(&retake);
	/* Errors during the search for paths no longer count. */
	hook_findings(s, findings_hook, read_errors->findings);
	s->source_instance->unknown = NULL;
	if (ok && s->source_instance->unknown_is_short) {
		report(s->rep, DE_ERROR, "out of memory");
		selection_free(sel);
		return false;
	}
	return ok;
}

void
job_selection_hook(const struct setup *s, struct findings *findings)
{
	hook_findings(s, findings == NULL ? NULL : findings_hook, findings);
}

struct read_errors
job_selection_read_errors(const struct setup *s, struct findings *findings,
    int channel)
{
	struct read_errors r = {
		.findings = findings,
		.src = &s->src,
		.rep = s->rep,
		.channel = channel,
	};

	read_errors_init(&r, s->settings->max_read_errors);
	return r;
}

uint64_t
job_selection_estimate(const struct setup *s, const struct selection *sel)
{
	if (!s->settings->index)
		return sel->tape_blocks;
	return sel->tape_blocks + indexer_estimate(sel->inodes,
	    sel->tape_blocks, s->settings->ring.blocking);
}
