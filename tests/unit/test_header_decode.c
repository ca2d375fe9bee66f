/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_header_decode.c - headers of every dialect say what is in them
 */
#include "core/format/header_decode.h"

#include <sys/stat.h>

#include "core/format/extension.h"
#include "generate.h"

#define CASES 2000

static const struct dialect ours = { .family = DIALECT_LINUX,
    .block_size = 1024 };

/* ------------------------------------------------- what header.c encodes */

static void
make_text(uint64_t *seed, char *text, size_t room)
{
	const size_t length = generate_below(seed, (uint32_t)room);

	for (size_t i = 0; i < length; i++)
		text[i] = (char)(1 + generate_below(seed, 255));
	text[length] = '\0';
}

struct texts {
	char label[16], filesystem[64], device[64], host[64];
};

static void
make_identity(uint64_t *seed, struct texts *t, struct header_identity *id)
{
	make_text(seed, t->label, sizeof(t->label));
	make_text(seed, t->filesystem, sizeof(t->filesystem));
	make_text(seed, t->device, sizeof(t->device));
	make_text(seed, t->host, sizeof(t->host));
	*id = (struct header_identity){
		.date = generate_below(seed, 0x80000000),
		.base_date = generate_below(seed, 0x80000000),
		.level = (int32_t)generate32(seed),
		.blocking = 1 + generate_below(seed, 1024),
		.label = t->label, .filesystem = t->filesystem,
		.device = t->device, .host = t->host
	};
}

static void
make_position(uint64_t *seed, struct header_position *at)
{
	at->tapea = generate32(seed);
	at->volume = generate32(seed);
	at->first_record = generate32(seed);
}

static void
expect_common(const struct header *h, const struct header_identity *id,
    const struct header_position *at)
{
	ck_assert_int_eq(h->date, id->date);
	ck_assert_int_eq(h->base_date, id->base_date);
	ck_assert_int_eq(h->level, id->level);
	ck_assert_uint_eq(h->blocking, id->blocking);
	ck_assert_str_eq(h->label, id->label);
	ck_assert_str_eq(h->filesystem, id->filesystem);
	ck_assert_str_eq(h->device, id->device);
	ck_assert_str_eq(h->host, id->host);
	ck_assert_uint_eq(h->tapea, at->tapea);
	ck_assert_uint_eq(h->volume, at->volume);
	ck_assert_uint_eq(h->first_record, at->first_record);
}

START_TEST(volume_map_and_end_come_back)
{
	for (uint64_t n = 0; n < CASES; n++) {
		uint64_t seed = n;
		uint8_t block[DE_TAPE_BLOCK];
		struct header_template t;
		struct header_identity id;
		struct header_position at;
		struct texts texts;
		struct header h;
		const enum header_type types[] = { HEADER_TAPE, HEADER_CLRI,
		    HEADER_BITS, HEADER_END };
		const enum header_type type = types[n % COUNT(types)];
		const uint32_t inode = generate32(&seed);
		const enum header_follows follows =
		    (enum header_follows)(generate32(&seed) % 3);
		uint32_t count = generate_below(&seed, 524289);
		make_identity(&seed, &texts, &id);
		make_position(&seed, &at);
		header_template_init(&t, &id);
		if (type == HEADER_TAPE)
			header_volume(&t, block, inode, count);
		else if (type == HEADER_END)
			header_end(&t, block, inode, follows);
		else
			header_map(&t, block, type, inode, count);
		if (type == HEADER_END)
			count = 0;
		header_stamp(block, &at);
		ck_assert_msg(header_decode(&ours, block, &h), "seed %u",
		    (unsigned int)n);
		expect_common(&h, &id, &at);
		ck_assert_uint_eq(h.type, type);
		ck_assert_uint_eq(h.inode, inode);
		ck_assert_uint_eq(h.count, count);
		ck_assert_int_eq(h.follows, type == HEADER_END ? follows :
		    HEADER_FOLLOWS_NOTHING);
		ck_assert(!h.has_pointer);
		ck_assert_uint_eq(header_data_blocks(&ours, &h),
		    type == HEADER_CLRI || type == HEADER_BITS ? count : 0);
	}
}
END_TEST

START_TEST(headers_of_an_index_come_back)
{
	for (uint64_t n = 0; n < CASES; n++) {
		uint64_t seed = n;
		uint8_t block[DE_TAPE_BLOCK];
		struct header_template t;
		struct header_identity id;
		struct header_position at;
		struct texts texts;
		struct header_pointer pointer;
		struct header h;
		const uint32_t length = 1 + generate_below(&seed, 512 * 1024);
		const uint64_t offset = generate(&seed);
		make_identity(&seed, &texts, &id);
		make_position(&seed, &at);
		header_template_init(&t, &id);
		pointer.volume = generate32(&seed);
		pointer.block = generate(&seed);
		pointer.length = generate(&seed);
		generate_bytes(&seed, pointer.digest, sizeof(pointer.digest));
		header_end_pointing(&t, block, generate32(&seed), &pointer);
		header_stamp(block, &at);
		ck_assert(header_decode(&ours, block, &h));
		expect_common(&h, &id, &at);
		ck_assert(h.has_pointer);
		ck_assert_int_eq(h.follows, HEADER_FOLLOWS_NOTHING);
		ck_assert_uint_eq(h.pointer.volume, pointer.volume);
		ck_assert_uint_eq(h.pointer.block, pointer.block);
		ck_assert_uint_eq(h.pointer.length, pointer.length);
		ck_assert_mem_eq(h.pointer.digest, pointer.digest,
		    sizeof(pointer.digest));

		header_index(&t, block, 2, offset, length);
		header_stamp(block, &at);
		ck_assert(header_decode(&ours, block, &h));
		expect_common(&h, &id, &at);
		ck_assert_uint_eq(h.type, HEADER_INODE);
		ck_assert_uint_eq(h.part, HEADER_PART_INDEX);
		ck_assert_uint_eq(h.index_offset, offset);
		ck_assert_uint_eq(h.meta.size, length);
		ck_assert_uint_eq(header_data_blocks(&ours, &h),
		    (length + 1023) / 1024);
	}
}
END_TEST

