/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_xattr.c - attribute records as restore parses them
 */
#include "core/format/xattr.h"

#include "unit.h"

struct parsed {
	uint8_t index;
	char name[256];
	const uint8_t *value;
	size_t length;
};

/* Walk a record of any size, and check all of it. */
static size_t
parse_data(const uint8_t *data, size_t size, struct parsed *found, size_t room)
{
	size_t n = 0, at = 4;

	ck_assert_uint_ge(size, 32);	/* dumpscan expects it too */
	ck_assert_uint_eq(get32(data), 0xEA020001u);
	while (get32(data + at) != 0) {
		const uint8_t *e = data + at;
		const size_t offset = get16(e + 2), length = get32(e + 8);
		ck_assert_uint_lt(n, room);
		ck_assert_uint_le(at + 16 + e[0], size);
		ck_assert_uint_eq(get32(e + 4), 0);	/* e_value_block */
		ck_assert_uint_le(4 + offset + length, size);
		found[n].index = e[1];
		memcpy(found[n].name, e + 16, e[0]);
		found[n].name[e[0]] = '\0';
		found[n].value = data + 4 + offset;
		found[n].length = length;
		n++;
		at += 16 + ((e[0] + 3u) & ~3u);
		ck_assert_uint_le(at + 4, size);
	}
	at += 4;
	for (size_t i = 0; i < n; i++)		/* values follow the list */
		if (found[i].length > 0)
			ck_assert_uint_ge((size_t)(found[i].value - data), at);
	return n;
}

/* As restore does, which takes no more than 4096 bytes. */
static size_t
parse(const struct xattr_record *r, size_t size, struct parsed *found,
    size_t room)
{
	ck_assert_uint_le(size, 4096);
	return parse_data(r->data, size, found, room);
}

static enum xattr_fit
add(struct xattr_record *r, const char *name, const void *value,
    size_t length)
{
	const struct de_xattr x = { sizeof(x), name, value, length };
	return xattr_add(r, &x);
}

START_TEST(every_kind_has_its_index)
{
	static const struct {
		const char *name;
		uint8_t index;
		const char *rest;
	} cases[] = {
		{ "user.color", 1, "color" },
		{ "trusted.overlay.opaque", 4, "overlay.opaque" },
		{ "lustre.lov", 5, "lov" },
		{ "security.capability", 6, "capability" },
	};
	struct xattr_record r;
	struct parsed found[COUNT(cases)];

	xattr_begin(&r);
	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_int_eq(add(&r, cases[i].name, "value", 5),
		    XATTR_ADDED);
	ck_assert_uint_eq(parse(&r, xattr_end(&r), found, COUNT(cases)),
	    COUNT(cases));
	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert_uint_eq(found[i].index, cases[i].index);
		ck_assert_str_eq(found[i].name, cases[i].rest);
		ck_assert_uint_eq(found[i].length, 5);
		ck_assert_mem_eq(found[i].value, "value", 5);
	}
}
END_TEST

START_TEST(values_of_every_length_come_back)
{
	uint8_t value[64];

	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = (uint8_t)(i + 1);
	for (size_t length = 0; length <= sizeof(value); length++) {
		struct xattr_record r;
		struct parsed found[3];

		xattr_begin(&r);
		ck_assert_int_eq(add(&r, "user.a", value, length),
		    XATTR_ADDED);
		ck_assert_int_eq(add(&r, "user.none", NULL, 0), XATTR_ADDED);
		ck_assert_int_eq(add(&r, "user.bb", value, length),
		    XATTR_ADDED);
		ck_assert_uint_eq(parse(&r, xattr_end(&r), found, 3), 3);
		ck_assert_uint_eq(found[0].length, length);
		ck_assert_uint_eq(found[1].length, 0);
		ck_assert_uint_eq(found[2].length, length);
		ck_assert(memcmp(found[0].value, value, length) == 0);
		ck_assert(memcmp(found[2].value, value, length) == 0);
	}
}
END_TEST

START_TEST(the_shortest_record_comes_back)
{
	struct xattr_record r;
	struct parsed found[1];

	xattr_begin(&r);
	ck_assert_int_eq(add(&r, "user.a", "", 0), XATTR_ADDED);
	ck_assert_uint_eq(parse(&r, xattr_end(&r), found, 1), 1);
	ck_assert_str_eq(found[0].name, "a");
	ck_assert_uint_eq(found[0].length, 0);
}
END_TEST

START_TEST(nothing_added_is_no_record)
{
	struct xattr_record r;

	xattr_begin(&r);
	ck_assert_uint_eq(xattr_end(&r), 0);
}
END_TEST

