/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_ring.c - the promises of the ring, with a source and an output that can
 * fail on demand
 */
#include "core/ring/ring.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/signals.h"
#include "unit.h"

/* Both ends of the ring. */
struct world {
	/* source: a known byte at each address */
	uint64_t bad_address;		/* unreadable; 0: none */
	uint64_t bad_every;		/* and again at this distance */
	unsigned int read_jitter;	/* some reads take up to this many us */
	unsigned int all_reading;	/* each waits until this many are inside
					   at once, for at most ten seconds */
	atomic_uint reads;
	atomic_uint reading;		/* currently inside read() */
	atomic_uint most_reading;

	/* output */
	uint64_t capacity;		/* records; 0: no end */
	uint64_t fail_write;		/* this record; 0: none */
	uint64_t block_write;		/* this record hangs; 0: none */
	unsigned int write_delay;	/* us */
	atomic_uint writing;
	atomic_uint overlaps;		/* two were inside write() */
	atomic_bool gave_up;		/* the hanging write was woken */
	unsigned int reads_at[64];	/* reads before each of the first
					   writes */
	uint64_t records;
	uint8_t *bytes;
	size_t bytes_made;
	size_t size;

	bool no_digests;
	/* main thread */
	unsigned int idles;
	unsigned int give_up_at;	/* idle() call; 0: never */
	struct gather_loss losses[64];	/* reported ones */
	unsigned int loss_count;
	unsigned int losses_max;	/* then lost() stops it; 0: never */
	atomic_bool cancelled;
};

static uint8_t
byte_at(uint64_t address)
{
	return (uint8_t)(address * 31 + address / 1021);
}

static bool
is_bad(const struct world *w, uint64_t address)
{
	return w->bad_address != 0 && address >= w->bad_address &&
	    (address == w->bad_address || (w->bad_every != 0 &&
	    (address - w->bad_address) % w->bad_every == 0));
}

static enum de_status
world_read(void *arg, uint64_t address, const struct iovec *iov,
    int iov_count, struct de_read_error *error)
{
	struct world *w = arg;
	const unsigned int n = atomic_fetch_add(&w->reads, 1);
	const unsigned int now = atomic_fetch_add(&w->reading, 1) + 1;
	enum de_status status = DE_OK;

	unsigned int most = atomic_load(&w->most_reading);
	while (now > most && !atomic_compare_exchange_weak(&w->most_reading,
	    &most, now))
		;
	for (int i = 0; i < 10000 &&
	    atomic_load(&w->most_reading) < w->all_reading; i++)
		usleep(1000);
	if (w->read_jitter > 0)
		usleep(n * 7919 % w->read_jitter);
	for (int i = 0; i < iov_count && status == DE_OK; i++) {
		uint8_t *to = iov[i].iov_base;
		for (size_t k = 0; k < iov[i].iov_len; k++, address++) {
			if (is_bad(w, address)) {
				error->error = EIO;
				error->address = address;
				status = DE_FAILED;
				break;
			}
			to[k] = byte_at(address);
		}
	}
	atomic_fetch_sub(&w->reading, 1);
	return status;
}

static enum de_status
world_write(void *arg, const void *record, size_t length,
    uint64_t digest)
{
	struct world *w = arg;
	const uint64_t number = w->records + 1;
	enum de_status status = DE_OK;

	ck_assert_uint_eq((uintptr_t)record % 4096, 0);
	ck_assert_uint_eq(digest, w->no_digests ? 0 :
	    digest_64(record, length));
	if (atomic_fetch_add(&w->writing, 1) != 0)
		atomic_fetch_add(&w->overlaps, 1);
	if (number <= COUNT(w->reads_at))
		w->reads_at[number - 1] = atomic_load(&w->reads);
	if (w->write_delay > 0)
		usleep(w->write_delay);
	if (number == w->block_write) {
		while (!atomic_load(&w->cancelled))
			if (sleep(60) == 0)
				break;
		atomic_store(&w->gave_up, true);
		status = DE_FAILED;
	} else if (number == w->fail_write) {
		status = DE_FAILED;
	} else if (w->capacity > 0 && w->records == w->capacity) {
		status = DE_END_OF_VOLUME;
	} else {
		if (w->size + length > w->bytes_made) {
			w->bytes_made = 2 * (w->size + length);
			w->bytes = realloc(w->bytes, w->bytes_made);
		}
		memcpy(w->bytes + w->size, record, length);
		w->size += length;
		w->records++;
	}
	atomic_fetch_sub(&w->writing, 1);
	return status;
}

