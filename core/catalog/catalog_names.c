/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Adds names and inodes, in the order of the tables they go to.
 *
 * A directory's entries come in the order of its hashes, but directories come
 * in order: so it is enough to sort the names of one.  They are kept until the
 * next directory begins, or there are too many.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/utf8.h"
#include "core/catalog/catalog_own.h"

#define ADD_NAMES "add names"
#define NAMES_MAX 8192		/* kept at most */
#define TEXT_MAX ((size_t)256 << 10)
#define NAME_BYTES_MAX 255

struct entry {
	const char *name;
	uint32_t inode;
	uint8_t length;
	bool is_text;
};

struct catalog_names {
	int64_t dump;
	uint32_t directory;		/* 0: none is begun */
	size_t count, used;
	struct entry entries[NAMES_MAX];
	char text[TEXT_MAX];
};

/* ------------------------------------------------------------ in the tables */

/* Text goes before what is none. */
static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	const size_t length = x->length < y->length ? x->length : y->length;

	if (x->is_text != y->is_text)
		return x->is_text ? -1 : 1;
	const int order = memcmp(x->name, y->name, length);
	return order != 0 ? order : (int)x->length - (int)y->length;
}

/* A name that is there twice, in a damaged directory, is there once. */
static bool
put_entry(struct catalog *c, sqlite3_stmt *s, const struct entry *e)
{
	if (e->is_text)
		sqlite3_bind_text(s, 3, e->name, e->length, SQLITE_STATIC);
	else
		sqlite3_bind_blob(s, 3, e->name, e->length, SQLITE_STATIC);
	sqlite3_bind_int64(s, 4, e->inode);
	return catalog_run(c, s, ADD_NAMES);
}

static bool
put_seen(struct catalog *c, uint32_t directory)
{
	sqlite3_stmt *s = catalog_kept(c, CATALOG_PUT_SEEN,
	    "INSERT OR IGNORE INTO temp.seen VALUES (?1)", ADD_NAMES);

	if (s != NULL)
		sqlite3_bind_int64(s, 1, directory);
	return catalog_run(c, s, ADD_NAMES);
}

static bool
put_names(struct catalog *c)
{
	struct catalog_names *n = c->names;
	sqlite3_stmt *s = catalog_kept(c, CATALOG_PUT_NAME,
	    "INSERT OR IGNORE INTO entry VALUES (?1, ?2, ?3, ?4)", ADD_NAMES);

	if (s == NULL || (n->directory != 0 && !put_seen(c, n->directory)))
		return false;
	qsort(n->entries, n->count, sizeof(*n->entries), compare);
	sqlite3_bind_int64(s, 1, n->dump);
	sqlite3_bind_int64(s, 2, n->directory);
	bool ok = true;
	for (size_t i = 0; i < n->count && ok; i++)
		ok = put_entry(c, s, &n->entries[i]);
	n->count = n->used = 0;
	return ok;
}

/*
 * Directories are found among the entries by their inodes, as the type of an
 * entry is not kept.  The root has no entry.
 */
static bool
put_directories(struct catalog *c, int64_t dump)
{
	static const char *const steps[] = {
		"INSERT OR IGNORE INTO directory "
		"SELECT dump, inode, directory, name FROM entry WHERE dump = ?1 "
		"AND inode IN (SELECT inode FROM temp.seen) "
		"AND inode <> directory ORDER BY inode",
		"INSERT OR IGNORE INTO directory "
		"SELECT ?1, inode, NULL, NULL FROM temp.seen",
		"DELETE FROM temp.seen WHERE ?1 = ?1",
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		sqlite3_stmt *s = catalog_prepare(c, steps[i], ADD_NAMES);
		if (s != NULL)
			sqlite3_bind_int64(s, 1, dump);
		if (!catalog_finish(c, s, ADD_NAMES))
			return false;
	}
	return true;
}

