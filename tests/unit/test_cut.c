/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_cut.c - where a volume is cut, as planned or by a full medium
 */
#include "core/write/cut.h"

#include "core/format/header.h"
#include "unit.h"

#define BLOCKING 4
#define MAP_BLOCKS 1

struct fixture {
	struct volume_settings settings;
	int64_t size;
	struct header_template template;
	struct cut cut;
};

/* Volume 2, as volume 1 needs room for its maps; 0 KiB: no planned size. */
static void
begin(struct fixture *f, int64_t kib)
{
	const struct header_identity id = {
		.label = "", .filesystem = "", .device = "", .host = "",
	};

	*f = (struct fixture){ .size = kib * 1024 };
	f->settings.sizes = &f->size;
	f->settings.size_count = kib != 0;
	header_template_init(&f->template, &id);
	cut_init(&f->cut, &f->settings, BLOCKING, MAP_BLOCKS);
	cut_begin_volume(&f->cut, 2);
	ck_assert(cut_remember(&f->cut, 16));
}

static void
end(struct fixture *f)
{
	cut_clear(&f->cut);
}

static void
put_inode(struct fixture *f, uint32_t number, uint32_t data, bool attributes)
{
	uint8_t block[DE_TAPE_BLOCK], addrs[HEADER_ADDRS];
	const struct de_inode inode = { .number = number, .mode = 0100644 };
	const struct header_content content = {
		.addrs = addrs, .count = data, .attributes = attributes,
	};

	ck_assert_uint_le(data, HEADER_ADDRS);
	memset(addrs, 1, sizeof(addrs));
	header_inode(&f->template, block, HEADER_INODE, &inode, &content);
	cut_count_header(&f->cut, block);
	for (uint32_t i = 0; i < data; i++)
		cut_count_data(&f->cut, 1);
}

static void
fill(struct fixture *f, uint32_t blocks)
{
	for (uint32_t i = 0; i < blocks; i++)
		cut_count_own(&f->cut);
}

START_TEST(without_a_plan_there_is_room_for_everything)
{
	struct fixture f;

	begin(&f, 0);
	put_inode(&f, 7, 500, false);
	cut_between_inodes(&f.cut);
	cut_keep_together(&f.cut, 100);
	ck_assert_uint_eq(cut_room(&f.cut), UINT64_MAX - 501);
	end(&f);
}
END_TEST

START_TEST(a_planned_volume_is_full_at_its_size)
{
	struct fixture f;

	begin(&f, 40);
	put_inode(&f, 7, 38, false);
	ck_assert_uint_eq(cut_room(&f.cut), 1);
	cut_count_own(&f.cut);
	ck_assert_uint_eq(cut_room(&f.cut), 0);
	end(&f);
}
END_TEST

START_TEST(an_end_that_is_near_comes_between_two_inodes)
{
	struct fixture f;

	begin(&f, 1024);	/* 1024 blocks; up to 16 of them early */
	fill(&f, 1000);
	put_inode(&f, 7, 3, false);
	cut_between_inodes(&f.cut);
	ck_assert_uint_eq(cut_room(&f.cut), 20);
	put_inode(&f, 8, 3, false);
	cut_between_inodes(&f.cut);
	ck_assert_uint_eq(cut_room(&f.cut), 0);
	end(&f);
}
END_TEST

START_TEST(no_volume_is_cut_inside_a_record_or_behind_an_attribute)
{
	struct fixture f;

	begin(&f, 1024);
	fill(&f, 1006);
	put_inode(&f, 7, 3, false);
	cut_between_inodes(&f.cut);
	ck_assert_uint_eq(cut_room(&f.cut), 14);
	put_inode(&f, 7, 1, true);
	ck_assert_uint_eq(f.cut.blocks % BLOCKING, 0);
	cut_between_inodes(&f.cut);
	ck_assert_uint_eq(cut_room(&f.cut), 12);
	end(&f);
}
END_TEST

START_TEST(what_is_to_stay_together_goes_to_the_next_volume)
{
	struct fixture f;

	begin(&f, 40);
	put_inode(&f, 7, 36, false);
	cut_keep_together(&f.cut, 3);
	ck_assert_uint_eq(cut_room(&f.cut), 3);
	cut_keep_together(&f.cut, 4);
	ck_assert_uint_eq(f.cut.limit, 36);	/* including the open record */
	ck_assert_uint_eq(cut_room(&f.cut), 0);
	end(&f);
}
END_TEST

START_TEST(a_volume_that_would_be_too_small_has_a_record_more)
{
	struct fixture f;

	begin(&f, 32);
	put_inode(&f, 7, 29, false);
	cut_keep_together(&f.cut, 5);
	ck_assert_uint_eq(f.cut.limit, 36);
	end(&f);
}
END_TEST

