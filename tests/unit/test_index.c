/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/format/index_decode.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/base/digest.h"

#include "generate.h"

/* ---------------------------------------------------- what is put and taken */

/* The parts as a decoder gave them; of those put, the same is known. */
struct parts {
	struct index_inode *inodes;
	size_t inode_count;
	uint64_t *digests;
	size_t digest_count;
	uint32_t volume, blocks;
	uint64_t first;			/* of the digests */
	char about[200];
	uint8_t directory[200];
	size_t directory_length;
	unsigned int calls;		/* until a visitor says no */
};

static bool
go_on(struct parts *p)
{
	return p->calls == 0 || --p->calls > 0;
}

static bool
take_about(void *arg, const char *json, size_t length)
{
	struct parts *p = arg;

	ck_assert_int_eq(json[length], '\0');
	snprintf(p->about, sizeof(p->about), "%s", json);
	return go_on(p);
}

static bool
take_digests(void *arg, uint32_t volume, uint32_t blocks, uint64_t first,
    const uint64_t *digests, size_t count)
{
	struct parts *p = arg;

	ck_assert_uint_gt(count, 0);
	ck_assert_uint_gt(blocks, 0);
	if (p->digest_count == 0)
		p->first = first;
	p->volume = volume;
	p->blocks = blocks;
	p->digests = realloc(p->digests, (p->digest_count + count) *
	    sizeof(*digests));
	memcpy(p->digests + p->digest_count, digests,
	    count * sizeof(*digests));
	p->digest_count += count;
	return go_on(p);
}

static bool
take_inodes(void *arg, const struct index_inode *list, size_t count)
{
	struct parts *p = arg;

	ck_assert_uint_gt(count, 0);
	ck_assert_uint_le(count, INDEX_BATCH);
	p->inodes = realloc(p->inodes, (p->inode_count + count) *
	    sizeof(*list));
	memcpy(p->inodes + p->inode_count, list, count * sizeof(*list));
	p->inode_count += count;
	return go_on(p);
}

static bool
take_directory(void *arg, const uint8_t *bytes, size_t length)
{
	struct parts *p = arg;

	p->directory_length = length;
	if (length < sizeof(p->directory))
		memcpy(p->directory, bytes, length);
	return go_on(p);
}

static void
forget(struct parts *p)
{
	free(p->inodes);
	free(p->digests);
	*p = (struct parts){ 0 };
}

static struct index_visitor
visitor_of(struct parts *p)
{
	return (struct index_visitor){ take_about, take_digests, take_inodes,
	    take_directory, p };
}

/* All of it, in pieces of up to `most` bytes. */
static enum index_result
decode(const struct growing *g, struct parts *p, size_t most,
    uint64_t *damaged)
{
	const struct index_visitor visitor = visitor_of(p);
	struct index_decoder *d = index_decoder_new(&visitor);
	enum index_result result = INDEX_GO_ON;

	ck_assert_ptr_nonnull(d);
	for (size_t at = 0; at < g->used && result == INDEX_GO_ON;) {
		const size_t some = g->used - at < most ? g->used - at : most;
		result = index_decoder_add(d, g->bytes + at, some);
		at += some;
		if (result == INDEX_GO_ON && at == g->used)
			ck_assert(index_decoder_is_at_end(d));
	}
	*damaged = index_decoder_damaged(d);
	index_decoder_free(d);
	return result;
}

static void
begin(struct growing *g)
{
	ck_assert(growing_init(g, "/tmp"));
	ck_assert(index_put_magic(g));
}

/* ------------------------------------------------------------------- values */

static void
make_inode(uint64_t *state, struct index_inode *i,
    const struct index_inode *before, bool directory)
{
	const bool first = before == NULL ||
	    S_ISDIR(before->mode) != directory;

	i->inode = first ? 1 + generate_below(state, 100) : before->inode + 1 +
	    (generate32(state) % 3 == 0 ? generate_below(state, 1000) : 0);
	i->mode = (uint16_t)((directory ? S_IFDIR : S_IFREG) |
	    generate_below(state, 07777));
	i->block = before == NULL ? generate_below(state, 1000) :
	    index_next_block(before);
	if (before != NULL && (i->block <= before->block ||
	    generate32(state) % 4 == 0))
		i->block = before->block + 1 + generate_below(state, 9);
	i->size = generate(state) >> (8 + generate32(state) % 56);
	i->mtime = (int64_t)generate(state) >> generate32(state) % 64;
}

