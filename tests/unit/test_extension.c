/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_extension.c - the extension, by the numbers in doc/stream-format.md
 */
#include "core/format/extension.h"

#include <sys/stat.h>

#include "unit.h"

static const struct de_inode full = {
	.atime = { -1, 999999999 },
	.mtime = { INT64_C(0x123456789), 1 },
	.ctime = { 1600000000, 123456789 },
	.birth_time = { INT64_C(-0x100000000), 2 },
	.device_major = 0xfff00001,
	.device_minor = 0x80000000,
	.flags = 0x40100020,
	.generation = 0xdeadbeef,
	.properties = DE_INODE_HAS_BIRTH_TIME | DE_INODE_HAS_XATTRS,
	.project = 4000000000u,
};

START_TEST(it_is_as_specified)
{
	uint8_t block[DE_TAPE_BLOCK] = "", expected[DE_TAPE_BLOCK] = "";

	memcpy(expected + 76, "DE\1\1", 4);
	put32(expected + 80, 0xffffffff);
	put32(expected + 84, 0xffffffff);
	put32(expected + 88, 0x23456789);
	put32(expected + 92, 1);
	put32(expected + 96, 1600000000);
	put32(expected + 108, 0xffffffff);
	put32(expected + 112, 999999999);
	put32(expected + 116, 1);
	put32(expected + 120, 123456789);
	put32(expected + 124, 2);
	put32(expected + 128, 4000000000u);
	put32(expected + 136, 0x40100020);
	put32(expected + 140, 0xdeadbeef);
	put32(expected + 152, 0xfff00001);
	put32(expected + 156, 0x80000000);
	extension_put(block, &full);
	for (int i = 0; i < DE_TAPE_BLOCK; i++)
		ck_assert_msg(block[i] == expected[i],
		    "byte %d is 0x%02x, not 0x%02x", i, block[i], expected[i]);
}
END_TEST

static void
expect_time(struct de_time found, struct de_time expected)
{
	ck_assert_int_eq(found.seconds, expected.seconds);
	ck_assert_uint_eq(found.nanoseconds, expected.nanoseconds);
}

START_TEST(what_was_put_is_got)
{
	uint8_t block[DE_TAPE_BLOCK] = "";
	struct de_inode found = { .number = 5 };

	extension_put(block, &full);
	ck_assert(extension_get(block, &found));
	expect_time(found.atime, full.atime);
	expect_time(found.mtime, full.mtime);
	expect_time(found.ctime, full.ctime);
	expect_time(found.birth_time, full.birth_time);
	ck_assert_uint_eq(found.properties, DE_INODE_HAS_BIRTH_TIME);
	ck_assert_uint_eq(found.project, full.project);
	ck_assert_uint_eq(found.flags, full.flags);
	ck_assert_uint_eq(found.generation, full.generation);
	ck_assert_uint_eq(found.device_major, full.device_major);
	ck_assert_uint_eq(found.device_minor, full.device_minor);
	ck_assert_uint_eq(found.number, 5);
}
END_TEST

START_TEST(a_time_of_creation_counts_only_if_there_is_one)
{
	uint8_t block[DE_TAPE_BLOCK] = "";
	struct de_inode inode = full, found = { 0 };

	inode.properties = 0;
	extension_put(block, &inode);
	ck_assert(extension_get(block, &found));
	ck_assert_uint_eq(found.properties, 0);
	expect_time(found.birth_time, (struct de_time){ 0, 0 });
}
END_TEST

START_TEST(other_headers_have_none)
{
	uint8_t block[DE_TAPE_BLOCK] = "";
	struct de_inode found = { 0 };

	ck_assert(!extension_get(block, &found));
	extension_put(block, &full);
	block[78] = 2;
	ck_assert(!extension_get(block, &found));
	block[78] = 1;
	block[77] = 'F';
	ck_assert(!extension_get(block, &found));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		it_is_as_specified,
		what_was_put_is_got,
		a_time_of_creation_counts_only_if_there_is_one,
		other_headers_have_none,
	};
	return unit_run("extension", tests, COUNT(tests));
}
