/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/header.h"

#include <string.h>
#include <sys/stat.h>

#include "plugins/common/bytes.h"
#include "core/format/extension.h"
#include "core/format/header_layout.h"
#include "core/format/index_layout.h"

#define FLAG_OF_NOTHING 0x1000u	/* of the inode: an indexed directory */

/*
 * Inode flags that are left out of di_flags, because they describe the layout
 * on disk or mean nothing to Linux.  restore passes di_flags to
 * FS_IOC_SETFLAGS, which refuses all of them if any is unknown.
 */
#define FLAGS_OF_DISK							\
	(0x00002000u |	/* (AFS) */					\
	0x00040000u |	/* huge file: counted in blocks */		\
	0x00200000u |	/* holds an attribute value */		\
	0x00400000u |	/* blocks past the end; permanent once set */	\
	0x0d800000u |	/* (snapshots; two without names) */	\
	FLAG_OF_INLINE_DATA |	/* restore 0.4b49 takes what stands	\
			   in di_db for contents */			\
	0x80000000u)	/* (reserved) */
/* Flags that Linux accepts for directories only. */
#define FLAGS_OF_DIRECTORIES						\
	(0x00010000u |	/* written synchronously */			\
	0x00020000u |	/* top of a hierarchy */			\
	0x20000000u |	/* project id is inherited */			\
	0x40000000u)	/* names ignore case */

/* Truncates if necessary; the last byte stays NUL. */
static void
put_text(uint8_t *block, enum header_offset at, const char *text, size_t room)
{
	const size_t length = strlen(text);
	memcpy(block + at, text, length < room - 1 ? length : room - 1);
}

bool
header_holds_time(const struct de_time *t)
{
	return t->seconds >= 0 && t->seconds <= UINT32_MAX;
}

/*
 * Seconds and *micro*seconds, which restore passes to utimensat() unchecked:
 * with a million or more the file gets the time of the restore.
 */
static void
put_time(uint8_t *block, enum header_offset at, const struct de_time *t)
{
	uint32_t seconds, micro;

	if (t->seconds < 0) {
		seconds = 0;
		micro = 0;
	} else if (t->seconds > UINT32_MAX) {
		seconds = UINT32_MAX;
		micro = 0;
	} else {
		seconds = (uint32_t)t->seconds;
		micro = t->nanoseconds / 1000 % 1000000;
	}
	put32(block + at, seconds);
	put32(block + at + 4, micro);
}

/* restore reads it as a signed number: the top bit must stay clear. */
bool
header_holds_device(uint32_t major, uint32_t minor)
{
	return major <= 0xfff && minor < 0x80000;
}

static uint32_t
encode_device(uint32_t major, uint32_t minor)
{
	return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffu) << 12;
}

/* The date of a dump must stay positive for restore until 2038 is solved. */
static uint32_t
clamp_date(int64_t date)
{
	if (date < 0)
		return 0;
	return date > INT32_MAX ? INT32_MAX : (uint32_t)date;
}

void
header_template_init(struct header_template *t,
    const struct header_identity *id)
{
	memset(t->block, 0, sizeof(t->block));
	put32(t->block + C_DATE, clamp_date(id->date));
	put32(t->block + C_DDATE, clamp_date(id->base_date));
	put32(t->block + C_MAGIC, MAGIC_60012);
	put_text(t->block, C_LABEL, id->label, LABEL_BYTES);
	put32(t->block + C_LEVEL, (uint32_t)id->level);
	put_text(t->block, C_FILESYS, id->filesystem, NAME_BYTES);
	put_text(t->block, C_DEV, id->device, NAME_BYTES);
	put_text(t->block, C_HOST, id->host, NAME_BYTES);
	put32(t->block + C_FLAGS, FLAG_NEWINODEFMT |
	    (id->is_compressed ? FLAG_COMPRESSED : 0));
	put32(t->block + C_NTREC, id->blocking);
}

