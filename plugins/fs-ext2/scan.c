/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * scan.c - scan the inode tables
 *
 * They are read in large pieces as long as they are contiguous; after a jump
 * the first piece is small, as only a single inode may be wanted.  The kernel
 * reads ahead better on its own than with advice.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "inline.h"
#include "inode.h"
#include "map.h"

#define PIECE_MIN ((size_t)4096)
#define PIECE_MAX ((size_t)262144)	/* fits in the processor's cache */

/*
 * A file up to that size is plausible despite a checksum error; holes do no
 * harm.
 */
#define SIZE_PLAUSIBLE 1048576

struct scan {
	struct native native;		/* the one returned last */
	uint32_t first;			/* first inode in `table` */
	uint32_t count;			/* inodes in table */
	size_t piece;			/* bytes in the last read */
	uint32_t checked;		/* first of a few checked inodes; 0:
					   none */
	unsigned int right;		/* bits: which checksums are right */
	uint8_t table[];		/* PIECE_MAX */
};

/* A piece of a group's inode table. */
struct piece {
	uint32_t first;			/* inode */
	uint32_t count;			/* inodes */
	uint64_t address;
};

/* Report everything past the end of the device as missing. */
static void
tell_missing(struct ext2 *e)
{
	struct trouble t = trouble_begin(e, EXT2_ROOT_INO, TROUBLE_SIZE);

	if (e->missing == 0)
		return;
	trouble_tell(&t, DE_FINDING_MISSING, "the last %llu bytes of the "
	    "filesystem are missing: the device is too short", (unsigned long
	    long)e->missing);
	trouble_end(&t);
}

enum de_status
ext2_scan_begin(void *self, void **scan)
{
	struct ext2 *e = self;
	struct scan *s = calloc(1, sizeof(*s) + PIECE_MAX);

	if (s == NULL) {
		e->host->report(e->host, DE_ERROR, "%s: out of memory",
		    e->device);
		return DE_FAILED;
	}
	*scan = s;
	tell_missing(e);
	return DE_OK;
}

void
ext2_scan_end(void *self, void *scan)
{
	(void)self;
	free(scan);
}

/* --------------------------------------------------------- inode tables */

static void
tell_group(struct ext2 *e, uint32_t group, const char *what)
{
	struct trouble t = trouble_begin(e, group * e->inodes_per_group + 1,
	    TROUBLE_TABLE);

	trouble_tell(&t, DE_FINDING_MISSING, "%s (block group %u, inodes %u to "
	    "%u)", what, group, group * e->inodes_per_group + 1, group *
	    e->inodes_per_group + e->inodes_per_group);
	trouble_end(&t);
}

/*
 * How many inodes of a group's table have ever been used.  Known from the group
 * descriptor if its checksum is right.
 */
static uint32_t
inodes_used(struct ext2 *e, uint32_t group)
{
	const uint32_t all = group == (e->inodes - 1) / e->inodes_per_group ?
	    (e->inodes - 1) % e->inodes_per_group + 1 : e->inodes_per_group;
	uint32_t unused = 0;

	if (!e->has_group_checksums)
		return all;
	if (ext2fs_bg_flags_test(e->fs, group, EXT2_BG_INODE_UNINIT))
		unused = all;
	else
		unused = ext2fs_bg_itable_unused(e->fs, group);
	if (unused == 0)
		return all;
	if (!ext2fs_group_desc_csum_verify(e->fs, group)) {
		tell_group(e, group, "checksum error in its group descriptor; "
		    "reading the whole inode table");
		return all;
	}
	/* It counts from the end of a full group. */
	const uint32_t used = unused < e->inodes_per_group ?
	    e->inodes_per_group - unused : 0;
	return used < all ? used : all;
}

/* Inodes of consecutive groups whose tables cannot be read. */
struct lost {
	uint32_t first_group;
	uint32_t last_group;
	uint32_t first;			/* inode; 0: none */
	uint32_t last;
	bool behind;			/* past the end of the device */
};

static uint32_t
first_of(const struct ext2 *e, uint32_t group)
{
	return group * e->inodes_per_group + 1;
}