static uint64_t
world_settled(void *arg)
{
	const struct world *w = arg;
	return w->records;
}

static enum de_status
world_settle(void *arg)
{
	(void)arg;
	return DE_OK;
}

static bool
world_idle(void *arg)
{
	struct world *w = arg;

	if (++w->idles == w->give_up_at) {
		atomic_store(&w->cancelled, true);
		return false;
	}
	return true;
}

static bool
world_lost(void *arg, const struct gather_loss *loss)
{
	struct world *w = arg;

	ck_assert_uint_lt(w->loss_count, 64);
	w->losses[w->loss_count++] = *loss;
	return w->losses_max == 0 || w->loss_count < w->losses_max;
}

static void
world_unwanted(void *arg)
{
	struct world *w = arg;
	atomic_store(&w->cancelled, true);
}

static struct ring *
new_ring(struct world *w, unsigned int slaves, unsigned int blocks)
{
	const struct ring_config config = {
		.slaves = slaves,
		.record_blocks = blocks,
		.read = world_read,
		.read_arg = w,
		.write = world_write,
		.settled = world_settled,
		.settle = world_settle,
		.has_digests = !w->no_digests,
		.write_arg = w,
		.idle = world_idle,
		.idle_arg = w,
		.lost = world_lost,
		.lost_arg = w,
		.unwanted = world_unwanted,
		.unwanted_arg = w,
	};
	signals_install();	/* the ring wakes its slaves with one */
	struct ring *ring = ring_new(&config);
	ck_assert_ptr_nonnull(ring);
	return ring;
}

/* Put a whole extent; false when the ring has stopped. */
static bool
put_extent(struct ring *ring, const struct ring_extent *extent)
{
	struct ring_extent rest = *extent;

	while (rest.length > 0) {
		const uint64_t placed = ring_put_extent(ring, &rest);
		if (placed == 0)
			return false;
		rest.offset += placed;
		rest.address += placed;
		rest.length -= placed;
	}
	return true;
}

/*
 * Put tape blocks and extents, in a mixture that depends only on `seed`, until
 * `records` records are full; their expected contents go to `expected`.  Ends
 * early if the ring stops.
 */
static void
put_records(struct ring *ring, uint64_t records, unsigned int record_blocks,
    unsigned int seed, uint8_t *expected)
{
	const uint64_t total = records * record_blocks;
	uint64_t address = 4096;

	for (uint64_t at = 0; at < total;) {
		seed = seed * 1103515245 + 12345;
		const unsigned int dice = seed >> 16;
		if (dice % 3 == 0 || total - at < 20) {
			uint8_t *block = ring_put_block(ring, 0);
			memset(expected + at * 1024, (int)(dice & 0xff), 1024);
			if (block == NULL)
				return;
			memset(block, (int)(dice & 0xff), 1024);
			at++;
			continue;
		}
		const struct ring_extent extent = {
			.address = address,
			.length = 1 + dice % (19 * 1024),
			.inode = (uint32_t)at + 1,
			.offset = 1024 * (dice % 100),
		};
		const uint64_t blocks = (extent.length + 1023) / 1024;
		memset(expected + at * 1024, 0, (size_t)blocks * 1024);
		for (uint64_t i = 0; i < extent.length; i++)
			expected[at * 1024 + i] = byte_at(address + i);
		if (!put_extent(ring, &extent))
			return;
		at += blocks;
		address += extent.length + dice % 3 * 5000;
	}
}

static void
expect_bytes(const struct world *w, const uint8_t *expected, size_t size)
{
	ck_assert_uint_eq(w->size, size);
	for (size_t i = 0; size > 0 && memcmp(w->bytes, expected, size) != 0;
	    i++)
		ck_assert_msg(w->bytes[i] == expected[i],
		    "byte %zu is %u, not %u", i, w->bytes[i], expected[i]);
	ck_assert_uint_eq(atomic_load(&w->overlaps), 0);
}

