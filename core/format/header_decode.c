/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/header_decode.h"

#include <string.h>
#include <sys/stat.h>

#include "core/format/header_inode.h"
#include "core/format/header_layout.h"
#include "core/format/index_layout.h"
#include "plugins/common/bytes.h"

#define INODES_MAX (UINT64_C(1) << 32)

/* ------------------------------------------------------------ where things are */

static bool
is_v7(const struct dialect *d)
{
	return d->family == DIALECT_V7;
}

static bool
is_60011(const struct dialect *d)
{
	return d->family == DIALECT_V7 || d->family == DIALECT_4BSD ||
	    d->family == DIALECT_4BSD_FFS;
}

bool
header_has_magic(const struct dialect *d, const uint8_t *block)
{
	return is_v7(d) ? dialect_get16(d, block + V7_MAGIC) == MAGIC_60011 :
	    dialect_get32(d, block + C_MAGIC) == dialect_magic(d);
}

/* One flipped byte, or some next to each other, spoil one of these at most. */
bool
header_resembles_volume(const struct dialect *d, const uint8_t *block,
    int64_t date, int64_t base_date, uint32_t volume)
{
	const int right = header_has_magic(d, block) +
	    (dialect_get32(d, block + C_TYPE) == HEADER_TAPE) +
	    (dialect_get32(d, block + C_DATE) == (uint32_t)date) +
	    (dialect_get32(d, block + C_DDATE) == (uint32_t)base_date) +
	    (dialect_get32(d, block + C_VOLUME) == volume);

	return d->family == DIALECT_LINUX && right >= 4;
}

static size_t
addrs_at(const struct dialect *d)
{
	if (is_v7(d))
		return V7_ADDR;
	return d->family == DIALECT_4BSD ? BSD4_ADDR : C_ADDR;
}

/* How many fit into the block. */
static uint32_t
addrs_room(const struct dialect *d)
{
	const uint32_t room = d->block_size - (uint32_t)addrs_at(d);

	return room < HEADER_ADDRS ? room : HEADER_ADDRS;
}

/* ---------------------------------------------------------- what all have */

static void
get_60012(const struct dialect *d, const uint8_t *block, struct header *h)
{
	h->type = dialect_get32(d, block + C_TYPE);
	h->date = dialect_get32(d, block + C_DATE);
	h->base_date = dialect_get32(d, block + C_DDATE);
	h->volume = dialect_get32(d, block + C_VOLUME);
	h->tapea = dialect_get32(d, block + C_TAPEA);
	h->inode = dialect_get32(d, block + C_INUMBER);
	h->count = dialect_get32(d, block + C_COUNT);
	if (d->family == DIALECT_42BSD || is_60011(d))
		return;		/* which have none of the following */
	h->flags = dialect_get32(d, block + C_FLAGS);
	h->first_record = dialect_get32(d, block + C_FIRSTREC);
}

/* The dates were unsigned in 32 bits; these have 64. */
static void
get_ufs2(const struct dialect *d, const uint8_t *block, struct header *h)
{
	get_60012(d, block, h);
	h->date = (int64_t)dialect_get64(d, block + UFS2_DATE);
	h->base_date = (int64_t)dialect_get64(d, block + UFS2_DDATE);
	h->tapea = dialect_get64(d, block + UFS2_TAPEA);
	h->first_record = dialect_get64(d, block + UFS2_FIRSTREC);
}

static void
get_4bsd(const struct dialect *d, const uint8_t *block, struct header *h)
{
	h->type = dialect_get32(d, block + C_TYPE);
	h->date = dialect_get32(d, block + C_DATE);
	h->base_date = dialect_get32(d, block + C_DDATE);
	h->volume = dialect_get32(d, block + C_VOLUME);
	h->tapea = dialect_get32(d, block + C_TAPEA);
	h->inode = dialect_get16(d, block + C_INUMBER);
	h->count = dialect_get32(d, block + BSD4_COUNT);
}

static void
get_v7(const struct dialect *d, const uint8_t *block, struct header *h)
{
	h->type = dialect_get16(d, block + V7_TYPE);
	h->date = dialect_get32(d, block + V7_DATE);
	h->base_date = dialect_get32(d, block + V7_DDATE);
	h->volume = dialect_get16(d, block + V7_VOLUME);
	h->tapea = dialect_get32(d, block + V7_TAPEA);
	h->inode = dialect_get16(d, block + V7_INUMBER);
	h->count = dialect_get16(d, block + V7_COUNT);
}

static void
get_text(char *text, const uint8_t *block, enum header_offset at,
    size_t length)
{
	memcpy(text, block + at, length);
	text[length] = '\0';
}