static struct index_inode *
make_inodes(uint64_t seed, size_t count)
{
	struct index_inode *list = calloc(count, sizeof(*list));
	uint64_t state = seed;

	for (size_t i = 0; i < count; i++)
		make_inode(&state, &list[i], i == 0 ? NULL : &list[i - 1],
		    i < count / 4);
	return list;
}

static void
put_inodes(struct growing *g, const struct index_inode *list, size_t count)
{
	for (size_t at = 0; at < count; at += INDEX_BATCH)
		ck_assert(index_put_inodes(g, list + at,
		    count - at < INDEX_BATCH ? count - at : INDEX_BATCH));
}

static void
check_inodes(const struct parts *p, const struct index_inode *list,
    size_t count)
{
	ck_assert_uint_eq(p->inode_count, count);
	for (size_t i = 0; i < count; i++) {
		const struct index_inode *a = &p->inodes[i];
		const struct index_inode *b = &list[i];
		if (a->inode != b->inode || a->mode != b->mode ||
		    a->block != b->block || a->size != b->size ||
		    a->mtime != b->mtime)
			ck_abort_msg("inode %zu: %u/%o/%lu/%lu/%ld, not "
			    "%u/%o/%lu/%lu/%ld", i, a->inode, a->mode,
			    (unsigned long)a->block, (unsigned long)a->size,
			    (long)a->mtime, b->inode, b->mode,
			    (unsigned long)b->block, (unsigned long)b->size,
			    (long)b->mtime);
	}
}

/* ------------------------------------------------------------------ there and back */

START_TEST(what_was_encoded_is_decoded)
{
	static const size_t counts[] = { 1, 2, 100, INDEX_BATCH,
	    INDEX_BATCH + 1, 3 * INDEX_BATCH + 7 };
	const uint64_t digests[] = { 0, 1, UINT64_MAX, 0x0123456789abcdef };
	uint64_t damaged;

	for (size_t c = 0; c < COUNT(counts); c++) {
		struct growing g;
		struct parts p = { 0 };
		struct index_inode *list = make_inodes(c, counts[c]);
		begin(&g);
		ck_assert(index_put_part(&g, INDEX_PART_ABOUT, "{}", 2, true));
		ck_assert(index_put_digests(&g, 7, 1024, 9, digests,
		    COUNT(digests)));
		put_inodes(&g, list, counts[c]);
		ck_assert(index_put_part(&g, INDEX_PART_DIRECTORY, "abc", 3,
		    false));
		ck_assert_uint_eq(g.used % PART_ALIGNMENT, 0);
		ck_assert_uint_eq(decode(&g, &p, c == 2 ? 1 : 100000,
		    &damaged), INDEX_GO_ON);
		ck_assert_uint_eq(damaged, 0);
		check_inodes(&p, list, counts[c]);
		ck_assert_str_eq(p.about, "{}");
		ck_assert_uint_eq(p.volume, 7);
		ck_assert_uint_eq(p.blocks, 1024);
		ck_assert_uint_eq(p.first, 9);
		ck_assert_uint_eq(p.digest_count, COUNT(digests));
		ck_assert_mem_eq(p.digests, digests, sizeof(digests));
		ck_assert_uint_eq(p.directory_length, 3);
		ck_assert_mem_eq(p.directory, "abc", 3);
		forget(&p);
		free(list);
		growing_free(&g);
	}
}
END_TEST