START_TEST(records_arrive_in_order_each_once_whatever_the_number_of_slaves)
{
	/* records of 1 KiB to 1 MiB, and more of them than the ring can hold */
	static const unsigned int blockings[] = { 1, 2, 10, 64, 1024 };
	static const uint64_t counts[] = { 700, 300, 120, 60, 10 };

	for (unsigned int slaves = 1; slaves <= 8; slaves++)
		for (size_t b = 0; b < COUNT(blockings); b++) {
			const unsigned int blocking = blockings[b];
			const uint64_t records = counts[b];
			struct world w = { .read_jitter = 100 };
			struct ring *ring = new_ring(&w, slaves, blocking);
			uint8_t *expected =
			    calloc((size_t)records + 1, blocking * 1024);

			ck_assert_int_eq(ring_start(ring), DE_OK);
			put_records(ring, records, blocking, slaves, expected);
			ck_assert_int_eq(ring_stop(ring, true), DE_OK);
			ck_assert_uint_eq(ring_records_settled(ring), records);
			expect_bytes(&w, expected,
			    (size_t)records * blocking * 1024);
			ring_free(ring);
			free(expected);
			free(w.bytes);
		}
}
END_TEST

START_TEST(slaves_read_side_by_side)
{
	struct world w = { .read_jitter = 20000, .no_digests = true };
	struct ring *ring = new_ring(&w, 4, 2);
	uint8_t *expected = calloc(40, 2048);

	ck_assert_int_eq(ring_start(ring), DE_OK);
	put_records(ring, 40, 2, 5, expected);
	ck_assert_int_eq(ring_stop(ring, true), DE_OK);
	ck_assert_uint_ge(atomic_load(&w.most_reading), 2);
	ring_free(ring);
	free(expected);
	free(w.bytes);
}
END_TEST

/* However long each call takes. */
START_TEST(a_slow_source_has_all_slaves_awake)
{
	static const unsigned int blockings[] = { 2, 64, 1024 };
	static const unsigned int slaves[] = { 2, 4, 16 };

	for (size_t i = 0; i < COUNT(blockings); i++)
		for (size_t k = 0; k < COUNT(slaves); k++) {
			struct world w = { .all_reading = slaves[k] };
			struct ring *ring = new_ring(&w, slaves[k],
			    blockings[i]);
			const uint64_t length = (uint64_t)ring_slots(ring) * 2 *
			    blockings[i] * 1024;
			const struct ring_extent extent = { 4096, length, 7, 0 };
			ck_assert_int_eq(ring_start(ring), DE_OK);
			/* Let them go to sleep. */
			usleep(20000);
			ck_assert(put_extent(ring, &extent));
			ck_assert_int_eq(ring_stop(ring, true), DE_OK);
			ck_assert_uint_eq(atomic_load(&w.most_reading),
			    slaves[k]);
			ring_free(ring);
			free(w.bytes);
		}
}
END_TEST

START_TEST(the_end_of_the_volume_may_come_at_any_record)
{
	enum { RECORDS = 12, BLOCKING = 3 };

	for (unsigned int slaves = 1; slaves <= 8; slaves++)
		for (uint64_t capacity = 1; capacity < RECORDS; capacity++) {
			struct world w = { .capacity = capacity,
			    .read_jitter = 200 };
			struct ring *ring = new_ring(&w, slaves, BLOCKING);
			static uint8_t expected[(RECORDS + 1) * BLOCKING *
			    1024];

			ck_assert_int_eq(ring_start(ring), DE_OK);
			put_records(ring, RECORDS, BLOCKING, 9, expected);
			ck_assert_int_eq(ring_stop(ring, true),
			    DE_END_OF_VOLUME);
			ck_assert_uint_eq(ring_records_settled(ring),
			    capacity);
			expect_bytes(&w, expected,
			    (size_t)capacity * BLOCKING * 1024);
			ring_free(ring);
			free(w.bytes);
		}
}
END_TEST

