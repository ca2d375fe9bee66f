/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/extract.h"

#include <stdlib.h>

#include "core/restore/alias.h"
#include "core/restore/extract_own.h"

/*
 * If the name itself is listed, it is what an earlier run has made of it; but
 * there are filesystems that list a name otherwise than it was made.
 */
bool
extract_is_alias(struct file *f, uint32_t id, uint32_t directory, int fd,
    const char *name)
{
	struct extract *e = f->e;
	struct name_entry entry;
	uint32_t unused;

	if (e->config.settings->by_number)
		return false;
	const uint32_t other = alias_find(e->config.names, directory, fd,
	    name);
	if (other == NAMES_NONE)
		return false;
	names_entry(e->config.names, other, &entry);
	if (!extract_find_written(e, entry.inode, &unused) &&
	    alias_is_listed(fd, name))
		return false;
	const struct in_way_name n = extract_in_way_name(f, id, directory, fd,
	    name);
	char *path = extract_path(e, other);
	extract_fault(f, "%s cannot be made: the target does not tell this "
	    "name from %s", n.subject, path == NULL ? "another" : path);
	free(path);
	extract_free_path(&n);
	f->has_left = true;
	return true;
}
