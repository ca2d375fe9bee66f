/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_dialect.c - every dialect is told from the others by its volume header
 */
#include "core/format/dialect.h"

#include "generate.h"

/* A volume header, as far as it tells one dialect from another. */
struct sample {
	enum dialect_family family;
	bool big_endian;
	uint32_t magic;
	uint32_t flags;
	uint32_t ntrec;		/* at 896 */
	const char *filesystem;
	const char *device;
	uint32_t inos;		/* second word of c_addr */
};

static const struct sample samples[] = {
	/* ours, and Linux, compressed and not */
	{ DIALECT_LINUX, false, 60012, 0x3, 10, "/home", "/dev/sda1", 0 },
	{ DIALECT_LINUX, true, 60012, 0x3, 64, "/home", "/dev/dasda1", 0 },
	{ DIALECT_LINUX, false, 60012, 0x83, 32, "/", "/dev/sda1", 0 },
	{ DIALECT_LINUX, false, 60012, 0x3, 1024, "/", "/dev/sda1", 2 },
	{ DIALECT_LINUX_OLD, false, 60012, 0x81, 32, "/", "/dev/hda1", 0 },
	{ DIALECT_LINUX_OLD, false, 60012, 0x1, 10, "/", "/dev/hda1", 0 },
	{ DIALECT_LINUX_OLD, false, 60012, 0x1, 0, "/", "/dev/sda1", 0 },
	{ DIALECT_LINUX_OLD, true, 60012, 0x1, 0, "/", "/dev/sda1", 0 },
	/* the OpenBSD family has a date at 896 */
	{ DIALECT_44BSD, false, 60012, 0x3, 0, "/usr", "/dev/rsd0g", 0 },
	{ DIALECT_44BSD, true, 60012, 0x3, 0, "/usr", "/dev/rsd0g", 0 },
	{ DIALECT_44BSD, false, 60012, 0x2, 1795921888, "/", "/dev/ra0a", 0 },
	{ DIALECT_42BSD, false, 60012, 0, 0, "", "", 0 },
	{ DIALECT_42BSD, true, 60012, 0, 0x736f6d65, "\1\2", "\x80\1", 0 },
	/* with what was in memory */
	{ DIALECT_42BSD, false, 60012, 0xdeadbeef, 10, "some", "text", 2 },
	{ DIALECT_42BSD, true, 60012, 0x8b, 10, "some", "\7\1", 2 },
	{ DIALECT_UFS2, false, 0x19540119, 0, 5, "/", "/dev/ada0p2", 0 },
	{ DIALECT_UFS2, true, 0x19540119, 2, 5, "/", "/dev/rsd0a", 0 },
	{ DIALECT_SUN, true, 60012, 0x1, 0, "/export", "/dev/rsd0g", 0 },
	{ DIALECT_SUN, false, 60012, 0x1, 0, "/", "/dev/rdsk/c0d0s0", 0 },
	{ DIALECT_SUN, true, 60012, 0x3, 0, "/", "/dev/md/dsk/d0", 2 },
	{ DIALECT_SUN, true, 60012, 0x9, 0, "/", "/dev/md/dsk/d0", 0 },
	{ DIALECT_SUN_MTB, true, 60013, 0x1, 65536, "/", "/dev/rdsk/x", 0 },
	{ DIALECT_SUN_MTB, false, 60013, 0x1, 2048, "/", "/dev/rdsk/x", 0 },
	{ DIALECT_NETAPP, true, 60012, 0x1, 0, "/vol/vol0", "x", 0 },
	{ DIALECT_NETAPP, true, 60012, 0x1, 0, "/", "hourly.0", 0 },
	{ DIALECT_NETAPP, true, 60012, 0x1, 0, "/",
	    "snapshot_for_backup.3", 0 },
	{ DIALECT_4BSD, false, 60011, 0, 0, "", "", 0 },
	{ DIALECT_4BSD, true, 60011, 0, 0, "", "", 0 },
};

