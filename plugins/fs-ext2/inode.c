/* SPDX-License-Identifier: BSD-3-Clause */
#include "inode.h"

#include <errno.h>
#include <sys/stat.h>

#include "checksum.h"

/* Field offsets not in inode.h. */
#define UID_AT 2
#define SIZE_AT 4
#define ATIME_AT 8
#define CTIME_AT 12
#define MTIME_AT 16
#define GID_AT 24
#define SECTORS_AT 28
#define GENERATION_AT 100
#define XATTR_BLOCK_AT 104
#define SIZE_HIGH_AT 108
#define SECTORS_HIGH_AT 116
#define XATTR_BLOCK_HIGH_AT 118
#define UID_HIGH_AT 120
#define GID_HIGH_AT 122
#define CHECKSUM_AT 124
#define EXTRA_SIZE_AT 128
#define CHECKSUM_HIGH_AT 130
#define CTIME_EXTRA_AT 132
#define MTIME_EXTRA_AT 136
#define ATIME_EXTRA_AT 140
#define BIRTH_TIME_AT 144
#define BIRTH_TIME_EXTRA_AT 148
#define PROJECT_AT 156

/*
 * The region with both halves of the checksum; 128-byte inodes have only one.
 */
#define CHECKED_AT 120
#define CHECKED_BYTES 16

#define XATTR_MAGIC 0xEA020000u
#define EXTENT_MAGIC 0xF30A

/* The end of the extra fields that the inode has. */
static size_t
fields_end(const struct ext2 *e, const uint8_t *raw)
{
	if (e->inode_size < INODE_FIXED_BYTES + 4)
		return INODE_FIXED_BYTES;
	const size_t extra = get16(raw + EXTRA_SIZE_AT);
	if (extra % 4 != 0 || extra > e->inode_size - INODE_FIXED_BYTES)
		return INODE_FIXED_BYTES;
	return INODE_FIXED_BYTES + extra;
}

static bool
has_field(const struct ext2 *e, const uint8_t *raw, size_t at, size_t bytes)
{
	return at + bytes <= fields_end(e, raw);
}

uint64_t
inode_length(const struct ext2 *e, const uint8_t *raw)
{
	const uint64_t low = get32(raw + SIZE_AT);

	if (S_ISREG(inode_mode(raw)) ||
	    (S_ISDIR(inode_mode(raw)) && e->has_large_directories))
		return (uint64_t)get32(raw + SIZE_HIGH_AT) << 32 | low;
	return low;
}

/* i_blocks counts 512-byte units, or filesystem blocks for huge files. */
uint64_t
inode_sectors(const struct ext2 *e, const uint8_t *raw)
{
	uint64_t count = get32(raw + SECTORS_AT);

	if (!e->has_huge_files)
		return count;
	count |= (uint64_t)get16(raw + SECTORS_HIGH_AT) << 32;
	if ((inode_flags(raw) & EXT4_HUGE_FILE_FL) != 0)
		count *= e->block_size / 512;
	return count;
}

uint64_t
inode_xattr_block(const struct ext2 *e, const uint8_t *raw)
{
	uint64_t block = get32(raw + XATTR_BLOCK_AT);

	if (e->has_64bit)
		block |= (uint64_t)get16(raw + XATTR_BLOCK_HIGH_AT) << 32;
	return block;
}

size_t
inode_xattrs_at(const struct ext2 *e, const uint8_t *raw)
{
	const size_t end = fields_end(e, raw);

	/* The magic number and the zero that ends the list. */
	if (end == INODE_FIXED_BYTES || e->inode_size - end < 8 ||
	    get32(raw + end) != XATTR_MAGIC)
		return e->inode_size;
	return end + 4;
}

uint32_t
inode_seed(const struct ext2 *e, const struct native *inode)
{
	uint8_t number[4];

	put32(number, inode->number);
	return checksum(checksum(e->seed, number, sizeof(number)),
	    inode->raw + GENERATION_AT, 4);
}

static bool
has_wide_checksum(const struct ext2 *e, const uint8_t *raw)
{
	return e->inode_size > INODE_FIXED_BYTES &&
	    get16(raw + EXTRA_SIZE_AT) >= CHECKSUM_HIGH_AT + 2 -
	    INODE_FIXED_BYTES;
}

/* The seed of an inode's checksum, and the region that holds the checksum. */
struct checked {
	uint8_t seed[8];
	uint8_t holder[CHECKED_BYTES];
};

