/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks for names in all dumps.
 *
 * SQLite goes through the names, and asks for each whether it fits; it sorts
 * what does, in temporary files if it is much.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog/catalog_glob.h"
#include "core/catalog/catalog_own.h"
#include "core/chain/history.h"

#define FIND "look for names"
#define PATH_MAX_BYTES ((size_t)64 << 10)	/* of a directory */

#define WHOLE_BYTES (PATH_MAX_BYTES + 258)	/* with a slash and a name */
#define TOP_BYTES sizeof("#4294967295")

struct find {
	struct catalog *c;
	struct catalog_glob *glob;
	struct catalog_chain chain;	/* of the dump at its end */
	/* The last directory, whose path is at the end of `text`. */
	int64_t directory;		/* id */
	const char *path;		/* NULL: none yet */
	char *whole;			/* with the name; of the same room */
	char text[PATH_MAX_BYTES];
};

/* -------------------------------------------------------------------- paths */

#define COLUMNS "id, dump, inode, entries, parent, name"

static bool
read_directory(struct catalog *c, sqlite3_stmt *s, struct catalog_directory *d)
{
	*d = (struct catalog_directory){ .id = 0 };
	const int result = sqlite3_step(s);
	if (result == SQLITE_ROW) {
		const void *name = sqlite3_column_blob(s, 5);
		const int length = sqlite3_column_bytes(s, 5);
		d->id = sqlite3_column_int64(s, 0);
		d->dump = sqlite3_column_int64(s, 1);
		d->inode = (uint32_t)sqlite3_column_int64(s, 2);
		d->entries = sqlite3_column_int64(s, 3);
		if (name != NULL && length > 0 &&
		    (size_t)length <= sizeof(d->name)) {
			d->parent = sqlite3_column_int64(s, 4);
			d->length = (size_t)length;
			memcpy(d->name, name, d->length);
		}
	}
	const bool ok = result == SQLITE_ROW || result == SQLITE_DONE ||
	    catalog_fail(c, FIND);
	sqlite3_reset(s);
	return ok;
}

bool
catalog_get_directory(struct catalog *c, int64_t dump, uint32_t inode,
    struct catalog_directory *d)
{
	sqlite3_stmt *s = catalog_kept(c, CATALOG_GET_DIRECTORY,
	    "SELECT " COLUMNS " FROM directory "
	    "WHERE dump = ?1 AND inode = ?2", FIND);

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, dump);
	sqlite3_bind_int64(s, 2, inode);
	return read_directory(c, s, d);
}

bool
catalog_get_above(struct catalog *c, int64_t id, struct catalog_directory *d)
{
	sqlite3_stmt *s = catalog_kept(c, CATALOG_GET_ABOVE,
	    "SELECT " COLUMNS " FROM directory WHERE id = ?1", FIND);

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, id);
	return read_directory(c, s, d);
}

/* If the dump does not have the way up, an earlier one of its chain may. */
static bool
find_name(struct find *f, struct catalog_directory *d)
{
	struct catalog_chain *chain = &f->chain;
	const int64_t dump = d->dump;
	const uint32_t inode = d->inode;

	if ((chain->count == 0 || chain->dumps[chain->count - 1] != dump) &&
	    !catalog_chain_of(f->c, dump, chain))
		return false;
	for (unsigned int i = chain->count; i-- > 0 && d->parent == 0;)
		if (!catalog_get_directory(f->c, chain->dumps[i], inode, d))
			return false;
	d->inode = inode;
	return true;
}

/* The way up, to tell whether it is a circle, as damage may have made one. */
struct way {
	int64_t mark;			/* an id that was passed */
	unsigned int steps, limit;	/* since; then the mark moves on */
};

static bool
is_circle(struct way *w, int64_t id)
{
	if (id == w->mark)
		return true;
	if (w->steps++ == w->limit)
		*w = (struct way){ id, 0, 2 * w->limit + 1 };
	return false;
}

/* Put "/name" in front; false if there is no room. */
static bool
put_name(struct find *f, char **at, const struct catalog_directory *d)
{
	if ((size_t)(*at - f->text) <= d->length + TOP_BYTES)
		return false;
	*at -= d->length;
	memcpy(*at, d->name, d->length);
	*--*at = '/';
	return true;
}

static void
set_path(struct find *f, int64_t directory, char *at, const char *top)
{
	const size_t length = strlen(top);

	f->path = memcpy(at - length, top, length);
	f->directory = directory;
}

