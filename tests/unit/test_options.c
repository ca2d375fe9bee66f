/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/options.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

enum { TEXT, NUMBER, FREE_NUMBER, FLAG, SIZE, LIST, WHEN, BARE };

static const struct de_option table[] = {
	{ "text", DE_OPTION_STRING, 0, 1, 8, "abc", "a text" },
	{ "number", DE_OPTION_INTEGER, 0, -5, 64, "4", "a number" },
	{ "free", DE_OPTION_INTEGER, 0, 0, 0, NULL, "any number" },
	{ "flag", DE_OPTION_BOOLEAN, 0, 0, 0, "true", "a flag" },
	{ "size", DE_OPTION_SIZE, 0, 0, INT64_C(1) << 50, "700 MiB", "size" },
	{ "list", DE_OPTION_STRINGS, 0, 1, 8, "one", "texts" },
	{ "when", DE_OPTION_TIME, 0, 0, 0, NULL, "a date" },
	{ "bare", DE_OPTION_STRING, DE_OPTION_REQUIRED, 0, 0, NULL, "x" },
	DE_OPTIONS_END
};

static struct option_set *
new_set(void)
{
	struct option_set *set = option_set_new(table);
	ck_assert_ptr_nonnull(set);
	return set;
}

START_TEST(defaults_are_values_but_not_set)
{
	struct option_set *set = new_set();

	ck_assert_str_eq(option_text(set, "text"), "abc");
	ck_assert_int_eq(option_number(set, "number"), 4);
	ck_assert_int_eq(option_number(set, "flag"), 1);
	ck_assert_int_eq(option_number(set, "size"), 734003200);
	ck_assert_str_eq(option_get(set, "list", DE_OPTION_STRINGS)->texts[0],
	    "one");
	ck_assert_ptr_null(option_text(set, "bare"));
	ck_assert_int_eq(option_number(set, "free"), 0);
	for (int i = TEXT; i <= BARE; i++)
		ck_assert(!set->values[i].set);
	option_set_free(set);
}
END_TEST

START_TEST(a_default_that_its_own_table_forbids_is_refused)
{
	static const struct de_option bad[][2] = {
		{ { "n", DE_OPTION_INTEGER, 0, 1, 4, "5", "x" }, { 0 } },
		{ { "n", DE_OPTION_INTEGER, 0, 1, 4, "two", "x" }, { 0 } },
		{ { "n", DE_OPTION_INTEGER, 0, 1, 4, "2x", "x" }, { 0 } },
		{ { "n", DE_OPTION_STRING, 0, 1, 2, "abc", "x" }, { 0 } },
		{ { "n", DE_OPTION_SIZE, 0, 0, 0, "much", "x" }, { 0 } },
		{ { "n", DE_OPTION_TIME, 0, 0, 0, "soon", "x" }, { 0 } },
		{ { "n", DE_OPTION_STRINGS, 0, 1, 2, "abc", "x" }, { 0 } },
		{ { "n", DE_OPTION_BOOLEAN, 0, 0, 0, "maybe", "x" }, { 0 } },
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(option_set_new(bad[i]) == NULL,
		    "default \"%s\" of case %zu is taken",
		    bad[i][0].default_value, i);
}
END_TEST

START_TEST(numbers_are_checked_at_both_ends)
{
	struct option_set *set = new_set();
	char why[OPTION_WHY_BYTES];

	ck_assert(option_put_number(set, NUMBER, -5, why));
	ck_assert(option_put_number(set, NUMBER, 64, why));
	ck_assert_int_eq(option_number(set, "number"), 64);
	ck_assert(set->values[NUMBER].set);
	ck_assert(!option_put_number(set, NUMBER, 65, why));
	ck_assert_str_eq(why, "65 is out of range (-5 to 64)");
	ck_assert(!option_put_number(set, NUMBER, -6, why));
	ck_assert_int_eq(option_number(set, "number"), 64);
	ck_assert(option_put_number(set, FREE_NUMBER, INT64_MIN, why));
	ck_assert(option_put_number(set, FREE_NUMBER, INT64_MAX, why));
	ck_assert_int_eq(option_number(set, "free"), INT64_MAX);
	option_set_free(set);
}
END_TEST

START_TEST(wrong_types_are_refused_and_the_message_says_what_would_do)
{
	struct option_set *set = new_set();
	char why[OPTION_WHY_BYTES];

	ck_assert(!option_put_text(set, NUMBER, "4", why));
	ck_assert_str_eq(why,
	    "invalid value \"4\"; expected an integer from -5 to 64");
	ck_assert(!option_put_number(set, TEXT, 4, why));
	ck_assert_str_eq(why,
	    "invalid value 4; expected a text of 1 to 8 bytes");
	ck_assert(!option_put_boolean(set, TEXT, true, why));
	ck_assert_str_eq(why,
	    "invalid value true; expected a text of 1 to 8 bytes");
	ck_assert(!option_put_text(set, FLAG, "true", why));
	ck_assert_str_eq(why, "invalid value \"true\"; expected true or false");
	ck_assert(!option_put_number(set, FLAG, 1, why));
	ck_assert(!option_put_boolean(set, NUMBER, true, why));
	ck_assert(!option_put_boolean(set, SIZE, true, why));
	ck_assert(!option_put_boolean(set, WHEN, false, why));
	ck_assert(!option_put_number(set, LIST, 1, why));
	ck_assert(!option_add_text(set, TEXT, "x", why));
	ck_assert_str_eq(option_text(set, "text"), "abc");
	option_set_free(set);
}
END_TEST

START_TEST(the_reason_fits_however_long_the_value)
{
	struct option_set *set = new_set();
	char why[OPTION_WHY_BYTES], text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = TEXT; i < BARE; i++) {
		memset(why, '#', sizeof(why));
		ck_assert(!option_put_text(set, i, text, why) ||
		    i == FREE_NUMBER);
		ck_assert_ptr_nonnull(memchr(why, '\0', sizeof(why)));
	}
	option_set_free(set);
}
END_TEST

