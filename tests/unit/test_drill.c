/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_drill - files are chosen fairly, written, compared with the disk, and
 * removed
 */
#include "core/restore/drill.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/restore/drill_choice.h"
#include "core/restore/drill_digest.h"
#include "names_tree.h"

/* ---------------------------------------------------------------- choosing */

/* 100 files, inodes 100 to 199, in one directory. */
static struct names *
many(void)
{
	struct names *names = names_new(tree_folder());

	ck_assert(names_begin_directory(names, NAMES_ROOT));
	for (uint32_t i = 100; i < 200; i++) {
		char name[16];
		snprintf(name, sizeof(name), "f%u", i);
		ck_assert(names_add(names, i, S_IFREG, name, strlen(name)));
	}
	ck_assert(names_end_directory(names));
	ck_assert(names_finish(names));
	return names;
}

START_TEST(a_seed_chooses_the_same_files)
{
	struct names *names = many();
	struct drill_choice a, b, c;

	ck_assert(drill_choose(&a, names, NULL, 10, 1));
	ck_assert(drill_choose(&b, names, NULL, 10, 1));
	ck_assert(drill_choose(&c, names, NULL, 10, 2));
	ck_assert_uint_eq(a.count, 10);
	ck_assert_uint_eq(inomap_count(&a.map), 10);
	ck_assert_uint_eq(inomap_count(&a.names), 10);
	ck_assert_mem_eq(a.inodes, b.inodes, 10 * sizeof(uint32_t));
	ck_assert_mem_ne(a.inodes, c.inodes, 10 * sizeof(uint32_t));
	for (uint32_t i = 0; i < 10; i++) {
		uint32_t index;
		ck_assert(drill_choice_find(&a, a.inodes[i], &index));
		ck_assert_uint_eq(index, i);
		ck_assert(i == 0 || a.inodes[i] > a.inodes[i - 1]);
	}
	ck_assert(!drill_choice_find(&a, 5, &(uint32_t){ 0 }));
	drill_choice_free(&a);
	drill_choice_free(&b);
	drill_choice_free(&c);
	names_free(names);
}
END_TEST

START_TEST(every_file_has_its_turn)
{
	struct names *names = many();
	unsigned int turns[100] = { 0 };

	for (uint64_t seed = 0; seed < 1000; seed++) {
		struct drill_choice choice;
		ck_assert(drill_choose(&choice, names, NULL, 10, seed));
		for (uint32_t i = 0; i < choice.count; i++)
			turns[choice.inodes[i] - 100]++;
		drill_choice_free(&choice);
	}
	/* 100 times on average; the standard deviation is 9.5. */
	for (size_t i = 0; i < COUNT(turns); i++) {
		ck_assert_uint_gt(turns[i], 50);
		ck_assert_uint_lt(turns[i], 150);
	}
	names_free(names);
}
END_TEST

START_TEST(only_regular_files_of_the_set_are_chosen_each_once)
{
	struct names *names = tree_small();
	struct inomap dumped;
	struct drill_choice choice;

	ck_assert(drill_choose(&choice, names, NULL, 1000, 1));
	ck_assert_uint_eq(choice.count, 3);
	ck_assert_uint_eq(choice.inodes[0], 13);
	ck_assert_uint_eq(choice.inodes[1], 15);
	ck_assert_uint_eq(choice.inodes[2], 18);
	drill_choice_free(&choice);
	ck_assert(inomap_init(&dumped, 20));
	inomap_add(&dumped, 15);
	inomap_add(&dumped, 12);
	ck_assert(drill_choose(&choice, names, &dumped, 1000, 1));
	ck_assert_uint_eq(choice.count, 1);
	drill_choice_free(&choice);
	ck_assert(drill_choose(&choice, names, NULL, 0, 1));
	ck_assert_uint_eq(choice.count, 0);
	drill_choice_free(&choice);
	inomap_free(&dumped);
	names_free(names);
}
END_TEST

/* ----------------------------------------------------------------- digests */

static int
file_of(const void *bytes, size_t length, off_t offset, off_t size)
{
	const int fd = open(tree_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC,
	    0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, length, offset), (ssize_t)length);
	ck_assert_int_eq(ftruncate(fd, size), 0);
	return fd;
}