/* From the directory up to the root, from the end of `text` to its beginning. */
static bool
find_path(struct find *f, int64_t directory)
{
	char *const end = f->text + sizeof(f->text) - 1;
	char *at = end, top[TOP_BYTES] = ".";
	struct way way = { .mark = 0 };
	struct catalog_directory d;

	if (f->path != NULL && f->directory == directory)
		return true;
	*end = '\0';
	for (int64_t id = directory; ; id = d.parent) {
		if (!catalog_get_above(f->c, id, &d))
			return false;
		if (d.inode == CATALOG_ROOT)
			break;
		if (is_circle(&way, id)) {
			at = end;
			if (!catalog_get_above(f->c, directory, &d))
				return false;
			break;
		}
		if (d.parent == 0 && !find_name(f, &d))
			return false;
		if (d.parent == 0 || !put_name(f, &at, &d))
			break;
	}
	if (d.inode != CATALOG_ROOT)
		snprintf(top, sizeof(top), "#%u", d.inode);
	set_path(f, directory, at, top);
	return true;
}

/* The path of a name in it; NULL after reporting why. */
static const char *
find_whole(struct find *f, int64_t directory, const void *name, int length)
{
	if (!find_path(f, directory))
		return NULL;
	snprintf(f->whole, WHOLE_BYTES, "%s/%.*s", f->path, length,
	    (const char *)name);
	return f->whole;
}

/* -------------------------------------------------------------- SQL functions */

/* catalog_fits(name) */
static void
fits(sqlite3_context *context, int count, sqlite3_value **value)
{
	const struct find *f = sqlite3_user_data(context);
	const void *name = sqlite3_value_blob(value[0]);
	const int length = sqlite3_value_bytes(value[0]);

	(void)count;
	sqlite3_result_int(context, name != NULL &&
	    catalog_glob_fits_name(f->glob, name, (size_t)length));
}

/* catalog_path_fits(id of the directory, name) */
static void
path_fits(sqlite3_context *context, int count, sqlite3_value **value)
{
	struct find *f = sqlite3_user_data(context);
	const void *name = sqlite3_value_blob(value[1]);
	const int length = sqlite3_value_bytes(value[1]);

	(void)count;
	if (!catalog_glob_has_slash(f->glob)) {
		sqlite3_result_int(context, 1);
		return;
	}
	const char *path = name == NULL ? NULL : find_whole(f,
	    sqlite3_value_int64(value[0]), name, length);
	if (path == NULL)
		sqlite3_result_error_code(context, name == NULL ?
		    SQLITE_NOMEM : sqlite3_extended_errcode(f->c->db));
	else
		sqlite3_result_int(context,
		    catalog_glob_fits_path(f->glob, path));
}

/* catalog_path(id of the directory, name) */
static void
path(sqlite3_context *context, int count, sqlite3_value **value)
{
	struct find *f = sqlite3_user_data(context);
	const void *name = sqlite3_value_blob(value[1]);
	const int length = sqlite3_value_bytes(value[1]);
	const char *whole = name == NULL ? NULL : find_whole(f,
	    sqlite3_value_int64(value[0]), name, length);

	(void)count;
	if (whole == NULL)
		sqlite3_result_error_code(context, name == NULL ?
		    SQLITE_NOMEM : sqlite3_extended_errcode(f->c->db));
	else
		sqlite3_result_blob(context, whole, (int)strlen(whole),
		    SQLITE_TRANSIENT);
}

static const struct function {
	const char *name;
	int arguments;
	void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
	{ "catalog_fits", 1, fits },
	{ "catalog_path_fits", 2, path_fits },
	{ "catalog_path", 2, path },
};
#define FUNCTIONS (sizeof(functions) / sizeof(*functions))

static bool
add_functions(struct find *f)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (sqlite3_create_function(f->c->db, functions[i].name,
		    functions[i].arguments, SQLITE_UTF8 | SQLITE_DIRECTONLY, f,
		    functions[i].call, NULL, NULL) != SQLITE_OK)
			return catalog_fail(f->c, FIND);
	return true;
}

static void
remove_functions(struct find *f)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		sqlite3_create_function(f->c->db, functions[i].name,
		    functions[i].arguments, SQLITE_UTF8, NULL, NULL, NULL,
		    NULL);
}

/* ------------------------------------------------------------------ results */

/*
 * The order of the tables is that of the search.  The entries of a dump are
 * beside each other, so they are gone through without their directories; that of
 * one is the last before it.
 */
