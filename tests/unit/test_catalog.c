/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/catalog/catalog.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

/* A folder that only this user can write to, and what was said. */
struct place {
	char folder[64];
	char file[96];
	struct report *rep;
	char said[4096];
};

static void
take(void *arg, enum de_severity severity, const char *text)
{
	struct place *p = arg;
	const size_t used = strlen(p->said);

	(void)severity;
	snprintf(p->said + used, sizeof(p->said) - used, "%s\n", text);
}

static void
place_make(struct place *p)
{
	memset(p, 0, sizeof(*p));
	strcpy(p->folder, "/tmp/test_catalog-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(p->folder));
	snprintf(p->file, sizeof(p->file), "%s/catalog.sqlite", p->folder);
	p->rep = report_new(-1, REPORT_NORMAL);
	ck_assert_ptr_nonnull(p->rep);
	report_set_taker(p->rep, take, p);
}

static void
place_remove(struct place *p)
{
	char command[96];

	report_free(p->rep);
	snprintf(command, sizeof(command), "rm -r %s", p->folder);
	ck_assert_int_eq(system(command), 0);
}

static void
expect_said(const struct place *p, const char *text)
{
	if (strstr(p->said, text) == NULL)
		ck_abort_msg("not said: %s\nbut: %s", text, p->said);
}

static struct catalog *
open_it(struct place *p, enum catalog_mode mode)
{
	struct catalog *c = catalog_open(p->file, mode, NULL, p->rep);

	if (c == NULL)
		ck_abort_msg("not opened: %s", p->said);
	return c;
}

/* One value of the file, as another program would read it. */
static const char *
ask(const struct place *p, const char *sql)
{
	static char value[1024];
	sqlite3 *db;
	sqlite3_stmt *s;

	value[0] = '\0';
	ck_assert_int_eq(sqlite3_open(p->file, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		ck_abort_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0) != NULL)
		snprintf(value, sizeof(value), "%s",
		    (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	sqlite3_close(db);
	return value;
}

/* Dumps of one disk. */
static struct catalog_dump
make_dump(const char *job, int32_t level, int64_t date, int64_t base)
{
	return (struct catalog_dump){
		.job = job, .host = "host", .device = "/dev/sda1",
		.level = level, .date = date, .base_date = base,
		.state = CATALOG_COMPLETE, .status = 0, .blocks = 1000,
	};
}

static int64_t
add(struct catalog *c, struct catalog_dump d)
{
	ck_assert(catalog_begin(c));
	ck_assert(catalog_add_dump(c, &d));
	ck_assert(catalog_commit(c));
	return d.id;
}

START_TEST(what_was_added_is_there_when_it_is_opened_again)
{
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	const int64_t id = add(c, make_dump("home", 0, 1000, 0));
	struct catalog_volume v = { .dump = id, .number = 1,
		.output = "out-file", .medium = "/backup/home.dump",
		.file = -1, .blocks = 1000, .record_blocks = 32,
		.digest = "00112233445566778899aabbccddeeff" };
	ck_assert(catalog_add_volume(c, &v));
	catalog_close(c);
	ck_assert_str_eq(ask(&p, "SELECT job || level || state FROM dumps"),
	    "home0complete");
	ck_assert_str_eq(ask(&p, "SELECT name || bytes FROM volumes"),
	    "/backup/home.dump1024000");
	c = open_it(&p, CATALOG_READ);
	struct catalog_chain chain;
	ck_assert(catalog_chain_at(c, "home", 2000, &chain));
	ck_assert_uint_eq(chain.count, 1);
	ck_assert_int_eq(chain.dumps[0], id);
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

/* A file of another program is never ours to write to. */
START_TEST(a_foreign_file_is_refused_and_left_as_it_is)
{
	struct place p;

	place_make(&p);
	FILE *f = fopen(p.file, "w");
	ck_assert_ptr_nonnull(f);
	for (int i = 0; i < 1000; i++)
		fputs("a letter to al\n", f);
	fclose(f);
	ck_assert_ptr_null(catalog_open(p.file, CATALOG_WRITE, NULL, p.rep));
	expect_said(&p, "it is not a SQLite database; move it away");
	place_remove(&p);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_added_is_there_when_it_is_opened_again,
		a_foreign_file_is_refused_and_left_as_it_is,
	};

	return unit_run("catalog", tests, COUNT(tests));
}