START_TEST(short_holes_count_as_zeros)
{
	static const uint8_t bytes[5000] = { 1, 2, 3, [4999] = 4 };
	struct drill_digest *d = drill_digest_new();
	struct digest *plain = digest_new();
	char text[DIGEST_TEXT_BYTES], expected[DIGEST_TEXT_BYTES];

	drill_digest_add(d, 0, bytes, 10);
	drill_digest_add(d, 4000, bytes + 4000, 1000);
	drill_digest_end(d, 5000);
	drill_digest_format(d, text);
	digest_add(plain, bytes, sizeof(bytes));
	digest_format(plain, expected);
	ck_assert_str_eq(text, expected);
	ck_assert(!drill_digest_is_sparse(d));
	const int fd = file_of(bytes, sizeof(bytes), 0, 5000);
	ck_assert_ptr_null(drill_digest_check(d, fd));
	ck_assert_int_eq(pwrite(fd, "x", 1, 2000), 1);
	ck_assert_str_eq(drill_digest_check(d, fd),
	    "its contents on disk differ from the set");
	ck_assert_int_eq(ftruncate(fd, 4500), 0);
	ck_assert_str_eq(drill_digest_check(d, fd),
	    "it is shorter on disk");
	close(fd);
	digest_free(plain);
	drill_digest_free(d);
}
END_TEST

START_TEST(long_holes_take_no_time)
{
	struct drill_digest *d = drill_digest_new();
	/* A TiB, or what the filesystem can take. */
	uint64_t size = UINT64_C(1) << 40;
	const int fd = file_of("abc", 3, 0, 3);

	while (ftruncate(fd, (off_t)size) != 0)
		size /= 2;
	drill_digest_add(d, 0, (const uint8_t *)"abc", 3);
	for (uint64_t at = size / 64; at < size; at += size / 64) {
		ck_assert_int_eq(pwrite(fd, "d", 1, (off_t)at), 1);
		drill_digest_add(d, at, (const uint8_t *)"d", 1);
	}
	drill_digest_end(d, size);
	ck_assert(drill_digest_is_sparse(d));
	ck_assert_ptr_null(drill_digest_check(d, fd));
	ck_assert_int_eq(pwrite(fd, "e", 1, (off_t)(size / 128)), 1);
	ck_assert_str_eq(drill_digest_check(d, fd),
	    "a hole in it has contents on disk");
	close(fd);
	drill_digest_free(d);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_no_match)
{
	struct drill_digest *d = drill_digest_new();
	const int fd = open(tree_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	drill_digest_add(d, 0, (const uint8_t *)"abc", 3);
	ck_assert_str_eq(drill_digest_check(d, fd), "Is a directory");
	close(fd);
	drill_digest_free(d);
}
END_TEST

/* ------------------------------------------------------------------ drills */

struct fixture {
	char folder[4096];
	struct names *names;
	struct report *rep;
	struct outcome *outcome;
	struct restore_settings settings;
	struct drill_config config;
	struct drill *drill;
};

static struct fixture *
fixture_new(void)
{
	struct fixture *x = calloc(1, sizeof(*x));

	ck_assert_ptr_nonnull(x);
	snprintf(x->folder, sizeof(x->folder), "%s/drill.XXXXXX",
	    tree_folder());
	ck_assert_ptr_nonnull(mkdtemp(x->folder));
	x->names = tree_small();
	x->rep = report_new(STDERR_FILENO, REPORT_QUIET);
	x->outcome = outcome_new(x->rep);
	outcome_set_names(x->outcome, x->names);
	x->settings.workers = 2;
	x->settings.tmpdir = x->folder;
	x->config = (struct drill_config){
		.settings = &x->settings, .names = x->names,
		.outcome = x->outcome, .rep = x->rep, .files = 10, .seed = 5,
	};
	x->drill = drill_new(&x->config);
	ck_assert_ptr_nonnull(x->drill);
	return x;
}

/* The folder of the drill in x->folder; false: there is none. */
static bool
scratch_of(const struct fixture *x, char path[static 8192])
{
	DIR *dir = opendir(x->folder);
	const struct dirent *entry;
	bool found = false;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, 8192, "%s/%s", x->folder, entry->d_name);
		found = true;
	}
	closedir(dir);
	return found;
}

