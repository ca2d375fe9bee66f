/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/names.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/read/names_sort.h"
#include "unit.h"

struct edge {
	uint32_t directory, inode;
	const char *name;
	uint16_t type;
};

static struct names *
new_names(void)
{
	struct names *n = names_new("/tmp");

	ck_assert_ptr_nonnull(n);
	return n;
}

/* Edges of one directory follow each other; one without a name is empty. */
static void
add(struct names *n, const struct edge *edges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct edge *e = &edges[i];
		if (i == 0 || e->directory != e[-1].directory)
			ck_assert(names_begin_directory(n, e->directory));
		if (e->name != NULL)
			ck_assert(names_add(n, e->inode, e->type, e->name,
			    strlen(e->name)));
		if (i + 1 == count || e->directory != e[1].directory)
			ck_assert(names_end_directory(n));
	}
}

static struct names *
tree_of(const struct edge *edges, size_t count)
{
	struct names *n = new_names();

	add(n, edges, count);
	ck_assert(names_finish(n));
	return n;
}

/* All paths, in the order of the tree, each with its inode and a blank. */
static char *
list(const struct names *n)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (uint32_t i = 0; i < names_directory_count(n); i++) {
		uint32_t first, count;
		names_in_directory(n, names_directory(n, i), &first, &count);
		for (uint32_t id = first; id < first + count; id++) {
			struct name_entry entry;
			char *path = names_path(n, id);
			names_entry(n, id, &entry);
			fprintf(f, "%s=%u ", path, entry.inode);
			free(path);
		}
	}
	fclose(f);
	return text;
}

static void
assert_list(const struct names *n, const char *expected)
{
	char *text = list(n);

	ck_assert_str_eq(text, expected);
	free(text);
}

static uint32_t
lookup(const struct names *n, uint32_t directory, const char *name)
{
	return names_lookup(n, directory, name, strlen(name));
}

static const struct edge simple[] = {
	{ 2, 12, "sub", S_IFDIR }, { 2, 13, "b", S_IFREG },
	{ 2, 14, "a", S_IFLNK }, { 2, 2, "..", S_IFDIR },
	{ 12, 13, "second", S_IFREG }, { 12, 15, "deep", S_IFDIR },
	{ 15, 0, NULL, 0 },
};

START_TEST(a_tree_is_read_as_it_was_filled_in)
{
	struct names *n = tree_of(simple, COUNT(simple));
	struct name_entry entry;

	assert_list(n, "./a=14 ./b=13 ./sub=12 ./sub/deep=15 ./sub/second=13 ");
	ck_assert_uint_eq(names_count(n), 5);
	ck_assert_uint_eq(names_directory_count(n), 3);
	ck_assert_uint_eq(names_refused(n), 0);
	names_entry(n, lookup(n, 2, "a"), &entry);
	ck_assert_uint_eq(entry.type, S_IFLNK);
	ck_assert_uint_eq(entry.directory, 2);
	ck_assert(names_is_directory(n, 15));
	ck_assert(!names_is_directory(n, 13));
	names_free(n);
}
END_TEST

START_TEST(all_names_of_an_inode_are_found)
{
	struct names *n = tree_of(simple, COUNT(simple));
	const uint32_t first = names_of_inode(n, 13);

	ck_assert_uint_eq(first, lookup(n, 2, "b"));
	const uint32_t second = names_next_of_inode(n, first);
	ck_assert_uint_eq(second, lookup(n, 12, "second"));
	ck_assert_uint_eq(names_next_of_inode(n, second), NAMES_NONE);
	ck_assert_uint_eq(names_of_inode(n, 99), NAMES_NONE);
	ck_assert_uint_eq(names_of_inode(n, 2), NAMES_NONE);
	ck_assert_uint_eq(names_of_directory(n, 15), lookup(n, 12, "deep"));
	ck_assert_uint_eq(names_of_directory(n, 2), NAMES_NONE);
	ck_assert_uint_eq(names_of_directory(n, 13), NAMES_NONE);
	names_free(n);
}
END_TEST

