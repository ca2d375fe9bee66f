/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/dialect.h"

#include <string.h>

#define TAR_BLOCK 512
#define TAR_CHECKSUM 148	/* octal digits, of the bytes with blanks here */
#define TAR_CHECKSUM_BYTES 8

/* Bytes by which something is known. */
struct sign {
	const char *bytes;
	size_t length;
	size_t at;
	const char *text;
};

#define SIGN(bytes, at, text) { bytes, sizeof(bytes) - 1, at, text }

/* The longer and surer ones first. */
static const struct sign signs[] = {
	SIGN("495115637697\n", 0, "a QFA file of dump; give the dump itself, "
	    "and this file with -Q"),
	SIGN("age-encryption.org/v1", 0, "encrypted with age; decrypt it "
	    "first, with age -d"),
	SIGN("AMANDA: ", 0, "a file of Amanda; read it with amfetchdump, or "
	    "take off its first 32 KiB: dd bs=32k skip=1"),
	SIGN("!<arch>\n", 0, "an ar archive; read it with ar"),
	SIGN("btrfs-stream", 0, "a stream of btrfs send; read it with btrfs "
	    "receive"),
	SIGN("\xac\xcb\xba\xf5\x02\0\0\0", 8, "a stream of zfs send; read it "
	    "with zfs receive"),
	SIGN("\0\0\0\x02\xf5\xba\xcb\xac", 8, "a stream of zfs send; read it "
	    "with zfs receive"),
	SIGN("xFSdump0", 0, "a dump of XFS; read it with xfsrestore"),
	SIGN("ustar", 257, "a tar archive; read it with tar"),
	SIGN("\xfd" "7zXZ\0", 0, "compressed with xz; unpack it first, with "
	    "xz -dc"),
	SIGN("070701", 0, "a cpio archive; read it with cpio"),
	SIGN("070702", 0, "a cpio archive; read it with cpio"),
	SIGN("070707", 0, "a cpio archive; read it with cpio"),
	SIGN("7z\xbc\xaf\x27\x1c", 0, "a 7-Zip archive; read it with 7z"),
	SIGN("BB02", 12, "a volume of Bacula or Bareos; read it with bextract"),
	SIGN("\x01\xb3\xa1\x13\x22", 0, "a dump of an AFS volume; read it with "
	    "vos restore"),
	SIGN("TAPE\0\0", 0, "an NT backup (MTF); read it with mtftar"),
	SIGN("\x28\xb5\x2f\xfd", 0, "compressed with zstd; unpack it first, "
	    "with zstd -dc"),
	SIGN("\x04\x22\x4d\x18", 0, "compressed with lz4; unpack it first, "
	    "with lz4 -dc"),
	SIGN("\x89LZO", 0, "compressed with lzop; unpack it first, with "
	    "lzop -dc"),
	SIGN("LZIP", 0, "compressed with lzip; unpack it first, with lzip -dc"),
	SIGN("PK\3\4", 0, "a ZIP archive; read it with unzip"),
	SIGN("\xde\x12\x04\x95", 0, "a GNU message catalogue, not a backup"),
	SIGN("\x95\x04\x12\xde", 0, "a GNU message catalogue, not a backup"),
	SIGN("\x7f" "ELF", 0, "a program, not a backup"),
	SIGN("\x09\0\x6b\xea", 0, "a backup of AIX; read it with the restore "
	    "of AIX"),
	SIGN("\x09\0\x6c\xea", 0, "a packed backup of AIX; read it with the "
	    "restore of AIX"),
	SIGN("BZh", 0, "compressed with bzip2; unpack it first, with bzip2 "
	    "-dc"),
	SIGN("\x1f\x8b", 0, "compressed with gzip; unpack it first, with gzip "
	    "-dc"),
	SIGN("\x1f\x9d", 0, "compressed with compress; unpack it first, with "
	    "gzip -dc"),
	SIGN("\xc7\x71", 0, "a cpio archive; read it with cpio"),
	SIGN("\x71\xc7", 0, "a cpio archive; read it with cpio"),
	SIGN("\x53\xef", 1080, "an ext2, ext3 or ext4 filesystem, not a dump "
	    "of one; mount it"),
	SIGN("XFSB", 0, "an XFS filesystem, not a dump of one; mount it"),
};

static bool
has_sign(const struct sign *s, const uint8_t *bytes, size_t length)
{
	return s->at + s->length <= length &&
	    memcmp(bytes + s->at, s->bytes, s->length) == 0;
}

/* -1: not a number */
static long
octal(const uint8_t *text, size_t length)
{
	long value = 0;
	size_t at = 0;

	while (at < length && text[at] == ' ')
		at++;
	if (at == length || text[at] < '0' || text[at] > '7')
		return -1;
	for (; at < length && text[at] >= '0' && text[at] <= '7'; at++)
		value = value * 8 + (text[at] - '0');
	return value;
}

/* tar had no magic number at first, but always a checksum. */
static bool
is_old_tar(const uint8_t *bytes, size_t length)
{
	long sum = (long)TAR_CHECKSUM_BYTES * ' ';

	if (length < TAR_BLOCK || bytes[0] == '\0')
		return false;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		if (i < TAR_CHECKSUM || i >= TAR_CHECKSUM + TAR_CHECKSUM_BYTES)
			sum += bytes[i];
	return sum == octal(bytes + TAR_CHECKSUM, TAR_CHECKSUM_BYTES);
}

const char *
dialect_foreign(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (has_sign(&signs[i], bytes, length))
			return signs[i].text;
	return is_old_tar(bytes, length) ?
	    "a tar archive; read it with tar" : NULL;
}