/* Its bytes, for 64 KiB; returns its block size. */
static uint32_t
make(const struct sample *s, uint8_t *bytes)
{
	const struct dialect d = {
		.family = s->family,
		.big_endian = s->big_endian,
		.block_size = s->family == DIALECT_SUN_MTB ? s->ntrec : 1024
	};

	memset(bytes, 0, DIALECT_BLOCK_MAX);
	order32(&d, bytes, 1);
	order32(&d, bytes + 24, s->magic);
	order32(&d, bytes + 168, s->inos);
	memcpy(bytes + 696, s->filesystem, strlen(s->filesystem));
	memcpy(bytes + 760, s->device, strlen(s->device));
	if (s->device[0] != '\0')
		memcpy(bytes + 824, "host", 4);
	order32(&d, bytes + 888, s->flags);
	order32(&d, bytes + 896, s->ntrec);
	order_checksum(&d, bytes);
	return d.block_size;
}

START_TEST(each_is_recognised)
{
	uint8_t *bytes = malloc(DIALECT_BLOCK_MAX);

	for (size_t i = 0; i < COUNT(samples); i++) {
		const struct sample *s = &samples[i];
		const uint32_t size = make(s, bytes);
		struct dialect d;
		ck_assert_msg(dialect_recognise(&d, bytes, size),
		    "sample %zu", i);
		ck_assert_msg(d.family == s->family,
		    "sample %zu: family %d, not %d", i, d.family, s->family);
		ck_assert_msg(d.big_endian == s->big_endian, "sample %zu", i);
		ck_assert_uint_eq(d.block_size, size);
		ck_assert_msg(d.compressed == (s->family <= DIALECT_LINUX_OLD &&
		    (s->flags & 0x80) != 0), "sample %zu", i);
		ck_assert(!d.swapped_halves);
		ck_assert_uint_eq(dialect_magic(&d), s->magic);
		if (s->magic != 60011)		/* 512 would do */
			ck_assert(!dialect_recognise(&d, bytes, size - 1));
		bytes[300] ^= 1;
		ck_assert_msg(!dialect_recognise(&d, bytes, size),
		    "sample %zu, damaged", i);
	}
	free(bytes);
}
END_TEST

/* By the header after it, if the volume header is damaged. */
START_TEST(it_is_found_behind_damage)
{
	uint8_t *bytes = malloc(2 * (size_t)DIALECT_BLOCK_MAX);
	struct dialect d;
	size_t at;

	for (size_t i = 0; i < COUNT(samples); i++) {
		const struct sample *s = &samples[i];
		const uint32_t size = make(s, bytes + 2048);
		const struct dialect made = { .family = s->family,
		    .big_endian = s->big_endian, .block_size = size };
		memset(bytes, 0x55, 2048);
		order32(&made, bytes + 2048, 6);
		order_checksum(&made, bytes + 2048);
		ck_assert_msg(dialect_search(&d, bytes, 2048 + size, &at),
		    "sample %zu", i);
		ck_assert_uint_eq(at, 2048);
		ck_assert_msg(d.family == s->family || s->inos != 0,
		    "sample %zu: family %d, not %d", i, d.family, s->family);
		ck_assert(!dialect_search(&d, bytes, 2048, &at));
	}
	ck_assert(!dialect_search(&d, bytes, 0, &at));
	free(bytes);
}
END_TEST

/* The block size of these is seen from the checksum only. */
START_TEST(those_of_a_pdp_11_are_recognised)
{
	static const uint32_t sizes[] = { 512, 1024 };
	struct dialect v7 = { .family = DIALECT_V7 }, d;
	uint8_t bytes[2048];

	for (size_t i = 0; i < COUNT(sizes); i++) {
		memset(bytes, 0, sizeof(bytes));
		for (size_t at = 0; at < sizeof(bytes); at += sizes[i]) {
			order16(&v7, bytes + at, at == 0 ? 1 : 6);
			order32(&v7, bytes + at + 2, 300000000);
			order16(&v7, bytes + at + 18, 60011);
			v7.block_size = sizes[i];
			order_checksum(&v7, bytes + at);
		}
		ck_assert(dialect_recognise(&d, bytes, sizeof(bytes)));
		ck_assert_int_eq(d.family, DIALECT_V7);
		ck_assert_uint_eq(d.block_size, sizes[i]);
		ck_assert_uint_eq(dialect_get32(&d, bytes + 2), 300000000);
		ck_assert(dialect_recognise(&d, bytes, sizes[i]));
		ck_assert_uint_eq(d.block_size, sizes[i]);
	}
	ck_assert(!dialect_recognise(&d, bytes, 511));
}
END_TEST