START_TEST(paths_are_found_as_people_write_them)
{
	static const struct {
		const char *path;
		uint32_t inode;
	} cases[] = {
		{ "", 2 }, { ".", 2 }, { "/", 2 }, { "a", 14 }, { "./a", 14 },
		{ "/a", 14 }, { "sub//./deep/", 15 }, { "sub/second", 13 },
		{ "x", 0 }, { "a/b", 0 }, { "sub/..", 0 }, { "su", 0 },
		{ "subs", 0 },
	};
	struct names *n = tree_of(simple, COUNT(simple));

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_msg(names_find_path(n, cases[i].path) ==
		    cases[i].inode, "%s: %u", cases[i].path,
		    names_find_path(n, cases[i].path));
	names_free(n);
}
END_TEST

START_TEST(names_that_could_lead_astray_never_get_in)
{
	struct names *n = new_names();
	char longest[300];

	memset(longest, 'x', sizeof(longest));
	ck_assert(names_begin_directory(n, 2));
	ck_assert(names_add(n, 11, 0, "a/b", 3));
	ck_assert(names_add(n, 11, 0, "a\0b", 3));
	ck_assert(names_add(n, 11, 0, "", 0));
	ck_assert(names_add(n, 0, 0, "zero", 4));
	ck_assert(names_add(n, 11, 0, longest, 256));
	ck_assert_uint_eq(names_refused(n), 5);
	ck_assert(names_add(n, 11, 0, ".", 1));
	ck_assert(names_add(n, 11, 0, "..", 2));
	ck_assert(names_add(n, 11, 0, longest, 255));
	ck_assert(names_add(n, 11, 0, "...", 3));
	ck_assert(names_add(n, 11, 0, ".a", 2));
	ck_assert(names_end_directory(n));
	ck_assert(names_finish(n));
	ck_assert_uint_eq(names_refused(n), 5);
	ck_assert_uint_eq(names_count(n), 3);
	names_free(n);
}
END_TEST

START_TEST(of_a_name_that_is_there_twice_the_first_counts)
{
	static const struct edge edges[] = {
		{ 2, 13, "b", 0 }, { 2, 12, "a", 0 }, { 2, 14, "b", 0 }, { 2, 15, "b", 0 },
	};
	struct names *n = tree_of(edges, COUNT(edges));

	assert_list(n, "./a=12 ./b=13 ");
	ck_assert_uint_eq(names_refused(n), 2);
	names_free(n);
}
END_TEST

START_TEST(circles_and_second_names_of_directories_are_left_out)
{
	static const struct edge edges[] = {
		{ 2, 2, "root", 0 }, { 2, 12, "a", 0 }, { 2, 13, "b", 0 },
		{ 12, 12, "self", 0 }, { 12, 14, "c", 0 },
		{ 13, 14, "c-again", 0 }, { 13, 12, "a-again", 0 },
		{ 14, 12, "up", 0 }, { 14, 20, "file", 0 },
		{ 30, 31, "ring", 0 }, { 30, 40, "lost", 0 },
		{ 31, 30, "ring", 0 },
	};
	struct names *n = tree_of(edges, COUNT(edges));

	assert_list(n, "./a=12 ./b=13 ./a/c=14 ./a/c/file=20 ");
	ck_assert_uint_eq(names_refused(n), 5 + 2 + 3);
	ck_assert_uint_eq(names_directory_count(n), 4);
	ck_assert(!names_is_directory(n, 30));
	ck_assert_uint_eq(names_of_inode(n, 40), NAMES_NONE);
	names_free(n);
}
END_TEST

START_TEST(without_a_root_there_is_nothing)
{
	static const struct edge edges[] = { { 12, 13, "a", 0 } };
	struct names *n = tree_of(edges, COUNT(edges));

	ck_assert_uint_eq(names_count(n), 0);
	ck_assert_uint_eq(names_directory_count(n), 0);
	ck_assert_uint_eq(names_refused(n), 2);
	ck_assert_uint_eq(names_find_path(n, "a"), 0);
	names_free(n);
}
END_TEST

START_TEST(of_nothing_there_is_a_tree)
{
	struct names *n = new_names();

	ck_assert(names_finish(n));
	ck_assert_uint_eq(names_count(n), 0);
	ck_assert_uint_eq(lookup(n, 2, "a"), NAMES_NONE);
	ck_assert_uint_eq(names_of_inode(n, 2), NAMES_NONE);
	names_free(n);
}
END_TEST