static void
fixture_free(struct fixture *x)
{
	char path[8192];

	drill_free(x->drill);
	ck_assert_msg(!scratch_of(x, path), "%s is left", path);
	ck_assert_int_eq(rmdir(x->folder), 0);
	outcome_free(x->outcome);
	report_free(x->rep);
	names_free(x->names);
	free(x);
}

static void *
begin(struct fixture *x, uint32_t inode, uint64_t size)
{
	const struct header header = {
		.inode = inode,
		.meta = {
			.number = inode, .mode = S_IFREG | 06777, .size = size,
			.uid = 12345, .gid = 12345, .flags = 0x10,
		},
		.flags_are_linux = true,
	};

	return drill_work.begin(x->drill, 1, &header);
}

static const json_t *
file_of_report(const json_t *report, size_t index)
{
	return json_array_get(json_object_get(report, "files"), index);
}

static void
check_integer(const json_t *object, const char *key, json_int_t expected)
{
	ck_assert_msg(json_integer_value(json_object_get(object, key)) ==
	    expected, "%s: %lld, expected %lld", key,
	    (long long)json_integer_value(json_object_get(object, key)),
	    (long long)expected);
}

static void
check_fault(const json_t *file, const char *fault)
{
	const json_t *text = json_object_get(file, "fault");

	ck_assert_int_eq(json_is_true(json_object_get(file, "ok")),
	    fault == NULL);
	ck_assert_str_eq(json_is_null(text) ? "none" : json_string_value(text),
	    fault == NULL ? "none" : fault);
}

START_TEST(files_are_restored_compared_reported_and_removed)
{
	struct fixture *x = fixture_new();
	const struct de_xattr xattr = { .name = "user.a", .value = "1",
	    .value_length = 1 };
	char scratch[8192];

	ck_assert(scratch_of(x, scratch));
	ck_assert(inomap_has(drill_inodes(x->drill), 13));
	void *file = begin(x, 13, 3000);
	drill_work.data(file, 0, (const uint8_t *)"abc", 3);
	drill_work.hole(file, 3, 2997);
	drill_work.xattr(file, &xattr);
	/* While it is there, it is nobody else's. */
	char path[8192 + 16];
	struct stat st;
	snprintf(path, sizeof(path), "%s/13", scratch);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	drill_work.end(file, true);
	ck_assert_int_eq(lstat(path, &st), -1);
	ck_assert_ptr_null(begin(x, 12, 0));	/* it was not chosen */
	file = begin(x, 15, 0);
	drill_work.end(file, true);
	json_t *report = drill_finish(x->drill);
	check_integer(report, "seed", 5);
	check_integer(report, "asked", 10);
	check_integer(report, "restored", 2);
	check_integer(report, "faults", 1);
	check_integer(report, "bytes", 3000);
	const json_t *first = file_of_report(report, 0);
	ck_assert_str_eq(json_string_value(json_object_get(first, "path")),
	    "./d/a");
	check_integer(first, "inode", 13);
	check_integer(first, "size", 3000);
	ck_assert_uint_eq(strlen(json_string_value(json_object_get(first,
	    "xxh3_128"))), 32);
	check_fault(first, NULL);
	check_fault(file_of_report(report, 1), NULL);
	check_fault(file_of_report(report, 2), "it did not come");
	json_decref(report);
	ck_assert_int_eq(outcome_status(x->outcome), STATUS_COMPLETE);
	fixture_free(x);
}
END_TEST

START_TEST(what_the_disk_has_changed_is_found)
{
	struct fixture *x = fixture_new();
	char path[8192 + 16];

	ck_assert(scratch_of(x, path));
	strcat(path, "/13");
	void *file = begin(x, 13, 3);
	drill_work.data(file, 0, (const uint8_t *)"abc", 3);
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, "x", 1, 1), 1);
	close(fd);
	drill_work.end(file, true);
	strcpy(strrchr(path, '/'), "/15");
	file = begin(x, 15, 3);
	drill_work.data(file, 0, (const uint8_t *)"abc", 3);
	ck_assert_int_eq(unlink(path), 0);
	drill_work.end(file, true);
	json_t *report = drill_finish(x->drill);
	check_fault(file_of_report(report, 0),
	    "its contents on disk differ from the set");
	check_fault(file_of_report(report, 1), "No such file or directory");
	check_integer(report, "restored", 0);
	json_decref(report);
	ck_assert_uint_eq(outcome_count(x->outcome, OUTCOME_DIFFERENT), 2);
	fixture_free(x);
}
END_TEST

