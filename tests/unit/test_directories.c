/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/xattr.h>

#include "core/restore/directories.h"
#include "tests/unit/restore_folder.h"

#define SECONDS INT64_C(5000000000)	/* in 2128 */

/* ./a/b, inodes 11 and 12. */
struct world {
	struct restore_folder f;
	struct target *target;
	struct directories *d;
};

static void
enter(struct world *w)
{
	restore_folder_begin(&w->f);
	ck_assert(names_begin_directory(w->f.names, NAMES_ROOT));
	restore_folder_name(&w->f, 11, S_IFDIR, "a");
	ck_assert(names_end_directory(w->f.names));
	ck_assert(names_begin_directory(w->f.names, 11));
	restore_folder_name(&w->f, 12, S_IFDIR, "b");
	ck_assert(names_end_directory(w->f.names));
	ck_assert(names_begin_directory(w->f.names, 12));
	ck_assert(names_end_directory(w->f.names));
	restore_folder_finish_names(&w->f);
	ck_assert_int_eq(mkdirat(w->f.fd, "a", 0700), 0);
	ck_assert_int_eq(mkdirat(w->f.fd, "a/b", 0700), 0);
	w->target = target_new(w->f.fd, w->f.names, 1);
	w->d = directories_new("/tmp");
	ck_assert_ptr_nonnull(w->d);
}

static void
leave(struct world *w)
{
	directories_free(w->d);
	target_free(w->target);
	restore_folder_end(&w->f);
}

static void
add(struct world *w, uint32_t inode, mode_t mode, uint32_t flags)
{
	const struct header header = {
		.inode = inode,
		.is_exact = true,
		.flags_are_linux = true,
		.meta = {
			.mode = (uint16_t)(S_IFDIR | mode),
			.uid = getuid(),
			.gid = getgid(),
			.atime = { SECONDS, 1 },
			.mtime = { SECONDS, inode },
			.flags = flags,
		},
	};

	ck_assert(directories_add(w->d, &header));
}

static void
add_xattr(struct world *w, uint32_t inode, const char *name, const char *value)
{
	const struct de_xattr xattr = {
		.struct_size = sizeof(xattr),
		.name = name,
		.value = value,
		.value_length = strlen(value),
	};

	ck_assert(directories_add_xattr(w->d, inode, &xattr));
}

static void
apply(struct world *w, const struct inomap *wanted)
{
	directories_apply(w->d, w->target, w->f.names, wanted, &w->f.settings,
	    w->f.outcome);
}

static void
collect(void *arg, const struct de_xattr *xattr)
{
	char *all = arg;

	sprintf(all + strlen(all), "%s=%.*s ", xattr->name,
	    (int)xattr->value_length, (const char *)xattr->value);
}

START_TEST(a_newer_set_replaces_all_that_an_older_one_said)
{
	struct directory_meta meta;
	char all[100] = "";
	struct world w;

	enter(&w);
	ck_assert(!directories_get(w.d, 12, &meta));
	add(&w, 12, 0755, 0);
	add_xattr(&w, 12, "user.a", "old");
	add(&w, 11, 0755, 0);
	add(&w, 12, 0700, FS_NODUMP_FL);
	add_xattr(&w, 12, "user.b", "new");
	add_xattr(&w, 11, "user.x", "");
	add_xattr(&w, 12, "user.c", "newer");
	add_xattr(&w, 99, "user.d", "of no directory");
	ck_assert(directories_get(w.d, 12, &meta));
	ck_assert_uint_eq(meta.inode.mode, S_IFDIR | 0700);
	ck_assert_uint_eq(meta.inode.flags, FS_NODUMP_FL);
	ck_assert_int_eq(meta.inode.mtime.seconds, SECONDS);
	ck_assert_uint_eq(meta.inode.mtime.nanoseconds, 12);
	ck_assert(meta.is_exact && meta.flags_are_linux);
	directories_each_xattr(w.d, 12, collect, all);
	ck_assert_str_eq(all, "user.b=new user.c=newer ");
	leave(&w);
}
END_TEST

START_TEST(a_hundred_thousand_directories_are_found_again)
{
	struct directory_meta meta;
	struct world w;

	enter(&w);
	uint32_t added = 0, found = 0, imagined = 0;
	for (uint32_t i = 0; i < 100000; i++) {
		const struct header header = { .inode = i * 40000 + 7 };
		added += directories_add(w.d, &header);
	}
	for (uint32_t i = 0; i < 100000; i++) {
		found += directories_get(w.d, i * 40000 + 7, &meta) &&
		    meta.inode.number == i * 40000 + 7;
		imagined += directories_get(w.d, i * 40000 + 8, &meta);
	}
	ck_assert_uint_eq(added, 100000);
	ck_assert_uint_eq(found, 100000);
	ck_assert_uint_eq(imagined, 0);
	leave(&w);
}
END_TEST

START_TEST(modes_times_and_attributes_are_those_of_the_set)
{
	struct world w;

	enter(&w);
	const int a = openat(w.f.fd, "a", O_RDONLY);
	const bool has_xattrs = fsetxattr(a, "user.old", "", 0, 0) == 0;
	add(&w, NAMES_ROOT, 0751, 0);
	add(&w, 11, 0, 0);
	add(&w, 12, 01777, 0);
	if (has_xattrs)
		add_xattr(&w, 11, "user.new", "value");
	apply(&w, NULL);
	const struct stat sa = restore_folder_stat(&w.f, "a");
	ck_assert_uint_eq(sa.st_mode, S_IFDIR);
	ck_assert_int_eq(sa.st_mtim.tv_sec, SECONDS);
	ck_assert_int_eq(sa.st_mtim.tv_nsec, 11);
	ck_assert_int_eq(fgetxattr(a, "user.old", NULL, 0), -1);
	ck_assert_int_eq(fgetxattr(a, "user.new", NULL, 0),
	    has_xattrs ? 5 : -1);
	ck_assert_int_eq(fchmod(a, 0700), 0);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a/b").st_mode,
	    S_IFDIR | 01777);
	ck_assert_uint_eq(restore_folder_stat(&w.f, ".").st_mode,
	    S_IFDIR | 0751);
	ck_assert_int_eq(outcome_status(w.f.outcome), STATUS_COMPLETE);
	close(a);
	leave(&w);
}
END_TEST

