/* SPDX-License-Identifier: BSD-3-Clause */
#include <pthread.h>
#include <sys/stat.h>

#include "core/restore/crew.h"
#include "tests/unit/unit.h"

#define INODES 3000u
#define WORKERS 4u
#define PIECES 3u

/* What workers did, by inode. */
struct done {
	unsigned int worker;
	unsigned int begun;
	unsigned int ended;
	bool complete;
	uint64_t bytes;		/* in order, with the right contents */
	unsigned int holes;
	unsigned int lost;
	unsigned int xattrs;
	unsigned int lost_xattrs;
};

struct log {
	struct done done[INODES];
	uint32_t inode[WORKERS];	/* the one that a worker is at */
	pthread_mutex_t lock;		/* guards the following */
	pthread_cond_t changed;
	bool is_gated;			/* the first inode waits */
	unsigned int passed;		/* inodes begun by others */
};

/* What is passed to the callbacks. */
struct at {
	struct log *log;
	uint32_t inode;
};

static struct at places[WORKERS];

static struct done *
done_of(void *inode)
{
	const struct at *at = inode;

	return &at->log->done[at->inode];
}

/* Until another worker has begun an inode. */
static void
wait_at_gate(struct log *log, uint32_t inode)
{
	pthread_mutex_lock(&log->lock);
	if (inode != 0)
		log->passed++;
	pthread_cond_broadcast(&log->changed);
	while (log->is_gated && inode == 0 && log->passed == 0)
		pthread_cond_wait(&log->changed, &log->lock);
	pthread_mutex_unlock(&log->lock);
}

static void *
begin(void *arg, unsigned int worker, const struct header *header)
{
	struct log *log = arg;
	struct done *d = &log->done[header->inode];

	d->worker = worker;
	d->begun++;
	wait_at_gate(log, header->inode);
	places[worker] = (struct at){ .log = log, .inode = header->inode };
	return header->is_hidden ? NULL : &places[worker];
}

static void
data(void *inode, uint64_t offset, const uint8_t *bytes, size_t length)
{
	struct done *d = done_of(inode);

	/* Each byte of an inode is its number, and a piece after the other. */
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != (uint8_t)((const struct at *)inode)->inode)
			return;
	if (offset == d->bytes)
		d->bytes += length;
}

static void
hole(void *inode, uint64_t offset, uint64_t length)
{
	(void)offset;
	(void)length;
	done_of(inode)->holes++;
}

static void
lost(void *inode, uint64_t offset, uint64_t length, const char *why)
{
	if (offset == 7 && length == 8 && strcmp(why, "reason") == 0)
		done_of(inode)->lost++;
}

static void
xattr(void *inode, const struct de_xattr *attribute)
{
	if (strcmp(attribute->name, "user.a") == 0 &&
	    attribute->value_length == 5 &&
	    memcmp(attribute->value, "value", 5) == 0)
		done_of(inode)->xattrs++;
}

static void
lost_xattrs(void *inode, const char *why)
{
	if (strcmp(why, "reason") == 0)
		done_of(inode)->lost_xattrs++;
}

static void
end(void *inode, bool complete)
{
	done_of(inode)->ended++;
	done_of(inode)->complete = complete;
}

static const struct crew_work work = {
	.begin = begin,
	.data = data,
	.hole = hole,
	.lost = lost,
	.xattr = xattr,
	.lost_xattrs = lost_xattrs,
	.end = end,
};

/* ------------------------------------------------------------ handing over */

struct hand {
	struct log log;
	atomic_int cancelled;
	struct crew *crew;
	struct chunk_pool *pool;
	struct chunk *chunk;
};

static struct hand *
hand_new(unsigned int workers)
{
	struct hand *h = calloc(1, sizeof(*h));

	ck_assert_ptr_nonnull(h);
	pthread_mutex_init(&h->log.lock, NULL);
	pthread_cond_init(&h->log.changed, NULL);
	h->crew = crew_new(&work, &h->log, workers, &h->cancelled);
	h->pool = chunk_pool_new(3);
	ck_assert_ptr_nonnull(h->crew);
	ck_assert_ptr_nonnull(h->pool);
	return h;
}

