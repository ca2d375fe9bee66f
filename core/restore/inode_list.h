/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inode_list.h - what ls -l shows of inodes
 *
 * A flat array in a temporary file (core/base/growing.h): 32 bytes an inode,
 * 3.2 GB for 100 million.  One thread.
 */
#ifndef CORE_INODE_LIST_H
#define CORE_INODE_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "dumpengine/plugin.h"

struct inode_list;

struct inode_facts {
	uint32_t inode;
	uint16_t mode;		/* with the type */
	uint16_t links;		/* at most UINT16_MAX; 0: unknown */
	uint32_t uid;
	uint32_t gid;
	uint64_t size;		/* bytes; of a device its number, see below */
	int64_t mtime;		/* seconds */
};

struct inode_facts inode_facts(uint32_t inode, const struct de_inode *meta);

/* Of a device. */
uint32_t inode_facts_major(const struct inode_facts *facts);
uint32_t inode_facts_minor(const struct inode_facts *facts);

/* `folder`: of the temporary file.  NULL with errno set. */
struct inode_list *inode_list_new(const char *folder);
void inode_list_free(struct inode_list *l);

/* In any order, each inode once.  False: no memory or no room (errno). */
bool inode_list_add(struct inode_list *l, uint32_t inode,
    const struct de_inode *meta);

/* All are there: from now on they can be found. */
void inode_list_finish(struct inode_list *l);

/* False if it is not in the list. */
bool inode_list_get(const struct inode_list *l, uint32_t inode,
    struct inode_facts *facts);

#endif
