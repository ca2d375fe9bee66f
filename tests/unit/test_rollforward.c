/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_rollforward.c - a medium that is full takes nothing from the next volume
 */
#include "core/write/rollforward.h"

#include "core/base/signals.h"
#include "unit.h"

#define RECORD_BLOCKS 4

/* An output that takes so many records. */
struct medium {
	uint64_t capacity;
	uint64_t records;
};

static enum de_status
medium_read(void *arg, uint64_t address, const struct iovec *iov,
    int iov_count, struct de_read_error *error)
{
	(void)arg;
	(void)address;
	(void)error;
	for (int i = 0; i < iov_count; i++)
		memset(iov[i].iov_base, 'x', iov[i].iov_len);
	return DE_OK;
}

static enum de_status
medium_write(void *arg, const void *record, size_t length,
    uint64_t digest)
{
	(void)digest;
	struct medium *m = arg;

	(void)record;
	(void)length;
	if (m->records == m->capacity)
		return DE_END_OF_VOLUME;
	m->records++;
	return DE_OK;
}

static uint64_t
medium_settled(void *arg)
{
	const struct medium *m = arg;
	return m->records;
}

static enum de_status
medium_settle(void *arg)
{
	(void)arg;
	return DE_OK;
}

static bool
medium_idle(void *arg)
{
	(void)arg;
	return true;
}

static bool
medium_lost(void *arg, const struct gather_loss *loss)
{
	(void)arg;
	(void)loss;
	return true;
}

static void
medium_unwanted(void *arg)
{
	(void)arg;
}

static struct ring *
start_ring(struct medium *m)
{
	const struct ring_config config = {
		.slaves = 2,
		.record_blocks = RECORD_BLOCKS,
		.read = medium_read,
		.read_arg = m,
		.write = medium_write,
		.settled = medium_settled,
		.settle = medium_settle,
		.write_arg = m,
		.idle = medium_idle,
		.idle_arg = m,
		.lost = medium_lost,
		.lost_arg = m,
		.unwanted = medium_unwanted,
		.unwanted_arg = m,
	};
	signals_install();	/* the ring wakes its slaves with one */
	struct ring *ring = ring_new(&config);
	ck_assert_ptr_nonnull(ring);
	ck_assert_int_eq(ring_start(ring), DE_OK);
	return ring;
}

static void
put_block(struct ring *ring, enum rollforward_tag tag, int byte)
{
	uint8_t *block = ring_put_block(ring, (uint8_t)tag);

	ck_assert_ptr_nonnull(block);
	memset(block, byte, DE_TAPE_BLOCK);
}

/* Records of a header, data, an extent and what belongs to the volume. */
static void
put_all(struct ring *ring)
{
	const struct ring_extent extent = { 4096, 3000, 12, 8192 };

	put_block(ring, ROLLFORWARD_STAYS, 1);
	put_block(ring, ROLLFORWARD_HEADER, 2);
	put_block(ring, ROLLFORWARD_DATA, 3);
	put_block(ring, ROLLFORWARD_DATA, 4);

	put_block(ring, ROLLFORWARD_HEADER, 5);
	ck_assert_uint_eq(ring_put_extent(ring, &extent), 3000);

	put_block(ring, ROLLFORWARD_DATA, 6);
	put_block(ring, ROLLFORWARD_STAYS, 7);
	put_block(ring, ROLLFORWARD_END, 8);
}

static void
expect_block(struct backlog *b, enum backlog_kind kind, int byte)
{
	ck_assert_ptr_nonnull(b->first);
	ck_assert_int_eq(b->first->kind, kind);
	ck_assert_int_eq(b->first->block[0], byte);
	ck_assert_int_eq(b->first->block[DE_TAPE_BLOCK - 1], byte);
	backlog_drop_first(b);
}

static void
expect_extent(struct backlog *b)
{
	ck_assert_ptr_nonnull(b->first);
	ck_assert_int_eq(b->first->kind, BACKLOG_EXTENT);
	ck_assert_uint_eq(b->first->extent.address, 4096);
	ck_assert_uint_eq(b->first->extent.length, 3000);
	backlog_drop_first(b);
}

/* On a medium for so many records, with something to be put already. */
static struct backlog
roll(uint64_t capacity)
{
	struct medium m = { .capacity = capacity };
	struct ring *ring = start_ring(&m);
	const uint8_t waiting[DE_TAPE_BLOCK] = { 0 };
	struct backlog b;

	backlog_init(&b);
	ck_assert(backlog_add_block(&b, BACKLOG_HEADER, waiting));
	put_all(ring);
	ck_assert_int_eq(ring_stop(ring, true), capacity < 2 ?
	    DE_END_OF_VOLUME : DE_OK);
	ck_assert(rollforward(ring, &b));
	ring_free(ring);
	return b;
}

START_TEST(all_that_is_of_the_stream_rolls_forward_in_its_order)
{
	struct backlog b = roll(0);

	expect_block(&b, BACKLOG_HEADER, 2);
	expect_block(&b, BACKLOG_DATA, 3);
	expect_block(&b, BACKLOG_DATA, 4);
	expect_block(&b, BACKLOG_HEADER, 5);
	expect_extent(&b);
	expect_block(&b, BACKLOG_DATA, 6);
	expect_block(&b, BACKLOG_END, 8);
	expect_block(&b, BACKLOG_HEADER, 0);
	ck_assert_ptr_null(b.first);
}
END_TEST

START_TEST(what_is_on_the_medium_does_not_come_twice)
{
	struct backlog b = roll(1);

	expect_block(&b, BACKLOG_HEADER, 5);
	expect_extent(&b);
	expect_block(&b, BACKLOG_DATA, 6);
	expect_block(&b, BACKLOG_END, 8);
	expect_block(&b, BACKLOG_HEADER, 0);
	ck_assert_ptr_null(b.first);
}
END_TEST

START_TEST(the_record_being_filled_rolls_forward_too)
{
	struct backlog b = roll(2);

	expect_block(&b, BACKLOG_DATA, 6);
	expect_block(&b, BACKLOG_END, 8);
	expect_block(&b, BACKLOG_HEADER, 0);
	ck_assert_ptr_null(b.first);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		all_that_is_of_the_stream_rolls_forward_in_its_order,
		what_is_on_the_medium_does_not_come_twice,
		the_record_being_filled_rolls_forward_too,
	};
	return unit_run("rollforward", tests, COUNT(tests));
}