static void
make_map(struct inomap *map, const uint32_t *inodes, size_t count)
{
	ck_assert(inomap_init(map, 100));
	for (size_t i = 0; i < count; i++)
		inomap_add(map, inodes[i]);
}

static void
keep(struct names *n, const uint32_t *in_use, size_t in_use_count,
    const uint32_t *dumped, size_t dumped_count)
{
	struct inomap use, dump;

	make_map(&use, in_use, in_use_count);
	make_map(&dump, dumped, dumped_count);
	names_keep(n, &use, &dump);
	inomap_free(&use);
	inomap_free(&dump);
}

START_TEST(a_newer_set_replaces_directories_and_ends_inodes)
{
	static const uint32_t all[] = { 2, 12, 13, 14, 15 };
	static const struct edge second[] = {
		{ 12, 16, "new", 0 }, { 12, 13, "second", 0 },
	};
	static const uint32_t left[] = { 2, 12, 13, 16 };
	static const uint32_t dumped[] = { 2, 12, 16 };
	struct names *n = new_names();

	add(n, simple, COUNT(simple));
	keep(n, all, COUNT(all), all, COUNT(all));
	add(n, second, COUNT(second));
	keep(n, left, COUNT(left), dumped, COUNT(dumped));
	ck_assert(names_finish(n));
	assert_list(n, "./b=13 ./sub=12 ./sub/new=16 ./sub/second=13 ");
	ck_assert_uint_eq(names_refused(n), 0);
	names_free(n);
}
END_TEST

START_TEST(a_directory_whose_number_belongs_to_a_file_is_none)
{
	static const uint32_t all[] = { 2, 12, 13, 14, 15 };
	static const struct edge second[] = {
		{ 2, 12, "file", S_IFREG }, { 2, 15, "deep", S_IFDIR },
	};
	static const uint32_t left[] = { 2, 12, 15 };
	struct names *n = new_names();

	add(n, simple, COUNT(simple));
	keep(n, all, COUNT(all), all, COUNT(all));
	add(n, second, COUNT(second));
	/* 15 should have come, too, and was lost: what it had remains */
	keep(n, left, COUNT(left), left, COUNT(left));
	ck_assert(names_finish(n));
	assert_list(n, "./deep=15 ./file=12 ");
	ck_assert(!names_is_directory(n, 12));
	ck_assert(names_is_directory(n, 15));
	ck_assert_uint_eq(names_refused(n), 0);
	names_free(n);
}
END_TEST

START_TEST(of_a_damaged_directory_older_names_remain)
{
	static const uint32_t all[] = { 2, 12, 13, 14, 15 };
	static const struct edge second[] = { { 2, 14, "b", S_IFREG } };
	static const struct edge third[] = { { 12, 16, "new", S_IFREG } };
	static const uint32_t left[] = { 2, 12, 14, 16 };
	struct names *n = new_names();

	add(n, simple, COUNT(simple));
	keep(n, all, COUNT(all), all, COUNT(all));
	for (unsigned int i = 0; i < 2; i++) {
		add(n, second, COUNT(second));
		names_mark_incomplete(n);
		add(n, third, COUNT(third));
		keep(n, left, COUNT(left), left, 2);
	}
	ck_assert(names_finish(n));
	assert_list(n, "./a=14 ./b=14 ./sub=12 ./sub/new=16 ");
	ck_assert_uint_eq(names_refused(n), 0);
	names_free(n);
}
END_TEST

