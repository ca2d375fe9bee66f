/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/select/selection.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/format/header.h"
#include "core/select/inode_flags.h"

#define INODES_AT_ONCE 128

static uint64_t
tape_blocks_of(uint64_t bytes)
{
	return bytes / DE_TAPE_BLOCK + (bytes % DE_TAPE_BLOCK != 0);
}

/* Headers and data; holes are estimated from the allocated size. */
static uint64_t
estimate(const struct de_brief *inode)
{
	const uint64_t blocks = tape_blocks_of(inode->size);
	const uint64_t allocated = tape_blocks_of(inode->allocated);
	const uint64_t headers =
	    blocks / HEADER_ADDRS + (blocks % HEADER_ADDRS != 0 || blocks == 0);

	if (S_ISREG(inode->mode))
		return headers + (blocks < allocated ? blocks : allocated);
	return headers + blocks;
}

static bool
has_known_type(const struct de_brief *inode)
{
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return true;
	default:
		return false;
	}
}

/* Returns false, after reporting why, if restore could not handle it. */
static bool
can_be_dumped(const struct de_brief *inode, struct findings *findings)
{
	if (!has_known_type(inode)) {
		findings_add(findings, inode->number, "left out: its mode %06o "
		    "has an unknown file type", (unsigned)inode->mode);
		return false;
	}
	if (S_ISLNK(inode->mode) &&
	    (inode->size == 0 || inode->size > STREAM_TARGET_MAX)) {
		findings_add(findings, inode->number, "left out: a symbolic "
		    "link with a target of %" PRIu64 " bytes; Linux supports "
		    "1 to %d", inode->size, STREAM_TARGET_MAX);
		return false;
	}
	return true;
}

/* The state of selecting. */
struct selecting {
	struct selection *sel;
	const struct source *src;
	const struct selection_rules *rules;
	struct read_errors *read_errors;
	struct findings *findings;
	struct report *rep;
	const atomic_int *cancelled;
	struct inomap *links;		/* whose target is to be read; or
					   empty */
	bool *out_of_memory;
};

/*
 * Includes the second of the base, which may have read it before the change. A
 * change before 1970 indicates a wrong clock.
 */
static bool
is_changed(const struct selection_rules *rules, const struct de_brief *inode)
{
	return rules->since == 0 || inode->ctime < 0 ||
	    inode->ctime >= rules->since;
}

/* It is missing from the base, or inconsistent there. */
static bool
is_retaken(const struct selection_rules *rules, const struct de_brief *inode)
{
	return rules->retake != NULL && inomap_has(rules->retake,
	    inode->number);
}

/* Is it excluded under any name? */
static bool
is_left_out(const struct selecting *s, const struct de_brief *inode)
{
	if ((inode->flags & INODE_NODUMP) != 0 &&
	    s->rules->level >= s->rules->honor_nodump &&
	    inode->number != s->src->info.root_inode)
		return true;
	/* A directory is dumped as an empty one. */
	return (inode->flags & INODE_ENCRYPTED) != 0 &&
	    !S_ISDIR(inode->mode);
}

/* An in-inode target has been read along with the inode. */
static void
note_link(const struct selecting *s, const struct de_brief *inode)
{
	if (!S_ISLNK(inode->mode) || inode->allocated == 0)
		return;
	if (s->links->bits != NULL ||
	    inomap_init(s->links, s->src->info.max_inode))
		inomap_add(s->links, inode->number);
	/* Out of memory: pass IV reports it, when it is already in the map. */
}

/*
 * It cannot be dumped.  Above level 0 it stays in use and keeps its names, so
 * that restore does not remove what an earlier level restored.
 */
static void
leave_out(const struct selecting *s, uint32_t inode)
{
	if (s->rules->since == 0)
		tree_leave_out(s->sel->tree, inode);
}

static void
select_inode(const struct selecting *s, const struct de_brief *inode)
{
	struct selection *sel = s->sel;

	const bool is_wanted = is_changed(s->rules, inode) ||
	    is_retaken(s->rules, inode);

	inomap_add(&sel->in_use, inode->number);
	/* Unless it is dumped after all. */
	if (is_wanted)
		inomap_add(&sel->left_out, inode->number);
	if (!inode_types_note(&sel->types, inode->number, inode->mode))
		*s->out_of_memory = true;
	if (!can_be_dumped(inode, s->findings)) {
		leave_out(s, inode->number);
		return;
	}
	if (S_ISDIR(inode->mode)) {
		inomap_add(&sel->directories, inode->number);
		if ((inode->properties & DE_INODE_HAS_XATTRS) != 0)
			sel->has_attributes = true;
	}
	if ((inode->flags & INODE_ENCRYPTED) != 0)
		tree_set_encrypted(sel->tree, inode->number);
	if (is_left_out(s, inode))
		tree_leave_out(sel->tree, inode->number);
	else if (!tree_is_left_out(sel->tree, inode->number) && is_wanted) {
		inomap_add(&sel->dumped, inode->number);
		sel->tape_blocks += estimate(inode);
		note_link(s, inode);
	}
}