START_TEST(a_record_is_never_larger_than_4096)
{
	static uint8_t value[4096];
	struct xattr_record r;
	struct parsed found[1];
	size_t length = sizeof(value);

	xattr_begin(&r);
	while (add(&r, "user.big", value, length) != XATTR_ADDED) {
		ck_assert_int_eq(add(&r, "user.big", value, length),
		    XATTR_TOO_LARGE);
		length--;
	}
	/* 4 magic, 16 + 4 entry, 4 end of the list */
	ck_assert_uint_eq(length, 4068);
	ck_assert_uint_eq(xattr_end(&r), 4096);
	ck_assert_uint_eq(parse(&r, 4096, found, 1), 1);
	ck_assert_uint_eq(found[0].length, 4068);
}
END_TEST

START_TEST(what_does_not_fit_any_more_fits_into_the_next)
{
	static uint8_t value[1000];
	struct xattr_record r;
	struct parsed found[4];
	char name[16];
	int n = 0;
	enum xattr_fit fit;

	xattr_begin(&r);
	do {
		snprintf(name, sizeof(name), "user.n%d", n);
		fit = add(&r, name, value, sizeof(value));
		n++;
	} while (fit == XATTR_ADDED && n < 10);
	ck_assert_int_eq(fit, XATTR_FULL);
	ck_assert_int_eq(n, 5);
	ck_assert_uint_eq(parse(&r, xattr_end(&r), found, 4), 4);
	xattr_begin(&r);
	ck_assert_int_eq(add(&r, name, value, sizeof(value)), XATTR_ADDED);
}
END_TEST

START_TEST(many_small_ones_fill_a_record_and_come_back)
{
	struct xattr_record r;
	static struct parsed found[300];
	char name[32];
	size_t n = 0;

	xattr_begin(&r);
	for (;; n++) {
		snprintf(name, sizeof(name), "user.%zu", n);
		const enum xattr_fit fit = add(&r, name, name, n % 7);
		if (fit == XATTR_FULL)
			break;
		ck_assert_int_eq(fit, XATTR_ADDED);
	}
	ck_assert_uint_gt(n, 100);
	ck_assert_uint_eq(parse(&r, xattr_end(&r), found, 300), n);
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "user.%zu", i);
		ck_assert_str_eq(found[i].name, name + 5);
		ck_assert_uint_eq(found[i].length, i % 7);
		ck_assert(memcmp(found[i].value, name, i % 7) == 0);
	}
}
END_TEST

START_TEST(unknown_names_are_refused)
{
	static const char *const names[] = {
		"system.data", "system.posix_acl_accessx", "user", "userx.a",
		"", "mac.finder", "gnu.translator", "trusted", "system.richacl",
	};
	struct xattr_record r;

	xattr_begin(&r);
	for (size_t i = 0; i < COUNT(names); i++)
		ck_assert_int_eq(add(&r, names[i], "x", 1), XATTR_UNKNOWN);
	ck_assert_uint_eq(xattr_end(&r), 0);
}
END_TEST

START_TEST(names_of_more_than_255_bytes_are_refused)
{
	char name[5 + 256 + 1] = "user.";
	struct xattr_record r;
	struct parsed found[1];

	memset(name + 5, 'n', 256);
	name[5 + 256] = '\0';
	xattr_begin(&r);
	ck_assert_int_eq(add(&r, name, "x", 1), XATTR_TOO_LARGE);
	name[5 + 255] = '\0';
	ck_assert_int_eq(add(&r, name, "x", 1), XATTR_ADDED);
	ck_assert_uint_eq(parse(&r, xattr_end(&r), found, 1), 1);
	ck_assert_uint_eq(strlen(found[0].name), 255);
}
END_TEST

START_TEST(access_lists_get_the_form_of_the_disk)
{
	static const uint8_t call[] = {
		2, 0, 0, 0,
		0x01, 0, 6, 0, 0xff, 0xff, 0xff, 0xff,	/* owner */
		0x02, 0, 4, 0, 0xe8, 3, 0, 0,		/* user 1000 */
		0x04, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,	/* group */
		0x08, 0, 5, 0, 0x70, 0x11, 1, 0,	/* group 70000 */
		0x10, 0, 7, 0, 0xff, 0xff, 0xff, 0xff,	/* mask */
		0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,	/* other */
	};
	static const uint8_t disk[] = {
		1, 0, 0, 0,
		0x01, 0, 6, 0,
		0x02, 0, 4, 0, 0xe8, 3, 0, 0,
		0x04, 0, 4, 0,
		0x08, 0, 5, 0, 0x70, 0x11, 1, 0,
		0x10, 0, 7, 0,
		0x20, 0, 0, 0,
	};
	struct xattr_record r;
	struct parsed found[2];

	xattr_begin(&r);
	ck_assert_int_eq(add(&r, "system.posix_acl_access", call,
	    sizeof(call)), XATTR_ADDED);
	ck_assert_int_eq(add(&r, "system.posix_acl_default", call,
	    sizeof(call)), XATTR_ADDED);
	ck_assert_uint_eq(parse(&r, xattr_end(&r), found, 2), 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(found[i].index, 2 + i);
		ck_assert_str_eq(found[i].name, "");
		ck_assert_uint_eq(found[i].length, sizeof(disk));
		ck_assert_mem_eq(found[i].value, disk, sizeof(disk));
	}
}
END_TEST