/* Report once; from then on these groups are known. */
static void
tell_lost(struct ext2 *e, const struct lost *l)
{
	if (l->first == 0)
		return;
	struct trouble t = trouble_begin(e, first_of(e, l->first_group),
	    TROUBLE_LOST_GROUP);
	t.inode = l->first;
	if (l->behind)
		trouble_tell_unknown(&t, DE_FINDING_MISSING, l->last, "inodes "
		    "%u to %u are missing: their table is past the end of the "
		    "device: %s", l->first, l->last, strerror(ENXIO));
	else
		trouble_tell_unknown(&t, DE_FINDING_MISSING, l->last, "its "
		    "inode table is outside the filesystem, so its inodes are "
		    "missing (block group %u, inodes %u to %u)", l->first_group,
		    l->first, l->last);
	for (uint32_t g = l->first_group; g <= l->last_group; g++) {
		t = trouble_begin(e, first_of(e, g), TROUBLE_LOST_GROUP);
		t.count = 1;
		trouble_end(&t);
	}
}

/*
 * Add the inodes of a group from its inode `index` on.  A filesystem of a few
 * bytes may claim millions of groups: consecutive ones make a single finding.
 */
static void
add_lost(struct ext2 *e, struct lost *l, uint32_t group, uint32_t index,
    bool behind)
{
	const uint32_t first = first_of(e, group) + index;
	const uint32_t last = e->inodes - first_of(e, group) <
	    e->inodes_per_group ? e->inodes :
	    first_of(e, group) + e->inodes_per_group - 1;

	if (l->first == 0 || l->behind != behind || first != l->last + 1) {
		tell_lost(e, l);
		l->first_group = group;
		l->first = first;
		l->behind = behind;
	}
	l->last_group = group;
	l->last = last;
}

/* Returns 0 for an invalid address. */
static uint64_t
table_address(const struct ext2 *e, uint32_t group)
{
	const uint64_t block = ext2fs_inode_table_loc(e->fs, group);
	const uint64_t blocks = ((uint64_t)e->inodes_per_group *
	    e->inode_size + e->block_size - 1) / e->block_size;

	return block >= e->first_block && block < e->blocks &&
	    blocks <= e->blocks - block && block != 0 ?
	    block * e->block_size : 0;
}

/* How many of the inodes at `table` fit on the device. */
static uint32_t
inodes_there(const struct ext2 *e, uint64_t table, uint32_t used)
{
	const uint64_t size = device_size(e->bytes);
	const uint64_t blocks = table < size ?
	    (size - table) / e->block_size : 0;
	const uint64_t there = blocks * (e->block_size / e->inode_size);

	/* The overlay may hold blocks past its end. */
	if (device_laid_over(e->bytes) > 0 || there >= used)
		return used;
	return (uint32_t)there;
}

/* Report a run of blocks of the table once; from then on they are known. */
static void
tell_unreadable(struct ext2 *e, const struct piece *p,
    const struct de_read_error *error)
{
	const uint32_t per_block = e->block_size / (uint32_t)e->inode_size;

	if (p->count == 0)
		return;
	struct trouble t = trouble_begin(e, p->first, TROUBLE_UNREADABLE);
	trouble_tell_unknown(&t, trouble_of_read(e, error),
	    p->first + p->count - 1, "inodes %u to %u are missing: cannot read "
	    "their table from block %llu of the device on: %s", p->first,
	    p->first + p->count - 1, (unsigned long long)(error->address /
	    e->block_size), strerror(error->error));
	for (uint32_t done = 0; done < p->count; done += per_block) {
		t = trouble_begin(e, p->first + done, TROUBLE_UNREADABLE);
		t.count = 1;
		trouble_end(&t);
	}
}

/*
 * Read block by block.  Unreadable ones count as unused and are not retried, so
 * that another pass finds the same inodes.
 */
static enum de_status
read_by_blocks(struct ext2 *e, const struct piece *all, uint8_t *table)
{
	const uint32_t per_block = e->block_size / (uint32_t)e->inode_size;
	struct piece lost = { 0, 0, 0 };
	struct de_read_error why = { .struct_size = sizeof(why) };

	for (uint32_t done = 0, n; done < all->count; done += n) {
		struct de_read_error error = { .struct_size = sizeof(error) };
		const bool known = trouble_begin(e, all->first + done,
		    TROUBLE_UNREADABLE).known;
		n = all->count - done;
		if (n > per_block)
			n = per_block;
		uint8_t *to = table + (size_t)done * e->inode_size;
		if (!known && e->host->cancelled(e->host))
			return DE_FAILED;
		if (known || device_read(e->bytes, all->address +
		    (uint64_t)done * e->inode_size, to, n * e->inode_size,
		    &error) == DE_OK) {
			tell_unreadable(e, &lost, &why);
			lost.count = 0;
			if (known)
				memset(to, 0, n * e->inode_size);
			continue;
		}
		memset(to, 0, n * e->inode_size);
		if (lost.count == 0) {
			lost.first = all->first + done;
			why = error;
		}
		lost.count += n;
	}
	tell_unreadable(e, &lost, &why);
	return DE_OK;
}

