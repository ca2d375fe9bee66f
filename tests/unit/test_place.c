/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * place_apply() on real directories: the tree of a level is made, turned into
 * that of the next, completed by what a set would bring, and compared.
 */
#include "core/restore/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define INODES 400

/* A name of a tree; directories before what is in them. */
struct item {
	char path[128];
	uint32_t inode;
	bool is_directory;
};

struct tree {
	struct item items[INODES];
	size_t count;
};

struct fixture {
	char folder[40];
	int root;
	struct inomap dumped;
	bool may_be_bare;
	struct report *rep;
	struct outcome *outcome;
	struct restore_settings settings;
	int null;
};

/* ------------------------------------------------ interrupted system calls */

/* The process ends at the call of that number; 0: never. */
static long ends_at;
static long calls;
static int mkdir_error;		/* 0: directories can be made */

static void
count_call(void)
{
	if (ends_at != 0 && ++calls == ends_at)
		_exit(9);
}

int
renameat(int from, const char *from_name, int to, const char *to_name)
{
	count_call();
	return (int)syscall(SYS_renameat2, from, from_name, to, to_name, 0);
}

int
linkat(int from, const char *from_name, int to, const char *to_name, int flags)
{
	count_call();
	return (int)syscall(SYS_linkat, from, from_name, to, to_name, flags);
}

int
unlinkat(int directory, const char *name, int flags)
{
	count_call();
	return (int)syscall(SYS_unlinkat, directory, name, flags);
}

int
mkdirat(int directory, const char *name, mode_t mode)
{
	count_call();
	if (mkdir_error != 0) {
		errno = mkdir_error;
		return -1;
	}
	return (int)syscall(SYS_mkdirat, directory, name, mode);
}

/* No power fails here. */
int
fsync(int fd)
{
	(void)fd;
	count_call();
	return 0;
}

/* ------------------------------------------------------------- the fixture */

/* In memory, where that can be had: there are many trees. */
static const char *
scratch(void)
{
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

static void
setup_in(struct fixture *f, const char *folder)
{
	snprintf(f->folder, sizeof(f->folder), "%s/test_place-XXXXXX", folder);
	ck_assert_ptr_nonnull(mkdtemp(f->folder));
	f->root = open(f->folder, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ne(f->root, -1);
	ck_assert(inomap_init(&f->dumped, 100000));
	f->may_be_bare = false;
	f->null = open("/dev/null", O_WRONLY);
	f->rep = report_new(f->null, REPORT_QUIET);
	f->outcome = outcome_new(f->rep);
	f->settings = (struct restore_settings){
		.if_exists = IF_EXISTS_REPLACE, .workers = 1,
	};
}

static void
setup(struct fixture *f)
{
	setup_in(f, scratch());
}

static void
set_flags(const char *path, unsigned int flags)
{
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);

	if (fd != -1)
		(void)!ioctl(fd, FS_IOC_SETFLAGS, &flags);
	close(fd);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	if (remove(path) != 0) {
		set_flags(path, 0);
		remove(path);
	}
	return 0;
}

static void
empty_folder(struct fixture *f)
{
	nftw(f->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void
teardown(struct fixture *f)
{
	close(f->root);
	empty_folder(f);
	inomap_free(&f->dumped);
	outcome_free(f->outcome);
	report_free(f->rep);
	close(f->null);
}

/* "sub/ 12 sub/file 13": directories end in a slash. */
static struct tree
parse(const char *text)
{
	struct tree t = { .count = 0 };
	int length;

	for (; sscanf(text, " %127s %u%n", t.items[t.count].path,
	    &t.items[t.count].inode, &length) == 2; text += length) {
		struct item *item = &t.items[t.count++];
		char *end = item->path + strlen(item->path) - 1;
		item->is_directory = *end == '/';
		if (item->is_directory)
			*end = '\0';
	}
	return t;
}

static uint32_t
parent_of(const struct tree *t, const struct item *item)
{
	const char *slash = strrchr(item->path, '/');

	if (slash == NULL)
		return NAMES_ROOT;
	const size_t length = (size_t)(slash - item->path);
	for (size_t i = 0; i < t->count; i++)
		if (t->items[i].is_directory &&
		    strlen(t->items[i].path) == length &&
		    memcmp(t->items[i].path, item->path, length) == 0)
			return t->items[i].inode;
	ck_abort_msg("%s has no directory", item->path);
}

static void
add_directory(struct names *n, const struct tree *t, uint32_t inode)
{
	ck_assert(names_begin_directory(n, inode));
	for (size_t i = 0; i < t->count; i++) {
		const struct item *item = &t->items[i];
		const char *slash = strrchr(item->path, '/');
		const char *name = slash == NULL ? item->path : slash + 1;
		if (parent_of(t, item) == inode)
			ck_assert(names_add(n, item->inode, 0, name,
			    strlen(name)));
	}
	ck_assert(names_end_directory(n));
}

static struct names *
names_of(const struct tree *t)
{
	struct names *n = names_new(scratch());

	ck_assert_ptr_nonnull(n);
	add_directory(n, t, NAMES_ROOT);
	for (size_t i = 0; i < t->count; i++)
		if (t->items[i].is_directory)
			add_directory(n, t, t->items[i].inode);
	ck_assert(names_finish(n));
	ck_assert_uint_eq(names_refused(n), 0);
	ck_assert_uint_eq(names_count(n), t->count);
	return n;
}

static const struct item *
first_name(const struct tree *t, uint32_t inode)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->items[i].inode == inode)
			return &t->items[i];
	ck_abort();
}

/* A file has its inode as contents. */
static void
make_item(struct fixture *f, const struct tree *t, const struct item *item)
{
	const struct item *first = first_name(t, item->inode);

	if (item->is_directory) {
		ck_assert_int_eq(mkdirat(f->root, item->path, 0755), 0);
		return;
	}
	unlinkat(f->root, item->path, 0);
	if (first != item) {
		ck_assert_int_eq(linkat(f->root, first->path, f->root,
		    item->path, 0), 0);
		return;
	}
	const int fd = openat(f->root, item->path,
	    O_WRONLY | O_CREAT | O_EXCL, 0644);
	ck_assert_msg(fd != -1, "%s: %s", item->path, strerror(errno));
	ck_assert_int_gt(dprintf(fd, "%u", item->inode), 0);
	close(fd);
}

static void
make_tree(struct fixture *f, const struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		make_item(f, t, &t->items[i]);
}

static bool
is_file_in(const struct tree *t, uint32_t inode)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->items[i].inode == inode)
			return !t->items[i].is_directory;
	return false;
}

