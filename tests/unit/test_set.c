/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/made_set.h"
#include "tests/unit/unit.h"

static int null_fd;
static char damage[100];		/* being tried, for messages */

static void
note(const char *what, size_t where, size_t size)
{
	snprintf(damage, sizeof(damage), "%s %zu (%zu)", what, where, size);
}

static void
read_from(struct fake_volumes *f, const struct made_set *m)
{
	fake_volumes_init(f, null_fd);
	f->volumes[0] = (struct fake_volume){ .bytes = m->bytes,
		.length = m->blocks * DE_TAPE_BLOCK };
}

static void
expect_whole(const struct made_part *p)
{
	if (p->unwanted)
		return;
	ck_assert_msg(p->times == 1, "inode %u came %u times; %s",
	    (unsigned int)p->inode, p->times, damage);
	ck_assert_msg(p->whole && !p->wrong && p->lost == 0,
	    "inode %u (%zu): %s, %s, %lu bytes lost; %s",
	    (unsigned int)p->inode, p->begin, p->whole ? "whole" : "not whole", p->wrong ? "wrong" : "right",
	    (unsigned long)p->lost, damage);
	ck_assert_msg(p->xattrs_seen == p->xattrs,
	    "inode %u: %u attributes of %u", (unsigned int)p->inode,
	    p->xattrs_seen, p->xattrs);
}

/*
 * All inodes but those with blocks from `begin` to `end` are whole; and these
 * are if nothing is said of them.
 */
static void
expect_damage_within(const struct made_set *m, size_t begin, size_t end,
    bool data_is_checked)
{
	for (unsigned int i = 0; i < m->count; i++) {
		const struct made_part *p = &m->parts[i];
		if (p->end <= begin || p->begin >= end)
			expect_whole(p);
		else if (data_is_checked && p->times == 1 && p->whole)
			ck_assert_msg(!p->wrong, "inode %u (%zu) is wrong, "
			    "and nothing is said; %s",
			    (unsigned int)p->inode, p->begin, damage);
	}
}

static void
expect_all_whole(const struct made_set *m, const struct made_result *r)
{
	ck_assert(r->opened);
	ck_assert(r->has_maps);
	ck_assert(r->complete);
	ck_assert_uint_eq(r->lost_blocks, 0);
	ck_assert_uint_eq(r->strangers, 0);
	for (unsigned int i = 0; i < m->count; i++)
		expect_whole(&m->parts[i]);
}

START_TEST(set_is_read)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_all_kinds(&m);
	made_set_file(&m, 50, 700000, false);	/* behind the end */
	read_from(&f, &m);
	const struct made_result r = made_set_read(&m, &f);
	m.count--;
	expect_all_whole(&m, &r);
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

START_TEST(dump_of_nothing_has_an_empty_map)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_begin(&m, MADE_DATE);
	m.blocks = m.parts[0].begin - 2;	/* without the second map */
	m.count = 0;
	made_set_end(&m, false);
	read_from(&f, &m);
	const struct made_result r = made_set_read(&m, &f);
	ck_assert(r.complete);
	ck_assert(r.has_maps);
	ck_assert_uint_eq(r.lost_blocks, 0);
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

START_TEST(damaged_header_loses_its_inode_and_no_other)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_all_kinds(&m);
	read_from(&f, &m);
	for (size_t block = 1; block < m.blocks; block++) {
		note("damaged block", block, 1);
		uint8_t *byte = &m.bytes[block * DE_TAPE_BLOCK + 30];
		*byte ^= 0x10;
		const struct made_result r = made_set_read(&m, &f);
		*byte ^= 0x10;
		ck_assert(r.opened);
		ck_assert_uint_eq(r.strangers, 0);
		expect_damage_within(&m, block, block + 1, false);
	}
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

/* Cut blocks out of a copy. */
static void
read_without(struct made_set *m, size_t from, size_t bytes,
    struct made_result *r)
{
	const size_t length = m->blocks * DE_TAPE_BLOCK - bytes;
	struct fake_volumes f;

	fake_volumes_init(&f, null_fd);
	uint8_t *copy = malloc(length);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, m->bytes, from);
	memcpy(copy + from, m->bytes + from + bytes, length - from);
	f.volumes[0] = (struct fake_volume){ .bytes = copy, .length = length };
	*r = made_set_read(m, &f);
	fake_volumes_free(&f);
	free(copy);
}