static const char find_names[] =
"SELECT catalog_path(directory.id, entry.name) AS path, dump.id, entry.inode,"
"    mode, size, mtime, block"
" FROM dump LEFT JOIN job ON job.id = dump.job"
" CROSS JOIN directory AS final ON final.id ="
"    (SELECT max(id) FROM directory AS d WHERE d.dump = dump.id)"
" CROSS JOIN entry ON entry.id BETWEEN"
"    (SELECT min(id) FROM directory AS d WHERE d.dump = dump.id) AND"
"    final.id + final.entries"
" CROSS JOIN directory ON directory.id ="
"    (SELECT max(id) FROM directory AS d WHERE d.id < entry.id)"
" LEFT JOIN inode ON inode.id = (dump.id << 32) + entry.inode"
" WHERE (?1 IS NULL OR job.name = ?1) AND (?2 = 0 OR dump.id = ?2) AND"
"    (?3 = 0 OR date <= ?3) AND"
"    (NOT ?4 OR " CATALOG_IS_USABLE("state") ") AND"
"    catalog_fits(entry.name) AND"
"    directory.dump = dump.id AND"
"    entry.id <= directory.id + directory.entries AND"
"    catalog_path_fits(directory.id, entry.name)"
" ORDER BY path, date, dump.id";

void
catalog_read_inode(sqlite3_stmt *s, int first, struct index_inode *i)
{
	i->mode = (uint16_t)sqlite3_column_int64(s, first);
	i->size = (uint64_t)sqlite3_column_int64(s, first + 1);
	i->mtime = sqlite3_column_int64(s, first + 2);
	i->block = (uint64_t)sqlite3_column_int64(s, first + 3);
}

/* The text of a blob, as history_text() escapes it. */
static char *
escape(const void *bytes, int length)
{
	char *plain = bytes == NULL ? NULL : strndup(bytes, (size_t)length);
	char *text = plain == NULL ? NULL : history_text(plain);

	free(plain);
	return text;
}

/* *go_on is false if the caller has had enough. */
static bool
give(struct catalog *c, sqlite3_stmt *s, catalog_version_fn *fn, void *arg,
    bool *go_on)
{
	char *text = escape(sqlite3_column_blob(s, 0),
	    sqlite3_column_bytes(s, 0));
	struct catalog_version v = {
		.path = text,
		.dump = sqlite3_column_int64(s, 1),
		.inode.inode = (uint32_t)sqlite3_column_int64(s, 2),
		.has_inode = sqlite3_column_type(s, 3) != SQLITE_NULL,
	};

	if (text == NULL) {
		report(c->rep, DE_ERROR, "%s: out of memory", c->file);
		return false;
	}
	if (v.has_inode)
		catalog_read_inode(s, 3, &v.inode);
	*go_on = fn(arg, &v);
	free(text);
	return true;
}

static bool
search(struct find *f, const struct catalog_filter *filter,
    catalog_version_fn *fn, void *arg)
{
	sqlite3_stmt *s = catalog_prepare(f->c, find_names, FIND);
	bool ok = s != NULL, go_on = true;
	int result = SQLITE_DONE;

	if (s == NULL)
		return false;
	catalog_bind_text(s, 1, filter->job);
	sqlite3_bind_int64(s, 2, filter->dump);
	sqlite3_bind_int64(s, 3, filter->until);
	sqlite3_bind_int64(s, 4, filter->usable);
	while (ok && go_on && (result = sqlite3_step(s)) == SQLITE_ROW)
		ok = give(f->c, s, fn, arg, &go_on);
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		ok = catalog_fail(f->c, FIND);
	sqlite3_finalize(s);
	return ok;
}

bool
catalog_find(struct catalog *c, const struct catalog_filter *filter,
    const char *pattern, catalog_version_fn *fn, void *arg)
{
	struct find *f = calloc(1, sizeof(*f));
	bool ok = false;

	if (f != NULL) {
		f->c = c;
		f->glob = catalog_glob_new(pattern);
		f->whole = malloc(WHOLE_BYTES);
	}
	if (f == NULL || f->glob == NULL || f->whole == NULL) {
		report(c->rep, DE_ERROR, "%s: out of memory", c->file);
	} else {
		ok = add_functions(f) && search(f, filter, fn, arg);
		remove_functions(f);
	}
	if (f != NULL) {
		catalog_glob_free(f->glob);
		free(f->whole);
	}
	free(f);
	return ok;
}
