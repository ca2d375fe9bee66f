/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Adds names and inodes, so that each table grows at its end.
 *
 * A directory's entries come in the order of its hashes: they are kept until it
 * is complete, and sorted.  Inodes come in two ascending sequences, that of
 * directories first: these are kept until their turn comes.  Both are in
 * temporary files beside the catalogue if they are large.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/growing.h"
#include "core/base/utf8.h"
#include "core/catalog/catalog_own.h"

#define ADD_NAMES "add names"
#define NAME_BYTES_MAX 255

/* A name, in the order in which it came. */
struct entry {
	uint64_t at;			/* in the text */
	uint32_t inode;
	uint8_t length;
	bool is_text;
};

struct catalog_names {
	/* The directory that is coming. */
	int64_t dump;			/* 0: none */
	uint32_t directory;
	struct growing entries, text;
	int64_t id;			/* the next for an entry or directory */
	/* Directories among the inodes, from `done` on. */
	int64_t inodes_dump;		/* 0: none */
	struct growing inodes;
	size_t done;
};

static bool
fail(struct catalog *c)
{
	report(c->rep, DE_ERROR, "%s: cannot " ADD_NAMES ": %s", c->file,
	    strerror(errno));
	return false;
}

/* What comes next needs no zeros, so little is not cleared each time. */
static void
empty(struct growing *g)
{
	if (g->is_in_file)
		growing_cut(g, 0);
	else
		g->used = 0;
}

/* Run a statement about a dump. */
static bool
run_for(struct catalog *c, const char *sql, int64_t dump)
{
	sqlite3_stmt *s = catalog_prepare(c, sql, ADD_NAMES);

	if (s != NULL)
		sqlite3_bind_int64(s, 1, dump);
	return catalog_finish(c, s, ADD_NAMES);
}

/* ----------------------------------------------------------- order of names */

bool
catalog_is_text(const char *name, size_t length)
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

int
catalog_compare_names(const char *a, size_t a_length, bool a_is_text,
    const char *b, size_t b_length, bool b_is_text)
{
	if (a_is_text != b_is_text)
		return a_is_text ? -1 : 1;
	const int order = memcmp(a, b, a_length < b_length ? a_length :
	    b_length);
	return order != 0 ? order : (a_length > b_length) -
	    (a_length < b_length);
}

static int
compare(const void *a, const void *b, void *text)
{
	const struct entry *x = a, *y = b;
	const char *names = text;

	return catalog_compare_names(names + x->at, x->length, x->is_text,
	    names + y->at, y->length, y->is_text);
}

/* -------------------------------------------------------------- directories */

/* Takes the next id.  *is_new: it has not come before. */
static bool
put_seen(struct catalog *c, size_t entries, bool *is_new)
{
	struct catalog_names *n = c->names;
	sqlite3_stmt *s = catalog_kept(c, CATALOG_PUT_SEEN,
	    "INSERT OR IGNORE INTO temp.seen VALUES (?1, ?2, ?3)", ADD_NAMES);

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, n->directory);
	sqlite3_bind_int64(s, 2, n->id);
	sqlite3_bind_int64(s, 3, (int64_t)entries);
	if (!catalog_run(c, s, ADD_NAMES))
		return false;
	*is_new = sqlite3_changes(c->db) > 0;
	n->id += *is_new;
	return true;
}

static bool
put_entry(struct catalog *c, const char *name, const struct entry *e)
{
	sqlite3_stmt *s = catalog_kept(c, CATALOG_PUT_ENTRY,
	    "INSERT INTO entry VALUES (?1, ?2, ?3)", ADD_NAMES);

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, c->names->id++);
	if (e->is_text)
		sqlite3_bind_text(s, 2, name, e->length, SQLITE_STATIC);
	else
		sqlite3_bind_blob(s, 2, name, e->length, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, e->inode);
	return catalog_run(c, s, ADD_NAMES);
}

