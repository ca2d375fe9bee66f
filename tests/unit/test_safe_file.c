/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "plugins/common/safe_file.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/safe_file.XXXXXX";
static char original[sizeof(folder)];

/* The clock is a day ahead of that of the filesystem. */
time_t
time(time_t *seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (seconds != NULL)
		*seconds = now.tv_sec + 86400;
	return now.tv_sec + 86400;
}

static void
enter(void)
{
	memcpy(original, folder, sizeof(folder));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
}

static void
leave(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(system(command), 0);
	memcpy(folder, original, sizeof(folder));
}

static void
make_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void
assert_text(const char *name, const char *text)
{
	char found[64] = "";
	FILE *f = fopen(name, "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(found, sizeof(found), f));
	fclose(f);
	ck_assert_str_eq(found, text);
}

START_TEST(names_differ_and_are_short)
{
	enter();

	char first[SAFE_FILE_NAME_BYTES], second[SAFE_FILE_NAME_BYTES];
	const int at = open(".", O_PATH | O_DIRECTORY);
	const int a = safe_file_make(at, "", first);
	const int b = safe_file_make(at, "middle-", second);
	struct stat st;

	ck_assert_int_ne(a, -1);
	ck_assert_int_ne(b, -1);
	ck_assert_str_ne(first, second);
	ck_assert_uint_lt(strlen(second), SAFE_FILE_NAME_BYTES - 1);
	ck_assert_int_eq(fstat(a, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, SAFE_FILE_MODE);
	ck_assert_ptr_null(safe_file_fault(&st, S_IFREG));
	close(a);
	close(b);
	close(at);
	leave();
}
END_TEST

START_TEST(what_is_there_is_replaced_when_the_new_one_is_whole)
{
	enter();

	struct safe_file s;

	make_file("file", "old");
	ck_assert(safe_file_begin(&s, "file"));
	ck_assert_int_eq(write(s.fd, "new", 3), 3);
	assert_text("file", "old");
	ck_assert(safe_file_commit(&s));
	assert_text("file", "new");
	ck_assert(safe_file_begin(&s, "file"));
	ck_assert_int_eq(write(s.fd, "newer", 5), 5);
	safe_file_abandon(&s);
	assert_text("file", "new");
	ck_assert(!safe_file_begin(&s, "missing/file"));
	ck_assert_int_eq(errno, ENOENT);
	leave();
}
END_TEST

START_TEST(what_a_killed_run_has_left_goes)
{
	enter();

	const struct timespec old[2] = { { 1000000, 0 }, { 1000000, 0 } };
	static const char *const names[] = {
		SAFE_FILE_PREFIX "0123456789abcdef",	/* removed */
		SAFE_FILE_PREFIX "0123456789abcdeg",	/* kept: too new */
		SAFE_FILE_PREFIX "0123456789abcdef.set",
		"other",
	};
	struct safe_file s;

	for (size_t i = 0; i < COUNT(names); i++) {
		make_file(names[i], "x");
		if (i != 1)
			ck_assert_int_eq(utimensat(AT_FDCWD, names[i], old, 0),
			    0);
	}
	ck_assert(safe_file_begin(&s, "file"));
	ck_assert(safe_file_commit(&s));
	for (size_t i = 0; i < COUNT(names); i++)
		ck_assert_int_eq(access(names[i], F_OK), i == 0 ? -1 : 0);
	leave();
}
END_TEST

START_TEST(a_name_may_be_as_long_as_the_filesystem_takes)
{
	enter();

	struct safe_file s;
	char name[NAME_MAX + 1];

	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	ck_assert(safe_file_begin(&s, name));
	ck_assert(safe_file_commit(&s));
	ck_assert_int_eq(access(name, F_OK), 0);
	leave();
}
END_TEST

START_TEST(no_file_is_made_among_devices)
{
	enter();

	static const struct {
		const char *path, *folder;
	} cases[] = {
		{ "/dev/nst7", "/dev" },
		{ "/dev/../dev/./nst7", "/dev" },
		{ "link/nst7", "/dev" },
		{ "dangling", "/dev" },
		{ "chain", "/dev" },
		{ "/proc/x", "/proc" },
		{ "/proc/self/x", "/proc" },
		{ "/sys/x", "/sys" },
		{ "/dev/shm/x", NULL },
		{ "/dev/../tmp/x", NULL },
		{ "/device/x", NULL },
		{ "x", NULL },
		{ "missing/x", NULL },
		{ "elsewhere", NULL },
	};

	ck_assert_int_eq(symlink("/dev", "link"), 0);
	ck_assert_int_eq(symlink("/dev/nst7", "dangling"), 0);
	ck_assert_int_eq(symlink("dangling", "chain"), 0);
	ck_assert_int_eq(symlink("/tmp/not-there", "elsewhere"), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *found = safe_file_forbidden(cases[i].path);
		ck_assert_msg((found == NULL) == (cases[i].folder == NULL) &&
		    (found == NULL || strcmp(found, cases[i].folder) == 0),
		    "%s: %s, not %s", cases[i].path,
		    found == NULL ? "allowed" : found,
		    cases[i].folder == NULL ? "allowed" : cases[i].folder);
	}
	ck_assert_int_eq(chdir("/dev"), 0);
	ck_assert_str_eq(safe_file_forbidden("nst7"), "/dev");
	ck_assert_int_eq(chdir(folder), 0);
	leave();
}
END_TEST

START_TEST(a_name_of_a_descriptor_is_known)
{
	enter();

	char name[64];
	const int given = open("/dev/null", O_WRONLY);
	const int own = open("/dev/null", O_WRONLY | O_CLOEXEC);

	snprintf(name, sizeof(name), "/dev/fd/%d", given);
	ck_assert_int_eq(safe_file_descriptor(name), given);
	ck_assert_int_eq(symlink(name, "link"), 0);
	ck_assert_int_eq(safe_file_descriptor("link"), given);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", own);
	ck_assert_int_eq(safe_file_descriptor(name), -1);
	ck_assert_int_eq(safe_file_descriptor("/dev/stderr"), 2);
	ck_assert_int_eq(safe_file_descriptor("/dev/null"), -1);
	ck_assert_int_eq(safe_file_descriptor("/dev/fd/x"), -1);
	ck_assert_int_eq(safe_file_descriptor("missing/1"), -1);
	close(given);
	close(own);
	leave();
}
END_TEST

/* Otherwise it would hang. */
START_TEST(only_a_regular_file_is_opened)
{
	enter();

	const char *why = "";

	make_file("file", "x");
	const int fd = safe_file_open_regular("file", 0, &why);
	ck_assert_int_ne(fd, -1);
	close(fd);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(safe_file_open_regular("fifo", 0, &why), -1);
	ck_assert_str_eq(why, "is a FIFO, not a regular file");
	ck_assert_int_eq(safe_file_open_regular(".", 0, &why), -1);
	ck_assert_str_eq(why, "is a directory, not a regular file");
	ck_assert_int_eq(symlink("file", "link"), 0);
	ck_assert_int_eq(safe_file_open_regular("link", O_NOFOLLOW, &why), -1);
	ck_assert_int_eq(safe_file_open_regular("missing", 0, &why), -1);
	ck_assert_str_eq(why, strerror(ENOENT));
	leave();
}
END_TEST

START_TEST(a_second_name_is_a_fault)
{
	enter();

	struct stat st;

	make_file("file", "x");
	ck_assert_int_eq(link("file", "other"), 0);
	ck_assert_int_eq(stat("file", &st), 0);
	ck_assert_str_eq(safe_file_fault(&st, S_IFREG),
	    "has another hard link");
	ck_assert_str_eq(safe_file_fault(&st, S_IFIFO),
	    "has been replaced by something else");
	st.st_nlink = 1;
	st.st_uid = geteuid() + 1;
	ck_assert_str_eq(safe_file_fault(&st, S_IFREG),
	    "belongs to another user");
	leave();
}
END_TEST

START_TEST(a_folder_that_everybody_can_change_is_known)
{
	enter();

	static const struct {
		mode_t mode;
		bool is_open;
	} cases[] = {
		{ 0777, true }, { 01777, false }, { 0755, false },
		{ 0702, true },
	};

	ck_assert_int_eq(mkdir("folder", 0700), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name;
		ck_assert_int_eq(chmod("folder", cases[i].mode), 0);
		const int fd = safe_file_open_folder("folder/x", &name);
		ck_assert_int_ne(fd, -1);
		ck_assert_str_eq(name, "x");
		ck_assert_msg(safe_file_folder_is_open(fd) ==
		    cases[i].is_open, "mode %o", cases[i].mode);
		close(fd);
	}
	leave();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		names_differ_and_are_short,
		what_is_there_is_replaced_when_the_new_one_is_whole,
		what_a_killed_run_has_left_goes,
		a_name_may_be_as_long_as_the_filesystem_takes,
		no_file_is_made_among_devices,
		a_name_of_a_descriptor_is_known,
		only_a_regular_file_is_opened,
		a_second_name_is_a_fault,
		a_folder_that_everybody_can_change_is_known,
	};
	return unit_run("safe_file", tests, COUNT(tests));
}
