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

int
main(void)
{
	const TTest *const tests[] = {
		set_is_read,
		damaged_header_loses_its_inode_and_no_other,
		missing_record_loses_its_inodes_and_no_other,
		missing_blocks_lose_their_inodes_and_neighbours,
		missing_bytes_lose_their_inode_and_neighbours,
		unreadable_record_loses_its_inodes_and_no_other,
		set_cut_short_loses_its_end_and_no_more,
	};

	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return unit_run("set", tests, COUNT(tests));
}
