/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_xattr_decode.c - attributes and lists of every dialect come back
 */
#include "core/format/xattr_decode.h"

#include "core/format/xattr.h"
#include "generate.h"

#define CASES 1000
#define XATTRS_MAX 64

static const struct dialect ours = { .family = DIALECT_LINUX,
    .block_size = 1024 };
static const struct dialect big = { .family = DIALECT_LINUX,
    .big_endian = true, .block_size = 1024 };

struct kept {
	char name[600];
	uint8_t *value;
	size_t length;
};

struct found {
	struct kept of[XATTRS_MAX];
	size_t count;
	enum de_status answer;
};

static enum de_status
take(void *arg, const struct de_xattr *xattr)
{
	struct found *f = arg;

	ck_assert_uint_lt(f->count, XATTRS_MAX);
	ck_assert_uint_lt(strlen(xattr->name), sizeof(f->of[0].name));
	struct kept *k = &f->of[f->count++];
	strcpy(k->name, xattr->name);
	k->length = xattr->value_length;
	k->value = malloc(k->length + 1);
	if (k->length > 0)
		memcpy(k->value, xattr->value, k->length);
	return f->answer;
}

static void
forget(struct found *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->of[i].value);
	*f = (struct found){ .answer = DE_OK };
}

static void
expect(const struct found *f, size_t i, const char *name, const void *value,
    size_t length)
{
	ck_assert_uint_gt(f->count, i);
	ck_assert_str_eq(f->of[i].name, name);
	ck_assert_uint_eq(f->of[i].length, length);
	ck_assert_mem_eq(f->of[i].value, value, length);
}

/* ---------------------------------------------------- what xattr.c encodes */

/* A list that Linux takes; returns its length. */
static size_t
make_acl(uint64_t *seed, uint8_t *value)
{
	const uint32_t users = generate_below(seed, 5);
	const uint32_t groups = generate_below(seed, 5);
	static const uint16_t tags[] = { 1, 2, 4, 8, 16, 32 };
	const uint32_t counts[] = { 1, users, 1, groups, 1, 1 };
	size_t at = 4;

	put32(value, 2);
	for (size_t t = 0; t < COUNT(tags); t++) {
		for (uint32_t i = 0; i < counts[t]; i++, at += 8) {
			put16(value + at, tags[t]);
			put16(value + at + 2, generate32(seed) & 7);
			put32(value + at + 4, tags[t] == 2 || tags[t] == 8 ?
			    generate32(seed) >> 1 : UINT32_MAX);
		}
	}
	return at;
}

struct made {
	char name[300];
	uint8_t value[5000];
	size_t length;
};

static void
make_xattr(uint64_t *seed, struct made *m)
{
	static const char *const prefixes[] = { "user.", "trusted.", "lustre.",
	    "security.", "system.posix_acl_access",
	    "system.posix_acl_default" };
	const size_t p = generate32(seed) % COUNT(prefixes);

	strcpy(m->name, prefixes[p]);
	if (p >= 4) {
		m->length = make_acl(seed, m->value);
		return;
	}
	const size_t prefix = strlen(m->name);
	const size_t length = 1 + generate_below(seed, 255);
	for (size_t i = 0; i < length; i++)
		m->name[prefix + i] = (char)(1 + generate_below(seed, 255));
	m->name[prefix + length] = '\0';
	m->length = generate_below(seed, generate32(seed) % 4 == 0 ? 4000 : 40);
	generate_bytes(seed, m->value, m->length);
}

START_TEST(what_was_encoded_comes_back)
{
	static struct made made[XATTRS_MAX];
	static struct found f;

	for (uint64_t n = 0; n < CASES; n++) {
		uint64_t seed = n;
		struct xattr_record r;
		size_t count = 0;
		xattr_begin(&r);
		for (uint32_t i = generate_below(&seed, 20); i > 0; i--) {
			struct made *m = &made[count];
			make_xattr(&seed, m);
			const struct de_xattr x = { sizeof(x), m->name,
			    m->value, m->length };
			count += xattr_add(&r, &x) == XATTR_ADDED;
		}
		const size_t size = xattr_end(&r);
		uint8_t *exact = malloc(size + 1);
		memcpy(exact, r.data, size);
		ck_assert_msg(xattr_decode(&ours, HEADER_PART_XATTRS, exact,
		    size, take, &f) == DE_OK, "seed %u", (unsigned int)n);
		ck_assert_uint_eq(f.count, count);
		for (size_t i = 0; i < count; i++)
			expect(&f, i, made[i].name, made[i].value,
			    made[i].length);
		free(exact);
		forget(&f);
	}
}
END_TEST