START_TEST(a_next_block_is_behind_data_and_headers)
{
	static const struct { uint64_t size, next; } cases[] = {
		{ 0, 1 }, { 1, 2 }, { 1024, 2 }, { 1025, 3 },
		{ 512 * 1024, 513 }, { 512 * 1024 + 1, 515 },
		{ 1024 * 1024, 1026 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct index_inode inode = { .block = 100,
		    .size = cases[i].size };
		ck_assert_uint_eq(index_next_block(&inode) - 100,
		    cases[i].next);
	}
}
END_TEST

/* As a full filesystem may be: it takes what the design allows. */
START_TEST(an_inode_costs_few_bytes)
{
	enum { MANY = 200000 };
	struct index_inode *list = calloc(MANY, sizeof(*list));
	struct growing g;
	uint64_t state = 1;

	for (size_t i = 0; i < MANY; i++)
		list[i] = (struct index_inode){ .inode = 12 + (uint32_t)i,
		    .mode = S_IFREG | 0644,
		    .block = i == 0 ? 1000 : index_next_block(&list[i - 1]),
		    .size = generate_below(&state, 30000),
		    .mtime = 1700000000 + generate_below(&state, 100000) };
	begin(&g);
	put_inodes(&g, list, MANY);
	ck_assert_uint_le(g.used, MANY * 6);
	free(list);
	growing_free(&g);
}
END_TEST

START_TEST(many_digests_are_in_several_parts)
{
	const size_t many = PART_PLAIN_MAX / sizeof(uint64_t) + 1000;
	uint64_t *digests = calloc(many, sizeof(*digests));
	struct growing g;
	struct parts p = { 0 };
	uint64_t damaged;

	for (size_t i = 0; i < many; i++)
		digests[i] = i * 3;
	begin(&g);
	ck_assert(index_put_digests(&g, 1, 10, 0, digests, many));
	ck_assert_uint_eq(decode(&g, &p, 1 << 20, &damaged), INDEX_GO_ON);
	ck_assert_uint_eq(damaged, 0);
	ck_assert_uint_eq(p.digest_count, many);
	ck_assert_mem_eq(p.digests, digests, many * sizeof(*digests));
	forget(&p);
	free(digests);
	growing_free(&g);
}
END_TEST

START_TEST(a_part_that_is_too_large_is_refused)
{
	struct growing g;
	uint8_t *large = calloc(1, PART_PLAIN_MAX + 1);
	struct parts p = { 0 };
	uint64_t damaged;

	begin(&g);
	errno = 0;
	ck_assert(!index_put_part(&g, INDEX_PART_ABOUT, large,
	    PART_PLAIN_MAX + 1, true));
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_uint_eq(g.used, INDEX_MAGIC_BYTES);
	/* The largest one is none too many. */
	ck_assert(index_put_part(&g, INDEX_PART_DIRECTORY, large,
	    PART_PLAIN_MAX, false));
	ck_assert(index_put_part(&g, INDEX_PART_DIRECTORY, large,
	    PART_PLAIN_MAX, true));
	ck_assert(index_put_part(&g, INDEX_PART_DIRECTORY, NULL, 0, true));
	ck_assert_uint_eq(decode(&g, &p, 4096, &damaged), INDEX_GO_ON);
	ck_assert_uint_eq(damaged, 0);
	free(large);
	growing_free(&g);
}
END_TEST

/* The folder of the array is full, or a file may not be larger. */
START_TEST(without_room_all_stays_as_it_was)
{
	const size_t room = GROWING_IN_MEMORY - (1 << 20);
	struct index_inode *list = make_inodes(1, INDEX_BATCH);
	struct rlimit limit = { 1 << 20, 1 << 20 };
	uint64_t *digests = calloc(1 << 20, sizeof(*digests));
	struct growing g;

	begin(&g);
	ck_assert_ptr_nonnull(growing_add(&g, room));
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	size_t before;
	do
		before = g.used;
	while (index_put_inodes(&g, list, INDEX_BATCH));
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_uint_eq(g.used, before);
	ck_assert(!index_put_digests(&g, 1, 1, 0, digests, 1 << 20));
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_uint_eq(g.used, before);
	while (index_put_magic(&g))
		before = g.used;
	ck_assert_uint_eq(g.used, before);
	free(list);
	free(digests);
	growing_free(&g);
}
END_TEST

START_TEST(what_is_not_wanted_is_passed_over)
{
	struct parts p = { 0 };
	const struct index_visitor visitor = { .about = take_about, .arg = &p };
	const struct index_visitor nothing = { .arg = NULL };
	const uint64_t digest = 1;
	struct index_inode *list = make_inodes(1, 100);
	struct growing g;

	begin(&g);
	ck_assert(index_put_digests(&g, 1, 1, 0, &digest, 1));
	put_inodes(&g, list, 100);
	ck_assert(index_put_part(&g, INDEX_PART_DIRECTORY, "abc", 3, true));
	ck_assert(index_put_part(&g, (enum index_part_kind)77, "abc", 3, true));
	ck_assert(index_put_part(&g, INDEX_PART_ABOUT, "{\"a\":1}", 7, false));
	for (int i = 0; i < 2; i++) {
		struct index_decoder *d = index_decoder_new(i == 0 ? &visitor :
		    &nothing);
		ck_assert_uint_eq(index_decoder_add(d, g.bytes, g.used),
		    INDEX_GO_ON);
		ck_assert_uint_eq(index_decoder_damaged(d), 0);
		ck_assert(index_decoder_is_at_end(d));
		index_decoder_free(d);
	}
	ck_assert_str_eq(p.about, "{\"a\":1}");
	free(list);
	growing_free(&g);
}
END_TEST

START_TEST(the_visitor_can_stop)
{
	struct growing g;
	uint64_t damaged;

	begin(&g);
	for (int i = 0; i < 3; i++)
		ck_assert(index_put_part(&g, INDEX_PART_ABOUT, "{}", 2, true));
	struct parts p = { .calls = 2 };
	ck_assert_uint_eq(decode(&g, &p, 10000, &damaged), INDEX_STOPPED);
	ck_assert_uint_eq(p.calls, 0);
	growing_free(&g);
}
END_TEST

/* ------------------------------------------------------------------- damage */

START_TEST(a_damaged_part_is_left_out_and_counted)
{
	struct growing g;
	struct parts p = { 0 };
	struct index_inode *list = make_inodes(5, 2 * INDEX_BATCH);
	uint64_t damaged;

	begin(&g);
	put_inodes(&g, list, INDEX_BATCH);
	const size_t second = g.used;
	ck_assert(index_put_inodes(&g, list + INDEX_BATCH, INDEX_BATCH));
	ck_assert(index_put_part(&g, INDEX_PART_ABOUT, "{}", 2, true));
	g.bytes[second + PART_BYTES + 100] ^= 4;
	ck_assert_uint_eq(decode(&g, &p, 10000, &damaged), INDEX_GO_ON);
	ck_assert_uint_eq(damaged, 1);
	check_inodes(&p, list, INDEX_BATCH);
	ck_assert_str_eq(p.about, "{}");
	forget(&p);
	free(list);
	growing_free(&g);
}
END_TEST

/* What is put behind a good part, and must not be taken. */
static uint64_t
damage_of(enum index_part_kind kind, const uint8_t *plain, size_t length)
{
	struct growing g;
	struct parts p = { 0 };
	uint64_t damaged;

	begin(&g);
	ck_assert(index_put_part(&g, kind, plain, length, false));
	ck_assert_uint_eq(decode(&g, &p, 1000, &damaged), INDEX_GO_ON);
	if (damaged > 0)
		ck_assert_uint_eq(p.inode_count + p.digest_count, 0);
	forget(&p);
	growing_free(&g);
	return damaged;
}

/* Two inodes; the columns have one byte for each value. */
static size_t
make_plain(uint8_t *plain)
{
	static const uint8_t columns[] = { 0, 2, 0, 0, 5, 5, 0, 0,
	    0xa4, 0x81, 0xa4, 0x81 };
	static const uint32_t sizes[] = { 2, 2, 2, 2, 4, 0 };

	memset(plain, 0, INODES_COLUMNS);
	put32(plain + INODES_COUNT, 2);
	put32(plain + INODES_FIRST, 12);
	put64(plain + INODES_BLOCK, 50);
	for (size_t i = 0; i < COUNT(sizes); i++)
		put32(plain + INODES_SIZES + 4 * i, sizes[i]);
	memcpy(plain + INODES_COLUMNS, columns, sizeof(columns));
	return INODES_COLUMNS + sizeof(columns);
}

START_TEST(impossible_inodes_are_damage)
{
	static const struct { size_t at; uint8_t byte; bool is_damage; }
	    cases[] = {
		{ 40, 0, false },
		{ INODES_COUNT, 0, true }, { INODES_COUNT, 1, true },
		{ INODES_COUNT, 3, true }, { INODES_COUNT + 3, 0xff, true },
		{ INODES_FIRST, 0, true }, { INODES_FIRST, 255, false },
		{ INODES_SIZES, 1, true }, { INODES_SIZES, 3, true },
		{ INODES_SIZES + 3, 0xff, true },
		{ INODES_SIZES + 20, 1, true },
		{ 41, 0, true },	/* the same number again */
		{ 41, 1, true },	/* or a smaller one */
		{ 41, 0x80, true },	/* a value without an end */
		{ 43, 3, true },	/* -2: the block before */
		{ 43, 1, false },	/* -1: it is not, with data */
		{ 51, 0x41, true },	/* a directory behind a file */
	};
	uint8_t plain[100];

	for (size_t i = 0; i < COUNT(cases); i++) {
		const size_t length = make_plain(plain);
		plain[cases[i].at] = cases[i].byte;
		const bool is = damage_of(INDEX_PART_INODES, plain, length) !=
		    0;
		if (is != cases[i].is_damage)
			ck_abort_msg("case %zu: %d", i, is);
	}
	ck_assert_uint_eq(damage_of(INDEX_PART_INODES, plain, 39), 1);
	ck_assert_uint_eq(damage_of(INDEX_PART_INODES, plain, 0), 1);
}
END_TEST

START_TEST(impossible_digests_are_damage)
{
	uint8_t plain[DIGESTS_LIST + 16] = { 0 };

	put32(plain + DIGESTS_PIECE, 1024);
	ck_assert_uint_eq(damage_of(INDEX_PART_DIGESTS, plain, 32), 0);
	ck_assert_uint_eq(damage_of(INDEX_PART_DIGESTS, plain, 31), 1);
	ck_assert_uint_eq(damage_of(INDEX_PART_DIGESTS, plain, 16), 1);
	ck_assert_uint_eq(damage_of(INDEX_PART_DIGESTS, plain, 3), 1);
	put64(plain + DIGESTS_FIRST, UINT64_MAX);
	ck_assert_uint_eq(damage_of(INDEX_PART_DIGESTS, plain, 32), 1);
	put64(plain + DIGESTS_FIRST, 0);
	put32(plain + DIGESTS_PIECE, 0);
	ck_assert_uint_eq(damage_of(INDEX_PART_DIGESTS, plain, 32), 1);
}
END_TEST

START_TEST(parts_that_overlap_are_damage)
{
	struct index_inode *list = make_inodes(2, 200);
	struct parts p = { 0 };
	struct growing g;
	uint64_t damaged;

	begin(&g);
	ck_assert(index_put_inodes(&g, list + 100, 100));
	ck_assert(index_put_inodes(&g, list, 100));
	ck_assert_uint_eq(decode(&g, &p, 1000, &damaged), INDEX_GO_ON);
	ck_assert_uint_eq(damaged, 1);
	check_inodes(&p, list + 100, 100);
	forget(&p);
	free(list);
	growing_free(&g);
}
END_TEST

START_TEST(what_is_no_index_is_said_to_be_none)
{
	static const struct { size_t at; uint8_t byte; } cases[] = {
		{ 0, 'd' }, { 7, '2' },
		{ INDEX_MAGIC_BYTES + PART_STORED, 255 },
		{ INDEX_MAGIC_BYTES + PART_STORED + 7, 255 },
		{ INDEX_MAGIC_BYTES + PART_PLAIN + 2, 0x41 },
		{ INDEX_MAGIC_BYTES + PART_PLAIN, 1 },
	};
	uint64_t damaged;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct growing g;
		struct parts p = { 0 };
		begin(&g);
		ck_assert(index_put_part(&g, INDEX_PART_ABOUT, "{}", 2, true));
		g.bytes[cases[i].at] = cases[i].byte;
		if (decode(&g, &p, 100, &damaged) != INDEX_NOT_ONE)
			ck_abort_msg("case %zu", i);
		growing_free(&g);
	}
}
END_TEST

