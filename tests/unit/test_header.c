/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_header.c - headers, by the numbers in doc/stream-format.md
 */
#include "core/format/header.h"

#include <sys/stat.h>

#include "core/format/extension.h"
#include "unit.h"

static const struct header_identity identity = {
	.date = 0x5f5e1001,
	.base_date = 0,
	.level = 0,
	.blocking = 64,
	.label = "nightly",
	.filesystem = "/home",
	.device = "/dev/vg0/home",
	.host = "mail.example",
};

/* What every header of that dump has, at literal offsets. */
static void
expect_common(uint8_t block[static DE_TAPE_BLOCK])
{
	memset(block, 0, DE_TAPE_BLOCK);
	put32(block + 4, 0x5f5e1001);
	put32(block + 24, 60012);
	memcpy(block + 676, "nightly", 7);
	memcpy(block + 696, "/home", 5);
	memcpy(block + 760, "/dev/vg0/home", 13);
	memcpy(block + 824, "mail.example", 12);
	put32(block + 888, 2);
	put32(block + 896, 64);
}

static void
expect_block(const uint8_t *found, const uint8_t *expected)
{
	for (int i = 0; i < DE_TAPE_BLOCK; i++)
		ck_assert_msg(found[i] == expected[i],
		    "byte %d is 0x%02x, not 0x%02x", i, found[i], expected[i]);
}

static uint32_t
sum_of(const uint8_t *block)
{
	uint32_t sum = 0;

	for (int i = 0; i < DE_TAPE_BLOCK; i += 4)
		sum += get32(block + i);
	return sum;
}

static void
make_inode(struct header_template *t, uint8_t *block,
    const struct de_inode *inode)
{
	const struct header_content content = { .size = inode->size };

	header_template_init(t, &identity);
	header_inode(t, block, HEADER_INODE, inode, &content);
}

START_TEST(volume_header_is_as_specified)
{
	struct header_template t;
	uint8_t block[DE_TAPE_BLOCK], expected[DE_TAPE_BLOCK];

	header_template_init(&t, &identity);
	header_volume(&t, block, 77, 1);
	expect_common(expected);
	put32(expected + 0, 1);
	put32(expected + 20, 77);
	put32(expected + 160, 1);
	put32(expected + 888, 3);
	expect_block(block, expected);
}
END_TEST

START_TEST(map_headers_are_as_specified)
{
	struct header_template t;
	uint8_t block[DE_TAPE_BLOCK], expected[DE_TAPE_BLOCK];

	header_template_init(&t, &identity);
	expect_common(expected);
	put32(expected + 0, 6);
	put32(expected + 20, 5001264);
	put32(expected + 40, 611 * 1024);
	put32(expected + 160, 611);
	header_map(&t, block, HEADER_CLRI, 5001264, 611);
	expect_block(block, expected);

	put32(expected + 0, 3);
	put32(expected + 20, 2);
	header_map(&t, block, HEADER_BITS, 2, 611);
	expect_block(block, expected);
}
END_TEST

START_TEST(end_header_is_as_specified)
{
	struct header_template t;
	uint8_t block[DE_TAPE_BLOCK], expected[DE_TAPE_BLOCK];

	header_template_init(&t, &identity);
	header_end(&t, block, 4096, HEADER_FOLLOWS_NOTHING);
	expect_common(expected);
	put32(expected + 0, 5);
	put32(expected + 20, 4096);
	expect_block(block, expected);
	header_end(&t, block, 4096, HEADER_FOLLOWS_ATTRIBUTES);
	memcpy(expected + 904, "DEa1", 4);
	expect_block(block, expected);
	header_end(&t, block, 4096, HEADER_FOLLOWS_INDEX);
	memcpy(expected + 904, "DEi1", 4);
	header_set_place(block, 1, 2);
	expect_block(block, expected);
}
END_TEST