bool
catalog_finish_names(struct catalog *c)
{
	struct catalog_names *n = c->names;

	if (n == NULL || n->dump == 0)
		return true;
	const bool ok = put_names(c) && put_directories(c, n->dump);
	catalog_drop_names(c);
	return ok;
}

void
catalog_drop_names(struct catalog *c)
{
	if (c->names == NULL)
		return;
	c->names->dump = 0;
	c->names->directory = 0;
	c->names->count = c->names->used = 0;
}

void
catalog_free_names(struct catalog *c)
{
	free(c->names);
	c->names = NULL;
}

bool
catalog_clear_names(struct catalog *c, int64_t dump)
{
	static const char *const steps[] = {
		"DELETE FROM entry WHERE dump = ?1",
		"DELETE FROM directory WHERE dump = ?1",
		"DELETE FROM inode WHERE dump = ?1",
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		sqlite3_stmt *s = catalog_prepare(c, steps[i], ADD_NAMES);
		if (s != NULL)
			sqlite3_bind_int64(s, 1, dump);
		if (!catalog_finish(c, s, ADD_NAMES))
			return false;
	}
	return true;
}

/* -------------------------------------------------------------- as they come */

static bool
is_utf8(const char *name, size_t length)
{
	uint32_t character;

	while (length > 0) {
		const size_t n = utf8_character(name, length, &character);
		if (n == 0)
			return false;
		name += n;
		length -= n;
	}
	return true;
}

/* Go on with a directory; the one before is complete. */
static bool
begin_directory(struct catalog *c, int64_t dump, uint32_t directory)
{
	struct catalog_names *n = c->names;

	if (n->dump == dump && n->directory == directory)
		return n->count < NAMES_MAX &&
		    n->used <= TEXT_MAX - NAME_BYTES_MAX ? true : put_names(c);
	if (n->dump == dump ? !put_names(c) : !catalog_finish_names(c))
		return false;
	n->dump = dump;
	n->directory = directory;
	return true;
}

static bool
is_self_or_parent(const char *name, size_t length)
{
	return name[0] == '.' && (length == 1 ||
	    (length == 2 && name[1] == '.'));
}

bool
catalog_add_name(struct catalog *c, int64_t dump, uint32_t directory,
    const char *name, size_t length, uint32_t inode)
{
	if (length == 0 || length > NAME_BYTES_MAX ||
	    memchr(name, '/', length) != NULL ||
	    memchr(name, '\0', length) != NULL) {
		report(c->rep, DE_ERROR, "%s: cannot " ADD_NAMES ": one in "
		    "directory %u cannot be a name of a file; the directory is "
		    "damaged", c->file, directory);
		return false;
	}
	if (c->names == NULL &&
	    (c->names = calloc(1, sizeof(*c->names))) == NULL) {
		report(c->rep, DE_ERROR, "%s: out of memory", c->file);
		return false;
	}
	if (!begin_directory(c, dump, directory))
		return false;
	if (is_self_or_parent(name, length))
		return true;
	struct catalog_names *n = c->names;
	char *text = memcpy(n->text + n->used, name, length);
	n->entries[n->count++] = (struct entry){ text, inode, (uint8_t)length,
		is_utf8(name, length) };
	n->used += length;
	return true;
}

bool
catalog_add_inode(struct catalog *c, int64_t dump, const struct index_inode *i)
{
	sqlite3_stmt *s = catalog_kept(c, CATALOG_PUT_INODE,
	    "INSERT OR IGNORE INTO inode VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	    ADD_NAMES);

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, dump);
	sqlite3_bind_int64(s, 2, i->inode);
	sqlite3_bind_int64(s, 3, i->mode);
	catalog_bind_count(s, 4, i->size);
	sqlite3_bind_int64(s, 5, i->mtime);
	catalog_bind_count(s, 6, i->block);
	return catalog_run(c, s, ADD_NAMES);
}