static void
hand_free(struct hand *h)
{
	crew_free(h->crew);
	if (h->chunk != NULL)
		chunk_release(h->chunk);
	chunk_pool_free(h->pool);
	pthread_cond_destroy(&h->log.changed);
	pthread_mutex_destroy(&h->log.lock);
	free(h);
}

static void
put(struct hand *h, struct set_item *item, uint32_t directory)
{
	ck_assert(crew_put(h->crew, item, directory));
	/* As the parser does: nothing of it is valid after the call. */
	memset(item, 0xff, sizeof(*item));
}

static void
put_begin(struct hand *h, uint32_t inode, uint32_t directory, bool is_hidden)
{
	struct header header = { .inode = inode, .is_hidden = is_hidden };
	struct set_item item = {
		.kind = SET_INODE,
		.inode = inode,
		.header = &header,
	};

	put(h, &item, directory);
	memset(&header, 0xff, sizeof(header));
}

static void
put_end(struct hand *h, uint32_t inode)
{
	struct set_item item = {
		.kind = SET_INODE_END,
		.inode = inode,
		.complete = inode % 2 == 0,
	};

	put(h, &item, 0);
}

/* 1000 bytes, the next ones of the chunk. */
static void
put_data(struct hand *h, uint32_t inode, uint64_t offset)
{
	const size_t length = 1000;

	if (h->chunk == NULL || h->chunk->length + length > 20 * length) {
		if (h->chunk != NULL)
			chunk_release(h->chunk);
		h->chunk = chunk_take(h->pool);
		h->chunk->length = 0;
	}
	uint8_t *bytes = h->chunk->bytes + h->chunk->length;
	h->chunk->length += length;
	memset(bytes, (uint8_t)inode, length);
	struct set_item item = {
		.kind = SET_DATA,
		.inode = inode,
		.offset = offset,
		.length = length,
		.bytes = bytes,
		.chunk = h->chunk,
	};
	put(h, &item, 0);
}

static void
put_inode(struct hand *h, uint32_t inode, uint32_t directory)
{
	put_begin(h, inode, directory, false);
	for (uint64_t i = 0; i < PIECES; i++)
		put_data(h, inode, i * 1000);
	put_end(h, inode);
}

/* ------------------------------------------------------------------- tests */

START_TEST(each_inode_is_done_once_in_order_and_from_its_own_chunk)
{
	struct hand *h = hand_new(WORKERS);

	for (uint32_t inode = 0; inode < INODES; inode++)
		put_inode(h, inode, inode / 40);
	crew_wait(h->crew);
	for (uint32_t inode = 0; inode < INODES; inode++) {
		const struct done *d = &h->log.done[inode];
		ck_assert_uint_eq(d->begun, 1);
		ck_assert_uint_eq(d->ended, 1);
		ck_assert_uint_eq(d->complete, inode % 2 == 0);
		ck_assert_uint_eq(d->bytes, PIECES * 1000);
	}
	hand_free(h);
}
END_TEST

START_TEST(inodes_of_a_directory_stay_with_one_worker)
{
	struct hand *h = hand_new(2);

	for (uint32_t inode = 0; inode < 40; inode++) {
		put_begin(h, inode, inode % 2, false);
		put_end(h, inode);
	}
	crew_wait(h->crew);
	for (uint32_t inode = 0; inode < 40; inode++)
		ck_assert_uint_eq(h->log.done[inode].worker,
		    h->log.done[inode % 2].worker);
	ck_assert_uint_ne(h->log.done[0].worker, h->log.done[1].worker);
	hand_free(h);
}
END_TEST

START_TEST(an_idle_worker_helps_with_a_large_directory)
{
	struct hand *h = hand_new(2);

	h->log.is_gated = true;
	for (uint32_t inode = 0; inode < INODES; inode++)
		put_inode(h, inode, 5);
	crew_wait(h->crew);
	ck_assert_uint_eq(h->log.passed, INODES - 1);
	hand_free(h);
}
END_TEST