/* Not if the place is taken by an access control list. */
static void
get_names(const struct dialect *d, const uint8_t *block, struct header *h)
{
	if (is_60011(d) || d->family == DIALECT_42BSD)
		return;
	get_text(h->label, block, C_LABEL, LABEL_BYTES);
	if (h->list != NULL)
		return;
	h->level = (int32_t)dialect_get32(d, block + C_LEVEL);
	get_text(h->filesystem, block, C_FILESYS, NAME_BYTES);
	get_text(h->device, block, C_DEV, NAME_BYTES);
	get_text(h->host, block, C_HOST, NAME_BYTES);
}

static void
get_blocking(const struct dialect *d, const uint8_t *block, struct header *h)
{
	if (d->family != DIALECT_LINUX && d->family != DIALECT_LINUX_OLD)
		return;
	h->blocking = dialect_get32(d, block + C_NTREC);
	if (h->blocking > NTREC_MAX)
		h->blocking = 0;
}

static void
get_stream_part(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	switch (d->family) {
	case DIALECT_V7:
		get_v7(d, block, h);
		break;
	case DIALECT_4BSD:
		get_4bsd(d, block, h);
		break;
	case DIALECT_UFS2:
		get_ufs2(d, block, h);
		break;
	default:
		get_60012(d, block, h);
		break;
	}
	get_blocking(d, block, h);
	h->addrs = block + addrs_at(d);
}

/* ------------------------------------------------------------ may that be? */

static bool
is_possible(const struct dialect *d, const struct header *h)
{
	switch (h->type) {
	case HEADER_INODE:
	case HEADER_ADDR:
		return h->count <= addrs_room(d);
	case HEADER_CLRI:
	case HEADER_BITS:
		return h->count <= INODES_MAX / 8 / d->block_size + 1;
	case HEADER_TAPE:
	case HEADER_END:
		return true;
	case HEADER_END_OF_MEDIUM:
		return d->family == DIALECT_SUN ||
		    d->family == DIALECT_SUN_MTB;
	default:
		return false;
	}
}

/* Sun goes on with an inode in the volume header itself. */
static bool
continues_inode(const struct dialect *d, const struct header *h)
{
	return (d->family == DIALECT_SUN || d->family == DIALECT_SUN_MTB) &&
	    h->type == HEADER_TAPE && h->volume > 1 && h->count >= 1 &&
	    h->count <= HEADER_ADDRS && h->meta.mode != 0 &&
	    (h->flags & FLAG_NEWINODEFMT) == 0;
}

/* ------------------------------------------- ours: what is behind the end */

static bool
has_spare(const uint8_t *block, const char *text)
{
	return memcmp(block + C_SPARE, text, strlen(text)) == 0;
}

static void
get_pointer(const uint8_t *spare, struct header_pointer *pointer)
{
	pointer->volume = get32(spare + POINTER_VOLUME);
	pointer->block = get64(spare + POINTER_BLOCK);
	pointer->length = get64(spare + POINTER_LENGTH);
	memcpy(pointer->digest, spare + POINTER_DIGEST,
	    sizeof(pointer->digest));
}

static void
get_end(const uint8_t *block, struct header *h)
{
	if (has_spare(block, END_MORE_TEXT))
		h->follows = HEADER_FOLLOWS_ATTRIBUTES;
	else if (has_spare(block, END_INDEX_TEXT))
		h->follows = HEADER_FOLLOWS_INDEX;
	h->has_pointer = has_spare(block, END_POINTER_TEXT);
	if (h->has_pointer)
		get_pointer(block + C_SPARE, &h->pointer);
}

static void
get_index_record(const uint8_t *block, struct header *h)
{
	h->part = HEADER_PART_INDEX;
	h->index_offset = get64(block + C_SPARE + RECORD_OFFSET);
}

static void
get_what_is_ours(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	if (d->family != DIALECT_LINUX || d->big_endian)
		return;
	if (h->type == HEADER_END)
		get_end(block, h);
	else if (h->type == HEADER_INODE && h->part == HEADER_PART_UNKNOWN &&
	    dialect_get32(d, block + C_EXTATTRIBUTES) == EXT_INDEX &&
	    has_spare(block, INDEX_RECORD_TEXT))
		get_index_record(block, h);
}

/* ---------------------------------------------------------- the inode part */

/* The seven types of POSIX; everything else has no place on Linux. */
static bool
is_posix(uint16_t mode)
{
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode) ||
	    S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) ||
	    S_ISSOCK(mode);
}