START_TEST(texts_are_checked_by_length)
{
	struct option_set *set = new_set();
	char why[OPTION_WHY_BYTES];

	ck_assert(option_put_text(set, TEXT, "12345678", why));
	ck_assert_str_eq(option_text(set, "text"), "12345678");
	ck_assert(!option_put_text(set, TEXT, "123456789", why));
	ck_assert_str_eq(why, "\"123456789\" is 9 bytes long; expected 1 to 8");
	ck_assert(!option_put_text(set, TEXT, "", why));
	ck_assert(option_put_text(set, BARE, "", why));
	ck_assert_str_eq(option_text(set, "bare"), "");
	option_set_free(set);
}
END_TEST

START_TEST(sizes_are_understood_with_units)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} cases[] = {
		{ "0", 0 }, { "4096", 4096 }, { "12 B", 12 }, { "12B", 12 },
		{ "1k", 1024 }, { "1K", 1024 }, { "1 KiB", 1024 },
		{ "1kB", 1000 }, { "1 KB", 1000 },
		{ "700 MiB", 734003200 }, { "700M", 734003200 },
		{ "700MB", 700000000 }, { "2G", 2147483648 },
		{ "4.7 GB", 4700000000 }, { "1.5 KiB", 1536 },
		{ "0.5k", 512 }, { "7.999999 TiB", INT64_C(8796091922696) },
		{ "1.000001MB", 1000001 }, { "2.50 kB", 2500 },
		{ "2 GiB", 2147483648 }, { "3TB", INT64_C(3000000000000) },
		{ "1T", INT64_C(1099511627776) },
		{ "1024T", INT64_C(1125899906842624) },
	};
	struct option_set *set = new_set();
	char why[OPTION_WHY_BYTES];

	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert_msg(option_put_text(set, SIZE, cases[i].text, why),
		    "%s: %s", cases[i].text, why);
		ck_assert_msg(option_number(set, "size") == cases[i].bytes,
		    "%s is %lld, not %lld", cases[i].text,
		    (long long)option_number(set, "size"),
		    (long long)cases[i].bytes);
	}
	ck_assert(option_put_number(set, SIZE, 77, why));
	ck_assert_int_eq(option_number(set, "size"), 77);
	option_set_free(set);
}
END_TEST

START_TEST(what_is_no_size_is_refused)
{
	static const char *const texts[] = {
		"", " ", "M", "-1", "+1", "1.5", "1.5 B", "1. GiB", ".5 GiB",
		"1.5.5 GiB", "1,5 GiB", "1.1234567 GiB", "8388608.5 TiB", "1 X", "1 MiBs", "1 M B",
		"1iB", "0x10", "99999999999999999999", "9999999999999T",
		"1 MM", "700 MiB ", "1Ki2", "8388608T",
	};
	struct option_set *set = new_set();
	char why[OPTION_WHY_BYTES];

	for (size_t i = 0; i < COUNT(texts); i++)
		ck_assert_msg(!option_put_text(set, SIZE, texts[i], why),
		    "\"%s\" is taken for %lld bytes", texts[i],
		    (long long)option_number(set, "size"));
	ck_assert(!option_put_text(set, SIZE, "1025T", why));	/* range */
	option_set_free(set);
}
END_TEST