/* What extract.c would do; if the set may be bare, without any contents. */
static void
make_dumped(struct fixture *f, const struct tree *before, const struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (!t->items[i].is_directory &&
		    inomap_has(&f->dumped, t->items[i].inode) &&
		    !(f->may_be_bare && is_file_in(before, t->items[i].inode)))
			make_item(f, t, &t->items[i]);
}

static void
assert_item(struct fixture *f, const struct tree *t, const struct item *item)
{
	struct stat st, first;
	char text[16] = "";

	ck_assert_msg(fstatat(f->root, item->path, &st,
	    AT_SYMLINK_NOFOLLOW) == 0, "%s: %s", item->path, strerror(errno));
	ck_assert_msg(S_ISDIR(st.st_mode) == item->is_directory, "%s",
	    item->path);
	if (item->is_directory)
		return;
	ck_assert_int_eq(fstatat(f->root, first_name(t, item->inode)->path,
	    &first, AT_SYMLINK_NOFOLLOW), 0);
	ck_assert_uint_eq(st.st_ino, first.st_ino);
	const int fd = openat(f->root, item->path, O_RDONLY);
	ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
	close(fd);
	ck_assert_msg((uint32_t)atoi(text) == item->inode,
	    "%s should be %u and is %s", item->path, item->inode, text);
}

static size_t seen;	/* by nftw() */

static int
count_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path;
	(void)st;
	(void)type;
	(void)ftw;
	seen++;
	return 0;
}

static void
assert_tree(struct fixture *f, const struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		assert_item(f, t, &t->items[i]);
	seen = 0;
	nftw(f->folder, count_one, 16, FTW_PHYS);
	ck_assert_uint_eq(seen - 1, t->count);
}

