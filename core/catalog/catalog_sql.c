/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Statements, and what is said when one fails.
 */
#include "core/catalog/catalog_own.h"

#include <errno.h>
#include <string.h>

/* ----------------------------------------------------------------- failures */

static const char *
advice(int result)
{
	switch (result & 0xff) {
	case SQLITE_FULL:
		return "make room there, and try again";
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "another process is writing to it; try again when that "
		    "has ended";
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR:
	case SQLITE_SCHEMA:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
		return "move it away, and make it again from the volumes with "
		    CATALOG_REBUILD;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return "this user must be able to write to it, and to the "
		    "directory it is in";
	case SQLITE_NOMEM:
		return "give it more memory";
	case SQLITE_IOERR:
		return "see the log of the system for the disk it is on";
	default:
		return "nothing was changed";
	}
}

/* SQLite's message names no cause for what the system has refused. */
static const char *
reason(int result, int error, const char *message)
{
	switch (result & 0xff) {
	case SQLITE_FULL:
		return "no space is left on its filesystem";
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "it is locked";
	case SQLITE_CORRUPT:
		return "the file is damaged";
	case SQLITE_NOTADB:
		return "it is not a SQLite database";
	case SQLITE_ERROR:
	case SQLITE_SCHEMA:
		return "its tables are not those of a catalogue";
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
		return "what it holds contradicts itself";
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return error != 0 ? strerror(error) : message;
	default:
		return message;
	}
}

/* The files that SQLite has beside it may be what there is no room for. */
static int
find_cause(int result, int error)
{
	return (result & 0xff) == SQLITE_IOERR &&
	    (error == ENOSPC || error == EDQUOT) ? SQLITE_FULL : result;
}

void
catalog_say(struct report *rep, const char *file, const char *what, int result,
    int error, const char *message)
{
	const int cause = find_cause(result, error);

	report(rep, DE_DEBUG, "%s: %d, %s", file, result, message);
	report(rep, DE_ERROR, "%s: cannot %s: %s; %s", file, what,
	    reason(cause, error, message), advice(cause));
}

bool
catalog_fail(struct catalog *c, const char *what)
{
	catalog_say(c->rep, c->file, what, sqlite3_extended_errcode(c->db),
	    sqlite3_system_errno(c->db), sqlite3_errmsg(c->db));
	return false;
}

/* --------------------------------------------------------------- statements */

bool
catalog_execute(struct catalog *c, const char *sql, const char *what)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	    catalog_fail(c, what);
}

sqlite3_stmt *
catalog_prepare(struct catalog *c, const char *sql, const char *what)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK)
		catalog_fail(c, what);
	return s;
}

sqlite3_stmt *
catalog_kept(struct catalog *c, enum catalog_statement which, const char *sql,
    const char *what)
{
	sqlite3_stmt **s = &c->statements[which];

	if (*s != NULL)
		sqlite3_reset(*s);
	else if (sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    s, NULL) != SQLITE_OK)
		catalog_fail(c, what);
	return *s;
}

void
catalog_bind_text(sqlite3_stmt *s, int column, const char *text)
{
	if (text == NULL)
		sqlite3_bind_null(s, column);
	else
		sqlite3_bind_text(s, column, text, -1, SQLITE_STATIC);
}

void
catalog_bind_count(sqlite3_stmt *s, int column, uint64_t count)
{
	sqlite3_bind_int64(s, column, count > INT64_MAX ? INT64_MAX :
	    (int64_t)count);
}

void
catalog_bind_known(sqlite3_stmt *s, int column, int64_t value, int64_t unknown)
{
	if (value == unknown)
		sqlite3_bind_null(s, column);
	else
		sqlite3_bind_int64(s, column, value);
}

const char *
catalog_text(sqlite3_stmt *s, int column)
{
	/* Text has no sign for SQLite. */
	return (const char *)sqlite3_column_text(s, column);
}

bool
catalog_run(struct catalog *c, sqlite3_stmt *s, const char *what)
{
	if (s == NULL)
		return false;
	const bool ok = sqlite3_step(s) == SQLITE_DONE;
	if (!ok)
		catalog_fail(c, what);
	sqlite3_reset(s);
	return ok;
}

bool
catalog_finish(struct catalog *c, sqlite3_stmt *s, const char *what)
{
	const bool ok = catalog_run(c, s, what);

	sqlite3_finalize(s);
	return ok;
}

bool
catalog_begin_reading(struct catalog *c, bool *begun)
{
	*begun = sqlite3_get_autocommit(c->db) != 0;
	return !*begun || catalog_execute(c, "BEGIN", "read it");
}

/* There is nothing to commit, so this cannot fail. */
void
catalog_end_reading(struct catalog *c, bool begun)
{
	if (begun)
		sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL);
}
