/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/dirblock_decode.h"

#include <string.h>
#include <sys/stat.h>

#include "core/format/dirblock_layout.h"

#define KIB 1024
#define CHUNK 512		/* in which a directory is packed, at least */
#define ALIGNMENT 4
#define TYPE_WHITEOUT 14

#define V7_ENTRY 16
#define V7_NAME 2
#define V7_NAME_BYTES (V7_ENTRY - V7_NAME)

/* An entry, taken apart but not checked further than its length. */
struct raw_entry {
	const uint8_t *bytes;
	uint32_t inode;
	size_t length;
	uint8_t type;
	uint16_t name_length;
	bool is_valid;		/* its name lies within it */
};

/*
 * Old dialects have a name length of 16 bits and no type.  Written on a
 * little-endian machine, it stands where others have the type, and the length
 * of those is 0, which cannot be.
 */
static bool
is_old_form(const struct dialect *d, const struct raw_entry *e)
{
	const size_t length = e->bytes[ENTRY_TYPE];
	const uint8_t *name = e->bytes + ENTRY_NAME;

	return !d->big_endian && e->bytes[ENTRY_NAME_LENGTH] == 0 &&
	    length < e->length - ENTRY_NAME &&
	    memchr(name, '\0', length + 1) == name + length;
}

static void
get_type_and_name_length(const struct dialect *d, struct raw_entry *e)
{
	const bool is_old = is_old_form(d, e);

	e->type = is_old ? 0 : e->bytes[ENTRY_TYPE];
	e->name_length = e->bytes[is_old ? ENTRY_TYPE : ENTRY_NAME_LENGTH];
}

/* False: no entry can be here, and so nothing after it can be found. */
static bool
get_entry(const struct dialect *d, const uint8_t *bytes, size_t left,
    struct raw_entry *e)
{
	if (left < ENTRY_NAME)
		return false;
	e->bytes = bytes;
	e->inode = dialect_get32(d, bytes + ENTRY_INODE);
	e->length = dialect_get16(d, bytes + ENTRY_LENGTH);
	if (e->length < ENTRY_NAME || e->length > left ||
	    e->length % ALIGNMENT != 0)
		return false;
	get_type_and_name_length(d, e);
	e->is_valid = e->name_length > 0 &&
	    e->name_length <= e->length - ENTRY_NAME;
	return true;
}

/* The S_IFMT bits of a type that there is; else 0. */
static uint16_t
mode_of(uint8_t type)
{
	const uint16_t mode = (uint16_t)(type << 12);

	return type < 16 && (S_ISREG(mode) || S_ISDIR(mode) ||
	    S_ISLNK(mode) || S_ISCHR(mode) || S_ISBLK(mode) ||
	    S_ISFIFO(mode) || S_ISSOCK(mode)) ? mode : 0;
}

/* Is it an empty entry with the original name of the one before it? */
static bool
get_original(const struct dialect *d, const struct raw_entry *e,
    const struct raw_entry *before, struct dirblock_entry *entry)
{
	const uint8_t *bytes = e->bytes;

	if (d->family != DIALECT_LINUX || d->big_endian || e->inode != 0 ||
	    e->length < ORIGINAL_NAME || memcmp(bytes + ORIGINAL_MAGIC,
	    ORIGINAL_MAGIC_TEXT, strlen(ORIGINAL_MAGIC_TEXT)) != 0 ||
	    dialect_get32(d, bytes + ORIGINAL_INODE) != before->inode)
		return false;
	const uint8_t length = bytes[ORIGINAL_LENGTH];
	if (length == 0 || length > e->length - ORIGINAL_NAME)
		return false;
	entry->name = (const char *)bytes + ORIGINAL_NAME;
	entry->length = length;
	return true;
}

/* One entry of a KiB; `next` is NULL if there is none after it. */
static enum de_status
take_entry(const struct dialect *d, const struct raw_entry *e,
    const struct raw_entry *next, dirblock_entry_fn *take, void *arg)
{
	struct dirblock_entry entry = {
		.inode = e->inode,
		.type = mode_of(e->type),
		.length = e->name_length,
		.name = (const char *)e->bytes + ENTRY_NAME
	};

	if (e->inode == 0 || !e->is_valid || e->type == TYPE_WHITEOUT)
		return DE_OK;
	if (next != NULL)
		get_original(d, next, e, &entry);
	return take(arg, &entry);
}

