/* SPDX-License-Identifier: BSD-3-Clause */
#include "pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool
pattern_is_valid(const char *pattern, char *wrong)
{
	for (const char *p = pattern; (p = strchr(p, '%')) != NULL; p += 2) {
		*wrong = p[1] == '\0' ? ' ' : p[1];
		if (p[1] == '\0' || strchr("vjld%", p[1]) == NULL)
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
