/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_retention.c - which dumps stay
 */
#include "core/catalog/retention.h"

#include <time.h>

#include "unit.h"

#define DAY INT64_C(86400)
#define YEAR 365
#define BEGIN INT64_C(1767240000)	/* Thu 2026-01-01 04:00 UTC */

static void
use_utc(void)
{
	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
	tzset();
}

/* A dump a day: level 0 on day 0, 28, ..., level 1 weekly, level 2 else. */
static size_t
year_of_dumps(struct retention_dump *d, size_t days)
{
	size_t full = 0, week = 0;

	for (size_t i = 0; i < days; i++) {
		d[i] = (struct retention_dump){
			.date = BEGIN + (int64_t)i * DAY,
			.base = week,
			.is_usable = true,
			.is_complete = true,
		};
		if (i % 28 == 0) {
			d[i].base = RETENTION_NO_BASE;
			full = week = i;
		} else if (i % 7 == 0) {
			d[i].base = full;
			week = i;
		}
	}
	return days;
}

static size_t
count_kept(const struct retention_dump *d, size_t count, unsigned int reason)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		kept += (d[i].reasons & reason) != 0;
	return kept;
}

static void
decide(const struct keep_settings *keep, struct retention_dump *d,
    size_t count)
{
	for (size_t i = 0; i < count; i++)
		d[i].reasons = 0;
	retention_decide(keep, 0, d, count);
	retention_keep_bases(d, count);
}

/* Whatever the rules: a chain is kept whole, and the newest complete one is. */
static void
expect_safe(const struct retention_dump *d, size_t count)
{
	bool found = false;

	for (size_t i = 0; i < count; i++)
		if (d[i].reasons != 0 && d[i].base != RETENTION_NO_BASE)
			ck_assert_msg(d[d[i].base].reasons != 0,
			    "dump %zu stays without its base %zu", i,
			    d[i].base);
	for (size_t i = count; i-- > 0 && !found;) {
		size_t at = i;
		while (at != RETENTION_NO_BASE && d[at].is_usable &&
		    d[at].is_complete && !d[at].is_broken)
			at = d[at].base;
		if (at != RETENTION_NO_BASE)
			continue;
		found = true;
		ck_assert_msg(d[i].reasons != 0,
		    "the newest complete chain, of dump %zu, goes", i);
	}
}

START_TEST(a_year_of_nights)
{
	static const struct keep_settings keep = { .is_set = true, .last = 7,
	    .daily = 14, .weekly = 8, .monthly = 12, .yearly = 3,
	    .within = 30 * DAY };
	struct retention_dump d[YEAR];

	use_utc();
	const size_t n = year_of_dumps(d, YEAR);
	for (size_t days = 1; days <= n; days++) {
		decide(&keep, d, days);
		expect_safe(d, days);
	}
	ck_assert_uint_eq(count_kept(d, n, RETENTION_LAST), 7);
	ck_assert_uint_eq(count_kept(d, n, RETENTION_DAILY), 14);
	ck_assert_uint_eq(count_kept(d, n, RETENTION_WEEKLY), 8);
	ck_assert_uint_eq(count_kept(d, n, RETENTION_MONTHLY), 12);
	ck_assert_uint_eq(count_kept(d, n, RETENTION_YEARLY), 1);
	ck_assert_uint_eq(count_kept(d, n, RETENTION_WITHIN), 30);
	/* The last dump of a month stands for it. */
	ck_assert((d[30].reasons & RETENTION_MONTHLY) != 0);
	ck_assert((d[29].reasons & RETENTION_MONTHLY) == 0);
	/* Its bases stay: the level 1 of day 28 is a level 0. */
	ck_assert((d[28].reasons & RETENTION_BASE) != 0);
	ck_assert_uint_eq(d[15].reasons, 0);
}
END_TEST

START_TEST(days_without_dumps_do_not_count)
{
	static const struct keep_settings keep = { .is_set = true,
	    .daily = 3 };
	struct retention_dump d[4];

	use_utc();
	year_of_dumps(d, 4);
	d[0].date = BEGIN - 100 * DAY;
	d[2].date = d[1].date + 3600;
	decide(&keep, d, 4);
	ck_assert((d[0].reasons & RETENTION_DAILY) != 0);
	ck_assert((d[1].reasons & RETENTION_DAILY) == 0);
	ck_assert((d[2].reasons & RETENTION_DAILY) != 0);
	ck_assert((d[3].reasons & RETENTION_DAILY) != 0);
}
END_TEST

