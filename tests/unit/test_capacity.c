/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/capacity.h"

#include "unit.h"

static struct option_set *set;

static void
begin(void)
{
	set = option_set_new(config_volume_options);
	ck_assert_ptr_nonnull(set);
}

static uint64_t
records(uint32_t number, uint32_t blocking)
{
	struct volume_settings settings;

	job_config_take_volumes(&settings, set);
	return capacity_records(&settings, number, blocking);
}

static void
end(void)
{
	option_set_free(set);
}

static void
put_number(const char *key, int64_t number)
{
	char why[OPTION_WHY_BYTES] = "";
	const bool ok = option_put_number(set, option_find(set->table, key),
	    number, why);

	ck_assert_msg(ok, "%s: %s", key, why);
}

static void
add_size(const char *text)
{
	char why[OPTION_WHY_BYTES] = "";
	const bool ok = option_add_text(set, option_find(set->table,
	    "volume_size"), text, why);

	ck_assert_msg(ok, "%s: %s", text, why);
}

static void
set_cartridge(void)
{
	char why[OPTION_WHY_BYTES] = "";

	ck_assert(option_put_boolean(set, option_find(set->table, "cartridge"),
	    true, why));
}

START_TEST(nothing_said_is_no_limit)
{
	begin();
	ck_assert_uint_eq(records(1, 64), CAPACITY_AUTO);
	ck_assert_uint_eq(records(1000, 1), CAPACITY_AUTO);
	end();
}
END_TEST

START_TEST(the_last_size_of_a_list_repeats)
{
	begin();
	add_size("64 KiB");
	add_size("1 MiB");
	add_size("100 KiB");
	ck_assert_uint_eq(records(1, 1), 64);
	ck_assert_uint_eq(records(2, 1), 1024);
	ck_assert_uint_eq(records(3, 1), 100);
	ck_assert_uint_eq(records(4, 1), 100);
	ck_assert_uint_eq(records(UINT32_MAX, 1), 100);
	end();
}
END_TEST

START_TEST(a_record_that_does_not_fit_is_not_counted)
{
	begin();
	put_number("volume_size", 102399);
	ck_assert_uint_eq(records(1, 1), 99);
	ck_assert_uint_eq(records(1, 10), 9);
	ck_assert_uint_eq(records(1, 64), 1);
	put_number("volume_size", 102400);
	ck_assert_uint_eq(records(1, 10), 10);
	end();
}
END_TEST

START_TEST(a_very_large_size_does_not_overflow)
{
	begin();
	put_number("volume_size", INT64_MAX);
	ck_assert_uint_eq(records(1, 1), INT64_MAX / 1024);
	end();
}
END_TEST

/*
 * The numbers of dump(8): a record takes its bytes / (density / 10) tenths of
 * an inch, both divisions rounded down, and a gap of 8 tenths, or 5 at 6250
 * bpi, or 16 on a cartridge; the tape is changed after the record that crossed
 * the length.
 */
START_TEST(a_reel_is_what_dump_computes)
{
	begin();
	put_number("length_feet", 2300);
	/* 10240 / 160 + 8 = 72 in 276000: 3833 fit. */
	ck_assert_uint_eq(records(1, 10), 3834);
	/* 65536 / 160 + 8 = 417: 661 fit. */
	ck_assert_uint_eq(records(7, 64), 662);
	put_number("density_bpi", 1600);
	ck_assert_uint_eq(records(1, 10), 3834);
	put_number("density_bpi", 6250);
	/* 10240 / 625 + 5 = 21: 13142 fit. */
	ck_assert_uint_eq(records(1, 10), 13143);
	put_number("density_bpi", 54000);
	/* 10240 / 5400 + 8 = 9: 30666 fit. */
	ck_assert_uint_eq(records(1, 10), 30667);
	end();
}
END_TEST

START_TEST(the_record_that_just_fills_the_tape_is_not_the_last)
{
	begin();
	put_number("length_feet", 6);	/* 720 tenths, ten records of 72 */
	ck_assert_uint_eq(records(1, 10), 11);
	end();
}
END_TEST

START_TEST(a_cartridge_is_what_dump_computes)
{
	begin();
	set_cartridge();
	put_number("length_feet", 1700);
	/* 100 bytes a tenth: 10240 / 100 + 16 = 118 in 204000: 1728 fit. */
	ck_assert_uint_eq(records(1, 10), 1729);
	put_number("density_bpi", 8000);
	/* As dump -c -d 8000: 10240 / 800 + 16 = 28: 7285 fit. */
	ck_assert_uint_eq(records(1, 10), 7286);
	end();
}
END_TEST

static void
expect_volumes(uint64_t tape_blocks, uint64_t volumes, bool more)
{
	struct volume_settings settings;
	bool found_more = !more;

	job_config_take_volumes(&settings, set);
	ck_assert_uint_eq(capacity_volumes(&settings, 10, tape_blocks,
	    &found_more), volumes);
	ck_assert_int_eq(found_more, more);
}

START_TEST(volumes_are_counted_with_a_header_on_each_further_one)
{
	begin();
	expect_volumes(0, 1, true);
	expect_volumes(UINT64_MAX, 1, true);
	add_size("100 KiB");
	expect_volumes(1, 1, false);
	expect_volumes(100, 1, false);
	expect_volumes(101, 2, false);
	expect_volumes(199, 2, false);
	expect_volumes(200, 3, false);
	/* Of 45 tape blocks, 40 are four records. */
	add_size("45 KiB");
	expect_volumes(139, 2, false);
	expect_volumes(140, 3, false);
	end();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		nothing_said_is_no_limit,
		the_last_size_of_a_list_repeats,
		a_record_that_does_not_fit_is_not_counted,
		a_very_large_size_does_not_overflow,
		a_reel_is_what_dump_computes,
		the_record_that_just_fills_the_tape_is_not_the_last,
		a_cartridge_is_what_dump_computes,
		volumes_are_counted_with_a_header_on_each_further_one,
	};
	return unit_run("capacity", tests, COUNT(tests));
}
