/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_compare - a tree on disk against the items of a set, one difference at a
 * time
 */
#include "core/restore/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "names_tree.h"

#define FILE_SIZE 300000u

/* A tree on disk that is as tree_small() says, and what compares it. */
struct fixture {
	char folder[4096];
	int root;
	struct names *names;
	struct report *rep;
	struct outcome *outcome;
	struct target *target;
	struct restore_settings settings;
	struct compare_config config;
	struct compare *compare;
	atomic_int cancelled;
	uint8_t contents[FILE_SIZE];
};

/* Directories as the sets have them: set up by each test. */
static struct {
	struct directory_meta meta;
	uint32_t inode;		/* 0: none is known */
	const struct de_xattr *xattr;
} known;

bool
directories_get(const struct directories *d, uint32_t inode,
    struct directory_meta *meta)
{
	(void)d;
	*meta = known.meta;
	return inode == known.inode;
}

void
directories_each_xattr(const struct directories *d, uint32_t inode,
    void (*take)(void *arg, const struct de_xattr *xattr), void *arg)
{
	(void)d;
	if (inode == known.inode && known.xattr != NULL)
		take(arg, known.xattr);
}

static void
write_at(int root, const char *name, const void *bytes, size_t length,
    off_t offset)
{
	const int fd = openat(root, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, length, offset), (ssize_t)length);
	close(fd);
}

/* Inode 13 has data, 4096 bytes of hole, and data. */
static void
make_tree(struct fixture *x)
{
	for (size_t i = 0; i < FILE_SIZE; i++)
		x->contents[i] = (uint8_t)(i * 7 + i / 251);
	memset(x->contents + 8192, 0, 4096);
	ck_assert_int_eq(mkdirat(x->root, "d", 0755), 0);
	ck_assert_int_eq(mkdirat(x->root, "d/e", 0755), 0);
	ck_assert_int_eq(mkdirat(x->root, "f", 0755), 0);
	write_at(x->root, "d/a", x->contents, 8192, 0);
	write_at(x->root, "d/a", x->contents + 12288, FILE_SIZE - 12288, 12288);
	ck_assert_int_eq(linkat(x->root, "d/a", x->root, "f/a2", 0), 0);
	write_at(x->root, "d/e/b", "b", 1, 0);
	write_at(x->root, "z", "zz", 2, 0);
	ck_assert_int_eq(symlinkat("a", x->root, "d/ln"), 0);
}