static void
begin(const struct header_template *t, uint8_t *block, enum header_type type,
    uint32_t inode, uint32_t count)
{
	memcpy(block, t->block, DE_TAPE_BLOCK);
	put32(block + C_TYPE, type);
	put32(block + C_INUMBER, inode);
	put32(block + C_COUNT, count);
}

static void
add_flag(uint8_t *block, uint32_t flag)
{
	put32(block + C_FLAGS, get32(block + C_FLAGS) | flag);
}

static void
put_spare(uint8_t *block, const char *text)
{
	memcpy(block + C_SPARE, text, strlen(text));
}

static bool
has_spare(const uint8_t *block, const char *text)
{
	return memcmp(block + C_SPARE, text, strlen(text)) == 0;
}

void
header_volume(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], uint32_t inode, uint32_t count)
{
	begin(t, block, HEADER_TAPE, inode, count);
	add_flag(block, FLAG_NEWHEADER);
}

void
header_map(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], enum header_type type,
    uint32_t inode, uint32_t map_blocks)
{
	begin(t, block, type, inode, map_blocks);
	put64(block + DI_SIZE, (uint64_t)map_blocks * DE_TAPE_BLOCK);
}

void
header_end(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], uint32_t max_inode,
    enum header_follows follows)
{
	begin(t, block, HEADER_END, max_inode, 0);
	if (follows == HEADER_FOLLOWS_ATTRIBUTES)
		put_spare(block, END_MORE_TEXT);
	else if (follows == HEADER_FOLLOWS_INDEX)
		put_spare(block, END_INDEX_TEXT);
}

void
header_end_pointing(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], uint32_t max_inode,
    const struct header_pointer *pointer)
{
	begin(t, block, HEADER_END, max_inode, 0);
	put_spare(block, END_POINTER_TEXT);
	put64(block + C_SPARE + POINTER_LENGTH, pointer->length);
	memcpy(block + C_SPARE + POINTER_DIGEST, pointer->digest,
	    sizeof(pointer->digest));
	header_set_place(block, pointer->volume, pointer->block);
}

void
header_set_place(uint8_t block[static DE_TAPE_BLOCK], uint32_t volume,
    uint64_t before)
{
	if (!header_is_end(block) || !has_spare(block, END_POINTER_TEXT))
		return;
	put32(block + C_SPARE + POINTER_VOLUME, volume);
	put64(block + C_SPARE + POINTER_BLOCK, before);
}

void
header_index(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], uint32_t root_inode, uint64_t offset,
    uint32_t length)
{
	const uint32_t count = (length + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK;

	begin(t, block, HEADER_INODE, root_inode, count);
	put64(block + DI_SIZE, length);
	memset(block + C_ADDR, 1, count);
	add_flag(block, FLAG_EXTATTRIBUTES);
	put32(block + C_EXTATTRIBUTES, EXT_INDEX);
	put_spare(block, INDEX_RECORD_TEXT);
	put64(block + C_SPARE + RECORD_OFFSET, offset);
}

/*
 * For files and directories only: others make restore -C fail.  restore sets
 * flags only if there are any, so at a level above 0 removed flags would
 * survive: substitute a flag without effect.
 */
static uint32_t
flags_of(const struct header_template *t, const struct de_inode *inode)
{
	uint32_t flags = inode->flags & ~FLAGS_OF_DISK;

	if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode))
		return 0;
	if (S_ISREG(inode->mode))
		flags &= ~FLAGS_OF_DIRECTORIES;
	return flags == 0 && get32(t->block + C_DDATE) != 0 ?
	    FLAG_OF_NOTHING : flags;
}