/* Behind the end of a stream they may be larger than in it. */
START_TEST(large_ones_come_back)
{
	static uint8_t data[XATTR_LARGE_BLOCKS * DE_TAPE_BLOCK];
	static uint8_t value[XATTR_VALUE_MAX];
	static struct found f;

	for (uint64_t n = 0; n < CASES / 10; n++) {
		uint64_t seed = n;
		struct made m;
		size_t size;
		make_xattr(&seed, &m);
		struct de_xattr x = { sizeof(x), m.name, m.value, m.length };
		if (strncmp(m.name, "system.", 7) != 0) {
			x.value = value;
			x.value_length = generate_below(&seed,
			    XATTR_VALUE_MAX + 1);
			generate_bytes(&seed, value, x.value_length);
		}
		ck_assert_int_eq(xattr_encode_large(data, &x, &size),
		    XATTR_ADDED);
		uint8_t *exact = malloc(size);
		memcpy(exact, data, size);
		ck_assert_msg(xattr_decode(&ours, HEADER_PART_XATTRS, exact,
		    size, take, &f) == DE_OK, "seed %u", (unsigned int)n);
		ck_assert_uint_eq(f.count, 1);
		expect(&f, 0, x.name, x.value, x.value_length);
		free(exact);
		forget(&f);
	}
}
END_TEST

/* --------------------------------------------------------- records by hand */

/* An entry at `at`; returns where the next one begins. */
static size_t
put(const struct dialect *d, uint8_t *data, size_t at, uint8_t index,
    const char *name, uint16_t offset, uint32_t length)
{
	data[at] = (uint8_t)strlen(name);
	data[at + 1] = index;
	order16(d, data + at + 2, offset);
	order32(d, data + at + 8, length);
	memcpy(data + at + 16, name, strlen(name));
	return at + 16 + ((strlen(name) + 3) & ~(size_t)3);
}

static const uint8_t disk_acl[] = "\1\0\0\0" "\1\0\6\0" "\2\0\4\0\xe9\3\0\0"
    "\4\0\4\0" "\20\0\4\0" "\40\0\4";
static const uint8_t call_acl[] = "\2\0\0\0" "\1\0\6\0\377\377\377\377"
    "\2\0\4\0\xe9\3\0\0" "\4\0\4\0\377\377\377\377"
    "\20\0\4\0\377\377\377\377" "\40\0\4\0\377\377\377\377";
#define DISK_ACL sizeof(disk_acl)
#define CALL_ACL (sizeof(call_acl) - 1)

/*
 * Attributes from inside an inode are in the order of the machine, those from a
 * block are not; lists never are.
 */
START_TEST(records_of_either_byte_order)
{
	for (int i = 0; i < 4; i++) {
		const struct dialect *d = i % 2 == 0 ? &ours : &big;
		const bool is_block = i >= 2;
		uint8_t data[256] = "";
		struct found f = { .answer = DE_OK };
		size_t at = is_block ? 32 : 4;
		const uint16_t origin = is_block ? 0 : 4;
		order32(d, data, is_block ? 0xEA020000 : 0xEA020001);
		at = put(d, data, at, 1, "a", (uint16_t)(200 - origin), 5);
		at = put(d, data, at, 2, "", (uint16_t)(160 - origin),
		    DISK_ACL);
		put(d, data, at, 7, "data", (uint16_t)(210 - origin), 3);
		memcpy(data + 160, disk_acl, DISK_ACL);
		memcpy(data + 200, "value", 5);
		memcpy(data + 210, "end", 3);
		ck_assert_int_eq(xattr_decode(&big, HEADER_PART_XATTRS, data,
		    sizeof(data), take, &f), DE_OK);
		ck_assert_uint_eq(f.count, 3);
		expect(&f, 0, "user.a", "value", 5);
		expect(&f, 1, "system.posix_acl_access", call_acl, CALL_ACL);
		expect(&f, 2, "system.data", "end", 3);
		forget(&f);
	}
}
END_TEST