START_TEST(who_waits_for_room_learns_of_the_end)
{
	for (unsigned int slaves = 1; slaves <= 3; slaves++)
		for (uint64_t capacity = 1; capacity < 6; capacity++) {
			struct world w = { .capacity = capacity,
			    .write_delay = 1000 };
			struct ring *ring = new_ring(&w, slaves, 1024);
			uint64_t put = 0;
			uint8_t *block;

			ck_assert_int_eq(ring_start(ring), DE_OK);
			while ((block = ring_put_block(ring, 0)) != NULL) {
				memset(block, (int)(put / 1024), 1024);
				put++;
			}
			ck_assert_int_eq(ring_stop(ring, false),
			    DE_END_OF_VOLUME);
			ck_assert_uint_eq(w.records, capacity);
			for (size_t i = 0; i < w.size; i += 1024)
				ck_assert_uint_eq(w.bytes[i], i >> 20);
			ring_free(ring);
			free(w.bytes);
		}
}
END_TEST

START_TEST(a_write_may_fail_at_any_record)
{
	enum { RECORDS = 12, BLOCKING = 3 };

	for (unsigned int slaves = 1; slaves <= 8; slaves++)
		for (uint64_t bad = 1; bad <= RECORDS; bad++) {
			struct world w = { .fail_write = bad,
			    .read_jitter = 200 };
			struct ring *ring = new_ring(&w, slaves, BLOCKING);
			static uint8_t expected[(RECORDS + 1) * BLOCKING *
			    1024];

			ck_assert_int_eq(ring_start(ring), DE_OK);
			put_records(ring, RECORDS, BLOCKING, 9, expected);
			ck_assert_int_eq(ring_stop(ring, true), DE_FAILED);
			ck_assert_uint_eq(ring_records_settled(ring), bad - 1);
			expect_bytes(&w, expected,
			    (size_t)(bad - 1) * BLOCKING * 1024);
			ring_free(ring);
			free(w.bytes);
		}
}
END_TEST

/* Put one extent per record, as long as the ring accepts them. */
static void
put_extents(struct ring *ring, uint64_t records, unsigned int blocking)
{
	for (uint64_t r = 0; r < records; r++) {
		const struct ring_extent extent = {
			.address = 100000 * (r + 1),
			.length = blocking * 1024,
			.inode = (uint32_t)r + 11,
			.offset = 1024 * r,
		};
		if (!put_extent(ring, &extent))
			break;
	}
}

START_TEST(a_read_may_fail_at_any_record_and_the_rest_is_written)
{
	enum { RECORDS = 12, BLOCKING = 4 };

	for (unsigned int slaves = 1; slaves <= 8; slaves++)
		for (uint64_t bad = 0; bad < RECORDS; bad++) {
			struct world w = { .read_jitter = 100,
			    .bad_address = 100000 * (bad + 1) + 2500 };
			struct ring *ring = new_ring(&w, slaves, BLOCKING);

			ck_assert_int_eq(ring_start(ring), DE_OK);
			put_extents(ring, RECORDS, BLOCKING);
			ck_assert_int_eq(ring_stop(ring, true), DE_OK);
			ck_assert_uint_eq(ring_records_settled(ring), RECORDS);
			ck_assert_uint_eq(w.loss_count, 1);
			ck_assert_uint_eq(w.losses[0].inode, bad + 11);
			ck_assert_uint_eq(w.losses[0].offset,
			    1024 * bad + 2048);
			ck_assert_uint_eq(w.losses[0].length, 1024);
			ck_assert_int_eq(w.losses[0].error, EIO);
			ck_assert_uint_eq(w.losses[0].address, w.bad_address);
			ring_free(ring);
			free(w.bytes);
		}
}
END_TEST

