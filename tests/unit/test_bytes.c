/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_bytes.c - little-endian numbers, on every machine and at every address
 */
#include "plugins/common/bytes.h"

#include "unit.h"

static const uint8_t bytes[] = {
	0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88
};

START_TEST(the_first_byte_is_the_lowest)
{
	ck_assert_uint_eq(get16(bytes), 0x8201);
	ck_assert_uint_eq(get32(bytes), 0x84038201);
	ck_assert_uint_eq(get64(bytes), 0x8807860584038201);
}
END_TEST

START_TEST(what_is_put_is_what_comes_back)
{
	uint8_t room[sizeof(bytes) + 1];

	/* Also at unaligned addresses. */
	for (size_t at = 0; at < 2; at++) {
		put64(room + at, 0x8807860584038201);
		ck_assert_mem_eq(room + at, bytes, 8);
		memset(room, 0, sizeof(room));
		put32(room + at, 0x84038201);
		ck_assert_mem_eq(room + at, bytes, 4);
		ck_assert_uint_eq(room[at + 4], 0);
		memset(room, 0, sizeof(room));
		put16(room + at, 0x8201);
		ck_assert_mem_eq(room + at, bytes, 2);
		ck_assert_uint_eq(room[at + 2], 0);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_first_byte_is_the_lowest,
		what_is_put_is_what_comes_back,
	};
	return unit_run("bytes", tests, COUNT(tests));
}
