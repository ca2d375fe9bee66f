/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/xattr_foreign.h"

#include <stdio.h>
#include <string.h>

#include "core/format/acl_list.h"
#include "core/format/xattr_layout.h"

#define VALUE_BYTES_MAX 65536	/* of an attribute, for Linux */

static enum de_status
take_value(const char *name, const void *value, size_t length,
    de_xattr_fn *take, void *arg)
{
	const struct de_xattr xattr = { sizeof(xattr), name, value, length };

	return length <= VALUE_BYTES_MAX ? take(arg, &xattr) : DE_NO_MORE;
}

/* --------------------------------------------------------------------- UFS2 */

enum ufs2_offset {
	UFS2_LENGTH = 0,	/* of the entry, 32 bits */
	UFS2_NAMESPACE = 4,	/* 8 bits, as the next two */
	UFS2_PADDING = 5,	/* after the value */
	UFS2_NAME_LENGTH = 6,
	UFS2_NAME = 7		/* the value begins at a multiple of 8 */
};

#define UFS2_EMPTY 0
#define UFS2_USER 1
#define UFS2_SYSTEM 2

#define UFS2_NAME_ROOM (sizeof("trusted.") + UINT8_MAX)

/* An access control list: a count, and 32 entries of which some are used. */
#define POSIX1E_COUNT_BYTES ((size_t)4)
#define POSIX1E_ENTRY_BYTES ((size_t)12)
enum posix1e_offset {
	POSIX1E_TAG = 0,	/* 32 bits; as on Linux */
	POSIX1E_ID = 4,		/* 32 bits */
	POSIX1E_PERMISSIONS = 8	/* 16 bits */
};

static enum de_status
take_posix1e(const struct dialect *d, const char *name, const uint8_t *value,
    size_t length, de_xattr_fn *take, void *arg)
{
	struct acl_list list;

	if (length < POSIX1E_COUNT_BYTES)
		return DE_NO_MORE;
	const uint32_t count = dialect_get32(d, value);
	if (count > (length - POSIX1E_COUNT_BYTES) / POSIX1E_ENTRY_BYTES)
		return DE_NO_MORE;
	acl_list_begin(&list);
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *entry = value + POSIX1E_COUNT_BYTES +
		    i * POSIX1E_ENTRY_BYTES;
		if (!acl_list_add(&list,
		    dialect_get32(d, entry + POSIX1E_TAG),
		    dialect_get16(d, entry + POSIX1E_PERMISSIONS),
		    dialect_get32(d, entry + POSIX1E_ID)))
			return DE_NO_MORE;
	}
	acl_list_sort(&list);
	return take_value(name, list.bytes, list.length, take, arg);
}

/* `name` is without a prefix. */
static enum de_status
take_ufs2(const struct dialect *d, uint8_t space, const char *name,
    const uint8_t *value, size_t length, de_xattr_fn *take, void *arg)
{
	char full[UFS2_NAME_ROOM];

	if (space == UFS2_EMPTY)
		return DE_OK;
	if (*name == '\0' || (space != UFS2_USER && space != UFS2_SYSTEM))
		return DE_NO_MORE;
	if (space == UFS2_SYSTEM && strcmp(name, "posix1e.acl_access") == 0)
		return take_posix1e(d, ACL_ACCESS_NAME, value, length, take,
		    arg);
	if (space == UFS2_SYSTEM && strcmp(name, "posix1e.acl_default") == 0)
		return take_posix1e(d, ACL_DEFAULT_NAME, value, length, take,
		    arg);
	/* Linux refuses the list of NFSv4, and so it is not lost unnoticed. */
	const char *prefix = space == UFS2_USER ? "user." :
	    strcmp(name, "nfs4.acl") == 0 ? "system." : "trusted.";
	snprintf(full, sizeof(full), "%s%s", prefix, name);
	return take_value(full, value, length, take, arg);
}

/* DE_OK, DE_NO_MORE if it is none, or the result of `take`. */
static enum de_status
take_ufs2_entry(const struct dialect *d, const uint8_t *entry, size_t length,
    de_xattr_fn *take, void *arg)
{
	char name[UINT8_MAX + 1];
	const uint8_t name_length = entry[UFS2_NAME_LENGTH];
	const size_t value = (UFS2_NAME + (size_t)name_length + 7) & ~(size_t)7;
	const size_t padding = entry[UFS2_PADDING];

	if (value > length || padding > length - value)
		return DE_NO_MORE;
	memcpy(name, entry + UFS2_NAME, name_length);
	name[name_length] = '\0';
	if (strlen(name) != name_length)
		return DE_NO_MORE;
	return take_ufs2(d, entry[UFS2_NAMESPACE], name, entry + value,
	    length - value - padding, take, arg);
}

