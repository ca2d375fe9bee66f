/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_dates.h - the trees of many dates, each there while it is in use
 *
 * A tree is made when somebody first looks into it, and dropped when nobody has
 * looked into it for a while; of those that nobody looks into at the moment, no
 * more than four are there.  Costs 120 bytes a date, and what the trees cost.
 *
 * Any number of threads.  One of them makes a tree, and others that want one
 * that is not there wait for it.
 */
#ifndef CORE_MOUNT_DATES_H
#define CORE_MOUNT_DATES_H

#include <stdatomic.h>

#include "core/mount/mount_tree.h"

struct mount_dates;

struct mount_date {
	const char *name;	/* of its folder */
	int64_t time;		/* seconds */
};

/* Everything is borrowed. */
struct mount_dates_config {
	const struct mount_date *list;	/* ascending */
	uint32_t count;
	uint64_t idle_ns;		/* after which a tree is dropped */
	/*
	 * Make the tree of list[number], and drop it again; calls never
	 * overlap.  NULL after a report.
	 */
	const struct mount_tree *(*make)(void *arg, uint32_t number);
	void (*drop)(void *arg, uint32_t number);
	void *arg;
	/* Set when make() shall give up. */
	atomic_int *cancel;
};

/* NULL if out of memory, or no thread can be started. */
struct mount_dates *mount_dates_new(const struct mount_dates_config *config);

/* Drops all trees.  Nobody holds one any more.  Accepts NULL. */
void mount_dates_free(struct mount_dates *d);

/*
 * From now on, until it is called with NULL, ask often while a tree is made
 * whether it is still wanted.
 */
void mount_dates_watch(struct mount_dates *d, bool (*has_ended)(void *arg),
    void *arg);

uint32_t mount_dates_count(const struct mount_dates *d);
const struct mount_date *mount_dates_date(const struct mount_dates *d,
    uint32_t number);

/* The date whose folder has this name; UINT32_MAX: none. */
uint32_t mount_dates_find(const struct mount_dates *d, const char *name);

/*
 * The tree, which stays until mount_dates_let_go().  NULL if it cannot be made;
 * that is tried again after some seconds.
 */
const struct mount_tree *mount_dates_hold(struct mount_dates *d,
    uint32_t number);
void mount_dates_let_go(struct mount_dates *d, uint32_t number);

/* What is known of its root.  False if the tree has never been made. */
bool mount_dates_root(struct mount_dates *d, uint32_t number,
    struct de_inode *meta);

/* What is mounted: a tree, or the trees of dates. */
struct mount_view {
	const struct mount_tree *tree;
	struct mount_dates *dates;	/* if there is no `tree` */
};

#endif
