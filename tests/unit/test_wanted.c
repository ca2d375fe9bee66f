/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/wanted.h"

#include <unistd.h>

#include "core/restore/walk.h"
#include "names_tree.h"

/* The names of a map as "d d/a ", in tree order. */
static char *
text_of(const struct names *names, const struct inomap *map)
{
	char *text = calloc(1, 4096);
	struct walk walk;
	struct name_entry entry;
	enum walk_step step;
	uint32_t id;

	ck_assert_ptr_nonnull(text);
	walk_begin(&walk, names, NAMES_ROOT);
	while ((step = walk_next(&walk, &id, &entry)) != WALK_END) {
		if (step == WALK_LEAVE || !inomap_has(map, id + 1))
			continue;
		char *path = names_path(names, id);
		strcat(strcat(text, path + 2), " ");
		free(path);
	}
	return text;
}

static void
check_map(const struct names *names, const struct inomap *map,
    const char *expected)
{
	char *text = text_of(names, map);

	ck_assert_str_eq(text, expected);
	free(text);
}

static uint32_t
entry_of(const struct names *names, const char *path)
{
	uint32_t id;

	ck_assert_int_eq(walk_find(names, path, &id), WALK_FOUND_ENTRY);
	return id;
}

START_TEST(a_walk_enters_and_leaves_each_directory_once)
{
	struct names *names = tree_small();
	static const struct {
		enum walk_step step;
		const char *path;
	} steps[] = {
		{ WALK_ENTER, "./d" }, { WALK_NAME, "./d/a" },
		{ WALK_ENTER, "./d/e" }, { WALK_NAME, "./d/e/b" },
		{ WALK_LEAVE, "./d/e" }, { WALK_NAME, "./d/ln" },
		{ WALK_LEAVE, "./d" }, { WALK_ENTER, "./f" },
		{ WALK_NAME, "./f/a2" }, { WALK_LEAVE, "./f" },
		{ WALK_NAME, "./z" },
	};
	struct walk walk;
	struct name_entry entry;
	uint32_t id;

	walk_begin(&walk, names, NAMES_ROOT);
	for (size_t i = 0; i < COUNT(steps); i++) {
		ck_assert_int_eq(walk_next(&walk, &id, &entry), steps[i].step);
		char *path = names_path(names, id);
		ck_assert_str_eq(path, steps[i].path);
		free(path);
	}
	ck_assert_int_eq(walk_next(&walk, &id, &entry), WALK_END);
	ck_assert_int_eq(walk_next(&walk, &id, &entry), WALK_END);
	names_free(names);
}
END_TEST

START_TEST(a_walk_below_a_directory_ends_with_it)
{
	struct names *names = tree_small();
	struct walk walk;
	struct name_entry entry;
	uint32_t id;

	walk_begin(&walk, names, 14);
	ck_assert_int_eq(walk_next(&walk, &id, &entry), WALK_NAME);
	ck_assert_uint_eq(entry.inode, 15);
	ck_assert_int_eq(walk_next(&walk, &id, &entry), WALK_END);
	names_free(names);
}
END_TEST

START_TEST(a_directory_can_be_passed_over)
{
	struct names *names = tree_small();
	struct walk walk;
	struct name_entry entry;
	uint32_t id;

	walk_begin(&walk, names, NAMES_ROOT);
	ck_assert_int_eq(walk_next(&walk, &id, &entry), WALK_ENTER);
	walk_skip(&walk);
	ck_assert_int_eq(walk_next(&walk, &id, &entry), WALK_ENTER);
	ck_assert_uint_eq(entry.inode, 17);
	names_free(names);
}
END_TEST

START_TEST(paths_are_found_in_every_form)
{
	struct names *names = tree_small();
	static const struct {
		const char *path;
		uint32_t inode;		/* 0: nothing */
	} paths[] = {
		{ "d/a", 13 }, { "./d/a", 13 }, { "/d//a", 13 },
		{ "d/./a", 13 }, { "d/", 12 }, { "d/../f/a2", 13 },
		{ "../z", 18 }, { "d/e/../../z", 18 }, { "", 2 }, { ".", 2 },
		{ "/", 2 }, { "d/..", 2 }, { "nope", 0 }, { "d/nope/..", 0 },
		{ "z/a", 0 }, { "z/..", 0 }, { "d/a*", 0 },
	};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct name_entry entry = { .inode = 0 };
		uint32_t id;
		switch (walk_find(names, paths[i].path, &id)) {
		case WALK_FOUND_ENTRY:
			names_entry(names, id, &entry);
			break;
		case WALK_FOUND_ROOT:
			entry.inode = NAMES_ROOT;
			break;
		case WALK_FOUND_NOTHING:
			break;
		}
		ck_assert_msg(entry.inode == paths[i].inode,
		    "%s: inode %u, expected %u", paths[i].path, entry.inode,
		    paths[i].inode);
	}
	names_free(names);
}
END_TEST

START_TEST(a_directory_brings_what_is_in_it_and_its_way)
{
	struct names *names = tree_small();
	struct wanted *w = wanted_new(names, true);

	ck_assert(wanted_add_path(w, "d/e"));
	check_map(names, wanted_selected(w), "d/e d/e/b ");
	check_map(names, wanted_names(w), "d d/e d/e/b ");
	ck_assert(!wanted_has_root(w));
	ck_assert(!wanted_add_path(w, "d/nope"));
	wanted_free(w);
	names_free(names);
}
END_TEST

START_TEST(without_recursion_a_directory_is_alone)
{
	struct names *names = tree_small();
	struct wanted *w = wanted_new(names, false);

	ck_assert(wanted_add_path(w, "d"));
	check_map(names, wanted_selected(w), "d ");
	ck_assert(wanted_add_path(w, "."));
	ck_assert(wanted_has_root(w));
	check_map(names, wanted_selected(w), "d ");
	wanted_free(w);
	names_free(names);
}
END_TEST

