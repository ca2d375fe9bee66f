/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/dialect.h"

#include <stdio.h>
#include <string.h>

#include "core/format/header_layout.h"
#include "plugins/common/bytes.h"

#define HEADER_BYTES 1024	/* of all but V7's */
#define TPBSIZE_UNIT 1024
#define FOLLOWED 8		/* headers, one after the other */
#define TYPE_OF_VOLUME 1	/* HEADER_TAPE */

struct family {
	enum dialect_family family;
	const char *name;
	const char *text;
};

static const struct family families[] = {
	{ DIALECT_LINUX, "linux", "Linux dump" },
	{ DIALECT_LINUX_OLD, "linux-old", "Linux dump before 0.4b30" },
	{ DIALECT_44BSD, "4.4bsd", "4.4BSD dump" },
	{ DIALECT_42BSD, "4.2bsd", "4.2BSD or 4.3BSD dump" },
	{ DIALECT_UFS2, "ufs2", "FreeBSD or UFS2 dump" },
	{ DIALECT_SUN, "sun", "Sun ufsdump" },
	{ DIALECT_SUN_MTB, "sun-mtb", "Sun ufsdump, large blocks" },
	{ DIALECT_NETAPP, "netapp", "NetApp dump" },
	{ DIALECT_4BSD, "4bsd", "dump before 4.2BSD" },
	{ DIALECT_4BSD_FFS, "4bsd-ffs",
	  "dump before 4.2BSD, fast filesystem" },
	{ DIALECT_V7, "v7", "V7 dump" },
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

uint16_t
dialect_get16(const struct dialect *d, const uint8_t *p)
{
	const uint16_t little = get16(p);
	return d->big_endian ? __builtin_bswap16(little) : little;
}

uint32_t
dialect_get32(const struct dialect *d, const uint8_t *p)
{
	if (d->family == DIALECT_V7)
		return (uint32_t)get16(p) << 16 | get16(p + 2);
	const uint32_t little = get32(p);
	return d->big_endian ? __builtin_bswap32(little) : little;
}

uint64_t
dialect_get64(const struct dialect *d, const uint8_t *p)
{
	if (d->family == DIALECT_V7)
		return (uint64_t)dialect_get32(d, p) << 32 |
		    dialect_get32(d, p + 4);
	const uint64_t little = get64(p);
	return d->big_endian ? __builtin_bswap64(little) : little;
}

/*
 * Of little-endian words.  All but few blocks have that size: a loop of known
 * length is several times as fast.
 */
static uint32_t
sum_of_header(const uint8_t block[static HEADER_BYTES])
{
	uint32_t sum = 0;

	for (size_t at = 0; at < HEADER_BYTES; at += 4)
		sum += get32(block + at);
	return sum;
}

static uint32_t
sum_of_swapped_header(const uint8_t block[static HEADER_BYTES])
{
	uint32_t sum = 0;

	for (size_t at = 0; at < HEADER_BYTES; at += 4)
		sum += __builtin_bswap32(get32(block + at));
	return sum;
}

/* Of 32-bit words in the dialect's byte order; V7: of 16-bit ones. */
static uint32_t
sum_of_words(const struct dialect *d, const uint8_t *block)
{
	uint32_t sum = 0;

	if (d->family == DIALECT_V7) {
		for (size_t at = 0; at < d->block_size; at += 2)
			sum += get16(block + at);
	} else if (d->block_size < HEADER_BYTES) {
		for (size_t at = 0; at < d->block_size; at += 4)
			sum += dialect_get32(d, block + at);
	} else {
		for (size_t at = 0; at < d->block_size; at += HEADER_BYTES)
			sum += d->big_endian ?
			    sum_of_swapped_header(block + at) :
			    sum_of_header(block + at);
	}
	return sum;
}

bool
dialect_checksum_is_right(const struct dialect *d, const uint8_t *block)
{
	const uint32_t sum = sum_of_words(d, block);

	return d->family == DIALECT_V7 ? (uint16_t)sum == (uint16_t)CHECKSUM :
	    sum == CHECKSUM;
}

/* ------------------------------------------------- which 60012, by its signs */

static uint32_t
field(const struct dialect *d, const uint8_t *block, enum header_offset at)
{
	return dialect_get32(d, block + at);
}

static bool
has_text(const uint8_t *block, enum header_offset at, const char *part)
{
	char text[NAME_BYTES + 1];

	memcpy(text, block + at, NAME_BYTES);
	text[NAME_BYTES] = '\0';
	return strstr(text, part) != NULL;
}

/* Without control characters, up to its NUL; "" is, too. */
static bool
is_text(const uint8_t *text)
{
	for (size_t i = 0; i < NAME_BYTES && text[i] != '\0'; i++)
		if (text[i] < ' ' || text[i] == 0x7f)
			return false;
	return true;
}

/*
 * 4.2BSD has nothing behind c_addr, and leaves there what was in memory.  Later
 * ones say in the volume header that they have more.
 */
static bool
has_more_fields(const struct dialect *d, const uint8_t *block)
{
	const uint32_t flags = field(d, block, C_FLAGS);

	if ((flags & ~FLAGS_KNOWN) != 0 || !is_text(block + C_DEV) ||
	    !is_text(block + C_HOST))
		return false;
	return (flags & (FLAG_NEWHEADER | FLAG_NEWINODEFMT)) != 0 ||
	    (block[C_DEV] != '\0' && block[C_HOST] != '\0');
}

/* The devices that SunOS 5 has; SunOS 4 has those of 4.3BSD. */
static bool
is_of_sun(const struct dialect *d, const uint8_t *block)
{
	return has_text(block, C_DEV, "/rdsk/") ||
	    has_text(block, C_DEV, "/dev/dsk/") ||
	    (field(d, block, C_FLAGS) & FLAG_SUN_INCREMENTAL) != 0;
}

static bool
is_of_netapp(const struct dialect *d, const uint8_t *block)
{
	static const char *const devices[] = { "hourly.", "nightly.",
	    "weekly.", "snapshot_for_backup." };

	if (!d->big_endian)
		return false;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (has_text(block, C_DEV, devices[i]))
			return true;
	return strncmp((const char *)block + C_FILESYS, "/vol/", 5) == 0;
}

static bool
has_device_of_linux(const uint8_t *block)
{
	static const char *const devices[] = { "/dev/hd", "/dev/sd", "/dev/md",
	    "/dev/fd", "/dev/ida/", "/dev/rd/", "/dev/loop" };

	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (strncmp((const char *)block + C_DEV, devices[i],
		    strlen(devices[i])) == 0)
			return true;
	return false;
}

/* Only Linux has c_ntrec; the OpenBSD family has a date there. */
static bool
has_ntrec(const struct dialect *d, const uint8_t *block)
{
	const uint32_t ntrec = field(d, block, C_NTREC);

	return ntrec >= 1 && ntrec <= NTREC_MAX;
}

/* The list of the volumes' first inodes, which Linux and Sun have. */
static bool
has_inos(const struct dialect *d, const uint8_t *block)
{
	return field(d, block, C_TYPE) == 1 && field(d, block, C_ADDR) == 0 &&
	    field(d, block, C_ADDR + 4) == 2;
}

/* doc/stream-format.md, "Which 60012" */
static enum dialect_family
family_of_60012(const struct dialect *d, const uint8_t *block)
{
	const uint32_t flags = field(d, block, C_FLAGS);
	const bool is_new = (flags & FLAG_NEWINODEFMT) != 0;

	if (!has_more_fields(d, block))
		return DIALECT_42BSD;
	if ((flags & FLAG_COMPRESSED) != 0 && has_ntrec(d, block))
		return is_new ? DIALECT_LINUX : DIALECT_LINUX_OLD;
	if (is_new && has_ntrec(d, block))
		return DIALECT_LINUX;
	if (is_of_sun(d, block) || (is_new && has_inos(d, block)))
		return DIALECT_SUN;
	if (is_of_netapp(d, block))
		return DIALECT_NETAPP;
	if (is_new)
		return DIALECT_44BSD;
	if (has_ntrec(d, block) || has_device_of_linux(block))
		return DIALECT_LINUX_OLD;
	return d->big_endian ? DIALECT_SUN : DIALECT_LINUX_OLD;
}

/* --------------------------------------------------------------- by the magic */

static bool
find_family(struct dialect *d, const uint8_t *block)
{
	switch (dialect_get32(d, block + C_MAGIC)) {
	case MAGIC_60011:
		d->family = DIALECT_4BSD;
		return true;
	case MAGIC_60012:
		d->family = family_of_60012(d, block);
		return true;
	case MAGIC_60013:
		d->family = DIALECT_SUN_MTB;
		return true;
	case MAGIC_UFS2:
		d->family = DIALECT_UFS2;
		return true;
	default:
		return false;
	}
}

static bool
is_block_size(uint32_t size)
{
	return size != 0 && size % TPBSIZE_UNIT == 0 &&
	    size <= DIALECT_BLOCK_MAX;
}

/*
 * Of the size that the dialect says, or of one of the two that 60011 has: with
 * the larger one the checksum of a smaller block includes the next, so it comes
 * first.
 */
static bool
find_block_size(struct dialect *d, const uint8_t *bytes, size_t length)
{
	const bool is_old = d->family == DIALECT_4BSD ||
	    d->family == DIALECT_V7;

	d->block_size = HEADER_BYTES;
	if (d->family == DIALECT_SUN_MTB)
		d->block_size = dialect_get32(d, bytes + SUN_TPBSIZE);
	if (is_block_size(d->block_size) && d->block_size <= length &&
	    dialect_checksum_is_right(d, bytes))
		return true;
	d->block_size = DIALECT_BLOCK_MIN;
	return is_old && dialect_checksum_is_right(d, bytes);
}

/* How many headers there are, each where the one before it ends; a few do. */
static unsigned int
count_headers(const struct dialect *d, const uint8_t *bytes, size_t length,
    size_t count_at)
{
	unsigned int found = 0;
	size_t at = 0;

	while (found < FOLLOWED && length - at >= HEADER_BYTES &&
	    field(d, bytes + at, C_MAGIC) == MAGIC_60011 &&
	    dialect_checksum_is_right(d, bytes + at)) {
		const uint32_t type = field(d, bytes + at, C_TYPE);
		/* That of a volume says nothing of use. */
		const size_t blocks = 1 + (type == TYPE_OF_VOLUME ? 0 :
		    (size_t)dialect_get32(d, bytes + at + count_at));
		found++;
		if (blocks > (length - at) / HEADER_BYTES)
			break;
		at += blocks * HEADER_BYTES;
	}
	return found;
}

/* The two have their counts at different places: those that lead somewhere. */
static enum dialect_family
family_of_60011(const struct dialect *d, const uint8_t *bytes, size_t length)
{
	return count_headers(d, bytes, length, C_COUNT) >
	    count_headers(d, bytes, length, BSD4_COUNT) ?
	    DIALECT_4BSD_FFS : DIALECT_4BSD;
}

static bool
recognise_in_order(struct dialect *d, bool big_endian, const uint8_t *bytes,
    size_t length)
{
	*d = (struct dialect){ .family = DIALECT_LINUX,
	    .big_endian = big_endian };
	if (length < HEADER_BYTES &&
	    dialect_get32(d, bytes + C_MAGIC) != MAGIC_60011)
		return false;
	if (!find_family(d, bytes) || !find_block_size(d, bytes, length))
		return false;
	if (d->family == DIALECT_4BSD && d->block_size == HEADER_BYTES)
		d->family = family_of_60011(d, bytes, length);
	d->compressed = (d->family == DIALECT_LINUX ||
	    d->family == DIALECT_LINUX_OLD) &&
	    (field(d, bytes, C_FLAGS) & FLAG_COMPRESSED) != 0;
	return true;
}

static bool
recognise_v7(struct dialect *d, const uint8_t *bytes, size_t length)
{
	*d = (struct dialect){ .family = DIALECT_V7 };
	return get16(bytes + V7_MAGIC) == MAGIC_60011 &&
	    find_block_size(d, bytes, length);
}

bool
dialect_recognise(struct dialect *d, const uint8_t *bytes, size_t length)
{
	return length >= DIALECT_BLOCK_MIN &&
	    (recognise_in_order(d, false, bytes, length) ||
	    recognise_in_order(d, true, bytes, length) ||
	    recognise_v7(d, bytes, length));
}

bool
dialect_search(struct dialect *d, const uint8_t *bytes, size_t length,
    size_t *at)
{
	for (*at = 0; length - *at >= DIALECT_BLOCK_MIN;
	    *at += DIALECT_BLOCK_MIN)
		if (dialect_recognise(d, bytes + *at, length - *at))
			return true;
	return false;
}

uint32_t
dialect_magic(const struct dialect *d)
{
	switch (d->family) {
	case DIALECT_UFS2:
		return MAGIC_UFS2;
	case DIALECT_SUN_MTB:
		return MAGIC_60013;
	case DIALECT_4BSD:
	case DIALECT_4BSD_FFS:
	case DIALECT_V7:
		return MAGIC_60011;
	default:
		return MAGIC_60012;
	}
}

/* ------------------------------------------------------------- by their names */

void
dialect_describe(const struct dialect *d,
    char text[static DIALECT_TEXT_BYTES])
{
	const char *what = "dump";

	for (size_t i = 0; i < FAMILIES; i++)
		if (families[i].family == d->family)
			what = families[i].text;
	snprintf(text, DIALECT_TEXT_BYTES, "%s, %s%s%s", what,
	    d->family == DIALECT_V7 ? "PDP-11" :
	    d->big_endian ? "big-endian" : "little-endian",
	    d->compressed ? ", compressed" : "",
	    d->swapped_halves ? ", halves of sizes swapped" : "");
}

bool
dialect_force(struct dialect *d, const char *name)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		if (strcmp(families[i].name, name) != 0)
			continue;
		struct dialect forced = *d;
		forced.family = families[i].family;
		if (dialect_magic(&forced) != dialect_magic(d))
			return false;
		*d = forced;
		return true;
	}
	return false;
}
