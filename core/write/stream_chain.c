/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/stream_chain.h"

#include <sys/stat.h>

/* What a directory had at the level before is not known. */
void
stream_chain_note(const struct stream *s, const struct de_inode *inode)
{
	if (!S_ISDIR(inode->mode) || s->base_date == 0 ||
	    !source_has_xattrs(s->src) ||
	    (inode->ctime.seconds >= 0 && inode->ctime.seconds < s->base_date))
		return;
	findings_note(s->findings, inode->number, "attributes that were "
	    "removed from it since the last dump, or belonged to another "
	    "directory with its inode number, stay when restore(8) adds this "
	    "level");
}

/*
 * In a directory with a default access control list, what restore creates
 * inherits it.  At level 0 no directory has one yet when files are created; at
 * later levels some do, even directories that are long gone.
 */
bool
stream_chain_inherits_list(const struct stream *s, const struct de_inode *inode)
{
	return s->base_date != 0 && s->sel->has_attributes &&
	    source_has_xattrs(s->src) && !S_ISLNK(inode->mode);
}
