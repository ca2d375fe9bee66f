/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tree of a chain: what is at a path, and below it.
 *
 * What a later level dumps of a directory is all of it, so a name that is not
 * there any more is not looked for in earlier ones.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/path.h"
#include "core/catalog/catalog_own.h"
#include "core/chain/history.h"

#define LOOK "look up a path"

/* -------------------------------------------------------------------- steps */

/* An entry by its id, which exists. */
static sqlite3_stmt *
get_entry(struct catalog *c, int64_t id)
{
	sqlite3_stmt *s = catalog_kept(c, CATALOG_GET_ENTRY,
	    "SELECT name, inode FROM entry WHERE id = ?1", LOOK);

	if (s == NULL)
		return NULL;
	sqlite3_bind_int64(s, 1, id);
	const int result = sqlite3_step(s);
	if (result == SQLITE_ROW)
		return s;
	if (result == SQLITE_DONE)
		report(c->rep, DE_ERROR, "%s: cannot " LOOK ": entry %lld is "
		    "missing; move it away, and make it again from the volumes "
		    "with " CATALOG_REBUILD, c->file, (long long)id);
	else
		catalog_fail(c, LOOK);
	return NULL;
}

/* The inode of a name, by bisection; 0 if it is not there. */
static bool
find_name(struct catalog *c, const struct catalog_directory *d,
    const char *name, size_t length, uint32_t *inode)
{
	const bool is_text = catalog_is_text(name, length);
	int64_t low = d->id + 1, high = d->id + d->entries;

	*inode = 0;
	while (low <= high && *inode == 0) {
		const int64_t id = low + (high - low) / 2;
		sqlite3_stmt *s = get_entry(c, id);
		if (s == NULL)
			return false;
		const bool other_is_text =
		    sqlite3_column_type(s, 0) == SQLITE_TEXT;
		const char *other = sqlite3_column_blob(s, 0);
		const int order = other == NULL ? 1 : catalog_compare_names(
		    name, length, is_text, other,
		    (size_t)sqlite3_column_bytes(s, 0), other_is_text);
		if (order == 0)
			*inode = (uint32_t)sqlite3_column_int64(s, 1);
		else if (order < 0)
			high = id - 1;
		else
			low = id + 1;
		sqlite3_reset(s);
	}
	return true;
}

/* The newest version of an inode. */
static bool
find_version(struct catalog *c, const struct catalog_chain *chain,
    uint32_t inode, struct catalog_version *v)
{
	*v = (struct catalog_version){ .inode.inode = inode };
	for (unsigned int i = chain->count; i-- > 0 && !v->has_inode;) {
		sqlite3_stmt *s = catalog_kept(c, CATALOG_GET_INODE,
		    "SELECT mode, size, mtime, block FROM inode WHERE id = ?1",
		    LOOK);
		if (s == NULL)
			return false;
		sqlite3_bind_int64(s, 1,
		    catalog_inode_id(chain->dumps[i], inode));
		const int result = sqlite3_step(s);
		if (result == SQLITE_ROW) {
			v->has_inode = true;
			v->dump = chain->dumps[i];
			catalog_read_inode(s, 0, &v->inode);
		} else if (result != SQLITE_DONE) {
			return catalog_fail(c, LOOK);
		}
		sqlite3_reset(s);
	}
	return true;
}

bool
catalog_file_before(struct catalog *c, int64_t dump, uint32_t inode,
    struct index_inode *i)
{
	sqlite3_stmt *s = catalog_kept(c, CATALOG_GET_FILE,
	    "SELECT inode, mode, size, mtime, block FROM inode "
	    "WHERE id BETWEEN ?1 AND ?2 AND mode & 61440 <> 16384 "
	    "ORDER BY id DESC LIMIT 1", LOOK);

