/* SPDX-License-Identifier: BSD-3-Clause */
#include "map.h"

#include "blockmap.h"
#include "extents.h"
#include "inode.h"

enum de_status
map_walk(struct runs *r)
{
	enum de_status status;

	if ((inode_flags(r->inode->raw) & EXT4_EXTENTS_FL) != 0)
		status = extents_walk(r);
	else
		status = blockmap_walk(r);
	if (status == DE_OK)
		status = runs_end(r);
	if (status == DE_OK && r->e->host->cancelled(r->e->host))
		return DE_FAILED;
	return status;
}