static enum verdict
apply_names(struct fixture *f, const struct names *before,
    const struct names *after)
{
	const struct place_levels levels = {
		.before = before, .after = after, .dumped = &f->dumped,
		.may_be_bare = f->may_be_bare,
	};
	struct target *target = target_new(f->root,
	    before == NULL ? after : before, 1);

	const enum verdict verdict =
	    place_apply(&levels, target, &f->settings, f->outcome);
	/* An interrupted run has not written that it is done. */
	if (verdict == VERDICT_GO_ON && ends_at == 0)
		place_done(&levels, target);
	target_free(target);
	return verdict;
}

static void
apply(struct fixture *f, const struct tree *before, const struct tree *after)
{
	struct names *old = names_of(before);
	struct names *new = names_of(after);

	ck_assert_int_eq(apply_names(f, old, new), VERDICT_GO_ON);
	names_free(old);
	names_free(new);
}

static void
assert_faults(struct fixture *f, uint64_t missing, uint64_t different)
{
	ck_assert_uint_eq(outcome_count(f->outcome, OUTCOME_MISSING), missing);
	ck_assert_uint_eq(outcome_count(f->outcome, OUTCOME_DIFFERENT),
	    different);
	ck_assert_uint_eq(outcome_count(f->outcome, OUTCOME_ATTRIBUTE), 0);
}

static void
check_change_of(bool may_be_bare, const char *before, const char *after,
    const char *dumped)
{
	const struct tree old = parse(before);
	const struct tree new = parse(after);
	struct fixture f;
	uint32_t inode;
	int length;

	setup(&f);
	f.may_be_bare = may_be_bare;
	for (; sscanf(dumped, " %u%n", &inode, &length) == 1;
	    dumped += length)
		inomap_add(&f.dumped, inode);
	make_tree(&f, &old);
	apply(&f, &old, &new);
	assert_faults(&f, 0, 0);
	make_dumped(&f, &old, &new);
	assert_tree(&f, &new);
	teardown(&f);
}

/* From a tree to another one, with these inodes in the set. */
static void
check_change(const char *before, const char *after, const char *dumped)
{
	check_change_of(false, before, after, dumped);
}

/* And the set may be bare. */
static void
check_change_bare(const char *before, const char *after, const char *dumped)
{
	check_change_of(true, before, after, dumped);
}

/* ---------------------------------------------------------------- changes */

START_TEST(what_is_gone_is_removed)
{
	check_change("a 11 d/ 12 d/b 13 d/e/ 14 d/e/f 15 k 16", "k 16", "");
}
END_TEST

START_TEST(files_and_directories_are_renamed)
{
	check_change("a 11 d/ 12 d/b 13 d/s/ 14 d/s/x 15",
	    "A 11 D/ 12 D/B 13 D/S/ 14 D/S/x 15", "");
	check_change("a 11 d/ 12", "d/ 12 d/a 11", "");
	check_change("a 11 d/ 12", "d/ 12 d/a 11", "11");
}
END_TEST

START_TEST(names_are_swapped)
{
	check_change("a 11 b 12", "a 12 b 11", "");
	check_change("a/ 11 a/x 13 b/ 12 b/y 14",
	    "a/ 12 a/y 14 b/ 11 b/x 13", "");
	check_change("a 11 b/ 12 b/x 13", "b 11 a/ 12 a/x 13", "");
	check_change("a 11 b 12 c 13", "a 12 b 13 c 11", "12");
}
END_TEST

START_TEST(directories_move_into_one_another)
{
	check_change("a/ 11 a/b/ 12 a/b/c/ 13 a/b/c/f 14",
	    "c/ 13 c/b/ 12 c/b/a/ 11 c/f 14", "");
	check_change("a/ 11 b/ 12", "b/ 12 b/a/ 11", "");
	check_change("a/ 11 a/b/ 12 a/f 13", "b/ 12 b/f 13", "");
	check_change("a/ 11 a/b/ 12 a/b/f 13", "a/ 12 a/f 13", "");
	check_change("a/ 11 a/f 13", "a/ 12 a/a/ 11 a/a/f 13", "12");
}
END_TEST

START_TEST(a_file_becomes_a_directory_and_back)
{
	check_change("a 11 b/ 12 b/f 13", "a/ 11 a/f 13 b 12", "11 12");
	check_change("a 11", "a/ 12", "12");
	check_change("a/ 11 a/f 12", "a 13", "13");
}
END_TEST