static struct fixture *
fixture_new(void)
{
	struct fixture *x = calloc(1, sizeof(*x));

	ck_assert_ptr_nonnull(x);
	known.inode = 0;
	known.xattr = NULL;
	snprintf(x->folder, sizeof(x->folder), "%s/compare.XXXXXX",
	    tree_folder());
	ck_assert_ptr_nonnull(mkdtemp(x->folder));
	x->root = open(x->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(x->root, 0);
	make_tree(x);
	x->names = tree_small();
	x->rep = report_new(STDERR_FILENO, REPORT_QUIET);
	x->outcome = outcome_new(x->rep);
	outcome_set_names(x->outcome, x->names);
	x->settings.workers = 2;
	x->target = target_new(x->root, x->names, x->settings.workers);
	x->config = (struct compare_config){
		.settings = &x->settings, .names = x->names,
		.target = x->target, .outcome = x->outcome,
		.root_is_wanted = true, .is_whole = true,
	};
	x->compare = compare_new(&x->config);
	ck_assert_ptr_nonnull(x->compare);
	return x;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void
fixture_free(struct fixture *x)
{
	compare_free(x->compare);
	target_free(x->target);
	outcome_free(x->outcome);
	report_free(x->rep);
	names_free(x->names);
	close(x->root);
	nftw(x->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(x);
}

struct texts {
	char text[8192];
};

static void
take_text(void *arg, enum outcome_kind kind, uint32_t inode, const char *path,
    const char *text)
{
	struct texts *t = arg;
	const size_t used = strlen(t->text);

	(void)kind;
	(void)inode;
	snprintf(t->text + used, sizeof(t->text) - used, "%s%s%s\n",
	    path == NULL ? "" : path, path == NULL ? "" : ": ", text);
}

/* All that was found, a line each. */
static void
check_found(const struct fixture *x, const char *expected)
{
	struct texts t = { "" };

	outcome_each(x->outcome, take_text, &t);
	ck_assert_str_eq(t.text, expected);
}

/* A header as that file on disk would have it. */
static struct header
header_of(const struct fixture *x, const char *path, uint32_t inode)
{
	struct header h = { .inode = inode };
	struct stat st;

	ck_assert_int_eq(fstatat(x->root, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	h.meta.number = inode;
	h.meta.mode = (uint16_t)st.st_mode;
	h.meta.uid = st.st_uid;
	h.meta.gid = st.st_gid;
	h.meta.size = (uint64_t)st.st_size;
	h.meta.mtime.seconds = st.st_mtim.tv_sec;
	h.meta.mtime.nanoseconds = (uint32_t)st.st_mtim.tv_nsec;
	h.meta.device_major = major(st.st_rdev);
	h.meta.device_minor = minor(st.st_rdev);
	h.is_exact = true;
	return h;
}

static void *
begin(struct fixture *x, const struct header *h)
{
	return compare_work.begin(x->compare, 1, h);
}

/* Inode 13 as it was made. */
static void
put_contents(struct fixture *x, void *file)
{
	compare_work.data(file, 0, x->contents, 8192);
	compare_work.hole(file, 8192, 4096);
	compare_work.data(file, 12288, x->contents + 12288, FILE_SIZE - 12288);
}

static void
put_whole(struct fixture *x, const struct header *h)
{
	void *file = begin(x, h);

	ck_assert_ptr_nonnull(file);
	put_contents(x, file);
	compare_work.end(file, true);
}

static void
finish(struct fixture *x)
{
	compare_directories(x->compare, NULL, &x->cancelled);
}

START_TEST(the_same_tree_has_no_difference)
{
	struct fixture *x = fixture_new();
	const struct header a = header_of(x, "d/a", 13);
	const struct header ln = header_of(x, "d/ln", 16);

	put_whole(x, &a);
	void *file = begin(x, &ln);
	compare_work.data(file, 0, (const uint8_t *)"a", 1);
	compare_work.end(file, true);
	finish(x);
	check_found(x, "");
	ck_assert_uint_eq(compare_files(x->compare), 2);
	ck_assert_uint_eq(compare_bytes(x->compare), FILE_SIZE - 4096 + 1);
	fixture_free(x);
}
END_TEST

START_TEST(each_difference_says_what_differs)
{
	struct fixture *x = fixture_new();
	struct header h = header_of(x, "d/a", 13);
	const struct header same = h;

	h.meta.mode = S_IFREG | 04600;
	put_whole(x, &h);
	h = same;
	h.meta.uid++;
	h.meta.gid += 2;
	h.meta.size--;
	put_whole(x, &h);
	char text[512];
	snprintf(text, sizeof(text),
	    "./d/a: mode 0644, expected 4600\n"
	    "./d/a: owner %u, expected %u\n"
	    "./d/a: group %u, expected %u\n"
	    "./d/a: size %u, expected %u\n",
	    same.meta.uid, h.meta.uid, same.meta.gid, h.meta.gid, FILE_SIZE,
	    FILE_SIZE - 1);
	check_found(x, text);
	fixture_free(x);
}
END_TEST

START_TEST(times_are_compared_as_exactly_as_the_set_has_them)
{
	struct fixture *x = fixture_new();
	const struct timespec times[] = {
		{ 1600000000, 123456789 }, { 1600000000, 123456789 },
	};

	ck_assert_int_eq(utimensat(x->root, "d/a", times, 0), 0);
	struct header h = header_of(x, "d/a", 13);
	put_whole(x, &h);
	h.meta.mtime.nanoseconds = 123456000;
	h.is_exact = false;
	put_whole(x, &h);
	check_found(x, "");
	h.is_exact = true;
	put_whole(x, &h);
	check_found(x, "./d/a: modification time 2020-09-13 "
	    "12:26:40.123456789, expected 2020-09-13 12:26:40.123456000\n");
	fixture_free(x);
}
END_TEST

START_TEST(contents_that_differ_are_named_once_by_their_first_byte)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/a", 13);

	x->contents[270000] ^= 1;
	x->contents[290000] ^= 1;
	put_whole(x, &h);
	check_found(x, "./d/a: contents differ at byte 270000\n");
	fixture_free(x);
}
END_TEST

START_TEST(a_hole_is_zeros_on_disk)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/a", 13);
	void *file = begin(x, &h);

	compare_work.data(file, 0, x->contents, 8192);
	compare_work.hole(file, 8192, 8192);
	compare_work.end(file, true);
	check_found(x, "./d/a: contents differ at byte 12288\n");
	fixture_free(x);
}
END_TEST

START_TEST(a_hole_of_an_exabyte_takes_no_time)
{
	struct fixture *x = fixture_new();
	const int fd = openat(x->root, "z", O_WRONLY | O_CLOEXEC);

	/* As large as the filesystem can. */
	off_t size = (off_t)1 << 60;
	while (ftruncate(fd, size) != 0)
		size /= 2;
	close(fd);
	const struct header h = header_of(x, "z", 18);
	void *file = begin(x, &h);
	compare_work.data(file, 0, (const uint8_t *)"zz", 2);
	compare_work.hole(file, 2, (uint64_t)size - 2);
	compare_work.end(file, true);
	check_found(x, "");
	fixture_free(x);
}
END_TEST

START_TEST(a_file_cut_while_it_is_compared_differs)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/a", 13);
	void *file = begin(x, &h);

	const int fd = openat(x->root, "d/a", O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(ftruncate(fd, 5000), 0);
	close(fd);
	put_contents(x, file);
	compare_work.end(file, true);
	check_found(x, "./d/a: contents differ at byte 5000\n");
	fixture_free(x);
}
END_TEST

START_TEST(a_missing_name_is_named_by_path)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/a", 13);

	ck_assert_int_eq(unlinkat(x->root, "f/a2", 0), 0);
	put_whole(x, &h);
	ck_assert_int_eq(unlinkat(x->root, "d/a", 0), 0);
	ck_assert_ptr_null(begin(x, &h));
	check_found(x, "./f/a2: is not there\n./d/a: is not there\n");
	fixture_free(x);
}
END_TEST

START_TEST(another_file_in_place_of_a_hard_link_is_seen)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/a", 13);

	ck_assert_int_eq(unlinkat(x->root, "f/a2", 0), 0);
	write_at(x->root, "f/a2", x->contents, FILE_SIZE, 0);
	put_whole(x, &h);
	check_found(x,
	    "./d/a: ./f/a2 is another file, expected a hard link\n");
	fixture_free(x);
}
END_TEST

START_TEST(another_type_is_all_that_is_said)
{
	struct fixture *x = fixture_new();
	struct header h = header_of(x, "z", 18);

	ck_assert_int_eq(unlinkat(x->root, "z", 0), 0);
	ck_assert_int_eq(mkfifoat(x->root, "z", 0600), 0);
	h.meta.uid++;
	ck_assert_ptr_null(begin(x, &h));
	check_found(x, "./z: it is a FIFO, expected a regular file\n");
	fixture_free(x);
}
END_TEST

START_TEST(a_link_in_the_way_is_not_followed)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/e/b", 15);

	ck_assert_int_eq(renameat(x->root, "d/e", x->root, "elsewhere"), 0);
	ck_assert_int_eq(symlinkat("../elsewhere", x->root, "d/e"), 0);
	ck_assert_ptr_null(begin(x, &h));
	check_found(x, "./d/e/b: is not there\n");
	fixture_free(x);
}
END_TEST