/* More records than the ring has room for; each has a loss. */
START_TEST(losses_are_told_in_order_each_once)
{
	enum { RECORDS = 60, BLOCKING = 64 };

	for (unsigned int slaves = 1; slaves <= 8; slaves *= 2) {
		struct world w = { .read_jitter = 300, .bad_every = 100000,
		    .bad_address = 100001 };
		struct ring *ring = new_ring(&w, slaves, BLOCKING);

		ck_assert_int_eq(ring_start(ring), DE_OK);
		for (uint64_t r = 0; r < RECORDS; r++) {
			const struct ring_extent extent = {
				.address = 100000 * (r + 1),
				.length = 1024, .inode = (uint32_t)r + 11,
			};
			ck_assert(put_extent(ring, &extent));
			for (int i = 1; i < BLOCKING; i++)
				memset(ring_put_block(ring, 0), 0, 1024);
		}
		ck_assert_int_eq(ring_stop(ring, true), DE_OK);
		ck_assert_uint_eq(w.loss_count, RECORDS);
		for (unsigned int i = 0; i < RECORDS; i++)
			ck_assert_uint_eq(w.losses[i].inode, i + 11);
		/* A second call reports nothing new. */
		ck_assert_int_eq(ring_stop(ring, true), DE_OK);
		ck_assert_uint_eq(w.loss_count, RECORDS);
		ring_free(ring);
		free(w.bytes);
	}
}
END_TEST

START_TEST(too_many_losses_stop_it)
{
	for (unsigned int slaves = 1; slaves <= 8; slaves *= 2) {
		struct world w = { .bad_address = 100001,
		    .bad_every = 100000, .losses_max = 3 };
		struct ring *ring = new_ring(&w, slaves, 4);

		ck_assert_int_eq(ring_start(ring), DE_OK);
		put_extents(ring, 12, 4);
		ck_assert_int_eq(ring_stop(ring, true), DE_FAILED);
		ck_assert_uint_ge(w.loss_count, 3);
		ck_assert(!ring_out_of_memory(ring));
		ring_free(ring);
		free(w.bytes);
	}
}
END_TEST

START_TEST(losses_of_what_is_not_on_the_medium_are_not_told)
{
	struct world w = { .bad_address = 100001, .bad_every = 100000,
	    .capacity = 5 };
	struct ring *ring = new_ring(&w, 3, 4);

	ck_assert_int_eq(ring_start(ring), DE_OK);
	put_extents(ring, 12, 4);
	ck_assert_int_eq(ring_stop(ring, true), DE_END_OF_VOLUME);
	ck_assert_uint_eq(w.loss_count, 5);
	ring_free(ring);
	free(w.bytes);
}
END_TEST

START_TEST(an_extent_over_many_records_names_the_right_offset)
{
	struct world w = { .bad_address = 1000000 + 70001 };
	struct ring *ring = new_ring(&w, 3, 8);
	const struct ring_extent extent = {
		.address = 1000000, .length = 128 * 1024, .inode = 99,
		.offset = 1048576,
	};

	ck_assert_int_eq(ring_start(ring), DE_OK);
	put_extent(ring, &extent);
	ck_assert_int_eq(ring_stop(ring, true), DE_OK);
	ck_assert_uint_eq(w.loss_count, 1);
	ck_assert_uint_eq(w.losses[0].offset,
	    1048576 + 70001 / 1024 * 1024);
	ring_free(ring);
	free(w.bytes);
}
END_TEST

START_TEST(giving_up_ends_a_write_that_hangs)
{
	for (unsigned int slaves = 1; slaves <= 4; slaves += 3) {
		struct world w = { .block_write = 2, .give_up_at = 2 };
		struct ring *ring = new_ring(&w, slaves, 2);
		static uint8_t expected[4096 * 1024];

		ck_assert_int_eq(ring_start(ring), DE_OK);
		const uint64_t begun = clock_ns();
		put_records(ring, 2000, 2, 3, expected);
		ck_assert_int_eq(ring_stop(ring, true), DE_FAILED);
		const uint64_t ms = (clock_ns() - begun) / 1000000;
		ck_assert_uint_lt(ms, 5000);
		ck_assert(atomic_load(&w.gave_up));
		ck_assert_uint_eq(ring_records_settled(ring), 1);
		ring_free(ring);
		free(w.bytes);
	}
}
END_TEST

START_TEST(giving_up_while_waiting_for_the_last_records_works_too)
{
	struct world w = { .block_write = 2, .give_up_at = 2 };
	struct ring *ring = new_ring(&w, 4, 2);
	static uint8_t expected[8192];

	ck_assert_int_eq(ring_start(ring), DE_OK);
	put_records(ring, 2, 2, 3, expected);
	ck_assert_int_eq(ring_stop(ring, true), DE_FAILED);
	ck_assert(atomic_load(&w.gave_up));
	ring_free(ring);
	free(w.bytes);
}
END_TEST