static bool
is_zero(const uint8_t *bytes, size_t length)
{
	return length == 0 || (bytes[0] == 0 &&
	    memcmp(bytes, bytes + 1, length - 1) == 0);
}

/* Do entries fill it to its end? */
static bool
is_whole(const struct dialect *d, const uint8_t *bytes, size_t length)
{
	struct raw_entry e;

	for (size_t at = 0; at < length; at += e.length)
		if (!get_entry(d, bytes + at, length - at, &e))
			return false;
	return true;
}

/*
 * No entry is at `at`.  Where do they go on?  At the next chunk of 512 bytes,
 * if one can begin there; chunks of 1024 exist, too.  What is left may also be
 * a hole or padding, which is no damage.
 */
static size_t
resume_at(const struct dialect *d, const uint8_t *kib, size_t length,
    size_t at, bool *is_mangled)
{
	const size_t chunk_end = at < CHUNK && length > CHUNK ? CHUNK : length;

	if (!is_zero(kib + at, chunk_end - at))
		*is_mangled = true;
	if (chunk_end < length &&
	    is_whole(d, kib + chunk_end, length - chunk_end))
		return chunk_end;
	if (chunk_end < length &&
	    !is_zero(kib + chunk_end, length - chunk_end))
		*is_mangled = true;
	return length;
}

static enum de_status
decode_kib(const struct dialect *d, const uint8_t *kib, size_t length,
    dirblock_entry_fn *take, void *arg, bool *is_mangled)
{
	struct raw_entry e, next;
	size_t at = 0;

	while (at < length) {
		if (!get_entry(d, kib + at, length - at, &e)) {
			at = resume_at(d, kib, length, at, is_mangled);
			continue;
		}
		at += e.length;
		if (e.inode != 0 && !e.is_valid)
			*is_mangled = true;
		const bool has_next = at < length &&
		    get_entry(d, kib + at, length - at, &next);
		const enum de_status status = take_entry(d, &e,
		    has_next ? &next : NULL, take, arg);
		if (status != DE_OK)
			return status;
	}
	return DE_OK;
}

/* Entries of 16 bytes, in which a name of 14 has no NUL. */
static enum de_status
decode_v7(const struct dialect *d, const uint8_t *data, size_t length,
    dirblock_entry_fn *take, void *arg)
{
	for (size_t at = 0; at + V7_ENTRY <= length; at += V7_ENTRY) {
		const char *name = (const char *)data + at + V7_NAME;
		const struct dirblock_entry entry = {
			.inode = dialect_get16(d, data + at),
			.length = (uint16_t)strnlen(name, V7_NAME_BYTES),
			.name = name
		};
		if (entry.inode == 0 || entry.length == 0)
			continue;
		const enum de_status status = take(arg, &entry);
		if (status != DE_OK)
			return status;
	}
	return DE_OK;
}

/* Has each entry of 16 bytes zeros after its name? */
static bool
has_old_entries(const struct dialect *d, const uint8_t *data, size_t length)
{
	for (size_t at = 0; at + V7_ENTRY <= length; at += V7_ENTRY) {
		const uint8_t *name = data + at + V7_NAME;
		const size_t n = strnlen((const char *)name, V7_NAME_BYTES);
		if (dialect_get16(d, data + at) != 0 &&
		    !is_zero(name + n, V7_NAME_BYTES - n))
			return false;
	}
	return true;
}

/*
 * For some time, the old directories were on filesystems with the new inodes.
 * Entries of 16 bytes do not fill a chunk as the new ones do.
 */
static bool
is_of_v7(const struct dialect *d, const uint8_t *data, size_t length)
{
	if (d->family == DIALECT_4BSD_FFS)
		return !is_whole(d, data, length < CHUNK ? length : CHUNK) &&
		    has_old_entries(d, data, length);
	return d->family == DIALECT_V7 || d->family == DIALECT_4BSD;
}

enum de_status
dirblock_decode(const struct dialect *d, const uint8_t *data, size_t length,
    dirblock_entry_fn *take, void *arg, uint64_t *mangled)
{
	enum de_status status = DE_OK;

	if (is_of_v7(d, data, length))
		return decode_v7(d, data, length, take, arg);
	for (size_t at = 0; at < length && status == DE_OK; at += KIB) {
		bool is_mangled = false;
		status = decode_kib(d, data + at,
		    length - at < KIB ? length - at : KIB, take, arg,
		    &is_mangled);
		*mangled += is_mangled;
	}
	return status;
}