START_TEST(access_lists_that_are_none_are_refused)
{
	static const uint8_t old[] = { 1, 0, 0, 0, 1, 0, 6, 0 };
	static const uint8_t torn[] = { 2, 0, 0, 0, 1, 0, 6, 0, 0xff };
	static uint8_t huge[8196] = { 2 };
	struct xattr_record r;

	xattr_begin(&r);
	ck_assert_int_eq(add(&r, "system.posix_acl_access", old, sizeof(old)),
	    XATTR_BAD_VALUE);
	ck_assert_int_eq(add(&r, "system.posix_acl_access", torn,
	    sizeof(torn)), XATTR_BAD_VALUE);
	ck_assert_int_eq(add(&r, "system.posix_acl_access", torn, 3),
	    XATTR_BAD_VALUE);
	ck_assert_int_eq(add(&r, "system.posix_acl_access", NULL, 0),
	    XATTR_BAD_VALUE);
	ck_assert_int_ne(add(&r, "system.posix_acl_access", huge,
	    sizeof(huge)), XATTR_ADDED);
	ck_assert_uint_eq(xattr_end(&r), 0);
}
END_TEST

/* A list of entries: tag, permissions, id; tag 0 ends it. */
struct acl_entry {
	uint16_t tag, permissions;
	uint32_t id;
};

#define ACL_ENTRIES 7

static enum xattr_fit
add_list(const struct acl_entry entries[static ACL_ENTRIES])
{
	struct xattr_record r;
	uint8_t value[4 + 8 * ACL_ENTRIES] = { 2 };
	size_t length = 4;

	for (int i = 0; i < ACL_ENTRIES && entries[i].tag != 0; i++) {
		put16(value + length, entries[i].tag);
		put16(value + length + 2, entries[i].permissions);
		put32(value + length + 4, entries[i].id);
		length += 8;
	}
	xattr_begin(&r);
	return add(&r, "system.posix_acl_default", value, length);
}

START_TEST(access_lists_that_linux_would_not_take_are_refused)
{
	static const struct acl_entry good[][ACL_ENTRIES] = {
		{ { 0, 0, 0 } },
		{ { 1, 7, 0 }, { 4, 0, 0 }, { 32, 5, 0 } },
		{ { 1, 6, 0 }, { 4, 4, 0 }, { 16, 4, 0 }, { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 2, 4, 7 }, { 2, 4, 7 }, { 4, 4, 0 },
		    { 8, 1, 9 }, { 16, 4, 0 }, { 32, 4, 0 } },
	};
	static const struct acl_entry bad[][ACL_ENTRIES] = {
		{ { 1, 6, 0 }, { 0x1234, 6, 0 }, { 4, 4, 0 }, { 32, 4, 0 } },
		{ { 1, 8, 0 }, { 4, 4, 0 }, { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 4, 4, 0 } },
		{ { 4, 4, 0 }, { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 1, 6, 0 }, { 4, 4, 0 }, { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 4, 4, 0 }, { 2, 4, 7 }, { 16, 4, 0 },
		    { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 2, 4, 7 }, { 4, 4, 0 }, { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 4, 4, 0 }, { 8, 4, 7 }, { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 2, 4, UINT32_MAX }, { 4, 4, 0 },
		    { 16, 4, 0 }, { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 4, 4, 0 }, { 32, 4, 0 }, { 32, 4, 0 } },
		{ { 1, 6, 0 }, { 4, 4, 0 }, { 32, 4, 0 }, { 16, 4, 0 } },
	};

	for (size_t i = 0; i < COUNT(good); i++)
		ck_assert_msg(add_list(good[i]) == XATTR_ADDED, "good %zu", i);
	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(add_list(bad[i]) == XATTR_BAD_VALUE, "bad %zu",
		    i);
}
END_TEST

static uint8_t large[XATTR_LARGE_BLOCKS * DE_TAPE_BLOCK];

