/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/inomap.h"

#include "unit.h"

START_TEST(length_is_that_of_dump)
{
	const struct {
		uint32_t inodes, blocks;
	} cases[] = {		/* ceil((inodes + 1) / 8) bytes, in KiB */
		{ 1, 1 }, { 4096, 1 }, { 8191, 1 }, { 8192, 2 }, { 16383, 2 },
		{ 16384, 3 }, { 5001264, 611 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct inomap map;
		ck_assert(inomap_init(&map, cases[i].inodes));
		ck_assert_uint_eq(map.tape_blocks, cases[i].blocks);
		inomap_free(&map);
	}
}
END_TEST

START_TEST(inode_2_is_the_second_bit_of_the_first_byte)
{
	struct inomap map;

	ck_assert(inomap_init(&map, 100));
	inomap_add(&map, 2);
	ck_assert_uint_eq(map.bits[0], 0x02);
	inomap_add(&map, 8);
	ck_assert_uint_eq(map.bits[0], 0x82);
	inomap_add(&map, 9);
	ck_assert_uint_eq(map.bits[1], 0x01);
	inomap_free(&map);
}
END_TEST

START_TEST(numbers_it_cannot_hold_are_never_in_it)
{
	struct inomap map;

	ck_assert(inomap_init(&map, 100));
	inomap_add(&map, 0);
	inomap_add(&map, 101);
	inomap_add(&map, UINT32_MAX);
	ck_assert(!inomap_has(&map, 0));
	ck_assert(!inomap_has(&map, 101));
	ck_assert(!inomap_has(&map, UINT32_MAX));
	for (int i = 0; i < 1024; i++)
		ck_assert_uint_eq(map.bits[i], 0);
	inomap_add(&map, 100);
	ck_assert(inomap_has(&map, 100));
	inomap_free(&map);
}
END_TEST

START_TEST(next_finds_each_member_once_in_order)
{
	static const uint32_t members[] = {
		1, 2, 7, 8, 9, 16, 17, 63, 64, 65, 8191, 8192, 8193, 20000
	};
	struct inomap map;
	uint32_t from = 0;
	size_t n = 0;

	ck_assert(inomap_init(&map, 20000));
	for (size_t i = 0; i < COUNT(members); i++)
		inomap_add(&map, members[i]);
	while ((from = inomap_next(&map, from)) != 0) {
		ck_assert_uint_lt(n, COUNT(members));
		ck_assert_uint_eq(from, members[n]);
		n++;
		from++;
	}
	ck_assert_uint_eq(n, COUNT(members));
	ck_assert_uint_eq(inomap_next(&map, 20001), 0);
	ck_assert_uint_eq(inomap_next(&map, UINT32_MAX), 0);
	inomap_free(&map);
}
END_TEST

START_TEST(next_of_an_empty_map_is_nothing)
{
	struct inomap map;

	ck_assert(inomap_init(&map, 20000));
	ck_assert_uint_eq(inomap_next(&map, 0), 0);
	ck_assert_uint_eq(inomap_next(&map, 1), 0);
	inomap_free(&map);
}
END_TEST

START_TEST(a_range_has_both_its_ends)
{
	static const struct {
		uint32_t first, last, count;
	} cases[] = {
		{ 1, 1, 1 }, { 3, 5, 3 }, { 7, 10, 4 }, { 8, 9, 2 },
		{ 9, 16, 8 }, { 1, 100, 100 }, { 2, 99, 98 }, { 0, 3, 3 },
		{ 95, 4000000000, 6 }, { 101, 200, 0 }, { 5, 4, 0 },
		{ 4294967295, 4294967295, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct inomap map;
		ck_assert(inomap_init(&map, 100));
		inomap_add_range(&map, cases[i].first, cases[i].last);
		ck_assert_uint_eq(inomap_count(&map), cases[i].count);
		for (uint32_t n = 1; n <= 100; n++)
			ck_assert_int_eq(inomap_has(&map, n),
			    n >= cases[i].first && n <= cases[i].last);
		inomap_free(&map);
	}
}
END_TEST

START_TEST(unite_and_intersect)
{
	struct inomap map, other;

	ck_assert(inomap_init(&map, 20000));
	ck_assert(inomap_init(&other, 20000));
	inomap_add(&map, 1);
	inomap_add(&map, 9000);
	inomap_add(&other, 9000);
	inomap_add(&other, 20000);
	inomap_unite(&map, &other);
	ck_assert_uint_eq(inomap_count(&map), 3);
	ck_assert(inomap_has(&map, 1) && inomap_has(&map, 9000) &&
	    inomap_has(&map, 20000));
	inomap_intersect(&map, &other);
	ck_assert_uint_eq(inomap_count(&map), 2);
	ck_assert(!inomap_has(&map, 1));
	inomap_free(&map);
	inomap_free(&other);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		length_is_that_of_dump,
		inode_2_is_the_second_bit_of_the_first_byte,
		numbers_it_cannot_hold_are_never_in_it,
		next_finds_each_member_once_in_order,
		next_of_an_empty_map_is_nothing,
		a_range_has_both_its_ends,
		unite_and_intersect,
	};
	return unit_run("inomap", tests, COUNT(tests));
}