enum de_status
xattr_decode_ufs2(const struct dialect *d, const uint8_t *data, size_t length,
    de_xattr_fn *take, void *arg)
{
	enum de_status result = DE_OK;
	size_t at = 0;

	while (length - at > UFS2_NAME) {
		const uint32_t bytes = dialect_get32(d, data + at);
		if (bytes == 0)
			return result;		/* the rest is not used */
		if (bytes <= UFS2_NAME || bytes > length - at)
			return DE_NO_MORE;
		const enum de_status status = take_ufs2_entry(d, data + at,
		    bytes, take, arg);
		if (status == DE_NO_MORE)
			result = DE_NO_MORE;
		else if (status != DE_OK)
			return status;
		at += bytes;
	}
	return result;
}

/* ---------------------------------------------------------------------- Sun */

enum sun_offset {
	SUN_TYPE = 0,		/* of a list, 32 bits, as the next */
	SUN_SIZE = 4,		/* with these 8 bytes */
	SUN_ENTRIES = 8
};

enum sun_type {
	SUN_END = 0,
	SUN_ACCESS = 1,
	SUN_DEFAULT = 2
};

#define SUN_ENTRY_BYTES ((size_t)12)
enum sun_entry_offset {
	SUN_TAG = 0,		/* 16 bits; as on Linux, */
	SUN_PERMISSIONS = 4,	/* 16 bits */
	SUN_ID = 8		/* 32 bits */
};

#define SUN_TAG_DEFAULT 0x1000u	/* and this, in lists of that type */

static enum de_status
take_sun_list(const struct dialect *d, const char *name,
    const uint8_t *entries, size_t length, de_xattr_fn *take, void *arg)
{
	struct acl_list list;

	acl_list_begin(&list);
	for (size_t at = 0; length - at >= SUN_ENTRY_BYTES;
	    at += SUN_ENTRY_BYTES) {
		const uint8_t *entry = entries + at;
		if (!acl_list_add(&list,
		    dialect_get16(d, entry + SUN_TAG) & ~SUN_TAG_DEFAULT,
		    dialect_get16(d, entry + SUN_PERMISSIONS),
		    dialect_get32(d, entry + SUN_ID)))
			return DE_NO_MORE;
	}
	acl_list_sort(&list);
	return take_value(name, list.bytes, list.length, take, arg);
}

enum de_status
xattr_decode_sun(const struct dialect *d, const uint8_t *data, size_t length,
    de_xattr_fn *take, void *arg)
{
	enum de_status result = DE_OK;

	for (size_t at = 0; length - at >= SUN_ENTRIES; ) {
		const uint32_t type = dialect_get32(d, data + at + SUN_TYPE);
		const uint32_t size = dialect_get32(d, data + at + SUN_SIZE);
		enum de_status status = DE_NO_MORE;
		if (type == SUN_END)
			return result;
		if (size < SUN_ENTRIES || size > length - at)
			return DE_NO_MORE;
		if (type == SUN_ACCESS || type == SUN_DEFAULT)
			status = take_sun_list(d, type == SUN_ACCESS ?
			    ACL_ACCESS_NAME : ACL_DEFAULT_NAME,
			    data + at + SUN_ENTRIES, size - SUN_ENTRIES, take,
			    arg);
		if (status == DE_NO_MORE)
			result = DE_NO_MORE;
		else if (status != DE_OK)
			return status;
		const size_t step = ((size_t)size + 3) & ~(size_t)3;
		at += step < length - at ? step : length - at;
	}
	return result;
}

/* ---------------------------------------------------------------------- Mac */

enum de_status
xattr_decode_mac(enum header_part part, const uint8_t *data, size_t length,
    de_xattr_fn *take, void *arg)
{
	return take_value(part == HEADER_PART_FINDER ?
	    "user.com.apple.FinderInfo" : "user.com.apple.ResourceFork", data,
	    length, take, arg);
}
