/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_mount_dates.c - trees of dates come when they are wanted, and go
 */
#include "core/mount/mount_dates.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "unit.h"

#define DATES 12
#define AN_HOUR UINT64_C(3600000000000)
#define THREADS 8
#define ROUNDS 300

/* Somebody who makes trees, and watches that all is done in turn. */
struct maker {
	struct mount_tree trees[DATES];
	struct directories *directories;
	struct mount_date list[DATES];
	char names[DATES][16];
	atomic_uint made[DATES];	/* how often */
	atomic_uint dropped[DATES];
	atomic_uint held[DATES];
	atomic_uint inside;		/* calls that run */
	atomic_uint wrong;
	unsigned int broken;		/* this one cannot be made */
	unsigned int endless;		/* this one only when cancelled */
	atomic_int cancel;
	struct mount_dates *dates;
};

static const struct mount_tree *
make(void *arg, uint32_t number)
{
	struct maker *m = arg;

	m->wrong += m->inside++ != 0;
	m->wrong += m->made[number] != m->dropped[number];
	while (number == m->endless && m->cancel == 0)
		usleep(1000);
	const bool ok = number != m->broken && number != m->endless;
	m->made[number]++;
	if (!ok)
		m->dropped[number]++;
	m->inside--;
	return ok ? &m->trees[number] : NULL;
}

static void
drop(void *arg, uint32_t number)
{
	struct maker *m = arg;

	m->wrong += m->inside++ != 0;
	m->wrong += m->held[number] != 0;
	m->dropped[number]++;
	m->wrong += m->made[number] != m->dropped[number];
	m->inside--;
}

static struct maker *
begin(uint64_t idle_ns)
{
	struct maker *m = calloc(1, sizeof(*m));

	ck_assert_ptr_nonnull(m);
	m->broken = m->endless = UINT32_MAX;
	m->directories = directories_new("/tmp");
	ck_assert_ptr_nonnull(m->directories);
	for (unsigned int i = 0; i < DATES; i++) {
		snprintf(m->names[i], sizeof(m->names[i]), "day-%u", i);
		m->list[i] = (struct mount_date){ m->names[i], i };
		m->trees[i].directories = m->directories;
	}
	const struct mount_dates_config config = {
		.list = m->list,
		.count = DATES,
		.idle_ns = idle_ns,
		.make = make,
		.drop = drop,
		.arg = m,
		.cancel = &m->cancel,
	};
	m->dates = mount_dates_new(&config);
	ck_assert_ptr_nonnull(m->dates);
	return m;
}

static void
end(struct maker *m)
{
	mount_dates_free(m->dates);
	for (unsigned int i = 0; i < DATES; i++)
		ck_assert_uint_eq(m->made[i], m->dropped[i]);
	ck_assert_uint_eq(m->wrong, 0);
	directories_free(m->directories);
	free(m);
}

static void
look_into(struct maker *m, uint32_t number)
{
	ck_assert_ptr_eq(mount_dates_hold(m->dates, number),
	    &m->trees[number]);
	mount_dates_let_go(m->dates, number);
}

START_TEST(a_tree_is_made_once)
{
	struct maker *m = begin(AN_HOUR);
	struct de_inode root;

	ck_assert_uint_eq(mount_dates_count(m->dates), DATES);
	ck_assert_uint_eq(mount_dates_find(m->dates, "day-7"), 7);
	ck_assert_uint_eq(mount_dates_find(m->dates, "day-70"), UINT32_MAX);
	ck_assert_int_eq(mount_dates_date(m->dates, 7)->time, 7);
	ck_assert(!mount_dates_root(m->dates, 7, &root));
	ck_assert_uint_eq(m->made[7], 0);
	look_into(m, 7);
	look_into(m, 7);
	ck_assert_uint_eq(m->made[7], 1);
	ck_assert(mount_dates_root(m->dates, 7, &root));
	end(m);
}
END_TEST

START_TEST(only_some_that_nobody_uses_stay)
{
	struct maker *m = begin(AN_HOUR);
	struct de_inode root;
	unsigned int there = 0;

	ck_assert_ptr_nonnull(mount_dates_hold(m->dates, 0));
	m->held[0] = 1;
	for (uint32_t i = 1; i < DATES; i++)
		look_into(m, i);
	for (uint32_t i = 0; i < DATES; i++)
		there += m->made[i] - m->dropped[i];
	ck_assert_uint_le(there, 5);
	ck_assert_uint_eq(m->made[0] - m->dropped[0], 1);
	ck_assert_uint_eq(m->dropped[1], 1);
	ck_assert_uint_eq(m->dropped[DATES - 1], 0);
	/* What belongs to the root is still known, and the tree comes back. */
	ck_assert(mount_dates_root(m->dates, 1, &root));
	look_into(m, 1);
	ck_assert_uint_eq(m->made[1], 2);
	m->held[0] = 0;
	mount_dates_let_go(m->dates, 0);
	end(m);
}
END_TEST

START_TEST(one_that_cannot_be_made_is_not_tried_at_once)
{
	struct maker *m = begin(AN_HOUR);
	struct de_inode root;

	m->broken = 3;
	ck_assert_ptr_null(mount_dates_hold(m->dates, 3));
	ck_assert_ptr_null(mount_dates_hold(m->dates, 3));
	ck_assert_uint_eq(m->made[3], 1);
	ck_assert(!mount_dates_root(m->dates, 3, &root));
	look_into(m, 4);
	end(m);
}
END_TEST

START_TEST(one_that_nobody_looks_into_goes)
{
	struct maker *m = begin(1000000);

	look_into(m, 5);
	while (m->dropped[5] == 0)
		usleep(1000);
	look_into(m, 5);
	end(m);
}
END_TEST

static bool
has_ended(void *arg)
{
	(void)arg;
	return true;
}

START_TEST(one_that_is_not_wanted_any_more_is_given_up)
{
	struct maker *m = begin(AN_HOUR);

	m->endless = 2;
	mount_dates_watch(m->dates, has_ended, NULL);
	ck_assert_ptr_null(mount_dates_hold(m->dates, 2));
	ck_assert_int_eq(m->cancel, SIGTERM);
	mount_dates_watch(m->dates, NULL, NULL);
	end(m);
}
END_TEST

static void *
look_about(void *arg)
{
	struct maker *m = arg;
	unsigned int seed = (unsigned int)(uintptr_t)&seed;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		const uint32_t n = (uint32_t)rand_r(&seed) % DATES;
		if (mount_dates_hold(m->dates, n) == NULL)
			continue;
		m->held[n]++;
		m->wrong += m->made[n] != m->dropped[n] + 1;
		m->held[n]--;
		mount_dates_let_go(m->dates, n);
	}
	return NULL;
}

START_TEST(many_at_once)
{
	struct maker *m = begin(100000);
	pthread_t threads[THREADS];

	m->broken = 1;
	for (unsigned int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, look_about,
		    m), 0);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	end(m);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_tree_is_made_once,
		only_some_that_nobody_uses_stay,
		one_that_cannot_be_made_is_not_tried_at_once,
		one_that_nobody_looks_into_goes,
		one_that_is_not_wanted_any_more_is_given_up,
		many_at_once,
	};
	return unit_run("mount_dates", tests, COUNT(tests));
}
