/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_dirblock_decode.c - directories of every dialect are read whole
 */
#include "core/format/dirblock_decode.h"

#include <sys/stat.h>

#include "core/format/dirblock.h"
#include "generate.h"

#define CASES 300
#define NAMES_MAX 200

static const struct dialect ours = { .family = DIALECT_LINUX,
    .block_size = 1024 };

struct name {
	uint32_t inode;
	uint16_t type;
	uint16_t length;
	char name[256];
};

struct names {
	struct name of[NAMES_MAX];
	size_t count;
	size_t stop_at;		/* 0: never */
};

static enum de_status
take(void *arg, const struct dirblock_entry *entry)
{
	struct names *names = arg;

	ck_assert_uint_lt(names->count, NAMES_MAX);
	ck_assert_uint_ge(entry->length, 1);
	ck_assert_uint_le(entry->length, 255);
	struct name *n = &names->of[names->count++];
	n->inode = entry->inode;
	n->type = entry->type;
	n->length = entry->length;
	memcpy(n->name, entry->name, entry->length);
	n->name[entry->length] = '\0';
	return names->count == names->stop_at ? DE_FAILED : DE_OK;
}

static void
expect_name(const struct names *names, size_t i, uint32_t inode,
    uint16_t type, const char *name)
{
	ck_assert_uint_gt(names->count, i);
	ck_assert_uint_eq(names->of[i].inode, inode);
	ck_assert_uint_eq(names->of[i].type, type);
	ck_assert_str_eq(names->of[i].name, name);
}

static uint64_t
decode(const struct dialect *d, const uint8_t *data, size_t length,
    struct names *names)
{
	uint64_t mangled = 0;

	names->count = 0;
	names->stop_at = 0;
	ck_assert_int_eq(dirblock_decode(d, data, length, take, names,
	    &mangled), DE_OK);
	return mangled;
}

/* ------------------------------------------------ what dirblock.c encodes */

struct directory {
	uint8_t *bytes;
	size_t length;
};

static enum de_status
append(void *arg, const uint8_t *chunk)
{
	struct directory *d = arg;

	d->bytes = realloc(d->bytes, d->length + DIRBLOCK_CHUNK);
	memcpy(d->bytes + d->length, chunk, DIRBLOCK_CHUNK);
	d->length += DIRBLOCK_CHUNK;
	return DE_OK;
}

static void
make_name(uint64_t *seed, struct name *n)
{
	static const uint16_t types[] = { 0, S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR,
	    S_IFBLK, S_IFIFO, S_IFSOCK };

	n->inode = 1 + generate_below(seed, UINT32_MAX);
	n->type = types[generate32(seed) % COUNT(types)];
	n->length = (uint16_t)(1 + generate_below(seed, 255));
	for (size_t i = 0; i < n->length; i++)
		n->name[i] = (char)(1 + generate_below(seed, 255));
	n->name[n->length] = '\0';
}

/* With its original, if restore(8) could not take it. */
static void
add(struct dirblock *b, const struct name *n)
{
	char name[DIRBLOCK_SHORTENED_MAX + 1];

	if (n->length <= DIRBLOCK_NAME_MAX) {
		ck_assert_int_eq(dirblock_add(b, n->inode, n->type, n->name,
		    n->length), DE_OK);
		return;
	}
	const size_t length = dirblock_shorten_name(n->name, n->length,
	    n->inode, name);
	ck_assert_int_eq(dirblock_add_original(b, n->inode, n->type, name,
	    length, n->name, n->length), DE_OK);
}

START_TEST(what_was_encoded_comes_back)
{
	static struct names names, found;

	for (uint64_t n = 0; n < CASES; n++) {
		uint64_t seed = n;
		struct directory d = { NULL, 0 };
		struct dirblock b;
		names.count = generate_below(&seed, NAMES_MAX);
		dirblock_begin(&b, append, &d);
		for (size_t i = 0; i < names.count; i++) {
			make_name(&seed, &names.of[i]);
			add(&b, &names.of[i]);
		}
		ck_assert_int_eq(dirblock_end(&b), DE_OK);
		ck_assert_uint_eq(decode(&ours, d.bytes, d.length, &found), 0);
		ck_assert_msg(found.count == names.count,
		    "seed %u: %zu names, not %zu", (unsigned int)n,
		    found.count, names.count);
		for (size_t i = 0; i < names.count; i++)
			expect_name(&found, i, names.of[i].inode,
			    names.of[i].type, names.of[i].name);
		free(d.bytes);
	}
}
END_TEST