	*i = (struct index_inode){ .inode = 0 };
	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, catalog_inode_id(dump, 0));
	sqlite3_bind_int64(s, 2, catalog_inode_id(dump, inode));
	const int result = sqlite3_step(s);
	if (result == SQLITE_ROW) {
		i->inode = (uint32_t)sqlite3_column_int64(s, 0);
		catalog_read_inode(s, 1, i);
	}
	const bool ok = result == SQLITE_ROW || result == SQLITE_DONE ||
	    catalog_fail(c, LOOK);
	sqlite3_reset(s);
	return ok;
}

/*
 * The newest entries of a directory; d->id is 0 if it is none.  The number of a
 * directory that was removed may now be that of a file.
 */
static bool
find_directory(struct catalog *c, const struct catalog_chain *chain,
    uint32_t inode, struct catalog_directory *d)
{
	struct catalog_version v;

	*d = (struct catalog_directory){ .id = 0 };
	if (!find_version(c, chain, inode, &v))
		return false;
	if (v.has_inode && !S_ISDIR(v.inode.mode))
		return true;
	for (unsigned int i = chain->count; i-- > 0 && d->id == 0;)
		if (!catalog_get_directory(c, chain->dumps[i], inode, d))
			return false;
	return true;
}

static bool
find_inode(struct catalog *c, const struct catalog_chain *chain,
    const char *path, uint32_t *inode)
{
	size_t length;

	*inode = CATALOG_ROOT;
	for (const char *p = path_part(path, &length);
	    length > 0 && *inode != 0; p = path_part(p + length, &length)) {
		struct catalog_directory d;
		if (length == 1 && *p == '.')
			continue;
		if (!find_directory(c, chain, *inode, &d) ||
		    !find_name(c, &d, p, length, inode))
			return false;
	}
	return true;
}

/* "./a/b" of "a//b/", not escaped; NULL: out of memory. */
static char *
make_path(const char *path)
{
	char *text = malloc(strlen(path) + 3);
	size_t length;

	if (text == NULL)
		return NULL;
	char *end = stpcpy(text, ".");
	for (const char *p = path_part(path, &length); length > 0;
	    p = path_part(p + length, &length)) {
		if (length == 1 && *p == '.')
			continue;
		*end++ = '/';
		end = mempcpy(end, p, length);
	}
	*end = '\0';
	return text;
}

/* Sets v->path, which c owns. */
static bool
set_path(struct catalog *c, struct catalog_version *v, const char *plain)
{
	free(c->path);
	v->path = c->path = plain == NULL ? NULL : history_text(plain);
	if (v->path == NULL)
		report(c->rep, DE_ERROR, "%s: out of memory", c->file);
	return v->path != NULL;
}

bool
catalog_lookup(struct catalog *c, const struct catalog_chain *chain,
    const char *path, struct catalog_version *v, bool *found)
{
	uint32_t inode;
	bool begun;

	*found = false;
	if (!catalog_begin_reading(c, &begun))
		return false;
	bool ok = find_inode(c, chain, path, &inode);
	if (ok && inode != 0) {
		char *plain = make_path(path);
		ok = find_version(c, chain, inode, v) && set_path(c, v, plain);
		free(plain);
		*found = ok;
	}
	catalog_end_reading(c, begun);
	return ok;
}

/* --------------------------------------------------------------------- trees */

/* A directory that is being walked. */
struct level {
	uint32_t inode;
	int64_t next, last;		/* entries */
	size_t length;			/* of its path */
};

struct walk {
	struct catalog *c;
	const struct catalog_chain *chain;
	struct level *levels;
	size_t depth, room;
	char *path;			/* of the last name, terminated */
	size_t path_room;
};

static bool
grow(struct walk *w, size_t path)
{
	void *more;

	if (path > w->path_room) {
		if ((more = realloc(w->path, 2 * path)) == NULL)
			goto no_memory;
		w->path = more;
		w->path_room = 2 * path;
	}
	if (w->depth == w->room) {
		if ((more = reallocarray(w->levels, 2 * w->room + 16,
		    sizeof(*w->levels))) == NULL)
			goto no_memory;
		w->levels = more;
		w->room = 2 * w->room + 16;
	}
	return true;
no_memory:
	report(w->c->rep, DE_ERROR, "%s: out of memory", w->c->file);
	return false;
}

