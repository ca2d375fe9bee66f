/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/selection.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/header.h"

static uint64_t
tape_blocks_of(uint64_t bytes)
{
	return bytes / DE_TAPE_BLOCK + (bytes % DE_TAPE_BLOCK != 0);
}

/* Headers and data; holes in it are guessed from what it occupies. */
static uint64_t
estimate(const struct de_inode *inode)
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
has_known_type(const struct de_inode *inode)
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

/* Returns false, and says why, if restore could do nothing with it. */
static bool
can_be_dumped(const struct de_inode *inode, struct findings *findings)
{
	if (!has_known_type(inode)) {
		findings_add(findings, inode->number, "left out: its mode "
		    "%06o is of no known file type", (unsigned)inode->mode);
		return false;
	}
	if (S_ISLNK(inode->mode) &&
	    (inode->size == 0 || inode->size > STREAM_TARGET_MAX)) {
		findings_add(findings, inode->number, "left out: a symbolic "
		    "link with a target of %" PRIu64 " bytes; restore makes "
		    "those of 1 to %d", inode->size, STREAM_TARGET_MAX);
		return false;
	}
	return true;
}

static void
select_inode(struct selection *sel, const struct de_inode *inode,
    struct findings *findings)
{
	if (!can_be_dumped(inode, findings))
		return;
	inomap_add(&sel->in_use, inode->number);
	inomap_add(&sel->dumped, inode->number);
	if (S_ISDIR(inode->mode))
		inomap_add(&sel->directories, inode->number);
	sel->tape_blocks += estimate(inode);
}

static enum de_status
scan_inodes(struct selection *sel, const struct source *src,
    struct findings *findings, const atomic_int *cancelled)
{
	struct de_inode inode;
	uint32_t from = 1;
	void *scan;

	enum de_status status = src->ops->scan_begin(src->self, &scan);
	if (status != DE_OK)
		return status;
	while ((status = source_next(src, scan, from, &inode)) == DE_OK) {
		if (*cancelled) {
			status = DE_FAILED;
			break;
		}
		select_inode(sel, &inode, findings);
		findings_settle(findings);
		from = inode.number + 1;
	}
	src->ops->scan_end(src->self, scan);
	return status == DE_NO_MORE ? DE_OK : status;
}

bool
selection_make(struct selection *sel, const struct source *src,
    struct findings *findings, struct report *rep,
    const atomic_int *cancelled)
{
	const uint32_t max_inode = src->info.max_inode;

	memset(sel, 0, sizeof(*sel));
	if (!inomap_init(&sel->in_use, max_inode) ||
	    !inomap_init(&sel->dumped, max_inode) ||
	    !inomap_init(&sel->directories, max_inode)) {
		report(rep, DE_ERROR, "out of memory for the maps of %" PRIu32
		    " inodes", max_inode);
		goto fail;
	}
	if (scan_inodes(sel, src, findings, cancelled) != DE_OK)
		goto fail;
	if (!inomap_has(&sel->directories, src->info.root_inode)) {
		report(rep, DE_ERROR, "%s: inode %" PRIu32 ", the root, is no "
		    "directory; the filesystem needs to be repaired",
		    src->info.device, src->info.root_inode);
		goto fail;
	}
	/* Volume header, both maps and the end. */
	sel->tape_blocks += 1 + 2 * (1 + (uint64_t)sel->in_use.tape_blocks) + 1;
	return true;

fail:
	selection_free(sel);
	return false;
}

void
selection_free(struct selection *sel)
{
	inomap_free(&sel->in_use);
	inomap_free(&sel->dumped);
	inomap_free(&sel->directories);
}