/* Each is left out alone. */
START_TEST(bad_entries)
{
	static const struct {
		uint8_t index;
		const char *name;
		uint16_t offset;
		uint32_t length;
	} bad[] = {
		{ 0, "name", 200, 1 },		/* no such prefix */
		{ 9, "name", 200, 1 },
		{ 1, "", 200, 1 },		/* no name */
		{ 2, "name", 200, 4 },		/* a name that is too much */
		{ 2, "", 200, 4 },		/* not a list */
		{ 7, "richacl", 200, 4 },
		{ 1, "name", 252, 2 },		/* past the end */
		{ 1, "name", 65535, 1 },
		{ 1, "name", 0, 0xffffffff },
	};
	struct found f = { .answer = DE_OK };

	for (size_t i = 0; i < COUNT(bad); i++) {
		uint8_t data[257] = "";
		put32(data, 0xEA020001);
		size_t at = put(&ours, data, 4, 1, "a", 100, 3);
		at = put(&ours, data, at, bad[i].index, bad[i].name,
		    bad[i].offset, bad[i].length);
		put(&ours, data, at, 1, "b", 100, 0);
		memcpy(data + 104, "abc", 3);
		ck_assert_msg(xattr_decode(&ours, HEADER_PART_XATTRS, data,
		    sizeof(data), take, &f) == DE_NO_MORE, "entry %zu", i);
		ck_assert_uint_eq(f.count, 2);
		expect(&f, 0, "user.a", "abc", 3);
		expect(&f, 1, "user.b", "", 0);
		forget(&f);
	}
}
END_TEST

START_TEST(bad_records)
{
	uint8_t data[64] = "";
	struct found f = { .answer = DE_OK };

	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_XATTRS, data, 0, take,
	    &f), DE_OK);
	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_XATTRS, data, 3, take,
	    &f), DE_NO_MORE);
	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_XATTRS, data, 64,
	    take, &f), DE_NO_MORE);
	put32(data, 0xEA020000);
	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_XATTRS, data, 31,
	    take, &f), DE_NO_MORE);
	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_XATTRS, data, 32,
	    take, &f), DE_OK);
	put32(data, 0xEA020001);
	const size_t at = put(&ours, data, 4, 1, "name", 0, 0);
	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_XATTRS, data, at - 1,
	    take, &f), DE_NO_MORE);
	ck_assert_uint_eq(f.count, 0);
	put32(data + 8, 5);			/* value in another inode */
	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_XATTRS, data,
	    sizeof(data), take, &f), DE_NO_MORE);
	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_UNKNOWN, data,
	    sizeof(data), take, &f), DE_NO_MORE);
	ck_assert_uint_eq(f.count, 0);
}
END_TEST

/* Or a record of 64 KiB would make 256 MiB of work. */
START_TEST(values_do_not_share_bytes)
{
	uint8_t data[256] = "";
	struct found f = { .answer = DE_OK };

	put32(data, 0xEA020001);
	size_t at = put(&ours, data, 4, 1, "a", 100, 100);
	at = put(&ours, data, at, 1, "b", 100, 100);
	put(&ours, data, at, 1, "c", 100, 100);
	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_XATTRS, data,
	    sizeof(data), take, &f), DE_NO_MORE);
	ck_assert_uint_eq(f.count, 2);
	forget(&f);
}
END_TEST

/* --------------------------------------------------------------------- UFS2 */

/* An attribute at `at`; returns where the next one begins. */
static size_t
put_ufs2(const struct dialect *d, uint8_t *data, size_t at, uint8_t space,
    const char *name, const void *value, size_t length)
{
	const size_t start = (7 + strlen(name) + 7) & ~(size_t)7;
	const size_t whole = (start + length + 7) & ~(size_t)7;

	order32(d, data + at, (uint32_t)whole);
	data[at + 4] = space;
	data[at + 5] = (uint8_t)(whole - start - length);
	data[at + 6] = (uint8_t)strlen(name);
	memcpy(data + at + 7, name, strlen(name));
	if (length > 0)
		memcpy(data + at + start, value, length);
	return at + whole;
}

static void
put_posix1e(const struct dialect *d, uint8_t *value, size_t at, uint32_t tag,
    uint32_t id, uint16_t permissions)
{
	uint8_t *entry = value + 4 + at * 12;

	order32(d, entry, tag);
	order32(d, entry + 4, id);
	order16(d, entry + 8, permissions);
}