START_TEST(numbers_are_used_again)
{
	check_change("a 11 b 12", "a 12 b 11", "11 12");
	check_change("a/ 11 a/f 12", "b/ 11 b/g 12", "11 12");
}
END_TEST

START_TEST(hard_links_come_and_go)
{
	check_change("a 11", "a 11 b 11 d/ 12 d/c 11", "12");
	check_change("a 11 b 11 d/ 12 d/c 11", "b 11 d/ 12", "");
	check_change("a 11 b 11", "c 11 d 11 e 11", "");
	check_change("a 11 b 11", "c 11 b 12", "12");
	check_change("a 11 b 12", "a 12 b 12 c 11", "");
	check_change("a 11 b 11 c 12", "a 12 b 12 c 11 d 11", "");
}
END_TEST

START_TEST(what_may_come_without_contents_keeps_them)
{
	check_change_bare("a 11 d/ 12", "d/ 12 d/a 11", "11");
	check_change_bare("a 11 b 12", "a 12 b 11", "11 12");
	check_change_bare("a 11", "a 11 b 11 d/ 12 d/c 11", "11 12");
	check_change_bare("a 11 b 11", "c 11 b 12", "11 12");
	check_change_bare("a 11 b/ 12 b/f 13", "a/ 11 a/f 13 b 12", "11 12 13");
}
END_TEST

START_TEST(what_no_set_has_is_not_missed)
{
	const struct tree before = parse("a 11");
	const struct tree after = parse("a 11 left-out 12");
	struct fixture f;

	setup(&f);
	make_tree(&f, &before);
	apply(&f, &before, &after);
	assert_faults(&f, 0, 0);
	assert_tree(&f, &before);
	teardown(&f);
}
END_TEST

START_TEST(directories_of_a_full_dump_are_made)
{
	const struct tree tree = parse("a/ 11 a/b/ 12 a/b/c/ 13 d/ 14");
	struct names *names = names_of(&tree);
	struct fixture f;

	setup(&f);
	ck_assert_int_eq(mkdirat(f.root, "a", 0755), 0);
	ck_assert_int_eq(apply_names(&f, NULL, names), VERDICT_GO_ON);
	assert_tree(&f, &tree);
	assert_faults(&f, 0, 0);
	names_free(names);
	teardown(&f);
}
END_TEST

START_TEST(only_wanted_directories_are_made)
{
	const struct tree tree = parse("a/ 11 a/b/ 12 a/c/ 13 d/ 14");
	const struct tree expected = parse("a/ 11 a/c/ 13");
	struct names *names = names_of(&tree);
	struct inomap wanted;
	struct fixture f;

	setup(&f);
	ck_assert(inomap_init(&wanted, 100));
	inomap_add(&wanted, 11);
	inomap_add(&wanted, 13);
	const struct place_levels levels = {
		.after = names, .dumped = &f.dumped, .wanted = &wanted,
	};
	struct target *target = target_new(f.root, names, 1);
	ck_assert_int_eq(place_apply(&levels, target, &f.settings, f.outcome),
	    VERDICT_GO_ON);
	place_done(&levels, target);
	assert_tree(&f, &expected);
	target_free(target);
	inomap_free(&wanted);
	names_free(names);
	teardown(&f);
}
END_TEST

START_TEST(nothing_is_made_that_should_not_be)
{
	const struct tree tree = parse("a/ 11");
	const struct tree nothing = parse("");
	struct names *names = names_of(&tree);
	struct fixture f;

	setup(&f);
	f.settings.dry_run = true;
	ck_assert_int_eq(apply_names(&f, NULL, names), VERDICT_GO_ON);
	f.settings.dry_run = false;
	f.settings.by_number = true;
	ck_assert_int_eq(apply_names(&f, NULL, names), VERDICT_GO_ON);
	assert_tree(&f, &nothing);
	names_free(names);
	teardown(&f);
}
END_TEST

/* ---------------------------------------------------------- the user's doing */

