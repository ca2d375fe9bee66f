/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/made_set.h"

#include <sys/stat.h>

#include "core/format/xattr.h"
#include "tests/unit/unit.h"

#define INODES 8000		/* in the maps: one block each */

/* ------------------------------------------------------------------ making */

static uint8_t *
add_block(struct made_set *m)
{
	if (m->blocks == m->room) {
		m->room = m->room * 2 + 64;
		m->bytes = realloc(m->bytes, m->room * DE_TAPE_BLOCK);
		m->is_header = realloc(m->is_header, m->room * sizeof(bool));
		ck_assert(m->bytes != NULL && m->is_header != NULL);
	}
	m->is_header[m->blocks] = false;
	uint8_t *block = m->bytes + m->blocks++ * DE_TAPE_BLOCK;
	memset(block, 0, DE_TAPE_BLOCK);
	return block;
}

static void
add_header(struct made_set *m, uint8_t *block)
{
	m->at.tapea = (uint32_t)m->blocks;
	header_stamp(block, &m->at);
	memcpy(add_block(m), block, DE_TAPE_BLOCK);
	m->is_header[m->blocks - 1] = true;
}

static bool
is_hole(const struct made_part *p, uint64_t block)
{
	return p->is_sparse && block % 3 == 1;
}

static uint8_t
byte_of(const struct made_part *p, uint64_t offset)
{
	if (is_hole(p, offset / DE_TAPE_BLOCK))
		return 0;
	if (p->inside != NULL)
		return p->inside->bytes[offset];
	return (uint8_t)(p->inode * 131 + offset * 7 +
	    offset / DE_TAPE_BLOCK * 13 + 1);
}

static struct de_inode
inode_of(const struct made_part *p)
{
	return (struct de_inode){
		.struct_size = sizeof(struct de_inode),
		.number = p->inode,
		.mode = p->inode == MADE_ROOT ? S_IFDIR | 0755 :
		    S_IFREG | 0644,
		.links = 1,
		.uid = 1000,
		.size = p->size,
		.mtime = { MADE_DATE - 1, 123456789 },
	};
}

static void
add_data(struct made_set *m, const struct made_part *p, uint64_t block)
{
	uint8_t *bytes = add_block(m);

	for (uint64_t i = 0; i < DE_TAPE_BLOCK; i++)
		if (block * DE_TAPE_BLOCK + i < p->size)
			bytes[i] = byte_of(p, block * DE_TAPE_BLOCK + i);
}

