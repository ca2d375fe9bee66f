/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_way.h - what a restore of some files needs
 *
 * What is taken from which dump of a chain, and from which of its volumes.
 * Memory is for the volumes, and for the names of WAY_ITEMS_MAX files.
 */
#ifndef CORE_CATALOG_WAY_H
#define CORE_CATALOG_WAY_H

#include "core/run/catalog_book.h"
#include "core/run/catalog_task.h"

/* With more files, commands do not name each. */
#define WAY_ITEMS_MAX 200

struct catalog_way_volume {
	uint32_t number;
	char *medium;			/* as it is, not escaped */
	char *barcode;			/* NULL: none, likewise */
	char *label;
	char *filters;			/* that it has passed; NULL: none */
	int64_t file;			/* -1: no tape */
	uint64_t first, blocks;
	int32_t record_blocks;
	bool is_needed;
	bool has_files;			/* that are wanted, from `block` on */
	uint64_t block;			/* of the volume, from 0 */
};

/* A dump of the chain. */
struct catalog_way_set {
	const struct catalog_book_dump *dump;
	struct catalog_way_volume *volumes;	/* of one copy */
	size_t volume_count;
	bool is_used;			/* something is taken from it */
};

/* A file or directory that is wanted, in the tree of the date. */
struct catalog_way_item {
	size_t set;
	uint32_t inode;
	bool is_directory;
	char *path;			/* "./a/b", not escaped */
	char *name;			/* in its dump, if another; or NULL */
};

struct catalog_way {
	struct catalog_task_run *t;
	struct catalog_book book;
	struct catalog_chain chain;
	struct catalog_way_set sets[CATALOG_CHAIN_MAX];
	size_t set_count;
	struct catalog_way_item items[WAY_ITEMS_MAX];
	size_t item_count;
	uint64_t files;			/* of all that is wanted */
	uint64_t lost;			/* of these, in no dump */
	char **paths;			/* that were found; owned */
	size_t path_count;
	bool is_simple;			/* one dump has all, by these paths */
	bool ok;
};

#endif