START_TEST(the_root_is_the_whole_tree)
{
	struct names *names = tree_small();
	struct wanted *w = wanted_new(names, true);

	ck_assert(wanted_add_path(w, "."));
	check_map(names, wanted_selected(w),
	    "d d/a d/e d/e/b d/ln f f/a2 z ");
	ck_assert(wanted_has_root(w));
	ck_assert(wanted_remove_path(w, "."));
	check_map(names, wanted_names(w), "");
	ck_assert(!wanted_has_root(w));
	wanted_free(w);
	names_free(names);
}
END_TEST

START_TEST(a_hard_link_is_wanted_by_name)
{
	struct names *names = tree_small();
	struct wanted *w = wanted_new(names, true);

	ck_assert(wanted_add_path(w, "f/a2"));
	check_map(names, wanted_names(w), "f f/a2 ");
	wanted_free(w);
	names_free(names);
}
END_TEST

START_TEST(what_was_on_the_way_only_goes_with_the_last_name)
{
	struct names *names = tree_small();
	struct wanted *w = wanted_new(names, true);

	ck_assert(wanted_add_path(w, "d/e/b"));
	ck_assert(wanted_add_path(w, "d/ln"));
	check_map(names, wanted_names(w), "d d/e d/e/b d/ln ");
	ck_assert(wanted_remove_path(w, "d/e/b"));
	check_map(names, wanted_names(w), "d d/ln ");
	ck_assert(wanted_remove_path(w, "d"));
	check_map(names, wanted_names(w), "");
	ck_assert(!wanted_remove_path(w, "nope"));
	wanted_free(w);
	names_free(names);
}
END_TEST

START_TEST(a_name_taken_out_of_a_directory_leaves_the_others)
{
	struct names *names = tree_small();
	struct wanted *w = wanted_new(names, true);

	wanted_add(w, entry_of(names, "d"));
	wanted_remove(w, entry_of(names, "d/e"));
	check_map(names, wanted_names(w), "d d/a d/ln ");
	wanted_free(w);
	names_free(names);
}
END_TEST

START_TEST(maps_of_inodes_follow_the_names)
{
	struct names *names = tree_small();
	struct wanted *w = wanted_new(names, true);
	struct inomap inodes;

	ck_assert(wanted_add_path(w, "d/e"));
	ck_assert(wanted_directories(w, &inodes));
	ck_assert_uint_eq(inomap_count(&inodes), 3);
	ck_assert(inomap_has(&inodes, 2) && inomap_has(&inodes, 12) &&
	    inomap_has(&inodes, 14));
	inomap_free(&inodes);
	ck_assert(wanted_inodes(w, 20, &inodes));
	ck_assert_uint_eq(inomap_count(&inodes), 2);
	ck_assert(inomap_has(&inodes, 14) && inomap_has(&inodes, 15));
	inomap_free(&inodes);
	wanted_add_all(w);
	ck_assert(wanted_inodes(w, 20, &inodes));
	ck_assert(inomap_has(&inodes, 2));
	inomap_free(&inodes);
	wanted_free(w);
	names_free(names);
}
END_TEST

static void
write_file(char *path, const char *text, size_t length)
{
	const int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, length), (int)length);
	close(fd);
}

START_TEST(a_file_names_what_is_wanted)
{
	char path[4096];
	struct names *names = tree_small();
	struct wanted *w = wanted_new(names, true);
	struct report *rep = report_new(STDERR_FILENO, REPORT_NORMAL);
	uint64_t missing = 0;

	snprintf(path, sizeof(path), "%s/wanted.XXXXXX", tree_folder());
	write_file(path, "d/e\n\nnope\nf/a2", 14);
	ck_assert(wanted_add_file(w, path, '\n', rep, &missing));
	ck_assert_uint_eq(missing, 1);
	check_map(names, wanted_selected(w), "d/e d/e/b f/a2 ");
	unlink(path);
	ck_assert(!wanted_add_file(w, path, '\n', rep, &missing));
	ck_assert(!wanted_add_file(w, tree_folder(), '\n', rep,
	    &missing));
	ck_assert_uint_eq(missing, 1);
	report_free(rep);
	wanted_free(w);
	names_free(names);
}
END_TEST

START_TEST(names_in_a_file_may_end_with_nul)
{
	char path[4096];
	static const struct tree_name list[] = { { 2, 12, S_IFREG, "a\nb" } };
	struct names *names = tree_of(list, 1);
	struct wanted *w = wanted_new(names, true);
	uint64_t missing = 0;

	snprintf(path, sizeof(path), "%s/wanted.XXXXXX", tree_folder());
	write_file(path, "a\nb\0", 4);
	ck_assert(wanted_add_file(w, path, '\0', NULL, &missing));
	ck_assert_uint_eq(missing, 0);
	check_map(names, wanted_selected(w), "a\nb ");
	unlink(path);
	wanted_free(w);
	names_free(names);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_walk_enters_and_leaves_each_directory_once,
		a_walk_below_a_directory_ends_with_it,
		a_directory_can_be_passed_over,
		paths_are_found_in_every_form,
		a_directory_brings_what_is_in_it_and_its_way,
		without_recursion_a_directory_is_alone,
		the_root_is_the_whole_tree,
		a_hard_link_is_wanted_by_name,
		what_was_on_the_way_only_goes_with_the_last_name,
		a_name_taken_out_of_a_directory_leaves_the_others,
		maps_of_inodes_follow_the_names,
		a_file_names_what_is_wanted,
		names_in_a_file_may_end_with_nul,
	};

	return unit_run("wanted", tests, COUNT(tests));
}