START_TEST(dates_are_numbers_or_texts)
{
	struct option_set *set = new_set();
	char why[OPTION_WHY_BYTES];

	ck_assert(option_put_number(set, WHEN, 1600000000, why));
	ck_assert_int_eq(option_number(set, "when"), 1600000000);
	ck_assert(option_put_text(set, WHEN, "2026-11-22T03:00:00Z", why));
	ck_assert_int_eq(option_number(set, "when"), 1795316400);
	ck_assert(!option_put_text(set, WHEN, "tomorrow", why));
	ck_assert_str_eq(why, "invalid value \"tomorrow\"; expected a date "
	    "(seconds, or e.g. \"2026-11-22T03:00:00Z\")");
	option_set_free(set);
}
END_TEST

START_TEST(lists_collect_and_replace_the_default)
{
	struct option_set *set = new_set();
	char why[OPTION_WHY_BYTES];

	ck_assert(option_add_text(set, LIST, "a", why));
	ck_assert(option_add_text(set, LIST, "b", why));
	ck_assert(!option_add_text(set, LIST, "123456789", why));
	const struct option_value *value =
	    option_get(set, "list", DE_OPTION_STRINGS);
	ck_assert_uint_eq(value->text_count, 2);
	ck_assert_str_eq(value->texts[0], "a");
	ck_assert_str_eq(value->texts[1], "b");
	ck_assert(option_put_text(set, LIST, "single", why));
	value = option_get(set, "list", DE_OPTION_STRINGS);
	ck_assert_uint_eq(value->text_count, 1);
	ck_assert_str_eq(value->texts[0], "single");
	option_set_free(set);
}
END_TEST

START_TEST(only_the_right_key_and_type_gives_a_value)
{
	struct option_set *set = new_set();

	ck_assert_int_eq(option_find(table, "size"), SIZE);
	ck_assert_int_eq(option_find(table, "siz"), -1);
	ck_assert_int_eq(option_find(table, "Size"), -1);
	ck_assert_ptr_null(option_get(set, "size", DE_OPTION_INTEGER));
	ck_assert_ptr_null(option_get(set, "none", DE_OPTION_INTEGER));
	option_set_free(set);
	option_set_free(NULL);
}
END_TEST

static void
ask_unknown_number(const struct option_set *set)
{
	option_number(set, "siz");
}

static void
ask_unknown_text(const struct option_set *set)
{
	option_text(set, "txt");
}

static void
ask_number_of_text(const struct option_set *set)
{
	option_number(set, "text");
}

static void
ask_text_of_list(const struct option_set *set)
{
	option_text(set, "list");
}

START_TEST(a_misspelt_key_ends_the_program)
{
	static void (*const asks[])(const struct option_set *set) = {
		ask_unknown_number, ask_unknown_text, ask_number_of_text,
		ask_text_of_list,
	};
	const struct rlimit no_core = { 0, 0 };
	struct option_set *set = new_set();

	for (size_t i = 0; i < COUNT(asks); i++) {
		int status = 0;
		const pid_t pid = fork();
		ck_assert_int_ne(pid, -1);
		if (pid == 0) {
			setrlimit(RLIMIT_CORE, &no_core);
			signal(SIGABRT, SIG_DFL);
			asks[i](set);
			_exit(0);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_msg(WIFSIGNALED(status) &&
		    WTERMSIG(status) == SIGABRT, "case %zu: status %#x", i,
		    (unsigned int)status);
	}
	option_set_free(set);
}
END_TEST

START_TEST(descriptions_tell_type_and_range)
{
	static const char *const expected[] = {
		"a text of 1 to 8 bytes",
		"an integer from -5 to 64",
		"an integer",
		"true or false",
		"a size (bytes, or e.g. \"700 MiB\") from 0 to 1125899906842624",
		"a text or a list of texts of 1 to 8 bytes",
		"a date (seconds, or e.g. \"2026-11-22T03:00:00Z\")",
		"a text",
	};
	char text[OPTION_WHY_BYTES];

	for (size_t i = 0; i < COUNT(expected); i++) {
		option_describe(&table[i], text);
		ck_assert_str_eq(text, expected[i]);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		defaults_are_values_but_not_set,
		a_default_that_its_own_table_forbids_is_refused,
		numbers_are_checked_at_both_ends,
		wrong_types_are_refused_and_the_message_says_what_would_do,
		the_reason_fits_however_long_the_value,
		texts_are_checked_by_length,
		sizes_are_understood_with_units,
		what_is_no_size_is_refused,
		dates_are_numbers_or_texts,
		lists_collect_and_replace_the_default,
		only_the_right_key_and_type_gives_a_value,
		a_misspelt_key_ends_the_program,
		descriptions_tell_type_and_range,
	};
	return unit_run("options", tests, COUNT(tests));
}