/* The last nights failed: what can be restored is what counts. */
START_TEST(failed_dumps_push_nothing_out)
{
	static const struct keep_settings keep = { .is_set = true, .last = 2 };
	struct retention_dump d[10];

	use_utc();
	year_of_dumps(d, 10);
	d[9].is_usable = false;
	d[8].is_broken = true;
	d[7].is_complete = false;
	decide(&keep, d, 10);
	expect_safe(d, 10);
	ck_assert_uint_eq(d[9].reasons, 0);
	ck_assert_uint_eq(d[8].reasons, 0);
	ck_assert_uint_eq(d[7].reasons, RETENTION_LAST | RETENTION_NEWEST);
	ck_assert((d[6].reasons & (RETENTION_LAST | RETENTION_NEWEST)) ==
	    (RETENTION_LAST | RETENTION_NEWEST));
	ck_assert_uint_eq(d[0].reasons, RETENTION_BASE);
}
END_TEST

START_TEST(without_a_rule_only_the_newest_chain_stays)
{
	static const struct keep_settings keep = { .is_set = true };
	struct retention_dump d[10];
	char text[RETENTION_TEXT_BYTES];

	use_utc();
	year_of_dumps(d, 10);
	decide(&keep, d, 10);
	for (size_t i = 0; i < 10; i++)
		ck_assert_msg((d[i].reasons != 0) ==
		    (i == 0 || i == 7 || i == 9), "dump %zu", i);
	retention_describe(&d[9], text);
	ck_assert_str_eq(text, "newest chain");
	retention_describe(&d[7], text);
	ck_assert_str_eq(text, "base of a dump that stays");
	retention_describe(&d[1], text);
	ck_assert_str_eq(text, "");
}
END_TEST

/* Full dumps by one job, and what builds on them by another. */
START_TEST(bases_of_another_job_stay)
{
	static const struct keep_settings last = { .is_set = true, .last = 1 };
	struct retention_dump d[10];

	use_utc();
	year_of_dumps(d, 10);
	for (size_t i = 0; i < 10; i++)
		d[i].job = d[i].base == RETENTION_NO_BASE ? 7 : 3;
	d[5].base = RETENTION_NO_BASE;
	d[5].job = 7;
	retention_decide(&last, 7, d, 10);
	retention_decide(&last, 3, d, 10);
	retention_keep_bases(d, 10);
	ck_assert_uint_eq(d[0].reasons, RETENTION_BASE);
	ck_assert_uint_eq(d[5].reasons, RETENTION_LAST | RETENTION_NEWEST);
	ck_assert_uint_eq(d[7].reasons, RETENTION_BASE);
	ck_assert_uint_eq(d[4].reasons, 0);
	retention_decide(NULL, 3, d, 10);
	ck_assert_uint_eq(d[4].reasons, RETENTION_NO_RULE);
}
END_TEST

START_TEST(reasons_in_words)
{
	const struct retention_dump d = {
		.date = BEGIN,
		.reasons = RETENTION_LAST | RETENTION_HOURLY | RETENTION_DAILY |
		    RETENTION_WEEKLY | RETENTION_MONTHLY | RETENTION_YEARLY |
		    RETENTION_WITHIN | RETENTION_BASE | RETENTION_NEWEST,
	};
	char text[RETENTION_TEXT_BYTES];

	use_utc();
	retention_describe(&d, text);
	ck_assert_str_eq(text, "last, hourly 2026-01-01 04 h, daily "
	    "2026-01-01, weekly 2026-W01, monthly 2026-01, yearly 2026, "
	    "within, newest chain, base of a dump that stays");
}
END_TEST

START_TEST(each_key_is_taken)
{
	struct option_set *set = option_set_new(config_keep_options);
	struct keep_settings keep;
	char why[OPTION_WHY_BYTES];

	ck_assert_ptr_nonnull(set);
	keep_settings_take(&keep, set);
	ck_assert(keep.is_set && !keep_settings_say_something(&keep));
	for (int i = 0; config_keep_options[i].key != NULL; i++) {
		const struct keep_settings before = keep;
		ck_assert(config_keep_options[i].type == DE_OPTION_STRING ?
		    option_put_text(set, i, "1 day", why) :
		    option_put_number(set, i, 5, why));
		keep_settings_take(&keep, set);
		ck_assert_msg(memcmp(&keep, &before, sizeof(keep)) != 0, "%s",
		    config_keep_options[i].key);
		ck_assert(keep_settings_say_something(&keep));
	}
	option_set_free(set);
	keep_settings_take(&keep, NULL);
	ck_assert(!keep.is_set);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_year_of_nights,
		days_without_dumps_do_not_count,
		failed_dumps_push_nothing_out,
		without_a_rule_only_the_newest_chain_stays,
		bases_of_another_job_stay,
		reasons_in_words,
		each_key_is_taken,
	};
	return unit_run("retention", tests, COUNT(tests));
}