START_TEST(what_lost_its_name_gets_one)
{
	static const struct edge first[] = {
		{ 2, 12, "lost", S_IFDIR }, { 2, 13, "file", S_IFREG },
		/* 12 has not come */
		{ 14, 15, "a", S_IFREG }, { 14, 16, "b", S_IFDIR },
		{ 16, 17, "c", S_IFREG },
		{ 18, 19, "old", S_IFREG },
		{ 18, 20, "new", S_IFREG },
	};
	static const uint32_t all[] = {
		2, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
	};
	struct names *n = new_names();
	struct inomap dumped;
	uint32_t adopted;

	add(n, first, COUNT(first) - 1);
	add(n, &first[COUNT(first) - 1], 1);
	keep(n, all, COUNT(all), all, COUNT(all));
	make_map(&dumped, all, COUNT(all));
	ck_assert(names_adopt(n, &dumped, &adopted));
	ck_assert_uint_eq(adopted, 4);
	ck_assert(names_adopt(n, &dumped, &adopted));
	ck_assert_uint_eq(adopted, 0);
	ck_assert(names_finish(n));
	assert_list(n, "./#14=14 ./#18=18 ./#19=19 ./#21=21 ./file=13 "
	    "./lost=12 ./#14/a=15 ./#14/b=16 ./#18/new=20 ./#14/b/c=17 ");
	ck_assert_uint_eq(names_refused(n), 0);
	inomap_free(&dumped);
	names_free(n);
}
END_TEST

START_TEST(without_a_root_all_names_are_new)
{
	static const struct edge edges[] = { { 12, 13, "a", S_IFREG } };
	static const uint32_t all[] = { 2, 12, 13, 14 };
	struct names *n = new_names();
	struct inomap dumped;
	uint32_t adopted;

	add(n, edges, COUNT(edges));
	keep(n, all, COUNT(all), all, COUNT(all));
	make_map(&dumped, all, COUNT(all));
	ck_assert(names_adopt(n, &dumped, &adopted));
	ck_assert_uint_eq(adopted, 2);
	ck_assert(names_finish(n));
	assert_list(n, "./#12=12 ./#14=14 ./#12/a=13 ");
	inomap_free(&dumped);
	names_free(n);
}
END_TEST

START_TEST(without_maps_all_is_kept)
{
	struct names *n = new_names();

	add(n, simple, COUNT(simple));
	names_keep(n, NULL, NULL);
	ck_assert(names_finish(n));
	ck_assert_uint_eq(names_count(n), 5);
	names_free(n);
}
END_TEST

START_TEST(deep_trees_need_no_stack)
{
	enum { DEPTH = 300000 };
	struct names *n = new_names();

	for (uint32_t i = 0; i < DEPTH; i++)
		if (!names_begin_directory(n, 2 + i) ||
		    !names_add(n, 3 + i, S_IFDIR, "d", 1) ||
		    !names_end_directory(n))
			ck_abort();
	ck_assert(names_finish(n));
	ck_assert_uint_eq(names_directory_count(n), DEPTH);
	ck_assert_uint_eq(names_directory(n, DEPTH - 1), DEPTH + 1);
	char *path = names_path(n, names_of_inode(n, DEPTH + 2));
	ck_assert_uint_eq(strlen(path), 3 + NAMES_PATH_MAX);
	ck_assert_int_eq(strncmp(path, ".../d/d/", 8), 0);
	free(path);
	names_free(n);
}
END_TEST

/* Names in an order that the sort does not like, and many that begin alike. */
static void
make_name(char name[static 64], unsigned int pattern, unsigned int i)
{
	switch (pattern) {
	case 0:
		sprintf(name, "ascending-%08u", i);
		break;
	case 1:
		sprintf(name, "descending-%08u", 99999999 - i);
		break;
	case 2:
		sprintf(name, "%08x-mixed", i * 2654435761u);
		break;
	case 3:
		sprintf(name, "far-behind-%u-aaaaaaaaaaaaaaaaaaaaaaaa-%u",
		    i % 3, i * 2654435761u);
		break;
	default:
		sprintf(name, "organ-pipe-%08u",
		    i % 2 == 0 ? i : 99999999 - i);
		break;
	}
}

START_TEST(directories_are_sorted_by_bytes)
{
	enum { COUNT_EACH = 20000 };

	for (unsigned int pattern = 0; pattern < 5; pattern++) {
		struct names *n = new_names();
		ck_assert(names_begin_directory(n, 2));
		char name[64];
		for (unsigned int i = 0; i < COUNT_EACH; i++) {
			make_name(name, pattern, i);
			if (!names_add(n, 100 + i, 0, name, strlen(name)))
				ck_abort();
		}
		ck_assert(names_end_directory(n));
		ck_assert(names_finish(n));
		ck_assert_uint_eq(names_count(n), COUNT_EACH);
		for (unsigned int i = 0; i < COUNT_EACH; i++) {
			make_name(name, pattern, i);
			const uint32_t id = lookup(n, 2, name);
			if (id == NAMES_NONE ||
			    names_of_inode(n, 100 + i) != id)
				ck_abort_msg("%s is not found", name);
		}
		names_free(n);
	}
}
END_TEST

