/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE_BYTES 4		/* \xNN */

size_t
utf8_character(const char *text, size_t left, uint32_t *character)
{
	/* The first character of each length. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	const size_t length = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 :
	    p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf8 ? 4 : 0;

	if (length == 0 || length > left)
		return 0;
	uint32_t c = length == 1 ? p[0] : p[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*character = c;
	return length;
}

bool
utf8_is_printable(uint32_t character)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x0000, 0x001f }, { 0x007f, 0x009f },	/* controls */
		{ 0x00ad, 0x00ad },			/* soft hyphen */
		{ 0x061c, 0x061c },			/* direction */
		{ 0x180e, 0x180e },
		{ 0x200b, 0x200f },			/* width 0, direction */
		{ 0x2028, 0x202e },			/* lines, direction */
		{ 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
		{ 0xfffe, 0xffff },
		{ 0xe0000, 0xe007f },			/* tags */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (character >= ranges[i].first && character <= ranges[i].last)
			return false;
	return true;
}

void
utf8_make_printable(char *text, size_t length)
{
	uint32_t character;

	for (size_t i = 0; i < length;) {
		const size_t n = utf8_character(text + i, length - i,
		    &character);
		if (n == 0 || !utf8_is_printable(character))
			memset(text + i, '?', n == 0 ? 1 : n);
		i += n == 0 ? 1 : n;
	}
}

char *
utf8_escape(const char *text)
{
	const size_t length = strlen(text);
	char *escaped = calloc(length + 1, ESCAPE_BYTES);
	char *to = escaped;
	uint32_t character;

	if (escaped == NULL)
		return NULL;
	for (size_t i = 0; i < length;) {
		const size_t n = utf8_character(text + i, length - i,
		    &character);
		if (n > 0 && text[i] != '\\') {
			memcpy(to, text + i, n);
			to += n;
			i += n;
		} else {
			to += sprintf(to, "\\x%02x",
			    (unsigned int)(unsigned char)text[i++]);
		}
	}
	*to = '\0';
	return escaped;
}
