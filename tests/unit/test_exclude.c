/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/exclude.h"

#include "unit.h"

/* Is `path` excluded, or a directory above it? */
static bool
leaves_out(const struct exclude *x, const char *path)
{
	struct exclude_state state, below;

	exclude_root(x, &state);
	while (*path == '/') {
		const size_t length = strcspn(path + 1, "/");
		if (exclude_matches(x, &state, path + 1, length, &below))
			return true;
		state = below;
		path += 1 + length;
	}
	return false;
}

static struct exclude *
make(const char *pattern)
{
	char why[EXCLUDE_WHY_BYTES];
	size_t at;
	struct exclude *x = exclude_new(&pattern, 1, &at, why);

	ck_assert_msg(x != NULL, "%s: %s", pattern, why);
	return x;
}

START_TEST(patterns_match_what_the_manual_says)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} cases[] = {
		{ "a", "/a", true }, { "a", "/b/a", true },
		{ "a", "/a/b", true }, { "a", "/ab", false },
		{ "*.o", "/x/y.o", true }, { "*.o", "/x/y.oo", false },
		{ "*", "/anything", true }, { "?", "/ab", false },
		{ ".*", "/x/.hidden", true }, { "*hidden", "/.hidden", true },
		{ "[ab]c", "/bc", true }, { "[!ab]c", "/bc", false },
		{ "\\*", "/*", true }, { "\\*", "/x", false },
		{ "[#]12", "/#12", true }, { "#a", "/#a", true },
		{ "a/", "/b/a", true }, { "/a/", "/a", true },
		{ "/a", "/a", true }, { "/a", "/b/a", false },
		{ "/a", "/a/b/c", true }, { "//a//b", "/a/b", true },
		{ "a/b", "/a/b", true }, { "a/b", "/x/a/b", false },
		{ "/a/b", "/a", false }, { "/a/b", "/a/c", false },
		{ "/*/b", "/x/b", true }, { "/*/b", "/x/y/b", false },
		{ "/a*", "/ab/c", true }, { "/*", "/x", true },
		{ "**/b", "/b", true }, { "**/b", "/x/y/z/b", true },
		{ "**/b", "/x/bb", false },
		{ "/a/**", "/a", false }, { "/a/**", "/a/b", true },
		{ "/a/**", "/b/a", false },
		{ "/a/**/z", "/a/z", true }, { "/a/**/z", "/a/b/z", true },
		{ "/a/**/z", "/a/b/c/d/z", true },
		{ "/a/**/z", "/b/z", false }, { "/a/**/z", "/a/b/zz", false },
		{ "/a/**/m/**/z", "/a/m/z", true },
		{ "/a/**/m/**/z", "/a/1/m/2/3/z", true },
		{ "/a/**/m/**/z", "/a/1/2/3/z", false },
		{ "**/**/z", "/z", true }, { "**/**", "/z", true },
		{ "/a/**b", "/a/xb", true }, { "/a/**b", "/a/x/b", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct exclude *x = make(cases[i].pattern);
		ck_assert_msg(leaves_out(x, cases[i].path) == cases[i].matches,
		    "\"%s\" and %s", cases[i].pattern, cases[i].path);
		exclude_free(x);
	}
}
END_TEST

START_TEST(patterns_do_not_get_in_each_others_way)
{
	static const char *const patterns[] = { "/a/b", "/a/c/d", "x",
	    "/q/**/r" };
	char why[EXCLUDE_WHY_BYTES];
	size_t at;
	struct exclude *x = exclude_new(patterns, COUNT(patterns), &at, why);

	ck_assert_ptr_nonnull(x);
	ck_assert(leaves_out(x, "/a/b"));
	ck_assert(leaves_out(x, "/a/c/d"));
	ck_assert(leaves_out(x, "/a/c/x"));
	ck_assert(leaves_out(x, "/q/r"));
	ck_assert(!leaves_out(x, "/a/d"));
	ck_assert(!leaves_out(x, "/a/c/b"));
	ck_assert(!leaves_out(x, "/q/b"));
	exclude_free(x);
}
END_TEST

START_TEST(inodes_are_sorted)
{
	static const char *const patterns[] = { "#300", "#7", "name", "#4711" };
	char why[EXCLUDE_WHY_BYTES];
	const uint32_t *numbers;
	size_t at;
	struct exclude *x = exclude_new(patterns, COUNT(patterns), &at, why);

	ck_assert_ptr_nonnull(x);
	ck_assert_uint_eq(exclude_inodes(x, &numbers), 3);
	ck_assert_uint_eq(numbers[0], 7);
	ck_assert_uint_eq(numbers[1], 300);
	ck_assert_uint_eq(numbers[2], 4711);
	ck_assert_uint_eq(exclude_words(x), 0);
	exclude_free(x);
}
END_TEST

START_TEST(what_cannot_be_left_out_is_refused)
{
	static const char *const bad[] = { "", "/", "//", "#2", "#0",
	    "#2147483648", "#99999999999999999999", ".", "..", "/a/../b",
	    "./a" };
	char why[EXCLUDE_WHY_BYTES];
	size_t at;

	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *const patterns[] = { "good", bad[i] };
		why[0] = '\0';
		ck_assert_msg(exclude_new(patterns, 2, &at, why) == NULL,
		    "%s", bad[i]);
		ck_assert_uint_eq(at, 1);
		ck_assert_str_ne(why, "");
	}
}
END_TEST

START_TEST(as_many_parts_as_there_is_room_for)
{
	const char *patterns[EXCLUDE_PARTS_MAX + 1];
	char texts[EXCLUDE_PARTS_MAX + 1][16], path[16];
	char why[EXCLUDE_WHY_BYTES];
	size_t at;

	for (size_t i = 0; i <= EXCLUDE_PARTS_MAX; i++) {
		snprintf(texts[i], sizeof(texts[i]), "/n%zu", i);
		patterns[i] = texts[i];
	}
	struct exclude *x = exclude_new(patterns, EXCLUDE_PARTS_MAX, &at, why);
	ck_assert_ptr_nonnull(x);
	for (size_t i = 0; i <= EXCLUDE_PARTS_MAX; i++) {
		snprintf(path, sizeof(path), "/n%zu", i);
		ck_assert(leaves_out(x, path) == (i < EXCLUDE_PARTS_MAX));
	}
	exclude_free(x);
	ck_assert_ptr_null(exclude_new(patterns, EXCLUDE_PARTS_MAX + 1, &at,
	    why));
	ck_assert_uint_eq(at, EXCLUDE_PARTS_MAX);
}
END_TEST

START_TEST(names_may_be_any_bytes)
{
	struct exclude *x = make("a*");
	struct exclude_state state;
	char name[400];

	memset(name, 'x', sizeof(name));
	exclude_root(x, &state);
	ck_assert(!exclude_matches(x, &state, name, sizeof(name), NULL));
	name[0] = 'a';
	ck_assert(exclude_matches(x, &state, name, sizeof(name), NULL));
	ck_assert(exclude_matches(x, &state, "a\0b", 3, NULL));
	ck_assert(exclude_matches(x, &state, "a\xff\xfe", 3, NULL));
	ck_assert(!exclude_matches(x, &state, "", 0, NULL));
	exclude_free(x);
	exclude_free(NULL);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		patterns_match_what_the_manual_says,
		patterns_do_not_get_in_each_others_way,
		inodes_are_sorted,
		what_cannot_be_left_out_is_refused,
		as_many_parts_as_there_is_room_for,
		names_may_be_any_bytes,
	};

	return unit_run("exclude", tests, COUNT(tests));
}
