/* SPDX-License-Identifier: BSD-3-Clause */
#include "content.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_BYTES 65

/* ------------------------------------------------------------------- texts */

static bool
has(const uint8_t *block, size_t length, size_t at, const char *bytes,
    size_t count)
{
	return at + count <= length && memcmp(block + at, bytes, count) == 0;
}
#define HAS(block, length, at, text) \
	has((block), (length), (at), (text), sizeof(text) - 1)

/*
 * Up to `count` bytes, or up to a byte in `stop` or 0; without trailing blanks.
 */
static void
take_name(const uint8_t *block, size_t length, size_t at, size_t count,
    const char *stop, char name[static NAME_BYTES])
{
	size_t n = 0;

	while (n < count && n < NAME_BYTES - 1 && at + n < length &&
	    block[at + n] != '\0' && strchr(stop, block[at + n]) == NULL) {
		const uint8_t c = block[at + n];
		name[n++] = c < ' ' || c > '~' ? '?' : (char)c;
	}
	while (n > 0 && name[n - 1] == ' ')
		n--;
	name[n] = '\0';
}

static void
describe_as(char text[static CONTENT_BYTES], const char *what, const char *name)
{
	if (name[0] == '\0')
		snprintf(text, CONTENT_BYTES, "%s", what);
	else
		snprintf(text, CONTENT_BYTES, "%s, \"%s\"", what, name);
}

/* ------------------------------------------------------ programs, by labels */

static bool
is_amanda(const uint8_t *block, size_t length, char text[static CONTENT_BYTES])
{
	static const char start[] = "AMANDA: TAPESTART DATE ";
	char name[NAME_BYTES] = "";
	size_t at = sizeof(start) - 1;

	if (!HAS(block, length, 0, "AMANDA: "))
		return false;
	if (has(block, length, 0, start, at)) {
		while (at < length && at < 64 && block[at] != ' ')
			at++;
		if (HAS(block, length, at, " TAPE "))
			take_name(block, length, at + 6, NAME_BYTES, " \n\f",
			    name);
	}
	describe_as(text, "an Amanda tape", name);
	return true;
}

/* Block header, record header, then the volume label. */
#define BAREOS_AT_ID 12
#define BAREOS_AT_LABEL 36
#define BAREOS_AT_NAME 93

static bool
is_bareos(const uint8_t *block, size_t length, char text[static CONTENT_BYTES])
{
	char name[NAME_BYTES] = "";

	if (!HAS(block, length, BAREOS_AT_ID, "BB0"))
		return false;
	const bool bareos = HAS(block, length, BAREOS_AT_LABEL, "Bareos ");
	const bool bacula = HAS(block, length, BAREOS_AT_LABEL, "Bacula ");
	if (bareos || bacula)
		take_name(block, length, BAREOS_AT_NAME, NAME_BYTES, "", name);
	describe_as(text, bareos ? "a Bareos volume" : bacula ?
	    "a Bacula volume" : "a Bareos or Bacula volume", name);
	return true;
}

#define LABEL_LENGTH 80
#define LABEL_AT_SERIAL 4
#define LABEL_SERIAL_BYTES 6
#define LABEL_AT_PROGRAM 24

static bool
is_ansi(const uint8_t *block, size_t length, char text[static CONTENT_BYTES])
{
	char name[NAME_BYTES];

	if (length < LABEL_LENGTH || !HAS(block, length, 0, "VOL1"))
		return false;
	take_name(block, length, LABEL_AT_SERIAL, LABEL_SERIAL_BYTES, "", name);
	describe_as(text, HAS(block, length, LABEL_AT_PROGRAM, "LTFS") ?
	    "an LTFS tape" : "a tape with an ANSI label", name);
	return true;
}

/*
 * Capital letters and digits; anything else becomes a blank or a question mark.
 */
static uint8_t
from_ebcdic(uint8_t c)
{
	if (c >= 0xc1 && c <= 0xc9)
		return (uint8_t)(c - 0xc1 + 'A');
	if (c >= 0xd1 && c <= 0xd9)
		return (uint8_t)(c - 0xd1 + 'J');
	if (c >= 0xe2 && c <= 0xe9)
		return (uint8_t)(c - 0xe2 + 'S');
	if (c >= 0xf0 && c <= 0xf9)
		return (uint8_t)(c - 0xf0 + '0');
	return c == 0x40 ? ' ' : '?';
}

static bool
is_ibm(const uint8_t *block, size_t length, char text[static CONTENT_BYTES])
{
	uint8_t serial[LABEL_SERIAL_BYTES];
	char name[NAME_BYTES];

	if (length < LABEL_LENGTH || !HAS(block, length, 0, "\xe5\xd6\xd3\xf1"))
		return false;
	for (size_t i = 0; i < LABEL_SERIAL_BYTES; i++)
		serial[i] = from_ebcdic(block[LABEL_AT_SERIAL + i]);
	take_name(serial, sizeof(serial), 0, sizeof(serial), "", name);
	describe_as(text, "a tape with an IBM label", name);
	return true;
}