START_TEST(missing_record_loses_its_inodes_and_no_other)
{
	struct made_set m;
	struct made_result r;

	made_set_all_kinds(&m);
	for (size_t from = MADE_BLOCKING; from < m.blocks - MADE_BLOCKING;
	    from += MADE_BLOCKING) {
		note("record missing from", from, MADE_BLOCKING);
		read_without(&m, from * DE_TAPE_BLOCK, MADE_RECORD, &r);
		ck_assert_uint_eq(r.strangers, 0);
		ck_assert_msg(r.complete, "no end; %s", damage);
		expect_damage_within(&m, from, from + MADE_BLOCKING, true);
	}
	made_set_free(&m);
}
END_TEST

/* Bytes of contents alone cannot be checked: the record is all of one file. */
static bool
is_within(const struct made_set *m, const struct made_part *p, size_t from)
{
	for (size_t i = from; i < from + MADE_BLOCKING; i++)
		if (m->is_header[i])
			return false;
	return p->begin < from && p->end > from;
}

START_TEST(garbled_record_loses_its_inodes_and_no_other)
{
	struct made_set m;
	uint8_t saved[MADE_RECORD];
	struct fake_volumes f;

	made_set_all_kinds(&m);
	read_from(&f, &m);
	for (size_t from = MADE_BLOCKING; from < m.blocks - MADE_BLOCKING;
	    from += MADE_BLOCKING) {
		uint8_t *record = m.bytes + from * DE_TAPE_BLOCK;
		note("garbled record", from, MADE_BLOCKING);
		memcpy(saved, record, MADE_RECORD);
		memset(record, 0x55, MADE_RECORD);
		const struct made_result r = made_set_read(&m, &f);
		memcpy(record, saved, MADE_RECORD);
		ck_assert_uint_eq(r.strangers, 0);
		ck_assert_msg(r.complete, "no end; %s", damage);
		expect_damage_within(&m, from, from + MADE_BLOCKING, false);
		for (unsigned int i = 0; i < m.count; i++) {
			const struct made_part *p = &m.parts[i];
			ck_assert_msg(!p->whole || !p->wrong ||
			    is_within(&m, p, from), "inode %u (%zu) is wrong, "
			    "and nothing is said; %s", (unsigned int)p->inode,
			    p->begin, damage);
		}
	}
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

/*
 * Where the first of the missing blocks was a header, those before it may be
 * missing as well as those behind it.
 */
START_TEST(missing_blocks_lose_their_inodes_and_neighbours)
{
	static const size_t sizes[] = { 1, 3, MADE_BLOCKING - 1 };
	struct made_set m;
	struct made_result r;

	made_set_all_kinds(&m);
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t from = MADE_BLOCKING; from + sizes[i] <
		    m.blocks - MADE_BLOCKING; from++) {
			note("blocks missing from", from, sizes[i]);
			read_without(&m, from * DE_TAPE_BLOCK, sizes[i] *
			    DE_TAPE_BLOCK, &r);
			ck_assert_uint_eq(r.strangers, 0);
			ck_assert_msg(r.complete, "no end; %s", damage);
			expect_damage_within(&m, from - sizes[i] + 1,
			    from + sizes[i], true);
		}
	made_set_free(&m);
}
END_TEST

START_TEST(missing_bytes_lose_their_inode_and_neighbours)
{
	static const size_t sizes[] = { 1, 100, 1500 };
	struct made_set m;
	struct made_result r;

	made_set_all_kinds(&m);
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t from = MADE_RECORD; from + sizes[i] < (m.blocks -
		    MADE_BLOCKING) * DE_TAPE_BLOCK; from += 1111) {
			note("bytes missing from", from, sizes[i]);
			read_without(&m, from, sizes[i], &r);
			ck_assert_msg(r.complete, "no end; %s", damage);
			ck_assert_uint_eq(r.strangers, 0);
			expect_damage_within(&m, (from - sizes[i]) /
			    DE_TAPE_BLOCK - 1,
			    (from + sizes[i] - 1) / DE_TAPE_BLOCK + 1, true);
		}
	made_set_free(&m);
}
END_TEST

START_TEST(unreadable_record_loses_its_inodes_and_no_other)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_all_kinds(&m);
	read_from(&f, &m);
	for (int known = 0; known < 2; known++)
		for (size_t from = MADE_BLOCKING; from + MADE_BLOCKING <
		    m.blocks; from += MADE_BLOCKING / 2) {
			struct fake_volume *v = &f.volumes[0];
			v->lost_from = from * DE_TAPE_BLOCK;
			v->lost_to = v->lost_from + MADE_RECORD;
			note("unreadable from", from, (size_t)known);
			v->lost_is_unknown = known == 0;
			const struct made_result r = made_set_read(&m, &f);
			ck_assert_uint_eq(r.strangers, 0);
			expect_damage_within(&m, from, from + MADE_BLOCKING,
			    true);
		}
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

