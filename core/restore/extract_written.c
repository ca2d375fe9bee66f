/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One bit for each inode.  Most are made under the first of their wanted names;
 * of the others, the name is in a tree, of some 48 bytes for each.
 */
#include "core/restore/extract.h"

#include <search.h>
#include <stdlib.h>

#include "core/restore/extract_own.h"

/* An inode that is not under its first name. */
struct other_name {
	uint32_t inode;
	uint32_t id;
};

static int
compare(const void *a, const void *b)
{
	const uint32_t left = ((const struct other_name *)a)->inode;
	const uint32_t right = ((const struct other_name *)b)->inode;

	return (left > right) - (left < right);
}

/* Lock held.  False: no memory. */
static bool
note_name(struct extract *e, uint32_t inode, uint32_t id)
{
	struct other_name *name = malloc(sizeof(*name));

	if (name == NULL)
		return false;
	*name = (struct other_name){ inode, id };
	struct other_name **found = tsearch(name, &e->other_names, compare);
	if (found == NULL || *found != name)
		free(name);
	if (found != NULL)
		(*found)->id = id;
	return found != NULL;
}

void
extract_note_written(struct file *f)
{
	struct extract *e = f->e;
	const uint32_t inode = f->header->inode;
	const bool is_first = f->id == f->first;

	pthread_mutex_lock(&e->lock);
	const bool ok = is_first || note_name(e, inode, f->id);
	if (ok)
		inomap_add(&e->written, inode);
	pthread_mutex_unlock(&e->lock);
	if (!ok)
		extract_fault(f, "out of memory");
}

bool
extract_find_written(struct extract *e, uint32_t inode, uint32_t *id)
{
	const struct other_name key = { .inode = inode };

	pthread_mutex_lock(&e->lock);
	const bool is_written = inomap_has(&e->written, inode);
	struct other_name **other = is_written ? tfind(&key, &e->other_names,
	    compare) : NULL;
	*id = !is_written ? NAMES_NONE : other != NULL ? (*other)->id :
	    extract_wanted_from(e, names_of_inode(e->config.names, inode));
	pthread_mutex_unlock(&e->lock);
	return is_written;
}

void
extract_free_written(struct extract *e)
{
	tdestroy(e->other_names, free);
	inomap_free(&e->written);
}