static void
get_inode_part(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	switch (d->family) {
	case DIALECT_LINUX:
	case DIALECT_LINUX_OLD:
		header_inode_linux(d, block, h);
		break;
	case DIALECT_44BSD:
	case DIALECT_42BSD:
	case DIALECT_4BSD_FFS:
		header_inode_bsd(d, block, h);
		break;
	case DIALECT_UFS2:
		header_inode_ufs2(d, block, h);
		break;
	case DIALECT_SUN:
	case DIALECT_SUN_MTB:
		header_inode_sun(d, block, h);
		break;
	case DIALECT_NETAPP:
		header_inode_netapp(d, block, h);
		break;
	case DIALECT_4BSD:
		header_inode_old(d, block + BSD4_INODE, h);
		break;
	case DIALECT_V7:
		header_inode_old(d, block + V7_INODE, h);
		break;
	}
	h->is_hidden = h->is_attribute || !is_posix(h->meta.mode);
}

bool
header_decode(const struct dialect *d, const uint8_t *block,
    struct header *h)
{
	memset(h, 0, sizeof(*h));
	if (!header_has_magic(d, block) || !dialect_checksum_is_right(d, block))
		return false;
	get_stream_part(d, block, h);
	if (!is_possible(d, h))
		return false;
	h->meta.struct_size = sizeof(h->meta);
	h->meta.number = h->inode;
	get_inode_part(d, block, h);
	get_names(d, block, h);
	h->continues = continues_inode(d, h);
	get_what_is_ours(d, block, h);
	return true;
}

/*
 * Once seen to be swapped, all sizes of the stream are.
 */
bool
header_is_size_swapped(const struct header *root)
{
	const uint64_t size = root->meta.size;
	const uint64_t swapped = size << 32 | size >> 32;

	return S_ISDIR(root->meta.mode) && size > HEADER_DIRECTORY_MAX &&
	    swapped != 0 && swapped <= HEADER_DIRECTORY_MAX;
}

/* --------------------------------------------------------------------- runs */

#define CODE_IS_DATA 0x01u
#define CODE_LENGTH_SHIFT 1
#define CODE_LENGTH_MASK 0x3fu
#define CODE_IS_LONG 0x80u
#define CODE_LONG_UNIT 64u	/* what the second byte counts */

void
header_runs_begin(struct header_runs *r, const struct dialect *d,
    const struct header *h)
{
	r->codes = h->addrs;
	r->left = h->type == HEADER_INODE || h->type == HEADER_ADDR ||
	    h->continues ? h->count : 0;
	r->are_coded = d->family == DIALECT_LINUX;
	r->has_lengths = false;
}

/* How many of the first bytes are the same, eight at once. */
static uint32_t
count_equal(const uint8_t *bytes, uint32_t count)
{
	uint64_t first, next;
	uint32_t n = 1;

	memset(&first, bytes[0], sizeof(first));
	for (; count - n >= sizeof(next); n += (uint32_t)sizeof(next)) {
		memcpy(&next, bytes + n, sizeof(next));
		if (next != first)
			break;
	}
	while (n < count && bytes[n] == bytes[0])
		n++;
	return n;
}

/* All of one kind at once; data has several codes. */
static void
next_plain(struct header_runs *r, uint32_t *blocks, bool *is_data)
{
	uint32_t n = count_equal(r->codes, r->left);

	*is_data = r->codes[0] != 0;
	while (n < r->left && (r->codes[n] != 0) == *is_data)
		n++;
	*blocks = n;
	r->codes += n;
	r->left -= n;
}

/* A code whose second byte is missing counts as far as it goes. */
static void
next_code(struct header_runs *r, uint32_t *blocks, bool *is_data)
{
	const uint8_t first = r->codes[0];
	uint32_t used = 1;

	*is_data = (first & CODE_IS_DATA) != 0;
	*blocks = (first >> CODE_LENGTH_SHIFT & CODE_LENGTH_MASK) + 1;
	if ((first & ~CODE_IS_DATA) == 0)
		*blocks = used = count_equal(r->codes, r->left);
	else
		r->has_lengths = true;
	if ((first & CODE_IS_LONG) != 0 && r->left > 1) {
		*blocks += CODE_LONG_UNIT * (r->codes[1] + 1u);
		used = 2;
	}
	r->codes += used;
	r->left -= used;
}

bool
header_runs_next(struct header_runs *r, uint32_t *blocks, bool *is_data)
{
	if (r->left == 0)
		return false;
	if (r->are_coded)
		next_code(r, blocks, is_data);
	else
		next_plain(r, blocks, is_data);
	return true;
}

uint64_t
header_data_blocks(const struct dialect *d, const struct header *h)
{
	struct header_runs runs;
	uint32_t blocks;
	uint64_t total = 0;
	bool is_data;

	if (h->type == HEADER_CLRI || h->type == HEADER_BITS)
		return h->count;
	header_runs_begin(&runs, d, h);
	while (header_runs_next(&runs, &blocks, &is_data))
		if (is_data)
			total += blocks;
	return total;
}