START_TEST(a_link_to_elsewhere_differs)
{
	struct fixture *x = fixture_new();
	struct header h = header_of(x, "d/ln", 16);

	h.meta.mode = S_IFLNK | 0755;	/* as on other systems */
	void *file = begin(x, &h);
	compare_work.data(file, 0, (const uint8_t *)"abc", 3);
	compare_work.end(file, true);
	/* Longer than any link. */
	file = begin(x, &h);
	for (int i = 0; i < 20; i++)
		compare_work.data(file, 0, x->contents, 8192);
	compare_work.end(file, false);
	check_found(x, "./d/ln: link to a, expected abc\n");
	fixture_free(x);
}
END_TEST

START_TEST(losses_of_the_set_are_no_differences)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/a", 13);
	void *file = begin(x, &h);

	compare_work.data(file, 0, x->contents, 4096);
	compare_work.lost(file, 4096, FILE_SIZE - 4096, "bad header");
	compare_work.lost_xattrs(file, "bad checksum");
	compare_work.end(file, false);
	ck_assert_uint_eq(outcome_count(x->outcome, OUTCOME_DIFFERENT), 0);
	check_found(x,
	    "./d/a: bytes 4096 to 299999 are not in the set: bad header\n"
	    "./d/a: attributes are not in the set: bad checksum\n");
	fixture_free(x);
}
END_TEST