/* Of any time that there can be. */
static struct de_time
make_time(uint64_t *seed)
{
	static const int64_t shifts[] = { 0, 31, 32, 40 };
	const int64_t seconds = (int64_t)generate(seed) >>
	    shifts[generate32(seed) % COUNT(shifts)];

	return (struct de_time){ seconds,
	    generate_below(seed, 1000000000) };
}

static void
make_inode(uint64_t *seed, struct de_inode *inode)
{
	static const uint16_t types[] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR,
	    S_IFBLK, S_IFIFO, S_IFSOCK };

	*inode = (struct de_inode){
		.struct_size = sizeof(*inode),
		.number = generate32(seed),
		.mode = (uint16_t)(types[generate32(seed) % COUNT(types)] |
		    generate_below(seed, 010000)),
		.links = 1 + generate_below(seed, 40000),
		.uid = generate32(seed),
		.gid = generate32(seed),
		.atime = make_time(seed),
		.mtime = make_time(seed),
		.ctime = make_time(seed),
		.birth_time = make_time(seed),
		.device_major = generate32(seed),
		.device_minor = generate32(seed),
		.flags = generate32(seed),
		.generation = generate32(seed),
		.properties = DE_INODE_HAS_BIRTH_TIME,
		.project = generate32(seed)
	};
}

static void
expect_time(struct de_time found, struct de_time expected)
{
	ck_assert_int_eq(found.seconds, expected.seconds);
	ck_assert_uint_eq(found.nanoseconds, expected.nanoseconds);
}

static void
expect_inode(const struct header *h, const struct de_inode *inode)
{
	ck_assert_uint_eq(h->meta.number, inode->number);
	ck_assert_uint_eq(h->meta.mode, inode->mode);
	ck_assert_uint_eq(h->meta.uid, inode->uid);
	ck_assert_uint_eq(h->meta.gid, inode->gid);
	expect_time(h->meta.atime, inode->atime);
	expect_time(h->meta.mtime, inode->mtime);
	expect_time(h->meta.ctime, inode->ctime);
	expect_time(h->meta.birth_time, inode->birth_time);
	ck_assert_uint_eq(h->meta.device_major, inode->device_major);
	ck_assert_uint_eq(h->meta.device_minor, inode->device_minor);
	ck_assert_uint_eq(h->meta.flags, inode->flags);
	ck_assert_uint_eq(h->meta.generation, inode->generation);
	ck_assert_uint_eq(h->meta.properties, inode->properties);
	ck_assert_uint_eq(h->meta.project, inode->project);
	ck_assert(h->has_links == (inode->links < INT16_MAX));
	if (h->has_links)
		ck_assert_uint_eq(h->meta.links, inode->links);
	ck_assert(h->is_exact && h->flags_are_linux);
	ck_assert(!h->is_hidden && !h->metadata_only && !h->continues);
	ck_assert_ptr_null(h->inline_data);
	ck_assert_ptr_null(h->list);
}

START_TEST(inodes_come_back)
{
	for (uint64_t n = 0; n < CASES; n++) {
		uint64_t seed = n;
		uint8_t block[DE_TAPE_BLOCK], addrs[HEADER_ADDRS];
		struct header_template t;
		struct header_identity id;
		struct header_position at;
		struct de_inode inode;
		struct texts texts;
		struct header h;
		struct header_content content = {
			.size = generate(&seed) >> 1,
			.addrs = addrs,
			.count = generate_below(&seed, HEADER_ADDRS + 1),
			.attributes = generate32(&seed) % 2 == 0
		};
		const enum header_type type = n % 2 == 0 ? HEADER_INODE :
		    HEADER_ADDR;
		uint32_t present = 0;
		for (uint32_t i = 0; i < content.count; i++)
			present += addrs[i] = generate32(&seed) & 1;
		make_identity(&seed, &texts, &id);
		make_position(&seed, &at);
		make_inode(&seed, &inode);
		header_template_init(&t, &id);
		header_inode(&t, block, type, &inode, &content);
		header_stamp(block, &at);
		ck_assert_msg(header_decode(&ours, block, &h), "seed %u",
		    (unsigned int)n);
		expect_common(&h, &id, &at);
		expect_inode(&h, &inode);
		ck_assert_uint_eq(h.type, type);
		ck_assert_uint_eq(h.inode, inode.number);
		ck_assert_uint_eq(h.meta.size, content.size);
		ck_assert_uint_eq(h.count, content.count);
		ck_assert_mem_eq(h.addrs, addrs, content.count);
		ck_assert_uint_eq(header_data_blocks(&ours, &h), present);
		ck_assert_int_eq(h.part, content.attributes ?
		    HEADER_PART_XATTRS : HEADER_PART_DATA);
	}
}
END_TEST

