/* SPDX-License-Identifier: BSD-3-Clause */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "core/restore/target.h"
#include "tests/unit/restore_folder.h"

#define DEPTH 1200u
#define FIRST 100u		/* inode of the first directory below the root */

/* As on a kernel before 5.6, or in a container that filters system calls. */
static void
forbid_openat2(int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (__u32)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = COUNT(code),
		.filter = code,
	};

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program,
	    0, 0), 0);
}

static void
add_directory(struct restore_folder *f, uint32_t inode, uint32_t child,
    const char *name)
{
	ck_assert(names_begin_directory(f->names, inode));
	if (child != 0)
		restore_folder_name(f, child, S_IFDIR, name);
	ck_assert(names_end_directory(f->names));
}

static void
make_in(struct target *t, uint32_t directory, const char *name)
{
	const int fd = target_directory(t, 0, directory);

	ck_assert_msg(fd != -1, "%s", strerror(errno));
	ck_assert_int_eq(mkdirat(fd, name, 0700), 0);
}

static ino_t
number(int fd)
{
	struct stat st;

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fstat(fd, &st), 0);
	return st.st_ino;
}

/* Whether the descriptor is that of what has this path below the folder. */
static void
assert_is(const struct restore_folder *f, int fd, const char *path)
{
	ck_assert_int_ne(fd, -1);
	ck_assert_uint_eq(number(fd), restore_folder_stat(f, path).st_ino);
}

/* A name of 200 bytes a level: the deepest has a path of 240 KB. */
static void
check_depth(void)
{
	struct restore_folder f;
	static ino_t numbers[DEPTH];
	char name[201];

	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	restore_folder_begin(&f);
	add_directory(&f, NAMES_ROOT, FIRST, name);
	for (uint32_t i = 0; i < DEPTH; i++)
		add_directory(&f, FIRST + i, i + 1 < DEPTH ? FIRST + i + 1 : 0,
		    name);
	restore_folder_finish_names(&f);
	struct target *t = target_new(f.fd, f.names, 2);
	make_in(t, NAMES_ROOT, name);
	for (uint32_t i = 0; i < DEPTH; i++) {
		numbers[i] = number(target_directory(t, 0, FIRST + i));
		if (i + 1 < DEPTH)
			make_in(t, FIRST + i, name);
	}
	for (uint32_t i = DEPTH; i-- > 0;)
		ck_assert_uint_eq(number(target_directory(t, 1, FIRST + i)),
		    numbers[i]);
	for (uint32_t i = 0; i < DEPTH; i += 97)
		ck_assert_uint_eq(number(target_directory(t, 0, FIRST + i)),
		    numbers[i]);
	target_free(t);
	restore_folder_end(&f);
}

START_TEST(depth_has_no_limit)
{
	check_depth();
}
END_TEST

START_TEST(a_few_descriptors_are_enough)
{
	const struct rlimit limit = { .rlim_cur = 48, .rlim_max = 48 };

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	check_depth();
}
END_TEST

/* ./a is a directory, ./b a link to it, ./a/c a link out of the root. */
static void
check_links(void)
{
	struct restore_folder f;

	restore_folder_begin(&f);
	ck_assert(names_begin_directory(f.names, NAMES_ROOT));
	restore_folder_name(&f, 100, S_IFDIR, "a");
	restore_folder_name(&f, 101, S_IFDIR, "b");
	restore_folder_name(&f, 103, S_IFDIR, "file");
	ck_assert(names_end_directory(f.names));
	add_directory(&f, 100, 102, "c");
	add_directory(&f, 101, 0, NULL);
	add_directory(&f, 102, 0, NULL);
	add_directory(&f, 103, 0, NULL);
	restore_folder_finish_names(&f);
	struct target *t = target_new(f.fd, f.names, 1);
	ck_assert_int_eq(mkdirat(f.fd, "a", 0700), 0);
	ck_assert_int_eq(symlinkat("a", f.fd, "b"), 0);
	ck_assert_int_eq(symlinkat("/tmp", f.fd, "a/c"), 0);
	restore_folder_write(&f, "file", "");
	assert_is(&f, target_directory(t, 0, NAMES_ROOT), ".");
	assert_is(&f, target_directory(t, 0, 100), "a");
	ck_assert_int_eq(target_directory(t, 0, 101), -1);
	ck_assert(errno == ELOOP || errno == ENOTDIR);
	ck_assert_int_eq(target_directory(t, 0, 102), -1);
	ck_assert(errno == ELOOP || errno == ENOTDIR);
	ck_assert_int_eq(target_directory(t, 0, 103), -1);
	ck_assert_int_eq(errno, ENOTDIR);
	ck_assert_int_eq(target_directory(t, 0, 104), -1);
	ck_assert_int_eq(errno, ENOENT);
	target_free(t);
	restore_folder_end(&f);
}