START_TEST(losses_of_the_set_are_faults_of_the_file)
{
	struct fixture *x = fixture_new();
	void *file = begin(x, 13, 3000);

	drill_work.data(file, 0, (const uint8_t *)"abc", 3);
	drill_work.lost(file, 3, 2997, "a bad header");
	drill_work.end(file, false);
	file = begin(x, 15, 0);
	drill_work.lost_xattrs(file, "a bad checksum");
	drill_work.end(file, true);
	file = begin(x, 18, 0);
	drill_work.end(file, false);
	json_t *report = drill_finish(x->drill);
	check_fault(file_of_report(report, 0), "part of its contents is lost");
	check_fault(file_of_report(report, 1), "attributes of it are lost");
	check_fault(file_of_report(report, 2),
	    "it is not in the set as a whole");
	json_decref(report);
	ck_assert_uint_gt(outcome_count(x->outcome, OUTCOME_MISSING), 0);
	ck_assert_int_eq(drill_verdict(x->drill), VERDICT_GO_ON);
	fixture_free(x);
}
END_TEST

START_TEST(what_is_left_halfway_is_removed)
{
	struct fixture *x = fixture_new();
	char path[8192 + 16];

	/* As after a signal: files that the crew never came to the end of. */
	ck_assert(scratch_of(x, path));
	strcat(path, "/left");
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	fixture_free(x);
}
END_TEST

START_TEST(what_is_in_the_way_is_not_touched)
{
	struct fixture *x = fixture_new();
	char path[8192 + 16];

	ck_assert(scratch_of(x, path));
	strcat(path, "/13");
	ck_assert_int_eq(symlink("/dev/null", path), 0);
	void *file = begin(x, 13, 3);
	drill_work.data(file, 0, (const uint8_t *)"abc", 3);
	drill_work.end(file, true);
	json_t *report = drill_finish(x->drill);
	check_fault(file_of_report(report, 0),
	    "Too many levels of symbolic links");
	json_decref(report);
	fixture_free(x);
}
END_TEST

START_TEST(without_a_folder_there_is_no_drill)
{
	struct fixture *x = fixture_new();

	x->settings.tmpdir = "/nonexistent";
	ck_assert_ptr_null(drill_new(&x->config));
	x->settings.tmpdir = x->folder;
	fixture_free(x);
}
END_TEST

START_TEST(links_of_dialects_without_types_are_left_out)
{
	static const struct tree_name list[] = {
		{ 2, 12, 0, "a" }, { 2, 13, 0, "b" },
	};
	struct fixture *x = fixture_new();
	const struct header header = {
		.inode = 12, .meta = { .number = 12, .mode = S_IFLNK | 0777 },
	};

	drill_free(x->drill);
	names_free(x->names);
	x->names = tree_of(list, COUNT(list));
	x->config.names = x->names;
	outcome_set_names(x->outcome, x->names);
	x->drill = drill_new(&x->config);
	ck_assert_ptr_null(drill_work.begin(x->drill, 0, &header));
	drill_work.end(begin(x, 13, 0), true);
	json_t *report = drill_finish(x->drill);
	check_integer(report, "restored", 1);
	check_integer(report, "faults", 0);
	ck_assert_uint_eq(json_array_size(json_object_get(report, "files")),
	    1);
	json_decref(report);
	fixture_free(x);
}
END_TEST

START_TEST(seeds_differ_and_fit_into_json)
{
	const uint64_t a = drill_seed(), b = drill_seed();

	ck_assert_uint_ne(a, b);
	ck_assert_uint_lt(a, UINT64_C(1) << 53);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_seed_chooses_the_same_files,
		every_file_has_its_turn,
		only_regular_files_of_the_set_are_chosen_each_once,
		short_holes_count_as_zeros,
		long_holes_take_no_time,
		a_file_that_cannot_be_read_is_no_match,
		files_are_restored_compared_reported_and_removed,
		what_the_disk_has_changed_is_found,
		losses_of_the_set_are_faults_of_the_file,
		what_is_left_halfway_is_removed,
		what_is_in_the_way_is_not_touched,
		without_a_folder_there_is_no_drill,
		links_of_dialects_without_types_are_left_out,
		seeds_differ_and_fit_into_json,
	};

	umask(022);
	return unit_run("drill", tests, COUNT(tests));
}