START_TEST(set_cut_short_loses_its_end_and_no_more)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_all_kinds(&m);
	read_from(&f, &m);
	f.answer = VERDICT_GO_ON;
	f.skip = true;
	for (size_t blocks = MADE_BLOCKING; blocks < m.blocks -
	    MADE_BLOCKING; blocks++) {
		note("cut at", blocks, 0);
		f.volumes[0].length = blocks * DE_TAPE_BLOCK - 77;
		const struct made_result r = made_set_read(&m, &f);
		ck_assert(!r.complete);
		expect_damage_within(&m, blocks - 1, m.blocks, true);
	}
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

/* --------------------------------------------------- contents like headers */

/* An inner set of the same date, whose inodes are 20 to 33 and others. */
static void
make_nested(struct made_set *m, struct made_set *inner)
{
	made_set_all_kinds(inner);
	made_set_begin(m, MADE_DATE);
	made_set_file(m, 112, 1000, false);
	made_set_file_of_set(m, 150, inner);
	made_set_file(m, 160, 2000, false);
	made_set_file(m, 170, 2000, false);
	made_set_end(m, false);
}

START_TEST(contents_like_a_set_are_contents)
{
	struct made_set m, inner;
	struct fake_volumes f;

	make_nested(&m, &inner);
	read_from(&f, &m);
	const struct made_result r = made_set_read(&m, &f);
	expect_all_whole(&m, &r);
	fake_volumes_free(&f);
	made_set_free(&m);
	made_set_free(&inner);
}
END_TEST

START_TEST(contents_like_a_set_are_contents_before_damage)
{
	struct made_set m, inner;
	struct fake_volumes f;

	make_nested(&m, &inner);
	read_from(&f, &m);
	const size_t header = m.parts[3].begin;
	m.bytes[header * DE_TAPE_BLOCK + 100] ^= 1;
	const struct made_result r = made_set_read(&m, &f);
	ck_assert(r.complete);
	ck_assert_uint_eq(r.strangers, 0);
	expect_damage_within(&m, header, header + 1, true);
	fake_volumes_free(&f);
	made_set_free(&m);
	made_set_free(&inner);
}
END_TEST

/* ------------------------------------------------------------------- volumes */

START_TEST(set_may_be_cut_into_volumes_anywhere)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_all_kinds(&m);
	for (size_t repeated = 0; repeated < 4; repeated += 3)
		for (size_t at = 5; at < m.blocks; at++) {
			note("cut", at, repeated);
			read_from(&f, &m);
			f.volumes[0].length = at * DE_TAPE_BLOCK;
			f.volumes[1].length = made_set_last_volume(&m, 2, at,
			    repeated, &f.volumes[1].bytes);
			const struct made_result r = made_set_read(&m, &f);
			expect_all_whole(&m, &r);
			ck_assert_uint_eq(f.asked, 0);
			free(f.volumes[1].bytes);
			fake_volumes_free(&f);
		}
	made_set_free(&m);
}
END_TEST

START_TEST(damaged_volume_header_loses_nothing)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_all_kinds(&m);
	for (size_t at = 11; at < m.blocks; at += 5) {
		note("cut", at, 0);
		read_from(&f, &m);
		f.volumes[0].length = at * DE_TAPE_BLOCK;
		f.volumes[1].length = made_set_last_volume(&m, 2, at, 0,
		    &f.volumes[1].bytes);
		f.volumes[1].bytes[40] ^= 1;
		const struct made_result r = made_set_read(&m, &f);
		expect_all_whole(&m, &r);
		free(f.volumes[1].bytes);
		fake_volumes_free(&f);
	}
	made_set_free(&m);
}
END_TEST

START_TEST(missing_volume_loses_what_is_on_it)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_all_kinds(&m);
	for (size_t at = 10; at < m.blocks - MADE_BLOCKING; at += 7) {
		note("volume missing from", at, 0);
		read_from(&f, &m);
		f.volumes[0].length = at * DE_TAPE_BLOCK;
		f.skip = true;
		f.answer = VERDICT_GO_ON;
		const struct made_result r = made_set_read(&m, &f);
		ck_assert(!r.complete);
		ck_assert_uint_gt(f.asked, 0);
		expect_damage_within(&m, at, m.blocks, true);
		fake_volumes_free(&f);
	}
	made_set_free(&m);
}
END_TEST