START_TEST(idle_is_called_while_the_output_is_slow)
{
	struct world w = { .write_delay = 150000 };
	struct ring *ring = new_ring(&w, 2, 1);
	static uint8_t expected[16 * 1024];

	ck_assert_int_eq(ring_start(ring), DE_OK);
	put_records(ring, 10, 1, 3, expected);
	ck_assert_int_eq(ring_stop(ring, true), DE_OK);
	ck_assert_uint_ge(w.idles, 2);
	ring_free(ring);
	free(w.bytes);
}
END_TEST

START_TEST(what_is_not_complete_is_forgotten)
{
	struct world w = { .write_delay = 1000 };
	struct ring *ring = new_ring(&w, 3, 4);

	ck_assert_int_eq(ring_start(ring), DE_OK);
	for (int i = 0; i < 30; i++)
		memset(ring_put_block(ring, 0), i, 1024);
	ck_assert_int_eq(ring_stop(ring, false), DE_FAILED);
	ck_assert_uint_le(ring_records_settled(ring), 30 / 4);
	ck_assert_uint_eq(w.size, w.records * 4096);
	for (size_t i = 0; i < w.size; i++)
		ck_assert_uint_eq(w.bytes[i], i / 1024);
	ring_free(ring);
	free(w.bytes);
}
END_TEST

START_TEST(it_starts_anew_for_the_next_volume)
{
	struct world w = { .capacity = 2 };
	struct ring *ring = new_ring(&w, 4, 2);
	static uint8_t expected[16 * 1024];

	ck_assert_int_eq(ring_start(ring), DE_OK);
	put_records(ring, 6, 2, 3, expected);
	ck_assert_int_eq(ring_stop(ring, true), DE_END_OF_VOLUME);

	w.capacity = 0;
	w.records = w.size = 0;
	ck_assert_int_eq(ring_start(ring), DE_OK);
	ck_assert_uint_eq(ring_records_settled(ring), 0);
	put_records(ring, 6, 2, 4, expected);
	ck_assert_int_eq(ring_stop(ring, true), DE_OK);
	expect_bytes(&w, expected, 12 * 1024);
	ring_free(ring);
	free(w.bytes);
}
END_TEST

START_TEST(it_goes_on_after_a_stop_with_all_on_the_medium)
{
	enum { BLOCKING = 4, SOME = 50, TIMES = 4 };
	struct world w = { .read_jitter = 50 };
	struct ring *ring = new_ring(&w, 3, BLOCKING);
	uint8_t *expected = calloc(SOME * TIMES, BLOCKING * 1024);
	const struct ring_medium medium = { .start_fill = 50 };

	ck_assert(ring_set_medium(ring, &medium));
	for (unsigned int i = 0; i < TIMES; i++) {
		ck_assert_int_eq(i == 0 ? ring_start(ring) : ring_resume(ring),
		    DE_OK);
		/* The second time, there is nothing to put. */
		if (i != 1)
			put_records(ring, SOME, BLOCKING, i, expected +
			    (size_t)w.size);
		ck_assert_int_eq(ring_stop(ring, true), DE_OK);
		ck_assert_uint_eq(ring_records_settled(ring),
		    (i == 0 ? 1 : i) * SOME);
	}
	expect_bytes(&w, expected, (size_t)(TIMES - 1) * SOME * BLOCKING *
	    1024);
	ring_free(ring);
	free(expected);
	free(w.bytes);
}
END_TEST

static void
keep_block(void *arg, uint8_t tag, const uint8_t *block)
{
	(void)tag;
	(void)block;
	++*(unsigned int *)arg;
}

