/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/select/live_changes.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/operator/message.h"

/* The check of the source after the dump. */
struct look {
	struct inomap fresh;		/* new, and not reported yet */
	struct inomap walk;		/* directories that may contain such */
	struct inomap found;		/* to be walked in the next round */
	const struct source *src;
	const struct selection *sel;
	struct footprints *footprints;
	const struct de_time *since;
	int channel;
	struct findings *findings;
	const atomic_int *cancelled;
};

struct de_time
live_changes_now(void)
{
	struct timespec now;

	/* The precise clock is ahead of the one that inode times come from. */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return (struct de_time){
		.seconds = now.tv_sec,
		.nanoseconds = (uint32_t)now.tv_nsec,
	};
}

/* Inodes too small for a birth time have no nanoseconds either. */
static bool
has_birth_time(const struct de_inode *inode)
{
	return (inode->properties & DE_INODE_HAS_BIRTH_TIME) != 0;
}

/* Without nanoseconds compare whole seconds. */
static bool
is_since(const struct de_time *t, const struct de_time *since, bool seconds)
{
	return t->seconds > since->seconds || (t->seconds == since->seconds &&
	    (seconds || t->nanoseconds >= since->nanoseconds));
}

/* Inodes of the dump from `from` to before `to` no longer exist. */
static void
note_gone(const struct look *look, uint32_t from, uint32_t to)
{
	const struct inomap *dumped = &look->sel->dumped;

	for (from = inomap_next(dumped, from); from != 0 && from < to;
	    from = inomap_next(dumped, from + 1)) {
		findings_add(look->findings, from,
		    "removed during the dump, which may contain no more than "
		    "its name");
		findings_settle(look->findings);
	}
}

/* Its number may have belonged to another inode, which is in the dump. */
static bool
is_born_since(const struct look *look, const struct de_inode *inode)
{
	return has_birth_time(inode) &&
	    is_since(&inode->birth_time, look->since, false);
}

static enum de_status
take_extent(void *arg, const struct de_extent *extent)
{
	footprint_add(arg, extent);
	return DE_OK;
}

/* Does a file have another size or layout than when it was dumped? */
static bool
has_moved(const struct look *look, const struct de_inode *inode)
{
	struct footprint f = footprint_begin(inode);

	if (!S_ISREG(inode->mode) ||
	    !footprints_has(look->footprints, inode->number))
		return false;
	if (inode->size > 0)
		source_map_file(look->src, inode, take_extent, &f);
	return footprints_differ(look->footprints, &f);
}

/* Its change time is older than the dump, so the next level would skip it. */
static void
note_moved(const struct look *look, const struct de_inode *inode)
{
	const struct message m = {
		.type = MESSAGE_RETAKE,
		.u.inode = inode->number,
	};

	message_send(look->channel, &m, true);
	findings_add(look->findings, inode->number, "its size or blocks "
	    "changed during the dump, though its change time is older; the "
	    "next level will include it");
	findings_settle(look->findings);
}

/*
 * An excluded inode is not in use in the selection either, but it is older than
 * the dump.
 */
static void
compare(struct look *look, const struct de_inode *inode)
{
	const bool known = inomap_has(&look->sel->in_use, inode->number);

	if (!is_since(&inode->ctime, look->since, !has_birth_time(inode))) {
		if (has_moved(look, inode))
			note_moved(look, inode);
		return;
	}
	if (!known || is_born_since(look, inode)) {
		if (!has_birth_time(inode) || is_born_since(look, inode))
			inomap_add(&look->fresh, inode->number);
		return;
	}
	if (S_ISDIR(inode->mode))
		inomap_add(&look->walk, inode->number);
	findings_add(look->findings, inode->number, "changed during the dump, "
	    "whose copy may be inconsistent");
	findings_settle(look->findings);
}

static enum de_status
scan(struct look *look)
{
	struct de_inode inode;
	enum de_status status;
	uint32_t from = 1;
	void *at;

	if (source_scan_begin(look->src, &at) != DE_OK)
		return DE_FAILED;
	while ((status = source_next(look->src, at, from, &inode)) == DE_OK &&
	    !*look->cancelled) {
		note_gone(look, from, inode.number);
		compare(look, &inode);
		from = inode.number + 1;
	}
	source_scan_end(look->src, at);
	if (status != DE_NO_MORE)
		return DE_FAILED;
	note_gone(look, from, UINT32_MAX);
	return DE_OK;
}