static enum de_status
scan_inodes(const struct selecting *s)
{
	const struct source *src = s->src;
	struct de_brief inodes[INODES_AT_ONCE];
	size_t count;
	uint32_t from = 1;
	void *scan;

	enum de_status status = source_scan_begin(src, &scan);
	if (status != DE_OK)
		return status;
	while ((status = source_next_briefly(src, scan, from, inodes,
	    INODES_AT_ONCE, &count)) == DE_OK) {
		if (*s->cancelled) {
			status = DE_FAILED;
			break;
		}
		for (size_t i = 0; i < count; i++)
			select_inode(s, &inodes[i]);
		if (*s->out_of_memory) {
			report(s->rep, DE_ERROR, "out of memory");
			status = DE_FAILED;
			break;
		}
		findings_settle(s->findings);
		from = inodes[count - 1].number + 1;
		if (read_errors_check(s->read_errors) != VERDICT_GO_ON) {
			status = DE_FAILED;
			break;
		}
	}
	source_scan_end(src, scan);
	return status == DE_NO_MORE ? DE_OK : status;
}

/* Correct the estimate by what the walk has added and removed. */
static enum de_status
correct_estimate(const struct selecting *s, const struct inomap *before)
{
	const struct source *src = s->src;
	struct selection *sel = s->sel;
	struct de_inode inode = { 0 };
	enum de_status status = DE_OK;
	void *scan = NULL;

	for (uint32_t i = inomap_next_difference(before, &sel->dumped, 1);
	    i != 0 && status == DE_OK;
	    i = inomap_next_difference(before, &sel->dumped, i + 1)) {
		if (scan == NULL)
			status = source_scan_begin(src, &scan);
		if (status == DE_OK && inode.number < i)
			status = source_next(src, scan, i, &inode);
		if (status != DE_OK || inode.number != i)
			continue;
		const struct de_brief brief = source_brief(&inode);
		if (inomap_has(&sel->dumped, i))
			sel->tape_blocks += estimate(&brief);
		else
			sel->tape_blocks -= estimate(&brief);
	}
	if (scan != NULL)
		source_scan_end(src, scan);
	return status == DE_FAILED ? DE_FAILED : DE_OK;
}

/* DE_NO_MORE: it cannot be read (reported). */
static enum de_status
try_link(const struct selecting *s, const struct de_inode *link)
{
	const struct source *src = s->src;
	char target[STREAM_TARGET_MAX];

	enum de_status status = source_read_symlink(src, link, target,
	    sizeof(target));
	if (status == DE_FAILED && !*s->cancelled) {
		findings_add(s->findings, link->number, "left out: cannot read "
		    "its target");
		status = DE_NO_MORE;
	}
	return status;
}

/*
 * A symbolic link without its target has no record, so the maps, which come
 * first, must not list it.
 */
static void
leave_out_link(const struct selecting *s, const struct de_inode *link)
{
	const struct de_brief brief = source_brief(link);

	inomap_remove(&s->sel->dumped, link->number);
	s->sel->tape_blocks -= estimate(&brief);
	leave_out(s, link->number);
}

static enum de_status
try_links(const struct selecting *s)
{
	struct selection *sel = s->sel;
	struct de_inode inode = { 0 };
	enum de_status status = DE_OK;
	void *scan = NULL;

	if (s->links->bits == NULL)
		return DE_OK;
	inomap_intersect(s->links, &sel->dumped);
	for (uint32_t i = inomap_next(s->links, 1); i != 0 &&
	    status != DE_FAILED; i = inomap_next(s->links, i + 1)) {
		if (scan == NULL &&
		    (status = source_scan_begin(s->src, &scan)) != DE_OK)
			break;
		status = source_next(s->src, scan, i, &inode);
		if (status != DE_OK || inode.number != i ||
		    !S_ISLNK(inode.mode) || inode.size > STREAM_TARGET_MAX)
			continue;
		status = try_link(s, &inode);
		if (status == DE_NO_MORE)
			leave_out_link(s, &inode);
		findings_settle(s->findings);
		if (read_errors_check(s->read_errors) != VERDICT_GO_ON)
			status = DE_FAILED;
	}
	if (scan != NULL)
		source_scan_end(s->src, scan);
	return status == DE_FAILED ? DE_FAILED : DE_OK;
}

