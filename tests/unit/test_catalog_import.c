/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/catalog/catalog_import.h"

#include <errno.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/format/dirblock.h"
#include "core/write/kept_names.h"
#include "generate.h"

#define INODES 3000u
#define MUTATIONS 300u

/* A folder with a catalogue, and what was said. */
struct place {
	char folder[64];
	char file[96];
	struct report *rep;
	struct catalog *c;
	char said[4096];
};

static void
take(void *arg, enum de_severity severity, const char *text)
{
	struct place *p = arg;

	(void)severity;
	snprintf(p->said, sizeof(p->said), "%s", text);
}

static void
place_make(struct place *p)
{
	memset(p, 0, sizeof(*p));
	strcpy(p->folder, "/tmp/test_import-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(p->folder));
	snprintf(p->file, sizeof(p->file), "%s/c.sqlite", p->folder);
	p->rep = report_new(-1, REPORT_NORMAL);
	ck_assert_ptr_nonnull(p->rep);
	report_set_taker(p->rep, take, p);
	p->c = catalog_open(p->file, CATALOG_WRITE, NULL, p->rep);
	ck_assert_ptr_nonnull(p->c);
}

static void
place_remove(struct place *p)
{
	char command[96];

	catalog_close(p->c);
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

/* A number that the catalogue answers with. */
static int64_t
ask(const struct place *p, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *s;
	int64_t number = -1;

	ck_assert_int_eq(sqlite3_open(p->file, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW)
		number = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return number;
}

/* ------------------------------------------------------------ what was said */

START_TEST(a_dump_is_the_same_after_json)
{
	struct catalog_volume volumes[] = {
		{ .number = 1, .medium = "/dev/nst0", .barcode = "E01001L8",
		    .file = 0, .blocks = UINT64_C(5000000000),
		    .digest = "0123", .written = 11, .verified = 12,
		    .filters = "filter-zstd", .medium_bytes = 77,
		    .medium_digest = "4567", .head = "89ab",
		    .record_blocks = 64 },
		{ .number = UINT32_MAX, .medium = "b", .file = -1,
		    .first = UINT64_C(5000000000), .blocks = 1,
		    .record_blocks = 64 },
	};
	const struct catalog_about a = {
		.dump = { .job = "home", .host = "h", .device = "/dev/sda",
		    .filesystem = "/home", .label = "none", .level = 9,
		    .date = 1600000000, .base_date = 1500000000,
		    .source = "fs-ext2", .uuid = "u", .subtree = "/mail",
		    .exclude = "[\"*~\",\"x\"]", .output = "out-tape",
		    .program = "p", .begun = 3, .ended = 4,
		    .state = CATALOG_INCOMPLETE, .status = 2, .findings = 7,
		    .notes = 8, .blocks = UINT64_C(5000000001),
		    .config = "/etc/c" },
		.volumes = volumes,
		.volume_count = 2,
		.is_whole = true,
	};
	struct catalog_about b;

	json_t *json = catalog_about_format(&a);
	char *text = json_dumps(json, JSON_COMPACT);
	ck_assert(catalog_about_parse(&b, text, strlen(text)));
	ck_assert_str_eq(b.dump.job, "home");
	ck_assert_str_eq(b.dump.exclude, a.dump.exclude);
	ck_assert_str_eq(b.dump.subtree, "/mail");
	ck_assert_str_eq(b.dump.config, "/etc/c");
	ck_assert_int_eq(b.dump.level, 9);
	ck_assert_int_eq(b.dump.date, 1600000000);
	ck_assert_int_eq(b.dump.base_date, 1500000000);
	ck_assert_int_eq(b.dump.status, 2);
	ck_assert_int_eq(b.dump.state, CATALOG_INCOMPLETE);
	ck_assert_uint_eq(b.dump.findings, 7);
	ck_assert_uint_eq(b.dump.notes, 8);
	ck_assert_uint_eq(b.dump.blocks, a.dump.blocks);
	ck_assert(b.is_whole && !b.is_running);
	ck_assert_uint_eq(b.volume_count, 2);
	ck_assert_str_eq(b.volumes[0].barcode, "E01001L8");
	ck_assert_str_eq(b.volumes[0].output, "out-tape");
	ck_assert_int_eq(b.volumes[0].file, 0);
	ck_assert_str_eq(b.volumes[0].filters, "filter-zstd");
	ck_assert_uint_eq(b.volumes[0].medium_bytes, 77);
	ck_assert_str_eq(b.volumes[0].medium_digest, "4567");
	ck_assert_str_eq(b.volumes[0].head, "89ab");
	ck_assert_ptr_null(b.volumes[1].filters);
	ck_assert_uint_eq(b.volumes[1].medium_bytes, 0);
	ck_assert_int_eq(b.volumes[1].file, -1);
	ck_assert_uint_eq(b.volumes[1].number, UINT32_MAX);
	ck_assert_uint_eq(b.volumes[1].first, volumes[1].first);
	ck_assert_int_eq(b.volumes[1].record_blocks, 64);
	ck_assert_ptr_null(b.volumes[1].barcode);
	catalog_about_clear(&b);
	json_decref(json);
	free(text);
}
END_TEST

START_TEST(what_cannot_be_is_unknown)
{
	static const char text[] = "{\"job\": 7, \"level\": 99999999999, "
	    "\"date\": \"x\", \"status\": 256, \"begun\": -1, "
	    "\"blocking\": -3, \"exclude\": {}, \"state\": \"odd\", "
	    "\"volumes\": [7, {}, {\"number\": 0}, {\"number\": -1}, "
	    "{\"number\": 3, \"first\": -1, \"medium\": []}]}";
	static const char *const none[] = {
		"", "7", "[]", "{", "{\"a\":1,\"a\":2}"
	};
	struct catalog_about a;

	ck_assert(catalog_about_parse(&a, text, strlen(text)));
	ck_assert_ptr_null(a.dump.job);
	ck_assert_ptr_null(a.dump.exclude);
	ck_assert_int_eq(a.dump.level, 0);
	ck_assert_int_eq(a.dump.status, -1);
	ck_assert_int_eq(a.dump.begun, 0);
	ck_assert_int_eq(a.dump.state, CATALOG_COMPLETE);
	ck_assert_uint_eq(a.volume_count, 1);
	ck_assert_uint_eq(a.volumes[0].number, 3);
	ck_assert_uint_eq(a.volumes[0].first, 0);
	ck_assert_int_eq(a.volumes[0].record_blocks, 0);
	ck_assert_ptr_null(a.volumes[0].medium);
	catalog_about_clear(&a);
	for (size_t i = 0; i < COUNT(none); i++)
		ck_assert(!catalog_about_parse(&a, none[i], strlen(none[i])));
}
END_TEST

/* ------------------------------------------------------- names and inodes */

static enum de_status
keep_chunk(void *arg, const uint8_t *chunk)
{
	uint8_t *to = growing_add(arg, DIRBLOCK_CHUNK);

	ck_assert_ptr_nonnull(to);
	memcpy(to, chunk, DIRBLOCK_CHUNK);
	return DE_OK;
}

/* The contents of a directory with that many files, and one other name. */
static void
make_directory(struct growing *to, uint32_t first, uint32_t count,
    const char *other)
{
	struct dirblock d = { 0 };
	char name[32];

	dirblock_begin(&d, keep_chunk, to);
	dirblock_add(&d, 2, 0040000, ".", 1);
	dirblock_add(&d, 2, 0040000, "..", 2);
	for (uint32_t i = 0; i < count; i++) {
		const int n = snprintf(name, sizeof(name), "file-%u", i);
		dirblock_add(&d, first + i, 0100000, name, (size_t)n);
	}
	if (other != NULL)
		dirblock_add(&d, 99999, 0100000, other, strlen(other));
	dirblock_end(&d);
}

/* An index of a root with INODES files, and its names in pieces. */
static void
make_index_about(const char *folder, struct growing *index, const char *other,
    const char *about)
{
	struct index_inode list[INODES];
	struct growing directory;
	struct kept_names *k = kept_names_new(folder);

	ck_assert(growing_init(index, folder) &&
	    growing_init(&directory, folder));
	ck_assert_ptr_nonnull(k);
	for (uint32_t i = 0; i < INODES; i++)
		list[i] = (struct index_inode){ 12 + i, 0100644,
		    100 + 2 * (uint64_t)i, i, 1600000000 };
	ck_assert(index_put_magic(index) &&
	    index_put_part(index, INDEX_PART_ABOUT, about, strlen(about),
	    true) &&
	    index_put_inodes(index, list, INODES));
	make_directory(&directory, 12, INODES, other);
	for (size_t at = 0; at < directory.used; at += 16384)
		kept_names_add(k, 2, directory.bytes + at,
		    directory.used - at < 16384 ? directory.used - at : 16384);
	const struct growing *parts = kept_names_finish(k);
	ck_assert_ptr_nonnull(parts);
	uint8_t *to = growing_add(index, parts->used);
	ck_assert_ptr_nonnull(to);
	memcpy(to, parts->bytes, parts->used);
	kept_names_free(k);
	growing_free(&directory);
}

static void
make_index(const char *folder, struct growing *index, const char *other)
{
	make_index_about(folder, index, other, "{}");
}

/* All of it, in pieces of that size.  False: roll back. */
static bool
import(struct place *p, const uint8_t *bytes, size_t length, size_t piece,
    uint64_t *damaged)
{
	struct catalog_dump d = { .job = "home", .date = 1600000000,
	    .has_names = true, .status = -1 };

	ck_assert(catalog_begin(p->c) && catalog_add_dump(p->c, &d));
	struct catalog_import *im = catalog_import_new(p->c, d.id, p->rep);
	ck_assert_ptr_nonnull(im);
	bool ok = true;
	for (size_t at = 0; ok && at < length; at += piece)
		ok = catalog_import_bytes(im, bytes + at,
		    length - at < piece ? length - at : piece);
	*damaged = catalog_import_damaged(im);
	catalog_import_free(im);
	if (ok)
		ck_assert_msg(catalog_commit(p->c), "%s", p->said);
	else
		catalog_rollback(p->c);
	return ok;
}

START_TEST(names_and_inodes_come_from_an_index)
{
	struct place p;
	struct growing index;
	uint64_t damaged;

	place_make(&p);
	make_index(p.folder, &index, NULL);
	ck_assert(import(&p, index.bytes, index.used, 1000, &damaged));
	ck_assert_uint_eq(damaged, 0);
	ck_assert_int_eq(ask(&p, "SELECT count(*) FROM inode"), INODES);
	ck_assert_int_eq(ask(&p, "SELECT count(*) FROM entry"), INODES);
	ck_assert_int_eq(ask(&p, "SELECT inode FROM entry "
	    "WHERE name = 'file-2999'"), 12 + 2999);
	/* The same again is the same. */
	ck_assert(import(&p, index.bytes, index.used, 1, &damaged));
	ck_assert_int_eq(ask(&p, "SELECT count(*) FROM entry"), INODES);
	growing_free(&index);
	place_remove(&p);
}
END_TEST

START_TEST(an_impossible_name_is_left_out_and_counted)
{
	struct place p;
	struct growing index;
	uint64_t damaged;

	place_make(&p);
	make_index(p.folder, &index, "../etc/passwd");
	ck_assert(import(&p, index.bytes, index.used, index.used, &damaged));
	ck_assert_uint_eq(damaged, 1);
	ck_assert_int_eq(ask(&p, "SELECT count(*) FROM entry"), INODES);
	growing_free(&index);
	place_remove(&p);
}
END_TEST

START_TEST(pieces_whose_lengths_lie_are_counted)
{
	static const uint8_t lies[] = { 2, 0, 0, 0, 255, 255, 255, 255, 1, 2 };
	static const uint8_t rest[] = { 2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3 };
	struct place p;
	struct growing index;
	uint64_t damaged;

	place_make(&p);
	ck_assert(growing_init(&index, p.folder));
	ck_assert(index_put_magic(&index) &&
	    index_put_part(&index, INDEX_PART_DIRECTORY, lies, sizeof(lies),
	    false) && index_put_part(&index, INDEX_PART_DIRECTORY, rest,
	    sizeof(rest), false));
	ck_assert(import(&p, index.bytes, index.used, 7, &damaged));
	ck_assert_uint_eq(damaged, 2);
	ck_assert(!import(&p, (const uint8_t *)"no index of ours", 16, 16,
	    &damaged));
	expect_said(&p, "the index is none");
	growing_free(&index);
	place_remove(&p);
}
END_TEST

/* Damage within parts, whose digests are then made right again. */
START_TEST(no_bytes_harm_the_catalogue)
{
	struct place p;
	uint8_t bytes[6000];
	struct growing index;
	uint64_t damaged;

	place_make(&p);
	for (uint64_t seed = 0; seed < MUTATIONS; seed++) {
		uint64_t state = seed;
		const uint32_t length = generate_below(&state, sizeof(bytes));
		struct growing directory;
		ck_assert(growing_init(&index, p.folder) &&
		    growing_init(&directory, p.folder));
		make_directory(&directory, 12, 200, NULL);
		generate_damage(&state, directory.bytes, directory.used);
		put32(bytes, generate_below(&state, 5));
		put32(bytes + 4, length);
		memcpy(bytes + 8, directory.bytes, directory.used < 5000 ?
		    directory.used : 5000);
		ck_assert(index_put_magic(&index) &&
		    index_put_part(&index, INDEX_PART_DIRECTORY, bytes,
		    8 + generate_below(&state, 5000), true));
		generate_damage(&state, bytes, sizeof(bytes));
		ck_assert(index_put_part(&index, INDEX_PART_INODES, bytes,
		    1 + generate_below(&state, 5000), true));
		if (seed % 4 == 0)
			generate_damage(&state, index.bytes, index.used);
		import(&p, index.bytes, index.used, 1 + (size_t)seed * 7,
		    &damaged);
		growing_free(&directory);
		growing_free(&index);
	}
	ck_assert_int_eq(ask(&p, "SELECT count(*) FROM pragma_integrity_check "
	    "WHERE integrity_check = 'ok'"), 1);
	place_remove(&p);
}
END_TEST

/* --------------------------------------------------------- what runs leave */

static void
write_text(const char *file, const char *text)
{
	FILE *out = fopen(file, "w");

	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	ck_assert_int_eq(fclose(out), 0);
}

#define WHOLE ", \"whole\": true"
#define ONE ", \"volumes\": [{\"number\": 1}]"

START_TEST(what_a_run_left_says_how_it_ended)
{
	static const struct {
		const char *text;
		const char *about;	/* of its names; NULL: none */
		const char *state;
		int names;
		int status;		/* -1: unknown */
		int findings;
	} cases[] = {
		{ "\"running\"" ONE, NULL, "aborted", 0, -1, 0 },
		{ "\"running\"" ONE, "{}", "aborted", 0, -1, 0 },
		{ "\"running\"" WHOLE, NULL, "aborted", 0, -1, 0 },
		{ "\"running\"" WHOLE, "{}", "aborted", 0, -1, 0 },
		{ "\"running\"" WHOLE ONE, NULL, "complete", 0, -1, 0 },
		{ "\"running\"" WHOLE ONE, "{}", "complete", 1, -1, 0 },
		{ "\"running\"" WHOLE ONE, "nonsense", "complete", 1, -1, 0 },
		{ "\"running\"" WHOLE ONE, "{\"status\": 0}",
		    "complete", 1, 0, 0 },
		{ "\"running\"" WHOLE ONE, "{\"status\": 2, "
		    "\"findings\": 5}", "incomplete", 1, 2, 5 },
		{ "\"aborted\", \"status\": 3", "{}", "aborted", 0, 3, 0 },
		{ "\"incomplete\", \"status\": 2", "{\"status\": 0}",
		    "incomplete", 1, 2, 0 },
	};
	struct place p;
	struct handover h;
	char text[256];

	place_make(&p);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct growing index, empty = { .fd = -1 };
		ck_assert(handover_init(&h, p.folder, "home", p.rep));
		snprintf(text, sizeof(text), "{\"job\": \"home\", \"date\": "
		    "%zu, \"state\": %s}", i + 1, cases[i].text);
		write_text(h.part, text);
		make_index_about(p.folder, &index, NULL,
		    cases[i].about == NULL ? "{}" : cases[i].about);
		if (cases[i].about != NULL)
			ck_assert(handover_put_names(&h, &index, &empty));
		growing_free(&index);
		ck_assert_msg(catalog_import_file(p.c, h.part, p.rep), "%s",
		    p.said);
		snprintf(text, sizeof(text), "SELECT count(*) FROM dump WHERE "
		    "date = %zu AND state = '%s' AND has_names = %d AND "
		    "ifnull(status, -1) = %d AND findings = %d", i + 1,
		    cases[i].state, cases[i].names, cases[i].status,
		    cases[i].findings);
		ck_assert_msg(ask(&p, text) == 1, "case %zu: not %s", i, text);
		ck_assert(handover_remove(&h));
		ck_assert_int_eq(access(h.part, F_OK), -1);
		ck_assert_int_eq(access(h.names, F_OK), -1);
		handover_clear(&h);
	}
	ck_assert(!catalog_import_file(p.c, "/x/y.json", p.rep));
	expect_said(&p, "these end in .part");
	ck_assert(!catalog_import_file(p.c, "/no/y.part", p.rep));
	expect_said(&p, "/no/y.part: cannot be read: No such file");
	place_remove(&p);
}
END_TEST

START_TEST(only_what_no_other_run_writes_is_taken)
{
	struct place p;
	struct handover own;
	char name[160];

	place_make(&p);
	ck_assert(handover_init(&own, p.folder, "home", p.rep));
	write_text(own.part, "{\"date\": 9, \"job\": \"home\"}");
	static const char *const texts[] = {
		"{\"date\": 1, \"job\": \"home\", \"state\": \"running\"}",
		"{\"date\": 2, \"job\": \"srv\", \"state\": \"running\"}",
		"{\"date\": 3, \"job\": \"srv\", \"state\": \"complete\"}",
		"damaged",
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		snprintf(name, sizeof(name), "%s/a%zu.part", own.folder, i);
		write_text(name, texts[i]);
	}
	ck_assert(!catalog_import_left(p.c, &own, "home", p.rep));
	expect_said(&p, "a3.part: it is not what a dump leaves");
	ck_assert_int_eq(ask(&p, "SELECT group_concat(date, '') FROM dump"),
	    13);
	char **list;
	const ssize_t left = handover_list(own.folder, &list);
	ck_assert_int_eq(left, 3);
	for (ssize_t i = 0; i < left; i++)
		free(list[i]);
	free(list);
	handover_clear(&own);
	place_remove(&p);
}
END_TEST

START_TEST(a_folder_that_others_can_write_to_is_refused)
{
	struct place p;
	struct handover h;
	char name[96];

	place_make(&p);
	snprintf(name, sizeof(name), "%s/catalog", p.folder);
	ck_assert_int_eq(mkdir(name, 0700), 0);
	ck_assert_int_eq(chmod(name, 0777), 0);
	ck_assert(!handover_init(&h, p.folder, "home", p.rep));
	expect_said(&p, "others can write to it");
	ck_assert_int_eq(rmdir(name), 0);
	write_text(name, "");
	ck_assert(!handover_init(&h, p.folder, "home", p.rep));
	place_remove(&p);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_dump_is_the_same_after_json,
		what_cannot_be_is_unknown,
		names_and_inodes_come_from_an_index,
		an_impossible_name_is_left_out_and_counted,
		pieces_whose_lengths_lie_are_counted,
		no_bytes_harm_the_catalogue,
		what_a_run_left_says_how_it_ended,
		only_what_no_other_run_writes_is_taken,
		a_folder_that_others_can_write_to_is_refused,
	};

	return unit_run("catalog_import", tests, COUNT(tests));
}