/* The checksum field itself counts as zeros. */
static void
prepare(const struct ext2 *e, const struct native *inode, struct checked *c)
{
	const uint8_t *raw = inode->raw;
	const size_t bytes = e->inode_size > INODE_FIXED_BYTES ?
	    CHECKED_BYTES : CHECKED_BYTES / 2;

	put32(c->seed, inode->number);
	memcpy(c->seed + 4, raw + GENERATION_AT, 4);
	memcpy(c->holder, raw + CHECKED_AT, bytes);
	put16(c->holder + (CHECKSUM_AT - CHECKED_AT), 0);
	if (has_wide_checksum(e, raw))
		put16(c->holder + (CHECKSUM_HIGH_AT - CHECKED_AT), 0);
}

static bool
is_right(const struct ext2 *e, const uint8_t *raw, uint32_t crc)
{
	const uint32_t low = get16(raw + CHECKSUM_AT);

	if (!has_wide_checksum(e, raw))
		return low == (crc & 0xffff);
	return crc == ((uint32_t)get16(raw + CHECKSUM_HIGH_AT) << 16 | low);
}

/* The inode size is a power of 2.  Unused lanes repeat the last inode. */
unsigned int
inode_check(const struct ext2 *e, const struct native *first, uint32_t count)
{
	struct checked c[INODES_CHECKED];
	const uint8_t *raw[INODES_CHECKED], *seed[INODES_CHECKED],
	    *holder[INODES_CHECKED], *rest[INODES_CHECKED];
	uint32_t crc[INODES_CHECKED];
	const size_t end = e->inode_size > INODE_FIXED_BYTES ?
	    CHECKED_AT + CHECKED_BYTES : INODE_FIXED_BYTES;
	unsigned int right = 0;

	if (!e->has_checksums)
		return (1u << INODES_CHECKED) - 1;
	for (unsigned int i = 0; i < INODES_CHECKED; i++) {
		const uint32_t n = i < count ? i : count - 1;
		const struct native inode = { first->number + n,
		    first->raw + n * e->inode_size };
		prepare(e, &inode, &c[i]);
		crc[i] = e->seed;
		raw[i] = inode.raw;
		seed[i] = c[i].seed;
		holder[i] = c[i].holder;
		rest[i] = inode.raw + end;
	}
	checksum_lanes(crc, seed, sizeof(c->seed));
	checksum_lanes(crc, raw, CHECKED_AT);
	checksum_lanes(crc, holder, end - CHECKED_AT);
	checksum_lanes(crc, rest, e->inode_size - end);
	for (unsigned int i = 0; i < INODES_CHECKED; i++)
		right |= (unsigned int)is_right(e, raw[i], crc[i]) << i;
	return right;
}

/* Is it larger than its kind of map can address? */
static bool
is_too_long(const struct ext2 *e, const uint8_t *raw)
{
	const uint64_t pointers = e->block_size / 4;
	uint64_t blocks = 12 + pointers + pointers * pointers +
	    pointers * pointers * pointers;

	if ((inode_flags(raw) & EXT4_EXTENTS_FL) != 0 || blocks > UINT32_MAX)
		blocks = UINT64_C(1) << 32;
	return inode_length(e, raw) > blocks * e->block_size;
}

const char *
inode_damage(const struct ext2 *e, const uint8_t *raw)
{
	const uint16_t mode = inode_mode(raw);
	const bool has_blocks = S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode);

	if (!has_blocks && !S_ISCHR(mode) && !S_ISBLK(mode) &&
	    !S_ISFIFO(mode) && !S_ISSOCK(mode))
		return "its mode has an unknown file type";
	if (!has_blocks)
		return NULL;
	if ((inode_flags(raw) & (EXT4_EXTENTS_FL | EXT4_INLINE_DATA_FL)) ==
	    EXT4_EXTENTS_FL && get16(inode_block(raw)) != EXTENT_MAGIC)
		return "its extent tree has no root";
	if (is_too_long(e, raw))
		return "its size exceeds the maximum of a file";
	return NULL;
}

bool
inode_is_own(const struct ext2 *e, uint32_t number)
{
	if (number > e->hidden_last || number == EXT2_ROOT_INO)
		return false;
	for (size_t i = 0; i < sizeof(e->hidden) / sizeof(e->hidden[0]); i++)
		if (number == e->hidden[i])
			return true;
	return false;
}

bool
inode_is_hidden(const struct ext2 *e, const struct native *inode)
{
	if (inode->number == EXT2_ROOT_INO)
		return false;
	return inode->number < e->first_inode ||
	    (inode_flags(inode->raw) & EXT4_EA_INODE_FL) != 0 ||
	    inode_is_own(e, inode->number);
}

