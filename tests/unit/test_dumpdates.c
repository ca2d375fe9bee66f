/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/dumpdates.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

static const atomic_int not_cancelled = 0;

struct fixture {
	char folder[64];
	char file[96];
	int log;
	struct report *rep;
};

static void
setup(struct fixture *f)
{
	setenv("TZ", "UTC", 1);
	tzset();
	snprintf(f->folder, sizeof(f->folder), "test_dumpdates.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f->folder));
	snprintf(f->file, sizeof(f->file), "%s/dumpdates", f->folder);
	f->log = open("/dev/null", O_WRONLY | O_CLOEXEC);
	f->rep = report_new(f->log, REPORT_QUIET);
}

/* Nothing may be left in the directory, so that it can be removed. */
static void
teardown(struct fixture *f)
{
	unlink(f->file);
	ck_assert_int_eq(rmdir(f->folder), 0);
	report_free(f->rep);
	close(f->log);
}

static void
put(const struct fixture *f, const char *text, size_t length)
{
	FILE *out = fopen(f->file, "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(text, 1, length, out), length);
	ck_assert_int_eq(fclose(out), 0);
}

static void
get(const struct fixture *f, char *text, size_t room)
{
	FILE *in = fopen(f->file, "r");

	ck_assert_ptr_nonnull(in);
	text[fread(text, 1, room - 1, in)] = '\0';
	fclose(in);
}

/* The latest dump below a level. */
struct finding {
	uint32_t below;
	struct dumpdates_entry latest;
};

static void
take(void *arg, const struct dumpdates_entry *entry)
{
	struct finding *finding = arg;

	if (entry->level < finding->below &&
	    entry->date >= finding->latest.date)
		finding->latest = *entry;
}

static bool
find_in(const struct fixture *f, const char *name, uint32_t level,
    struct dumpdates_entry *base, const atomic_int *cancelled)
{
	struct finding finding = { .below = level };
	const bool ok = dumpdates_read(f->file, name, take, &finding, true,
	    f->rep, cancelled);

	*base = finding.latest;
	return ok;
}

static struct dumpdates_entry
find(const struct fixture *f, const char *name, uint32_t level)
{
	struct dumpdates_entry base;

	ck_assert(find_in(f, name, level, &base, &not_cancelled));
	return base;
}

static bool
update(const struct fixture *f, const char *name, uint32_t level, int64_t date)
{
	const struct dumpdates_entry entry = { name, level, date };

	return dumpdates_change(f->file, name, NULL, NULL, &entry, 1, f->rep,
	    &not_cancelled);
}

START_TEST(dates_are_read_as_dump_writes_them)
{
	static const struct {
		const char *line;
		int64_t date;		/* 0: not a record of a dump */
	} cases[] = {
		{ "/d 0 Sun Nov 22 11:05:06 2026 +0000", 1795345506 },
		{ "/d 0 Sun Nov 22 11:05:06 2026 +0100", 1795341906 },
		{ "/d 0 Sun Nov 22 11:05:06 2026 -0330", 1795358106 },
		{ "/d 0 Sun Nov 22 11:05:06 2026", 1795345506 },
		{ "/d 0 Sun Nov 22 11:05:06 2026   ", 1795345506 },
		{ "/d  0\tSun Nov 22 11:05:06 2026 +0000", 1795345506 },
		{ "/d 0 Sun Nov  1 01:05:06 2026 +0000", 1793495106 },
		{ "/d 0 Xxx Nov 22 11:05:06 2026 +0000", 1795345506 },
		{ "/d 0 Tue Jan 19 03:14:07 2038 +0000", 2147483647 },
		{ "/d 0 Tue Jan 19 03:14:08 2038 +0000", 0 },
		{ "/d 0 Thu Jan  1 00:00:00 1970 +0000", 0 },
		{ "/d 0 Thu Jan  1 00:00:00 9999 +0000", 0 },
		{ "/d 0 Sun Nov 22 11:05:06 2026 0000", 0 },
		{ "/d 0 Sun Nov 22 11:05:06 2026 +00", 0 },
		{ "/d 0 Sun Nov 22 11:05:06 2026 +9999", 0 },
		{ "/d 0 Sun Nov 32 11:05:06 2026 +0000", 0 },
		{ "/d 0 Sun Nov 22 24:05:06 2026 +0000", 0 },
		{ "/d 0 Sun Nov 22 11:60:06 2026 +0000", 0 },
		{ "/d 0 Sun Nov 22 11:05:61 2026 +0000", 0 },
		{ "/d 0 Sun Nov 22 11:05:-6 2026 +0000", 0 },
		{ "/d 0 Sun nov 22 11:05:06 2026 +0000", 0 },
		{ "/d 0 Sun Nov 22 11:05", 0 },
		{ "/d 0", 0 }, { "/d", 0 }, { "", 0 }, { " ", 0 },
		{ "/d -1 Sun Nov 22 11:05:06 2026 +0000", 0 },
		{ "/d 0x Sun Nov 22 11:05:06 2026 +0000", 0 },
		{ "/d 99999999999999999999 Sun Nov 22 11:05:06 2026 +0000", 0 },
		{ "/d2 0 Sun Nov 22 11:05:06 2026 +0000", 0 },
		{ "d 0 Sun Nov 22 11:05:06 2026 +0000", 0 },
	};
	struct fixture f;

	setup(&f);
	for (size_t i = 0; i < COUNT(cases); i++) {
		put(&f, cases[i].line, strlen(cases[i].line));
		ck_assert_msg(find(&f, "/d", 1).date == cases[i].date,
		    "\"%s\": %lld", cases[i].line,
		    (long long)find(&f, "/d", 1).date);
	}
	teardown(&f);
}
END_TEST

START_TEST(local_dates_follow_the_zone_of_their_time)
{
	static const char winter[] = "/d 0 Fri Jan 16 12:00:00 2026\n";
	static const char summer[] = "/d 0 Thu Jul 16 12:00:00 2026\n";
	struct fixture f;

	setup(&f);
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	put(&f, winter, strlen(winter));
	ck_assert_int_eq(find(&f, "/d", 1).date, 1768561200);
	put(&f, summer, strlen(summer));
	ck_assert_int_eq(find(&f, "/d", 1).date, 1784196000);
	teardown(&f);
}
END_TEST

START_TEST(what_is_written_is_read_again)
{
	static const char *const zones[] = { "UTC", "Europe/Berlin",
	    "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia",
	    "Africa/Monrovia" };
	struct fixture f;

	setup(&f);
	for (size_t z = 0; z < COUNT(zones); z++) {
		setenv("TZ", zones[z], 1);
		tzset();
		for (int64_t date = 86400; date < INT32_MAX;
		    date += 400000000 + (int64_t)z * 1357) {
			ck_assert(update(&f, "/d", 3, date));
			ck_assert_int_eq(find(&f, "/d", 4).date, date);
		}
		/* The hour that occurs twice, and the one that is skipped. */
		static const int64_t changes[] = { 1761440399, 1761440400,
		    1761443999, 1761444000, 1743296399, 1743296400 };
		for (size_t i = 0; i < COUNT(changes); i++) {
			ck_assert(update(&f, "/d", 3, changes[i]));
			ck_assert_int_eq(find(&f, "/d", 4).date, changes[i]);
		}
	}
	ck_assert_int_eq(find(&f, "/d", 3).date, 0);
	teardown(&f);
}
END_TEST

START_TEST(any_bytes_do_no_harm)
{
	char text[4096], after[8192];
	struct fixture f;
	unsigned int seed = 1;

	setup(&f);
	for (int round = 0; round < 40; round++) {
		static const char good[] =
		    "\n/d 0 Sun Nov 22 11:05:06 2026 +0000\n";
		for (size_t i = 0; i < sizeof(text); i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = "\n /d0Sun Nov:+\0\xff"[(seed >> 16) % 17];
		}
		memcpy(text + 1000, good, strlen(good));
		put(&f, text, sizeof(text));
		ck_assert_int_eq(find(&f, "/d", 1).date, 1795345506);
		ck_assert(update(&f, "/e", 1, 1600000000));
		struct stat st;
		ck_assert_int_eq(stat(f.file, &st), 0);
		ck_assert_int_ge(st.st_size, (off_t)sizeof(text));
		FILE *in = fopen(f.file, "r");
		ck_assert_ptr_nonnull(in);
		ck_assert_uint_ge(fread(after, 1, sizeof(after), in),
		    sizeof(text));
		fclose(in);
		ck_assert_mem_eq(after, text, sizeof(text));
		ck_assert_int_eq(find(&f, "/e", 2).date, 1600000000);
	}
	teardown(&f);
}
END_TEST

START_TEST(a_line_that_is_there_twice_becomes_one)
{
	static const char twice[] = "/d 0 Sun Nov 22 11:05:06 2026 +0000\n"
	    "/x 0 Sun Nov 22 11:05:06 2026 +0000\n"
	    "/d 0 Mon Nov 23 11:05:06 2026 +0000\n";
	char text[512];
	struct fixture f;

	setup(&f);
	put(&f, twice, strlen(twice));
	ck_assert(update(&f, "/d", 0, 1600000000));
	get(&f, text, sizeof(text));
	ck_assert_str_eq(text, "/d 0 Sun Sep 13 12:26:40 2020 +0000\n"
	    "/x 0 Sun Nov 22 11:05:06 2026 +0000\n");
	teardown(&f);
}
END_TEST

/* Many processes at once: none of their lines is lost. */
START_TEST(updates_do_not_get_lost)
{
	enum { PROCESSES = 8, LINES = 6 };
	struct fixture f;
	int status;

	setup(&f);
	for (int p = 0; p < PROCESSES; p++)
		if (fork() == 0) {
			bool ok = true;
			for (int i = 0; i < LINES; i++) {
				char name[32];
				snprintf(name, sizeof(name), "/%d/%d", p, i);
				ok = update(&f, name, 0, 1600000000) && ok;
			}
			_exit(ok ? 0 : 1);
		}
	for (int p = 0; p < PROCESSES; p++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	for (int p = 0; p < PROCESSES; p++)
		for (int i = 0; i < LINES; i++) {
			char name[32];
			snprintf(name, sizeof(name), "/%d/%d", p, i);
			ck_assert_int_eq(find(&f, name, 1).date, 1600000000);
		}
	teardown(&f);
}
END_TEST

START_TEST(a_lock_is_waited_for_until_the_run_is_aborted)
{
	static const char line[] = "/d 0 Sun Nov 22 11:05:06 2026 +0000\n";
	const atomic_int cancelled = 1;
	const struct dumpdates_entry entry = { "/d", 0, 1600000000 };
	struct dumpdates_entry base;
	struct fixture f;
	int ready[2], done[2], status;
	char c = 0;

	setup(&f);
	put(&f, line, strlen(line));
	ck_assert_int_eq(pipe(ready), 0);
	ck_assert_int_eq(pipe(done), 0);
	const pid_t holder = fork();
	if (holder == 0) {
		struct flock lock = { .l_type = F_RDLCK,
		    .l_whence = SEEK_SET };
		const int fd = open(f.file, O_RDONLY);
		const bool ok = fcntl(fd, F_SETLK, &lock) == 0 &&
		    write(ready[1], "x", 1) == 1;
		close(done[1]);
		_exit(read(done[0], &c, 1) == 0 && ok ? 0 : 1);
	}
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	/* A shared lock lets others read, but not write. */
	ck_assert_int_eq(find(&f, "/d", 1).date, 1795345506);
	ck_assert(!dumpdates_change(f.file, "/d", NULL, NULL, &entry, 1, f.rep,
	    &cancelled));
	ck_assert_int_eq(find(&f, "/d", 1).date, 1795345506);
	close(done[1]);
	ck_assert_int_eq(waitpid(holder, &status, 0), holder);
	ck_assert_int_eq(status, 0);
	ck_assert(dumpdates_change(f.file, "/d", NULL, NULL, &entry, 1, f.rep,
	    &not_cancelled));
	ck_assert(find_in(&f, "/d", 1, &base, &cancelled));
	ck_assert_int_eq(base.date, 1600000000);
	teardown(&f);
}
END_TEST

START_TEST(names_with_blanks_do_not_fit)
{
	ck_assert(dumpdates_holds_name("/dev/sda1"));
	ck_assert(dumpdates_holds_name("LABEL=\xc3\xa4"));
	ck_assert(!dumpdates_holds_name(""));
	ck_assert(!dumpdates_holds_name("a b"));
	ck_assert(!dumpdates_holds_name("a\nb"));
	ck_assert(!dumpdates_holds_name("a\x01"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		dates_are_read_as_dump_writes_them,
		local_dates_follow_the_zone_of_their_time,
		what_is_written_is_read_again,
		any_bytes_do_no_harm,
		a_line_that_is_there_twice_becomes_one,
		updates_do_not_get_lost,
		a_lock_is_waited_for_until_the_run_is_aborted,
		names_with_blanks_do_not_fit,
	};

	return unit_run("dumpdates", tests, COUNT(tests));
}