START_TEST(headers_of_an_index_are_as_specified)
{
	const struct header_pointer pointer = { 3, 0x123456789a, 77777,
	    "0123456789abcde" };
	struct header_template t;
	uint8_t block[DE_TAPE_BLOCK], expected[DE_TAPE_BLOCK];

	header_template_init(&t, &identity);
	header_end_pointing(&t, block, 4096, &pointer);
	expect_common(expected);
	put32(expected + 0, 5);
	put32(expected + 20, 4096);
	memcpy(expected + 904, "DEp1", 4);
	put32(expected + 908, 3);
	put64(expected + 912, 0x123456789a);
	put64(expected + 920, 77777);
	memcpy(expected + 928, "0123456789abcde", 16);
	expect_block(block, expected);
	header_set_place(block, 4, 1);
	put32(expected + 908, 4);
	put64(expected + 912, 1);
	expect_block(block, expected);

	header_index(&t, block, 2, 0x80000, 2049);
	expect_common(expected);
	put32(expected + 0, 2);
	put32(expected + 20, 2);
	put64(expected + 40, 2049);
	put32(expected + 160, 3);
	memset(expected + 164, 1, 3);
	put32(expected + 888, 0x8002);
	put32(expected + 900, 0x49);
	memcpy(expected + 904, "DEx1", 4);
	put64(expected + 908, 0x80000);
	expect_block(block, expected);
	ck_assert(!header_begins_index(block));
	header_index(&t, block, 2, 0, 1);
	ck_assert(header_begins_index(block));
}
END_TEST

START_TEST(inode_header_is_as_specified)
{
	static const uint8_t addrs[] = { 1, 0, 1, 1 };
	const struct de_inode inode = {
		.number = 12,
		.mode = S_IFREG | 04755,
		.links = 3,
		.uid = 4000000000u,
		.gid = 70001,
		.size = 4097,
		.atime = { 1000000001, 123456789 },
		.mtime = { 1000000002, 999999999 },
		.ctime = { 1000000003, 1000 },
		.flags = 0x80040,
		.generation = 99,
	};
	const struct header_content content = {
		.size = UINT64_C(0x123456789a), .addrs = addrs, .count = 4,
	};
	struct header_template t;
	uint8_t block[DE_TAPE_BLOCK], expected[DE_TAPE_BLOCK];

	expect_common(expected);
	put32(expected + 0, 2);
	put32(expected + 20, 12);
	put16(expected + 32, 0104755);
	put16(expected + 34, 3);
	put16(expected + 36, (uint16_t)(4000000000u & 0xffff));
	put16(expected + 38, 70001 & 0xffff);
	put32(expected + 40, 0x3456789a);
	put32(expected + 44, 0x12);
	put32(expected + 48, 1000000001);
	put32(expected + 52, 123456);
	put32(expected + 56, 1000000002);
	put32(expected + 60, 999999);
	put32(expected + 64, 1000000003);
	put32(expected + 68, 1);
	put32(expected + 132, 0x80040);
	put32(expected + 144, 4000000000u);
	put32(expected + 148, 70001);
	put32(expected + 160, 4);
	memcpy(expected + 164, addrs, 4);
	extension_put(expected, &inode);	/* test_extension.c */

	header_template_init(&t, &identity);
	header_inode(&t, block, HEADER_INODE, &inode, &content);
	expect_block(block, expected);

	put32(expected + 0, 4);
	header_inode(&t, block, HEADER_ADDR, &inode, &content);
	expect_block(block, expected);
}
END_TEST

START_TEST(all_512_addresses_fit_and_end_before_the_label)
{
	uint8_t addrs[HEADER_ADDRS];
	const struct de_inode inode = { .number = 12, .mode = S_IFREG };
	const struct header_content content = {
		.size = 524288, .addrs = addrs, .count = 512,
	};
	struct header_template t;
	uint8_t block[DE_TAPE_BLOCK];

	memset(addrs, 1, sizeof(addrs));
	header_template_init(&t, &identity);
	header_inode(&t, block, HEADER_INODE, &inode, &content);
	ck_assert_mem_eq(block + 164, addrs, 512);
	ck_assert_uint_eq(block[163], 0);
	ck_assert_str_eq((const char *)block + 676, "nightly");
}
END_TEST

START_TEST(attribute_header_is_marked)
{
	const struct de_inode inode = { .number = 12, .mode = S_IFREG };
	const struct header_content content = {
		.size = 100, .addrs = (const uint8_t *)"\1", .count = 1,
		.attributes = true,
	};
	struct header_template t;
	uint8_t block[DE_TAPE_BLOCK];

	header_template_init(&t, &identity);
	header_inode(&t, block, HEADER_INODE, &inode, &content);
	ck_assert_uint_eq(get32(block + 888), 0x8002);
	ck_assert_uint_eq(get32(block + 900), 3);
	ck_assert_uint_eq(get32(block + 40), 100);
}
END_TEST