START_TEST(links_are_not_followed)
{
	check_links();
}
END_TEST

START_TEST(links_are_not_followed_without_openat2)
{
	forbid_openat2(ENOSYS);
	check_links();
}
END_TEST

START_TEST(links_are_not_followed_where_openat2_is_filtered)
{
	forbid_openat2(EPERM);
	check_links();
}
END_TEST

START_TEST(directories_are_found_where_they_have_been_moved)
{
	struct restore_folder f;

	restore_folder_begin(&f);
	add_directory(&f, NAMES_ROOT, 100, "a");
	add_directory(&f, 100, 101, "b");
	add_directory(&f, 101, 0, NULL);
	restore_folder_finish_names(&f);
	struct target *t = target_new(f.fd, f.names, 1);
	ck_assert_int_eq(mkdirat(f.fd, "a", 0700), 0);
	ck_assert_int_eq(mkdirat(f.fd, "a/b", 0700), 0);
	ck_assert_int_eq(mkdirat(f.fd, "parked", 0700), 0);

	ck_assert(target_set_location(t, 0, NAMES_ROOT, "parked", 6));
	assert_is(&f, target_directory(t, 0, 0), "parked");
	ck_assert_int_eq(renameat(f.fd, "a", f.fd, "parked/100"), 0);
	ck_assert(target_set_location(t, 100, 0, "100", 3));
	assert_is(&f, target_directory(t, 0, 101), "parked/100/b");

	/* Another directory in its place. */
	target_forget(t, 101);
	ck_assert_int_eq(renameat(f.fd, "parked/100/b", f.fd, "old"), 0);
	ck_assert_int_eq(mkdirat(f.fd, "parked/100/b", 0700), 0);
	assert_is(&f, target_directory(t, 0, 101), "parked/100/b");

	ck_assert_int_eq(renameat(f.fd, "parked/100", f.fd, "a"), 0);
	target_set_names(t, f.names);
	assert_is(&f, target_directory(t, 0, 101), "a/b");

	/* A circle is not possible; if it were, it would end. */
	target_forget(t, 100);
	ck_assert(target_set_location(t, 100, 101, "a", 1));
	target_forget(t, 101);
	ck_assert_int_eq(target_directory(t, 0, 101), -1);
	ck_assert_int_eq(errno, ELOOP);
	target_free(t);
	restore_folder_end(&f);
}
END_TEST

START_TEST(many_directories_may_be_moved)
{
	struct restore_folder f;

	restore_folder_begin(&f);
	add_directory(&f, NAMES_ROOT, 0, NULL);
	restore_folder_finish_names(&f);
	struct target *t = target_new(f.fd, f.names, 1);
	ck_assert_int_eq(mkdirat(f.fd, "here", 0700), 0);
	bool set = true;
	for (uint32_t inode = 10000; inode > 100; inode--)
		set &= target_set_location(t, inode, NAMES_ROOT, "elsewhere",
		    9);
	for (uint32_t inode = 101; inode <= 10000; inode++)
		set &= target_set_location(t, inode, NAMES_ROOT, "here", 4);
	ck_assert(set);
	for (uint32_t inode = 101; inode <= 10000; inode += 99)
		assert_is(&f, target_directory(t, 0, inode), "here");
	ck_assert(!target_set_location(t, 5, NAMES_ROOT, "", 0));
	ck_assert_int_eq(errno, ENAMETOOLONG);
	target_free(t);
	restore_folder_end(&f);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		depth_has_no_limit,
		a_few_descriptors_are_enough,
		links_are_not_followed,
		links_are_not_followed_without_openat2,
		links_are_not_followed_where_openat2_is_filtered,
		directories_are_found_where_they_have_been_moved,
		many_directories_may_be_moved,
	};
	return unit_run("target", tests, COUNT(tests));
}
