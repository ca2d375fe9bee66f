/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/indexer.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/format/header.h"
#include "core/format/index_decode.h"

#include "generate.h"

/* ------------------------------------------------- what the index comes to be */

struct taken {
	struct index_inode *list;
	size_t count;
	json_t *about;
	uint64_t digests;
	uint32_t last_volume;
};

static bool
take_about(void *arg, const char *json, size_t length)
{
	struct taken *t = arg;

	t->about = json_loadb(json, length, 0, NULL);
	return true;
}

static bool
take_digests(void *arg, uint32_t volume, uint32_t blocks, uint64_t first,
    const uint64_t *digests, size_t count)
{
	struct taken *t = arg;

	ck_assert_uint_eq(blocks, 1000);
	ck_assert_uint_eq(first, 0);
	ck_assert_uint_eq(digests[0], volume * 7);
	t->digests += count;
	t->last_volume = volume;
	return true;
}

static bool
take_inodes(void *arg, const struct index_inode *list, size_t count)
{
	struct taken *t = arg;

	t->list = realloc(t->list, (t->count + count) * sizeof(*list));
	memcpy(t->list + t->count, list, count * sizeof(*list));
	t->count += count;
	return true;
}

static void
decode(const struct growing *index, struct taken *t)
{
	const struct index_visitor visitor = { .about = take_about,
	    .digests = take_digests, .inodes = take_inodes, .arg = t };
	struct index_decoder *d = index_decoder_new(&visitor);

	*t = (struct taken){ 0 };
	ck_assert_int_eq(index_decoder_add(d, index->bytes, index->used),
	    INDEX_GO_ON);
	ck_assert(index_decoder_is_at_end(d));
	ck_assert_uint_eq(index_decoder_damaged(d), 0);
	index_decoder_free(d);
}

static void
forget(struct taken *t)
{
	free(t->list);
	json_decref(t->about);
}