START_TEST(stamp_makes_the_words_add_up_to_84446)
{
	struct header_template t;
	struct header_position at = { .tapea = 0, .volume = 1 };
	uint8_t block[DE_TAPE_BLOCK];

	header_template_init(&t, &identity);
	header_end(&t, block, 4096, HEADER_FOLLOWS_NOTHING);
	header_stamp(block, &at);
	ck_assert_uint_eq(sum_of(block), 84446);

	at = (struct header_position){ 0xfffffff0u, 127, 0x80000001u };
	header_stamp(block, &at);	/* again, at another place */
	ck_assert_uint_eq(sum_of(block), 84446);
	ck_assert_uint_eq(get32(block + 12), 127);
	ck_assert_uint_eq(get32(block + 16), 0xfffffff0u);
	ck_assert_uint_eq(get32(block + 892), 0x80000001u);
}
END_TEST

START_TEST(times_outside_the_format_are_put_at_its_ends)
{
	const struct {
		struct de_time given;
		uint32_t seconds;
		uint32_t micro;
	} cases[] = {
		{ { 0, 0 }, 0, 0 },
		{ { -1, 999999999 }, 0, 0 },
		{ { INT64_MIN, 0 }, 0, 0 },
		{ { 2147483648, 0 }, 0x80000000u, 0 },
		{ { 4294967295, 999 }, 0xffffffffu, 0 },
		{ { 4294967295, 999999999 }, 0xffffffffu, 999999 },
		{ { 4294967296, 5000 }, 0xffffffffu, 0 },
		{ { INT64_MAX, 0 }, 0xffffffffu, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct de_inode inode = { .number = 12, .mode = S_IFREG,
		    .mtime = cases[i].given };
		struct header_template t;
		uint8_t block[DE_TAPE_BLOCK];

		make_inode(&t, block, &inode);
		ck_assert_uint_eq(get32(block + 56), cases[i].seconds);
		ck_assert_uint_eq(get32(block + 60), cases[i].micro);
	}
}
END_TEST

START_TEST(microseconds_never_reach_a_million)
{
	/* a damaged inode may hold up to 30 bits of nanoseconds */
	const struct de_inode inode = { .number = 12, .mode = S_IFREG,
	    .mtime = { 5, 1073741823 }, .atime = { 5, 1000000000 } };
	struct header_template t;
	uint8_t block[DE_TAPE_BLOCK];

	make_inode(&t, block, &inode);
	ck_assert_uint_lt(get32(block + 60), 1000000);
	ck_assert_uint_lt(get32(block + 52), 1000000);
}
END_TEST

START_TEST(holds_time_knows_the_ends)
{
	const struct de_time held[] = { { 0, 0 }, { 4294967295, 999999999 } };
	const struct de_time not[] = { { -1, 0 }, { 4294967296, 0 } };

	for (size_t i = 0; i < 2; i++) {
		ck_assert(header_holds_time(&held[i]));
		ck_assert(!header_holds_time(&not[i]));
	}
}
END_TEST

START_TEST(device_numbers_have_the_long_form)
{
	const struct {
		uint32_t major, minor, word;
	} cases[] = {
		{ 8, 1, 0x00000801 },
		{ 1, 3, 0x00000103 },
		{ 300, 70000, 0x11112c70 },
		{ 0, 300, 0x0010002c },
		{ 4095, 524287, 0x7fffffff },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct de_inode inode = { .number = 12,
		    .mode = (i & 1) != 0 ? S_IFBLK : S_IFCHR,
		    .device_major = cases[i].major,
		    .device_minor = cases[i].minor };
		struct header_template t;
		uint8_t block[DE_TAPE_BLOCK];

		make_inode(&t, block, &inode);
		ck_assert_uint_eq(get32(block + 72), cases[i].word);
		ck_assert(header_holds_device(cases[i].major, cases[i].minor));
	}
	ck_assert(!header_holds_device(0, 524288));
	ck_assert(!header_holds_device(4095, 1048575));
	ck_assert(!header_holds_device(4096, 0));
}
END_TEST

START_TEST(only_files_and_directories_have_flags_and_only_devices_numbers)
{
	const uint16_t types[] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO,
	    S_IFSOCK, S_IFCHR, S_IFBLK };

	for (size_t i = 0; i < COUNT(types); i++) {
		const uint16_t type = types[i];
		const struct de_inode inode = { .number = 12, .mode = type,
		    .flags = 0x80000, .device_major = 8, .device_minor = 1 };
		struct header_template t;
		uint8_t block[DE_TAPE_BLOCK];

		make_inode(&t, block, &inode);
		ck_assert_uint_eq(get32(block + 132),
		    type == S_IFREG || type == S_IFDIR ? 0x80000 : 0);
		ck_assert_uint_eq(get32(block + 72),
		    type == S_IFCHR || type == S_IFBLK ? 0x801 : 0);
	}
}
END_TEST

