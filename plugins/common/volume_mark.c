/* SPDX-License-Identifier: BSD-3-Clause */
#include "volume_mark.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGINNING "dumpengine-volume 1 "
#define SEARCHED 4096

static uint32_t
hash(const char *text, size_t length)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < length; i++)
		h = (h ^ (uint8_t)text[i]) * 16777619u;
	return h;
}

static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

static void
encode_label(const char *label, char text[static 3 * LABEL_BYTES])
{
	char *to = text;

	for (size_t i = 0; i < LABEL_BYTES - 2 && label[i] != '\0'; i++)
		if (is_plain(label[i]))
			*to++ = label[i];
		else
			to += sprintf(to, "%%%02X", (uint8_t)label[i]);
	if (to == text)
		*to++ = '%';
	*to = '\0';
}

void
volume_mark_format(const struct de_volume *volume, int64_t base_date,
    char text[static VOLUME_MARK_BYTES])
{
	char label[3 * LABEL_BYTES];

	encode_label(volume->label == NULL ? "" : volume->label, label);
	const int length = snprintf(text, VOLUME_MARK_BYTES, BEGINNING "%"
	    PRId64 " %" PRId64 " %" PRIu32 " %" PRIu32 " %s ", volume->date,
	    base_date, volume->level, volume->number, label);
	snprintf(text + length, VOLUME_MARK_BYTES - (size_t)length, "%08" PRIx32,
	    hash(text, (size_t)length));
}

static bool
decode_label(const char *text, struct label *label)
{
	size_t n = 0;

	if (strcmp(text, "%") == 0)
		text++;
	for (; *text != '\0'; n++) {
		unsigned int c = (uint8_t)*text++;
		if (n == LABEL_BYTES - 1)
			return false;
		if (c == '%' && sscanf(text, "%2x", &c) == 1 &&
		    isxdigit((uint8_t)text[0]) && isxdigit((uint8_t)text[1]))
			text += 2;
		else if (!is_plain((char)c))
			return false;
		label->label[n] = c < ' ' || c > '~' ? '?' : (char)c;
	}
	label->label[n] = '\0';
	return true;
}

static bool
parse(const char *text, struct label *label)
{
	const char *check = strrchr(text, ' ');
	char name[3 * LABEL_BYTES + 1], found[9];
	int64_t date, base;
	uint32_t level, volume;
	int end = 0;

	if (check == NULL)
		return false;
	snprintf(found, sizeof(found), "%08" PRIx32, hash(text,
	    (size_t)(check + 1 - text)));
	if (strcmp(check + 1, found) != 0 ||
	    sscanf(text, BEGINNING "%" SCNd64 " %" SCNd64 " %" SCNu32 " %"
	    SCNu32 " %51s%n", &date, &base, &level, &volume, name, &end) != 5 ||
	    text + end != check || level > INT32_MAX)
		return false;
	*label = (struct label){
		.date = date,
		.base_date = base,
		.volume = volume,
		.level = (int32_t)level,
		.filesystem = "?",
		.device = "?",
		.host = "?",
	};
	return decode_label(name, label);
}

/* The line that begins there; false if it does not end in time. */
static bool
take_line(const uint8_t *bytes, size_t length,
    char text[static VOLUME_MARK_BYTES])
{
	size_t n = 0;

	while (n < length && n < VOLUME_MARK_BYTES - 1 && bytes[n] >= ' ' &&
	    bytes[n] <= '~') {
		text[n] = (char)bytes[n];
		n++;
	}
	text[n] = '\0';
	return n < length && bytes[n] == '\n';
}

bool
volume_mark_find(const uint8_t *bytes, size_t length, struct label *label)
{
	const size_t part = strlen(BEGINNING);
	char text[VOLUME_MARK_BYTES];

	if (length > SEARCHED)
		length = SEARCHED;
	for (size_t i = 0; i + part < length; i++)
		if (bytes[i] == BEGINNING[0] &&
		    memcmp(bytes + i, BEGINNING, part) == 0 &&
		    take_line(bytes + i, length - i, text) &&
		    parse(text, label))
			return true;
	return false;
}
