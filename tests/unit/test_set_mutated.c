/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/made_set.h"
#include "tests/unit/unit.h"

#define ROUNDS 3000

/* Far more than any of these sets can have. */
#define ITEMS_MAX 100000

static int null_fd;

/* A generator of its own, so that a seed means the same everywhere. */
static uint32_t
pick(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (uint32_t)((*seed >> 33) % below);
}

/* What header_stamp() would do, of headers of any contents. */
static void
mend_checksum(uint8_t *block)
{
	uint32_t sum = 0;

	put32(block + 28, 0);
	for (size_t at = 0; at < DE_TAPE_BLOCK; at += 4)
		sum += get32(block + at);
	put32(block + 28, 84446 - sum);
}

static const uint32_t values[] = { 0, 1, 2, 5, 511, 512, 513, 0x7fffffff,
	0x80000000, 0xffffffff, 0xfffffffe, 65536, 1 << 20, 0x10000000 };

/* A field of a header gets another value, and the checksum is right. */
static void
change_field(uint64_t *seed, uint8_t *block)
{
	static const size_t fields[] = { 0, 4, 8, 12, 16, 20, 32, 34, 40, 44,
		132, 136, 160, 164, 165, 166, 200, 888, 892, 896, 900, 904 };
	uint8_t *field = block + fields[pick(seed, COUNT(fields))];

	if (pick(seed, 2) == 0)
		put32(field, values[pick(seed, COUNT(values))]);
	else
		*field = (uint8_t)pick(seed, 256);
	mend_checksum(block);
}

static void
move_blocks(uint64_t *seed, uint8_t *bytes, size_t blocks)
{
	const size_t from = pick(seed, (uint32_t)blocks);
	const size_t to = pick(seed, (uint32_t)blocks);
	const size_t rest = blocks - (from > to ? from : to);
	const size_t count = 1 + pick(seed, 12) % rest;

	memmove(bytes + to * DE_TAPE_BLOCK, bytes + from * DE_TAPE_BLOCK,
	    count * DE_TAPE_BLOCK);
}

static void
mutate(uint64_t *seed, uint8_t *bytes, size_t blocks)
{
	const size_t block = pick(seed, (uint32_t)blocks);
	uint8_t *at = bytes + block * DE_TAPE_BLOCK;

	switch (pick(seed, 6)) {
	case 0:
		at[pick(seed, DE_TAPE_BLOCK)] ^= (uint8_t)(1 +
		    pick(seed, 255));
		break;
	case 1:
		move_blocks(seed, bytes, blocks);
		break;
	case 2:
		memset(at, 0, DE_TAPE_BLOCK);
		break;
	default:
		change_field(seed, at);
		break;
	}
}

/* Two volumes of a damaged set, of which some bytes may be unreadable. */
static void
read_mutated(uint64_t *seed, const uint8_t *bytes, size_t length)
{
	struct fake_volumes f;

	fake_volumes_init(&f, null_fd);
	f.seeks = pick(seed, 2) == 0;
	f.record = pick(seed, 3) == 0 ? MADE_RECORD : 0;
	f.skip = true;
	f.answer = VERDICT_GO_ON;
	const size_t cut = pick(seed, 4) == 0 ? pick(seed, (uint32_t)length) :
	    length;
	uint8_t *first = malloc(cut + 1), *second = malloc(length - cut + 1);
	ck_assert(first != NULL && second != NULL);
	memcpy(first, bytes, cut);
	memcpy(second, bytes + cut, length - cut);
	f.volumes[0] = (struct fake_volume){ .bytes = first, .length = cut };
	f.volumes[1] = (struct fake_volume){ .bytes = second,
		.length = length - cut };
	if (pick(seed, 4) == 0) {
		f.volumes[0].lost_from = pick(seed, (uint32_t)length);
		f.volumes[0].lost_to = f.volumes[0].lost_from + 1 +
		    pick(seed, 20000);
		f.volumes[0].lost_is_unknown = pick(seed, 2) == 0;
	}
	const struct made_result r = made_set_read_any(&f,
	    pick(seed, 2) == 0 ? pick(seed, 8) : 0);
	ck_assert_uint_lt(r.items, ITEMS_MAX);
	fake_volumes_free(&f);
	free(first);
	free(second);
}

static void
try_mutations(const struct made_set *m, uint64_t begin, unsigned int rounds)
{
	const size_t length = m->blocks * DE_TAPE_BLOCK;
	uint8_t *copy = malloc(length);

	ck_assert_ptr_nonnull(copy);
	for (unsigned int round = 0; round < rounds; round++) {
		uint64_t seed = begin + round;
		memcpy(copy, m->bytes, length);
		for (uint32_t n = 1 + pick(&seed, 6); n > 0; n--)
			mutate(&seed, copy, m->blocks);
		read_mutated(&seed, copy, length);
	}
	free(copy);
}

START_TEST(mutated_set_is_read_to_an_end)
{
	struct made_set m;

	made_set_all_kinds(&m);
	try_mutations(&m, 1, ROUNDS);
	made_set_free(&m);
}
END_TEST

START_TEST(mutated_set_with_an_appendix_is_read_to_an_end)
{
	struct made_set m;

	made_set_begin(&m, MADE_DATE);
	made_set_file(&m, 12, 700000, false);
	made_set_xattr(&m, "user.a", 100);
	made_set_file(&m, 13, 700000, true);
	made_set_end(&m, true);
	made_set_late_xattr(&m, 12, 5000);
	made_set_end(&m, false);
	try_mutations(&m, 1000000, ROUNDS / 10);
	made_set_free(&m);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		mutated_set_is_read_to_an_end,
		mutated_set_with_an_appendix_is_read_to_an_end,
	};

	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return unit_run("set_mutated", tests, COUNT(tests));
}
