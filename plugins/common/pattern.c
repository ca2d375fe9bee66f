/* SPDX-License-Identifier: BSD-3-Clause */
#include "pattern.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool
pattern_is_valid(const char *pattern, char *wrong)
{
	for (const char *p = pattern; (p = strchr(p, '%')) != NULL; p += 2) {
		*wrong = p[1] == '\0' ? ' ' : p[1];
		if (p[1] == '\0' || strchr("vjldh%", p[1]) == NULL)
			return false;
	}
	return true;
}

bool
pattern_uses(const char *pattern, const char *letters)
{
	for (const char *p = pattern; (p = strchr(p, '%')) != NULL &&
	    p[1] != '\0'; p += 2)
		if (strchr(letters, p[1]) != NULL)
			return true;
	return false;
}

static void
put_date(FILE *out, int64_t date)
{
	const time_t t = (time_t)date;
	struct tm tm;
	char text[16];

	if (localtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y%m%d", &tm) > 0)
		fputs(text, out);
}

/* As gethostname() has it; a slash in it would be a folder. */
static void
put_host(FILE *out)
{
	char name[HOST_NAME_MAX + 1];

	if (gethostname(name, sizeof(name)) != 0)
		return;
	name[sizeof(name) - 1] = '\0';
	for (const char *p = name; *p != '\0'; p++)
		fputc(*p == '/' ? '-' : *p, out);
}

static void
put_fact(FILE *out, char letter, const struct de_volume *volume)
{
	switch (letter) {
	case 'v':
		fprintf(out, "%03u", volume->number);
		break;
	case 'j':
		fputs(volume->job, out);
		break;
	case 'l':
		fprintf(out, "%u", volume->level);
		break;
	case 'd':
		put_date(out, volume->date);
		break;
	case 'h':
		put_host(out);
		break;
	default:
		fputc('%', out);
		break;
	}
}

char *
pattern_expand(const char *pattern, const struct de_volume *volume)
{
	char *name = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&name, &size);

	if (out == NULL)
		return NULL;
	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p == '%' && p[1] != '\0')
			put_fact(out, *++p, volume);
		else
			fputc(*p, out);
	}
	if (fclose(out) != 0) {
		free(name);
		return NULL;
	}
	return name;
}