/* ---------------------------------------------------- headers made by hand */

#define MADE_DATE 1000000001
#define MADE_BASE 1000000000

/* A header with magic and dates; the rest is to be filled in. */
static void
make(const struct dialect *d, uint8_t *block, uint32_t type, uint32_t inode)
{
	memset(block, 0, d->block_size);
	order32(d, block, type);
	order32(d, block + 4, MADE_DATE);
	order32(d, block + 8, MADE_BASE);
	order32(d, block + 12, 3);
	order32(d, block + 16, 77);
	order32(d, block + 20, inode);
	order32(d, block + 24, dialect_magic(d));
	order32(d, block + 892, 66);
	memcpy(block + 676, "a label of 16 by", 16);
	order32(d, block + 692, 5);
	memcpy(block + 696, "/home", 5);
	memset(block + 760, 'x', 64);
	memcpy(block + 824, "host", 4);
}

/* Mode, links, 16-bit IDs, size and 32-bit times in seconds. */
static void
make_inode_part(const struct dialect *d, uint8_t *block, uint16_t mode)
{
	order16(d, block + 32, mode);
	order16(d, block + 34, 3);
	order16(d, block + 36, 1001);
	order16(d, block + 38, 1002);
	order64(d, block + 40, UINT64_C(0x123456789a));
	order32(d, block + 48, 0xf0000001);
	order32(d, block + 52, 5);
	order32(d, block + 56, 900000000);
	order32(d, block + 60, 999999);
	order32(d, block + 64, 800000000);
	order32(d, block + 68, 1000000);
	order32(d, block + 132, 0x10);
}

static void
decode(const struct dialect *d, uint8_t *block, struct header *h)
{
	order_checksum(d, block);
	ck_assert(header_decode(d, block, h));
}

/* Both byte orders of a family, one after the other. */
#define FOR_BOTH_ORDERS(d, of)						\
	for (struct dialect d = { .family = of, .block_size = 1024 }, *p = &d; \
	    p != NULL; p = d.big_endian ? NULL : &d, d.big_endian = true)

START_TEST(others_on_linux)
{
	FOR_BOTH_ORDERS(d, DIALECT_LINUX) {
		uint8_t block[1024];
		struct header h;
		make(&d, block, HEADER_INODE, 12);
		make_inode_part(&d, block, S_IFREG | 0644);
		order32(&d, block + 132, 0x10000010);
		order32(&d, block + 144, 70001);
		order32(&d, block + 148, 4000000000u);
		order32(&d, block + 888, 0x102);
		order32(&d, block + 896, 32);
		decode(&d, block, &h);
		ck_assert_int_eq(h.date, MADE_DATE);
		ck_assert_int_eq(h.base_date, MADE_BASE);
		ck_assert_uint_eq(h.volume, 3);
		ck_assert_uint_eq(h.tapea, 77);
		ck_assert_uint_eq(h.first_record, 66);
		ck_assert_str_eq(h.label, "a label of 16 by");
		ck_assert_int_eq(h.level, 5);
		ck_assert_str_eq(h.filesystem, "/home");
		ck_assert_uint_eq(strlen(h.device), 64);
		ck_assert_uint_eq(h.blocking, 32);
		ck_assert_uint_eq(h.meta.links, 3);
		ck_assert_uint_eq(h.meta.uid, 70001);
		ck_assert_uint_eq(h.meta.gid, 4000000000u);
		ck_assert_uint_eq(h.meta.size, UINT64_C(0x123456789a));
		expect_time(h.meta.atime, (struct de_time){ 0xf0000001, 5000 });
		expect_time(h.meta.mtime,
		    (struct de_time){ 900000000, 999999000 });
		expect_time(h.meta.ctime,
		    (struct de_time){ 800000000, 1000000 });
		ck_assert_uint_eq(h.meta.flags, 0x10000010);
		ck_assert(h.flags_are_linux && h.metadata_only && !h.is_exact);
		ck_assert_ptr_eq(h.inline_data, block + 72);
	}
}
END_TEST

START_TEST(old_linux_has_small_ids)
{
	FOR_BOTH_ORDERS(d, DIALECT_LINUX_OLD) {
		uint8_t block[1024];
		struct header h;
		make(&d, block, HEADER_INODE, 12);
		make_inode_part(&d, block, S_IFBLK | 0644);
		order32(&d, block + 72, 0x0811);
		order32(&d, block + 144, 70001);
		decode(&d, block, &h);
		ck_assert_uint_eq(h.meta.uid, 1001);
		ck_assert_uint_eq(h.meta.gid, 1002);
		ck_assert_uint_eq(h.meta.device_major, 8);
		ck_assert_uint_eq(h.meta.device_minor, 17);
		ck_assert_uint_eq(h.blocking, 0);
		/* with -A, it set the flag of the later ones */
		d.family = DIALECT_LINUX;
		order32(&d, block + 144, 0);
		decode(&d, block, &h);
		ck_assert_uint_eq(h.meta.uid, 1001);
		ck_assert_uint_eq(h.meta.gid, 1002);
		d.family = DIALECT_LINUX_OLD;
	}
}
END_TEST