START_TEST(immutable_directories_are_changed_and_become_immutable)
{
	struct world w;

	enter(&w);
	if (geteuid() == 0 &&
	    restore_folder_set_flags(&w.f, "a", FS_IMMUTABLE_FL)) {
		add(&w, 11, 0711, FS_APPEND_FL | FS_NODUMP_FL);
		add(&w, 12, 0722, FS_IMMUTABLE_FL);
		apply(&w, NULL);
		ck_assert_int_eq(outcome_status(w.f.outcome), STATUS_COMPLETE);
		ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_mode,
		    S_IFDIR | 0711);
		const int all = FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL;
		ck_assert_int_eq(restore_folder_flags(&w.f, "a") & all,
		    FS_APPEND_FL | FS_NODUMP_FL);
		ck_assert_int_eq(restore_folder_flags(&w.f, "a/b") & all,
		    FS_IMMUTABLE_FL);
	}
	leave(&w);
}
END_TEST

START_TEST(only_wanted_directories_are_changed)
{
	struct inomap wanted;
	struct world w;

	enter(&w);
	ck_assert(inomap_init(&wanted, 20));
	inomap_add(&wanted, 12);
	add(&w, 11, 0711, 0);
	add(&w, 12, 0722, 0);
	apply(&w, &wanted);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_mode,
	    S_IFDIR | 0700);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a/b").st_mode,
	    S_IFDIR | 0722);
	w.f.settings.dry_run = true;
	apply(&w, NULL);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_mode,
	    S_IFDIR | 0700);
	inomap_free(&wanted);
	leave(&w);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_named)
{
	struct world w;

	enter(&w);
	add(&w, 12, 0722, 0);
	ck_assert_int_eq(unlinkat(w.f.fd, "a/b", AT_REMOVEDIR), 0);
	ck_assert_int_eq(symlinkat("/tmp", w.f.fd, "a/b"), 0);
	apply(&w, NULL);
	restore_folder_assert_said(&w.f, "./a/b (inode 12): the owner, mode "
	    "and times of this directory cannot be set: ");
	ck_assert_uint_eq(outcome_count(w.f.outcome, OUTCOME_ATTRIBUTE), 1);
	leave(&w);
}
END_TEST

START_TEST(an_ordinary_user_sets_directories_that_he_may_not_read)
{
	struct world w;
	int status = 0;

	if (geteuid() != 0)
		return;
	enter(&w);
	ck_assert_int_eq(fchown(w.f.fd, ORDINARY, ORDINARY), 0);
	ck_assert_int_eq(fchownat(w.f.fd, "a", ORDINARY, ORDINARY, 0), 0);
	ck_assert_int_eq(fchownat(w.f.fd, "a/b", ORDINARY, ORDINARY, 0), 0);
	ck_assert_int_eq(fchmodat(w.f.fd, "a/b", 0300, 0), 0);
	const pid_t child = fork();
	if (child == 0) {
		if (setgid(ORDINARY) == -1 || setuid(ORDINARY) == -1)
			_exit(2);
		add(&w, 11, 0500, 0);
		add(&w, 12, 0100, 0);
		apply(&w, NULL);
		_exit(outcome_status(w.f.outcome) == STATUS_COMPLETE ? 0 : 3);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_mode,
	    S_IFDIR | 0500);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a/b").st_mode,
	    S_IFDIR | 0100);
	leave(&w);
}
END_TEST

START_TEST(folding_of_case_is_set_while_a_directory_is_empty)
{
	struct world w;

	enter(&w);
	add(&w, 12, 0700, FS_CASEFOLD_FL);
	ck_assert(directories_fold_case(w.d));
	const int fd = openat(w.f.fd, "a/b", O_RDONLY);
	directories_make_casefold(w.d, 12, fd);
	directories_make_casefold(w.d, 99, fd);
	const int flags = restore_folder_flags(&w.f, "a/b");
	apply(&w, NULL);
	/* Most filesystems cannot, and then that is said. */
	ck_assert_uint_eq(outcome_count(w.f.outcome, OUTCOME_ATTRIBUTE),
	    flags == -1 || (flags & FS_CASEFOLD_FL) == 0);
	close(fd);
	leave(&w);
}
END_TEST

START_TEST(no_folder_for_temporary_files_is_a_failure)
{
	ck_assert_ptr_null(directories_new("/nonexistent"));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_newer_set_replaces_all_that_an_older_one_said,
		a_hundred_thousand_directories_are_found_again,
		modes_times_and_attributes_are_those_of_the_set,
		immutable_directories_are_changed_and_become_immutable,
		only_wanted_directories_are_changed,
		a_directory_that_is_not_there_is_named,
		an_ordinary_user_sets_directories_that_he_may_not_read,
		folding_of_case_is_set_while_a_directory_is_empty,
		no_folder_for_temporary_files_is_a_failure,
	};
	return unit_run("directories", tests, COUNT(tests));
}
