/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream_chain.c - what restore(8) cannot undo when it adds a later level
 */
#include <sys/stat.h>

#include "core/stream.h"

#define FLAG_IMMUTABLE 0x10u
#define FLAG_APPEND 0x20u

/* Nobody knows any more what it had at the level before. */
static void
note_directory(const struct stream *s, const struct de_inode *inode)
{
	if (s->base_date == 0 || s->src->ops->read_xattrs == NULL ||
	    (inode->ctime.seconds >= 0 && inode->ctime.seconds < s->base_date))
		return;
	findings_note(s->findings, inode->number, "attributes that were "
	    "removed from it since the last dump, or were those of another "
	    "directory with its inode number, stay when restore -r adds this "
	    "level");
}

void
stream_note_chain(const struct stream *s, const struct de_inode *inode)
{
	if (S_ISDIR(inode->mode))
		note_directory(s, inode);
	if (!s->in_chain || !(S_ISDIR(inode->mode) || S_ISREG(inode->mode)))
		return;
	if ((inode->flags & FLAG_IMMUTABLE) != 0)
		findings_note(s->findings, inode->number, "it is immutable, "
		    "so restore -r of a later level cannot change or remove "
		    "it");
	else if ((inode->flags & FLAG_APPEND) != 0)
		findings_note(s->findings, inode->number, "it can be "
		    "appended to only, so restore -r of a later level cannot "
		    "change or remove it");
}