START_TEST(attributes_of_ufs2)
{
	for (int i = 0; i < 2; i++) {
		const struct dialect d = { .family = DIALECT_UFS2,
		    .big_endian = i == 1, .block_size = 1024 };
		uint8_t data[1024] = "", list[388] = "";
		struct found f = { .answer = DE_OK };
		order32(&d, list, 5);	/* in another order than Linux wants */
		put_posix1e(&d, list, 0, 1, 0, 6);
		put_posix1e(&d, list, 1, 4, 0, 4);
		put_posix1e(&d, list, 2, 32, 0, 4);
		put_posix1e(&d, list, 3, 16, 0, 4);
		put_posix1e(&d, list, 4, 2, 1001, 4);
		size_t at = put_ufs2(&d, data, 0, 1, "color", "red", 3);
		at = put_ufs2(&d, data, at, 0, "", "unused", 6);
		at = put_ufs2(&d, data, at, 2, "posix1e.acl_access", list,
		    sizeof(list));
		at = put_ufs2(&d, data, at, 2, "label", "x", 1);
		at = put_ufs2(&d, data, at, 2, "nfs4.acl", "y", 1);
		ck_assert_int_eq(xattr_decode(&d, HEADER_PART_DATA, data, at,
		    take, &f), DE_OK);
		ck_assert_uint_eq(f.count, 4);
		expect(&f, 0, "user.color", "red", 3);
		expect(&f, 1, "system.posix_acl_access", call_acl, CALL_ACL);
		expect(&f, 2, "trusted.label", "x", 1);
		expect(&f, 3, "system.nfs4.acl", "y", 1);
		forget(&f);
	}
}
END_TEST

START_TEST(bad_attributes_of_ufs2)
{
	const struct dialect d = { .family = DIALECT_UFS2 };
	static const struct {
		uint32_t length;
		uint8_t space, padding, name_length;
	} bad[] = {
		{ 24, 3, 5, 4 }, { 24, 1, 9, 4 }, { 24, 1, 5, 100 },
		{ 24, 1, 5, 0 }, { 24, 1, 5, 6 },
	};
	uint8_t data[64] = "";
	struct found f = { .answer = DE_OK };

	for (size_t i = 0; i < COUNT(bad); i++) {
		memset(data, 0, sizeof(data));
		size_t at = put_ufs2(&d, data, 0, 1, "name", "abc", 3);
		put32(data, bad[i].length);
		data[4] = bad[i].space;
		data[5] = bad[i].padding;
		data[6] = bad[i].name_length;
		at = put_ufs2(&d, data, at, 1, "next", "abc", 3);
		ck_assert_msg(xattr_decode(&d, HEADER_PART_DATA, data, at,
		    take, &f) == DE_NO_MORE, "entry %zu", i);
		ck_assert_uint_eq(f.count, 1);
		expect(&f, 0, "user.next", "abc", 3);
		forget(&f);
	}
	static const uint32_t lengths[] = { 1, 7, 65, 0xffffffff };
	for (size_t i = 0; i < COUNT(lengths); i++) {
		put32(data, lengths[i]);
		ck_assert_int_eq(xattr_decode(&d, HEADER_PART_DATA, data,
		    sizeof(data), take, &f), DE_NO_MORE);
	}
	memset(data, 0, sizeof(data));
	ck_assert_int_eq(xattr_decode(&d, HEADER_PART_DATA, data, sizeof(data),
	    take, &f), DE_OK);
	ck_assert_uint_eq(f.count, 0);
}
END_TEST

START_TEST(bad_lists_of_ufs2)
{
	const struct dialect d = { .family = DIALECT_UFS2 };
	uint8_t data[512], list[388] = "";
	struct found f = { .answer = DE_OK };

	for (int i = 0; i < 4; i++) {
		put32(list, i == 0 ? 33 : 1);
		put_posix1e(&d, list, 0, i == 1 ? 3 : 1, 0, i == 2 ? 8 : 7);
		const size_t at = put_ufs2(&d, data, 0, 2,
		    "posix1e.acl_default", list, i == 3 ? 3 : sizeof(list));
		ck_assert_msg(xattr_decode(&d, HEADER_PART_DATA, data, at,
		    take, &f) == DE_NO_MORE, "list %d", i);
	}
	ck_assert_uint_eq(f.count, 0);
}
END_TEST