/* A name that is there twice, in a damaged directory, stays once. */
static size_t
sort_entries(struct catalog_names *n)
{
	struct entry *list = (void *)n->entries.bytes;
	const size_t count = n->entries.used / sizeof(*list);
	size_t kept = 0;

	if (count == 0)
		return 0;
	qsort_r(list, count, sizeof(*list), compare, n->text.bytes);
	for (size_t i = 1; i < count; i++)
		if (compare(&list[i], &list[kept], n->text.bytes) != 0)
			list[++kept] = list[i];
	return kept + 1;
}

/* The directory is complete. */
static bool
put_directory(struct catalog *c)
{
	struct catalog_names *n = c->names;
	const size_t count = sort_entries(n);
	const struct entry *list = (const void *)n->entries.bytes;
	const char *text = (const char *)n->text.bytes;
	bool is_new;

	bool ok = put_seen(c, count, &is_new);
	for (size_t i = 0; ok && is_new && i < count; i++)
		ok = put_entry(c, text + list[i].at, &list[i]);
	empty(&n->entries);
	empty(&n->text);
	return ok;
}

/*
 * The name of a directory is in another one, which may come later; the root has
 * none.
 */
static bool
put_directories(struct catalog *c, int64_t dump)
{
	return run_for(c, "INSERT OR IGNORE INTO directory "
	    "SELECT own.id, ?1, own.inode, own.entries, above.id, entry.name "
	    "FROM temp.seen AS above CROSS JOIN entry ON entry.id "
	    "BETWEEN above.id + 1 AND above.id + above.entries "
	    "CROSS JOIN temp.seen AS own ON own.inode = entry.inode "
	    "WHERE own.inode <> above.inode AND own.inode <> 2 "
	    "ORDER BY own.id", dump) && run_for(c,
	    "INSERT OR IGNORE INTO directory "
	    "SELECT id, ?1, inode, entries, NULL, NULL FROM temp.seen", dump) &&
	    run_for(c, "DELETE FROM temp.seen WHERE ?1 = ?1", dump);
}

static bool
finish_directories(struct catalog *c)
{
	struct catalog_names *n = c->names;
	const int64_t dump = n->dump;

	n->dump = 0;
	return dump == 0 || (put_directory(c) && put_directories(c, dump));
}

/* Ids go on behind the last one that there is. */
static bool
begin_directories(struct catalog *c, int64_t dump)
{
	sqlite3_stmt *s;

	if (!run_for(c, "DELETE FROM directory WHERE dump = ?1", dump) ||
	    (s = catalog_prepare(c, "SELECT max("
	    "ifnull((SELECT max(id) FROM directory), 0), "
	    "ifnull((SELECT max(id) FROM entry), 0)) + 1", ADD_NAMES)) == NULL)
		return false;
	const bool ok = sqlite3_step(s) == SQLITE_ROW ||
	    catalog_fail(c, ADD_NAMES);
	c->names->id = sqlite3_column_int64(s, 0);
	c->names->dump = dump;
	sqlite3_finalize(s);
	return ok;
}

static bool
begin_directory(struct catalog *c, int64_t dump, uint32_t directory)
{
	struct catalog_names *n = c->names;

	if (n->dump == dump && n->directory == directory)
		return true;
	if (n->dump == dump ? !put_directory(c) : !finish_directories(c) ||
	    !begin_directories(c, dump))
		return false;
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
	struct catalog_names *n = c->names;

	if (length == 0 || length > NAME_BYTES_MAX ||
	    memchr(name, '/', length) != NULL ||
	    memchr(name, '\0', length) != NULL) {
		report(c->rep, DE_ERROR, "%s: cannot " ADD_NAMES ": one in "
		    "directory %u cannot be a name of a file; the directory is "
		    "damaged", c->file, directory);
		return false;
	}
	if (!begin_directory(c, dump, directory))
		return false;
	if (inode == 0 || is_self_or_parent(name, length))
		return true;
	const size_t at = n->text.used;
	char *text = growing_add(&n->text, length);
	struct entry *e = text == NULL ? NULL :
	    growing_add(&n->entries, sizeof(*e));
	if (e == NULL)
		return fail(c);
	memcpy(text, name, length);
	*e = (struct entry){ at, inode, (uint8_t)length,
		catalog_is_text(name, length) };
	return true;
}

/* ------------------------------------------------------------------- inodes */