START_TEST(blocks_of_impossible_sizes_are_refused)
{
	static const uint32_t sizes[] = { 0, 512, 1025, 66560, 0x80000000 };
	uint8_t *bytes = malloc(DIALECT_BLOCK_MAX);
	struct sample s = { DIALECT_SUN_MTB, true, 60013, 1, 2048, "/", "d",
	    0 };
	struct dialect d;

	make(&s, bytes);
	ck_assert(dialect_recognise(&d, bytes, DIALECT_BLOCK_MAX));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		order32(&d, bytes + 896, sizes[i]);
		const struct dialect whole = { .family = DIALECT_SUN_MTB,
		    .big_endian = true, .block_size = DIALECT_BLOCK_MAX };
		order_checksum(&whole, bytes);
		struct dialect found;
		ck_assert_msg(!dialect_recognise(&found, bytes,
		    DIALECT_BLOCK_MAX), "%u", sizes[i]);
	}
	free(bytes);
}
END_TEST

/* Volume header, a map of 2 blocks, and another header. */
static void
put_old_stream(const struct dialect *d, uint8_t *bytes, size_t count_at)
{
	static const struct { size_t block; uint32_t type, count; } made[] = {
		{ 0, 1, 77 }, { 1, 6, 2 }, { 4, 2, 0 }
	};

	memset(bytes, 0, 8192);
	for (size_t i = 0; i < 3; i++) {
		uint8_t *block = bytes + made[i].block * 1024;
		order32(d, block, made[i].type);
		order32(d, block + 24, 60011);
		order32(d, block + count_at, made[i].count);
		order_checksum(d, block);
	}
}

START_TEST(counts_that_lead_to_headers_tell_which_60011_it_is)
{
	uint8_t bytes[8192];

	for (int big = 0; big < 2; big++)
		for (int is_new = 0; is_new < 2; is_new++) {
			struct dialect d = { .family = DIALECT_4BSD,
				.big_endian = big != 0, .block_size = 1024 };
			put_old_stream(&d, bytes, is_new != 0 ? 160 : 96);
			ck_assert(dialect_recognise(&d, bytes, 8192));
			ck_assert_int_eq(d.family, is_new != 0 ?
			    DIALECT_4BSD_FFS : DIALECT_4BSD);
			ck_assert_int_eq(d.big_endian, big != 0);
			/* Where nothing tells, it is the older one. */
			ck_assert(dialect_recognise(&d, bytes, 1024));
			ck_assert_int_eq(d.family, DIALECT_4BSD);
			ck_assert(dialect_force(&d, "4bsd-ffs"));
		}
}
END_TEST

START_TEST(it_is_described)
{
	char text[DIALECT_TEXT_BYTES];
	struct dialect d = { .family = DIALECT_LINUX, .compressed = true };

	dialect_describe(&d, text);
	ck_assert_str_eq(text, "Linux dump, little-endian, compressed");
	d = (struct dialect){ .family = DIALECT_42BSD, .big_endian = true,
	    .swapped_halves = true };
	dialect_describe(&d, text);
	ck_assert_str_eq(text, "4.2BSD or 4.3BSD dump, big-endian, halves of "
	    "sizes swapped");
	d = (struct dialect){ .family = DIALECT_V7 };
	dialect_describe(&d, text);
	ck_assert_str_eq(text, "V7 dump, PDP-11");
}
END_TEST