/* The kernel's second form is in the second word. */
START_TEST(device_numbers_of_linux)
{
	static const struct {
		uint32_t first, second, major, minor;
	} numbers[] = {
		{ 0x0801, 0, 8, 1 },
		{ 0, (70000 & 0xff) | 300 << 8 | (70000u & ~0xffu) << 12,
		    300, 70000 },
		{ (70000 & 0xff) | 300 << 8 | (70000u & ~0xffu) << 12, 0,
		    300, 70000 },
	};
	FOR_BOTH_ORDERS(d, DIALECT_LINUX) {
		for (size_t i = 0; i < COUNT(numbers); i++) {
			uint8_t block[1024];
			struct header h;
			make(&d, block, HEADER_INODE, 12);
			order16(&d, block + 32, S_IFCHR);
			order32(&d, block + 72, numbers[i].first);
			order32(&d, block + 76, numbers[i].second);
			decode(&d, block, &h);
			ck_assert_uint_eq(h.meta.device_major,
			    numbers[i].major);
			ck_assert_uint_eq(h.meta.device_minor,
			    numbers[i].minor);
		}
	}
}
END_TEST

/* Block addresses may have the bytes of its magic number. */
START_TEST(what_looks_like_an_extension_is_none)
{
	uint8_t block[1024];
	struct header h;

	make(&ours, block, HEADER_INODE, 12);
	make_inode_part(&ours, block, S_IFREG);
	memcpy(block + 76, "DE\1\0", 4);
	decode(&ours, block, &h);
	ck_assert(!h.is_exact);
	ck_assert_int_eq(h.meta.mtime.seconds, 900000000);
	const struct de_inode inode = { .atime = { 0xf0000001, 1 },
	    .mtime = { 900000000, 2 }, .ctime = { 800000000, 3 } };
	extension_put(block, &inode);
	decode(&ours, block, &h);
	ck_assert(h.is_exact);
	ck_assert_uint_eq(h.meta.mtime.nanoseconds, 2);
	put32(block + 116, 1000000000);
	decode(&ours, block, &h);
	ck_assert(!h.is_exact);
}
END_TEST

START_TEST(parts_of_an_inode)
{
	static const enum header_part parts[] = { HEADER_PART_UNKNOWN,
	    HEADER_PART_FINDER, HEADER_PART_FORK, HEADER_PART_XATTRS,
	    HEADER_PART_UNKNOWN };
	uint8_t block[1024];
	struct header h;

	for (uint32_t i = 0; i < COUNT(parts); i++) {
		make(&ours, block, HEADER_INODE, 12);
		order16(&ours, block + 32, S_IFREG);
		order32(&ours, block + 900, i);
		decode(&ours, block, &h);
		ck_assert_int_eq(h.part, HEADER_PART_DATA);
		order32(&ours, block + 888, 0x8002);
		decode(&ours, block, &h);
		ck_assert_int_eq(h.part, parts[i]);
	}
}
END_TEST

/* Nanoseconds, and seconds with a sign. */
START_TEST(bsd_of_4_4)
{
	FOR_BOTH_ORDERS(d, DIALECT_44BSD) {
		uint8_t block[1024];
		struct header h;
		make(&d, block, HEADER_INODE, 12);
		make_inode_part(&d, block, S_IFCHR);
		order32(&d, block + 60, 999999999);
		order32(&d, block + 68, 1000000000);
		order32(&d, block + 72, 0x12345678);
		order32(&d, block + 144, 70001);
		order32(&d, block + 148, 70002);
		order32(&d, block + 896, 1500000000);
		decode(&d, block, &h);
		ck_assert_uint_eq(h.meta.uid, 70001);
		ck_assert_uint_eq(h.meta.gid, 70002);
		expect_time(h.meta.atime, (struct de_time){ -268435455, 5 });
		expect_time(h.meta.mtime,
		    (struct de_time){ 900000000, 999999999 });
		expect_time(h.meta.ctime, (struct de_time){ 800000000, 0 });
		ck_assert_uint_eq(h.meta.device_major, 0x456);
		ck_assert_uint_eq(h.meta.device_minor, 0x12378);
		ck_assert_uint_eq(h.blocking, 0);
		ck_assert(!h.flags_are_linux);
		ck_assert(!h.metadata_only);
	}
}
END_TEST

START_TEST(bsd_of_4_2_has_no_names)
{
	FOR_BOTH_ORDERS(d, DIALECT_42BSD) {
		uint8_t block[1024];
		struct header h;
		make(&d, block, HEADER_INODE, 12);
		make_inode_part(&d, block, S_IFREG);
		order32(&d, block + 144, 70001);
		order32(&d, block + 888, 0x8180);
		decode(&d, block, &h);
		ck_assert_uint_eq(h.meta.uid, 1001);
		ck_assert_uint_eq(h.flags, 0);
		ck_assert_str_eq(h.label, "");
		ck_assert_str_eq(h.filesystem, "");
		ck_assert_str_eq(h.device, "");
		ck_assert_str_eq(h.host, "");
		ck_assert_int_eq(h.part, HEADER_PART_DATA);
	}
}
END_TEST

