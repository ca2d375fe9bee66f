/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * source.h - the open source of a job
 */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include <stdbool.h>

#include "core/instance.h"

struct source {
	const struct de_source *ops;
	void *self;
	struct de_source_info info;
};

/*
 * Open the source that `in` is and check what it says of itself.
 * Returns false after reporting why.
 */
bool source_open(struct source *src, const struct instance *in);
void source_close(struct source *src);

/* Go through the inodes; see scan_next() in dumpengine/plugin.h. */
enum de_status source_next(const struct source *src, void *scan,
    uint32_t from, struct de_inode *inode);

/* What selects an inode. */
struct de_brief source_brief(const struct de_inode *inode);

/* The same for up to `room` of them; see scan_briefly() there. */
enum de_status source_next_briefly(const struct source *src, void *scan,
    uint32_t from, struct de_brief *inodes, size_t room, size_t *count);

#endif