int64_t
catalog_inode_id(int64_t dump, uint32_t inode)
{
	return (int64_t)((uint64_t)dump << 32 | inode);
}

static bool
put_inode(struct catalog *c, int64_t dump, const struct index_inode *i)
{
	sqlite3_stmt *s = catalog_kept(c, CATALOG_PUT_INODE,
	    "INSERT OR IGNORE INTO inode VALUES (?1, ?2, ?3, ?4, ?5)",
	    ADD_NAMES);

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, catalog_inode_id(dump, i->inode));
	sqlite3_bind_int64(s, 2, i->mode);
	catalog_bind_count(s, 3, i->size);
	sqlite3_bind_int64(s, 4, i->mtime);
	catalog_bind_count(s, 5, i->block);
	return catalog_run(c, s, ADD_NAMES);
}

/* Directories that come before an inode. */
static bool
put_inodes(struct catalog *c, uint64_t before)
{
	struct catalog_names *n = c->names;
	const struct index_inode *list = (const void *)n->inodes.bytes;
	const size_t count = n->inodes.used / sizeof(*list);

	while (n->done < count && list[n->done].inode < before)
		if (!put_inode(c, n->inodes_dump, &list[n->done++]))
			return false;
	if (n->done > 0 && n->done == count) {
		empty(&n->inodes);
		n->done = 0;
	}
	return true;
}

static bool
keep_inode(struct catalog *c, const struct index_inode *i)
{
	struct index_inode *kept = growing_add(&c->names->inodes,
	    sizeof(*kept));

	if (kept == NULL)
		return fail(c);
	*kept = *i;
	return true;
}

bool
catalog_add_inode(struct catalog *c, int64_t dump, const struct index_inode *i)
{
	struct catalog_names *n = c->names;

	if (n->inodes_dump != dump && !put_inodes(c, UINT64_MAX))
		return false;
	n->inodes_dump = dump;
	if (S_ISDIR(i->mode))
		return keep_inode(c, i);
	return put_inodes(c, i->inode) && put_inode(c, dump, i);
}

/* ---------------------------------------------------------------- all of it */

/* The directory that the catalogue is in; NULL: out of memory. */
static char *
make_folder(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash == NULL ? strdup(".") : slash == file ? strdup("/") :
	    strndup(file, (size_t)(slash - file));
}

bool
catalog_prepare_names(struct catalog *c)
{
	struct catalog_names *n = calloc(1, sizeof(*n));
	char *folder = make_folder(c->file);
	bool ok = n != NULL && folder != NULL;

	if (n != NULL) {
		n->entries.fd = n->text.fd = n->inodes.fd = -1;
		c->names = n;
	}
	ok = ok && growing_init(&n->entries, folder) &&
	    growing_init(&n->text, folder) && growing_init(&n->inodes, folder);
	if (!ok)
		fail(c);
	free(folder);
	return ok && catalog_execute(c, "CREATE TEMP TABLE seen "
	    "(inode INTEGER PRIMARY KEY, id INTEGER, entries INTEGER)",
	    "open it");
}

bool
catalog_finish_names(struct catalog *c)
{
	if (c->names == NULL)
		return true;
	const bool ok = finish_directories(c) && put_inodes(c, UINT64_MAX);
	catalog_drop_names(c);
	return ok;
}

void
catalog_drop_names(struct catalog *c)
{
	struct catalog_names *n = c->names;

	if (n == NULL)
		return;
	n->dump = n->inodes_dump = 0;
	n->done = 0;
	empty(&n->entries);
	empty(&n->text);
	empty(&n->inodes);
}

void
catalog_free_names(struct catalog *c)
{
	if (c->names == NULL)
		return;
	growing_free(&c->names->entries);
	growing_free(&c->names->text);
	growing_free(&c->names->inodes);
	free(c->names);
	c->names = NULL;
}

bool
catalog_clear_names(struct catalog *c, int64_t dump)
{
	return run_for(c, "DELETE FROM directory WHERE dump = ?1", dump) &&
	    run_for(c, "DELETE FROM inode WHERE id BETWEEN ?1 << 32 "
	    "AND (?1 << 32) + 4294967295", dump);
}
