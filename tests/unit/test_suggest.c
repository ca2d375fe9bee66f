/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/suggest.h"

#include "unit.h"

static const char *
suggest(const char *word)
{
	static const char *const candidates[] = {
		"name", "level", "label", "date", "source", "output", "ring",
		"eot", "overwrite", "blocking", "slaves",
	};
	struct suggestion s;

	suggest_begin(&s, word);
	for (size_t i = 0; i < COUNT(candidates); i++)
		suggest_offer(&s, candidates[i]);
	return s.best;
}

START_TEST(slips_of_the_fingers_are_understood)
{
	static const struct {
		const char *typed, *meant;
	} cases[] = {
		{ "nmae", "name" }, { "nam", "name" }, { "namee", "name" },
		{ "lable", "label" }, { "levl", "level" }, { "dat", "date" },
		{ "souce", "source" }, { "soruce", "source" },
		{ "ouput", "output" }, { "overwirte", "overwrite" },
		{ "over_write", "overwrite" }, { "bloking", "blocking" },
		{ "blockin", "blocking" }, { "slave", "slaves" },
		{ "rnig", "ring" }, { "eto", "eot" }, { "Label", "label" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert_ptr_nonnull(suggest(cases[i].typed));
		ck_assert_str_eq(suggest(cases[i].typed), cases[i].meant);
	}
}
END_TEST

START_TEST(what_is_near_to_nothing_gets_no_suggestion)
{
	static const char *const words[] = {
		"", "x", "zzz", "compression", "bandwidth", "q1",
	};

	for (size_t i = 0; i < COUNT(words); i++)
		ck_assert_msg(suggest(words[i]) == NULL,
		    "\"%s\" for \"%s\"", suggest(words[i]), words[i]);
}
END_TEST

START_TEST(the_nearest_wins_whatever_the_order)
{
	struct suggestion s;

	suggest_begin(&s, "levels");
	suggest_offer(&s, "label");
	suggest_offer(&s, "level");
	suggest_offer(&s, "bevels");
	ck_assert_str_eq(s.best, "level");
	ck_assert_uint_eq(s.distance, 1);
	suggest_begin(&s, "levels");
	suggest_offer(&s, "level");
	suggest_offer(&s, "label");
	ck_assert_str_eq(s.best, "level");
}
END_TEST

START_TEST(long_words_do_no_harm)
{
	char word[5000];
	struct suggestion s;

	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	suggest_begin(&s, word);
	suggest_offer(&s, word);
	suggest_offer(&s, "a");
	ck_assert(s.best == NULL || s.best == word);
	word[64] = '\0';		/* the longest that is compared */
	suggest_begin(&s, word);
	suggest_offer(&s, word);
	ck_assert_ptr_eq(s.best, word);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		slips_of_the_fingers_are_understood,
		what_is_near_to_nothing_gets_no_suggestion,
		the_nearest_wins_whatever_the_order,
		long_words_do_no_harm,
	};
	return unit_run("suggest", tests, COUNT(tests));
}
