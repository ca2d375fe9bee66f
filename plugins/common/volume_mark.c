/* SPDX-License-Identifier: BSD-3-Clause */
#include "volume_mark.h"

#include <ctype.h>
#include <errno.h>
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

static int
hex_digit(char c)
{
	const char *digits = "0123456789ABCDEF";
	const char *found = c == '\0' ? NULL : strchr(digits, c);

	return found == NULL ? -1 : (int)(found - digits);
}

/* Bytes that are not printable become question marks. */
static bool
decode_label(const char *text, size_t length, struct label *label)
{
	size_t n = 0;

	if (length == 1 && *text == '%')
		length = 0;
	for (size_t i = 0; i < length; i++, n++) {
		int c = (uint8_t)text[i];
		if (n == LABEL_BYTES - 1)
			return false;
		if (c == '%' && length - i > 2) {
			const int high = hex_digit(text[++i]);
			const int low = hex_digit(text[++i]);
			if (high < 0 || low < 0)
				return false;
			c = high << 4 | low;
		} else if (!is_plain((char)c)) {
			return false;
		}
		label->label[n] = c < ' ' || c > '~' ? '?' : (char)c;
	}
	label->label[n] = '\0';
	return true;
}

/* Decimal digits, perhaps behind a minus, and a space; moves behind them. */
static bool
take_number(const char **text, int64_t min, int64_t max, int64_t *number)
{
	char *end;

	if (!isdigit((uint8_t)**text) && **text != '-')
		return false;
	errno = 0;
	const long long value = strtoll(*text, &end, 10);
	if (errno != 0 || end == *text || *end != ' ' || value < min ||
	    value > max)
		return false;
	*number = value;
	*text = end + 1;
	return true;
}

static bool
parse(const char *text, struct label *label)
{
	const char *check = strrchr(text, ' ');
	int64_t date, base, level, volume;
	char found[9];

	if (check == NULL)
		return false;
	snprintf(found, sizeof(found), "%08" PRIx32, hash(text,
	    (size_t)(check + 1 - text)));
	text += strlen(BEGINNING);
	if (strcmp(check + 1, found) != 0 || text > check ||
	    !take_number(&text, INT64_MIN, INT64_MAX, &date) ||
	    !take_number(&text, INT64_MIN, INT64_MAX, &base) ||
	    !take_number(&text, 0, INT32_MAX, &level) ||
	    !take_number(&text, 0, UINT32_MAX, &volume) || text >= check)
		return false;
	*label = (struct label){
		.date = date,
		.base_date = base,
		.volume = (uint32_t)volume,
		.level = (int32_t)level,
		.filesystem = "?",
		.device = "?",
		.host = "?",
	};
	return decode_label(text, (size_t)(check - text), label);
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
	char text[VOLUME_MARK_BYTES] = "";

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
