/* SPDX-License-Identifier: BSD-3-Clause */
#include "base64.h"

#include <string.h>

static const char characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(const uint8_t *bytes, size_t length, char *text)
{
	uint32_t bits = 0;
	unsigned int count = 0;

	for (size_t i = 0; i < length; i++) {
		bits = (bits << 8 | bytes[i]) & 0xffff;
		for (count += 8; count >= 6; count -= 6)
			*text++ = characters[bits >> (count - 6) & 63];
	}
	if (count > 0)
		*text = characters[bits << (6 - count) & 63];
}

bool
base64_decode(const char *text, size_t length, uint8_t *bytes, size_t *count)
{
	uint32_t bits = 0;
	unsigned int have = 0;

	*count = 0;
	if (length % 4 == 1)
		return false;
	for (size_t i = 0; i < length; i++) {
		const char *at = text[i] == '\0' ? NULL :
		    strchr(characters, text[i]);
		if (at == NULL)
			return false;
		bits = (bits << 6 | (uint32_t)(at - characters)) & 0x3fff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			bytes[(*count)++] = (uint8_t)(bits >> have);
		}
	}
	return (bits & ((1u << have) - 1)) == 0;
}