/* ------------------------------------------------------ entries by hand */

/* An entry at `at`; returns where the next one begins. */
static size_t
put(const struct dialect *d, uint8_t *data, size_t at, uint32_t inode,
    uint16_t length, uint8_t type, const char *name)
{
	order32(d, data + at, inode);
	order16(d, data + at + 4, length);
	data[at + 6] = type;
	data[at + 7] = (uint8_t)strlen(name);
	memcpy(data + at + 8, name, strlen(name));
	return at + length;
}

START_TEST(either_byte_order)
{
	for (int i = 0; i < 2; i++) {
		const struct dialect d = { .family = DIALECT_44BSD,
		    .big_endian = i == 1, .block_size = 1024 };
		uint8_t data[1024] = "";
		struct names names;
		size_t at = put(&d, data, 0, 0x01020304, 12, 4, ".");
		at = put(&d, data, at, 2, 12, 4, "..");
		at = put(&d, data, at, 7, 16, 14, "white");
		at = put(&d, data, at, 0, 16, 8, "gone");
		at = put(&d, data, at, 8, 16, 13, "odd");
		put(&d, data, at, 5, (uint16_t)(1024 - at), 8, "file");
		ck_assert_uint_eq(decode(&d, data, 1024, &names), 0);
		ck_assert_uint_eq(names.count, 4);
		expect_name(&names, 0, 0x01020304, S_IFDIR, ".");
		expect_name(&names, 1, 2, S_IFDIR, "..");
		expect_name(&names, 2, 8, 0, "odd");
		expect_name(&names, 3, 5, S_IFREG, "file");
	}
}
END_TEST

/* The length of a name has 16 bits there, and there is no type. */
START_TEST(old_entries)
{
	static const enum dialect_family families[] = { DIALECT_LINUX_OLD,
	    DIALECT_42BSD, DIALECT_SUN, DIALECT_SUN_MTB, DIALECT_LINUX };

	for (size_t i = 0; i < 2 * COUNT(families); i++) {
		const struct dialect d = { .family = families[i / 2],
		    .big_endian = i % 2 == 1, .block_size = 1024 };
		uint8_t data[1024] = "";
		struct names names;
		put(&d, data, 0, 12, 1024, 0, "a name");
		order16(&d, data + 6, 6);
		ck_assert_uint_eq(decode(&d, data, 1024, &names), 0);
		ck_assert_uint_eq(names.count, 1);
		expect_name(&names, 0, 12, 0, "a name");
	}
}
END_TEST

/* A damaged length of 0 does not make the type a length. */
START_TEST(a_type_is_no_length)
{
	uint8_t data[512] = "";
	struct names names;

	put(&ours, data, 0, 12, 512, 8, "longer than eight");
	data[7] = 0;
	ck_assert_uint_eq(decode(&ours, data, sizeof(data), &names), 1);
	ck_assert_uint_eq(names.count, 0);
}
END_TEST

START_TEST(entries_of_sixteen_bytes)
{
	const struct dialect d = { .family = DIALECT_V7, .block_size = 512 };
	uint8_t data[70] = "";
	struct names names;

	order16(&d, data, 2);
	memcpy(data + 2, ".", 1);
	memcpy(data + 18, "gone", 4);
	order16(&d, data + 32, 60000);
	memcpy(data + 34, "fourteen bytes", 14);
	order16(&d, data + 48, 3);		/* without a name */
	order16(&d, data + 64, 4);		/* without an end */
	memcpy(data + 66, "cut", 3);
	ck_assert_uint_eq(decode(&d, data, sizeof(data), &names), 0);
	ck_assert_uint_eq(names.count, 2);
	expect_name(&names, 0, 2, 0, ".");
	expect_name(&names, 1, 60000, 0, "fourteen bytes");
	/* These may be found between new inodes and new directories, too. */
	const struct dialect between = { .family = DIALECT_4BSD_FFS,
		.block_size = 1024 };
	ck_assert_uint_eq(decode(&between, data, sizeof(data), &names), 0);
	ck_assert_uint_eq(names.count, 2);
	expect_name(&names, 1, 60000, 0, "fourteen bytes");
	data[20] = '\0';		/* damage: "go", a NUL, and "e" */
	order16(&d, data + 16, 7);
	ck_assert_uint_eq(decode(&between, data, sizeof(data), &names), 1);
	ck_assert_uint_eq(names.count, 0);
	uint64_t mangled = 0;
	names = (struct names){ .stop_at = 1 };
	ck_assert_int_eq(dirblock_decode(&d, data, sizeof(data), take, &names,
	    &mangled), DE_FAILED);
}
END_TEST

