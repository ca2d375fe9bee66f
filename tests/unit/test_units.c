/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/units.h"

#include "unit.h"

static void
expect(uint64_t bytes, const char *text)
{
	char found[UNITS_TEXT_BYTES];

	ck_assert_str_eq(units_bytes(bytes, found), text);
}

START_TEST(amounts_are_in_powers_of_1024)
{
	expect(0, "0 bytes");
	expect(1, "1 byte");
	expect(1023, "1023 bytes");
	expect(1024, "1.00 KiB");
	expect(65536, "64.0 KiB");
	expect(1048576 - 1, "1.00 MiB");
	expect(INT64_C(8581120), "8.18 MiB");
	expect(INT64_C(734003200), "700 MiB");
	expect(INT64_C(1) << 40, "1.00 TiB");
	expect(UINT64_MAX, "16777216 TiB");
}
END_TEST

/* The unit changes before the number would need a fourth digit. */
START_TEST(three_digits_are_shown)
{
	expect(UINT64_C(1023) << 10, "1023 KiB");
	expect((UINT64_C(1024) << 10) - 512, "1.00 MiB");
	expect(10234, "9.99 KiB");
	expect(10236, "10.0 KiB");
	expect(102348, "99.9 KiB");
	expect(102350, "100 KiB");
}
END_TEST

START_TEST(rates_take_no_harm_from_no_time)
{
	char found[UNITS_TEXT_BYTES];

	ck_assert_str_eq(units_rate(2 << 20, 1000000000, found), "2.00 MiB/s");
	ck_assert_str_eq(units_rate(1 << 20, 2000000000, found), "512 KiB/s");
	ck_assert_str_eq(units_rate(0, 0, found), "0.00 KiB/s");
	ck_assert_ptr_nonnull(strstr(units_rate(UINT64_MAX, 0, found), "TiB/s"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		amounts_are_in_powers_of_1024,
		three_digits_are_shown,
		rates_take_no_harm_from_no_time,
	};
	return unit_run("units", tests, COUNT(tests));
}
