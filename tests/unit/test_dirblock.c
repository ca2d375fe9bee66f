/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_dirblock.c - directories as restore parses them
 */
#include "core/format/dirblock.h"

#include <sys/stat.h>

#include "unit.h"

/* A sink that keeps everything, or fails at a given chunk. */
struct shelf {
	uint8_t *bytes;
	size_t size;
	size_t chunks;
	size_t fail_at;		/* chunk number, from 1; 0: never */
};

static enum de_status
shelve(void *arg, const uint8_t *chunk)
{
	struct shelf *s = arg;

	if (++s->chunks == s->fail_at)
		return DE_FAILED;
	s->bytes = realloc(s->bytes, s->size + DIRBLOCK_CHUNK);
	ck_assert_ptr_nonnull(s->bytes);
	memcpy(s->bytes + s->size, chunk, DIRBLOCK_CHUNK);
	s->size += DIRBLOCK_CHUNK;
	return DE_OK;
}

static enum de_status
forget(void *arg, const uint8_t *chunk)
{
	(void)arg;
	(void)chunk;
	return DE_OK;
}

struct parsed {
	uint32_t inode;
	uint8_t type;
	char name[256];
};

/* The bytes after the name: zeros, or the original of a name. */
static void
check_rest(const uint8_t *entry, size_t at, size_t reclen)
{
	if (get32(entry) == 0 && memcmp(entry + at, "DEn1", 4) == 0)
		at += 9 + (size_t)entry[16];
	for (; at < reclen; at++)
		ck_assert_uint_eq(entry[at], 0);
}

/* Walk it as restore does, checking each rule on the way. */
static size_t
parse(const struct shelf *s, struct parsed *entries, size_t room)
{
	size_t n = 0;

	for (size_t at = 0; at < s->size;) {
		const uint8_t *e = s->bytes + at;
		const size_t reclen = get16(e + 4), length = e[7];
		ck_assert_uint_eq(reclen % 4, 0);
		ck_assert_uint_ge(reclen, 8 + ((length + 4) & ~(size_t)3));
		/* no entry crosses a multiple of 512, and so none of 1024 */
		ck_assert_uint_eq(at / 512, (at + reclen - 1) / 512);
		check_rest(e, 8 + length, reclen);
		if (get32(e) != 0) {
			ck_assert_uint_lt(n, room);
			entries[n].inode = get32(e);
			entries[n].type = e[6];
			memcpy(entries[n].name, e + 8, length);
			entries[n].name[length] = '\0';
			n++;
		}
		at += reclen;
	}
	return n;
}

START_TEST(dots_stand_at_their_offsets)
{
	struct shelf s = { 0 };
	struct dirblock d;

	dirblock_begin(&d, shelve, &s);
	ck_assert_int_eq(dirblock_add(&d, 2, S_IFDIR, ".", 1), DE_OK);
	ck_assert_int_eq(dirblock_add(&d, 2, S_IFDIR, "..", 2), DE_OK);
	ck_assert_int_eq(dirblock_end(&d), DE_OK);
	ck_assert_uint_eq(s.size, 512);
	ck_assert_uint_eq(d.size, 512);
	static const uint8_t expected[] = {
		2, 0, 0, 0, 12, 0, 4, 1, '.', 0, 0, 0,
		2, 0, 0, 0, 0xf4, 1, 4, 2, '.', '.', 0, 0,	/* 512 - 12 */
	};
	ck_assert_mem_eq(s.bytes, expected, sizeof(expected));
	for (size_t i = sizeof(expected); i < 512; i++)
		ck_assert_uint_eq(s.bytes[i], 0);
	free(s.bytes);
}
END_TEST

