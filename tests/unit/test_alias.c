/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Restoring to a target that folds case: these calls do so in its place, as few
 * kernels can.
 */
#include "core/restore/alias.h"

#include <dirent.h>
#include <stdarg.h>
#include <strings.h>
#include <sys/syscall.h>

#include "core/restore/place.h"
#include "tests/unit/restore_folder.h"

/* ------------------------------------------------------- a folding target */

static bool folds;

/* The name under which the directory lists it. */
static const char *
listed(int directory, const char *name, char found[static 256])
{
	snprintf(found, 256, "%s", name);
	const int fd = !folds || strchr(name, '/') != NULL ? -1 :
	    (int)syscall(SYS_openat, directory, ".", O_RDONLY | O_DIRECTORY);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	if (dir == NULL)
		return found;
	for (const struct dirent *e; (e = readdir(dir)) != NULL;)
		if (strcasecmp(e->d_name, name) == 0)
			snprintf(found, 256, "%s", e->d_name);
	closedir(dir);
	return found;
}

int
openat(int directory, const char *name, int flags, ...)
{
	char found[256];
	va_list args;

	va_start(args, flags);
	const unsigned int mode = (flags & O_CREAT) != 0 ?
	    va_arg(args, unsigned int) : 0;
	va_end(args);
	return (int)syscall(SYS_openat, directory,
	    listed(directory, name, found), flags, mode);
}

int
fstatat(int directory, const char *restrict name, struct stat *restrict st,
    int flags)
{
	char found[256];

	(void)flags;
	const int fd = (int)syscall(SYS_openat, directory,
	    listed(directory, name, found), O_PATH | O_NOFOLLOW);
	if (fd == -1)
		return -1;
	const int result = fstat(fd, st);
	close(fd);
	return result;
}

int
unlinkat(int directory, const char *name, int flags)
{
	char found[256];

	return (int)syscall(SYS_unlinkat, directory,
	    listed(directory, name, found), flags);
}

int
mkdirat(int directory, const char *name, mode_t mode)
{
	char found[256];

	return (int)syscall(SYS_mkdirat, directory,
	    listed(directory, name, found), mode);
}

int
symlinkat(const char *text, int directory, const char *name)
{
	char found[256];

	return (int)syscall(SYS_symlinkat, text, directory,
	    listed(directory, name, found));
}

int
linkat(int from, const char *old, int to, const char *new, int flags)
{
	char a[256], b[256];

	return (int)syscall(SYS_linkat, from, listed(from, old, a), to,
	    listed(to, new, b), flags);
}

int
renameat(int from, const char *old, int to, const char *new)
{
	char a[256], b[256];

	return (int)syscall(SYS_renameat2, from, listed(from, old, a), to,
	    listed(to, new, b), 0);
}

/* -------------------------------------------------------------- extracting */

struct world {
	struct restore_folder f;
	struct target *target;
	struct extract *extract;
};

/* A run of its own. */
static void
start(struct world *w)
{
	const struct extract_config config = {
		.settings = &w->f.settings,
		.names = w->f.names,
		.target = w->target = target_new(w->f.fd, w->f.names, 1),
		.outcome = w->f.outcome,
		.rep = w->f.rep,
		.max_inode = 100,
	};

	w->extract = extract_new(&config);
	ck_assert_ptr_nonnull(w->extract);
}

static void
finish(struct world *w)
{
	extract_free(w->extract);
	target_free(w->target);
}

static void
enter(struct world *w, const char *names)
{
	folds = true;
	restore_folder_begin(&w->f);
	restore_folder_names(&w->f, names);
	start(w);
}

static void
leave(struct world *w)
{
	finish(w);
	restore_folder_end(&w->f);
}

static void
put(struct world *w, uint32_t inode, mode_t mode, const char *text)
{
	const struct header header = {
		.inode = inode,
		.meta = {
			.mode = (uint16_t)mode,
			.links = 1,
			.uid = getuid(),
			.gid = getgid(),
			.size = strlen(text),
		},
	};

	void *file = extract_work.begin(w->extract, 0, &header);
	ck_assert_ptr_nonnull(file);
	extract_work.data(file, 0, (const uint8_t *)text, strlen(text));
	extract_work.end(file, true);
}

static void
assert_missing(const struct world *w, uint64_t count)
{
	ck_assert_msg(outcome_count(w->f.outcome, OUTCOME_MISSING) == count,
	    "%ju missing, not %ju: %s",
	    (uintmax_t)outcome_count(w->f.outcome, OUTCOME_MISSING),
	    (uintmax_t)count, w->f.said);
}