START_TEST(only_what_came_after_going_on_is_unwritten)
{
	struct world w = { .capacity = 12 };
	struct ring *ring = new_ring(&w, 2, 2);
	uint8_t *expected = calloc(40, 2048);
	unsigned int blocks = 0;
	const struct ring_visitor visitor = { .block = keep_block,
	    .arg = &blocks };

	ck_assert_int_eq(ring_start(ring), DE_OK);
	put_records(ring, 10, 2, 1, expected);
	ck_assert_int_eq(ring_stop(ring, true), DE_OK);
	ck_assert_int_eq(ring_resume(ring), DE_OK);
	for (int i = 0; i < 2 * 3; i++)
		ck_assert_ptr_nonnull(ring_put_block(ring, 0));
	ck_assert_int_eq(ring_stop(ring, true), DE_END_OF_VOLUME);
	ck_assert_uint_eq(ring_records_settled(ring), 12);
	ring_each_unwritten(ring, &visitor);
	ck_assert_uint_eq(blocks, 2);
	ring_free(ring);
	free(expected);
	free(w.bytes);
}
END_TEST

START_TEST(nothing_can_be_put_into_a_ring_that_has_stopped)
{
	struct world w = { .fail_write = 1 };
	struct ring *ring = new_ring(&w, 2, 1);
	const struct ring_extent extent = { .address = 4096,
	    .length = 100 * 1024, .inode = 5 };
	int put = 0;

	ck_assert_int_eq(ring_start(ring), DE_OK);
	while (put < 1000000 && ring_put_block(ring, 0) != NULL)
		put++;
	ck_assert_int_lt(put, 1000000);
	ck_assert_ptr_null(ring_put_block(ring, 0));
	ck_assert_uint_eq(ring_put_extent(ring, &extent), 0);
	ck_assert_int_eq(ring_stop(ring, true), DE_FAILED);
	ring_free(ring);
	free(w.bytes);
}
END_TEST

/* What a visitor saw: the tags of blocks; 'E' and the offset for extents. */
struct seen {
	char text[4096];
};

static void
see_block(void *arg, uint8_t tag, const uint8_t *block)
{
	struct seen *seen = arg;
	ck_assert_uint_eq(block[0], tag);
	ck_assert_uint_eq(block[1023], tag);
	snprintf(seen->text + strlen(seen->text),
	    sizeof(seen->text) - strlen(seen->text), "%u ", tag);
}

static void
see_extent(void *arg, const struct ring_extent *extent)
{
	struct seen *seen = arg;
	ck_assert_uint_eq(extent->address, 100000 + extent->offset);
	ck_assert_uint_eq(extent->inode, 7);
	snprintf(seen->text + strlen(seen->text),
	    sizeof(seen->text) - strlen(seen->text), "E%u+%u ",
	    (unsigned int)extent->offset, (unsigned int)extent->length);
}

/* Records of 4 tape blocks: 1 2 E E | E E E 3 | 4 E... */
START_TEST(what_was_put_but_not_written_is_visited_in_order)
{
	static const char *const left[] = {
		"1 2 E0+2048 E2048+2952 3 4 E0+700 ",
		"E2048+2952 3 4 E0+700 ",
		"4 E0+700 ",
	};
	const struct ring_extent five = { 100000, 5000, 7, 0 };
	const struct ring_extent one = { 100000, 700, 7, 0 };

	for (uint64_t capacity = 0; capacity < COUNT(left); capacity++) {
		/* Slow, so that all are put before the output ends it. */
		struct world w = { .capacity = capacity,
		    .write_delay = 100000 };
		struct ring *ring = new_ring(&w, 3, 4);
		struct seen seen = { "" };
		const struct ring_visitor visitor = { see_block, see_extent,
		    &seen };

		if (capacity == 0)
			w.fail_write = 1;
		ck_assert_int_eq(ring_start(ring), DE_OK);
		memset(ring_put_block(ring, 1), 1, 1024);
		memset(ring_put_block(ring, 2), 2, 1024);
		ck_assert(put_extent(ring, &five));
		memset(ring_put_block(ring, 3), 3, 1024);
		memset(ring_put_block(ring, 4), 4, 1024);
		ck_assert(put_extent(ring, &one));
		ring_stop(ring, true);
		ring_each_unwritten(ring, &visitor);
		ck_assert_str_eq(seen.text, left[capacity]);
		ring_free(ring);
		free(w.bytes);
	}
}
END_TEST

/* Each is one read. */
static void
put_read_records(struct ring *ring, unsigned int count)
{
	const struct ring_extent extent = { .address = 4096, .length = 2048 };

	while (count-- > 0)
		ck_assert(put_extent(ring, &extent));
}

