/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/catalog/catalog_glob.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"

#define SPECIAL "*?[\\"
#define NAME_BYTES_MAX 255

/* A piece of the last part without wildcards; borrowed. */
struct literal {
	const char *text;
	size_t length;
};

struct catalog_glob {
	bool has_slash;
	char **parts;			/* at least one; owned */
	size_t count;
	/* Of the last part: */
	bool is_literal;
	struct literal front, back;	/* at its ends */
	struct literal longest;		/* within */
};

static bool
is_any_depth(const char *part)
{
	return strcmp(part, "**") == 0;
}

/*
 * Behind a wildcard; NULL if only fnmatch(3) knows where a bracket ends, or
 * whether it does.
 */
static const char *
skip_wildcard(const char *p)
{
	if (*p == '\\')
		return p[1] == '\0' ? NULL : p + 2;
	if (*p != '[')
		return p + 1;
	p += 1 + (p[1] == '!' || p[1] == '^');
	const char *end = *p == '\0' ? NULL : strchr(p + 1, ']');
	if (end == NULL || memchr(p, '[', (size_t)(end - p)) != NULL ||
	    memchr(p, '\\', (size_t)(end - p)) != NULL)
		return NULL;
	return end + 1;
}

static void
find_literals(struct catalog_glob *g)
{
	const char *const last = g->parts[g->count - 1];
	const char *next = last;

	do {
		const struct literal piece = { next, strcspn(next, SPECIAL) };
		if (next == last)
			g->front = piece;
		else if (piece.length > g->longest.length)
			g->longest = piece;
		next += piece.length;
		if (*next == '\0') {
			g->back = piece;
			break;
		}
		next = skip_wildcard(next);
	} while (next != NULL);
	g->is_literal = g->front.length == strlen(last);
	if (g->longest.text == g->back.text)
		g->longest.length = 0;
}

static bool
add_part(struct catalog_glob *g, const char *text, size_t length)
{
	char **parts = reallocarray(g->parts, g->count + 1, sizeof(*parts));

	if (parts == NULL)
		return false;
	g->parts = parts;
	parts[g->count] = strndup(text, length);
	return parts[g->count++] != NULL;
}

/* A final "**" matches something: what is below "a" is not "a". */
static bool
split(struct catalog_glob *g, const char *pattern)
{
	size_t length;

	for (const char *p = path_part(pattern, &length); length > 0;
	    p = path_part(p + length, &length))
		if ((length != 1 || *p != '.') && !add_part(g, p, length))
			return false;
	if (g->count == 0)
		return add_part(g, "", 0);
	return !g->has_slash || !is_any_depth(g->parts[g->count - 1]) ||
	    add_part(g, "*", 1);
}

struct catalog_glob *
catalog_glob_new(const char *pattern)
{
	struct catalog_glob *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->has_slash = strchr(pattern, '/') != NULL;
	if (split(g, pattern)) {
		find_literals(g);
		return g;
	}
	catalog_glob_free(g);
	return NULL;
}

void
catalog_glob_free(struct catalog_glob *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->count; i++)
		free(g->parts[i]);
	free(g->parts);
	free(g);
}

bool
catalog_glob_has_slash(const struct catalog_glob *g)
{
	return g->has_slash;
}

static bool
part_fits(const char *part, const char *name, size_t length)
{
	char text[NAME_BYTES_MAX + 1];

	if (length > NAME_BYTES_MAX)
		return false;
	memcpy(text, name, length);
	text[length] = '\0';
	return fnmatch(part, text, 0) == 0;
}

bool
catalog_glob_fits_name(const struct catalog_glob *g, const char *name,
    size_t length)
{
	if (length < g->front.length || length < g->back.length ||
	    memcmp(name, g->front.text, g->front.length) != 0)
		return false;
	if (g->is_literal)
		return length == g->front.length;
	if (g->back.length > 0 && memcmp(name + length - g->back.length,
	    g->back.text, g->back.length) != 0)
		return false;
	if (g->longest.length > 0 && memmem(name, length, g->longest.text,
	    g->longest.length) == NULL)
		return false;
	return part_fits(g->parts[g->count - 1], name, length);
}

/* Goes back to the last "**", which then matches one directory more. */
bool
catalog_glob_fits_path(const struct catalog_glob *g, const char *path)
{
	const char *again = NULL;
	size_t part = 0, any = 0, length;

	path += *path == '.';
	for (const char *name = path_part(path, &length); length > 0;
	    name = path_part(name, &length)) {
		if (part < g->count && is_any_depth(g->parts[part])) {
			any = ++part;
			again = name;
		} else if (part < g->count &&
		    part_fits(g->parts[part], name, length)) {
			part++;
			name += length;
		} else if (again != NULL) {
			part = any;
			again = path_part(again, &length);
			again += length;
			name = again;
		} else {
			return false;
		}
	}
	while (part < g->count && is_any_depth(g->parts[part]))
		part++;
	return part == g->count;
}