START_TEST(what_was_made_is_not_replaced_by_another_name)
{
	struct world w;

	enter(&w, "12:README 13:readme 14:ReadMe 15:other");
	put(&w, 12, S_IFREG | 0600, "first");
	put(&w, 13, S_IFREG | 0600, "second");
	put(&w, 14, S_IFLNK | 0777, "third");
	put(&w, 15, S_IFREG | 0600, "other");
	restore_folder_assert_text(&w.f, "README", "first");
	restore_folder_assert_text(&w.f, "other", "other");
	restore_folder_assert_said(&w.f, "./readme (inode 13): it cannot be "
	    "made: the target does not tell this name from ./README");
	restore_folder_assert_said(&w.f, "./ReadMe (inode 14): it cannot be "
	    "made: the target does not tell this name from ./README");
	assert_missing(&w, 2);
	ck_assert(inomap_has(extract_done(w.extract), 12));
	ck_assert(!inomap_has(extract_done(w.extract), 13));

	/* The next run replaces its own file, and again no other. */
	finish(&w);
	start(&w);
	put(&w, 13, S_IFREG | 0600, "second");
	put(&w, 12, S_IFREG | 0600, "newer");
	restore_folder_assert_text(&w.f, "README", "newer");
	assert_missing(&w, 3);
	leave(&w);
}
END_TEST

START_TEST(what_is_not_of_the_set_is_replaced_as_ever)
{
	struct world w;

	enter(&w, "12:README 13:\303\204rger 14:123");
	restore_folder_write(&w.f, "ReadMe", "old");
	restore_folder_write(&w.f, "\303\204rger", "old");
	restore_folder_write(&w.f, "123", "old");
	for (uint32_t inode = 12; inode <= 14; inode++)
		put(&w, inode, S_IFREG | 0600, "new");
	restore_folder_assert_text(&w.f, "README", "new");
	restore_folder_assert_text(&w.f, "\303\204rger", "new");
	restore_folder_assert_text(&w.f, "123", "new");
	assert_missing(&w, 0);
	leave(&w);
}
END_TEST

START_TEST(it_is_named_even_if_nothing_is_to_be_replaced)
{
	struct world w;

	enter(&w, "12:README 13:readme");
	w.f.settings.if_exists = IF_EXISTS_SKIP;
	put(&w, 13, S_IFREG | 0600, "second");
	put(&w, 12, S_IFREG | 0600, "first");
	restore_folder_assert_text(&w.f, "readme", "second");
	restore_folder_assert_said(&w.f, "./README (inode 12): it cannot be");
	assert_missing(&w, 1);
	leave(&w);
}
END_TEST

START_TEST(names_of_the_same_file_are_no_exception)
{
	struct world w;

	enter(&w, "12:A 12:a");
	put(&w, 12, S_IFREG | 0600, "text");
	restore_folder_assert_text(&w.f, "A", "text");
	restore_folder_assert_said(&w.f, "./a cannot be made: the target does "
	    "not tell this name from ./A");
	assert_missing(&w, 1);
	leave(&w);
}
END_TEST

START_TEST(hard_links_are_told_apart_where_names_are)
{
	struct world w;

	enter(&w, "12:A 12:a 13:B 14:b");
	folds = false;
	for (int run = 0; run < 2; run++) {
		put(&w, 12, S_IFREG | 0600, "text");
		put(&w, 13, S_IFREG | 0600, "upper");
		put(&w, 14, S_IFREG | 0600, "lower");
		finish(&w);
		start(&w);
	}
	restore_folder_assert_text(&w.f, "B", "upper");
	restore_folder_assert_text(&w.f, "b", "lower");
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_nlink, 2);
	assert_missing(&w, 0);
	leave(&w);
}
END_TEST

/* ------------------------------------------------------------------ placing */

/* "12:file 13:directory/", in the root. */
static struct names *
names_of(const char *list)
{
	char copy[256], *rest = copy, *word;
	struct names *n = names_new("/tmp");

	snprintf(copy, sizeof(copy), "%s", list);
	ck_assert_ptr_nonnull(n);
	ck_assert(names_begin_directory(n, NAMES_ROOT));
	while ((word = strsep(&rest, " ")) != NULL) {
		const char *name = strchr(word, ':') + 1;
		ck_assert(names_add(n, (uint32_t)strtoul(word, NULL, 10), 0,
		    name, strcspn(name, "/")));
	}
	ck_assert(names_end_directory(n));
	snprintf(copy, sizeof(copy), "%s", list);
	rest = copy;
	while ((word = strsep(&rest, " ")) != NULL)
		if (strchr(word, '/') != NULL) {
			ck_assert(names_begin_directory(n,
			    (uint32_t)strtoul(word, NULL, 10)));
			ck_assert(names_end_directory(n));
		}
	ck_assert(names_finish(n));
	return n;
}