START_TEST(freebsd_and_ufs2)
{
	FOR_BOTH_ORDERS(d, DIALECT_UFS2) {
		uint8_t block[1024];
		struct header h;
		make(&d, block, HEADER_INODE, 12);
		make_inode_part(&d, block, S_IFBLK);
		order32(&d, block + 72, 0x0811);
		order32(&d, block + 76, 7);
		order64(&d, block + 80, (uint64_t)INT64_C(-5));
		order64(&d, block + 88, UINT64_C(0x100000001));
		order64(&d, block + 96, (uint64_t)INT64_C(-600000000));
		order32(&d, block + 104, 999);
		order32(&d, block + 144, 70001);
		order32(&d, block + 148, 70002);
		order64(&d, block + 896, UINT64_C(0x200000001));
		order64(&d, block + 904, UINT64_C(0x200000000));
		order64(&d, block + 912, UINT64_C(0x300000000));
		order64(&d, block + 920, UINT64_C(0x400000000));
		decode(&d, block, &h);
		ck_assert_int_eq(h.date, INT64_C(0x200000001));
		ck_assert_int_eq(h.base_date, INT64_C(0x200000000));
		ck_assert_uint_eq(h.tapea, UINT64_C(0x300000000));
		ck_assert_uint_eq(h.first_record, UINT64_C(0x400000000));
		ck_assert_uint_eq(h.meta.uid, 70001);
		ck_assert_uint_eq(h.meta.gid, 70002);
		ck_assert(!h.has_links);
		expect_time(h.meta.atime,
		    (struct de_time){ INT64_C(0x100000001), 5 });
		expect_time(h.meta.mtime,
		    (struct de_time){ -600000000, 999999 });
		expect_time(h.meta.birth_time, (struct de_time){ -5, 7 });
		ck_assert_uint_eq(h.meta.properties,
		    DE_INODE_HAS_BIRTH_TIME);
		ck_assert_uint_eq(h.meta.device_minor, 17);
		ck_assert_uint_eq(h.xattr_size, 999);
		ck_assert_str_eq(h.host, "host");
		order32(&d, block + 104, 0x7fffffff);
		decode(&d, block, &h);
		ck_assert_uint_eq(h.xattr_size, 0);
	}
}
END_TEST

START_TEST(sun_ufsdump)
{
	FOR_BOTH_ORDERS(d, DIALECT_SUN) {
		uint8_t block[1024];
		struct header h;
		make(&d, block, HEADER_INODE, 12);
		make_inode_part(&d, block, S_IFCHR);
		order32(&d, block + (d.big_endian ? 72 : 76),
		    105u << 18 | 70000);
		order32(&d, block + 144, 99);
		order32(&d, block + 148, 70001);
		order32(&d, block + 152, 70002);
		order32(&d, block + 156, 55);
		order32(&d, block + 888, 0x10);
		decode(&d, block, &h);
		ck_assert_uint_eq(h.meta.uid, 1001);
		ck_assert_uint_eq(h.meta.gid, 1002);
		ck_assert_uint_eq(h.meta.device_major, 105);
		ck_assert_uint_eq(h.meta.device_minor, 70000);
		expect_time(h.meta.mtime,
		    (struct de_time){ 900000000, 999999000 });
		expect_time(h.meta.ctime, (struct de_time){ 800000000, 0 });
		ck_assert_uint_eq(h.attribute_directory, 55);
		ck_assert_ptr_eq(h.list, block + 692);
		ck_assert_uint_eq(h.list_length, 196);
		ck_assert_str_eq(h.filesystem, "");
		ck_assert_str_eq(h.label, "a label of 16 by");
		ck_assert(!h.is_hidden && !h.flags_are_linux);

		order16(&d, block + 32, 0130000);
		order16(&d, block + 36, 65535);
		order16(&d, block + 38, 65535);
		order32(&d, block + 888, 0);
		decode(&d, block, &h);
		ck_assert_uint_eq(h.meta.uid, 70001);
		ck_assert_uint_eq(h.meta.gid, 70002);
		ck_assert_int_eq(h.part, HEADER_PART_SHADOW);
		ck_assert(h.is_hidden);
		ck_assert_ptr_null(h.list);
		ck_assert_str_eq(h.filesystem, "/home");
	}
}
END_TEST

START_TEST(small_device_numbers_of_sun)
{
	static const struct {
		uint32_t first, second;
	} places[] = { { 0x0811, 0 }, { 0, 0x0811 }, { 0xffff0811, 0 } };
	FOR_BOTH_ORDERS(d, DIALECT_SUN) {
		for (size_t i = 0; i < COUNT(places); i++) {
			uint8_t block[1024];
			struct header h;
			make(&d, block, HEADER_INODE, 12);
			order16(&d, block + 32, S_IFBLK);
			order32(&d, block + 72, places[i].first);
			order32(&d, block + 76, places[i].second);
			decode(&d, block, &h);
			ck_assert_uint_eq(h.meta.device_major, 8);
			ck_assert_uint_eq(h.meta.device_minor, 17);
		}
	}
}
END_TEST