START_TEST(an_unknown_way_of_storing_is_damage)
{
	struct growing g;
	struct parts p = { 0 };
	uint64_t damaged;

	for (uint8_t flags = 1; flags < 4; flags++) {
		begin(&g);
		ck_assert(index_put_part(&g, INDEX_PART_ABOUT, "{}", 2, false));
		g.bytes[INDEX_MAGIC_BYTES + PART_FLAGS] = flags;
		ck_assert_uint_eq(decode(&g, &p, 100, &damaged), INDEX_GO_ON);
		ck_assert_uint_eq(damaged, 1);
		growing_free(&g);
	}
}
END_TEST

/* Damage that digests do not show, as somebody's who wants it to be taken. */
static void
fix_digest(struct growing *g, size_t part)
{
	const uint64_t stored = get64(g->bytes + part + PART_STORED);

	if (stored <= g->used - part - PART_BYTES)
		put64(g->bytes + part + PART_DIGEST, digest_64(g->bytes + part +
		    PART_BYTES, (size_t)stored));
}

/* With sanitizers, this finds whatever is out of bounds. */
START_TEST(anything_may_come)
{
	enum { CASES = 600, INODES = 300 };
	struct index_inode *list = make_inodes(9, INODES);
	const uint64_t digests[8] = { 1, 2, 3 };
	uint64_t results[4] = { 0 };
	uint64_t total = 0;

	for (uint64_t seed = 0; seed < CASES; seed++) {
		uint64_t state = seed, damaged;
		struct growing g;
		struct parts p = { 0 };
		begin(&g);
		const size_t part = g.used;
		if (seed % 3 == 0)
			ck_assert(index_put_digests(&g, 1, 1, 0, digests, 8));
		else
			put_inodes(&g, list, INODES);
		if (seed % 4 == 0)
			generate_damage(&state, g.bytes, g.used);
		else
			generate_damage(&state, g.bytes + part + PART_BYTES,
			    g.used - part - PART_BYTES);
		if (seed % 2 == 0)
			fix_digest(&g, part);
		put_inodes(&g, list, 100);
		const struct index_visitor visitor = visitor_of(&p);
		struct index_decoder *d = index_decoder_new(&visitor);
		results[index_decoder_add(d, g.bytes, g.used)]++;
		damaged = index_decoder_damaged(d);
		index_decoder_free(d);
		total += damaged;
		forget(&p);
		growing_free(&g);
	}
	/* Each way of ending has been seen. */
	ck_assert_uint_gt(results[INDEX_GO_ON], CASES / 2);
	ck_assert_uint_gt(results[INDEX_NOT_ONE], 0);
	ck_assert_uint_gt(total, CASES / 2);
	free(list);
}
END_TEST

/* Columns as they are, of which any byte may be anything. */
START_TEST(any_columns_may_come)
{
	enum { CASES = 4000 };
	uint8_t plain[300];

	for (uint64_t seed = 0; seed < CASES; seed++) {
		uint64_t state = seed;
		size_t length = make_plain(plain);
		generate_damage(&state, plain, length);
		if (seed % 8 == 0)
			length = generate_below(&state, (uint32_t)length);
		damage_of(INDEX_PART_INODES, plain, length);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_encoded_is_decoded,
		a_next_block_is_behind_data_and_headers,
		an_inode_costs_few_bytes,
		many_digests_are_in_several_parts,
		a_part_that_is_too_large_is_refused,
		without_room_all_stays_as_it_was,
		what_is_not_wanted_is_passed_over,
		the_visitor_can_stop,
		a_damaged_part_is_left_out_and_counted,
		impossible_inodes_are_damage,
		impossible_digests_are_damage,
		parts_that_overlap_are_damage,
		what_is_no_index_is_said_to_be_none,
		an_unknown_way_of_storing_is_damage,
		anything_may_come,
		any_columns_may_come,
	};
	return unit_run("index", tests, COUNT(tests));
}
