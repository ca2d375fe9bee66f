/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/operator/restore_command.h"

#include <dumpengine/plugin.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Enough for "4294967295". */
#define NUMBER_BYTES 11
/* Enough for "9223372036854775807". */
#define INT64_BYTES 20

/* restore -M appends these numbers itself: PREFIX001, ... PREFIX1000. */
static size_t
number_format(uint32_t volume, char number[static NUMBER_BYTES])
{
	return (size_t)snprintf(number, NUMBER_BYTES, "%03" PRIu32, volume);
}

/* Length of the name before the volume number; 0 if it does not end with it. */
static size_t
prefix_length(const char *name, uint32_t volume)
{
	char number[NUMBER_BYTES];
	const size_t digits = number_format(volume, number);
	const size_t length = strlen(name);

	if (length <= digits || strcmp(name + length - digits, number) != 0)
		return 0;
	return length - digits;
}

void
restore_command_note(struct restore_command *c,
    const struct message_volume *volume)
{
	if (c->volumes == 0) {
		snprintf(c->first, sizeof(c->first), "%s", volume->medium);
		c->properties = volume->properties;
		c->is_filtered = volume->is_filtered && !volume->is_compressed;
		if (volume->tape_file > 0)
			c->tape_file = volume->tape_file;
	}
	const size_t prefix = prefix_length(volume->medium, volume->number);
	if (prefix == 0 || prefix != prefix_length(c->first, 1) ||
	    strncmp(volume->medium, c->first, prefix) != 0)
		c->counts_differently = true;
	if (volume->number > c->volumes)
		c->volumes = volume->number;
}

/* Append text, quoted for a shell.  Returns the end. */
static char *
quote(char *to, const char *text, size_t length)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";

	if (strspn(text, plain) >= length && length > 0) {
		memcpy(to, text, length);
		return to + length;
	}
	*to++ = '\'';
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\'') {
			memcpy(to, "'\\'", 3);
			to += 3;
		}
		*to++ = text[i];
	}
	*to++ = '\'';
	return to;
}

char *
restore_command_name(const char *name)
{
	struct stat st;
	char path[MESSAGE_NAME_BYTES];
	char *here = NULL;
	int length = -1;

	if (name[0] != '/' && stat(name, &st) == 0 && S_ISREG(st.st_mode) &&
	    (here = getcwd(NULL, 0)) != NULL)
		length = snprintf(path, sizeof(path), "%s/%s", here, name);
	free(here);
	return strdup(length > 0 && (size_t)length < sizeof(path) ? path :
	    name);
}

void
restore_command_format(const struct restore_command *c, uint32_t blocking,
    char text[static RESTORE_COMMAND_BYTES])
{
	const bool is_stream = (c->properties & DE_MEDIUM_ONCE) != 0 &&
	    (c->properties & DE_MEDIUM_STREAMS) == 0;
	const bool is_counted = c->volumes > 1 && !c->counts_differently;
	char size[NUMBER_BYTES + sizeof(" -b ")] = "";
	char place[INT64_BYTES + sizeof(" -s ")] = "";
	char *name = is_stream ? strdup("-") : restore_command_name(c->first);

	text[0] = '\0';
	if (c->volumes == 0 || name == NULL)
		goto done;
	if (blocking > RESTORE_BLOCKING_MAX && !c->is_filtered)
		snprintf(size, sizeof(size), " -b %" PRIu32, blocking);
	/* restore counts from 1. */
	if (c->tape_file > 0)
		snprintf(place, sizeof(place), " -s %" PRIu64,
		    (uint64_t)c->tape_file + 1);
	int length = snprintf(text, RESTORE_COMMAND_BYTES,
	    "%srestore -r%s%s%s -f ", c->is_filtered ? "dumpengine-" : "",
	    is_counted ? " -M" : "", size, place);
	const size_t prefix = is_counted ? prefix_length(name, 1) : 0;
	*quote(text + length, name, prefix > 0 ? prefix : strlen(name)) = '\0';
done:
	free(name);
}