START_TEST(file_goes_on_behind_a_missing_volume)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_begin(&m, MADE_DATE);
	made_set_file(&m, 12, 4000000, false);
	made_set_file(&m, 13, 3000, false);
	made_set_end(&m, false);
	const struct made_part *p = &m.parts[1];
	for (size_t from = 100; from < 3000; from += 331) {
		const size_t to = from + 700;
		note("volume missing from", from, to);
		read_from(&f, &m);
		f.skip = true;
		f.answer = VERDICT_GO_ON;
		f.volumes[0].length = from * DE_TAPE_BLOCK;
		f.volumes[2].length = made_set_last_volume(&m, 3, to, 0,
		    &f.volumes[2].bytes);
		const struct made_result r = made_set_read(&m, &f);
		ck_assert(r.complete);
		ck_assert(p->times == 1 && !p->whole && !p->wrong);
		ck_assert_uint_ge(p->lost, (to - from) * DE_TAPE_BLOCK - 4096);
		ck_assert_uint_le(p->lost, (to - from + 2 * HEADER_ADDRS) *
		    DE_TAPE_BLOCK);
		expect_damage_within(&m, from, to, true);
		free(f.volumes[2].bytes);
		fake_volumes_free(&f);
	}
	made_set_free(&m);
}
END_TEST

START_TEST(first_volume_cut_short_loses_its_end)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_all_kinds(&m);
	for (size_t at = 20; at < m.blocks; at += 3) {
		note("short volume", at, 2);
		read_from(&f, &m);
		f.volumes[0].length = (at - 2) * DE_TAPE_BLOCK - 5;
		f.volumes[1].length = made_set_last_volume(&m, 2, at, 0,
		    &f.volumes[1].bytes);
		const struct made_result r = made_set_read(&m, &f);
		ck_assert(r.complete);
		expect_damage_within(&m, at - 3, at, true);
		free(f.volumes[1].bytes);
		fake_volumes_free(&f);
	}
	made_set_free(&m);
}
END_TEST

START_TEST(wrong_volume_is_asked_for)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_all_kinds(&m);
	read_from(&f, &m);
	f.volumes[0].length = (size_t)50 * DE_TAPE_BLOCK;
	f.volumes[1] = f.volumes[0];
	const struct made_result r = made_set_read(&m, &f);
	ck_assert(!r.complete);
	ck_assert_uint_eq(f.asked, 1);
	ck_assert_str_eq(f.why, "2: it is volume 1");
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

/* A header of attributes is lost where all files have some. */
START_TEST(lost_attributes_are_named)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_begin(&m, MADE_DATE);
	for (uint32_t inode = 12; inode < 22; inode++) {
		made_set_file(&m, inode, 1000, false);
		made_set_xattr(&m, "user.a", 10);
	}
	made_set_end(&m, false);
	read_from(&f, &m);
	for (unsigned int i = 6; i < m.count; i++) {
		const struct made_part *p = &m.parts[i];
		const size_t header = p->begin + 2;
		ck_assert(m.is_header[header]);
		note("damaged header", header, 1);
		m.bytes[header * DE_TAPE_BLOCK + 30] ^= 0x10;
		const struct made_result r = made_set_read(&m, &f);
		m.bytes[header * DE_TAPE_BLOCK + 30] ^= 0x10;
		ck_assert(r.complete);
		ck_assert_msg(p->lost_xattrs && !p->whole,
		    "nothing is said; %s", damage);
		expect_damage_within(&m, header, header + 1, true);
	}
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

/* ------------------------------------------------------------ what is wanted */

/* Large files, of which the last but one is wanted. */
static void
make_large(struct made_set *m)
{
	made_set_begin(m, MADE_DATE);
	for (uint32_t inode = 12; inode < 18; inode++)
		made_set_file(m, inode, 3000000, inode == 14);
	made_set_end(m, false);
	for (unsigned int i = 1; i < m->count; i++)
		m->parts[i].unwanted = m->parts[i].inode != 16;
}

START_TEST(what_is_not_wanted_is_jumped_over)
{
	struct made_set m;
	struct fake_volumes f;

	make_large(&m);
	for (int seeks = 0; seeks < 2; seeks++) {
		read_from(&f, &m);
		f.seeks = seeks != 0;
		const struct made_result r = made_set_read(&m, &f);
		expect_all_whole(&m, &r);
		if (seeks != 0)
			ck_assert_uint_ge(f.moves, 10);
		else
			ck_assert_uint_eq(f.moves, 0);
		fake_volumes_free(&f);
	}
	made_set_free(&m);
}
END_TEST