START_TEST(a_volume_of_sun_may_begin_within_an_inode)
{
	const struct dialect sun = { .family = DIALECT_SUN,
	    .big_endian = true, .block_size = 1024 };
	uint8_t block[1024];
	struct header h;

	make(&sun, block, HEADER_TAPE, 12);
	order32(&sun, block + 160, 3);
	block[164] = block[166] = 1;
	decode(&sun, block, &h);		/* there is no inode */
	ck_assert(!h.continues);
	order16(&sun, block + 32, S_IFREG);
	decode(&sun, block, &h);
	ck_assert(h.continues);
	ck_assert_uint_eq(header_data_blocks(&sun, &h), 2);
	order32(&sun, block + 160, 513);
	decode(&sun, block, &h);
	ck_assert(!h.continues);
	ck_assert_uint_eq(header_data_blocks(&sun, &h), 0);
	make(&sun, block, HEADER_END_OF_MEDIUM, 0);
	decode(&sun, block, &h);
	ck_assert_uint_eq(h.type, HEADER_END_OF_MEDIUM);
	make(&ours, block, HEADER_END_OF_MEDIUM, 0);
	order_checksum(&ours, block);
	ck_assert(!header_decode(&ours, block, &h));
}
END_TEST

START_TEST(large_blocks_of_sun)
{
	const struct dialect mtb = { .family = DIALECT_SUN_MTB,
	    .big_endian = true, .block_size = 65536 };
	uint8_t *block = malloc(mtb.block_size);
	struct header h;

	make(&mtb, block, HEADER_INODE, 12);
	make_inode_part(&mtb, block, S_IFREG);
	order32(&mtb, block + 160, 2);
	block[164] = block[165] = 1;
	block[65535] = 9;
	decode(&mtb, block, &h);
	ck_assert_uint_eq(header_data_blocks(&mtb, &h), 2);
	block[65535] = 8;
	ck_assert(!header_decode(&mtb, block, &h));
	free(block);
}
END_TEST

/* Nobody knows the order of the long IDs; the short ones may tell. */
START_TEST(ids_of_netapp)
{
	static const struct {
		uint16_t short_uid, short_gid;
		uint32_t first, second, uid, gid;
	} ids[] = {
		{ 5, 6, 0, 0, 5, 6 },
		{ 0, 0, 70002, 70001, 70001, 70002 },
		{ 4465, 4466, 70001, 70002, 70001, 70002 },
		{ 4465, 4466, 70002, 70001, 70001, 70002 },
		{ 4465, 4465, 70001, 70001, 70001, 70001 },
	};
	const struct dialect d = { .family = DIALECT_NETAPP,
	    .big_endian = true, .block_size = 1024 };

	for (size_t i = 0; i < COUNT(ids); i++) {
		uint8_t block[1024];
		struct header h;
		make(&d, block, HEADER_INODE, 12);
		make_inode_part(&d, block, S_IFCHR);
		order16(&d, block + 36, ids[i].short_uid);
		order16(&d, block + 38, ids[i].short_gid);
		order32(&d, block + 72, 0x0811);
		order32(&d, block + 144, ids[i].first);
		order32(&d, block + 148, ids[i].second);
		decode(&d, block, &h);
		ck_assert_uint_eq(h.meta.uid, ids[i].uid);
		ck_assert_uint_eq(h.meta.gid, ids[i].gid);
		ck_assert_uint_eq(h.meta.device_minor, 17);
		ck_assert_int_eq(h.meta.mtime.seconds, 900000000);
	}
}
END_TEST

START_TEST(bsd_before_4_2)
{
	FOR_BOTH_ORDERS(d, DIALECT_4BSD) {
		uint8_t block[1024];
		struct header h;
		make(&d, block, HEADER_ADDR, 0);
		order16(&d, block + 20, 12);
		order16(&d, block + 32, S_IFBLK);
		order16(&d, block + 34, 2);
		order16(&d, block + 36, 10);
		order16(&d, block + 38, 20);
		order32(&d, block + 40, 100000);
		order32(&d, block + 44, 0x0811);
		order32(&d, block + 84, 300000001);
		order32(&d, block + 88, 300000002);
		order32(&d, block + 92, 300000003);
		order32(&d, block + 96, 3);
		block[100] = block[102] = 1;
		decode(&d, block, &h);
		ck_assert_uint_eq(h.inode, 12);
		ck_assert_int_eq(h.date, MADE_DATE);
		ck_assert_uint_eq(h.meta.links, 2);
		ck_assert_uint_eq(h.meta.uid, 10);
		ck_assert_uint_eq(h.meta.gid, 20);
		ck_assert_uint_eq(h.meta.size, 100000);
		ck_assert_uint_eq(h.meta.device_major, 8);
		ck_assert_uint_eq(h.meta.device_minor, 17);
		ck_assert_int_eq(h.meta.atime.seconds, 300000001);
		ck_assert_int_eq(h.meta.mtime.seconds, 300000002);
		ck_assert_int_eq(h.meta.ctime.seconds, 300000003);
		ck_assert_uint_eq(header_data_blocks(&d, &h), 2);
		ck_assert_str_eq(h.label, "");
	}
}
END_TEST