START_TEST(names_of_every_length_come_back)
{
	struct shelf s = { 0 };
	struct dirblock d;
	static struct parsed entries[DIRBLOCK_NAME_MAX];
	char name[DIRBLOCK_NAME_MAX];

	dirblock_begin(&d, shelve, &s);
	for (size_t n = 1; n <= DIRBLOCK_NAME_MAX; n++) {
		memset(name, 'a' + (int)(n % 26), n);
		ck_assert_int_eq(dirblock_add(&d, (uint32_t)(1000 + n),
		    S_IFREG, name, n), DE_OK);
	}
	ck_assert_int_eq(dirblock_end(&d), DE_OK);
	ck_assert_uint_eq(parse(&s, entries, COUNT(entries)),
	    DIRBLOCK_NAME_MAX);
	for (size_t n = 1; n <= DIRBLOCK_NAME_MAX; n++) {
		ck_assert_uint_eq(entries[n - 1].inode, 1000 + n);
		ck_assert_uint_eq(strlen(entries[n - 1].name), n);
		ck_assert_int_eq(entries[n - 1].name[n - 1],
		    'a' + (int)(n % 26));
	}
	ck_assert_uint_eq(d.size, s.size);
	ck_assert_uint_eq(s.size % 512, 0);
	free(s.bytes);
}
END_TEST

START_TEST(entries_that_fill_a_chunk_exactly_need_no_other)
{
	struct shelf s = { 0 };
	struct dirblock d;
	char name[256];

	/* 8 + 248 = 256: two of them fill a chunk. */
	memset(name, 'x', sizeof(name));
	dirblock_begin(&d, shelve, &s);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(dirblock_add(&d, 100, 0, name, 247), DE_OK);
	ck_assert_int_eq(dirblock_end(&d), DE_OK);
	ck_assert_uint_eq(s.size, 1024);
	ck_assert_uint_eq(get16(s.bytes + 4), 256);
	ck_assert_uint_eq(get16(s.bytes + 256 + 4), 256);
	ck_assert_uint_eq(get16(s.bytes + 512 + 4), 256);
	free(s.bytes);
}
END_TEST

START_TEST(types_are_those_of_bsd)
{
	const struct {
		uint16_t mode;
		uint8_t type;
	} cases[] = {
		{ 0, 0 }, { S_IFIFO, 1 }, { S_IFCHR, 2 }, { S_IFDIR, 4 },
		{ S_IFBLK, 6 }, { S_IFREG, 8 }, { S_IFLNK, 10 },
		{ S_IFSOCK, 12 },
	};
	struct shelf s = { 0 };
	struct dirblock d;
	struct parsed entries[COUNT(cases)];

	dirblock_begin(&d, shelve, &s);
	for (size_t i = 0; i < COUNT(cases); i++)
		dirblock_add(&d, 11, cases[i].mode, "n", 1);
	dirblock_end(&d);
	ck_assert_uint_eq(parse(&s, entries, COUNT(cases)), COUNT(cases));
	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_uint_eq(entries[i].type, cases[i].type);
	free(s.bytes);
}
END_TEST

START_TEST(names_hold_any_byte)
{
	static const char name[] = "new\nline \xff\xfe\x80 \x01\x7f";
	struct shelf s = { 0 };
	struct dirblock d;
	struct parsed entries[1];

	dirblock_begin(&d, shelve, &s);
	dirblock_add(&d, UINT32_MAX, S_IFREG, name, sizeof(name) - 1);
	dirblock_end(&d);
	ck_assert_uint_eq(parse(&s, entries, 1), 1);
	ck_assert_str_eq(entries[0].name, name);
	ck_assert_uint_eq(entries[0].inode, UINT32_MAX);
	free(s.bytes);
}
END_TEST

START_TEST(a_failing_sink_is_passed_on)
{
	char name[DIRBLOCK_NAME_MAX];
	struct dirblock d;

	memset(name, 'x', sizeof(name));
	for (size_t fail_at = 1; fail_at <= 3; fail_at++) {
		struct shelf s = { .fail_at = fail_at };
		enum de_status status = DE_OK;
		size_t added = 0;
		dirblock_begin(&d, shelve, &s);
		while (status == DE_OK && added < 10) {
			status = dirblock_add(&d, 11, 0, name, sizeof(name));
			added++;
		}
		ck_assert_int_eq(status, DE_FAILED);
		ck_assert_uint_eq(added, fail_at + 1);	/* one per chunk */
		free(s.bytes);
	}
	struct shelf s = { .fail_at = 1 };
	dirblock_begin(&d, shelve, &s);
	dirblock_add(&d, 11, 0, "x", 1);
	ck_assert_int_eq(dirblock_end(&d), DE_FAILED);
}
END_TEST

