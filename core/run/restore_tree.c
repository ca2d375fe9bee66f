/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/format/dirblock_decode.h"
#include "core/run/directory_piece.h"

struct restore_tree {
	struct restore *r;		/* borrowed */
	struct verify *verify;		/* borrowed; may be NULL */
	struct dialect dialect;
	uint32_t inode;			/* of the directory; 0: none */
	uint64_t next;			/* offset of what comes next */
	uint64_t mangled;		/* KiB of this directory */
	bool has_room;			/* for names and attributes */
	bool has_losses;
	struct directory_piece piece;
};

static enum de_status
take_entry(void *arg, const struct dirblock_entry *entry)
{
	struct restore_tree *t = arg;

	if (t->verify != NULL)
		verify_entry(t->verify, t->inode, entry);
	t->has_room = names_add(t->r->names, entry->inode, entry->type,
	    entry->name, entry->length);
	return t->has_room ? DE_OK : DE_FAILED;
}

static void
decode(void *arg, const uint8_t *bytes, size_t length)
{
	struct restore_tree *t = arg;

	if (t->has_room)
		dirblock_decode(&t->dialect, bytes, length, take_entry, t,
		    &t->mangled);
}

struct restore_tree *
restore_tree_new(struct restore *r, const struct dialect *dialect,
    struct verify *verify)
{
	struct restore_tree *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		restore_no_room(r);
		return NULL;
	}
	t->r = r;
	t->verify = verify;
	t->dialect = *dialect;
	t->has_room = true;
	t->piece.decode = decode;
	t->piece.arg = t;
	return t;
}

void
restore_tree_free(struct restore_tree *t)
{
	free(t);
}

bool
restore_tree_has_losses(const struct restore_tree *t)
{
	return t->has_losses;
}

bool
restore_tree_is_directory(const struct set_item *item)
{
	return S_ISDIR(item->header->meta.mode) && !item->is_hidden;
}

static bool
begin(struct restore_tree *t, const struct header *header)
{
	t->inode = header->inode;
	directory_piece_begin(&t->piece);
	t->mangled = 0;
	return names_begin_directory(t->r->names, header->inode) &&
	    directories_add(t->r->directories, header);
}

static bool
end(struct restore_tree *t)
{
	directory_piece_end(&t->piece);
	if (t->mangled > 0) {
		names_mark_incomplete(t->r->names);
		t->has_losses = true;
	}
	if (t->verify != NULL)
		verify_mangled(t->verify, t->inode, t->mangled);
	else if (t->mangled > 0)
		outcome_add(t->r->outcome, OUTCOME_DAMAGE, t->inode,
		    "%" PRIu64 " KiB of this directory cannot be read; names "
		    "in it may be missing", t->mangled);
	t->inode = 0;
	return t->has_room && names_end_directory(t->r->names);
}

static void
note_lost(struct restore_tree *t, const struct set_item *item)
{
	if (t->verify == NULL)
		outcome_add(t->r->outcome, OUTCOME_MISSING, item->inode,
		    "bytes %" PRIu64 " to %" PRIu64 " of this directory are "
		    "lost: %s; names in it may be missing", item->offset,
		    item->offset + item->length - 1, item->why);
	names_mark_incomplete(t->r->names);
	t->has_losses = true;
	directory_piece_gap(&t->piece);
}

bool
restore_tree_take(struct restore_tree *t, const struct set_item *item)
{
	bool ok = true;

	switch (item->kind) {
	case SET_INODE:
		ok = begin(t, item->header);
		break;
	case SET_DATA:
		directory_piece_data(&t->piece, item);
		break;
	case SET_HOLE:
		directory_piece_gap(&t->piece);
		break;
	case SET_LOST_DATA:
		note_lost(t, item);
		break;
	case SET_DOUBT:
		if (t->verify == NULL)
			outcome_add(t->r->outcome, OUTCOME_MISSING, item->inode,
			    "bytes %" PRIu64 " to %" PRIu64 " of this "
			    "directory may be wrong: %s", item->offset,
			    item->offset + item->length - 1, item->why);
		names_mark_incomplete(t->r->names);
		t->has_losses = true;
		break;
	case SET_XATTR:
		ok = directories_add_xattr(t->r->directories, item->inode,
		    item->xattr);
		break;
	case SET_LOST_XATTRS:
		if (t->verify == NULL)
			outcome_add(t->r->outcome, OUTCOME_MISSING, item->inode,
			    "some of its attributes are lost: %s", item->why);
		break;
	case SET_INODE_END:
		ok = end(t);
		break;
	default:
		break;
	}
	return (ok && t->has_room) || restore_no_room(t->r);
}