START_TEST(what_stands_where_a_directory_has_to_be_goes_only_if_it_may)
{
	const struct tree tree = parse("a/ 11 a/b/ 12");
	struct names *names = names_of(&tree);
	struct fixture f;

	setup(&f);
	ck_assert_int_eq(symlinkat("/tmp", f.root, "a"), 0);
	f.settings.if_exists = IF_EXISTS_FAIL;
	ck_assert_int_eq(apply_names(&f, NULL, names), VERDICT_GO_ON);
	assert_faults(&f, 2, 0);
	ck_assert_int_eq(access("/tmp/b", F_OK), -1);
	f.settings.if_exists = IF_EXISTS_REPLACE;
	ck_assert_int_eq(apply_names(&f, NULL, names), VERDICT_GO_ON);
	assert_faults(&f, 2, 0);
	assert_tree(&f, &tree);
	names_free(names);
	teardown(&f);
}
END_TEST

START_TEST(what_has_gone_is_named_and_all_else_is_done)
{
	const struct tree before = parse("a 11 b 12 c/ 13 c/f 14 d/ 15 e 16 "
	    "g/ 17 g/h 18");
	const struct tree after = parse("A 11 B 12 C/ 13 C/f 14 d/ 15 g/ 17 "
	    "g/H 18");
	const struct tree expected = parse("A 11 C/ 13 d/ 15 g/ 17");
	struct fixture f;

	setup(&f);
	make_tree(&f, &before);
	unlinkat(f.root, "b", 0);	/* should have moved */
	unlinkat(f.root, "c/f", 0);
	unlinkat(f.root, "c", AT_REMOVEDIR);
	unlinkat(f.root, "d", AT_REMOVEDIR);	/* should have stayed */
	unlinkat(f.root, "e", 0);	/* should go: no fault */
	unlinkat(f.root, "g/h", 0);
	unlinkat(f.root, "g", AT_REMOVEDIR);
	apply(&f, &before, &after);
	assert_faults(&f, 5, 0);	/* B, C, d, g, g/H */
	assert_tree(&f, &expected);
	teardown(&f);
}
END_TEST

START_TEST(foreign_files_are_left_alone)
{
	const struct tree before = parse("a/ 11 a/f 12 b/ 13");
	const struct tree after = parse("c/ 13");
	const struct tree foreign = parse("a/x 1");
	const struct tree expected = parse("a/ 11 a/x 1 c/ 13");
	struct fixture f;

	setup(&f);
	make_tree(&f, &before);
	make_item(&f, &foreign, &foreign.items[0]);
	apply(&f, &before, &after);
	assert_faults(&f, 0, 1);
	assert_tree(&f, &expected);
	teardown(&f);
}
END_TEST

START_TEST(what_cannot_come_to_its_place_is_kept)
{
	const struct tree before = parse("a/ 11 a/f 12 b 13");
	const struct tree after = parse("A/ 11 A/f 12 A/g/ 14 B 13");
	const struct tree expected = parse(".dumpengine-restore/ 3 "
	    ".dumpengine-restore/11/ 11 .dumpengine-restore/11/f 12 "
	    ".dumpengine-restore/11/g/ 14 .dumpengine-restore/13 13 "
	    "A/ 5 A/x 6 B/ 7");
	const struct tree foreign = parse("A/ 5 A/x 6 B/ 7");
	struct fixture f;

	setup(&f);
	make_tree(&f, &before);
	make_tree(&f, &foreign);
	apply(&f, &before, &after);
	assert_faults(&f, 2, 0);
	unlinkat(f.root, ".dumpengine-restore/.key", 0);
	unlinkat(f.root, ".dumpengine-restore/.placing", 0);
	assert_tree(&f, &expected);
	teardown(&f);
}
END_TEST

START_TEST(a_name_of_the_private_directory_that_is_taken_is_no_problem)
{
	check_change("a/ 11 .dumpengine-restore/ 12 b 14",
	    "b/ 11 .dumpengine-restore-1 13 .dumpengine-restore/ 12 a 14",
	    "13");
}
END_TEST

