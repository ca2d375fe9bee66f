/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/literals.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 10		/* of files that include each other, as libconfig */
#define INCLUDE "@include"

struct scan {
	struct settings *s;
	const char *file;
	const char *folder;
	int depth;
	unsigned int line;
};

static void scan_file(const struct scan *from, const char *file);

/* Behind a text, a comment, or the character at `p`; counts lines. */
static const char *
skip_text(struct scan *scan, const char *p)
{
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		scan->line += *p == '\n';
	}
	return *p == '\0' ? p : p + 1;
}

static const char *
skip_comment(struct scan *scan, const char *p)
{
	if (*p == '#' || p[1] == '/')
		return p + strcspn(p, "\n");
	for (p += 2; *p != '\0' && strncmp(p, "*/", 2) != 0; p++)
		scan->line += *p == '\n';
	return *p == '\0' ? p : p + 2;
}

static const char *
skip_word(const char *p)
{
	while (isalnum((unsigned char)*p) || *p == '_' || *p == '*' ||
	    *p == '-' || *p == '.')
		p++;
	return p;
}

static const char *
check_number(const struct scan *scan, const char *p)
{
	char *end;
	const bool is_hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');

	errno = 0;
	const uintmax_t n = strtoumax(p, &end, is_hex ? 16 : 10);
	const bool is_fraction = *end == '.' || *end == 'e' || *end == 'E';
	if (*end != 'L' && !is_fraction &&
	    (errno != 0 || n > (is_hex ? UINT32_MAX : INT32_MAX))) {
		const int length = (int)(end - p);
		report_line(scan->s->rep, "%s:%u: %.*s: so large an integer "
		    "needs an L behind it: %.*sL", scan->file, scan->line,
		    length, p, length, p);
		scan->s->errors++;
	}
	return skip_word(end);
}

/* @include "name" */
static const char *
follow_include(const struct scan *scan, const char *p)
{
	char path[PATH_MAX + NAME_MAX];

	p += strlen(INCLUDE);
	p += strspn(p, " \t");
	if (*p != '"')
		return p;
	p++;
	const size_t length = strcspn(p, "\"\n");
	snprintf(path, sizeof(path), "%s/%.*s", scan->folder, (int)length, p);
	if (length < NAME_MAX && scan->depth < DEPTH_MAX)
		scan_file(scan, path);
	return p + length + (p[length] == '"');
}

static void
scan_text(struct scan *scan, const char *p)
{
	while (*p != '\0') {
		if (*p == '"')
			p = skip_text(scan, p);
		else if (*p == '#' || (*p == '/' && (p[1] == '/' ||
		    p[1] == '*')))
			p = skip_comment(scan, p);
		else if (strncmp(p, INCLUDE, strlen(INCLUDE)) == 0)
			p = follow_include(scan, p);
		else if (isdigit((unsigned char)*p))
			p = check_number(scan, p);
		else if (isalpha((unsigned char)*p) || *p == '*')
			p = skip_word(p);
		else
			scan->line += *p++ == '\n';
	}
}

static void
scan_file(const struct scan *from, const char *file)
{
	struct scan scan = *from;
	char *text = NULL;
	size_t size = 0;
	FILE *f = fopen(file, "re");

	if (f == NULL)
		return;
	scan.file = file;
	scan.line = 1;
	scan.depth++;
	/* Up to a NUL, which no such file has. */
	if (getdelim(&text, &size, '\0', f) > 0)
		scan_text(&scan, text);
	free(text);
	fclose(f);
}

void
literals_check(struct settings *s, const char *file, const char *folder)
{
	const struct scan scan = { .s = s, .folder = folder };

	scan_file(&scan, file);
}