START_TEST(bytes_are_not_signed)
{
	static const struct edge edges[] = {
		{ 2, 12, "\xc3\xa4", 0 }, { 2, 13, "z", 0 }, { 2, 14, "zz", 0 },
		{ 2, 15, "Z", 0 }, { 2, 16, "\x01", 0 },
	};
	struct names *n = tree_of(edges, COUNT(edges));

	assert_list(n, "./\x01=16 ./Z=15 ./z=13 ./zz=14 ./\xc3\xa4=12 ");
	names_free(n);
}
END_TEST

START_TEST(numbers_are_sorted_by_their_upper_half)
{
	enum { NUMBERS = 5000 };
	uint64_t numbers[NUMBERS], spare[NUMBERS];

	for (uint32_t i = 0; i < NUMBERS; i++)
		numbers[i] = (uint64_t)(i % 100 * 42949673u) << 32 | i;
	names_sort_numbers(numbers, spare, NUMBERS);
	for (uint32_t i = 1; i < NUMBERS; i++)
		if (numbers[i - 1] >= numbers[i])
			ck_abort_msg("number %u", i);
}
END_TEST

static int
temporary_file(void)
{
	char path[] = "/tmp/test_names-XXXXXX";
	const int fd = mkstemp(path);

	ck_assert_int_ne(fd, -1);
	unlink(path);
	return fd;
}

START_TEST(what_is_stored_is_loaded)
{
	struct names *n = tree_of(simple, COUNT(simple));
	const int fd = temporary_file();

	ck_assert(names_store(n, fd, NULL));
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	struct names *loaded = names_load(fd, "/tmp");
	ck_assert_ptr_nonnull(loaded);
	char *expected = list(n);
	assert_list(loaded, expected);
	free(expected);
	names_free(loaded);
	names_free(n);
	close(fd);
}
END_TEST

START_TEST(files_that_are_not_there_are_not_stored)
{
	struct names *n = tree_of(simple, COUNT(simple));
	const int fd = temporary_file();
	struct inomap present;

	ck_assert(inomap_init(&present, 100));
	names_add_inodes(n, &present);
	ck_assert_uint_eq(inomap_count(&present), 5);
	inomap_remove(&present, 14);
	inomap_remove(&present, 15);	/* a directory */
	ck_assert(names_store(n, fd, &present));
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	struct names *loaded = names_load(fd, "/tmp");
	ck_assert_ptr_nonnull(loaded);
	assert_list(loaded, "./b=13 ./sub=12 ./sub/deep=15 ./sub/second=13 ");
	inomap_free(&present);
	names_free(loaded);
	names_free(n);
	close(fd);
}
END_TEST

START_TEST(a_level_goes_on_from_a_tree)
{
	static const struct edge second[] = {
		{ 12, 16, "new", S_IFREG }, { 2, 12, "sub", S_IFDIR },
		{ 2, 15, "file", S_IFREG },
	};
	static const uint32_t left[] = { 2, 12, 15, 16 };
	struct names *older = tree_of(simple, COUNT(simple));
	struct names *n = new_names();

	ck_assert(names_begin_with(n, older));
	add(n, second, COUNT(second));
	keep(n, left, COUNT(left), left, COUNT(left));
	ck_assert(names_finish(n));
	assert_list(n, "./file=15 ./sub=12 ./sub/new=16 ");
	ck_assert(!names_is_directory(n, 15));
	names_free(older);
	names_free(n);
}
END_TEST

