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

/* What makes a catalogue from volumes. */
#define CATALOG_REBUILD "dumpengine-catalog rebuild"

/* "DEca": PRAGMA application_id. */
#define CATALOG_APPLICATION 0x44456361

/* Statements that are kept, because they are run for each file. */
enum catalog_statement {
	CATALOG_PUT_ENTRY,
	CATALOG_PUT_INODE,
	CATALOG_PUT_SEEN,
	CATALOG_GET_ABOVE,
	CATALOG_GET_DIRECTORY,
	CATALOG_GET_ENTRY,
	CATALOG_GET_FILE,
	CATALOG_GET_INODE,
	CATALOG_STATEMENTS
};

/* Names and inodes that are not in the database yet. */
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

/*
 * What is read between these is of one moment, and locks are taken once.  They
 * may be nested: *begun tells catalog_end_reading() what to do.
 */
bool catalog_begin_reading(struct catalog *c, bool *begun);
void catalog_end_reading(struct catalog *c, bool begun);

/* ------------------------------------------------------------------- names */

/* For a connection that names will be added to. */
bool catalog_prepare_names(struct catalog *c);
/* Everything about the names that were added is in the database. */
bool catalog_finish_names(struct catalog *c);
/* Forget names that are not. */
void catalog_drop_names(struct catalog *c);
void catalog_free_names(struct catalog *c);
/* Remove the names and inodes of a dump. */
bool catalog_clear_names(struct catalog *c, int64_t dump);

/* A name is stored as text, or as a blob if it is no UTF-8. */
bool catalog_is_text(const char *name, size_t length);

/*
 * The order of names: text goes before what is none, then they are compared as
 * bytes.
 */
int catalog_compare_names(const char *a, size_t a_length, bool a_is_text,
    const char *b, size_t b_length, bool b_is_text);

/* The root of each dump. */
#define CATALOG_ROOT 2

/* A directory whose entries a dump has. */
struct catalog_directory {
	int64_t id;		/* 0: it has none of it */
	int64_t dump;
	uint32_t inode;
	int64_t entries;	/* their ids follow */
	int64_t parent;		/* id; 0: not known */
	size_t length;		/* of its name */
	char name[255];		/* not terminated */
};
bool catalog_get_directory(struct catalog *c, int64_t dump, uint32_t inode,
    struct catalog_directory *d);
/* The same by its id. */
bool catalog_get_above(struct catalog *c, int64_t id,
    struct catalog_directory *d);

/* The id of an inode of a dump. */
int64_t catalog_inode_id(int64_t dump, uint32_t inode);

/* Columns mode, size, mtime and block, from `first` on. */
void catalog_read_inode(sqlite3_stmt *s, int first, struct index_inode *i);

/* Is it the state of a dump that a restore can use? */
#define CATALOG_IS_USABLE(state) state " IN ('complete', 'incomplete')"

#endif