START_TEST(going_back_finds_what_the_first_record_is_in_the_middle_of)
{
	struct fixture f;

	begin(&f, 0);
	put_inode(&f, 7, 9, false);
	put_inode(&f, 8, 20, false);
	ck_assert_uint_eq(cut_go_back(&f.cut, 2), 31 - 8);
	ck_assert_uint_eq(f.cut.blocks, 8);
	ck_assert_uint_eq(f.cut.context.inode, 7);
	ck_assert_uint_eq(f.cut.context.data_left, 2);
	/* Nothing was kept to go back to. */
	ck_assert_uint_eq(cut_go_back(&f.cut, 2), 0);
	ck_assert_uint_eq(f.cut.context.data_left, 2);
	end(&f);
}
END_TEST

START_TEST(an_attribute_record_is_not_torn_by_the_end_of_the_medium)
{
	struct fixture f;

	begin(&f, 0);
	put_inode(&f, 7, 37, false);
	put_inode(&f, 7, 4, true);	/* blocks 38 to 42 */
	put_inode(&f, 8, 20, false);
	cut_go_back(&f.cut, 11);	/* after the next header, block 43 */
	ck_assert_uint_eq(cut_untorn(&f.cut), 44);
	cut_go_back(&f.cut, 10);
	ck_assert_uint_eq(cut_untorn(&f.cut), 36);
	end(&f);
}
END_TEST

static void
put_end(struct fixture *f)
{
	uint8_t block[DE_TAPE_BLOCK];

	header_end(&f->template, block, 100, HEADER_FOLLOWS_NOTHING);
	cut_count_header(&f->cut, block);
}

START_TEST(the_stream_ends_when_the_end_fills_its_record)
{
	struct fixture f;

	begin(&f, 0);
	put_inode(&f, 7, 4, true);
	fill(&f, 3);			/* the record is full, without an end */
	ck_assert(!cut_is_at_end(&f.cut));
	fill(&f, 1);
	for (int i = 0; i < 3; i++) {
		put_end(&f);
		ck_assert(cut_is_at_end(&f.cut) == (i == 2));
	}
	put_inode(&f, 7, 2, true);
	fill(&f, 1);
	ck_assert(!cut_is_at_end(&f.cut));
	ck_assert_uint_eq(cut_go_back(&f.cut, 3), 4);
	ck_assert(cut_is_at_end(&f.cut));
	ck_assert_uint_eq(cut_go_back(&f.cut, 2), 4);
	ck_assert(!cut_is_at_end(&f.cut));
	end(&f);
}
END_TEST

START_TEST(attributes_behind_the_end_may_be_torn)
{
	struct fixture f;

	begin(&f, 0);
	put_inode(&f, 7, 36, false);
	put_inode(&f, 7, 1, true);	/* blocks 37 and 38 */
	put_end(&f);			/* and 39 */
	put_inode(&f, 7, 30, true);	/* 40 to 70 */
	fill(&f, 1);
	cut_go_back(&f.cut, 12);
	ck_assert_uint_eq(cut_untorn(&f.cut), 48);
	cut_go_back(&f.cut, 10);
	ck_assert_uint_eq(cut_untorn(&f.cut), 40);
	cut_go_back(&f.cut, 9);		/* the end is needed, too */
	ck_assert_uint_eq(cut_untorn(&f.cut), 36);
	end(&f);
}
END_TEST

START_TEST(volumes_before_are_counted_but_take_no_room)
{
	struct fixture f;

	begin(&f, 40);
	put_inode(&f, 7, 39, false);
	cut_begin_volume(&f.cut, 3);
	ck_assert_uint_eq(cut_room(&f.cut), 40);
	put_inode(&f, 8, 9, false);
	ck_assert_uint_eq(cut_total(&f.cut), 50);
	end(&f);
}
END_TEST

START_TEST(the_first_volume_needs_room_for_the_maps)
{
	struct fixture f;

	begin(&f, 0);
	f.cut.map_blocks = 100;
	ck_assert_uint_eq(cut_needed(&f.cut), 32);
	cut_begin_volume(&f.cut, 1);
	ck_assert_uint_eq(cut_needed(&f.cut), 203);
	end(&f);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		without_a_plan_there_is_room_for_everything,
		a_planned_volume_is_full_at_its_size,
		an_end_that_is_near_comes_between_two_inodes,
		no_volume_is_cut_inside_a_record_or_behind_an_attribute,
		what_is_to_stay_together_goes_to_the_next_volume,
		a_volume_that_would_be_too_small_has_a_record_more,
		going_back_finds_what_the_first_record_is_in_the_middle_of,
		an_attribute_record_is_not_torn_by_the_end_of_the_medium,
		the_stream_ends_when_the_end_fills_its_record,
		attributes_behind_the_end_may_be_torn,
		volumes_before_are_counted_but_take_no_room,
		the_first_volume_needs_room_for_the_maps,
	};
	return unit_run("cut", tests, COUNT(tests));
}
