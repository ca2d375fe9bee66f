/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/ring/backlog.h"

#include "unit.h"

static void
add_block(struct backlog *b, enum backlog_kind kind, int byte)
{
	uint8_t block[DE_TAPE_BLOCK];

	memset(block, byte, sizeof(block));
	ck_assert(backlog_add_block(b, kind, block));
	/* It holds a copy. */
	memset(block, 0, sizeof(block));
}

static void
add_extent(struct backlog *b, uint64_t address)
{
	const struct ring_extent extent = { .address = address, .length = 4096,
	    .inode = 12, .offset = 8192 };

	ck_assert(backlog_add_extent(b, &extent));
}

static void
expect_block(struct backlog *b, enum backlog_kind kind, int byte)
{
	ck_assert_ptr_nonnull(b->first);
	ck_assert_int_eq(b->first->kind, kind);
	for (size_t i = 0; i < DE_TAPE_BLOCK; i++)
		ck_assert_int_eq(b->first->block[i], byte);
	backlog_drop_first(b);
}

static void
expect_extent(struct backlog *b, uint64_t address)
{
	ck_assert_ptr_nonnull(b->first);
	ck_assert_int_eq(b->first->kind, BACKLOG_EXTENT);
	ck_assert_uint_eq(b->first->extent.address, address);
	ck_assert_uint_eq(b->first->extent.length, 4096);
	ck_assert_uint_eq(b->first->extent.inode, 12);
	ck_assert_uint_eq(b->first->extent.offset, 8192);
	backlog_drop_first(b);
}

START_TEST(what_was_added_comes_in_its_order)
{
	struct backlog b;

	backlog_init(&b);
	ck_assert_ptr_null(b.first);
	add_block(&b, BACKLOG_HEADER, 1);
	add_extent(&b, 1000);
	add_block(&b, BACKLOG_DATA, 2);
	expect_block(&b, BACKLOG_HEADER, 1);
	expect_extent(&b, 1000);
	expect_block(&b, BACKLOG_DATA, 2);
	ck_assert_ptr_null(b.first);
}
END_TEST

START_TEST(it_can_be_filled_again_when_it_was_emptied)
{
	struct backlog b;

	backlog_init(&b);
	for (int i = 1; i <= 3; i++) {
		add_block(&b, BACKLOG_DATA, i);
		expect_block(&b, BACKLOG_DATA, i);
		ck_assert_ptr_null(b.first);
	}
	add_extent(&b, 5);
	backlog_clear(&b);
	ck_assert_ptr_null(b.first);
	add_extent(&b, 6);
	add_extent(&b, 7);
	expect_extent(&b, 6);
	expect_extent(&b, 7);
}
END_TEST

START_TEST(what_is_put_in_front_comes_first)
{
	struct backlog b, front;

	backlog_init(&b);
	backlog_init(&front);
	add_block(&b, BACKLOG_DATA, 3);
	add_block(&front, BACKLOG_HEADER, 1);
	add_extent(&front, 2);
	backlog_prepend(&b, &front);
	ck_assert_ptr_null(front.first);
	/* The end is unchanged. */
	add_block(&b, BACKLOG_DATA, 4);
	expect_block(&b, BACKLOG_HEADER, 1);
	expect_extent(&b, 2);
	expect_block(&b, BACKLOG_DATA, 3);
	expect_block(&b, BACKLOG_DATA, 4);
	ck_assert_ptr_null(b.first);
}
END_TEST

START_TEST(in_front_of_nothing_and_nothing_in_front)
{
	struct backlog b, front;

	backlog_init(&b);
	backlog_init(&front);
	backlog_prepend(&b, &front);
	ck_assert_ptr_null(b.first);
	add_extent(&front, 1);
	backlog_prepend(&b, &front);
	add_extent(&b, 2);
	backlog_prepend(&b, &front);
	/* The other one is as if new. */
	add_extent(&front, 9);
	expect_extent(&front, 9);
	expect_extent(&b, 1);
	expect_extent(&b, 2);
	ck_assert_ptr_null(b.first);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_added_comes_in_its_order,
		it_can_be_filled_again_when_it_was_emptied,
		what_is_put_in_front_comes_first,
		in_front_of_nothing_and_nothing_in_front,
	};
	return unit_run("backlog", tests, COUNT(tests));
}