static struct target *
place(struct world *w, const char *before, const char *after)
{
	struct inomap dumped = { 0 };
	const struct place_levels levels = {
		.before = before == NULL ? NULL : names_of(before),
		.after = names_of(after),
		.dumped = &dumped,
	};
	struct target *target = target_new(w->f.fd, before == NULL ?
	    levels.after : levels.before, 1);

	ck_assert_int_eq(place_apply(&levels, target, &w->f.settings,
	    w->f.outcome), VERDICT_GO_ON);
	names_free((struct names *)(uintptr_t)levels.before);
	/* The target needs it. */
	names_free(w->f.names);
	w->f.names = (struct names *)(uintptr_t)levels.after;
	return target;
}

START_TEST(directories_are_not_made_one)
{
	struct world w;

	enter(&w, "12:unused");
	struct target *target = place(&w, NULL, "12:Docs/ 13:docs/ 14:other/");
	restore_folder_assert_said(&w.f, "./docs (inode 13): cannot be made: "
	    "the target does not tell this name from Docs");
	assert_missing(&w, 1);
	ck_assert(restore_folder_has(&w.f, "other"));
	ck_assert_int_ne(target_directory(target, 0, 12), -1);
	/* What would have been in it does not get into the other. */
	ck_assert_int_eq(target_directory(target, 0, 13), -1);
	ck_assert_int_eq(errno, ENOENT);
	target_free(target);
	/* The next run finds its own. */
	target = place(&w, NULL, "12:Docs/ 14:other/");
	assert_missing(&w, 1);
	target_free(target);
	leave(&w);
}
END_TEST

START_TEST(nothing_is_moved_over_another_name)
{
	struct world w;

	enter(&w, "12:unused");
	restore_folder_write(&w.f, "a", "moved");
	restore_folder_write(&w.f, "B", "stays");
	ck_assert_int_eq(mkdirat(w.f.fd, "c", 0700), 0);
	ck_assert_int_eq(mkdirat(w.f.fd, "D", 0700), 0);
	target_free(place(&w, "11:a 12:B 13:c/ 14:D/",
	    "11:b 12:B 13:d/ 14:D/"));
	restore_folder_assert_text(&w.f, "B", "stays");
	restore_folder_assert_text(&w.f, ".dumpengine-restore/11", "moved");
	ck_assert(restore_folder_has(&w.f, ".dumpengine-restore/13"));
	restore_folder_assert_said(&w.f, "./b (inode 11): cannot be made: the "
	    "target does not tell this name from B");
	restore_folder_assert_said(&w.f, "./d (inode 13): the directory cannot "
	    "be moved to its place, and is now ./.dumpengine-restore/13");
	leave(&w);
}
END_TEST

START_TEST(what_could_not_be_made_is_not_removed_in_the_next_level)
{
	struct world w;

	enter(&w, "12:unused");
	restore_folder_write(&w.f, "README", "stays");
	ck_assert_int_eq(mkdirat(w.f.fd, "Docs", 0700), 0);
	restore_folder_write(&w.f, "A", "stays");
	target_free(place(&w, "11:README 12:readme 13:Docs/ 14:docs/ 15:A 16:a",
	    "11:README 13:Docs/ 15:A 16:moved"));
	restore_folder_assert_text(&w.f, "README", "stays");
	restore_folder_assert_text(&w.f, "A", "stays");
	ck_assert(restore_folder_has(&w.f, "Docs"));
	restore_folder_assert_said(&w.f, "./moved (inode 16): is not where it "
	    "was before");
	assert_missing(&w, 1);
	leave(&w);
}
END_TEST

START_TEST(a_name_may_change_its_case)
{
	struct world w;

	enter(&w, "12:unused");
	restore_folder_write(&w.f, "a", "moved");
	ck_assert_int_eq(mkdirat(w.f.fd, "c", 0700), 0);
	target_free(place(&w, "11:a 13:c/", "11:A 13:C/"));
	assert_missing(&w, 0);
	folds = false;
	restore_folder_assert_text(&w.f, "A", "moved");
	ck_assert(restore_folder_has(&w.f, "C"));
	leave(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_made_is_not_replaced_by_another_name,
		what_is_not_of_the_set_is_replaced_as_ever,
		it_is_named_even_if_nothing_is_to_be_replaced,
		names_of_the_same_file_are_no_exception,
		hard_links_are_told_apart_where_names_are,
		directories_are_not_made_one,
		nothing_is_moved_over_another_name,
		what_could_not_be_made_is_not_removed_in_the_next_level,
		a_name_may_change_its_case,
	};

	return unit_run("alias", tests, COUNT(tests));
}
