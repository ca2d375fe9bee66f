/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/history.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

struct fixture {
	char folder[64];
	char log[96];
	int fd;
	struct history history;
};

static void
setup(struct fixture *f)
{
	snprintf(f->folder, sizeof(f->folder), "test_history.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f->folder));
	snprintf(f->log, sizeof(f->log), "%s.log", f->folder);
	f->fd = open(f->log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	f->history = (struct history){ f->folder,
	    report_new(f->fd, REPORT_NORMAL), false };
}

static void
teardown(struct fixture *f)
{
	char command[128];

	report_free(f->history.rep);
	close(f->fd);
	unlink(f->log);
	snprintf(command, sizeof(command), "rm -rf %s", f->folder);
	ck_assert_int_eq(system(command), 0);
}

/* The messages so far. */
static bool
said(const struct fixture *f, const char *text)
{
	char log[8192];
	const ssize_t n = pread(f->fd, log, sizeof(log) - 1, 0);

	log[n > 0 ? n : 0] = '\0';
	return strstr(log, text) != NULL;
}

static struct history_record
a_dump(const char *id)
{
	static const char empty[] = "";

	return (struct history_record){ .key = "k", .id = id, .job = "job",
	    .name = "/dev/a", .device = "/dev/a", .filesystem = empty,
	    .label = "none", .host = "host", .source = "fs", .uuid = empty,
	    .date = 1000, .base_level = -1, .boot = empty,
	    .status = HISTORY_FINISHED };
}

static bool
add(void *arg, struct history_list *list)
{
	return history_add(list, arg);
}

static bool
put(const struct fixture *f, const char *key, const char *id)
{
	struct history_record r = a_dump(id);

	r.key = key;
	return history_change(&f->history, key, NULL, true, add, &r);
}

static void
write_file(const struct fixture *f, const char *name, const char *text,
    mode_t mode)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/history", f->folder);
	ck_assert(mkdir(path, 0700) == 0 || errno == EEXIST);
	snprintf(path, sizeof(path), "%s/history/%s", f->folder, name);
	FILE *out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static size_t
count(const struct fixture *f, bool ok)
{
	struct history_list list;

	ck_assert_int_eq(history_load(&f->history, &list), ok);
	const size_t n = list.count;
	history_free(&list);
	return n;
}

START_TEST(what_is_put_in_comes_out_again)
{
	struct fixture f;
	struct history_list list;
	struct history_record r = a_dump("one");

	setup(&f);
	ck_assert_uint_eq(count(&f, true), 0);
	r.level = 3;
	r.base_level = 2;
	r.base_date = 999;
	r.dumpdates = "/var/lib/dumpdates";
	r.lifetime_writes = INT64_MAX;
	r.exclude = json_pack("[s,s]", "*.o", "/tmp");
	r.is_base = true;
	ck_assert(history_change(&f.history, "k", NULL, true, add, &r));
	ck_assert(put(&f, "other", "two"));
	ck_assert(history_load(&f.history, &list));
	ck_assert_uint_eq(list.count, 2);
	const struct history_record *got = strcmp(list.items[0].key, "k") == 0 ?
	    &list.items[0] : &list.items[1];
	ck_assert_str_eq(got->id, "one");
	ck_assert_uint_eq(got->level, 3);
	ck_assert_int_eq(got->base_level, 2);
	ck_assert_int_eq(got->base_date, 999);
	ck_assert_str_eq(got->dumpdates, "/var/lib/dumpdates");
	ck_assert_ptr_null(got->subtree);
	ck_assert(got->lifetime_writes == INT64_MAX);
	ck_assert_uint_eq(json_array_size(got->exclude), 2);
	ck_assert(got->is_base && !got->is_noted);
	ck_assert_int_eq(got->status, HISTORY_FINISHED);
	history_free(&list);
	json_decref((json_t *)(uintptr_t)r.exclude);
	teardown(&f);
}
END_TEST

START_TEST(texts_of_any_bytes_are_kept_apart)
{
	static const char *const texts[] = { "", "plain", "100%", "%25", "a\nb",
	    "\xff\xfe", "\xc3\xa9", "\xc3", "%C3", "\x7f" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		char *kept = history_text(texts[i]);
		json_t *json = json_string(kept);
		char *plain = history_plain(kept);
		ck_assert_ptr_nonnull(json);
		ck_assert_str_eq(plain, texts[i]);
		json_decref(json);
		free(kept);
		free(plain);
	}
}
END_TEST

START_TEST(damaged_files_are_named_and_put_aside)
{
	static const char *const damaged[] = { "", "{", "[]", "\"text\"",
	    "{\"schema\": 1}", "{\"schema\": \"1\", \"dumps\": []}",
	    "{\"dumps\": []}", "{\"schema\": 1, \"dumps\": {}}",
	    "{\"schema\": 1, \"dumps\": [", "\xff\xff\xff" };

	for (size_t i = 0; i < COUNT(damaged); i++) {
		struct fixture f;
		setup(&f);
		write_file(&f, "k.json", damaged[i], 0600);
		ck_assert_uint_eq(count(&f, false), 0);
		ck_assert(said(&f, "k.json: damaged"));
		/* And it does no harm. */
		ck_assert(put(&f, "k", "one"));
		ck_assert_uint_eq(count(&f, true), 1);
		teardown(&f);
	}
}
END_TEST

START_TEST(a_damaged_dump_does_not_hide_others)
{
	static const char *const damaged[] = { "{}", "3", "null", "[]",
	    "{\"id\": 5}", "{\"id\": \"x\", \"level\": -1}" };

	for (size_t i = 0; i < COUNT(damaged); i++) {
		struct fixture f;
		char path[160], text[8192], changed[16384];
		setup(&f);
		ck_assert(put(&f, "k", "one"));
		snprintf(path, sizeof(path), "%s/history/k.json", f.folder);
		FILE *in = fopen(path, "r");
		text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
		fclose(in);
		char *at = strchr(text, '[') + 1;
		snprintf(changed, sizeof(changed), "%.*s%s,%s",
		    (int)(at - text), text, damaged[i], at);
		write_file(&f, "k.json", changed, 0600);
		ck_assert_uint_eq(count(&f, false), 1);
		ck_assert(said(&f, "skipping 1 invalid record"));
		teardown(&f);
	}
}
END_TEST

START_TEST(numbers_out_of_range_are_no_dumps)
{
	static const struct { const char *from, *to; } changes[] = {
		{ "\"level\": 0", "\"level\": 4294967296" },
		{ "\"level\": 0", "\"level\": 0.5" },
		{ "\"date\": 1000", "\"date\": 0" },
		{ "\"base_level\": -1", "\"base_level\": -2" },
		{ "\"status\": \"finished\"", "\"status\": \"fine\"" },
		{ "\"volumes\": []", "\"volumes\": [7]" },
		{ "\"retake\": []", "\"retake\": [\"7\"]" },
		{ "\"exclude\": []", "\"exclude\": [null]" },
		{ "\"is_base\": false", "\"is_base\": 0" },
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct fixture f;
		char path[160], text[8192], changed[16384];
		setup(&f);
		ck_assert(put(&f, "k", "one"));
		snprintf(path, sizeof(path), "%s/history/k.json", f.folder);
		FILE *in = fopen(path, "r");
		text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
		fclose(in);
		char *at = strstr(text, changes[i].from);
		ck_assert_ptr_nonnull(at);
		snprintf(changed, sizeof(changed), "%.*s%s%s",
		    (int)(at - text), text, changes[i].to,
		    at + strlen(changes[i].from));
		write_file(&f, "k.json", changed, 0600);
		ck_assert_uint_eq(count(&f, false), 0);
		teardown(&f);
	}
}
END_TEST

START_TEST(what_others_can_write_does_not_count)
{
	struct fixture f;
	char path[160];

	setup(&f);
	ck_assert(put(&f, "k", "one"));
	snprintf(path, sizeof(path), "%s/history/k.json", f.folder);
	ck_assert_int_eq(chmod(path, 0620), 0);
	ck_assert_uint_eq(count(&f, false), 0);
	ck_assert(said(&f, "others can write to it"));
	ck_assert(!put(&f, "k", "two"));
	ck_assert_int_eq(chmod(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/history", f.folder);
	ck_assert_int_eq(chmod(path, 0777), 0);
	ck_assert_uint_eq(count(&f, false), 0);
	teardown(&f);
}
END_TEST

START_TEST(links_fifos_and_leavings_do_no_harm)
{
	struct fixture f;
	char path[160];

	setup(&f);
	ck_assert(put(&f, "k", "one"));
	snprintf(path, sizeof(path), "%s/history/l.json", f.folder);
	ck_assert_int_eq(symlink("k.json", path), 0);
	snprintf(path, sizeof(path), "%s/history/m.json", f.folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	write_file(&f, ".dumpengine-x.json", "{", 0600);
	write_file(&f, "k.json.bak", "{", 0600);
	ck_assert_uint_eq(count(&f, false), 1);
	ck_assert(!put(&f, "m", "two"));
	teardown(&f);
}
END_TEST

START_TEST(a_newer_file_stays_as_it_is)
{
	struct fixture f;

	setup(&f);
	write_file(&f, "k.json", "{\"schema\": 2, \"dumps\": 7}", 0600);
	ck_assert_uint_eq(count(&f, false), 0);
	ck_assert(said(&f, "newer dumpengine"));
	ck_assert(!put(&f, "k", "one"));
	teardown(&f);
}
END_TEST

/* `seen` counts the dumps it was shown. */
struct one {
	struct history_record r;
	size_t seen;
};

static bool
put_one(void *arg, struct history_list *list)
{
	struct one *one = arg;

	one->seen = list->count;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].id, one->r.id) == 0) {
			list->items[i].ended = one->r.ended;
			return true;
		}
	return history_add(list, &one->r);
}

/* Returns how many dumps it was shown; SIZE_MAX: it failed. */
static size_t
change_one(const struct fixture *f, const char *id, int64_t ended)
{
	struct one one = { a_dump(id), 0 };

	one.r.ended = ended;
	return history_change(&f->history, "k", id, true, put_one, &one) ?
	    one.seen : SIZE_MAX;
}

START_TEST(a_run_changes_its_own_dump_alone)
{
	static const char *const ids[] = { "one", "two", "three" };
	static const int64_t ended[] = { 7, 8, 9 };
	struct history_list list;
	struct fixture f;

	setup(&f);
	for (size_t i = 0; i < COUNT(ids); i++)
		ck_assert_uint_eq(change_one(&f, ids[i], 1), 0);
	for (size_t i = COUNT(ids); i-- > 0;)
		ck_assert_uint_eq(change_one(&f, ids[i], ended[i]), 1);
	ck_assert(history_load(&f.history, &list));
	ck_assert_uint_eq(list.count, COUNT(ids));
	for (size_t i = 0; i < COUNT(ids); i++) {
		ck_assert_str_eq(list.items[i].id, ids[i]);
		ck_assert_int_eq(list.items[i].ended, ended[i]);
	}
	history_free(&list);
	teardown(&f);
}
END_TEST

/* A user may have reformatted it. */
START_TEST(a_file_in_another_layout_is_understood)
{
	struct fixture f;
	char path[160];
	json_error_t error;

	setup(&f);
	ck_assert(put(&f, "k", "one"));
	ck_assert(put(&f, "k", "two"));
	snprintf(path, sizeof(path), "%s/history/k.json", f.folder);
	json_t *root = json_load_file(path, 0, &error);
	ck_assert_ptr_nonnull(root);
	ck_assert_int_eq(json_dump_file(root, path, JSON_INDENT(1)), 0);
	json_decref(root);
	ck_assert_uint_eq(change_one(&f, "two", 3), 2);
	ck_assert_uint_eq(change_one(&f, "three", 3), 0);
	ck_assert_uint_eq(count(&f, true), 3);
	teardown(&f);
}
END_TEST

/* So that old lines can be removed. */
START_TEST(of_many_dumps_all_are_shown)
{
	struct history_list list = { 0 };
	struct fixture f;
	char id[16];

	setup(&f);
	f.history.is_idle = true;
	for (size_t i = 0; i < HISTORY_FEW; i++) {
		snprintf(id, sizeof(id), "%zu", i);
		ck_assert_uint_eq(change_one(&f, id, 1), 0);
	}
	ck_assert_uint_eq(change_one(&f, "last", 1), HISTORY_FEW);
	ck_assert(history_load(&f.history, &list));
	ck_assert_uint_eq(list.count, HISTORY_FEW + 1);
	history_free(&list);
	teardown(&f);
}
END_TEST

START_TEST(the_next_order_is_the_largest_of_all_files)
{
	struct fixture f;
	struct history_record r = a_dump("one");

	setup(&f);
	ck_assert_int_eq(history_next_order(&f.history), 1);
	r.order = 41;
	r.name = "\"order\": 900";
	ck_assert(history_change(&f.history, "k", NULL, true, add, &r));
	r.order = 7;
	ck_assert(history_change(&f.history, "l", NULL, true, add, &r));
	ck_assert_int_eq(history_next_order(&f.history), 42);
	teardown(&f);
}
END_TEST

START_TEST(many_writers_lose_nothing)
{
	struct fixture f;

	setup(&f);
	for (int i = 0; i < 8; i++)
		if (fork() == 0) {
			char id[16];
			bool ok = true;
			for (int j = 0; j < 4; j++) {
				snprintf(id, sizeof(id), "%d-%d", i, j);
				ok = put(&f, "k", id) && ok;
			}
			_exit(!ok);
		}
	for (int i = 0; i < 8; i++) {
		int status;
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_uint_eq(count(&f, true), 32);
	teardown(&f);
}
END_TEST

START_TEST(a_run_is_alive_as_long_as_its_process)
{
	struct history_record r = a_dump("one");
	char boot[40], other[40];
	int pipes[2];

	r.status = HISTORY_RUNNING;
	history_stamp(&r, getpid(), boot);
	ck_assert(history_is_alive(&r));
	snprintf(other, sizeof(other), "%s", boot);
	other[0] = other[0] == '0' ? '1' : '0';
	r.boot = other;			/* such a process of another boot */
	ck_assert(!history_is_alive(&r));
	r.boot = boot;
	r.pid_started++;		/* another process of that number */
	ck_assert(!history_is_alive(&r));
	ck_assert_int_eq(pipe(pipes), 0);
	const pid_t pid = fork();
	if (pid == 0) {
		char c;
		close(pipes[1]);
		_exit(read(pipes[0], &c, 1) == 1);
	}
	history_stamp(&r, pid, boot);
	ck_assert(history_is_alive(&r));
	r.status = HISTORY_FINISHED;
	ck_assert(!history_is_alive(&r));
	r.status = HISTORY_RUNNING;
	close(pipes[0]);
	close(pipes[1]);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert(!history_is_alive(&r));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_put_in_comes_out_again,
		texts_of_any_bytes_are_kept_apart,
		damaged_files_are_named_and_put_aside,
		a_damaged_dump_does_not_hide_others,
		numbers_out_of_range_are_no_dumps,
		what_others_can_write_does_not_count,
		links_fifos_and_leavings_do_no_harm,
		a_newer_file_stays_as_it_is,
		a_run_changes_its_own_dump_alone,
		a_file_in_another_layout_is_understood,
		of_many_dumps_all_are_shown,
		the_next_order_is_the_largest_of_all_files,
		many_writers_lose_nothing,
		a_run_is_alive_as_long_as_its_process,
	};
	return unit_run("history", tests, COUNT(tests));
}