/* ---------------------------------------------------------------------- Sun */

static size_t
put_sun(const struct dialect *d, uint8_t *data, size_t at, uint16_t tag,
    uint16_t permissions, uint32_t id)
{
	order16(d, data + at, tag);
	order16(d, data + at + 4, permissions);
	order32(d, data + at + 8, id);
	return at + 12;
}

START_TEST(lists_of_sun)
{
	for (int i = 0; i < 2; i++) {
		const struct dialect d = { .family = DIALECT_SUN,
		    .big_endian = i == 1, .block_size = 1024 };
		uint8_t data[256] = "";
		struct found f = { .answer = DE_OK };
		for (uint16_t type = 1; type <= 2; type++) {
			size_t at = type == 1 ? 0 : 68;
			const uint16_t more = type == 1 ? 0 : 0x1000;
			order32(&d, data + at, type);
			order32(&d, data + at + 4, 68);
			at = put_sun(&d, data, at + 8, more | 1, 6, 0);
			at = put_sun(&d, data, at, more | 4, 4, 0);
			at = put_sun(&d, data, at, more | 16, 4, 0);
			at = put_sun(&d, data, at, more | 32, 4, 0);
			put_sun(&d, data, at, more | 2, 4, 1001);
		}
		ck_assert_int_eq(xattr_decode(&d, HEADER_PART_SHADOW, data,
		    sizeof(data), take, &f), DE_OK);
		ck_assert_uint_eq(f.count, 2);
		expect(&f, 0, "system.posix_acl_access", call_acl, CALL_ACL);
		expect(&f, 1, "system.posix_acl_default", call_acl, CALL_ACL);
		forget(&f);
	}
}
END_TEST

START_TEST(bad_lists_of_sun)
{
	const struct dialect d = { .family = DIALECT_SUN };
	static const uint32_t sizes[] = { 0, 7, 65, 0xffffffff };
	uint8_t data[64] = "";
	struct found f = { .answer = DE_OK };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		put32(data, 1);
		put32(data + 4, sizes[i]);
		ck_assert_int_eq(xattr_decode(&d, HEADER_PART_SHADOW, data,
		    sizeof(data), take, &f), DE_NO_MORE);
	}
	put32(data + 4, 20);
	put_sun(&d, data, 8, 3, 7, 0);		/* no such tag */
	ck_assert_int_eq(xattr_decode(&d, HEADER_PART_SHADOW, data,
	    sizeof(data), take, &f), DE_NO_MORE);
	ck_assert_uint_eq(f.count, 0);
	put32(data, 9);				/* no such list */
	put32(data + 4, 18);
	put32(data + 20, 1);
	put32(data + 24, 20);
	put_sun(&d, data, 28, 1, 7, 0);
	ck_assert_int_eq(xattr_decode(&d, HEADER_PART_SHADOW, data, 48, take,
	    &f), DE_NO_MORE);
	ck_assert_uint_eq(f.count, 1);
	forget(&f);
}
END_TEST

/* ------------------------------------------------------------------- others */

START_TEST(what_macs_have)
{
	uint8_t *large = calloc(1, 65537);
	struct found f = { .answer = DE_OK };

	ck_assert_int_eq(xattr_decode(&big, HEADER_PART_FINDER,
	    (const uint8_t *)"TEXT", 4, take, &f), DE_OK);
	ck_assert_int_eq(xattr_decode(&big, HEADER_PART_FORK, large, 65536,
	    take, &f), DE_OK);
	ck_assert_int_eq(xattr_decode(&big, HEADER_PART_FORK, large, 65537,
	    take, &f), DE_NO_MORE);
	expect(&f, 0, "user.com.apple.FinderInfo", "TEXT", 4);
	expect(&f, 1, "user.com.apple.ResourceFork", large, 65536);
	forget(&f);
	free(large);
}
END_TEST