static uint64_t
number(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

/* --------------------------------------------------------- what is dumped */

static struct header_template template;

static struct indexer *
begin(const char *folder)
{
	const struct header_identity id = { .date = 1, .blocking = 10,
	    .label = "", .filesystem = "", .device = "", .host = "" };
	json_t *about = json_pack("{s:s}", "job", "test");
	struct indexer *ix = indexer_new(folder, about);

	json_decref(about);
	header_template_init(&template, &id);
	return ix;
}

/* A header of an inode that has no data. */
static void
make_header(uint8_t *header, uint32_t inode, uint16_t mode, bool attributes)
{
	const struct de_inode i = { .number = inode, .mode = mode,
	    .mtime = { -5, 0 } };
	const struct header_content content = { .attributes = attributes };

	header_inode(&template, header, HEADER_INODE, &i, &content);
}

static void
put(struct indexer *ix, uint64_t block, uint32_t inode, uint16_t mode)
{
	uint8_t header[DE_TAPE_BLOCK];

	make_header(header, inode, mode, false);
	ck_assert(indexer_header(ix, block, header));
}

/* A part of a volume that is written, or ends early and goes to the next. */
START_TEST(only_what_is_on_the_medium_is_in_it)
{
	enum { STEPS = 300, MANY = 2000 };
	struct indexer *ix = begin("/tmp");
	struct growing index;
	struct taken t;
	uint64_t state = 4, settled = 0;
	uint32_t kept = 0, next = 0;	/* blocks are inodes: one each */

	ck_assert_ptr_nonnull(ix);
	for (int step = 0; step < STEPS; step++) {
		const uint32_t some = generate_below(&state, MANY);
		for (uint32_t i = 0; i < some; i++, next++)
			put(ix, next, next + 1, S_IFREG | 0600);
		if (indexer_is_full(ix) || step % 7 == 0) {
			settled += generate_below(&state, 1 + next -
			    (uint32_t)settled);
			ck_assert(indexer_settle(ix, settled));
		}
		if (step % 11 == 0) {
			kept = (uint32_t)settled + generate_below(&state,
			    1 + next - (uint32_t)settled);
			indexer_go_back(ix, kept);
			next = kept;
		}
	}
	ck_assert(indexer_settle(ix, next));
	ck_assert(indexer_finish(ix, &index));
	decode(&index, &t);
	ck_assert_uint_gt(next, 3 * INDEX_BATCH);
	ck_assert_uint_eq(t.count, next);
	for (uint32_t i = 0; i < next; i++)
		if (t.list[i].block != i || t.list[i].inode != i + 1 ||
		    t.list[i].mtime != -5)
			ck_abort_msg("inode %u", i);
	ck_assert_uint_eq(number(t.about, "files_block"), 0);
	forget(&t);
	growing_free(&index);
	indexer_free(ix);
}
END_TEST

START_TEST(only_the_first_header_of_an_inode_counts)
{
	struct indexer *ix = begin("/tmp");
	uint8_t header[DE_TAPE_BLOCK];
	struct growing index;
	struct taken t;

	header_map(&template, header, HEADER_BITS, 2, 1);
	ck_assert(indexer_header(ix, 1, header));
	put(ix, 3, 2, S_IFDIR | 0755);
	make_header(header, 2, S_IFDIR | 0755, true);
	ck_assert(indexer_header(ix, 4, header));
	put(ix, 9, 12, S_IFREG | 0644);
	put32(header, HEADER_ADDR);
	ck_assert(indexer_header(ix, 10, header));
	header_end(&template, header, 100, HEADER_FOLLOWS_INDEX);
	ck_assert(indexer_header(ix, 8, header));
	indexer_go_back(ix, 8);
	put(ix, 9, 12, S_IFREG | 0644);
	ck_assert(indexer_header(ix, 11, header));
	ck_assert(indexer_header(ix, 12, header));
	header_index(&template, header, 2, 0, 100);
	ck_assert(indexer_header(ix, 12, header));
	ck_assert(indexer_settle(ix, 20));
	ck_assert(indexer_finish(ix, &index));
	decode(&index, &t);
	ck_assert_uint_eq(t.count, 2);
	ck_assert_uint_eq(t.list[0].block, 3);
	ck_assert_uint_eq(t.list[1].block, 9);
	ck_assert_uint_eq(number(t.about, "files_block"), 9);
	ck_assert_uint_eq(number(t.about, "end_block"), 11);
	forget(&t);
	growing_free(&index);
	indexer_free(ix);
}
END_TEST

START_TEST(it_tells_of_the_volumes)
{
	struct indexer *ix = begin("/tmp");
	struct growing index;
	struct taken t;

	for (uint32_t v = 1; v <= 3; v++) {
		const uint64_t digests[] = { v * 7, 1, 2 };
		const struct indexer_volume volume = { .number = v,
		    .first = (UINT64_C(1) << 40) * (v - 1),
		    .blocks = UINT64_C(1) << 40, .medium = "/\xff\\",
		    .digest = "0123", .piece = 1000, .digests = digests,
		    .digest_count = v == 2 ? 0 : COUNT(digests),
		    .has_position = v != 2, .position = v * 100,
		    .record_positions = v,
		    .filters = v > 1 ? "filter-zstd" : NULL,
		    .medium_bytes = v == 2 ? 77 : 0,
		    .medium_digest = v == 2 ? "4567" : NULL,
		    .head = v == 2 ? "89ab" : NULL };
		ck_assert(indexer_volume(ix, &volume));
	}
	uint64_t position;
	uint32_t places;
	ck_assert(indexer_place(ix, 3, &position, &places));
	ck_assert_uint_eq(position, 300);
	ck_assert_uint_eq(places, 3);
	ck_assert(!indexer_place(ix, 2, &position, &places));
	ck_assert(indexer_settle(ix, 777));
	ck_assert(indexer_tell(ix, "findings", 3));
	ck_assert(indexer_finish(ix, &index));
	decode(&index, &t);
	ck_assert_uint_eq(number(t.about, "findings"), 3);
	const json_t *volumes = json_object_get(t.about, "volumes");
	ck_assert_uint_eq(json_array_size(volumes), 3);
	ck_assert_str_eq(json_string_value(json_object_get(t.about, "job")),
	    "test");
	const json_t *last = json_array_get(volumes, 2);
	ck_assert_uint_eq(number(last, "number"), 3);
	ck_assert_uint_eq(number(last, "first"), UINT64_C(2) << 40);
	ck_assert_str_eq(json_string_value(json_object_get(last, "medium")),
	    "/%FF\\");
	/* What became of it, if that is known. */
	ck_assert_ptr_null(json_object_get(json_array_get(volumes, 0),
	    "filters"));
	const json_t *coded = json_array_get(volumes, 1);
	ck_assert_uint_eq(number(coded, "medium_bytes"), 77);
	ck_assert_str_eq(json_string_value(json_object_get(coded,
	    "medium_digest")), "4567");
	ck_assert_str_eq(json_string_value(json_object_get(coded, "head")),
	    "89ab");
	ck_assert_str_eq(json_string_value(json_object_get(last, "filters")),
	    "filter-zstd");
	ck_assert_ptr_null(json_object_get(last, "medium_bytes"));
	/* No times, where none is told of the dump. */
	ck_assert_ptr_null(json_object_get(last, "written"));
	/* Without files, they would begin at the end. */
	ck_assert_uint_eq(number(t.about, "files_block"), 777);
	ck_assert_uint_eq(t.digests, 6);
	ck_assert_uint_eq(t.last_volume, 3);
	forget(&t);
	growing_free(&index);
	indexer_free(ix);
}
END_TEST

START_TEST(without_a_folder_there_is_none)
{
	errno = 0;
	ck_assert_ptr_null(begin("/nonexistent/folder"));
	ck_assert_int_eq(errno, ENOENT);
	indexer_free(NULL);
}
END_TEST

/* As on a full disk. */
START_TEST(without_room_all_of_it_fails)
{
	enum { MANY = 4 << 20 };
	struct rlimit limit = { 1 << 20, 1 << 20 };
	struct indexer *ix = begin("/tmp");
	uint64_t *digests = calloc(MANY, sizeof(*digests));
	const struct indexer_volume v = { .number = 1, .medium = "a",
	    .digest = "0", .piece = 1, .digests = digests,
	    .digest_count = MANY };
	struct growing index;

	ck_assert(indexer_volume(ix, &v));
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	errno = 0;
	ck_assert(!indexer_volume(ix, &v));
	ck_assert_int_eq(errno, EFBIG);
	errno = 0;
	ck_assert(!indexer_finish(ix, &index));
	ck_assert_int_eq(errno, EFBIG);
	free(digests);
	indexer_free(ix);
}
END_TEST

START_TEST(an_estimate_is_near)
{
	ck_assert_uint_le(indexer_estimate(1000000, 1 << 20, 32), 6000);
	ck_assert_uint_ge(indexer_estimate(1000000, 1 << 20, 32), 4000);
	ck_assert_uint_le(indexer_estimate(0, 0, 1), 10);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		only_what_is_on_the_medium_is_in_it,
		only_the_first_header_of_an_inode_counts,
		it_tells_of_the_volumes,
		without_a_folder_there_is_none,
		without_room_all_of_it_fails,
		an_estimate_is_near,
	};
	return unit_run("indexer", tests, COUNT(tests));
}