START_TEST(a_directory_never_becomes_larger_than_restore_can_read)
{
	char name[DIRBLOCK_NAME_MAX];
	struct dirblock d;
	enum de_status status = DE_OK;
	uint64_t added = 0;

	memset(name, 'x', sizeof(name));
	dirblock_begin(&d, forget, NULL);
	while (status == DE_OK && added < 1000000) {
		status = dirblock_add(&d, 11, 0, name, sizeof(name));
		added++;
	}
	ck_assert_int_eq(status, DE_NO_MORE);
	/* a refused entry does not harm what follows */
	ck_assert_int_eq(dirblock_add(&d, 11, 0, "y", 1), DE_OK);
	ck_assert_int_eq(dirblock_end(&d), DE_OK);
	ck_assert_uint_le(d.size, 268435455);
	ck_assert_uint_ge(d.size, 268435455 - 2048);
}
END_TEST

START_TEST(shortened_names_fit_and_differ)
{
	enum { NAMES = 2000 };
	static char names[NAMES][DIRBLOCK_SHORTENED_MAX + 1];
	char name[256];

	/* they differ only in their last bytes, and have the same inode */
	for (int i = 0; i < NAMES; i++) {
		memset(name, 'n', 250);
		snprintf(name + 250, 6, "%05d", i);
		const size_t length = dirblock_shorten_name(name, 255, 1234,
		    names[i]);
		ck_assert_uint_le(length, DIRBLOCK_SHORTENED_MAX);
		ck_assert_uint_ge(length, 200);
		ck_assert_uint_eq(strlen(names[i]), length);
		ck_assert_mem_eq(names[i], name, 200);
	}
	for (int i = 0; i < NAMES; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				ck_abort_msg("names %d and %d are \"%s\"",
				    j, i, names[i]);
}
END_TEST

START_TEST(shortened_names_are_the_same_each_time)
{
	char name[256];
	char a[DIRBLOCK_SHORTENED_MAX + 1], b[DIRBLOCK_SHORTENED_MAX + 1];

	memset(name, 'n', 255);
	const size_t length = dirblock_shorten_name(name, 255, 7, a);
	ck_assert_uint_eq(dirblock_shorten_name(name, 255, 7, b), length);
	ck_assert_str_eq(a, b);
	dirblock_shorten_name(name, 255, UINT32_MAX, b);
	ck_assert_str_ne(a, b);
	ck_assert_uint_le(strlen(b), DIRBLOCK_SHORTENED_MAX);
}
END_TEST

/* Are the bytes up to the first "~" whole characters of 3 bytes? */
static void
check_characters(const char *text)
{
	while (*text != '~') {
		ck_assert_mem_eq(text, "\xe2\x82\xac", 3);
		text += 3;
	}
}

START_TEST(shortening_does_not_cut_a_character_in_two)
{
	char name[256], shortened[DIRBLOCK_SHORTENED_MAX + 1];

	for (int i = 0; i < 85; i++)
		memcpy(name + 3 * i, "\xe2\x82\xac", 3);
	for (uint32_t inode = 1; inode < 1000000000; inode *= 10) {
		dirblock_shorten_name(name, 255, inode, shortened);
		check_characters(shortened);
	}
}
END_TEST

START_TEST(names_of_nothing_but_continuation_bytes_are_shortened_too)
{
	char name[256], shortened[DIRBLOCK_SHORTENED_MAX + 1];

	memset(name, 0x80, 255);
	const size_t length = dirblock_shorten_name(name, 255, 9, shortened);
	ck_assert_uint_ge(length, 1);
	ck_assert_uint_le(length, DIRBLOCK_SHORTENED_MAX);
	ck_assert_uint_eq(strlen(shortened), length);
}
END_TEST

/* The original that follows an entry, in its chunk; NULL: none. */
static const uint8_t *
find_original(const struct shelf *s, const char *name)
{
	for (size_t at = 0; at < s->size;) {
		const uint8_t *e = s->bytes + at;
		const size_t next = at + get16(e + 4);
		if (e[7] == strlen(name) &&
		    memcmp(e + 8, name, strlen(name)) == 0) {
			ck_assert_uint_ne(next % DIRBLOCK_CHUNK, 0);
			ck_assert_mem_eq(s->bytes + next + 8, "DEn1", 4);
			return s->bytes + next;
		}
		at = next;
	}
	return NULL;
}

/* With any number of bytes in use in the chunk before, and any rest. */
START_TEST(an_original_follows_its_shortened_name_in_the_same_chunk)
{
	static struct parsed entries[4];
	char name[256], shortened[DIRBLOCK_SHORTENED_MAX + 1];

	for (size_t before = 1; before <= DIRBLOCK_NAME_MAX; before++) {
		struct shelf s = { 0 };
		struct dirblock d;
		memset(name, 'n', sizeof(name));
		dirblock_begin(&d, shelve, &s);
		dirblock_add(&d, 12, S_IFREG, name, before);
		const size_t length = dirblock_shorten_name(name, 255, 77,
		    shortened);
		ck_assert_int_eq(dirblock_add_original(&d, 77, S_IFREG,
		    shortened, length, name, 255), DE_OK);
		dirblock_add(&d, 13, S_IFREG, "z", 1);
		dirblock_end(&d);
		/* restore sees three names */
		ck_assert_uint_eq(parse(&s, entries, 4), 3);
		ck_assert_str_eq(entries[1].name, shortened);
		ck_assert_uint_eq(entries[1].inode, 77);
		ck_assert_str_eq(entries[2].name, "z");
		const uint8_t *e = find_original(&s, shortened);
		ck_assert_ptr_nonnull(e);
		ck_assert_uint_eq(get32(e), 0);
		ck_assert_uint_eq(e[6], 0);
		ck_assert_uint_eq(e[7], 0);
		ck_assert_uint_eq(get32(e + 12), 77);
		ck_assert_uint_eq(e[16], 255);
		ck_assert_mem_eq(e + 17, name, 255);
		free(s.bytes);
	}
}
END_TEST

START_TEST(an_original_without_room_leaves_no_shortened_name_either)
{
	struct shelf s = { 0 };
	struct dirblock d;

	dirblock_begin(&d, shelve, &s);
	dirblock_add(&d, 2, S_IFDIR, ".", 1);
	d.size = DIRBLOCK_TOTAL_MAX - DIRBLOCK_CHUNK;
	char name[255];
	memset(name, 'n', sizeof(name));
	ck_assert_int_eq(dirblock_add_original(&d, 77, S_IFREG, name,
	    DIRBLOCK_SHORTENED_MAX, name, sizeof(name)), DE_NO_MORE);
	ck_assert_int_eq(dirblock_end(&d), DE_OK);
	struct parsed entries[2];
	ck_assert_uint_eq(parse(&s, entries, 2), 1);
	free(s.bytes);
}
END_TEST

START_TEST(an_empty_chunk_is_one_empty_entry)
{
	uint8_t chunk[DIRBLOCK_CHUNK];
	struct shelf s = { .bytes = chunk, .size = sizeof(chunk) };
	struct parsed entries[1];

	memset(chunk, 0xff, sizeof(chunk));
	dirblock_empty_chunk(chunk);
	ck_assert_uint_eq(parse(&s, entries, 1), 0);
	ck_assert_uint_eq(get16(chunk + 4), 512);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		dots_stand_at_their_offsets,
		names_of_every_length_come_back,
		entries_that_fill_a_chunk_exactly_need_no_other,
		types_are_those_of_bsd,
		names_hold_any_byte,
		a_failing_sink_is_passed_on,
		a_directory_never_becomes_larger_than_restore_can_read,
		shortened_names_fit_and_differ,
		shortened_names_are_the_same_each_time,
		shortening_does_not_cut_a_character_in_two,
		names_of_nothing_but_continuation_bytes_are_shortened_too,
		an_original_follows_its_shortened_name_in_the_same_chunk,
		an_original_without_room_leaves_no_shortened_name_either,
		an_empty_chunk_is_one_empty_entry,
	};
	return unit_run("directory", tests, COUNT(tests));
}