/* ---------------------------------------------------------------- archives */

#define TAR_HEADER 512
#define TAR_NAME 100
#define TAR_AT_SUM 148
#define TAR_SUM_BYTES 8
#define TAR_AT_MAGIC 257

/* For archives older than the magic number. */
static bool
tar_sum_fits(const uint8_t *block)
{
	uint32_t sum = 0, told = 0;
	size_t i = TAR_AT_SUM, digits = 0;

	while (i < TAR_AT_SUM + TAR_SUM_BYTES && block[i] == ' ')
		i++;
	for (; i < TAR_AT_SUM + TAR_SUM_BYTES && block[i] >= '0' &&
	    block[i] <= '7'; i++, digits++)
		told = told * 8 + block[i] - '0';
	for (i = 0; i < TAR_HEADER; i++)
		sum += i >= TAR_AT_SUM && i < TAR_AT_SUM + TAR_SUM_BYTES ?
		    ' ' : block[i];
	return digits > 0 && block[0] != '\0' && sum == told;
}

static bool
is_tar(const uint8_t *block, size_t length, char text[static CONTENT_BYTES])
{
	char name[NAME_BYTES];

	if (length < TAR_HEADER ||
	    (!HAS(block, length, TAR_AT_MAGIC, "ustar") &&
	    !tar_sum_fits(block)))
		return false;
	take_name(block, length, 0, TAR_NAME, "", name);
	describe_as(text, "a tar archive", name);
	return true;
}

/* Four-byte fields from offset 24, in either byte order. */
static bool
is_other_dump(const uint8_t *block, size_t length,
    char text[static CONTENT_BYTES])
{
	static const char magics[][4] = {
		{ 0x6b, '\xea', 0, 0 }, { 0, 0, '\xea', 0x6b },	/* 60011 */
		{ 0, 0, '\xea', 0x6c },				/* 60012 */
		{ 0x19, 0x01, 0x54, 0x19 }, { 0x19, 0x54, 0x01, 0x19 },
	};

	if (HAS(block, length, 24, "\x6c\xea\0\0")) {
		describe_as(text, "part of a dump, or a dump with a damaged "
		    "header", "");
		return true;
	}
	for (size_t i = 0; i < COUNT(magics); i++)
		if (has(block, length, 24, magics[i], sizeof(magics[i]))) {
			describe_as(text, "a dump from another system", "");
			return true;
		}
	return false;
}

static const struct beginning {
	const char *bytes;
	size_t count;
	const char *what;
} beginnings[] = {
#define BEGINS(text, what) { text, sizeof(text) - 1, what }
	BEGINS("070701", "a cpio archive"),
	BEGINS("070702", "a cpio archive"),
	BEGINS("070707", "a cpio archive"),
	BEGINS("\xc7\x71", "a cpio archive"),
	BEGINS("\x71\xc7", "a cpio archive"),
	BEGINS("xFSdump0", "an xfsdump dump"),
	BEGINS("TAPE", "a tape in Microsoft Tape Format (such as Backup "
	    "Exec's)"),
	BEGINS("age-encryption.org/v1\n", "data encrypted by age"),
	BEGINS("\x1f\x8b", "gzip-compressed data"),
	BEGINS("\x28\xb5\x2f\xfd", "zstd-compressed data"),
	BEGINS("\xfd" "7zXZ", "xz-compressed data"),
	BEGINS("BZh", "bzip2-compressed data"),
	BEGINS("\x04\x22\x4d\x18", "lz4-compressed data"),
#undef BEGINS
};

static bool
has_beginning(const uint8_t *block, size_t length,
    char text[static CONTENT_BYTES])
{
	for (size_t i = 0; i < COUNT(beginnings); i++)
		if (has(block, length, 0, beginnings[i].bytes,
		    beginnings[i].count)) {
			describe_as(text, beginnings[i].what, "");
			return true;
		}
	return false;
}

static void
describe_bytes(const uint8_t *block, size_t length,
    char text[static CONTENT_BYTES])
{
	size_t used = (size_t)snprintf(text, CONTENT_BYTES, "data of unknown "
	    "type (beginning with");

	for (size_t i = 0; i < length && i < 8; i++)
		used += (size_t)snprintf(text + used, CONTENT_BYTES - used,
		    " %02x", block[i]);
	snprintf(text + used, CONTENT_BYTES - used, ")");
}

void
content_describe(const uint8_t *block, size_t length,
    char text[static CONTENT_BYTES])
{
	if (!is_amanda(block, length, text) &&
	    !is_bareos(block, length, text) &&
	    !is_ansi(block, length, text) && !is_ibm(block, length, text) &&
	    !is_other_dump(block, length, text) &&
	    !is_tar(block, length, text) &&
	    !has_beginning(block, length, text))
		describe_bytes(block, length, text);
}

uint64_t
content_mark(const uint8_t *block, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325;	/* FNV-1a */

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ block[i]) * 0x100000001b3;
	return hash == 0 ? 1 : hash;
}