/* There is no point in going on, with a finding for each table. */
static bool
is_gone(struct ext2 *e)
{
	if (!device_is_gone(e->bytes))
		return false;
	if (!e->is_gone)
		e->host->report(e->host, DE_ERROR, "%s no longer responds, "
		    "wherever it is read", e->device);
	e->is_gone = true;
	return true;
}

static enum de_status
read_piece(struct ext2 *e, struct scan *s, const struct piece *p)
{
	struct de_read_error error = { .struct_size = sizeof(error) };
	const size_t bytes = p->count * e->inode_size;

	s->count = 0;
	if (device_read(e->bytes, p->address, s->table, bytes, &error) !=
	    DE_OK && (read_by_blocks(e, p, s->table) != DE_OK || is_gone(e)))
		return DE_FAILED;
	s->first = p->first;
	s->count = p->count;
	s->checked = 0;
	return DE_OK;
}

/* A piece that begins with the block that holds inode `index` of the group. */
static struct piece
plan_piece(const struct ext2 *e, const struct scan *s, uint32_t group,
    uint32_t index, uint32_t used)
{
	const uint32_t per_block = e->block_size / (uint32_t)e->inode_size;
	const size_t room = s->piece > e->block_size ? s->piece :
	    e->block_size;
	struct piece p;

	index -= index % per_block;
	p.first = group * e->inodes_per_group + index + 1;
	p.count = (uint32_t)(room / e->inode_size);
	if (p.count > used - index)
		p.count = used - index;
	p.address = (uint64_t)index * e->inode_size;
	return p;
}

/*
 * A hole of an image contains no inodes, however many the superblock claims.
 * Skips whole blocks of it, up to `end` of the table.
 */
static bool
skip_hole(const struct ext2 *e, const struct piece *p, uint64_t end,
    uint32_t *number)
{
	const uint64_t data = device_next_data(e->bytes, p->address, end);
	const uint64_t blocks = (data - p->address) / e->block_size;
	const uint64_t inodes = data == end ?
	    (end - p->address) / e->inode_size :
	    blocks * (e->block_size / e->inode_size);

	if (p->first + inodes <= *number)
		return false;
	*number = (uint32_t)(p->first + inodes);
	return true;
}

/*
 * Load the first inode from *number on that may be in use into the table, and
 * set *number to it.
 */
static enum de_status
load(struct ext2 *e, struct scan *s, uint32_t *number)
{
	const bool goes_on = s->count > 0 && *number == s->first + s->count;
	struct lost lost = { .first = 0 };

	if (!goes_on)
		s->piece = PIECE_MIN;
	else if (s->piece < PIECE_MAX)
		s->piece *= 2;
	while (*number <= e->inodes) {
		const uint32_t group = (*number - 1) / e->inodes_per_group;
		const uint32_t index = (*number - 1) % e->inodes_per_group;
		const uint32_t used = inodes_used(e, group);
		const uint64_t table = table_address(e, group);
		const uint32_t there = table == 0 ? 0 :
		    inodes_there(e, table, used);

		if (e->host->cancelled(e->host))
			return DE_FAILED;
		if (index < there) {
			struct piece p = plan_piece(e, s, group, index, there);
			p.address += table;
			if (skip_hole(e, &p, table +
			    (uint64_t)there * e->inode_size, number))
				continue;
			tell_lost(e, &lost);
			return read_piece(e, s, &p);
		}
		if (there < used)
			add_lost(e, &lost, group, there, table != 0);
		if (e->inodes - (*number - 1) <= e->inodes_per_group - index)
			break;
		*number += e->inodes_per_group - index;
	}
	tell_lost(e, &lost);
	return DE_NO_MORE;
}

/* ------------------------------------------------------------- one inode */