/* Two bits of the extra word extend the seconds, 30 are nanoseconds. */
static struct de_time
get_time(const struct ext2 *e, const uint8_t *raw, size_t at, size_t extra_at)
{
	struct de_time t = { .seconds = (int32_t)get32(raw + at) };

	if (has_field(e, raw, extra_at, 4)) {
		const uint32_t extra = get32(raw + extra_at);
		t.seconds += (int64_t)(extra & 3) << 32;
		t.nanoseconds = extra >> 2;
		if (t.nanoseconds >= 1000000000)
			t.nanoseconds = 0;
	}
	return t;
}

static bool
has_birth_time(const struct ext2 *e, const uint8_t *raw)
{
	return has_field(e, raw, BIRTH_TIME_AT, 4) &&
	    get32(raw + BIRTH_TIME_AT) != 0;
}

/*
 * Old device numbers have 8 + 8 bits in the first word, new ones 32 in the
 * second.
 */
static void
set_device(const uint8_t *raw, struct de_inode *out)
{
	const uint32_t old_form = get32(inode_block(raw));
	const uint32_t new_form = get32(inode_block(raw) + 4);

	if (old_form != 0) {
		out->device_major = old_form >> 8 & 0xff;
		out->device_minor = old_form & 0xff;
	} else {
		out->device_major = new_form >> 8 & 0xfff;
		out->device_minor = (new_form & 0xff) |
		    (new_form >> 12 & 0xfff00);
	}
}

static bool
has_xattrs(const struct ext2 *e, const uint8_t *raw)
{
	const size_t at = inode_xattrs_at(e, raw);

	return inode_xattr_block(e, raw) != 0 ||
	    (at < e->inode_size && get32(raw + at) != 0);
}

static uint32_t
properties_of(const struct ext2 *e, const uint8_t *raw)
{
	return (has_xattrs(e, raw) ? DE_INODE_HAS_XATTRS : 0) |
	    (has_birth_time(e, raw) ? DE_INODE_HAS_BIRTH_TIME : 0);
}

void
inode_convert(const struct ext2 *e, const struct native *inode,
    struct de_inode *out)
{
	const uint8_t *raw = inode->raw;
	const uint16_t mode = inode_mode(raw);

	out->number = inode->number;
	out->mode = mode;
	out->links = inode_links(raw);
	out->uid = (uint32_t)get16(raw + UID_HIGH_AT) << 16 |
	    get16(raw + UID_AT);
	out->gid = (uint32_t)get16(raw + GID_HIGH_AT) << 16 |
	    get16(raw + GID_AT);
	if (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode))
		out->size = inode_length(e, raw);
	out->allocated = inode_sectors(e, raw) * 512;
	out->atime = get_time(e, raw, ATIME_AT, ATIME_EXTRA_AT);
	out->mtime = get_time(e, raw, MTIME_AT, MTIME_EXTRA_AT);
	out->ctime = get_time(e, raw, CTIME_AT, CTIME_EXTRA_AT);
	if (has_birth_time(e, raw))
		out->birth_time = get_time(e, raw, BIRTH_TIME_AT,
		    BIRTH_TIME_EXTRA_AT);
	if (S_ISCHR(mode) || S_ISBLK(mode))
		set_device(raw, out);
	out->flags = inode_flags(raw);
	out->generation = get32(raw + GENERATION_AT);
	if (e->has_projects && has_field(e, raw, PROJECT_AT, 4))
		out->project = get32(raw + PROJECT_AT);
	out->properties = properties_of(e, raw);
	out->native = inode;
}

struct de_brief
inode_brief(const struct ext2 *e, const struct native *inode)
{
	const uint8_t *raw = inode->raw;
	const uint16_t mode = inode_mode(raw);

	return (struct de_brief){
		.number = inode->number,
		.flags = inode_flags(raw),
		.size = S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode) ?
		    inode_length(e, raw) : 0,
		.allocated = inode_sectors(e, raw) * 512,
		.ctime = get_time(e, raw, CTIME_AT, CTIME_EXTRA_AT).seconds,
		.properties = properties_of(e, raw),
		.mode = mode,
	};
}

const char *
inode_load(const struct ext2 *e, uint32_t number, uint8_t *raw)
{
	struct de_read_error error = { .struct_size = sizeof(error) };
	uint64_t table;

	if (number == 0 || number > e->inodes)
		return "no such inode";
	const uint32_t group = (number - 1) / e->inodes_per_group;
	const uint64_t at = (uint64_t)((number - 1) % e->inodes_per_group) *
	    e->inode_size;
	table = ext2fs_inode_table_loc(e->fs, group);
	if (table < e->first_block || table >= e->blocks)
		return "its inode table is outside the filesystem";
	if (device_read(e->bytes, table * e->block_size + at, raw,
	    e->inode_size, &error) != DE_OK)
		return strerror(error.error);
	return NULL;
}