/*
 * Is the directory where it should be?  In damaged dumps it may have names in
 * several: it is entered from the one that it knows as its parent, and so once.
 */
static bool
is_in(struct walk *w, const struct catalog_directory *d, bool *is)
{
	struct catalog_directory above, own = *d;

	*is = w->depth == 0;
	for (unsigned int i = w->chain->count; i-- > 0 && own.parent == 0;)
		if (!catalog_get_directory(w->c, w->chain->dumps[i], d->inode,
		    &own))
			return false;
	if (*is || own.parent == 0)
		return true;
	if (!catalog_get_above(w->c, own.parent, &above))
		return false;
	*is = above.inode == w->levels[w->depth - 1].inode;
	return true;
}

/* Go into a directory, if it is one. */
static bool
enter(struct walk *w, uint32_t inode, size_t length)
{
	struct catalog_directory d;
	bool is;

	if (!find_directory(w->c, w->chain, inode, &d))
		return false;
	if (d.id == 0)
		return true;
	if (!is_in(w, &d, &is) || (is && !grow(w, length + 2)))
		return false;
	if (is)
		w->levels[w->depth++] = (struct level){ inode, d.id + 1,
			d.id + d.entries, length };
	return true;
}

/* The next name, added to `path`; *inode is 0 if there is none. */
static bool
next_name(struct walk *w, uint32_t *inode)
{
	struct level *l = &w->levels[w->depth - 1];

	*inode = 0;
	if (l->next > l->last)
		return true;
	sqlite3_stmt *s = get_entry(w->c, l->next++);
	if (s == NULL)
		return false;
	const void *name = sqlite3_column_blob(s, 0);
	const size_t bytes = (size_t)sqlite3_column_bytes(s, 0);
	const bool ok = name != NULL && grow(w, l->length + bytes + 2);
	if (ok) {
		l = &w->levels[w->depth - 1];
		w->path[l->length] = '/';
		memcpy(w->path + l->length + 1, name, bytes);
		w->path[l->length + 1 + bytes] = '\0';
		*inode = (uint32_t)sqlite3_column_int64(s, 1);
	}
	sqlite3_reset(s);
	return ok;
}

static bool
give(struct walk *w, uint32_t inode, catalog_version_fn *fn, void *arg,
    bool *go_on)
{
	struct catalog_version v;

	if (!find_version(w->c, w->chain, inode, &v) ||
	    !set_path(w->c, &v, w->path))
		return false;
	*go_on = fn(arg, &v);
	return !*go_on || (v.has_inode && !S_ISDIR(v.inode.mode)) ||
	    enter(w, inode, strlen(w->path));
}

static bool
walk(struct walk *w, catalog_version_fn *fn, void *arg)
{
	bool go_on = true, ok = true;
	uint32_t inode;

	while (ok && go_on && w->depth > 0) {
		ok = next_name(w, &inode);
		if (ok && inode != 0)
			ok = give(w, inode, fn, arg, &go_on);
		else
			w->depth--;
	}
	return ok;
}

bool
catalog_tree(struct catalog *c, const struct catalog_chain *chain,
    const char *path, catalog_version_fn *fn, void *arg, bool *found)
{
	struct walk w = { .c = c, .chain = chain, .path = make_path(path) };
	bool begun, go_on, ok = false;
	uint32_t inode;

	*found = false;
	if (w.path == NULL) {
		report(c->rep, DE_ERROR, "%s: out of memory", c->file);
		return false;
	}
	w.path_room = strlen(w.path) + 1;
	if (!catalog_begin_reading(c, &begun))
		goto free_path;
	if (find_inode(c, chain, path, &inode)) {
		*found = inode != 0;
		ok = inode == 0 || (give(&w, inode, fn, arg, &go_on) &&
		    (!go_on || walk(&w, fn, arg)));
	}
	catalog_end_reading(c, begun);
	free(w.levels);
free_path:
	free(w.path);
	return ok;
}