START_TEST(what_is_not_wanted_is_not_compared)
{
	struct fixture *x = fixture_new();
	struct header h = header_of(x, "d/a", 13);
	struct inomap wanted;

	ck_assert(inomap_init(&wanted, names_count(x->names)));
	compare_free(x->compare);
	x->config.wanted = &wanted;
	x->config.root_is_wanted = false;
	x->compare = compare_new(&x->config);
	h.meta.uid++;
	ck_assert_ptr_null(begin(x, &h));
	write_at(x->root, "d/new", "", 0, 0);
	finish(x);
	h.inode = 999;		/* it has no name */
	ck_assert_ptr_null(begin(x, &h));
	check_found(x, "");
	inomap_free(&wanted);
	fixture_free(x);
}
END_TEST

START_TEST(hidden_things_and_directories_are_passed_over)
{
	struct fixture *x = fixture_new();
	struct header h = header_of(x, "d/a", 13);

	h.is_hidden = true;
	ck_assert_ptr_null(begin(x, &h));
	h = header_of(x, "d", 12);
	ck_assert_ptr_null(begin(x, &h));
	check_found(x, "");
	fixture_free(x);
}
END_TEST

/* Skips the rest of a test where the filesystem has no attributes. */
static bool
set_attribute(const struct fixture *x, const char *path, const char *name,
    const char *value)
{
	const int fd = openat(x->root, path, O_RDONLY | O_CLOEXEC);
	const int result = fsetxattr(fd, name, value, strlen(value), 0);

	ck_assert(result == 0 || errno == ENOTSUP);
	close(fd);
	return result == 0;
}

static struct de_xattr
attribute(const char *name, const char *value)
{
	return (struct de_xattr){
		.name = name, .value = value, .value_length = strlen(value),
	};
}

START_TEST(attributes_are_compared_both_ways)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/a", 13);

	if (set_attribute(x, "d/a", "user.same", "1") &&
	    set_attribute(x, "d/a", "user.changed", "1") &&
	    set_attribute(x, "d/a", "user.more", "1")) {
		struct de_xattr all[] = {
			attribute("user.same", "1"),
			attribute("user.changed", "2"),
			attribute("user.less", ""),
		};
		void *file = begin(x, &h);
		put_contents(x, file);
		for (size_t i = 0; i < COUNT(all); i++)
			compare_work.xattr(file, &all[i]);
		compare_work.end(file, true);
		finish(x);
		check_found(x,
		    "./d/a: attribute user.changed has another value\n"
		    "./d/a: attribute user.less is not there\n"
		    "./d/a: attribute user.more is not in the set\n");
	}
	fixture_free(x);
}
END_TEST

START_TEST(an_attribute_may_come_behind_the_end_of_the_set)
{
	struct fixture *x = fixture_new();
	const struct header a = header_of(x, "d/a", 13);
	const struct header b = header_of(x, "d/e/b", 15);

	if (set_attribute(x, "d/a", "user.late", "1") &&
	    set_attribute(x, "d/e/b", "user.late", "1") &&
	    set_attribute(x, "d/e/b", "user.never", "1")) {
		const struct de_xattr late = attribute("user.late", "1");
		const struct de_xattr other = attribute("user.late", "2");
		put_whole(x, &a);
		void *file = begin(x, &b);
		compare_work.data(file, 0, (const uint8_t *)"b", 1);
		compare_work.end(file, true);
		compare_late_xattr(x->compare, 13, &late);
		compare_late_xattr(x->compare, 15, &other);
		compare_late_xattr(x->compare, 999, &other);
		ck_assert_int_eq(unlinkat(x->root, "z", 0), 0);
		compare_late_xattr(x->compare, 18, &other);
		finish(x);
		check_found(x,
		    "./d/e/b: attribute user.late has another value\n"
		    "./d/e/b: attribute user.never is not in the set\n");
	}
	fixture_free(x);
}
END_TEST

/* Version 2; owner, group and others may read. */
#define ACL_OF_A_MODE "\2\0\0\0" \
    "\1\0\4\0\377\377\377\377" "\4\0\4\0\377\377\377\377" \
    "\40\0\4\0\377\377\377\377"

