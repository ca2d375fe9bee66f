/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_rows.h - the answer of a task: a table, or JSON
 *
 * Each row is a JSON object.  A table shows those of its members that are
 * columns, and nothing is held back: memory is for one row.
 *
 *  - people get a line of titles, and columns that are padded with blanks;
 *  - scripts (-H) get no titles, and one tab between columns;
 *  - JSON is an array with one object a line.
 *
 * In a table, what is unknown is "-", and a line is a row: blanks and control
 * characters of all columns but the last are shown as %XX.
 */
#ifndef CORE_CATALOG_ROWS_H
#define CORE_CATALOG_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum catalog_rows_kind {
	CATALOG_ROWS_TEXT,
	CATALOG_ROWS_NUMBER,
	CATALOG_ROWS_DATE		/* seconds */
};

/* The last of an array has no title. */
struct catalog_rows_column {
	const char *title;
	const char *key;		/* of the object */
	enum catalog_rows_kind kind;
	int width;			/* least, in characters */
};

struct catalog_rows {
	FILE *out;
	const struct catalog_rows_column *columns;	/* borrowed */
	bool is_json;
	bool is_bare;
	uint64_t count;
};

/* Errors of `out` are its own: whoever flushes it finds them. */
void catalog_rows_begin(struct catalog_rows *r, FILE *out, bool is_json,
    bool is_bare, const struct catalog_rows_column *columns);

/* Takes over `row`.  False: it is NULL, or memory is out. */
bool catalog_rows_put(struct catalog_rows *r, json_t *row);

void catalog_rows_end(struct catalog_rows *r);

/* One member, in the form of its column, without padding. */
void catalog_rows_value(FILE *out, const json_t *value,
    enum catalog_rows_kind kind);

#endif