START_TEST(bsd_before_4_2_on_the_fast_filesystem)
{
	FOR_BOTH_ORDERS(d, DIALECT_4BSD_FFS) {
		uint8_t block[1024];
		struct header h;
		make(&d, block, HEADER_ADDR, 70000);
		order32(&d, block + 160, 3);
		order16(&d, block + 32, S_IFREG);
		order16(&d, block + 34, 2);
		order16(&d, block + 36, 10);
		order16(&d, block + 38, 20);
		order64(&d, block + 40, 100000);
		order32(&d, block + 56, 300000002);
		block[164] = block[166] = 1;
		order32(&d, block + 888, 0xffffffff);	/* not ours */
		decode(&d, block, &h);
		ck_assert_uint_eq(h.inode, 70000);
		ck_assert_int_eq(h.date, MADE_DATE);
		ck_assert_uint_eq(h.meta.links, 2);
		ck_assert_uint_eq(h.meta.uid, 10);
		ck_assert_uint_eq(h.meta.gid, 20);
		ck_assert_uint_eq(h.meta.size, 100000);
		ck_assert_int_eq(h.meta.mtime.seconds, 300000002);
		ck_assert_uint_eq(header_data_blocks(&d, &h), 2);
		ck_assert_str_eq(h.label, "");
		ck_assert_uint_eq(h.flags, 0);
	}
}
END_TEST

START_TEST(seventh_edition)
{
	const struct dialect d = { .family = DIALECT_V7, .block_size = 512 };
	uint8_t block[512] = "";
	struct header h;

	order16(&d, block, HEADER_INODE);
	order32(&d, block + 2, 0x12345678);
	order32(&d, block + 6, 0x12345600);
	order16(&d, block + 10, 2);
	order32(&d, block + 12, 70000);
	order16(&d, block + 16, 12);
	order16(&d, block + 18, 60011);
	order16(&d, block + 22, S_IFCHR);
	order16(&d, block + 24, 2);
	order16(&d, block + 26, 10);
	order16(&d, block + 28, 20);
	order32(&d, block + 30, 100000);
	block[35] = 17;
	block[36] = 8;
	order32(&d, block + 22 + 52, 300000001);
	order32(&d, block + 22 + 56, 300000002);
	order32(&d, block + 22 + 60, 300000003);
	order16(&d, block + 86, 3);
	block[88] = block[90] = 1;
	decode(&d, block, &h);
	ck_assert_uint_eq(h.type, HEADER_INODE);
	ck_assert_int_eq(h.date, 0x12345678);
	ck_assert_int_eq(h.base_date, 0x12345600);
	ck_assert_uint_eq(h.volume, 2);
	ck_assert_uint_eq(h.tapea, 70000);
	ck_assert_uint_eq(h.inode, 12);
	ck_assert_uint_eq(h.meta.uid, 10);
	ck_assert_uint_eq(h.meta.size, 100000);
	ck_assert_uint_eq(h.meta.device_major, 8);
	ck_assert_uint_eq(h.meta.device_minor, 17);
	ck_assert_int_eq(h.meta.mtime.seconds, 300000002);
	ck_assert_uint_eq(header_data_blocks(&d, &h), 2);
	order16(&d, block + 86, 424);
	decode(&d, block, &h);
	order16(&d, block + 86, 425);		/* past the block */
	order_checksum(&d, block);
	ck_assert(!header_decode(&d, block, &h));
}
END_TEST

START_TEST(sizes_with_exchanged_halves)
{
	struct dialect d = ours;
	uint8_t block[1024];
	struct header h;

	make(&d, block, HEADER_INODE, 2);
	order16(&d, block + 32, S_IFDIR);
	order64(&d, block + 40, 512);
	decode(&d, block, &h);
	ck_assert(!header_is_size_swapped(&h));
	order64(&d, block + 40, UINT64_C(512) << 32);
	decode(&d, block, &h);
	ck_assert(header_is_size_swapped(&h));
	d.swapped_halves = true;
	decode(&d, block, &h);
	ck_assert_uint_eq(h.meta.size, 512);
	ck_assert(!header_is_size_swapped(&h));
	d.swapped_halves = false;
	order64(&d, block + 40, UINT64_C(0x1000000010000000));
	decode(&d, block, &h);
	ck_assert(!header_is_size_swapped(&h));
	order64(&d, block + 40, UINT64_C(512) << 32);
	order16(&d, block + 32, S_IFREG);
	decode(&d, block, &h);
	ck_assert(!header_is_size_swapped(&h));
}
END_TEST

START_TEST(only_headers_are_headers)
{
	uint8_t block[1024];
	struct header h;

	make(&ours, block, HEADER_INODE, 12);
	order32(&ours, block + 160, 512);
	decode(&ours, block, &h);
	ck_assert(header_has_magic(&ours, block));
	block[1000] ^= 1;
	ck_assert(!header_decode(&ours, block, &h));
	block[1000] ^= 1;
	order32(&ours, block + 160, 513);
	order_checksum(&ours, block);
	ck_assert(!header_decode(&ours, block, &h));
	make(&ours, block, HEADER_CLRI, 12);
	order32(&ours, block + 160, 524289);
	decode(&ours, block, &h);
	order32(&ours, block + 160, 524290);
	order_checksum(&ours, block);
	ck_assert(!header_decode(&ours, block, &h));
	make(&ours, block, 0, 12);
	order_checksum(&ours, block);
	ck_assert(!header_decode(&ours, block, &h));
	make(&ours, block, HEADER_INODE, 12);
	order32(&ours, block + 24, 60011);
	order_checksum(&ours, block);
	ck_assert(!header_has_magic(&ours, block));
	ck_assert(!header_decode(&ours, block, &h));
}
END_TEST

