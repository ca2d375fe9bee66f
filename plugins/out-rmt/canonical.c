/* SPDX-License-Identifier: BSD-3-Clause */
#include "canonical.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define HOST_BYTES 256
#define DEVICES "/dev/"
#define BY_ID "/dev/tape/"
#define NOT_REWOUND "-nst"	/* suffix of names in /dev/tape/by-id */

/* -------------------------------------------------------------------- host */

static size_t
host_length(const struct target *target)
{
	const size_t length = strlen(target->host);

	/* Ignore the dot after a fully qualified name. */
	return length > 1 && target->host[length - 1] == '.' ? length - 1 :
	    length;
}

static bool
is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 ||
	    strcasecmp(host, "ip6-localhost") == 0 ||
	    strcasecmp(host, "localhost.localdomain") == 0 ||
	    strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static bool
is_name_of_this(const char *host)
{
	char name[HOST_BYTES];

	if (gethostname(name, sizeof(name)) == -1)
		return false;
	name[sizeof(name) - 1] = '\0';
	return strcasecmp(host, name) == 0;
}

/* Normalise the host name; false if it is not valid. */
static bool
put_host(const struct target *target, char host[static HOST_BYTES])
{
	const int n = snprintf(host, HOST_BYTES, "%.*s",
	    (int)host_length(target), target->host);

	if (n < 0 || n >= HOST_BYTES)
		return false;
	if (is_loopback(host) || is_name_of_this(host))
		snprintf(host, HOST_BYTES, "localhost");
	for (char *p = host; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return true;
}

bool
canonical_is_local(const struct target *target)
{
	char host[HOST_BYTES];

	return put_host(target, host) && strcmp(host, "localhost") == 0;
}

/* -------------------------------------------------------------------- file */

/* Remove the last component of `path`; false if there is none to remove. */
static bool
go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || strcmp(slash, "/..") == 0)
		return false;
	*slash = '\0';
	return true;
}

/* Drop empty components, "." and ".."; `to` has room for `file` and a slash. */
static void
put_straight(char *to, const char *file)
{
	size_t part;

	*to = '\0';
	for (const char *p = file; *p != '\0'; p += part) {
		p += strspn(p, "/");
		part = strcspn(p, "/");
		if (part == 0 || (part == 1 && p[0] == '.'))
			continue;
		/* ".." is ignored at the root, but kept at a home directory. */
		if (part == 2 && strncmp(p, "..", 2) == 0 &&
		    (go_up(to) || file[0] == '/'))
			continue;
		const size_t length = strlen(to);
		snprintf(to + length, part + 2, "/%s", p);
	}
}

/* Digits, optionally followed by a letter for the mode. */
static bool
is_drive_number(const char *text)
{
	const size_t digits = strspn(text, "0123456789");

	return digits > 0 && (text[digits] == '\0' ||
	    (strchr("lma", text[digits]) != NULL && text[digits + 1] == '\0'));
}

/* "/dev/nst0a" becomes "/dev/st0": a drive has one name for all its modes. */
static void
merge_tape_nodes(char *file)
{
	char *name = file + strlen(DEVICES);
	const size_t length = strlen(file), suffix = strlen(NOT_REWOUND);

	if (strncmp(file, DEVICES, strlen(DEVICES)) != 0)
		return;
	if (strncmp(file, BY_ID, strlen(BY_ID)) == 0) {
		if (length > suffix &&
		    strcmp(file + length - suffix, NOT_REWOUND) == 0)
			file[length - suffix] = '\0';
		return;
	}
	if (name[0] == 'n' && (strncmp(name + 1, "st", 2) == 0 ||
	    strncmp(name + 1, "sa", 2) == 0) && is_drive_number(name + 3))
		memmove(name, name + 1, strlen(name));
	if ((strncmp(name, "st", 2) == 0 || strncmp(name, "sa", 2) == 0) &&
	    is_drive_number(name + 2))
		name[2 + strspn(name + 2, "0123456789")] = '\0';
}

bool
canonical_is_not_rewound(const struct target *target)
{
	const char *file = target->file;
	const char *slash = strrchr(file, '/');
	const size_t length = strlen(file), suffix = strlen(NOT_REWOUND);

	if (strncmp(file, DEVICES, strlen(DEVICES)) != 0)
		return false;
	return strncmp(slash + 1, "nst", 3) == 0 ||
	    strncmp(slash + 1, "nsa", 3) == 0 || (length > suffix &&
	    strcmp(file + length - suffix, NOT_REWOUND) == 0);
}

char *
canonical_name(const struct target *target)
{
	const bool in_home = target->file[0] != '/';
	char host[HOST_BYTES];
	char *name = NULL;
	char *file = calloc(1, strlen(target->file) + 2);

	if (file == NULL || !put_host(target, host)) {
		free(file);
		return NULL;
	}
	put_straight(file, target->file);
	merge_tape_nodes(file);
	const char *user = in_home && target->user != NULL ? target->user : "";
	if (asprintf(&name, "rmt %s:%s%s%s", host, in_home ? "~" : "", user,
	    file) == -1)
		name = NULL;
	free(file);
	return name;
}