START_TEST(a_directory_of_somebody_else_is_not_taken_up)
{
	const struct tree before = parse("a/ 11");
	const struct tree after = parse("b/ 11");
	const struct tree expected = parse("b/ 11 .dumpengine-restore/ 12 "
	    ".dumpengine-restore/.key 13 .dumpengine-restore/11/ 14 "
	    ".dumpengine-restore-1 15");
	const struct tree foreign = parse(".dumpengine-restore/ 12 "
	    ".dumpengine-restore/.key 13 .dumpengine-restore/11/ 14 "
	    ".dumpengine-restore-1 15");
	struct fixture f;

	setup(&f);
	make_tree(&f, &before);
	make_tree(&f, &foreign);
	apply(&f, &before, &after);
	ck_assert_int_eq(fchmodat(f.root, ".dumpengine-restore", 0700, 0), 0);
	apply(&f, &after, &before);	/* now the key is wrong */
	apply(&f, &before, &after);
	assert_faults(&f, 0, 0);
	assert_tree(&f, &expected);
	teardown(&f);
}
END_TEST

/* ---------------------------------------------------------- in the way */

START_TEST(modes_of_directories_are_not_in_the_way)
{
	const struct tree before = parse("a/ 11 a/s/ 12 a/f 13 b/ 14");
	const struct tree after = parse("a/ 11 b/ 14 b/s/ 12");
	struct fixture f;
	struct stat st;

	setup(&f);
	make_tree(&f, &before);
	if (geteuid() == 0)	/* nothing keeps root from it */
		ck_assert_int_eq(fchown(f.root, 65534, 65534), 0);
	fchmodat(f.root, "a/s", 0555, 0);
	fchmodat(f.root, "a", 0555, 0);
	fchmodat(f.root, "b", 0555, 0);
	if (geteuid() == 0) {
		for (size_t i = 0; i < before.count; i++)
			ck_assert_int_eq(fchownat(f.root,
			    before.items[i].path, 65534, 65534, 0), 0);
		ck_assert_int_eq(seteuid(65534), 0);
	}
	apply(&f, &before, &after);
	(void)!seteuid(getuid());
	assert_faults(&f, 0, 0);
	assert_tree(&f, &after);
	/* What no set brings back is as it was. */
	ck_assert_int_eq(fstatat(f.root, "b/s", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0555);
	ck_assert_int_eq(fstatat(f.root, "a", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0555);
	teardown(&f);
}
END_TEST

static unsigned int
get_flags(struct fixture *f, const char *path)
{
	unsigned int flags = 0;
	const int fd = openat(f->root, path, O_RDONLY);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(ioctl(fd, FS_IOC_GETFLAGS, &flags), 0);
	close(fd);
	return flags & (FS_IMMUTABLE_FL | FS_APPEND_FL);
}

static bool
can_set_flags(struct fixture *f)
{
	set_flags(f->folder, FS_IMMUTABLE_FL);
	const int fd = openat(f->root, "try", O_WRONLY | O_CREAT, 0600);
	set_flags(f->folder, 0);
	if (fd != -1) {
		close(fd);
		unlinkat(f->root, "try", 0);
		fputs("no immutable files here: skipped\n", stderr);
	}
	return fd == -1;
}

START_TEST(flags_are_not_in_the_way)
{
	const struct tree before = parse("a/ 11 a/f 12 a/g 13 h 14 k 15 "
	    "m/ 16 m/n/ 17");
	const struct tree after = parse("b/ 11 b/f 12 h 14 b/h 14 K 15 n/ 17");
	static const char *const locked[] = {
		"a/f", "a/g", "h", "k", "a", "m/n", "m",
	};
	struct fixture f;

	setup_in(&f, "/tmp");
	if (!can_set_flags(&f)) {
		teardown(&f);
		return;
	}
	make_tree(&f, &before);
	for (size_t i = 0; i < COUNT(locked); i++) {
		char path[64];
		snprintf(path, sizeof(path), "%s/%s", f.folder, locked[i]);
		set_flags(path, i % 2 == 0 ? FS_IMMUTABLE_FL : FS_APPEND_FL);
	}
	set_flags(f.folder, FS_IMMUTABLE_FL);
	apply(&f, &before, &after);
	assert_faults(&f, 0, 0);
	assert_tree(&f, &after);
	ck_assert_uint_eq(get_flags(&f, "h"), FS_IMMUTABLE_FL);
	ck_assert_uint_eq(get_flags(&f, "K"), FS_APPEND_FL);
	ck_assert_uint_eq(get_flags(&f, "b"), FS_IMMUTABLE_FL);
	ck_assert_uint_eq(get_flags(&f, "n"), FS_APPEND_FL);
	ck_assert_uint_eq(get_flags(&f, "."), FS_IMMUTABLE_FL);
	set_flags(f.folder, 0);
	teardown(&f);
}
END_TEST

START_TEST(no_depth_is_too_deep)
{
	enum { DEPTH = 300 };
	char name[256];
	struct names *levels[2];
	struct fixture f;

	setup(&f);
	memset(name, 'x', 255);
	name[255] = '\0';
	for (unsigned int i = 0; i < 2; i++) {
		name[0] = (char)('a' + i);
		levels[i] = names_new(scratch());
		for (uint32_t k = 0; k < DEPTH; k++) {
			ck_assert(names_begin_directory(levels[i], 2 + k));
			ck_assert(names_add(levels[i], 3 + k, 0, name, 255));
			ck_assert(names_end_directory(levels[i]));
		}
		ck_assert(names_begin_directory(levels[i], 2 + DEPTH));
		ck_assert(names_end_directory(levels[i]));
		ck_assert(names_finish(levels[i]));
	}
	ck_assert_int_eq(apply_names(&f, NULL, levels[0]), VERDICT_GO_ON);
	ck_assert_int_eq(apply_names(&f, levels[0], levels[1]), VERDICT_GO_ON);
	assert_faults(&f, 0, 0);
	struct target *target = target_new(f.root, levels[1], 1);
	ck_assert_int_ne(target_directory(target, 0, 2 + DEPTH), -1);
	target_free(target);

	/* What is there in the end is removed by the same means. */
	struct names *empty = names_new(scratch());
	ck_assert(names_begin_directory(empty, NAMES_ROOT));
	ck_assert(names_end_directory(empty));
	ck_assert(names_finish(empty));
	ck_assert_int_eq(apply_names(&f, levels[1], empty), VERDICT_GO_ON);
	assert_tree(&f, &(struct tree){ .count = 0 });
	names_free(empty);
	names_free(levels[0]);
	names_free(levels[1]);
	teardown(&f);
}
END_TEST

/* From a/ to b/ and c/, while directories cannot be made for that reason. */
static enum verdict
apply_with_error(struct fixture *f, int error)
{
	const struct tree before = parse("a/ 11 a/f 12");
	const struct tree after = parse("b/ 11 b/f 12 c/ 13 d/ 14");
	struct names *old = names_of(&before);
	struct names *new = names_of(&after);

	make_tree(f, &before);
	mkdir_error = error;
	const enum verdict verdict = apply_names(f, old, new);
	mkdir_error = 0;
	names_free(old);
	names_free(new);
	return verdict;
}

START_TEST(a_full_disk_ends_the_run)
{
	struct fixture f;

	setup(&f);
	ck_assert_int_eq(apply_with_error(&f, ENOSPC), VERDICT_ABORT);
	assert_faults(&f, 1, 0);
	teardown(&f);
}
END_TEST

START_TEST(what_is_not_permitted_is_a_fault_each_time)
{
	struct fixture f;

	setup(&f);
	ck_assert_int_eq(apply_with_error(&f, EACCES), VERDICT_GO_ON);
	assert_faults(&f, 4, 0);	/* a cannot move; b, c, d */
	teardown(&f);
}
END_TEST

/* ------------------------------------------------------------- any change */

static unsigned int
dice(unsigned int *seed, unsigned int sides)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed / 65536u % sides;
}

/* Up to `inodes` inodes at random places; none is dumped by that alone. */
static struct tree
random_tree(unsigned int *seed, uint32_t inodes, bool *is_directory)
{
	const uint32_t first = dice(seed, inodes);
	struct tree t = { .count = 0 };

	for (uint32_t k = 0; k < inodes; k++) {
		const uint32_t inode = 11 + (first + k) % inodes;
		const unsigned int names = is_directory[inode] ? 1 :
		    1 + dice(seed, 5) / 3;
		if (dice(seed, 4) == 0)
			continue;
		for (unsigned int i = 0; i < names; i++) {
			struct item *item = &t.items[t.count];
			const struct item *up = t.count == 0 ? NULL :
			    &t.items[dice(seed, (unsigned int)t.count)];
			const bool deep = up != NULL && up->is_directory &&
			    strlen(up->path) < 90;
			snprintf(item->path, sizeof(item->path), "%.*s%sn%u",
			    deep ? 90 : 0, deep ? up->path : "",
			    deep ? "/" : "", dice(seed, 30));
			bool taken = false;
			for (size_t j = 0; j < t.count; j++)
				taken = taken || strcmp(t.items[j].path,
				    item->path) == 0;
			if (taken)
				continue;
			item->inode = inode;
			item->is_directory = is_directory[inode];
			t.count++;
		}
	}
	return t;
}

/* Two trees, and which inodes a set has to bring, with some more. */
static void
random_change(unsigned int *seed, struct tree *before, struct tree *after,
    struct inomap *dumped)
{
	const uint32_t inodes = 5 + dice(seed, 40);
	bool old[INODES], new[INODES], was_there[INODES] = { false };

	for (uint32_t i = 0; i < INODES; i++) {
		old[i] = dice(seed, 2) == 0;
		new[i] = dice(seed, 8) == 0 ? !old[i] : old[i];
	}
	*before = random_tree(seed, inodes, old);
	*after = random_tree(seed, inodes, new);
	for (size_t i = 0; i < before->count; i++)
		was_there[before->items[i].inode] = true;
	memset(dumped->bits, 0, (size_t)dumped->tape_blocks * 1024);
	for (uint32_t i = 11; i < 11 + inodes; i++)
		if (!was_there[i] || old[i] != new[i] || dice(seed, 3) == 0)
			inomap_add(dumped, i);
}

START_TEST(any_tree_becomes_any_other_one)
{
	struct tree before, after;

	for (unsigned int round = 1; round <= 300; round++) {
		unsigned int seed = round;
		struct fixture f;
		setup(&f);
		f.may_be_bare = round % 2 == 0;
		random_change(&seed, &before, &after, &f.dumped);
		make_tree(&f, &before);
		apply(&f, &before, &after);
		assert_faults(&f, 0, 0);
		make_dumped(&f, &before, &after);
		assert_tree(&f, &after);
		teardown(&f);
	}
}
END_TEST

/* In a child that ends at a call.  True if it came to its end before. */
static bool
apply_until(struct fixture *f, const struct tree *before,
    const struct tree *after, long end)
{
	int status;

	const pid_t child = fork();
	if (child == 0) {
		calls = 0;
		ends_at = end;
		apply(f, before, after);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 9);
	return WEXITSTATUS(status) == 0;
}

/* However often a run is interrupted, and wherever: the next one goes on. */
START_TEST(what_is_interrupted_goes_on)
{
	struct tree before, after;

	for (unsigned int round = 1; round <= 4; round++) {
		for (long end = 1;; end++) {
			unsigned int seed = round;
			struct fixture f;
			setup(&f);
			f.may_be_bare = round % 2 == 0;
			random_change(&seed, &before, &after, &f.dumped);
			make_tree(&f, &before);
			const bool done =
			    apply_until(&f, &before, &after, end);
			apply_until(&f, &before, &after, end / 2 + 1);
			apply(&f, &before, &after);
			assert_faults(&f, 0, 0);
			make_dumped(&f, &before, &after);
			assert_tree(&f, &after);
			teardown(&f);
			if (done)
				break;
		}
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_gone_is_removed,
		files_and_directories_are_renamed,
		names_are_swapped,
		directories_move_into_one_another,
		a_file_becomes_a_directory_and_back,
		numbers_are_used_again,
		hard_links_come_and_go,
		what_may_come_without_contents_keeps_them,
		what_no_set_has_is_not_missed,
		directories_of_a_full_dump_are_made,
		only_wanted_directories_are_made,
		nothing_is_made_that_should_not_be,
		what_stands_where_a_directory_has_to_be_goes_only_if_it_may,
		what_has_gone_is_named_and_all_else_is_done,
		foreign_files_are_left_alone,
		what_cannot_come_to_its_place_is_kept,
		a_name_of_the_private_directory_that_is_taken_is_no_problem,
		a_directory_of_somebody_else_is_not_taken_up,
		modes_of_directories_are_not_in_the_way,
		flags_are_not_in_the_way,
		no_depth_is_too_deep,
		a_full_disk_ends_the_run,
		what_is_not_permitted_is_a_fault_each_time,
		any_tree_becomes_any_other_one,
		what_is_interrupted_goes_on,
	};

	return unit_run("place", tests, COUNT(tests));
}