void
header_inode(const struct header_template *t,
    uint8_t block[static DE_TAPE_BLOCK], enum header_type type,
    const struct de_inode *inode, const struct header_content *content)
{
	begin(t, block, type, inode->number, content->count);
	put16(block + DI_MODE, inode->mode);
	put16(block + DI_NLINK, inode->links > INT16_MAX ? INT16_MAX :
	    (uint16_t)inode->links);
	put16(block + DI_OUID, (uint16_t)inode->uid);
	put16(block + DI_OGID, (uint16_t)inode->gid);
	put64(block + DI_SIZE, content->size);
	put_time(block, DI_ATIME, &inode->atime);
	put_time(block, DI_MTIME, &inode->mtime);
	put_time(block, DI_CTIME, &inode->ctime);
	if (S_ISCHR(inode->mode) || S_ISBLK(inode->mode))
		put32(block + DI_RDEV, encode_device(inode->device_major,
		    inode->device_minor));
	put32(block + DI_FLAGS, flags_of(t, inode));
	put32(block + DI_UID, inode->uid);
	put32(block + DI_GID, inode->gid);
	extension_put(block, inode);
	if (content->count > 0)
		memcpy(block + C_ADDR, content->addrs, content->count);
	if (content->attributes) {
		add_flag(block, FLAG_EXTATTRIBUTES);
		put32(block + C_EXTATTRIBUTES, EXT_XATTR);
	}
}

static uint32_t
sum_of_words(const uint8_t *block)
{
	uint32_t sum = 0;

	for (size_t at = 0; at < DE_TAPE_BLOCK; at += sizeof(sum))
		sum += get32(block + at);
	return sum;
}

static void
put_checksum(uint8_t *block)
{
	put32(block + C_CHECKSUM, 0);
	put32(block + C_CHECKSUM, CHECKSUM - sum_of_words(block));
}

void
header_set_blocking(uint8_t block[static DE_TAPE_BLOCK], uint32_t blocking)
{
	put32(block + C_NTREC, blocking);
	put_checksum(block);
}

void
header_set_compressed(uint8_t block[static DE_TAPE_BLOCK], bool is_compressed)
{
	const uint32_t flags = get32(block + C_FLAGS) & ~FLAG_COMPRESSED;

	put32(block + C_FLAGS, flags | (is_compressed ? FLAG_COMPRESSED : 0));
	put_checksum(block);
}

void
header_stamp(uint8_t block[static DE_TAPE_BLOCK],
    const struct header_position *at)
{
	put32(block + C_VOLUME, at->volume);
	put32(block + C_TAPEA, at->tapea);
	put32(block + C_FIRSTREC, at->first_record);
	put_checksum(block);
}

uint32_t
header_get_inode(const uint8_t block[static DE_TAPE_BLOCK])
{
	return get32(block + C_INUMBER);
}

bool
header_is_attributes(const uint8_t block[static DE_TAPE_BLOCK])
{
	return (get32(block + C_FLAGS) & FLAG_EXTATTRIBUTES) != 0;
}

uint32_t
header_get_end_mark(const uint8_t block[static DE_TAPE_BLOCK])
{
	return get32(block + C_SPARE);
}

bool
header_is_end(const uint8_t block[static DE_TAPE_BLOCK])
{
	return get32(block + C_TYPE) == HEADER_END;
}

bool
header_is_inode(const uint8_t block[static DE_TAPE_BLOCK])
{
	return get32(block + C_TYPE) == HEADER_INODE;
}

bool
header_begins_index(const uint8_t block[static DE_TAPE_BLOCK])
{
	return header_is_inode(block) &&
	    get32(block + C_EXTATTRIBUTES) == EXT_INDEX &&
	    get64(block + C_SPARE + RECORD_OFFSET) == 0;
}

uint32_t
header_get_data_blocks(const uint8_t block[static DE_TAPE_BLOCK])
{
	const uint32_t count = get32(block + C_COUNT);
	uint32_t present = 0;

	switch (get32(block + C_TYPE)) {
	case HEADER_CLRI:
	case HEADER_BITS:
		return count;
	case HEADER_INODE:
	case HEADER_ADDR:
		for (uint32_t i = 0; i < count && i < HEADER_ADDRS; i++)
			present += block[C_ADDR + i] != 0;
		return present;
	default:
		return 0;
	}
}