START_TEST(a_large_value_of_any_length_comes_back)
{
	static const size_t lengths[] = { 0, 1, 3, 4, 4040, 4096, 65535,
	    65536 };
	static uint8_t value[65536];
	char name[5 + 255 + 1] = "user.";

	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = (uint8_t)(i * 7 + i / 251 + 1);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		for (size_t n = 1; n <= 255; n += 127) {
			struct parsed found;
			size_t size = 0;
			memset(name + 5, 'n', n);
			name[5 + n] = '\0';
			memset(large, 0xff, sizeof(large));
			const struct de_xattr x = { sizeof(x), name, value,
			    lengths[i] };
			ck_assert_int_eq(xattr_encode_large(large, &x, &size),
			    XATTR_ADDED);
			ck_assert_uint_le(size, sizeof(large));
			ck_assert_uint_eq(parse_data(large, size, &found, 1),
			    1);
			ck_assert_str_eq(found.name, name + 5);
			ck_assert_uint_eq(found.length, lengths[i]);
			ck_assert_mem_eq(found.value, value, lengths[i]);
			for (size_t at = size; at < sizeof(large); at++)
				ck_assert_uint_eq(large[at], 0);
		}
	}
}
END_TEST

START_TEST(what_no_record_can_hold_is_refused_at_any_size)
{
	static const uint8_t value[65537];
	char name[5 + 256 + 1] = "user.";
	struct de_xattr x = { sizeof(x), "user.a", value, sizeof(value) };
	size_t size;

	ck_assert_int_eq(xattr_encode_large(large, &x, &size),
	    XATTR_TOO_LARGE);
	memset(name + 5, 'n', 256);
	x = (struct de_xattr){ sizeof(x), name, value, 5 };
	ck_assert_int_eq(xattr_encode_large(large, &x, &size),
	    XATTR_TOO_LARGE);
	x = (struct de_xattr){ sizeof(x), "strange.b", value, 5 };
	ck_assert_int_eq(xattr_encode_large(large, &x, &size), XATTR_UNKNOWN);
	x = (struct de_xattr){ sizeof(x), "system.posix_acl_access", value,
	    5 };
	ck_assert_int_eq(xattr_encode_large(large, &x, &size),
	    XATTR_BAD_VALUE);
}
END_TEST

/* The owner, `named` users, the group, the mask and the others. */
static size_t
make_list(uint8_t *list, uint32_t named)
{
	size_t at = 4;

	put32(list, 2);
	for (uint32_t i = 0; i < named + 4; i++) {
		static const uint16_t last[] = { 4, 16, 32 };
		put16(list + at, i == 0 ? 1 : i <= named ? 2 :
		    last[i - named - 1]);
		put16(list + at + 2, 6);
		put32(list + at + 4, i > 0 && i <= named ? 1000 + i :
		    UINT32_MAX);
		at += 8;
	}
	return at;
}

START_TEST(a_large_access_list_is_too_large_for_restore_only)
{
	static uint8_t list[65536];
	struct xattr_record r;
	struct parsed found;
	size_t size;

	for (uint32_t named = 500; named <= 8000; named += 1500) {
		const struct de_xattr x = { sizeof(x),
		    "system.posix_acl_access", list, make_list(list, named) };
		xattr_begin(&r);
		ck_assert_int_eq(xattr_add(&r, &x), named == 500 ?
		    XATTR_ADDED : XATTR_TOO_LARGE);
		ck_assert_int_eq(xattr_encode_large(large, &x, &size),
		    XATTR_ADDED);
		ck_assert_uint_eq(parse_data(large, size, &found, 1), 1);
		ck_assert_uint_eq(found.index, 2);
		ck_assert_str_eq(found.name, "");
		ck_assert_uint_eq(found.length, 4 + 4 * 4 + 8 * named);
		ck_assert_uint_eq(get32(found.value), 1);
	}
}
END_TEST

START_TEST(all_but_user_attributes_are_risky)
{
	ck_assert(!xattr_is_risky("user.a"));
	ck_assert(xattr_is_risky("trusted.a"));
	ck_assert(xattr_is_risky("security.selinux"));
	ck_assert(xattr_is_risky("system.posix_acl_access"));
	ck_assert(xattr_is_risky("unheard.of"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_kind_has_its_index,
		values_of_every_length_come_back,
		the_shortest_record_comes_back,
		nothing_added_is_no_record,
		a_record_is_never_larger_than_4096,
		what_does_not_fit_any_more_fits_into_the_next,
		many_small_ones_fill_a_record_and_come_back,
		unknown_names_are_refused,
		names_of_more_than_255_bytes_are_refused,
		access_lists_get_the_form_of_the_disk,
		access_lists_that_are_none_are_refused,
		access_lists_that_linux_would_not_take_are_refused,
		a_large_value_of_any_length_comes_back,
		what_no_record_can_hold_is_refused_at_any_size,
		a_large_access_list_is_too_large_for_restore_only,
		all_but_user_attributes_are_risky,
	};
	return unit_run("xattr", tests, COUNT(tests));
}