START_TEST(no_damage_of_a_stored_tree_goes_unnoticed)
{
	struct names *n = tree_of(simple, COUNT(simple));
	const int fd = temporary_file();
	uint8_t byte;

	ck_assert(names_store(n, fd, NULL));
	const off_t size = lseek(fd, 0, SEEK_CUR);
	for (off_t at = 0; at < size; at++) {
		ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
		byte ^= 0x81;
		ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
		lseek(fd, 0, SEEK_SET);
		ck_assert_ptr_null(names_load(fd, "/tmp"));
		ck_assert_int_eq(errno, EBADMSG);
		byte ^= 0x81;
		ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
	}
	for (off_t at = size - 1; at >= 0; at -= 7) {
		ck_assert_int_eq(ftruncate(fd, at), 0);
		lseek(fd, 0, SEEK_SET);
		ck_assert_ptr_null(names_load(fd, "/tmp"));
		ck_assert_int_eq(errno, EBADMSG);
	}
	names_free(n);
	close(fd);
}
END_TEST

START_TEST(what_cannot_be_written_or_read_is_an_error)
{
	struct names *n = tree_of(simple, COUNT(simple));
	const int fd = open("/dev/full", O_RDWR);

	ck_assert_int_ne(fd, -1);
	ck_assert(!names_store(n, fd, NULL));
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_ptr_null(names_load(-1, "/tmp"));
	ck_assert_int_eq(errno, EBADF);
	ck_assert_ptr_null(names_new("/nonexistent"));
	ck_assert_int_eq(errno, ENOENT);
	names_free(n);
	close(fd);
}
END_TEST

/* All that can fail by itself; `files` is the number of names. */
static bool
fill_and_finish(struct names *n, uint32_t files)
{
	struct inomap dumped;
	uint32_t adopted;
	char name[16];

	bool ok = names_begin_directory(n, NAMES_ROOT);
	for (uint32_t i = 0; i < files && ok; i++) {
		snprintf(name, sizeof(name), "%08x", i * 2654435761u);
		ok = names_add(n, 11 + i, 0, name, strlen(name));
	}
	ck_assert(inomap_init(&dumped, 3 * files));
	inomap_add_range(&dumped, 2 * files, 3 * files);
	ok = ok && names_end_directory(n) &&
	    names_adopt(n, &dumped, &adopted);
	for (uint32_t i = 0; i < files / 16 && ok; i++)
		ok = names_begin_directory(n, 11 + i);
	ok = ok && names_finish(n);
	inomap_free(&dumped);
	return ok;
}

/* A limit on the size of files stands for a full disk. */
START_TEST(wherever_the_room_ends_it_is_an_error)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit limit = { 0, RLIM_INFINITY };
	unsigned int failures = 0;

	signal(SIGXFSZ, SIG_IGN);
	for (bool done = false; !done; limit.rlim_cur += 4 << 20) {
		struct names *n = new_names();
		setrlimit(RLIMIT_FSIZE, &limit);
		done = fill_and_finish(n, 1200000);
		const int error = errno;
		setrlimit(RLIMIT_FSIZE, &none);
		if (!done) {
			ck_assert_int_eq(error, EFBIG);
			failures++;
		}
		names_free(n);
	}
	ck_assert_uint_ge(failures, 5);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_tree_is_read_as_it_was_filled_in,
		all_names_of_an_inode_are_found,
		paths_are_found_as_people_write_them,
		names_that_could_lead_astray_never_get_in,
		of_a_name_that_is_there_twice_the_first_counts,
		circles_and_second_names_of_directories_are_left_out,
		without_a_root_there_is_nothing,
		of_nothing_there_is_a_tree,
		a_newer_set_replaces_directories_and_ends_inodes,
		a_directory_whose_number_belongs_to_a_file_is_none,
		of_a_damaged_directory_older_names_remain,
		what_lost_its_name_gets_one,
		without_a_root_all_names_are_new,
		without_maps_all_is_kept,
		deep_trees_need_no_stack,
		directories_are_sorted_by_bytes,
		bytes_are_not_signed,
		numbers_are_sorted_by_their_upper_half,
		what_is_stored_is_loaded,
		files_that_are_not_there_are_not_stored,
		a_level_goes_on_from_a_tree,
		no_damage_of_a_stored_tree_goes_unnoticed,
		what_cannot_be_written_or_read_is_an_error,
		wherever_the_room_ends_it_is_an_error,
	};

	return unit_run("names", tests, COUNT(tests));
}