START_TEST(it_stops_when_told)
{
	const struct dialect ufs2 = { .family = DIALECT_UFS2 };
	const struct dialect sun = { .family = DIALECT_SUN };
	struct found f = { .answer = DE_FAILED };
	uint8_t data[128] = "";

	put32(data, 0xEA020001);
	put(&ours, data, put(&ours, data, 4, 1, "a", 0, 0), 1, "b", 0, 0);
	ck_assert_int_eq(xattr_decode(&ours, HEADER_PART_XATTRS, data,
	    sizeof(data), take, &f), DE_FAILED);
	memset(data, 0, sizeof(data));
	const size_t at = put_ufs2(&ufs2, data, 0, 1, "a", "", 0);
	put_ufs2(&ufs2, data, at, 1, "b", "", 0);
	ck_assert_int_eq(xattr_decode(&ufs2, HEADER_PART_DATA, data,
	    sizeof(data), take, &f), DE_FAILED);
	for (size_t i = 0; i < 40; i += 20) {
		put32(data + i, 1);
		put32(data + i + 4, 20);
		put_sun(&sun, data, i + 8, 1, 7, 0);
	}
	ck_assert_int_eq(xattr_decode(&sun, HEADER_PART_SHADOW, data,
	    sizeof(data), take, &f), DE_FAILED);
	ck_assert_uint_eq(f.count, 3);
	forget(&f);
}
END_TEST

static enum de_status
look(void *arg, const struct de_xattr *xattr)
{
	uint64_t *sum = arg;
	const uint8_t *value = xattr->value;

	for (size_t i = 0; i < xattr->value_length; i++)
		*sum += value[i];
	ck_assert_uint_le(xattr->value_length, 65536);
	*sum += strlen(xattr->name);
	return DE_OK;
}

/* One of each kind, before it is damaged; returns its length. */
static size_t
make_any(uint64_t *seed, const struct dialect *d, enum header_part part,
    uint8_t *data)
{
	uint8_t value[200];
	size_t at = 0;

	generate_bytes(seed, value, sizeof(value));
	if (part == HEADER_PART_DATA) {
		order32(d, value, 1 + generate_below(seed, 20));
		at = put_ufs2(d, data, 0, 2, "posix1e.acl_access", value,
		    sizeof(value));
		return put_ufs2(d, data, at, 1, "a name", value,
		    generate_below(seed, sizeof(value)));
	}
	if (part == HEADER_PART_SHADOW) {
		order32(d, data, 1);
		order32(d, data + 4, 8 + 12 * generate_below(seed, 10));
		for (at = 8; at < 128; at += 12)
			put_sun(d, data, at, 1 << generate_below(seed, 6), 7, 5);
		return at;
	}
	order32(d, data, 0xEA020000 | (generate32(seed) & 1));
	at = put(d, data, (data[0] | data[3]) & 1 ? 4 : 32, 2, "", 100,
	    DISK_ACL);
	at = put(d, data, at, 1, "a name", 150, generate_below(seed, 200));
	put(d, data, at, 1, "another", 160, generate_below(seed, 200));
	memcpy(data + 100, disk_acl, DISK_ACL);
	return 256;
}

START_TEST(no_bytes_lead_astray)
{
	static const enum header_part parts[] = { HEADER_PART_XATTRS,
	    HEADER_PART_DATA, HEADER_PART_SHADOW };

	for (uint64_t n = 0; n < 30 * CASES; n++) {
		uint64_t seed = n, sum = 0;
		const struct dialect d = { .big_endian = n % 2 == 0 };
		const enum header_part part = parts[n % COUNT(parts)];
		uint8_t data[1024] = "";
		size_t length = make_any(&seed, &d, part, data);
		generate_damage(&seed, data, length);
		length -= generate32(&seed) % 4 == 0 ?
		    generate_below(&seed, (uint32_t)length) : 0;
		/* the exact size, so that a sanitizer sees what is outside */
		uint8_t *exact = malloc(length);
		memcpy(exact, data, length);
		const enum de_status status = xattr_decode(&d, part, exact,
		    length, look, &sum);
		ck_assert(status == DE_OK || status == DE_NO_MORE);
		free(exact);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_encoded_comes_back,
		large_ones_come_back,
		records_of_either_byte_order,
		bad_entries,
		bad_records,
		values_do_not_share_bytes,
		attributes_of_ufs2,
		bad_attributes_of_ufs2,
		bad_lists_of_ufs2,
		lists_of_sun,
		bad_lists_of_sun,
		what_macs_have,
		it_stops_when_told,
		no_bytes_lead_astray,
	};
	return unit_run("xattr_decode", tests, COUNT(tests));
}
