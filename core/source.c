/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/source.h"

#include <string.h>

#define ROOT_INODE 2	/* restore knows the root by this number */

/* Absent texts become empty ones, so that nobody has to ask. */
static void
fill_texts(struct de_source_info *info)
{
	const char **texts[] = { &info->device, &info->mount_point,
	    &info->label, &info->uuid, &info->type };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (*texts[i] == NULL)
			*texts[i] = "";
}

bool
source_open(struct source *src, const struct instance *in)
{
	src->ops = &in->plugin->source;
	src->self = in->self;
	memset(&src->info, 0, sizeof(src->info));
	src->info.struct_size = sizeof(src->info);
	if (src->ops->open(src->self, &src->info) != DE_OK)
		return false;
	fill_texts(&src->info);
	if (src->info.root_inode == ROOT_INODE &&
	    src->info.max_inode >= ROOT_INODE &&
	    src->info.max_inode <= INT32_MAX)
		return true;
	report(in->rep, DE_ERROR, "%s: has the root inode %u and %u inodes; a "
	    "dump stream can hold the root inode %d and up to %d inodes",
	    src->info.device, src->info.root_inode, src->info.max_inode,
	    ROOT_INODE, INT32_MAX);
	src->ops->close(src->self);
	return false;
}

void
source_close(struct source *src)
{
	src->ops->close(src->self);
}

enum de_status
source_next(const struct source *src, void *scan, uint32_t from,
    struct de_inode *inode)
{
	memset(inode, 0, sizeof(*inode));
	inode->struct_size = sizeof(*inode);
	return src->ops->scan_next(src->self, scan, from, inode);
}

struct de_brief
source_brief(const struct de_inode *inode)
{
	return (struct de_brief){
		.number = inode->number,
		.flags = inode->flags,
		.size = inode->size,
		.allocated = inode->allocated,
		.ctime = inode->ctime.seconds,
		.properties = inode->properties,
		.mode = inode->mode,
	};
}

enum de_status
source_next_briefly(const struct source *src, void *scan, uint32_t from,
    struct de_brief *inodes, size_t room, size_t *count)
{
	struct de_inode inode;

	*count = 0;
	if (src->ops->scan_briefly != NULL) {
		const enum de_status status = src->ops->scan_briefly(src->self,
		    scan, from, inodes, room, count);
		return status == DE_OK && *count == 0 ? DE_NO_MORE : status;
	}
	const enum de_status status = source_next(src, scan, from, &inode);
	if (status == DE_OK)
		inodes[(*count)++] = source_brief(&inode);
	return status;
}