/* By its size, where moving is slow, or nobody knows where the volume ends. */
START_TEST(large_file_that_is_not_wanted_is_not_read)
{
	const uint64_t large = UINT64_C(100) << 20;
	struct made_set m;
	struct fake_volumes f;

	made_set_begin(&m, MADE_DATE);
	made_set_file(&m, 12, 3000, false);
	made_set_file(&m, 13, large, false);
	made_set_file(&m, 14, 300000, false);
	made_set_end(&m, false);
	m.parts[2].unwanted = true;
	for (int is_tape = 0; is_tape < 2; is_tape++) {
		read_from(&f, &m);
		f.seeks = f.hides_size = true;
		f.record = is_tape != 0 ? MADE_RECORD : 0;
		const struct made_result r = made_set_read(&m, &f);
		expect_all_whole(&m, &r);
		ck_assert_uint_lt(f.reads, large / 3);
		fake_volumes_free(&f);
	}
	made_set_free(&m);
}
END_TEST

/* 40 MB in files of 2 MB, all but inode 30 unwanted; on two volumes, or one. */
static struct made_result
read_aiming(struct made_set *m, struct fake_volumes *f, size_t cut,
    uint32_t inode, int64_t off)
{
	const struct made_part *p = &m->parts[19];

	ck_assert_uint_eq(p->inode, 30);
	m->aim_inode = inode;
	m->aim_volume = cut == 0 ? 1 : 2;
	m->aim_position = (uint64_t)((int64_t)((p->begin - cut +
	    (cut == 0 ? 0 : 1)) * DE_TAPE_BLOCK) + off);
	read_from(f, m);
	f->seeks = true;
	if (cut > 0) {
		f->volumes[0].length = cut * DE_TAPE_BLOCK;
		f->volumes[1].length = made_set_last_volume(m, 2, cut, 0,
		    &f->volumes[1].bytes);
	}
	return made_set_read(m, f);
}

START_TEST(place_of_what_is_wanted_is_gone_to)
{
	struct made_set m;
	struct fake_volumes f;

	made_set_begin(&m, MADE_DATE);
	for (uint32_t inode = 12; inode < 32; inode++)
		made_set_file(&m, inode, 2000000, false);
	made_set_end(&m, false);
	for (unsigned int i = 1; i < m.count; i++)
		m.parts[i].unwanted = m.parts[i].inode != 30;
	struct made_part *wanted = &m.parts[19];
	const size_t cut = m.parts[10].begin + 100;
	const size_t cuts[] = { 0, cut };
	for (size_t i = 0; i < COUNT(cuts); i++)
		for (int is_right = 0; is_right < 3; is_right++) {
			struct made_result r;
			/* Also a little before it; and not what it should be. */
			r = read_aiming(&m, &f, cuts[i], is_right == 0 ? 25 :
			    30, is_right == 2 ? -5120 : 0);
			ck_assert(r.opened && r.complete);
			ck_assert_uint_eq(r.lost_blocks, 0);
			ck_assert(wanted->times == 1 && wanted->whole &&
			    !wanted->wrong);
			ck_assert_uint_eq(m.parts[8].times, is_right == 0);
			ck_assert_uint_eq(f.asked, 0);
			free(f.volumes[1].bytes);
			fake_volumes_free(&f);
		}
	made_set_free(&m);
}
END_TEST