/* The last record put is submitted together with the next. */
static void
wait_until_written(struct ring *ring, uint64_t records)
{
	for (int tries = 0; tries < 6000 &&
	    ring_records_settled(ring) < records; tries++)
		usleep(10000);
	ck_assert_uint_eq(ring_records_settled(ring), records);
}

START_TEST(writing_begins_when_the_buffer_is_filled_and_again_when_it_is_empty)
{
	const struct ring_medium medium = { .buffer = 32 * 2048,
	    .start_fill = 50 };
	struct world w = { .read_jitter = 500 };
	struct ring *ring = new_ring(&w, 3, 2);
	struct times times;

	ck_assert(ring_set_medium(ring, &medium));
	ck_assert_uint_eq(ring_slots(ring), 32);
	ck_assert_int_eq(ring_start(ring), DE_OK);
	put_read_records(ring, 17);
	wait_until_written(ring, 16);
	ck_assert_uint_ge(w.reads_at[0], 16);
	put_read_records(ring, 16);
	wait_until_written(ring, 32);
	ck_assert_uint_ge(w.reads_at[16], 32);
	put_read_records(ring, 3);
	ck_assert_int_eq(ring_stop(ring, true), DE_OK);
	ck_assert_uint_eq(ring_records_settled(ring), 36);
	ring_get_times(ring, &times);
	ck_assert_uint_eq(times.refills, 2);
	ring_free(ring);
	free(w.bytes);
}
END_TEST

START_TEST(a_buffer_to_be_filled_to_the_brim_does_not_hang)
{
	for (unsigned int slaves = 1; slaves <= 8; slaves++)
		for (uint32_t window = 0; window < 12; window += 5) {
			const struct ring_medium medium = { .window = window,
			    .buffer = 1, .start_fill = 100 };
			struct world w = { .read_jitter = 50 };
			struct ring *ring = new_ring(&w, slaves, 2);

			ck_assert(ring_set_medium(ring, &medium));
			ck_assert_uint_eq(ring_slots(ring),
			    2 * slaves + window);
			ck_assert_int_eq(ring_start(ring), DE_OK);
			put_read_records(ring, 300);
			ck_assert_int_eq(ring_stop(ring, true), DE_OK);
			ck_assert_uint_eq(ring_records_settled(ring), 300);
			ck_assert_uint_ge(w.reads_at[0], 2 * slaves);
			ring_forget(ring);
			ring_free(ring);
			free(w.bytes);
		}
}
END_TEST

START_TEST(stopping_an_empty_ring_writes_nothing)
{
	struct world w = { 0 };
	struct ring *ring = new_ring(&w, 8, 64);

	ck_assert_int_eq(ring_start(ring), DE_OK);
	ck_assert_int_eq(ring_stop(ring, true), DE_OK);
	ck_assert_uint_eq(w.records, 0);
	ring_free(ring);
	ring_free(NULL);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		records_arrive_in_order_each_once_whatever_the_number_of_slaves,
		slaves_read_side_by_side,
		a_slow_source_has_all_slaves_awake,
		the_end_of_the_volume_may_come_at_any_record,
		who_waits_for_room_learns_of_the_end,
		a_write_may_fail_at_any_record,
		a_read_may_fail_at_any_record_and_the_rest_is_written,
		losses_are_told_in_order_each_once,
		too_many_losses_stop_it,
		losses_of_what_is_not_on_the_medium_are_not_told,
		an_extent_over_many_records_names_the_right_offset,
		giving_up_ends_a_write_that_hangs,
		giving_up_while_waiting_for_the_last_records_works_too,
		idle_is_called_while_the_output_is_slow,
		what_is_not_complete_is_forgotten,
		it_starts_anew_for_the_next_volume,
		it_goes_on_after_a_stop_with_all_on_the_medium,
		only_what_came_after_going_on_is_unwritten,
		nothing_can_be_put_into_a_ring_that_has_stopped,
		what_was_put_but_not_written_is_visited_in_order,
		writing_begins_when_the_buffer_is_filled_and_again_when_it_is_empty,
		a_buffer_to_be_filled_to_the_brim_does_not_hang,
		stopping_an_empty_ring_writes_nothing,
	};
	return unit_run("ring", tests, COUNT(tests));
}