static bool
walk(const struct selecting *s)
{
	struct inomap before;
	struct selection *sel = s->sel;

	if (!inomap_copy(&before, &sel->dumped)) {
		report(s->rep, DE_ERROR, "out of memory");
		return false;
	}
	const bool ok = tree_walk(sel->tree) &&
	    correct_estimate(s, &before) == DE_OK &&
	    try_links(s) == DE_OK;
	inomap_free(&before);
	return ok;
}

static bool
make_maps(const struct selecting *s)
{
	const uint32_t max_inode = s->src->info.max_inode;
	struct selection *sel = s->sel;

	if (inomap_init(&sel->in_use, max_inode) &&
	    inomap_init(&sel->dumped, max_inode) &&
	    inomap_init(&sel->left_out, max_inode) &&
	    inomap_init(&sel->directories, max_inode))
		return true;
	report(s->rep, DE_ERROR, "out of memory for the maps of %" PRIu32 " "
	    "inodes", max_inode);
	return false;
}

/* Unknown inodes count as in use. */
static void
take_unknown(struct selection *sel)
{
	if (sel->unknown.bits != NULL)
		inomap_unite(&sel->in_use, &sel->unknown);
}

bool
selection_is_unknown(const struct selection *sel, uint32_t inode)
{
	return sel->unknown.bits != NULL && inomap_has(&sel->unknown, inode);
}

static bool
has_root(const struct selecting *s)
{
	const struct de_source_info *info = &s->src->info;

	if (inomap_has(&s->sel->directories, info->root_inode))
		return true;
	report(s->rep, DE_ERROR, "%s: inode %" PRIu32 ", the root, is not a "
	    "directory; the filesystem needs repair", info->device,
	    info->root_inode);
	return false;
}

/*
 * What is missing from this dump must be in a later one once it has a name
 * there, however old it is: when its directory has moved or can be read again.
 */
static void
find_left_out(struct selection *sel)
{
	inomap_subtract(&sel->left_out, &sel->dumped);
	if (sel->unknown.bits != NULL)
		inomap_unite(&sel->left_out, &sel->unknown);
}

/* Most likely, a pattern is wrong. */
static void
warn_of_nothing(const struct selecting *s)
{
	if (s->rules->exclude == NULL || s->rules->since != 0 ||
	    s->sel->inodes > 1 || inomap_next(&s->sel->left_out, 1) == 0)
		return;
	report(s->rep, DE_WARNING, "exclude leaves out everything on %s: the "
	    "dump holds only the root directory", s->src->info.device);
}

bool
selection_make(struct selection *sel, const struct source *src,
    const struct selection_rules *rules, struct read_errors *read_errors,
    struct report *rep, const atomic_int *cancelled)
{
	struct findings *findings = read_errors->findings;
	struct inomap links = { 0 };
	bool out_of_memory = false;
	const struct selecting s = { sel, src, rules, read_errors, findings,
	    rep, cancelled, &links, &out_of_memory };
	const struct tree_job tree = {
		.src = src,
		.findings = findings,
		.rep = rep,
		.cancelled = cancelled,
		.exclude = rules->exclude,
		.subtree = rules->subtree,
		.subtree_at = rules->subtree_at,
		.without_nodump = rules->level >= rules->honor_nodump,
		.directories = &sel->directories,
		.in_use = &sel->in_use,
		.dumped = &sel->dumped,
		.unknown = &sel->unknown,
		.has_base = rules->since != 0,
		.read_errors = read_errors,
	};

	memset(sel, 0, sizeof(*sel));
	sel->unknown.max_inode = src->info.max_inode;
	inode_types_init(&sel->types, src->info.max_inode);
	bool ok = make_maps(&s) && (sel->tree = tree_new(&tree)) != NULL &&
	    scan_inodes(&s) == DE_OK && has_root(&s);
	if (ok) {
		take_unknown(sel);
		ok = walk(&s);
	}
	if (ok)
		find_left_out(sel);
	inomap_free(&links);
	if (!ok) {
		selection_free(sel);
		return false;
	}
	sel->inodes = inomap_count(&sel->dumped);
	warn_of_nothing(&s);
	/* Volume header, both maps and the end. */
	sel->tape_blocks += 1 + 2 * (1 + (uint64_t)sel->in_use.tape_blocks) + 1;
	return true;
}

void
selection_free(struct selection *sel)
{
	tree_free(sel->tree);
	sel->tree = NULL;
	inomap_free(&sel->in_use);
	inomap_free(&sel->dumped);
	inomap_free(&sel->left_out);
	inomap_free(&sel->directories);
	inomap_free(&sel->unknown);
	inode_types_free(&sel->types);
}