START_TEST(damage_of_what_is_not_wanted_does_not_spread)
{
	struct made_set m;
	struct fake_volumes f;
	struct made_result r;

	make_large(&m);
	const struct made_part *before = &m.parts[4], *wanted = &m.parts[5];
	ck_assert_uint_eq(wanted->inode, 16);
	for (size_t from = before->begin / MADE_BLOCKING * MADE_BLOCKING;
	    from + MADE_BLOCKING <= wanted->begin; from += 200) {
		read_without(&m, from * DE_TAPE_BLOCK, MADE_RECORD, &r);
		expect_whole(wanted);
	}
	/* Of a header of what is not wanted, too. */
	read_from(&f, &m);
	for (size_t block = before->begin; block < wanted->begin; block++) {
		if (!m.is_header[block])
			continue;
		m.bytes[block * DE_TAPE_BLOCK + 30] ^= 0x10;
		r = made_set_read(&m, &f);
		m.bytes[block * DE_TAPE_BLOCK + 30] ^= 0x10;
		expect_whole(wanted);
	}
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

/*
 * A lost header that stands for nothing but data can be done without: it is as
 * long as the size says.
 */
START_TEST(data_behind_a_lost_header_is_found)
{
	struct made_set m;
	struct fake_volumes f;

	make_large(&m);
	for (unsigned int i = 0; i < m.count; i++)
		m.parts[i].unwanted = false;
	const struct made_part *p = &m.parts[2];
	read_from(&f, &m);
	for (size_t block = p->begin + 1; block < p->end; block++) {
		if (!m.is_header[block])
			continue;
		note("damaged header", block, 1);
		m.bytes[block * DE_TAPE_BLOCK + 30] ^= 0x10;
		const struct made_result r = made_set_read(&m, &f);
		m.bytes[block * DE_TAPE_BLOCK + 30] ^= 0x10;
		expect_damage_within(&m, 0, 0, true);
		ck_assert(r.complete);
		ck_assert_uint_eq(r.lost_blocks, 1);
	}
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

/* ---------------------------------------------------------------- the rest */

static void
make_with_late(struct made_set *m)
{
	made_set_begin(m, MADE_DATE);
	made_set_file(m, 12, 3000, false);
	made_set_file(m, 13, 3000, false);
	made_set_end(m, true);
	made_set_late_xattr(m, 12, 10);
	made_set_late_xattr(m, 13, 65536);
	made_set_end(m, false);
}

START_TEST(attributes_behind_the_end_are_passed_on)
{
	struct made_set m;
	struct fake_volumes f;

	make_with_late(&m);
	read_from(&f, &m);
	struct made_result r = made_set_read(&m, &f);
	expect_all_whole(&m, &r);
	ck_assert_uint_eq(r.late, 2);
	ck_assert_uint_eq(f.asked, 0);
	/* They may be on a second volume. */
	for (size_t at = 15; at < m.blocks; at += 7) {
		f.volumes[0].length = at * DE_TAPE_BLOCK;
		f.volumes[1].length = made_set_last_volume(&m, 2, at, 0,
		    &f.volumes[1].bytes);
		r = made_set_read(&m, &f);
		expect_all_whole(&m, &r);
		ck_assert_uint_eq(r.late, 2);
		free(f.volumes[1].bytes);
	}
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

START_TEST(damage_behind_the_end_loses_attributes_only)
{
	struct made_set m;
	struct fake_volumes f;

	make_with_late(&m);
	read_from(&f, &m);
	const size_t first = m.parts[2].end + 1;
	for (size_t block = first; block < m.blocks; block++) {
		uint8_t *byte = &m.bytes[block * DE_TAPE_BLOCK + 30];
		note("damaged block", block, 1);
		*byte ^= 0x10;
		const struct made_result r = made_set_read(&m, &f);
		*byte ^= 0x10;
		expect_damage_within(&m, 0, 0, true);
		ck_assert_uint_ge(r.late + (r.lost_late ? 1 : 0), 1);
		if (r.late < 2)
			ck_assert_msg(r.lost_late, "nothing is said; %s",
			    damage);
	}
	fake_volumes_free(&f);
	made_set_free(&m);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		set_is_read,
		dump_of_nothing_has_an_empty_map,
		damaged_header_loses_its_inode_and_no_other,
		missing_record_loses_its_inodes_and_no_other,
		garbled_record_loses_its_inodes_and_no_other,
		missing_blocks_lose_their_inodes_and_neighbours,
		missing_bytes_lose_their_inode_and_neighbours,
		unreadable_record_loses_its_inodes_and_no_other,
		set_cut_short_loses_its_end_and_no_more,
		contents_like_a_set_are_contents,
		contents_like_a_set_are_contents_before_damage,
		set_may_be_cut_into_volumes_anywhere,
		damaged_volume_header_loses_nothing,
		missing_volume_loses_what_is_on_it,
		file_goes_on_behind_a_missing_volume,
		first_volume_cut_short_loses_its_end,
		wrong_volume_is_asked_for,
		lost_attributes_are_named,
		what_is_not_wanted_is_jumped_over,
		large_file_that_is_not_wanted_is_not_read,
		place_of_what_is_wanted_is_gone_to,
		damage_of_what_is_not_wanted_does_not_spread,
		data_behind_a_lost_header_is_found,
		attributes_behind_the_end_are_passed_on,
		damage_behind_the_end_loses_attributes_only,
	};

	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return unit_run("set", tests, COUNT(tests));
}
