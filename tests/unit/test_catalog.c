/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/catalog/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

/* ------------------------------------------------------------- added again */

static struct catalog_volume
make_volume(int64_t dump, uint32_t copy, uint32_t number)
{
	return (struct catalog_volume){
		.dump = dump, .copy = copy, .number = number,
		.output = "out-tape", .medium = "/dev/nst0", .file = 3,
		.barcode = number == 1 ? "E01001L8" : "E01002L8",
		.label = "home", .first = 500 * (number - 1), .blocks = 500,
		.digest = "00112233445566778899aabbccddeeff",
		.written = 1100, .record_blocks = 32,
	};
}

START_TEST(what_only_the_catalogue_knows_survives_when_a_dump_is_added_again)
{
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	struct catalog_dump d = make_dump("home", 0, 1000, 0);
	d.state = CATALOG_INCOMPLETE;
	d.status = 2;
	d.findings = 5;
	d.config = "/etc/dumpengine/home.conf";
	const int64_t id = add(c, d);
	struct catalog_volume v = make_volume(id, 0, 1);
	ck_assert(catalog_add_volume(c, &v));
	const int64_t volume = v.id;
	ck_assert(catalog_set_verified(c, volume, 5000));
	struct catalog_volume copy = make_volume(id, 1, 1);
	copy.barcode = "E09001L8";
	ck_assert(catalog_add_volume(c, &copy));
	ck_assert_str_eq(ask(&p, "UPDATE medium SET state = 'vault', "
	    "note = 'shelf 3'"), "");

	/* As it is read from its volumes. */
	d.state = CATALOG_COMPLETE;
	d.status = -1;
	d.findings = 0;
	d.config = NULL;
	ck_assert_int_eq(add(c, d), id);
	v.barcode = NULL;
	v.label = NULL;
	v.written = v.verified = 0;
	v.id = 0;
	ck_assert(catalog_add_volume(c, &v));
	ck_assert_int_eq(v.id, volume);
	ck_assert_str_eq(ask(&p, "SELECT state || status || findings || config "
	    "FROM dump"), "incomplete25/etc/dumpengine/home.conf");
	ck_assert_str_eq(ask(&p, "SELECT verified || '|' || written || "
	    "medium.state || note || barcode FROM volume JOIN medium ON "
	    "medium.id = medium WHERE copy = 0"),
	    "5000|1100vaultshelf 3E01001L8");
	ck_assert_str_eq(ask(&p, "SELECT count(*) FROM volume"), "2");
	/* It is another one, so nobody has verified it. */
	v.digest = "ffeeddccbbaa99887766554433221100";
	ck_assert(catalog_add_volume(c, &v));
	ck_assert_str_eq(ask(&p, "SELECT verified FROM volume WHERE copy = 0"),
	    "");
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

static bool
take_volume(void *arg, const struct catalog_volume *v)
{
	const struct catalog_volume *expected = arg;

	ck_assert_str_eq(v->filters, expected->filters);
	ck_assert_uint_eq(v->medium_bytes, expected->medium_bytes);
	ck_assert_str_eq(v->medium_digest, expected->medium_digest);
	ck_assert_str_eq(v->head, expected->head);
	return true;
}

START_TEST(what_filters_made_of_a_volume_is_known_of_these_bytes_alone)
{
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	const int64_t id = add(c, make_dump("home", 0, 1000, 0));
	struct catalog_volume v = make_volume(id, 0, 1);
	v.filters = "filter-zstd,filter-age";
	v.medium_bytes = UINT64_C(5000000001);
	v.medium_digest = "0123";
	v.head = "4567";
	v.verified = 5000;
	ck_assert(catalog_add_volume(c, &v));
	ck_assert(catalog_volumes(c, id, take_volume, &v));

	/* What is unknown now stays, of the same bytes. */
	struct catalog_volume again = make_volume(id, 0, 1);
	again.head = v.head;
	ck_assert(catalog_add_volume(c, &again));
	again.head = NULL;
	ck_assert(catalog_add_volume(c, &again));
	ck_assert(catalog_volumes(c, id, take_volume, &v));
	ck_assert_str_eq(ask(&p, "SELECT verified FROM volume"), "5000");

	/* The same dump, but encrypted once more. */
	again.filters = "filter-age";
	again.head = "89ab";
	ck_assert(catalog_add_volume(c, &again));
	ck_assert_str_eq(ask(&p, "SELECT filters || head || "
	    "(medium_bytes IS NULL) || (medium_digest IS NULL) || "
	    "(verified IS NULL) FROM volume"), "filter-age89ab111");
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

START_TEST(a_free_medium_is_in_use_from_its_first_new_volume_on)
{
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	const int64_t id = add(c, make_dump("home", 0, 1000, 0));
	struct catalog_volume v = make_volume(id, 0, 1);
	v.barcode = NULL;
	ck_assert(catalog_add_volume(c, &v));
	ask(&p, "UPDATE medium SET state = 'free'");
	ck_assert(catalog_add_volume(c, &v));
	ck_assert_str_eq(ask(&p, "SELECT state FROM medium"), "free");
	/* Its barcode has become known. */
	struct catalog_volume more = make_volume(id, 0, 2);
	ck_assert(catalog_add_volume(c, &more));
	ck_assert_str_eq(ask(&p, "SELECT count(*) || state || barcode "
	    "FROM medium"), "1in useE01002L8");
	catalog_close(c);
	place_remove(&p);
}
END_TEST

START_TEST(a_medium_is_known_by_its_serial_number_as_well)
{
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	const int64_t id = add(c, make_dump("home", 0, 1000, 0));
	struct catalog_volume v = make_volume(id, 0, 1);
	v.barcode = v.label = NULL;
	v.serial = "S1";
	ck_assert(catalog_add_volume(c, &v));
	ck_assert_str_eq(ask(&p, "SELECT barcode || serial FROM medium"),
	    "S1S1");
	/* The changer tells its barcode; then only that is known. */
	v.barcode = "E01001L8";
	ck_assert(catalog_add_volume(c, &v));
	v.serial = NULL;
	ck_assert(catalog_add_volume(c, &v));
	v.barcode = NULL;
	v.serial = "S1";
	ck_assert(catalog_add_volume(c, &v));
	ck_assert_str_eq(ask(&p, "SELECT count(*) || barcode || serial "
	    "FROM medium"), "1E01001L8S1");
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

/* ------------------------------------------------------------- overwritten */

static int64_t
add_with_volumes(struct catalog *c, int64_t date, const char *const *barcodes,
    int64_t file, const char *name)
{
	const int64_t id = add(c, make_dump("home", 0, date, 0));

	for (uint32_t i = 0; i == 0 || barcodes[i] != NULL; i++) {
		struct catalog_volume v = make_volume(id, 0, i + 1);
		v.label = NULL;
		v.barcode = barcodes[i];
		v.file = file;
		v.medium = name;
		ck_assert(catalog_add_volume(c, &v));
		if (barcodes[i] == NULL)
			break;
	}
	return id;
}

static const char dump_states[] = "SELECT group_concat(id || state, ' ') "
    "FROM (SELECT id, state FROM dump ORDER BY id)";
static const char gone[] = "SELECT group_concat(dump || '.' || number, ' ') "
    "FROM (SELECT dump, number FROM volume WHERE overwritten IS NOT NULL "
    "ORDER BY dump, number)";

START_TEST(what_is_behind_a_new_volume_on_its_tape_is_overwritten)
{
	static const char *const two[] = { "A", "B", NULL };
	static const char *const first[] = { "A", NULL };
	static const char *const other[] = { "C", NULL };
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	add_with_volumes(c, 1000, two, 0, "/dev/nst0");
	add_with_volumes(c, 2000, first, 1, "/dev/nst0");
	add_with_volumes(c, 3000, other, 0, "/dev/nst0");
	/* Appended: nothing is lost. */
	const int64_t next = add_with_volumes(c, 4000, first, 2, "/dev/nst1");
	ck_assert(catalog_mark_replaced(c, next, 0, NULL, 0));
	ck_assert_str_eq(ask(&p, gone), "");
	/* From the second file on; the first dump has a volume before it. */
	const int64_t last = add_with_volumes(c, 5000, first, 1, "/dev/nst1");
	ck_assert(catalog_mark_replaced(c, last, 0, NULL, 0));
	ck_assert_str_eq(ask(&p, gone), "2.1 4.1");
	ck_assert_str_eq(ask(&p, dump_states), "1complete 2expired 3complete "
	    "4expired 5complete");
	/* All of it; a volume that is left of its dump does not make it whole. */
	const int64_t new = add_with_volumes(c, 6000, first, 0, "/dev/nst0");
	ck_assert(catalog_mark_replaced(c, new, 0, NULL, 0));
	ck_assert_str_eq(ask(&p, gone), "1.1 2.1 4.1 5.1");
	ck_assert_str_eq(ask(&p, dump_states), "1expired 2expired 3complete "
	    "4expired 5expired 6complete");
	ck_assert_str_eq(ask(&p, "SELECT group_concat(barcode || state, ' ') "
	    "FROM (SELECT barcode, state FROM medium ORDER BY barcode)"),
	    "Ain use Bfree Cin use");
	/* An older dump that is found elsewhere overwrites nothing. */
	ck_assert(catalog_mark_replaced(c, 1, 0, NULL, 0));
	ck_assert_str_eq(ask(&p, gone), "1.1 2.1 4.1 5.1");
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

/* One volume of a copy of a dump. */
static void
add_copy(struct catalog *c, int64_t dump, uint32_t copy, const char *barcode,
    int64_t file, int64_t written)
{
	struct catalog_volume v = make_volume(dump, copy, 1);

	v.medium = barcode == NULL ? "/vault/copy" : "/dev/nst0";
	v.barcode = barcode;
	v.label = NULL;
	v.file = file;
	v.written = written;
	ck_assert(catalog_add_volume(c, &v));
}

START_TEST(a_copy_overwrites_what_was_on_its_own_media)
{
	static const char *const tape[] = { "A", NULL };
	static const char *const other[] = { "B", NULL };
	const struct catalog_dump d = make_dump("home", 0, 2000, 0);
	const struct catalog_replaced found = { .date = 2000, .number = 1,
	    .host = d.host, .device = d.device };
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	const int64_t old = add_with_volumes(c, 1000, tape, 0, "/dev/nst0");
	const int64_t new = add_with_volumes(c, 2000, other, 0, "/dev/nst0");
	/* Of the older dump, over a copy of the newer one in a file. */
	add_copy(c, new, 1, NULL, -1, 5000);
	add_copy(c, old, 1, NULL, -1, 6000);
	ck_assert(catalog_mark_replaced(c, old, 1, &found, 1));
	ck_assert_str_eq(ask(&p, "SELECT group_concat(dump || '.' || copy) "
	    "FROM volume WHERE overwritten IS NOT NULL"), "2.1");
	ck_assert_str_eq(ask(&p, dump_states), "1complete 2complete");
	/* Over the tape of the newer one; then one that failed, on a tape. */
	add_copy(c, old, 2, "B", 0, INT64_MAX);
	ck_assert(catalog_mark_replaced(c, old, 2, NULL, 0));
	ck_assert_str_eq(ask(&p, dump_states), "1complete 2expired");
	add_with_volumes(c, 2000, other, 0, "/dev/nst0");
	ck_assert(catalog_mark_replaced(c, old, CATALOG_NO_COPY, &found, 1));
	ck_assert_str_eq(ask(&p, "SELECT group_concat(dump || '.' || copy) "
	    "FROM (SELECT * FROM volume WHERE overwritten IS NOT NULL "
	    "ORDER BY dump, copy)"), "2.0,2.1");
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

START_TEST(what_a_header_named_is_overwritten_if_it_was_there)
{
	static const char *const none[] = { NULL };
	static const char *const tape[] = { "A", NULL };
	const struct catalog_dump d = make_dump("home", 0, 1000, 0);
	struct catalog_replaced found = { .date = 1000, .number = 1,
	    .host = d.host, .device = d.device };
	struct place p;
	uint32_t number;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	add_with_volumes(c, 1000, none, -1, "/backup/home");
	/* A copy of it, which the catalogue does not know. */
	const int64_t other = add_with_volumes(c, 2000, none, -1, "/other");
	ck_assert(catalog_mark_replaced(c, other, 0, &found, 1));
	ck_assert_str_eq(ask(&p, gone), "");
	/* The dump of another machine has the same date. */
	const int64_t same = add_with_volumes(c, 3000, none, -1,
	    "/backup/home");
	found.host = "elsewhere";
	ck_assert(catalog_mark_replaced(c, same, 0, &found, 1));
	ck_assert_str_eq(ask(&p, gone), "");
	found.host = NULL;
	/* There is a copy. */
	add_copy(c, 1, 1, NULL, -1, 1100);
	ck_assert(catalog_mark_replaced(c, same, 0, &found, 1));
	ck_assert_str_eq(ask(&p, gone), "1.1");
	ck_assert_str_eq(ask(&p, "SELECT state FROM dump WHERE id = 1"),
	    "complete");
	ck_assert(catalog_overwritten(c, 1, &number));
	ck_assert_uint_eq(number, 1);
	ck_assert(catalog_overwritten(c, 2, &number));
	ck_assert_uint_eq(number, 0);
	/* It is read from there again. */
	struct catalog_volume v = make_volume(1, 0, 1);
	ck_assert(catalog_add_volume(c, &v));
	ck_assert_str_eq(ask(&p, gone), "");
	/* A drive, in which a dump failed before any of its volumes was safe. */
	const int64_t failed = add(c, make_dump("home", 0, 4000, 0));
	add_with_volumes(c, 1000, tape, -1, "host:/dev/nst0");
	ck_assert(catalog_mark_replaced(c, failed, 0, &found, 1));
	ck_assert_str_eq(ask(&p, "SELECT count(*) FROM volume "
	    "WHERE overwritten IS NOT NULL AND copy = 0"), "1");
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

/* ------------------------------------------------------------------- names */

static void
put_name(struct catalog *c, int64_t dump, uint32_t directory, const char *name,
    uint32_t inode)
{
	ck_assert(catalog_add_name(c, dump, directory, name, strlen(name),
	    inode));
}

static void
put_inode(struct catalog *c, int64_t dump, uint32_t inode, uint16_t type,
    uint64_t size)
{
	const struct index_inode i = { .inode = inode, .mode = type | 0644,
		.block = 100 + inode, .size = size, .mtime = 900 + inode };

	ck_assert(catalog_add_inode(c, dump, &i));
}

/*
 * Level 0 has a/old, a/same, b/c/x, an empty directory e, a name that is no
 * UTF-8, and a directory g, whose inode 30 is that of a file later.  Level 1: a
 * lost "old" and got "new"; b/c is empty; "same" has changed.
 */
static void
put_level_0(struct catalog *c, int64_t id)
{
	put_name(c, id, 2, ".", 2);
	put_name(c, id, 2, "..", 2);
	put_name(c, id, 2, "b", 12);
	put_name(c, id, 2, "a", 11);
	put_name(c, id, 2, "g", 30);
	put_name(c, id, 2, "e", 14);
	put_name(c, id, 2, "\xff%", 26);
	put_name(c, id, 11, ".", 11);
	put_name(c, id, 11, "same", 21);
	put_name(c, id, 11, "old", 20);
	put_name(c, id, 11, "unused", 0);
	put_name(c, id, 11, "same", 29);
	put_name(c, id, 12, "c", 13);
	put_name(c, id, 13, "x", 22);
	put_name(c, id, 14, ".", 14);
	put_name(c, id, 30, "in-g", 31);
	for (uint32_t i = 11; i <= 14; i++)
		put_inode(c, id, i, S_IFDIR, 1024);
	put_inode(c, id, 30, S_IFDIR, 1024);
	put_inode(c, id, 20, S_IFREG, 5);
	put_inode(c, id, 21, S_IFREG, 6);
	put_inode(c, id, 22, S_IFREG, 7);
	put_inode(c, id, 26, S_IFREG, 8);
	put_inode(c, id, 31, S_IFREG, 9);
}

static void
put_level_1(struct catalog *c, int64_t id)
{
	put_name(c, id, 2, "a", 11);
	put_name(c, id, 2, "b", 12);
	put_name(c, id, 2, "f", 30);
	put_name(c, id, 2, "e", 14);
	put_name(c, id, 2, "\xff%", 26);
	put_name(c, id, 11, "same", 21);
	put_name(c, id, 11, "new", 23);
	put_name(c, id, 12, "c", 13);
	put_name(c, id, 13, ".", 13);
	put_inode(c, id, 11, S_IFDIR, 1024);
	put_inode(c, id, 13, S_IFDIR, 1024);
	put_inode(c, id, 21, S_IFREG, 60);
	put_inode(c, id, 23, S_IFREG, 70);
	put_inode(c, id, 30, S_IFREG, 80);
}

/* Both levels, as one commit each. */
static struct catalog *
make_tree(struct place *p, struct catalog_chain *chain)
{
	struct catalog *c = open_it(p, CATALOG_WRITE);
	struct catalog_dump d = make_dump("home", 0, 1000, 0);

	d.has_names = true;
	ck_assert(catalog_begin(c) && catalog_add_dump(c, &d));
	put_level_0(c, d.id);
	ck_assert(catalog_commit(c));
	d.level = 1;
	d.date = 2000;
	d.base_date = 1000;
	ck_assert(catalog_begin(c) && catalog_add_dump(c, &d));
	put_level_1(c, d.id);
	ck_assert(catalog_commit(c));
	ck_assert(catalog_chain_at(c, "home", 3000, chain));
	ck_assert_uint_eq(chain->count, 2);
	return c;
}

/* "PATH SIZE" of each, a line each; "-" if only the name is known. */
static bool
list(void *arg, const struct catalog_version *v)
{
	char *text = arg;
	const size_t used = strlen(text);

	if (v->has_inode)
		snprintf(text + used, 2048 - used, "%s %d\n", v->path,
		    (int)v->inode.size);
	else
		snprintf(text + used, 2048 - used, "%s -\n", v->path);
	return true;
}

static void
expect_at(struct catalog *c, const struct catalog_chain *chain,
    const char *path, int64_t dump, int size)
{
	struct catalog_version v = { .dump = -1 };
	bool found;

	ck_assert(catalog_lookup(c, chain, path, &v, &found));
	if (found != (size >= 0))
		ck_abort_msg("%s: found %d", path, found);
	if (found && (v.dump != dump || (int)v.inode.size != size))
		ck_abort_msg("%s: dump %d, size %d", path, (int)v.dump,
		    (int)v.inode.size);
}

START_TEST(a_path_is_looked_up_in_the_tree_of_its_date)
{
	struct catalog_chain chain, first;
	struct place p;

	place_make(&p);
	struct catalog *c = make_tree(&p, &chain);
	ck_assert(catalog_chain_at(c, "home", 1999, &first));
	ck_assert_uint_eq(first.count, 1);
	const int64_t d0 = chain.dumps[0], d1 = chain.dumps[1];

	expect_at(c, &first, "a/old", d0, 5);
	expect_at(c, &first, "./a/same", d0, 6);
	expect_at(c, &first, "b/c/x", d0, 7);
	expect_at(c, &first, "/g//in-g/", d0, 9);
	expect_at(c, &first, "a/new", 0, -1);
	expect_at(c, &chain, "a/old", 0, -1);
	expect_at(c, &chain, "a/same", d1, 60);
	expect_at(c, &chain, "a/new", d1, 70);
	expect_at(c, &chain, "b", d0, 1024);
	expect_at(c, &chain, "b/c", d1, 1024);
	expect_at(c, &chain, "b/c/x", 0, -1);
	expect_at(c, &chain, "f", d1, 80);
	expect_at(c, &chain, "f/in-g", 0, -1);
	expect_at(c, &chain, "g", 0, -1);
	expect_at(c, &chain, "\xff%", d0, 8);
	expect_at(c, &chain, "e", d0, 1024);
	expect_at(c, &chain, "e/x", 0, -1);
	expect_at(c, &chain, "a/same/x", 0, -1);
	expect_at(c, &chain, "unused", 0, -1);
	struct catalog_version v;
	bool found;
	ck_assert(catalog_lookup(c, &chain, ".", &v, &found) && found);
	ck_assert_str_eq(v.path, ".");
	ck_assert(!v.has_inode);
	ck_assert(catalog_lookup(c, &chain, "a//same/", &v, &found) && found);
	ck_assert_str_eq(v.path, "./a/same");
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

START_TEST(a_file_of_a_dump_is_found_by_its_number_or_the_one_before)
{
	static const struct {
		uint32_t asked, found;
	} cases[] = {
		{ 0, 0 }, { 19, 0 }, { 20, 20 }, { 25, 22 }, { 26, 26 },
		{ 30, 26 }, { 31, 31 }, { UINT32_MAX, 31 },
	};
	struct catalog_chain chain;
	struct place p;

	place_make(&p);
	struct catalog *c = make_tree(&p, &chain);
	for (size_t n = 0; n < COUNT(cases); n++) {
		struct index_inode i;
		ck_assert(catalog_file_before(c, chain.dumps[0],
		    cases[n].asked, &i));
		ck_assert_uint_eq(i.inode, cases[n].found);
		ck_assert_uint_eq(i.block, i.inode == 0 ? 0 : 100 + i.inode);
	}
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

START_TEST(a_tree_has_what_was_there_at_its_date)
{
	struct catalog_chain chain;
	char text[2048] = "";
	struct place p;
	bool found;

	place_make(&p);
	struct catalog *c = make_tree(&p, &chain);
	ck_assert(catalog_tree(c, &chain, ".", list, text, &found) && found);
	ck_assert_str_eq(text, ". -\n./a 1024\n./a/new 70\n./a/same 60\n"
	    "./b 1024\n./b/c 1024\n./e 1024\n./f 80\n./%FF%25 8\n");
	text[0] = '\0';
	ck_assert(catalog_tree(c, &chain, "/a/", list, text, &found) && found);
	ck_assert_str_eq(text, "./a 1024\n./a/new 70\n./a/same 60\n");
	text[0] = '\0';
	ck_assert(catalog_tree(c, &chain, "a/new", list, text, &found));
	ck_assert_str_eq(text, "./a/new 70\n");
	text[0] = '\0';
	ck_assert(catalog_tree(c, &chain, "a/old", list, text, &found));
	ck_assert(!found);
	ck_assert_str_eq(text, "");
	catalog_close(c);
	place_remove(&p);
}
END_TEST

static void
expect_found(struct catalog *c, const char *pattern, int64_t until,
    const char *expected)
{
	const struct catalog_filter filter = { .job = "home", .until = until };
	char text[2048] = "";

	ck_assert(catalog_find(c, &filter, pattern, list, text));
	if (strcmp(text, expected) != 0)
		ck_abort_msg("%s: %s instead of %s", pattern, text, expected);
}

START_TEST(all_versions_of_a_file_are_found_by_name_and_by_path)
{
	struct catalog_chain chain;
	struct place p;

	place_make(&p);
	struct catalog *c = make_tree(&p, &chain);
	expect_found(c, "same", 0, "./a/same 6\n./a/same 60\n");
	expect_found(c, "same", 1500, "./a/same 6\n");
	expect_found(c, "s*e", 0, "./a/same 6\n./a/same 60\n");
	expect_found(c, "[no][le][dw]", 0, "./a/new 70\n./a/old 5\n");
	expect_found(c, "*l*", 0, "./a/old 5\n");
	expect_found(c, "?", 1500, "./a 1024\n./b 1024\n./b/c 1024\n"
	    "./b/c/x 7\n./e 1024\n./g 1024\n");
	expect_found(c, "\\x", 0, "./b/c/x 7\n");
	expect_found(c, "s[!b]m\\e", 1500, "./a/same 6\n");
	expect_found(c, "[^b]a[l-n]e", 1500, "./a/same 6\n");
	expect_found(c, "[]s]am[[:alpha:]]", 1500, "./a/same 6\n");
	expect_found(c, "*a[m", 0, "");
	expect_found(c, "sam\\", 0, "");
	expect_found(c, "s*same", 0, "");
	expect_found(c, "b/*", 1500, "./b/c 1024\n");
	expect_found(c, "/b/**", 1500, "./b/c 1024\n./b/c/x 7\n");
	expect_found(c, "**/x", 1500, "./b/c/x 7\n");
	expect_found(c, "b/**/x", 1500, "./b/c/x 7\n");
	expect_found(c, "**/c/**/x", 1500, "./b/c/x 7\n");
	expect_found(c, "b/x", 0, "");
	expect_found(c, "./b/c", 0, "./b/c 1024\n./b/c 1024\n");
	expect_found(c, "", 0, "");
	expect_found(c, "*%", 1500, "./%FF%25 8\n");
	expect_found(c, "b", 0, "./b 1024\n./b -\n");
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

START_TEST(damaged_directories_end_every_search)
{
	struct catalog_chain chain;
	char text[2048] = "";
	struct place p;
	bool found;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	struct catalog_dump d = make_dump("home", 0, 1000, 0);
	d.has_names = true;
	ck_assert(catalog_begin(c) && catalog_add_dump(c, &d));
	/* 12 and 13 are in each other, 14 in nothing; 11 has two names. */
	put_name(c, d.id, 2, "one", 11);
	put_name(c, d.id, 2, "two", 11);
	put_name(c, d.id, 2, "again", 2);
	put_name(c, d.id, 11, "x", 20);
	put_name(c, d.id, 11, "up", 2);
	put_name(c, d.id, 11, "self", 11);
	put_name(c, d.id, 12, "x", 13);
	put_name(c, d.id, 13, "x", 12);
	put_name(c, d.id, 14, "x", 21);
	/* What comes a second time is not taken. */
	put_name(c, d.id, 2, "late", 22);
	ck_assert(catalog_commit(c));
	ck_assert(catalog_chain_of(c, d.id, &chain));
	ck_assert(catalog_tree(c, &chain, ".", list, text, &found) && found);
	ck_assert_ptr_nonnull(strstr(text, "/x -\n"));
	ck_assert_ptr_null(strstr(text, "late"));
	text[0] = '\0';
	const struct catalog_filter all = { .job = NULL };
	ck_assert(catalog_find(c, &all, "x", list, text));
	ck_assert_ptr_nonnull(strstr(text, "#14/x -\n"));
	ck_assert_ptr_nonnull(strstr(text, "#12/x -\n"));
	ck_assert(!catalog_add_name(c, d.id, 2, "a/b", 3, 5));
	expect_said(&p, "cannot be a name of a file");
	ck_assert(!catalog_add_name(c, d.id, 2, "a\0b", 3, 5));
	ck_assert(!catalog_add_name(c, d.id, 2, "", 0, 5));
	catalog_close(c);
	place_remove(&p);
}
END_TEST

START_TEST(many_names_in_any_order_are_all_there)
{
	enum { NAMES = 30000 };
	struct catalog_chain chain;
	struct place p;
	char name[32];

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	struct catalog_dump d = make_dump("home", 0, 1000, 0);
	d.has_names = true;
	ck_assert(catalog_begin(c) && catalog_add_dump(c, &d));
	for (uint32_t i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "%08x", i * 2654435761u);
		put_name(c, d.id, 2, name, 100 + i);
		put_inode(c, d.id, 100 + (i * 7) % NAMES,
		    i % 3 == 0 ? S_IFDIR : S_IFREG, i);
	}
	ck_assert(catalog_commit(c));
	ck_assert_str_eq(ask(&p, "SELECT count(*) FROM inode"), "30000");
	ck_assert(catalog_chain_of(c, d.id, &chain));
	for (uint32_t i = 0; i < NAMES; i += 7) {
		struct catalog_version v;
		bool found;
		snprintf(name, sizeof(name), "%08x", i * 2654435761u);
		ck_assert(catalog_lookup(c, &chain, name, &v, &found));
		if (!found || v.inode.inode != 100 + i)
			ck_abort_msg("%s: found %d", name, found);
	}
	/* Added again, and forgotten. */
	ck_assert(catalog_begin(c) && catalog_add_dump(c, &d));
	put_name(c, d.id, 2, "alone", 100);
	ck_assert(catalog_commit(c));
	ck_assert_str_eq(ask(&p, "SELECT count(*) || (SELECT count(*) "
	    "FROM inode) FROM entry"), "10");
	ck_assert(catalog_forget(c, d.id));
	ck_assert_str_eq(ask(&p, "SELECT (SELECT count(*) FROM entry) + "
	    "(SELECT count(*) FROM inode) + (SELECT count(*) FROM directory) + "
	    "(SELECT count(*) FROM dump)"), "0");
	catalog_close(c);
	place_remove(&p);
}
END_TEST

START_TEST(a_dump_that_is_forgotten_takes_only_its_own_with_it)
{
	struct catalog_chain chain;
	struct place p;

	place_make(&p);
	struct catalog *c = make_tree(&p, &chain);
	struct catalog_volume v = make_volume(chain.dumps[1], 0, 1);
	ck_assert(catalog_add_volume(c, &v));
	ck_assert(catalog_forget(c, chain.dumps[1]));
	ck_assert_str_eq(ask(&p, "SELECT count(*) FROM volume"), "0");
	ck_assert_str_eq(ask(&p, "SELECT count(*) FROM medium"), "1");
	ck_assert_str_eq(ask(&p, "SELECT group_concat(DISTINCT dump) "
	    "FROM files"), "1");
	ck_assert_str_eq(ask(&p, "SELECT group_concat(DISTINCT dump) "
	    "FROM inode"), "1");
	ck_assert(catalog_chain_at(c, "home", 3000, &chain));
	ck_assert_uint_eq(chain.count, 1);
	expect_at(c, &chain, "a/old", chain.dumps[0], 5);
	/* Its number is not used again. */
	ck_assert_int_eq(add(c, make_dump("home", 1, 2000, 1000)), 3);
	catalog_close(c);
	place_remove(&p);
}
END_TEST

/* ------------------------------------------------------------------ chains */

static void
expect_chain(struct catalog *c, int64_t at, const char *dumps, int64_t missing)
{
	struct catalog_chain chain;
	char text[256] = "";

	ck_assert(catalog_chain_at(c, "home", at, &chain));
	for (unsigned int i = 0; i < chain.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "%d ", (int)chain.dumps[i]);
	if (strcmp(text, dumps) != 0 || chain.missing_date != missing)
		ck_abort_msg("at %d: %s, missing %d", (int)at, text,
		    (int)chain.missing_date);
}

START_TEST(a_chain_goes_by_date_and_level_and_tells_what_is_missing)
{
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	struct catalog_dump d = make_dump("home", 0, 1000, 0);
	d.uuid = "one";
	add(c, d);						/* 1 */
	add(c, make_dump("home", 1, 2000, 1000));		/* 2 */
	add(c, make_dump("home", 5, 3000, 2000));		/* 3 */
	d = make_dump("home", 1, 4000, 1000);
	d.uuid = "other";
	add(c, d);						/* 4 */
	d = make_dump("home", 2, 5000, 1000);
	d.state = CATALOG_ABORTED;
	add(c, d);						/* 5 */
	add(c, make_dump("home", 5, 6000, 3000));		/* 6 */
	add(c, make_dump("home", 9, 7000, 6500));		/* 7 */
	d = make_dump("other", 0, 6500, 0);
	d.host = "another";
	add(c, d);						/* 8 */
	d = make_dump("home", 2, 8000, 2000);
	d.state = CATALOG_INCOMPLETE;
	add(c, d);						/* 9 */

	expect_chain(c, 999, "", 0);
	expect_chain(c, 1000, "1 ", 0);
	expect_chain(c, 2500, "1 2 ", 0);
	expect_chain(c, 3000, "1 2 3 ", 0);
	expect_chain(c, 4000, "4 ", 1000);
	expect_chain(c, 5000, "4 ", 1000);
	/* The same level is no base. */
	expect_chain(c, 6000, "6 ", 3000);
	expect_chain(c, 7000, "7 ", 6500);
	expect_chain(c, 8000, "1 2 9 ", 0);
	/* A base whose volumes are gone is none. */
	ck_assert(catalog_set_state(c, 2, CATALOG_EXPIRED));
	expect_chain(c, 8000, "9 ", 2000);
	catalog_close(c);
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

static bool
note_dump(void *arg, const struct catalog_dump *d)
{
	char *text = arg;

	snprintf(text + strlen(text), 200 - strlen(text), "%s %d %d; ",
	    d->job == NULL ? "-" : d->job, (int)d->date, (int)d->state);
	return true;
}

static bool
note_volume(void *arg, const struct catalog_volume *v)
{
	char *text = arg;

	snprintf(text + strlen(text), 200 - strlen(text), "%d.%d %s; ",
	    (int)v->copy, (int)v->number, v->barcode);
	return v->copy == 0;
}

START_TEST(dumps_and_volumes_are_listed_in_order)
{
	struct catalog_filter filter = { .job = NULL };
	char text[200] = "";
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	add(c, make_dump("var", 0, 3000, 0));
	const int64_t id = add(c, make_dump("home", 0, 2000, 0));
	struct catalog_dump d = make_dump(NULL, 0, 1000, 0);
	d.state = CATALOG_ABORTED;
	add(c, d);
	ck_assert(catalog_dumps(c, &filter, note_dump, text));
	ck_assert_str_eq(text, "- 1000 2; home 2000 0; var 3000 0; ");
	text[0] = '\0';
	filter.usable = true;
	filter.until = 2000;
	ck_assert(catalog_dumps(c, &filter, note_dump, text));
	ck_assert_str_eq(text, "home 2000 0; ");
	text[0] = '\0';
	for (uint32_t i = 0; i < 4; i++) {
		struct catalog_volume v = make_volume(id, (3 - i) / 2,
		    (3 - i) % 2 + 1);
		ck_assert(catalog_add_volume(c, &v));
	}
	ck_assert(catalog_volumes(c, id, note_volume, text));
	ck_assert_str_eq(text, "0.1 E01001L8; 0.2 E01002L8; 1.1 E01001L8; ");
	catalog_close(c);
	place_remove(&p);
}
END_TEST

/* ---------------------------------------------------------------- failures */

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

/* Its bytes, to see that nobody has changed it. */
static size_t
read_file(const char *file, char *bytes, size_t size)
{
	FILE *f = fopen(file, "r");

	ck_assert_ptr_nonnull(f);
	const size_t length = fread(bytes, 1, size, f);
	fclose(f);
	return length;
}

static void
expect_refused(struct place *p, enum catalog_mode mode, const char *said)
{
	static char before[200000], after[200000];
	const size_t length = read_file(p->file, before, sizeof(before));

	p->said[0] = '\0';
	ck_assert_ptr_null(catalog_open(p->file, mode, NULL, p->rep));
	expect_said(p, said);
	expect_said(p, p->file);
	ck_assert_uint_eq(read_file(p->file, after, sizeof(after)), length);
	ck_assert(memcmp(before, after, length) == 0);
}

START_TEST(a_file_that_is_no_catalogue_of_ours_is_refused)
{
	struct place p;

	place_make(&p);
	catalog_close(open_it(&p, CATALOG_NEW));
	expect_refused(&p, CATALOG_NEW, "is there already; move it away");
	ask(&p, "PRAGMA user_version = 2");
	expect_refused(&p, CATALOG_WRITE, "has schema 2, but this program knows "
	    "only schemas up to 1; use the newer version");
	ask(&p, "PRAGMA user_version = 0");
	expect_refused(&p, CATALOG_READ, "has schema 0, which no version");
	ask(&p, "PRAGMA application_id = 7");
	expect_refused(&p, CATALOG_WRITE, "but not a catalogue");
	ck_assert_int_eq(truncate(p.file, 0), 0);
	expect_refused(&p, CATALOG_WRITE, "is empty, which no catalogue is");
	place_remove(&p);
}
END_TEST

START_TEST(a_torn_file_is_refused_and_the_way_out_is_named)
{
	struct place p;
	struct stat st;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	add(c, make_dump("home", 0, 1000, 0));
	catalog_close(c);
	ck_assert_int_eq(stat(p.file, &st), 0);
	ck_assert_int_eq(truncate(p.file, st.st_size - 5000), 0);
	expect_refused(&p, CATALOG_WRITE, "the file is damaged; move it away, "
	    "and make it again from the volumes with dumpengine-catalog "
	    "rebuild");
	expect_refused(&p, CATALOG_READ, "the file is damaged");
	ck_assert_int_eq(truncate(p.file, 50), 0);
	expect_refused(&p, CATALOG_WRITE, "the file is damaged");
	place_remove(&p);
}
END_TEST

/* Zeros in the middle are found when they are read. */
START_TEST(damage_in_the_middle_is_reported_by_whoever_reads_it)
{
	struct catalog_filter all = { .job = NULL };
	char zeros[4096] = "", text[2048] = "";
	struct catalog_chain chain;
	struct place p;

	place_make(&p);
	catalog_close(make_tree(&p, &chain));
	const off_t root = (off_t)atoi(ask(&p, "SELECT rootpage FROM "
	    "sqlite_schema WHERE name = 'entry'"));
	const int fd = open(p.file, O_WRONLY);
	ck_assert_int_eq(pwrite(fd, zeros, 4096, (root - 1) * 4096), 4096);
	close(fd);
	struct catalog *c = open_it(&p, CATALOG_READ);
	ck_assert(!catalog_find(c, &all, "x", list, text));
	expect_said(&p, "cannot look for names: the file is damaged");
	catalog_close(c);
	place_remove(&p);
}
END_TEST

START_TEST(what_cannot_be_opened_or_made_is_said)
{
	struct place p;

	place_make(&p);
	ck_assert_ptr_null(catalog_open(p.file, CATALOG_READ, NULL, p.rep));
	expect_said(&p, "cannot open it: No such file or directory; dumps add");
	ck_assert_ptr_null(catalog_open("/nonexistent/c", CATALOG_WRITE, NULL,
	    p.rep));
	expect_said(&p, "/nonexistent/c: cannot make it: No such file or "
	    "directory; the directory must exist");
	ck_assert_ptr_null(catalog_open(p.folder, CATALOG_WRITE, NULL, p.rep));
	expect_said(&p, "is not a regular file; name another one");
	place_remove(&p);
}
END_TEST

START_TEST(it_is_private_and_refused_if_others_can_write_to_it)
{
	struct trust *trust = trust_new();
	char shared[112];
	struct place p;
	struct stat st;

	place_make(&p);
	umask(0);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	add(c, make_dump("home", 0, 1000, 0));
	snprintf(shared, sizeof(shared), "%s-wal", p.file);
	ck_assert_int_eq(stat(shared, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	catalog_close(c);
	ck_assert_int_eq(stat(p.file, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	c = catalog_open(p.file, CATALOG_WRITE, trust, p.rep);
	if (c == NULL)
		ck_abort_msg("refused: %s", p.said);
	catalog_close(c);
	ck_assert_int_eq(chmod(p.file, 0666), 0);
	ck_assert_ptr_null(catalog_open(p.file, CATALOG_WRITE, trust, p.rep));
	expect_said(&p, "can write to it");
	ck_assert_int_eq(chmod(p.file, 0600), 0);
	close(open(shared, O_CREAT | O_WRONLY, 0666));
	p.said[0] = '\0';
	ck_assert_ptr_null(catalog_open(p.file, CATALOG_READ, trust, p.rep));
	expect_said(&p, "catalog.sqlite-wal: users other than");
	trust_free(trust);
	place_remove(&p);
}
END_TEST

/* For root, permissions mean nothing. */
static void
become_nobody(struct place *p)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(p->file, 65534, 65534), 0);
	ck_assert_int_eq(chmod(p->folder, 0555), 0);
	ck_assert_int_eq(setegid(65534), 0);
	ck_assert_int_eq(seteuid(65534), 0);
}

static void
become_root(struct place *p)
{
	if (getuid() == 0) {
		ck_assert_int_eq(seteuid(0), 0);
		ck_assert_int_eq(setegid(0), 0);
	}
	ck_assert_int_eq(chmod(p->folder, 0755), 0);
}

START_TEST(a_read_only_file_or_folder_is_said_at_once)
{
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	add(c, make_dump("home", 0, 1000, 0));
	catalog_close(c);
	ck_assert_int_eq(chmod(p.file, 0400), 0);
	become_nobody(&p);
	ck_assert_ptr_null(catalog_open(p.file, CATALOG_WRITE, NULL, p.rep));
	expect_said(&p, "cannot open it for writing: it is read-only; this user "
	    "must be able to write to it");
	become_root(&p);
	p.said[0] = '\0';
	ck_assert_int_eq(chmod(p.file, 0600), 0);
	ck_assert_int_eq(chmod(p.folder, 0555), 0);
	become_nobody(&p);
	ck_assert_ptr_null(catalog_open(p.file, CATALOG_WRITE, NULL, p.rep));
	expect_said(&p, "this user must be able to write to it, and to the "
	    "directory it is in");
	become_root(&p);
	place_remove(&p);
}
END_TEST

/* A dump with names, up to the commit; false if it failed. */
static bool
add_many(struct catalog *c, uint32_t names)
{
	struct catalog_dump d = make_dump("many", 0, 7000, 0);
	char name[32];
	bool ok;

	d.has_names = true;
	ok = catalog_begin(c) && catalog_add_dump(c, &d);
	for (uint32_t i = 0; ok && i < names; i++) {
		snprintf(name, sizeof(name), "file-%08u", i);
		ok = catalog_add_name(c, d.id, 2 + i / 100, name, strlen(name),
		    1000000 + i);
	}
	return ok;
}

static void
expect_whole(struct place *p, const char *jobs)
{
	ck_assert_str_eq(ask(p, "PRAGMA integrity_check"), "ok");
	ck_assert_str_eq(ask(p, "SELECT group_concat(job) FROM dumps"), jobs);
	ck_assert_str_eq(ask(p, "SELECT count(*) FROM entry"), "0");
}

/* A limit on the size of files stands for a disk that fails. */
START_TEST(a_write_that_fails_loses_nothing)
{
	const struct rlimit limit = { 400 << 10, RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct place p;

	place_make(&p);
	signal(SIGXFSZ, SIG_IGN);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	add(c, make_dump("home", 0, 1000, 0));
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	const bool added = add_many(c, 1000000) && catalog_commit(c);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	ck_assert(!added);
	catalog_rollback(c);
	expect_said(&p, "File too large; see the log of the system for the "
	    "disk");
	expect_whole(&p, "home");
	/* The connection can be used again. */
	p.said[0] = '\0';
	ck_assert(add_many(c, 10) && catalog_commit(c));
	ck_assert_str_eq(p.said, "");
	catalog_close(c);
	place_remove(&p);
}
END_TEST

START_TEST(a_full_disk_loses_nothing)
{
	struct place p;

	place_make(&p);
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("full", p.folder, "tmpfs", 0, "size=1m,mode=0700") == -1) {
		fprintf(stderr, "a full disk is left out: it takes root\n");
		place_remove(&p);
		return;
	}
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	add(c, make_dump("home", 0, 1000, 0));
	ck_assert(!add_many(c, 1000000) || !catalog_commit(c));
	catalog_rollback(c);
	expect_said(&p, "no space is left on its filesystem; make room there");
	expect_whole(&p, "home");
	catalog_close(c);
	ck_assert_int_eq(umount(p.folder), 0);
	place_remove(&p);
}
END_TEST

START_TEST(a_writer_waits_for_another_and_tells_when_it_gives_up)
{
	struct place p;

	place_make(&p);
	struct catalog *first = open_it(&p, CATALOG_WRITE);
	struct catalog *second = open_it(&p, CATALOG_WRITE);
	ck_assert(catalog_begin(first));
	catalog_set_patience(second, 10);
	ck_assert(!catalog_begin(second));
	expect_said(&p, "cannot write to it: it is locked; another process is "
	    "writing to it");
	catalog_rollback(second);
	/* Readers do not wait. */
	ck_assert_str_eq(ask(&p, "SELECT count(*) FROM dumps"), "0");
	ck_assert(catalog_commit(first));
	add(second, make_dump("home", 0, 1000, 0));
	catalog_close(first);

	/* A child writes, and ends a while after this process wants to. */
	int begun[2];
	char byte = 0;
	catalog_close(second);
	ck_assert_int_eq(pipe(begun), 0);
	const pid_t child = fork();
	if (child == 0) {
		struct catalog *c = open_it(&p, CATALOG_WRITE);
		struct catalog_dump d = make_dump("var", 0, 1000, 0);
		d.device = "/dev/sdb1";
		bool ok = catalog_begin(c) && catalog_add_dump(c, &d) &&
		    write(begun[1], &byte, 1) == 1;
		usleep(100000);
		ok = ok && catalog_commit(c);
		_exit(ok ? 0 : 1);
	}
	ck_assert_int_eq(read(begun[0], &byte, 1), 1);
	second = open_it(&p, CATALOG_WRITE);
	add(second, make_dump("home", 1, 2000, 1000));
	int status;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(ask(&p, "SELECT count(*) FROM dump"), "3");
	catalog_close(second);
	place_remove(&p);
}
END_TEST

START_TEST(a_process_that_is_killed_leaves_what_was_committed)
{
	struct place p;

	place_make(&p);
	struct catalog *c = open_it(&p, CATALOG_WRITE);
	add(c, make_dump("home", 0, 1000, 0));
	catalog_close(c);
	for (uint32_t names = 10; names <= 100000; names *= 10) {
		const pid_t child = fork();
		if (child == 0) {
			c = open_it(&p, CATALOG_WRITE);
			add_many(c, names);
			raise(SIGKILL);
		}
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
		expect_whole(&p, "home");
	}
	c = open_it(&p, CATALOG_WRITE);
	ck_assert(add_many(c, 10) && catalog_commit(c));
	catalog_close(c);
	ck_assert_str_eq(ask(&p, "SELECT count(*) FROM entry"), "10");
	ck_assert_str_eq(p.said, "");
	place_remove(&p);
}
END_TEST

START_TEST(a_catalogue_opened_for_reading_is_not_written_to)
{
	struct place p;

	place_make(&p);
	catalog_close(open_it(&p, CATALOG_NEW));
	struct catalog *c = open_it(&p, CATALOG_READ);
	ck_assert(!catalog_set_state(c, 1, CATALOG_EXPIRED));
	expect_said(&p, "cannot change a dump: attempt to write a readonly");
	catalog_close(c);
	place_remove(&p);
}
END_TEST

/* Two processes that make it at once make one. */
START_TEST(processes_that_make_it_at_once_share_it)
{
	enum { PROCESSES = 8 };
	struct place p;

	place_make(&p);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			struct catalog *c = open_it(&p, CATALOG_WRITE);
			add(c, make_dump("home", 0, 1000 + i, 0));
			catalog_close(c);
			_exit(p.said[0] != '\0');
		}
	for (int i = 0; i < PROCESSES; i++) {
		int status;
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_str_eq(ask(&p, "SELECT count(*) FROM dump"), "8");
	place_remove(&p);
}
END_TEST

/* ---------------------------------------------------------------- the page */

static char *
read_page(void)
{
	const char *top = getenv("top_srcdir");
	char name[1024];

	snprintf(name, sizeof(name), "%s/man/dumpengine-catalog.5",
	    top == NULL ? ".." : top);
	char *page = calloc(1, 65536);
	ck_assert_ptr_nonnull(page);
	ck_assert_uint_gt(read_file(name, page, 65535), 1000);
	return page;
}

START_TEST(the_queries_of_the_manual_page_work)
{
	struct catalog_chain chain;
	struct place p;
	unsigned int count = 0;

	place_make(&p);
	struct catalog *c = make_tree(&p, &chain);
	struct catalog_volume v = make_volume(chain.dumps[0], 0, 1);
	v.filters = "filter-zstd";
	ck_assert(catalog_add_volume(c, &v));
	struct catalog_dump d = make_dump("home", 2, 3000, 2500);
	d.has_names = true;
	ck_assert(catalog_begin(c) && catalog_add_dump(c, &d));
	put_name(c, d.id, 2, "al", 40);
	put_name(c, d.id, 40, "letter.txt", 41);
	put_inode(c, d.id, 41, S_IFREG, 100);
	ck_assert(catalog_commit(c));
	catalog_close(c);
	char *page = read_page(), *end;
	for (char *at = page; (at = strstr(at, ".Bd -literal")) != NULL;
	    at = end + 1) {
		at = strchr(at, '\n') + 1;
		end = strstr(at, ".Ed");
		ck_assert_ptr_nonnull(end);
		*end = '\0';
		if (strncmp(at, "sqlite3", 7) == 0)
			at = strchr(at, '\'') + 1;
		if (strchr(at, '\'') != NULL && strchr(at, ';') == NULL)
			*strchr(at, '\'') = '\0';
		if (ask(&p, at)[0] == '\0' && strncmp(at, "UPDATE", 6) != 0)
			ck_abort_msg("no row: %s", at);
		count++;
	}
	ck_assert_uint_ge(count, 8);
	ck_assert_str_eq(ask(&p, "SELECT note FROM medium"), "shelf 3");
	ck_assert_str_eq(ask(&p, "SELECT path FROM files "
	    "WHERE name = 'x'"), "b/c/x");
	free(page);
	place_remove(&p);
}
END_TEST

/* ".It Ic a , Ic b" or ".Ic a , b" or ".Ic a" */
static bool
is_documented(const char *page, const char *column)
{
	const size_t length = strlen(column);

	for (const char *at = page; (at = strstr(at, column)) != NULL; at++) {
		const char *line = at;
		while (line > page && line[-1] != '\n')
			line--;
		if ((strncmp(line, ".It Ic", 6) == 0 ||
		    strncmp(line, ".Ic", 3) == 0) && at[-1] == ' ' &&
		    strchr(" \n", at[length]) != NULL)
			return true;
	}
	return false;
}

START_TEST(the_manual_page_has_every_column)
{
	unsigned int count = 0;
	struct place p;
	sqlite3_stmt *s;
	sqlite3 *db;

	place_make(&p);
	catalog_close(open_it(&p, CATALOG_NEW));
	char *page = read_page();
	ck_assert_int_eq(sqlite3_open(p.file, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT m.name, c.name FROM "
	    "sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS c "
	    "WHERE m.type IN ('table', 'view') AND m.name <> 'sqlite_sequence'",
	    -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *column = (const char *)sqlite3_column_text(s, 1);
		if (!is_documented(page, column))
			ck_abort_msg("%s.%s is not documented",
			    (const char *)sqlite3_column_text(s, 0), column);
		count++;
	}
	ck_assert_uint_gt(count, 60);
	sqlite3_finalize(s);
	sqlite3_close(db);
	free(page);
	place_remove(&p);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_added_is_there_when_it_is_opened_again,
		what_only_the_catalogue_knows_survives_when_a_dump_is_added_again,
		what_filters_made_of_a_volume_is_known_of_these_bytes_alone,
		a_free_medium_is_in_use_from_its_first_new_volume_on,
		a_medium_is_known_by_its_serial_number_as_well,
		what_is_behind_a_new_volume_on_its_tape_is_overwritten,
		what_a_header_named_is_overwritten_if_it_was_there,
		a_copy_overwrites_what_was_on_its_own_media,
		a_path_is_looked_up_in_the_tree_of_its_date,
		a_file_of_a_dump_is_found_by_its_number_or_the_one_before,
		a_tree_has_what_was_there_at_its_date,
		all_versions_of_a_file_are_found_by_name_and_by_path,
		damaged_directories_end_every_search,
		many_names_in_any_order_are_all_there,
		a_dump_that_is_forgotten_takes_only_its_own_with_it,
		a_chain_goes_by_date_and_level_and_tells_what_is_missing,
		dumps_and_volumes_are_listed_in_order,
		a_foreign_file_is_refused_and_left_as_it_is,
		a_file_that_is_no_catalogue_of_ours_is_refused,
		a_torn_file_is_refused_and_the_way_out_is_named,
		damage_in_the_middle_is_reported_by_whoever_reads_it,
		what_cannot_be_opened_or_made_is_said,
		it_is_private_and_refused_if_others_can_write_to_it,
		a_read_only_file_or_folder_is_said_at_once,
		a_write_that_fails_loses_nothing,
		a_full_disk_loses_nothing,
		a_writer_waits_for_another_and_tells_when_it_gives_up,
		a_process_that_is_killed_leaves_what_was_committed,
		a_catalogue_opened_for_reading_is_not_written_to,
		processes_that_make_it_at_once_share_it,
		the_queries_of_the_manual_page_work,
		the_manual_page_has_every_column,
	};

	return unit_run("catalog", tests, COUNT(tests));
}