START_TEST(an_acl_that_is_only_a_mode_is_none)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/a", 13);
	const struct de_xattr acl = {
		.name = "system.posix_acl_access",
		.value = ACL_OF_A_MODE,
		.value_length = sizeof(ACL_OF_A_MODE) - 1,
	};
	void *file = begin(x, &h);

	put_contents(x, file);
	compare_work.xattr(file, &acl);
	compare_work.end(file, true);
	check_found(x, "");
	fixture_free(x);
}
END_TEST

START_TEST(names_that_are_not_in_the_set_are_found)
{
	static const char *const aside[] = { "state", NULL };
	struct fixture *x = fixture_new();

	compare_free(x->compare);
	x->config.aside = aside;
	x->compare = compare_new(&x->config);
	write_at(x->root, "state", "", 0, 0);
	write_at(x->root, "d/e/new", "", 0, 0);
	ck_assert_int_eq(mkdirat(x->root, "lost+found", 0700), 0);
	finish(x);
	check_found(x, "./d/e/new: is not in the set\n");
	fixture_free(x);
}
END_TEST

START_TEST(a_directory_that_is_gone_or_a_file_is_said)
{
	struct fixture *x = fixture_new();

	ck_assert_int_eq(unlinkat(x->root, "f/a2", 0), 0);
	ck_assert_int_eq(unlinkat(x->root, "f", AT_REMOVEDIR), 0);
	ck_assert_int_eq(unlinkat(x->root, "d/e/b", 0), 0);
	ck_assert_int_eq(unlinkat(x->root, "d/e", AT_REMOVEDIR), 0);
	write_at(x->root, "d/e", "", 0, 0);
	x->cancelled = 1;
	finish(x);
	check_found(x, "");
	x->cancelled = 0;
	finish(x);
	check_found(x, "./f: is not there\n"
	    "./d/e: is no directory, expected one\n");
	fixture_free(x);
}
END_TEST

START_TEST(metadata_of_directories_are_compared)
{
	struct fixture *x = fixture_new();
	const struct header h = header_of(x, "d/e", 14);
	const struct de_xattr xattr = attribute("user.x", "1");

	known.inode = 14;
	known.meta.inode = h.meta;
	known.meta.is_exact = true;
	finish(x);
	check_found(x, "");
	known.meta.inode.mode = S_IFDIR | 0700;
	if (set_attribute(x, "d/e", "user.y", "1"))
		known.xattr = &xattr;
	finish(x);
	check_found(x, known.xattr == NULL ?
	    "./d/e: mode 0755, expected 0700\n" :
	    "./d/e: mode 0755, expected 0700\n"
	    "./d/e: attribute user.x is not there\n"
	    "./d/e: attribute user.y is not in the set\n");
	fixture_free(x);
}
END_TEST

START_TEST(devices_are_compared_by_number)
{
	struct fixture *x = fixture_new();

	ck_assert_int_eq(unlinkat(x->root, "z", 0), 0);
	if (mknodat(x->root, "z", S_IFCHR | 0600, makedev(1, 3)) == 0) {
		struct header h = header_of(x, "z", 18);
		h.meta.device_minor = 70000;
		compare_work.end(begin(x, &h), true);
		check_found(x, "./z: device 1:3, expected 1:70000\n");
	}
	fixture_free(x);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_same_tree_has_no_difference,
		each_difference_says_what_differs,
		times_are_compared_as_exactly_as_the_set_has_them,
		contents_that_differ_are_named_once_by_their_first_byte,
		a_hole_is_zeros_on_disk,
		a_hole_of_an_exabyte_takes_no_time,
		a_file_cut_while_it_is_compared_differs,
		a_missing_name_is_named_by_path,
		another_file_in_place_of_a_hard_link_is_seen,
		another_type_is_all_that_is_said,
		a_link_in_the_way_is_not_followed,
		a_link_to_elsewhere_differs,
		losses_of_the_set_are_no_differences,
		what_is_not_wanted_is_not_compared,
		hidden_things_and_directories_are_passed_over,
		attributes_are_compared_both_ways,
		an_attribute_may_come_behind_the_end_of_the_set,
		an_acl_that_is_only_a_mode_is_none,
		names_that_are_not_in_the_set_are_found,
		a_directory_that_is_gone_or_a_file_is_said,
		metadata_of_directories_are_compared,
		devices_are_compared_by_number,
	};

	setenv("TZ", "UTC", 1);
	umask(022);
	return unit_run("compare", tests, COUNT(tests));
}
