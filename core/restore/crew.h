/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crew.h - threads that do something with each inode of a set
 *
 * The thread that reads the set hands items to the crew; every inode belongs to
 * one worker from its beginning to its end, so that its items come in order.
 * Inodes of one directory go to the same worker as long as that is no
 * bottleneck.  Data is not copied: a worker holds the chunk that it is in.
 * Memory is bounded by the pool of chunks, which must have at least three, and
 * the length of the queues.
 */
#ifndef CORE_CREW_H
#define CORE_CREW_H

#include "core/read/set.h"

/* What is done with inodes: extracting, comparing, checking. */
struct crew_work {
	/*
	 * An inode begins; `header` is a copy that lives until end(), without
	 * what it points to in its block.  Returns what the other callbacks get
	 * as `inode`; NULL: nothing more of this inode is wanted.
	 */
	void *(*begin)(void *arg, unsigned int worker,
	    const struct header *header);
	void (*data)(void *inode, uint64_t offset, const uint8_t *bytes,
	    size_t length);
	void (*hole)(void *inode, uint64_t offset, uint64_t length);
	void (*lost)(void *inode, uint64_t offset, uint64_t length,
	    const char *why);
	/* What data() has just had may be damaged. */
	void (*doubt)(void *inode, uint64_t offset, uint64_t length,
	    const char *why);
	void (*xattr)(void *inode, const struct de_xattr *xattr);
	void (*lost_xattrs)(void *inode, const char *why);
	/* Frees what begin() returned. */
	void (*end)(void *inode, bool complete);
};

struct crew;

/*
 * With as many threads as can be started, up to `workers`.  Once `cancelled` is
 * set, items are dropped.  NULL if out of memory, or no thread can be started.
 */
struct crew *crew_new(const struct crew_work *work, void *arg,
    unsigned int workers, const atomic_int *cancelled);

/*
 * Hand over an item of an inode, SET_INODE to SET_INODE_END.  `directory` is
 * where its first name is, and counts with SET_INODE only.  Waits while the
 * queues are full.  False if out of memory.  One thread, as all of the below.
 */
bool crew_put(struct crew *c, const struct set_item *item, uint32_t directory);

/* Wait until everything handed over has been done. */
void crew_wait(struct crew *c);

/* Ends the threads after crew_wait(). */
void crew_free(struct crew *c);

#endif