/* --------------------------------------------------------------------- runs */

static void
expect_runs(const struct dialect *d, const char *codes, uint32_t count,
    const uint32_t *blocks, const bool *are_data, size_t runs)
{
	const struct header h = { .type = HEADER_INODE, .count = count,
	    .addrs = (const uint8_t *)codes };
	struct header_runs r;
	uint32_t n;
	bool is_data;

	header_runs_begin(&r, d, &h);
	for (size_t i = 0; i < runs; i++) {
		ck_assert(header_runs_next(&r, &n, &is_data));
		ck_assert_uint_eq(n, blocks[i]);
		ck_assert(is_data == are_data[i]);
	}
	ck_assert(!header_runs_next(&r, &n, &is_data));
}

START_TEST(run_lengths)
{
	static const char codes[] = "\1\0\7\6\16\256\11\377\16\376\376\376\377"
	    "\177\377";
	static const uint32_t blocks[] = { 1, 1, 4, 4, 8, 664, 1024, 16384,
	    16448, 64, 64 };
	static const bool are_data[] = { true, false, true, false, false,
	    false, true, false, false, true, true };

	/* the last code lacks its second byte */
	expect_runs(&ours, codes, sizeof(codes) - 1, blocks, are_data,
	    COUNT(blocks));
}
END_TEST

/* As writers that know no run lengths do it, all over a header. */
START_TEST(single_blocks_are_joined)
{
	static const char codes[] = "\0\0\0\0\0\0\0\0\0\0\1"
	    "\1\1\1\1\1\1\1\1\2\2\0";
	static const uint32_t blocks[] = { 10, 9, 2, 2, 1 };
	static const bool are_data[] = { false, true, false, false, false };

	expect_runs(&ours, codes, sizeof(codes) - 1, blocks, are_data,
	    COUNT(blocks));
}
END_TEST

START_TEST(plain_addresses)
{
	const struct dialect bsd = { .family = DIALECT_44BSD,
	    .block_size = 1024 };
	static const char codes[] = "\1\7\377\0\0\200";
	static const uint32_t blocks[] = { 3, 2, 1 };
	static const bool are_data[] = { true, false, true };

	expect_runs(&bsd, codes, sizeof(codes) - 1, blocks, are_data,
	    COUNT(blocks));
}
END_TEST

/* ------------------------------------------------------------------- damage */

START_TEST(no_bytes_lead_astray)
{
	static const enum dialect_family families[] = { DIALECT_LINUX,
	    DIALECT_44BSD, DIALECT_UFS2, DIALECT_SUN, DIALECT_NETAPP,
	    DIALECT_4BSD, DIALECT_4BSD_FFS, DIALECT_V7 };

	for (uint64_t n = 0; n < 20 * CASES; n++) {
		uint64_t seed = n;
		const struct dialect d = {
			.family = families[n % COUNT(families)],
			.big_endian = generate32(&seed) % 2 == 0,
			.swapped_halves = generate32(&seed) % 2 == 0,
			.block_size = 512u << (n % COUNT(families) != 6)
		};
		/* the exact size, so that a sanitizer sees what is outside */
		uint8_t *block = malloc(d.block_size);
		struct header h;
		generate_bytes(&seed, block, d.block_size);
		if (d.family == DIALECT_V7) {
			order16(&d, block, (uint16_t)(n % 8));
			order16(&d, block + 18, 60011);
			order16(&d, block + 86,
			    (uint16_t)generate_below(&seed, 500));
		} else {
			order32(&d, block, n % 8);
			order32(&d, block + 24, dialect_magic(&d));
			order32(&d, block + 96, generate_below(&seed, 520));
			order32(&d, block + 160, generate_below(&seed, 520));
		}
		order_checksum(&d, block);
		if (header_decode(&d, block, &h)) {
			ck_assert_uint_le(strlen(h.label), 16);
			ck_assert_uint_le(strlen(h.device), 64);
			ck_assert_uint_lt(h.meta.mtime.nanoseconds,
			    1000000000);
			ck_assert_uint_le(header_data_blocks(&d, &h),
			    HEADER_ADDRS * 16448);
		}
		free(block);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		volume_map_and_end_come_back,
		headers_of_an_index_come_back,
		inodes_come_back,
		others_on_linux,
		old_linux_has_small_ids,
		device_numbers_of_linux,
		what_looks_like_an_extension_is_none,
		parts_of_an_inode,
		bsd_of_4_4,
		bsd_of_4_2_has_no_names,
		freebsd_and_ufs2,
		sun_ufsdump,
		small_device_numbers_of_sun,
		a_volume_of_sun_may_begin_within_an_inode,
		large_blocks_of_sun,
		ids_of_netapp,
		bsd_before_4_2,
		bsd_before_4_2_on_the_fast_filesystem,
		seventh_edition,
		sizes_with_exchanged_halves,
		only_headers_are_headers,
		run_lengths, single_blocks_are_joined,
		plain_addresses,
		no_bytes_lead_astray,
	};
	return unit_run("header_decode", tests, COUNT(tests));
}