START_TEST(another_of_the_same_magic_can_be_forced)
{
	struct dialect d = { .family = DIALECT_LINUX_OLD, .big_endian = true,
	    .block_size = 1024 };

	ck_assert(dialect_force(&d, "sun"));
	ck_assert_int_eq(d.family, DIALECT_SUN);
	ck_assert(d.big_endian);
	ck_assert(!dialect_force(&d, "ufs2"));
	ck_assert(!dialect_force(&d, "minix"));
	ck_assert_int_eq(d.family, DIALECT_SUN);
	ck_assert(dialect_force(&d, "4.4bsd"));
	ck_assert_int_eq(d.family, DIALECT_44BSD);
}
END_TEST

struct foreign {
	const char *bytes;
	size_t length;
	size_t at;
	const char *said;
};

#define FOREIGN(bytes, at, said) { bytes, sizeof(bytes) - 1, at, said }

START_TEST(what_is_not_a_dump_is_named)
{
	static const struct foreign all[] = {
		FOREIGN("ustar", 257, "with tar"),
		FOREIGN("070701", 0, "cpio"),
		FOREIGN("xFSdump0", 0, "xfsrestore"),
		FOREIGN("\x09\0\x6b\xea", 0, "AIX"),
		FOREIGN("\x1f\x8b\x08", 0, "gzip"),
		FOREIGN("BZh91AY", 0, "bzip2"),
		FOREIGN("\xfd" "7zXZ\0", 0, "xz"),
		FOREIGN("\x28\xb5\x2f\xfd", 0, "zstd"),
		FOREIGN("\x01\xb3\xa1\x13\x22", 0, "vos restore"),
		FOREIGN("495115637697\n1.0\n", 0, "QFA"),
		FOREIGN("\xde\x12\x04\x95", 0, "message catalogue"),
		FOREIGN("\x53\xef", 1080, "mount it"),
	};

	for (size_t i = 0; i < COUNT(all); i++) {
		const size_t length = all[i].at + all[i].length;
		uint8_t *bytes = calloc(1, length);
		memcpy(bytes + all[i].at, all[i].bytes, all[i].length);
		const char *said = dialect_foreign(bytes, length);
		ck_assert_ptr_nonnull(said);
		ck_assert_msg(strstr(said, all[i].said) != NULL,
		    "%s, not %s", said, all[i].said);
		ck_assert_ptr_null(dialect_foreign(bytes, all[i].at));
		free(bytes);
	}
}
END_TEST

START_TEST(tar_is_known_without_a_magic_number)
{
	uint8_t bytes[512] = "some/file";
	unsigned int sum = 8 * ' ';

	memcpy(bytes + 100, "0000644", 7);
	for (size_t i = 0; i < sizeof(bytes); i++)
		sum += bytes[i];
	snprintf((char *)bytes + 148, 8, "%6o", sum);
	ck_assert_ptr_nonnull(dialect_foreign(bytes, sizeof(bytes)));
	ck_assert_ptr_null(dialect_foreign(bytes, sizeof(bytes) - 1));
	bytes[0] ^= 1;
	ck_assert_ptr_null(dialect_foreign(bytes, sizeof(bytes)));
	memset(bytes, 0, sizeof(bytes));
	ck_assert_ptr_null(dialect_foreign(bytes, sizeof(bytes)));
	memset(bytes, 'x', sizeof(bytes));
	ck_assert_ptr_null(dialect_foreign(bytes, sizeof(bytes)));
	ck_assert_ptr_null(dialect_foreign(bytes, 0));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_is_recognised,
		it_is_found_behind_damage,
		those_of_a_pdp_11_are_recognised,
		blocks_of_impossible_sizes_are_refused,
		counts_that_lead_to_headers_tell_which_60011_it_is,
		it_is_described,
		another_of_the_same_magic_can_be_forced,
		what_is_not_a_dump_is_named,
		tar_is_known_without_a_magic_number,
	};
	return unit_run("dialect", tests, COUNT(tests));
}
