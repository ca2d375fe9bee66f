/* SPDX-License-Identifier: BSD-3-Clause */
#include "bech32.h"

#include <ctype.h>
#include <string.h>

#include <openssl/crypto.h>

#define CHECK 6				/* characters of the checksum */
#define DATA 52				/* of 32 bytes, 5 bits each */

/* The value of a character; -1: none. */
static int
value_of(char c, bool is_upper)
{
	static const char characters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	const char *at;

	if (c == '\0' || (is_upper ? islower((uint8_t)c) : isupper((uint8_t)c)))
		return -1;
	at = strchr(characters, tolower((uint8_t)c));
	return at == NULL ? -1 : (int)(at - characters);
}

static uint32_t
add(uint32_t sum, unsigned int value)
{
	static const uint32_t generator[] = {
		0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3
	};
	const uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (unsigned int i = 0; i < 5; i++)
		if ((top >> i & 1) != 0)
			sum ^= generator[i];
	return sum;
}

static uint32_t
add_prefix(const char *prefix)
{
	uint32_t sum = 1;

	for (const char *p = prefix; *p != '\0'; p++)
		sum = add(sum, (unsigned int)tolower((uint8_t)*p) >> 5);
	sum = add(sum, 0);
	for (const char *p = prefix; *p != '\0'; p++)
		sum = add(sum, (unsigned int)tolower((uint8_t)*p) & 31);
	return sum;
}

/* Groups of 5 bits to bytes.  False if the bits that are left are not 0. */
static bool
regroup(const uint8_t groups[static DATA], uint8_t bytes[static BECH32_BYTES])
{
	uint32_t bits = 0;
	unsigned int count = 0;
	size_t n = 0;

	for (size_t i = 0; i < DATA; i++) {
		bits = (bits << 5 | groups[i]) & 0xfff;
		count += 5;
		if (count >= 8) {
			count -= 8;
			bytes[n++] = (uint8_t)(bits >> count);
		}
	}
	return (bits & ((1u << count) - 1)) == 0;
}

bool
bech32_decode(const char *text, size_t length, const char *prefix,
    uint8_t bytes[static BECH32_BYTES])
{
	const size_t part = strlen(prefix);
	const bool is_upper = isupper((uint8_t)prefix[0]) != 0;
	uint32_t sum = add_prefix(prefix);
	uint8_t groups[DATA + CHECK];
	bool ok = true;

	if (length != part + 1 + DATA + CHECK ||
	    memcmp(text, prefix, part) != 0 || text[part] != '1')
		return false;
	for (size_t i = 0; ok && i < DATA + CHECK; i++) {
		const int value = value_of(text[part + 1 + i], is_upper);
		ok = value != -1;
		groups[i] = (uint8_t)value;
		sum = add(sum, groups[i]);
	}
	ok = ok && sum == 1 && regroup(groups, bytes);
	OPENSSL_cleanse(groups, sizeof(groups));
	return ok;
}