START_TEST(flags_of_the_disk_are_kept_in_the_extension_only)
{
	static const struct {
		uint16_t type;
		uint32_t raw, written;
	} cases[] = {
		{ S_IFREG, 0x10000000, 0 },		/* inline data */
		{ S_IFDIR, 0x10000000, 0 },
		{ S_IFREG, 0x10000080, 0x80 },
		{ S_IFREG, 0x000c0010, 0x80010 },	/* huge file */
		{ S_IFREG, 0x00680020, 0x80020 },
		{ S_IFDIR, 0x8d802040, 0x40 },
		{ S_IFREG, 0x60030001, 1 },		/* of directories */
		{ S_IFDIR, 0x60031001, 0x60031001 },
		{ S_IFREG, 0x0218d7ff, 0x0218d7ff },	/* all others */
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct de_inode inode = { .number = 12,
		    .mode = cases[i].type, .flags = cases[i].raw };
		struct header_template t;
		uint8_t block[DE_TAPE_BLOCK];

		make_inode(&t, block, &inode);
		ck_assert_uint_eq(get32(block + 132), cases[i].written);
		ck_assert_uint_eq(get32(block + 136), cases[i].raw);
	}
}
END_TEST

START_TEST(long_texts_are_cut_and_stay_terminated)
{
	char text[200];
	struct header_identity id = identity;
	struct header_template t;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	id.label = id.filesystem = id.device = id.host = text;
	header_template_init(&t, &id);
	ck_assert_uint_eq(strnlen((char *)t.block + 676, 16), 15);
	ck_assert_uint_eq(strnlen((char *)t.block + 696, 64), 63);
	ck_assert_uint_eq(strnlen((char *)t.block + 760, 64), 63);
	ck_assert_uint_eq(strnlen((char *)t.block + 824, 64), 63);
	ck_assert_uint_eq(get32(t.block + 692), 0);	/* level, after it */
	ck_assert_uint_eq(get32(t.block + 888), 2);	/* flags, after host */

	id.label = "123456789012345";			/* just fits */
	header_template_init(&t, &id);
	ck_assert_str_eq((char *)t.block + 676, id.label);
}
END_TEST

START_TEST(dates_after_2038_stay_positive)
{
	struct header_identity id = identity;
	struct header_template t;

	id.date = INT64_C(2147483648);
	id.base_date = INT64_C(5000000000);
	id.level = 12;
	header_template_init(&t, &id);
	ck_assert_uint_eq(get32(t.block + 4), 0x7fffffff);
	ck_assert_uint_eq(get32(t.block + 8), 0x7fffffff);
	ck_assert_uint_eq(get32(t.block + 692), 12);
	id.date = -5;
	header_template_init(&t, &id);
	ck_assert_uint_eq(get32(t.block + 4), 0);
}
END_TEST

START_TEST(link_count_stays_within_16_signed_bits)
{
	const struct de_inode inode = { .number = 12, .mode = S_IFREG,
	    .links = 65000 };
	struct header_template t;
	uint8_t block[DE_TAPE_BLOCK];

	make_inode(&t, block, &inode);
	ck_assert_uint_eq(get16(block + 34), 32767);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		volume_header_is_as_specified,
		map_headers_are_as_specified,
		end_header_is_as_specified,
		headers_of_an_index_are_as_specified,
		inode_header_is_as_specified,
		all_512_addresses_fit_and_end_before_the_label,
		attribute_header_is_marked,
		stamp_makes_the_words_add_up_to_84446,
		times_outside_the_format_are_put_at_its_ends,
		microseconds_never_reach_a_million,
		holds_time_knows_the_ends,
		device_numbers_have_the_long_form,
		only_files_and_directories_have_flags_and_only_devices_numbers,
		flags_of_the_disk_are_kept_in_the_extension_only,
		long_texts_are_cut_and_stay_terminated,
		dates_after_2038_stay_positive,
		link_count_stays_within_16_signed_bits,
	};
	return unit_run("header", tests, COUNT(tests));
}