START_TEST(a_name_of_255_bytes)
{
	uint8_t data[512] = "";
	struct names names;
	char name[256];

	memset(name, 'n', 255);
	name[255] = '\0';
	const size_t at = put(&ours, data, 0, 12, 264, 8, name);
	put(&ours, data, at, 13, 248, 8, "next");
	ck_assert_uint_eq(decode(&ours, data, sizeof(data), &names), 0);
	expect_name(&names, 0, 12, S_IFREG, name);
	expect_name(&names, 1, 13, S_IFREG, "next");
}
END_TEST

/*
 * Dump 0.4b47 gives such a name an entry of 8 bytes, over whose name the next
 * entry stands.
 */
START_TEST(a_name_that_was_overwritten_harms_no_other)
{
	uint8_t data[512] = "";
	struct names names;

	size_t at = put(&ours, data, 0, 2, 12, 4, ".");
	at = put(&ours, data, at, 12, 8, 8, "");
	data[at - 1] = 255;
	put(&ours, data, at, 13, (uint16_t)(512 - at), 8, "next");
	ck_assert_uint_eq(decode(&ours, data, sizeof(data), &names), 1);
	ck_assert_uint_eq(names.count, 2);
	expect_name(&names, 1, 13, S_IFREG, "next");
}
END_TEST

/* A chunk of 512 bytes begins there, and it is whole. */
START_TEST(after_damage_it_resumes_at_the_next_chunk)
{
	static const uint16_t lengths[] = { 0, 7, 13, 1024 };
	uint8_t data[2048];
	struct names names;

	for (size_t i = 0; i < COUNT(lengths); i++) {
		memset(data, 0, sizeof(data));
		put(&ours, data, 0, 12, 16, 8, "first");
		put(&ours, data, 16, 13, lengths[i], 8, "lost");
		put(&ours, data, 512, 14, 512, 8, "second");
		put(&ours, data, 1024, 15, 1024, 8, "third");
		ck_assert_uint_eq(decode(&ours, data, 2048, &names), 1);
		ck_assert_uint_eq(names.count, 3);
		expect_name(&names, 0, 12, S_IFREG, "first");
		expect_name(&names, 1, 14, S_IFREG, "second");
		expect_name(&names, 2, 15, S_IFREG, "third");
	}
}
END_TEST

/* Of a chunk of 1024 bytes, 512 may be in the middle of an entry. */
START_TEST(after_damage_it_invents_nothing)
{
	uint8_t data[2048] = "";
	struct names names;

	put(&ours, data, 0, 13, 4, 8, "lost");
	put(&ours, data, 512, 14, 16, 8, "part");
	memset(data + 528, 0x55, 100);
	put(&ours, data, 1024, 15, 1024, 8, "third");
	ck_assert_uint_eq(decode(&ours, data, 2048, &names), 1);
	ck_assert_uint_eq(names.count, 1);
	expect_name(&names, 0, 15, S_IFREG, "third");
	/* nothing but damage behind a hole */
	memset(data, 0, 512);
	ck_assert_uint_eq(decode(&ours, data, 1024, &names), 1);
	ck_assert_uint_eq(names.count, 0);
}
END_TEST

START_TEST(a_hole_is_no_damage)
{
	uint8_t data[2048] = "";
	struct names names;

	put(&ours, data, 512, 14, 512, 8, "name");
	ck_assert_uint_eq(decode(&ours, data, sizeof(data), &names), 0);
	ck_assert_uint_eq(names.count, 1);
	put(&ours, data, 0, 13, 512, 8, "odd");
	ck_assert_uint_eq(decode(&ours, data, 512, &names), 0);
	ck_assert_uint_eq(names.count, 1);
	ck_assert_uint_eq(decode(&ours, data, 0, &names), 0);
}
END_TEST

