/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opens and makes the file, and begins and ends transactions.
 */
#include "core/catalog/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/catalog/catalog_own.h"

#define PATIENCE_MS 30000

/*
 * WAL with synchronous = FULL: a commit is on the disk when it returns.  What
 * follows a commit relies on it, such as removing the file that the names came
 * from.
 */
static const char settings[] =
"PRAGMA foreign_keys = ON;"
"PRAGMA synchronous = FULL;"
"PRAGMA trusted_schema = OFF;"
"PRAGMA cache_size = -16384;"			/* KiB */
"PRAGMA journal_size_limit = 16777216;";	/* bytes */

/* ------------------------------------------------------------------- safety */

/* Can others than this user and root write to the file?  Reported. */
static bool
is_safe(const char *file, const struct trust *trust, struct report *rep)
{
	char why[TRUST_WHY_BYTES];
	struct stat st;

	if (!trust_file(trust, file, TRUST_ROOT, why)) {
		report(rep, DE_ERROR, "%s", why);
		return false;
	}
	if (trust == NULL || geteuid() == 0 || stat(file, &st) == -1)
		return true;
	if ((st.st_uid == geteuid() || st.st_uid == 0) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return true;
	report(rep, DE_ERROR, "%s: users other than this one and root can write "
	    "to it; restrict it by chmod go-w, and make it this user's", file);
	return false;
}

static bool
are_safe(const char *file, const struct trust *trust, struct report *rep)
{
	static const char *const endings[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		char *name = NULL;
		const bool ok = asprintf(&name, "%s%s", file, endings[i]) != -1;
		if (!ok)
			report(rep, DE_ERROR, "%s: out of memory", file);
		const bool safe = ok && is_safe(name, trust, rep);
		free(ok ? name : NULL);
		if (!safe)
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------ opening */

static bool
get_number(struct catalog *c, const char *sql, int64_t *number)
{
	sqlite3_stmt *s = catalog_prepare(c, sql, "read it");

	if (s == NULL)
		return false;
	const bool ok = sqlite3_step(s) == SQLITE_ROW;
	if (ok)
		*number = sqlite3_column_int64(s, 0);
	else
		catalog_fail(c, "read it");
	sqlite3_finalize(s);
	return ok;
}

/* Is it ours, and of a schema that we know? */
static bool
check_schema(struct catalog *c)
{
	int64_t application, schema;

	if (!get_number(c, "PRAGMA application_id", &application) ||
	    !get_number(c, "PRAGMA user_version", &schema))
		return false;
	if (application != CATALOG_APPLICATION)
		report(c->rep, DE_ERROR, "%s: is a SQLite database, but not a "
		    "catalogue; name another file, or move it away and make one "
		    "with " CATALOG_REBUILD, c->file);
	else if (schema > CATALOG_SCHEMA)
		report(c->rep, DE_ERROR, "%s: has schema %lld, but this program "
		    "knows only schemas up to %d; use the newer version of "
		    "dumpengine that made it", c->file, (long long)schema,
		    CATALOG_SCHEMA);
	else if (schema < CATALOG_SCHEMA)
		report(c->rep, DE_ERROR, "%s: has schema %lld, which no version "
		    "of dumpengine has made; move it away and make it again from "
		    "the volumes with " CATALOG_REBUILD, c->file, (long long)schema);
	return application == CATALOG_APPLICATION && schema == CATALOG_SCHEMA;
}

/*
 * On a read-only filesystem, SQLite cannot make the file that processes share;
 * nor can it then read what a crash has left in FILE-wal.
 */
static bool
is_unchangeable(const char *file, struct report *rep)
{
	struct statvfs fs;
	struct stat st;
	char *wal;

	if (statvfs(file, &fs) == -1 || (fs.f_flag & ST_RDONLY) == 0 ||
	    asprintf(&wal, "%s-wal", file) == -1)
		return false;
	if (stat(wal, &st) == 0 && st.st_size > 0)
		report(rep, DE_WARNING, "%s: the last changes, in %s, cannot be "
		    "read, as the filesystem is read-only; copy both elsewhere, "
		    "and read that", file, wal);
	free(wal);
	return true;
}

/* "file:" with what SQLite would take for more than a name as %XX. */
static char *
make_uri(const char *file, const char *parameters)
{
	const size_t room = 3 * strlen(file) + strlen(parameters) + 6;
	char *uri = malloc(room);

	if (uri == NULL)
		return NULL;
	char *end = uri + sprintf(uri, "file:");
	for (const char *p = file; *p != '\0'; p++)
		end += sprintf(end, strchr("%?#", *p) != NULL ? "%%%02X" : "%c",
		    (unsigned char)*p);
	memcpy(end, parameters, strlen(parameters) + 1);
	return uri;
}

static bool
connect_file(struct catalog *c, const char *file, bool unchangeable)
{
	char *uri = make_uri(file, unchangeable ? "?immutable=1" : "");

	if (uri == NULL) {
		report(c->rep, DE_ERROR, "%s: out of memory", c->file);
		return false;
	}
	const int result = sqlite3_open_v2(uri, &c->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);
	free(uri);
	if (c->db == NULL)
		report(c->rep, DE_ERROR, "%s: out of memory", c->file);
	else if (result != SQLITE_OK)
		catalog_fail(c, "open it");
	if (c->db == NULL || result != SQLITE_OK)
		return false;
	sqlite3_busy_timeout(c->db, PATIENCE_MS);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return true;
}

/* --------------------------------------------------------------- a new file */

static bool
fill_new(struct catalog *c)
{
	char *sql = sqlite3_mprintf("PRAGMA journal_mode = WAL; BEGIN;%s"
	    "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
	    catalog_schema, CATALOG_APPLICATION, CATALOG_SCHEMA);
	const bool ok = sql != NULL && catalog_execute(c, sql, "make it");

	if (sql == NULL)
		report(c->rep, DE_ERROR, "%s: out of memory", c->file);
	sqlite3_free(sql);
	return ok;
}

/* A complete catalogue, without dumps, in an empty file. */
static bool
make_at(const char *temporary, const char *file, struct report *rep)
{
	struct catalog c = { .file = file, .rep = rep };
	bool ok = connect_file(&c, temporary, false) && fill_new(&c);

	if (sqlite3_close(c.db) != SQLITE_OK && ok)
		ok = catalog_fail(&c, "make it");
	return ok;
}

/*
 * It gets its name only when it is complete, so that no run finds it unfinished.
 * If another process is faster, its file is taken.
 */
static bool
make_file(const char *file, bool must_be_new, struct report *rep)
{
	char *temporary;

	if (asprintf(&temporary, "%s.new-XXXXXX", file) == -1) {
		report(rep, DE_ERROR, "%s: out of memory", file);
		return false;
	}
	const int fd = mkstemp(temporary);	/* of mode 0600 */
	bool ok = fd != -1;
	if (ok)
		close(fd);
	else
		report(rep, DE_ERROR, "%s: cannot make it: %s; the directory "
		    "must exist, and this user be able to write to it", file,
		    strerror(errno));
	if (ok && !make_at(temporary, file, rep)) {
		ok = false;
	} else if (ok && link(temporary, file) == -1 &&
	    (errno != EEXIST || must_be_new)) {
		report(rep, DE_ERROR, "%s: cannot make it: %s", file,
		    strerror(errno));
		ok = false;
	}
	if (fd != -1)
		unlink(temporary);
	free(temporary);
	return ok;
}

/*
 * The last changes of a file that was removed or moved without them would get
 * into a new one.  Another process may just have made that: then it was there
 * before its FILE-wal.
 */
static bool
has_no_past(const char *file, struct report *rep)
{
	struct stat st;
	char *wal;

	if (asprintf(&wal, "%s-wal", file) == -1) {
		report(rep, DE_ERROR, "%s: out of memory", file);
		return false;
	}
	const bool is_left = stat(wal, &st) == 0 && st.st_size > 0 &&
	    stat(file, &st) == -1;
	if (is_left)
		report(rep, DE_ERROR, "%s: is left of a catalogue that is not "
		    "there any more; move it to where that is now, or remove "
		    "it", wal);
	free(wal);
	return !is_left;
}

/* Is it there, as the mode wants it? */
static bool
find_file(const char *file, enum catalog_mode mode, struct report *rep)
{
	struct stat st;
	const bool is_there = stat(file, &st) == 0;

	if (!is_there && (errno != ENOENT || mode == CATALOG_READ)) {
		report(rep, DE_ERROR, "%s: cannot open it: %s%s", file,
		    strerror(errno), errno != ENOENT ? "" : "; dumps add to the "
		    "file that the setting catalog names, and " CATALOG_REBUILD
		    " makes one from volumes");
		return false;
	}
	if (!is_there)
		return has_no_past(file, rep) &&
		    make_file(file, mode == CATALOG_NEW, rep);
	if (mode == CATALOG_NEW) {
		report(rep, DE_ERROR, "%s: is there already; move it away, or "
		    "name another file", file);
		return false;
	}
	if (S_ISREG(st.st_mode) && st.st_size > 0)
		return true;
	report(rep, DE_ERROR, S_ISREG(st.st_mode) ? "%s: is empty, which no "
	    "catalogue is; if one was there, get it from a backup, or remove it "
	    "and make it again from the volumes with " CATALOG_REBUILD :
	    "%s: is not a regular file; name another one", file);
	return false;
}

/* ------------------------------------------------------------- open, close */

static bool
prepare_connection(struct catalog *c, enum catalog_mode mode)
{
	if (mode != CATALOG_READ && sqlite3_db_readonly(c->db, "main") == 1) {
		catalog_say(c->rep, c->file, "open it for writing",
		    SQLITE_READONLY, 0, "it is read-only");
		return false;
	}
	return catalog_execute(c, settings, "open it") && check_schema(c) &&
	    (mode == CATALOG_READ ?
	    catalog_execute(c, "PRAGMA query_only = ON", "open it") :
	    catalog_prepare_names(c));
}

struct catalog *
catalog_open(const char *file, enum catalog_mode mode,
    const struct trust *trust, struct report *rep)
{
	struct catalog *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		report(rep, DE_ERROR, "%s: out of memory", file);
		return NULL;
	}
	c->file = file;
	c->rep = rep;
	if (are_safe(file, trust, rep) && find_file(file, mode, rep) &&
	    connect_file(c, file, mode == CATALOG_READ &&
	    is_unchangeable(file, rep)) && prepare_connection(c, mode))
		return c;
	catalog_close(c);
	return NULL;
}

void
catalog_close(struct catalog *c)
{
	if (c == NULL)
		return;
	catalog_rollback(c);
	for (size_t i = 0; i < CATALOG_STATEMENTS; i++)
		sqlite3_finalize(c->statements[i]);
	sqlite3_close(c->db);
	catalog_free_names(c);
	free(c->path);
	free(c);
}

void
catalog_set_patience(struct catalog *c, int milliseconds)
{
	sqlite3_busy_timeout(c->db, milliseconds);
}

/* ------------------------------------------------------------- transactions */

bool
catalog_begin(struct catalog *c)
{
	return catalog_execute(c, "BEGIN IMMEDIATE", "write to it");
}

bool
catalog_commit(struct catalog *c)
{
	return catalog_finish_names(c) &&
	    catalog_execute(c, "COMMIT", "write to it");
}

void
catalog_rollback(struct catalog *c)
{
	catalog_drop_names(c);
	if (c->db != NULL && !sqlite3_get_autocommit(c->db))
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}