/* ----------------------------------------------------- what is new, by name */

static enum de_status
take_entry(void *arg, const struct de_entry *entry)
{
	struct look *look = arg;

	if (!inomap_has(&look->fresh, entry->inode))
		return DE_OK;
	inomap_remove(&look->fresh, entry->inode);
	inomap_add(&look->found, entry->inode);
	findings_add(look->findings, entry->inode,
	    "created after the dump began, so it is missing");
	return DE_OK;
}

/* One round: new entries of the directories in `walk`. */
static enum de_status
walk(struct look *look)
{
	struct de_inode inode = { 0 };
	enum de_status status = DE_OK;
	void *at;

	if (source_scan_begin(look->src, &at) != DE_OK)
		return DE_FAILED;
	for (uint32_t from = inomap_next(&look->walk, 1); from != 0 &&
	    status == DE_OK; from = inomap_next(&look->walk, from + 1)) {
		inomap_remove(&look->walk, from);
		if (*look->cancelled)
			status = DE_FAILED;
		else if (inode.number < from)
			status = source_next(look->src, at, from, &inode);
		if (status == DE_OK && inode.number == from &&
		    S_ISDIR(inode.mode))
			status = source_read_directory(look->src, &inode,
			    take_entry, look);
		findings_settle(look->findings);
	}
	source_scan_end(look->src, at);
	return status == DE_NO_MORE ? DE_OK : status;
}

/*
 * A new inode has changed the directory that contains it, so checking these
 * suffices; a new directory may contain further new ones.
 */
static enum de_status
note_new(struct look *look)
{
	enum de_status status = DE_OK;

	while (status == DE_OK && inomap_next(&look->fresh, 1) != 0 &&
	    inomap_next(&look->walk, 1) != 0) {
		status = walk(look);
		const struct inomap walked = look->walk;
		look->walk = look->found;
		look->found = walked;
	}
	return status;
}

static enum de_status
look_through(struct look *look, uint32_t max_inode)
{
	enum de_status status = DE_FAILED;

	memset(&look->fresh, 0, sizeof(look->fresh));
	memset(&look->walk, 0, sizeof(look->walk));
	memset(&look->found, 0, sizeof(look->found));
	if (inomap_init(&look->fresh, max_inode) &&
	    inomap_init(&look->walk, max_inode) &&
	    inomap_init(&look->found, max_inode) && scan(look) == DE_OK)
		status = note_new(look);
	inomap_free(&look->fresh);
	inomap_free(&look->walk);
	inomap_free(&look->found);
	return status;
}

static enum de_status
look_at_source(struct instance *in, const struct selection *sel,
    struct footprints *footprints, const struct de_time *since, int channel,
    uint64_t *count)
{
	struct source src;
	enum de_status status = DE_FAILED;

	if (!source_open(&src, in))
		return DE_FAILED;
	struct findings *findings = findings_new(&src, in->rep, channel);
	if (findings != NULL) {
		struct look look = {
			.src = &src,
			.sel = sel,
			.footprints = footprints,
			.since = since,
			.channel = channel,
			.findings = findings,
			.cancelled = in->cancelled,
		};
		status = look_through(&look, src.info.max_inode);
		*count = findings_flush(findings);
	}
	findings_free(findings);
	source_close(&src);
	return status;
}

uint64_t
live_changes_report(const struct instance *used, const struct selection *sel,
    struct footprints *footprints, const struct de_time *since, int channel)
{
	uint64_t count = 0;
	enum de_status status = DE_FAILED;
	struct instance *in = instance_new(used->plugin, used->options,
	    used->rep, used->cancelled);

	report(used->rep, DE_INFO,
	    "looking for changes made during the dump");
	if (in != NULL) {
		/* The dump's own instance has reported them. */
		in->findings_are_known = true;
		status = look_at_source(in, sel, footprints, since, channel,
		    &count);
	}
	instance_free(in);
	if (status == DE_OK && footprints_are_whole(footprints))
		return count;
	report(used->rep, DE_WARNING, "changes made during the dump cannot be "
	    "determined");
	return count + 1;
}