START_TEST(an_original_must_belong_to_the_name_before)
{
	const struct dialect big = { .family = DIALECT_LINUX,
	    .big_endian = true, .block_size = 1024 };
	uint8_t data[512] = "", changed[512];
	struct names names;

	put(&ours, data, 0, 12, 16, 8, "short");
	put(&ours, data, 16, 0, 496, 0, "");
	memcpy(data + 24, "DEn1", 4);
	put32(data + 28, 12);
	data[32] = 8;
	memcpy(data + 33, "original", 8);
	decode(&ours, data, 512, &names);
	expect_name(&names, 0, 12, S_IFREG, "original");

	memcpy(changed, data, sizeof(data));
	changed[32] = 0;
	decode(&ours, changed, 512, &names);
	expect_name(&names, 0, 12, S_IFREG, "short");
	changed[32] = 255;
	changed[20] = 16;
	changed[21] = 0;
	decode(&ours, changed, 512, &names);
	expect_name(&names, 0, 12, S_IFREG, "short");
	memcpy(changed, data, sizeof(data));
	changed[28] = 13;
	decode(&ours, changed, 512, &names);
	expect_name(&names, 0, 12, S_IFREG, "short");
	memset(changed, 0, sizeof(changed));
	put(&big, changed, 0, 12, 16, 8, "short");
	put(&big, changed, 16, 0, 496, 0, "");
	memcpy(changed + 24, "DEn1\0\0\0\14\10original", 17);
	decode(&big, changed, 512, &names);
	expect_name(&names, 0, 12, S_IFREG, "short");
}
END_TEST

START_TEST(it_stops_when_told)
{
	uint8_t data[1024] = "";
	struct names names = { .stop_at = 1 };
	uint64_t mangled = 0;

	put(&ours, data, 0, 12, 16, 8, "one");
	put(&ours, data, 16, 13, 1008, 8, "two");
	ck_assert_int_eq(dirblock_decode(&ours, data, 1024, take, &names,
	    &mangled), DE_FAILED);
	ck_assert_uint_eq(names.count, 1);
}
END_TEST

static enum de_status
count(void *arg, const struct dirblock_entry *entry)
{
	uint64_t *sum = arg;

	for (size_t i = 0; i < entry->length; i++)
		*sum += (uint8_t)entry->name[i];
	ck_assert_uint_ne(entry->inode, 0);
	return DE_OK;
}

START_TEST(no_bytes_lead_astray)
{
	for (uint64_t n = 0; n < 10 * CASES; n++) {
		uint64_t seed = n, mangled = 0, sum = 0;
		struct directory d = { NULL, 0 };
		struct dirblock b;
		const struct dialect dialect = {
			.family = (enum dialect_family)(n % (DIALECT_V7 + 1)),
			.big_endian = generate32(&seed) % 4 == 0
		};
		dirblock_begin(&b, append, &d);
		for (uint32_t i = 1 + generate_below(&seed, 40); i > 0; i--) {
			struct name name;
			make_name(&seed, &name);
			add(&b, &name);
		}
		dirblock_end(&b);
		generate_damage(&seed, d.bytes, d.length);
		/* the exact size, so that a sanitizer sees what is outside */
		const size_t length = d.length -
		    generate_below(&seed, (uint32_t)d.length);
		d.bytes = realloc(d.bytes, length);
		ck_assert_int_eq(dirblock_decode(&dialect, d.bytes, length,
		    count, &sum, &mangled), DE_OK);
		ck_assert_uint_le(mangled, (length + 1023) / 1024);
		free(d.bytes);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_encoded_comes_back,
		either_byte_order,
		old_entries,
		a_type_is_no_length,
		entries_of_sixteen_bytes,
		a_name_of_255_bytes,
		a_name_that_was_overwritten_harms_no_other,
		after_damage_it_resumes_at_the_next_chunk,
		after_damage_it_invents_nothing,
		a_hole_is_no_damage,
		an_original_must_belong_to_the_name_before,
		it_stops_when_told,
		no_bytes_lead_astray,
	};
	return unit_run("dirblock_decode", tests, COUNT(tests));
}