static enum de_status
keep_end(void *arg, const struct run *run)
{
	uint64_t *end = arg;

	*end = run->first + run->count;
	return DE_OK;
}

/*
 * A damaged size would make the file a hole of terabytes.  Nothing is lost if
 * the file ends with its blocks.
 */
static void
limit_size(struct ext2 *e, const struct native *inode, uint64_t *size)
{
	struct trouble t = { .e = e, .inode = inode->number, .known = true };
	uint64_t blocks = 0;
	struct runs map = {
		.e = e,
		.inode = inode,
		.trouble = &t,
		.work = work_take(e),
		.limit = UINT64_C(1) << 32,
		.take = keep_end,
		.arg = &blocks,
	};

	if (map.work != NULL && map_walk(&map) == DE_OK &&
	    *size > blocks * e->block_size)
		*size = blocks * e->block_size;
	work_give_back(e, map.work);
}

/* Is the checksum of s->native right?  Checks the next ones along with it. */
static bool
is_right(const struct ext2 *e, struct scan *s)
{
	const uint32_t number = s->native.number;

	if (s->checked == 0 || number - s->checked >= INODES_CHECKED) {
		s->checked = number;
		s->right = inode_check(e, &s->native,
		    s->first + s->count - number);
	}
	return (s->right >> (number - s->checked) & 1) != 0;
}

/* Report its damage.  Returns false if it is unusable. */
static bool
is_usable(struct ext2 *e, struct scan *s)
{
	const struct native *inode = &s->native;
	const char *damage = inode_damage(e, inode->raw);
	const bool right = is_right(e, s);

	if (damage == NULL && S_ISLNK(inode_mode(inode->raw)))
		damage = symlink_damage(e, inode);
	if (right && damage == NULL)
		return true;
	struct trouble t = trouble_begin(e, inode->number, TROUBLE_INODE);
	if (damage != NULL)
		trouble_tell_unknown(&t, DE_FINDING_MISSING, t.inode, "left "
		    "out: its inode is damaged: %s", damage);
	else
		trouble_tell(&t, DE_FINDING_MISSING, "its inode has a checksum "
		    "error; the dumped contents may be wrong");
	trouble_end(&t);
	return damage == NULL;
}

/* Set s->native to the first inode to return, from `number` on. */
static enum de_status
find(struct ext2 *e, struct scan *s, uint32_t number)
{
	for (; number <= e->inodes; number++) {
		if (number - s->first >= s->count) {
			const enum de_status status = load(e, s, &number);
			if (status != DE_OK)
				return status;
		}
		s->native.number = number;
		s->native.raw = s->table +
		    (size_t)(number - s->first) * e->inode_size;
		if (inode_is_in_use(s->native.raw) &&
		    !inode_is_hidden(e, &s->native) && is_usable(e, s))
			return DE_OK;
	}
	return DE_NO_MORE;
}

static void
correct_size(struct ext2 *e, struct scan *s, uint64_t *size)
{
	if (*size > SIZE_PLAUSIBLE && S_ISREG(inode_mode(s->native.raw)) &&
	    !inline_is(&s->native) && !is_right(e, s))
		limit_size(e, &s->native, size);
}

enum de_status
ext2_scan_next(void *self, void *scan, uint32_t from, struct de_inode *out)
{
	struct ext2 *e = self;
	struct scan *s = scan;
	const enum de_status status = find(e, s, from > 0 ? from : 1);

	if (status != DE_OK)
		return status;
	inode_convert(e, &s->native, out);
	correct_size(e, s, &out->size);
	return DE_OK;
}

enum de_status
ext2_scan_briefly(void *self, void *scan, uint32_t from,
    struct de_brief *inodes, size_t room, size_t *count)
{
	struct ext2 *e = self;
	struct scan *s = scan;
	enum de_status status = DE_OK;

	/*
	 * At the end of a piece the engine may look at what could not be read.
	 */
	for (*count = 0; *count < room &&
	    (*count == 0 || from - s->first < s->count); ++*count) {
		status = find(e, s, from > 0 ? from : 1);
		if (status != DE_OK)
			break;
		inodes[*count] = inode_brief(e, &s->native);
		correct_size(e, s, &inodes[*count].size);
		from = s->native.number + 1;
	}
	return status == DE_NO_MORE && *count > 0 ? DE_OK : status;
}