START_TEST(all_kinds_of_items_arrive)
{
	struct hand *h = hand_new(1);
	const uint8_t bytes[4] = { 1, 1, 1, 1 };
	char why[] = "reason", name[] = "user.a", value[] = "value";
	struct de_xattr attribute = {
		.struct_size = sizeof(attribute),
		.name = name,
		.value = value,
		.value_length = 5,
	};

	put_begin(h, 1, 5, false);
	struct set_item item = {
		.kind = SET_DATA,
		.length = sizeof(bytes),
		.bytes = bytes,
	};
	put(h, &item, 0);
	item = (struct set_item){ .kind = SET_HOLE, .length = 1 };
	put(h, &item, 0);
	item = (struct set_item){
		.kind = SET_LOST_DATA,
		.offset = 7,
		.length = 8,
		.why = why,
	};
	put(h, &item, 0);
	item = (struct set_item){ .kind = SET_XATTR, .xattr = &attribute };
	put(h, &item, 0);
	item = (struct set_item){ .kind = SET_LOST_XATTRS, .why = why };
	put(h, &item, 0);
	/* They have been copied. */
	memset(why, 'x', sizeof(why) - 1);
	memset(name, 'x', sizeof(name) - 1);
	memset(value, 'x', sizeof(value) - 1);
	put_end(h, 1);
	crew_wait(h->crew);
	const struct done *d = &h->log.done[1];
	ck_assert_uint_eq(d->bytes, 4);
	ck_assert_uint_eq(d->holes, 1);
	ck_assert_uint_eq(d->lost, 1);
	ck_assert_uint_eq(d->xattrs, 1);
	ck_assert_uint_eq(d->lost_xattrs, 1);
	hand_free(h);
}
END_TEST

START_TEST(an_inode_that_is_not_wanted_gets_nothing)
{
	struct hand *h = hand_new(1);

	put_begin(h, 1, 5, true);
	put_data(h, 1, 0);
	put_end(h, 1);
	put_inode(h, 2, 5);
	crew_wait(h->crew);
	ck_assert_uint_eq(h->log.done[1].begun, 1);
	ck_assert_uint_eq(h->log.done[1].bytes, 0);
	ck_assert_uint_eq(h->log.done[1].ended, 0);
	ck_assert_uint_eq(h->log.done[2].ended, 1);
	hand_free(h);
}
END_TEST

START_TEST(cancelling_drops_items_and_ends_the_inode)
{
	struct hand *h = hand_new(1);

	put_begin(h, 2, 5, false);
	put_data(h, 2, 0);
	crew_wait(h->crew);
	atomic_store(&h->cancelled, 1);
	put_data(h, 2, 1000);
	put_end(h, 2);
	for (uint32_t inode = 3; inode < INODES; inode++)
		put_inode(h, inode, 5);
	crew_wait(h->crew);
	ck_assert_uint_eq(h->log.done[2].bytes, 1000);
	ck_assert_uint_eq(h->log.done[2].ended, 1);
	ck_assert(!h->log.done[2].complete);
	ck_assert_uint_eq(h->log.done[3].begun, 0);
	hand_free(h);
}
END_TEST

START_TEST(an_inode_without_end_ends_with_the_crew)
{
	struct hand *h = hand_new(1);

	put_begin(h, 2, 5, false);
	put_data(h, 2, 0);
	crew_wait(h->crew);
	put_data(h, 2, 1000);
	crew_free(h->crew);
	ck_assert_uint_eq(h->log.done[2].ended, 1);
	ck_assert(!h->log.done[2].complete);
	h->crew = NULL;
	hand_free(h);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_inode_is_done_once_in_order_and_from_its_own_chunk,
		inodes_of_a_directory_stay_with_one_worker,
		an_idle_worker_helps_with_a_large_directory,
		all_kinds_of_items_arrive,
		an_inode_that_is_not_wanted_gets_nothing,
		cancelling_drops_items_and_ends_the_inode,
		an_inode_without_end_ends_with_the_crew,
	};
	return unit_run("crew", tests, COUNT(tests));
}