static void
add_contents(struct made_set *m, const struct made_part *p)
{
	const uint64_t blocks = (p->size + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK;
	const struct de_inode inode = inode_of(p);
	uint8_t addrs[HEADER_ADDRS], header[DE_TAPE_BLOCK];
	struct header_content content = { p->size, addrs, 0, false };
	enum header_type type = HEADER_INODE;
	uint64_t done = 0;

	do {
		content.count = (uint32_t)(blocks - done < HEADER_ADDRS ?
		    blocks - done : HEADER_ADDRS);
		for (uint32_t i = 0; i < content.count; i++)
			addrs[i] = !is_hole(p, done + i);
		header_inode(&m->header, header, type, &inode, &content);
		add_header(m, header);
		for (uint32_t i = 0; i < content.count; i++)
			if (addrs[i] != 0)
				add_data(m, p, done + i);
		done += content.count;
		type = HEADER_ADDR;
	} while (done < blocks);
}

static struct made_part *
add_part(struct made_set *m, struct made_part part)
{
	ck_assert_uint_lt(m->count, MADE_PARTS);
	struct made_part *p = &m->parts[m->count++];

	*p = part;
	p->begin = m->blocks;
	add_contents(m, p);
	p->end = m->blocks;
	return p;
}

static void
add_map(struct made_set *m, enum header_type type)
{
	uint8_t header[DE_TAPE_BLOCK];

	header_map(&m->header, header, type, MADE_ROOT, 1);
	add_header(m, header);
	uint8_t *bits = add_block(m);
	memset(bits, 0xff, INODES / 8);
}

void
made_set_begin(struct made_set *m, int64_t date)
{
	const struct header_identity id = {
		.date = date,
		.blocking = MADE_BLOCKING,
		.label = "made",
		.filesystem = "/made",
		.device = "/dev/made",
		.host = "localhost",
	};
	uint8_t header[DE_TAPE_BLOCK];

	memset(m, 0, sizeof(*m));
	header_template_init(&m->header, &id);
	m->at.volume = 1;
	header_volume(&m->header, header, 0, 1);
	add_header(m, header);
	add_map(m, HEADER_CLRI);
	add_map(m, HEADER_BITS);
	add_part(m, (struct made_part){ .inode = MADE_ROOT, .size = 512 });
}

void
made_set_file(struct made_set *m, uint32_t inode, uint64_t size,
    bool is_sparse)
{
	add_part(m, (struct made_part){ .inode = inode, .size = size,
	    .is_sparse = is_sparse });
}

void
made_set_file_of_set(struct made_set *m, uint32_t inode,
    const struct made_set *inside)
{
	add_part(m, (struct made_part){ .inode = inode, .inside = inside,
	    .size = inside->blocks * DE_TAPE_BLOCK });
}

static void
add_xattr_record(struct made_set *m, uint32_t inode, const uint8_t *data,
    size_t length)
{
	const struct made_part part = { .inode = inode };
	const struct de_inode about = inode_of(&part);
	uint8_t addrs[HEADER_ADDRS], header[DE_TAPE_BLOCK];
	const struct header_content content = { length, addrs,
		(uint32_t)((length + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK),
		true };

	memset(addrs, 1, sizeof(addrs));
	header_inode(&m->header, header, HEADER_INODE, &about, &content);
	add_header(m, header);
	for (size_t at = 0; at < length; at += DE_TAPE_BLOCK)
		memcpy(add_block(m), data + at, length - at < DE_TAPE_BLOCK ?
		    length - at : DE_TAPE_BLOCK);
}

void
made_set_xattr(struct made_set *m, const char *name, size_t length)
{
	struct made_part *p = &m->parts[m->count - 1];
	struct xattr_record record;
	uint8_t value[XATTR_RECORD_MAX];

	memset(value, 'x', sizeof(value));
	xattr_begin(&record);
	ck_assert_int_eq(xattr_add(&record, &(struct de_xattr){
	    sizeof(struct de_xattr), name, value, length }), XATTR_ADDED);
	const size_t size = xattr_end(&record);
	add_xattr_record(m, p->inode, record.data, size);
	p->xattrs++;
	p->end = m->blocks;
}

/* The form of attributes inside an inode, with one entry. */
void
made_set_late_xattr(struct made_set *m, uint32_t inode, size_t length)
{
	const size_t size = 4 + 16 + 4 + 4 + length;
	uint8_t *data = calloc(1, size);

	ck_assert_ptr_nonnull(data);
	put32(data, 0xea020001);
	data[4] = 4;			/* length of the name */
	data[5] = 1;			/* "user." */
	put16(data + 6, 16 + 4 + 4);	/* where the value is */
	put32(data + 12, (uint32_t)length);
	memcpy(data + 20, "late", 4);
	memset(data + 28, 'y', length);
	add_xattr_record(m, inode, data, size);
	free(data);
}

void
made_set_end(struct made_set *m, bool more)
{
	uint8_t header[DE_TAPE_BLOCK];

	do {
		header_end(&m->header, header, INODES, more ?
		    HEADER_FOLLOWS_ATTRIBUTES : HEADER_FOLLOWS_NOTHING);
		add_header(m, header);
	} while (m->blocks % MADE_BLOCKING != 0);
}

void
made_set_free(struct made_set *m)
{
	free(m->bytes);
	free(m->is_header);
}

void
made_set_compressed(struct made_set *m)
{
	struct header_position position = { .volume = 1 };

	for (size_t i = 0; i < m->blocks; i++) {
		uint8_t *block = m->bytes + i * DE_TAPE_BLOCK;
		if (!m->is_header[i])
			continue;
		put32(block + 888, get32(block + 888) | 0x80);
		position.tapea = (uint32_t)i;
		header_stamp(block, &position);
	}
}

/*
 * The volume header has a number of its own, unless blocks are repeated: then
 * it has that of the first of these.
 */
size_t
made_set_last_volume(const struct made_set *m, uint32_t number, size_t at,
    size_t repeated, uint8_t **bytes)
{
	const size_t from = at - repeated, blocks = 1 + m->blocks - from;
	const uint32_t first = (uint32_t)from + number - 2;
	struct header_position position = { first, number, first };

	*bytes = malloc(blocks * DE_TAPE_BLOCK);
	ck_assert_ptr_nonnull(*bytes);
	header_volume(&m->header, *bytes, 0, 0);
	header_stamp(*bytes, &position);
	memcpy(*bytes + DE_TAPE_BLOCK, m->bytes + from * DE_TAPE_BLOCK,
	    (blocks - 1) * DE_TAPE_BLOCK);
	for (size_t i = 1; i < blocks; i++) {
		position.tapea = first + (uint32_t)i - (repeated > 0 ? 1 : 0);
		if (m->is_header[from + i - 1])
			header_stamp(*bytes + i * DE_TAPE_BLOCK, &position);
	}
	return blocks * DE_TAPE_BLOCK;
}

void
made_set_all_kinds(struct made_set *m)
{
	made_set_begin(m, MADE_DATE);
	made_set_file(m, 12, 0, false);
	made_set_file(m, 13, 1, false);
	made_set_file(m, 14, 5000, false);
	made_set_xattr(m, "user.a", 10);
	made_set_file(m, 15, 30000, true);
	made_set_xattr(m, "user.b", 10);
	made_set_xattr(m, "user.c", 3000);
	made_set_file(m, 16, 40960, false);
	for (uint32_t i = 20; i < 34; i++)
		made_set_file(m, i, (i - 19) * 700, false);
	made_set_file(m, 40, 1000, false);
	made_set_end(m, false);
}

/* ----------------------------------------------------------------- reading */

/* The inode that is coming. */
struct reading {
	bool aimed;
	struct made_set *made;		/* NULL: nothing is known */
	struct made_part *part;		/* NULL: not one that was made */
	bool open;
	uint32_t inode;
	uint64_t size;
	uint64_t offset;
	unsigned int skip_after;	/* items of an inode; 0: never */
	unsigned int item;		/* of it */
	struct made_result result;
};

static struct made_part *
find_part(struct made_set *m, uint32_t inode)
{
	for (unsigned int i = 0; m != NULL && i < m->count; i++)
		if (m->parts[i].inode == inode)
			return &m->parts[i];
	return NULL;
}

static void
begin_inode(struct reading *r, const struct set_item *item)
{
	ck_assert(!r->open);
	r->open = true;
	r->inode = item->inode;
	r->offset = 0;
	r->size = item->header->meta.size;
	if (item->header->metadata_only || (!S_ISREG(item->header->meta.mode) &&
	    !S_ISDIR(item->header->meta.mode)))
		r->size = UINT64_MAX;	/* not compared */
	r->part = find_part(r->made, item->inode);
	if (r->part == NULL) {
		r->result.strangers++;
		return;
	}
	r->part->times++;
	r->part->whole = r->part->wrong = false;
	r->part->lost = 0;
	if (r->part->size != item->header->meta.size)
		r->part->wrong = true;
}

static void
compare(struct reading *r, const struct set_item *item)
{
	for (uint64_t i = 0; i < item->length; i++) {
		const uint64_t at = item->offset + i;
		const uint8_t byte = item->kind == SET_HOLE ? 0 :
		    item->bytes[i];
		if (at >= r->part->size || byte != byte_of(r->part, at)) {
			r->part->wrong = true;
			return;
		}
		/* A hole of a hostile set may be endless. */
		if (i > 1000000)
			return;
	}
}

static void
take_range(struct reading *r, const struct set_item *item)
{
	ck_assert(r->open);
	ck_assert_uint_eq(item->inode, r->inode);
	ck_assert_uint_gt(item->length, 0);
	ck_assert_msg(item->offset == r->offset, "inode %u: kind %d at %lu "
	    "follows what ends at %lu", (unsigned int)item->inode,
	    (int)item->kind, (unsigned long)item->offset,
	    (unsigned long)r->offset);
	ck_assert_uint_le(item->length, UINT64_MAX - item->offset);
	r->offset += item->length;
	if (item->kind == SET_LOST_DATA)
		ck_assert_ptr_nonnull(item->why);
	if (r->part == NULL)
		return;
	if (item->kind == SET_LOST_DATA)
		r->part->lost += item->length;
	else
		compare(r, item);
}

static void
end_inode(struct reading *r, const struct set_item *item)
{
	ck_assert(r->open);
	ck_assert_uint_eq(item->inode, r->inode);
	r->open = false;
	if (r->size != UINT64_MAX)
		ck_assert_uint_eq(r->offset, r->size);
	if (r->part != NULL)
		r->part->whole = item->complete;
}

/* Touch all of it. */
static void
take_xattr(const struct set_item *item)
{
	const uint8_t *value = item->xattr->value;
	volatile uint8_t sum = (uint8_t)strlen(item->xattr->name);

	for (size_t i = 0; i < item->xattr->value_length; i++)
		sum = (uint8_t)(sum + value[i]);
}

static void
take(struct reading *r, struct set *s, const struct set_item *item)
{
	struct made_part *part = find_part(r->made, item->inode);

	r->result.items++;
	switch (item->kind) {
	case SET_MAPS:
		ck_assert(!r->open);
		r->result.has_maps = set_in_use(s) != NULL &&
		    set_dumped(s) != NULL;
		break;
	case SET_INODE:
		begin_inode(r, item);
		break;
	case SET_DATA:
	case SET_HOLE:
	case SET_LOST_DATA:
		take_range(r, item);
		break;
	case SET_DOUBT:
		ck_assert(r->open);
		ck_assert_uint_eq(item->offset + item->length, r->offset);
		ck_assert_ptr_nonnull(item->why);
		if (r->part != NULL)
			r->part->doubted += item->length;
		break;
	case SET_XATTR:
		ck_assert(r->open);
		take_xattr(item);
		if (part != NULL)
			part->xattrs_seen++;
		break;
	case SET_LOST_XATTRS:
		if (!r->open)
			r->result.lost_late = true;
		else if (part != NULL)
			part->lost_xattrs = true;
		break;
	case SET_INODE_END:
		end_inode(r, item);
		break;
	case SET_LATE_XATTR:
		ck_assert(!r->open);
		take_xattr(item);
		r->result.late++;
		break;
	case SET_LOST:
		ck_assert(!r->open);
		ck_assert_uint_gt(item->length, 0);
		r->result.lost_blocks += item->length;
		break;
	case SET_INDEX:
	case SET_LOST_INDEX:
		ck_abort_msg("nobody wants an index");
		break;
	case SET_END:
		ck_assert(!r->open);
		r->result.complete = item->complete;
		break;
	}
}

static void
forget(struct made_set *m)
{
	for (unsigned int i = 0; i < m->count; i++) {
		struct made_part *p = &m->parts[i];
		p->times = p->xattrs_seen = 0;
		p->whole = p->wrong = p->lost_xattrs = false;
		p->lost = 0;
	}
}

static bool
skips_now(struct reading *r, const struct set_item *item)
{
	if (item->kind == SET_INODE)
		r->item = 0;
	if (item->kind == SET_INODE && r->part != NULL && r->part->unwanted)
		return true;
	return r->skip_after > 0 && r->open && ++r->item == r->skip_after;
}

static void
read_set(struct reading *r, struct fake_volumes *f)
{
	const struct volumes_config config = fake_volumes_config(f);
	enum verdict verdict;
	struct set_item item;

	struct volumes *volumes = volumes_open(&config, &verdict);
	if (volumes == NULL) {
		ck_assert_int_ne(verdict, VERDICT_GO_ON);
		return;
	}
	r->result.opened = true;
	struct set *s = set_new(volumes, f->rep);
	ck_assert_ptr_nonnull(s);
	do {
		if (!set_next(s, &item))
			break;
		take(r, s, &item);
		if (skips_now(r, &item)) {
			if (r->made != NULL && !r->aimed)
				set_aim(s, r->made->aim_volume,
				    r->made->aim_position, r->made->aim_inode);
			r->aimed = true;
			set_skip_contents(s);
			r->size = UINT64_MAX;
		}
	} while (item.kind != SET_END);
	set_free(s);
}

struct made_result
made_set_read(struct made_set *m, struct fake_volumes *f)
{
	struct reading r = { .made = m };

	forget(m);
	read_set(&r, f);
	return r.result;
}

struct made_result
made_set_read_any(struct fake_volumes *f, unsigned int skip_after)
{
	struct reading r = { .skip_after = skip_after };

	read_set(&r, f);
	return r.result;
}
