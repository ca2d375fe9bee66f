/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date_range.h"
#include "core/base/utf8.h"

/* ------------------------------------------------------------------- values */

/* A character of a cell, and its width. */
static int
put_character(FILE *out, const char **at, size_t *left, bool is_last)
{
	uint32_t character = 0;
	const size_t length = utf8_character(*at, *left, &character);
	const size_t bytes = length == 0 ? 1 : length;
	int width = 1;

	if (length > 0 && utf8_is_printable(character) &&
	    (is_last || character != ' ')) {
		fwrite(*at, 1, length, out);
	} else {
		for (size_t i = 0; i < bytes; i++)
			fprintf(out, "%%%02X", (unsigned char)(*at)[i]);
		width = 3 * (int)bytes;
	}
	*at += bytes;
	*left -= bytes;
	return width;
}

/* Returns the width. */
static int
put_text(FILE *out, const char *text, bool is_last)
{
	size_t left = strlen(text);
	int width = 0;

	while (left > 0)
		width += put_character(out, &text, &left, is_last);
	return width;
}

/* Texts of other types; "-" if there is nothing to show. */
static const char *
format(const json_t *value, enum catalog_rows_kind kind,
    char text[static DATE_SHORT_BYTES])
{
	if (json_is_boolean(value))
		return json_is_true(value) ? "yes" : "no";
	if (json_is_string(value) && json_string_length(value) > 0)
		return json_string_value(value);
	if (!json_is_integer(value))
		return "-";
	const int64_t number = (int64_t)json_integer_value(value);
	if (kind == CATALOG_ROWS_DATE)
		date_range_format(number, text);
	else
		snprintf(text, DATE_SHORT_BYTES, "%" PRId64, number);
	return text;
}

void
catalog_rows_value(FILE *out, const json_t *value, enum catalog_rows_kind kind)
{
	char text[DATE_SHORT_BYTES];

	put_text(out, format(value, kind, text), true);
}

/* -------------------------------------------------------------------- lines */

static void
pad(FILE *out, int width)
{
	if (width > 0)
		fprintf(out, "%*s", width, "");
}

/* Numbers are at the right of their columns. */
static void
put_cell(const struct catalog_rows *r, const struct catalog_rows_column *c,
    const char *text)
{
	const bool is_last = c[1].title == NULL;
	const bool is_right = c->kind == CATALOG_ROWS_NUMBER;

	if (is_right && !r->is_bare)
		pad(r->out, c->width - (int)strlen(text));
	const int width = put_text(r->out, text, is_last);
	if (is_last)
		putc('\n', r->out);
	else if (r->is_bare)
		putc('\t', r->out);
	else
		pad(r->out, (is_right ? 0 : c->width - width) > 0 ?
		    c->width - width + 2 : 2);
}

static void
put_line(const struct catalog_rows *r, const json_t *row)
{
	char text[DATE_SHORT_BYTES];

	for (const struct catalog_rows_column *c = r->columns;
	    c->title != NULL; c++)
		put_cell(r, c, row == NULL ? c->title :
		    format(json_object_get(row, c->key), c->kind, text));
}

static bool
put_json(struct catalog_rows *r, const json_t *row)
{
	char *text = json_dumps(row, JSON_COMPACT);

	if (text == NULL)
		return false;
	fprintf(r->out, "%s%s", r->count == 0 ? "" : ",\n", text);
	free(text);
	return true;
}

void
catalog_rows_begin(struct catalog_rows *r, FILE *out, bool is_json,
    bool is_bare, const struct catalog_rows_column *columns)
{
	*r = (struct catalog_rows){
		.out = out,
		.columns = columns,
		.is_json = is_json,
		.is_bare = is_bare,
	};
	if (is_json)
		fputs("[\n", out);
	else if (!is_bare)
		put_line(r, NULL);
}

bool
catalog_rows_put(struct catalog_rows *r, json_t *row)
{
	bool ok = row != NULL;

	if (ok && r->is_json)
		ok = put_json(r, row);
	else if (ok)
		put_line(r, row);
	json_decref(row);
	r->count++;
	return ok;
}

void
catalog_rows_end(struct catalog_rows *r)
{
	if (r->is_json)
		fputs(r->count == 0 ? "]\n" : "\n]\n", r->out);
}
