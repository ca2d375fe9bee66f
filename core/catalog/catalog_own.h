/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_own.h - a connection to the catalogue, and how it is asked
 *
 * Private to the catalog*.c files.
 */
#ifndef CORE_CATALOG_OWN_H
#define CORE_CATALOG_OWN_H

#include <sqlite3.h>

#include "core/catalog/catalog.h"

/* "DEca": PRAGMA application_id. */
#define CATALOG_APPLICATION 0x44456361

/* Statements that are kept, because they are run for each file. */
enum catalog_statement {
	CATALOG_PUT_NAME,
	CATALOG_PUT_INODE,
	CATALOG_PUT_SEEN,
	CATALOG_GET_DIRECTORY,
	CATALOG_GET_INODE,
	CATALOG_GET_NAME,
	CATALOG_STATEMENTS
};

/* Names of a directory that are not in the database yet. */
struct catalog_names;

struct catalog {
	sqlite3 *db;
	const char *file;
	struct report *rep;
	sqlite3_stmt *statements[CATALOG_STATEMENTS];
	struct catalog_names *names;	/* NULL: none were added */
	char *path;			/* what catalog_lookup() returned */
};

/* The tables and views of a new file; one text of many statements. */
extern const char catalog_schema[];

/* -------------------------------------------------------------- statements */

/*
 * Report that `what` ("add a dump") failed, why, and what to do.  Returns
 * false.
 */
bool catalog_fail(struct catalog *c, const char *what);

/* The same for a connection that is not open yet. */
void catalog_say(struct report *rep, const char *file, const char *what,
    int result, int error, const char *message);

/* Run statements without results. */
bool catalog_execute(struct catalog *c, const char *sql, const char *what);

/* A new statement, to be finalized; NULL after reporting why. */
sqlite3_stmt *catalog_prepare(struct catalog *c, const char *sql,
    const char *what);

/* The one that is kept there, reset; NULL after reporting why. */
sqlite3_stmt *catalog_kept(struct catalog *c, enum catalog_statement which,
    const char *sql, const char *what);

/*
 * Bind text, which stays where it is until the statement is reset; NULL binds
 * NULL.  Binding cannot fail: nothing is copied.
 */
void catalog_bind_text(sqlite3_stmt *s, int column, const char *text);
void catalog_bind_count(sqlite3_stmt *s, int column, uint64_t count);
/* NULL if it is `unknown`. */
void catalog_bind_known(sqlite3_stmt *s, int column, int64_t value,
    int64_t unknown);

/* NULL for NULL; valid until the next step. */
const char *catalog_text(sqlite3_stmt *s, int column);

/*
 * Run a statement that has no results, and reset it or, with `finish`, finalize
 * it.  A NULL statement has been reported: false.
 */
bool catalog_run(struct catalog *c, sqlite3_stmt *s, const char *what);
bool catalog_finish(struct catalog *c, sqlite3_stmt *s, const char *what);

/* ------------------------------------------------------------------- names */

/* Everything about the names that were added is in the database. */
bool catalog_finish_names(struct catalog *c);
/* Forget names that are not. */
void catalog_drop_names(struct catalog *c);
void catalog_free_names(struct catalog *c);
/* Remove the names and inodes of a dump. */
bool catalog_clear_names(struct catalog *c, int64_t dump);

/* Is it the state of a dump that a restore can use? */
#define CATALOG_IS_USABLE(state) state " IN ('complete', 'incomplete')"

#endif
