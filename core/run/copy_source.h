/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_source.h - the set that is copied, and what it is on
 *
 * As the command line names it or the catalogue knows it.  Only sets that can
 * be written again without a change are taken: ours, and plain ones of Linux.
 *
 * Lives in the process forked for the copy and in those forked from it.
 */
#ifndef CORE_COPY_SOURCE_H
#define CORE_COPY_SOURCE_H

#include "core/base/verdict.h"
#include "core/config/job_config.h"
#include "core/read/blocks.h"
#include "core/read/set.h"
#include "core/run/copy_check.h"
#include "core/run/copy_request.h"
#include "core/run/job_task.h"

struct copy_source;

/* What begins every stream: the map of the inodes in use. */
struct copy_map {
	uint32_t tape_blocks;
	uint32_t max_inode;
};

/*
 * Open the set, read its first headers, and let its medium go until blocks are
 * wanted.  Everything is borrowed; `channel` leads to the supervisor.  NULL
 * after a report, and *verdict says how the run ends.
 */
struct copy_source *copy_source_open(const struct copy_request *request,
    const struct job_task *task, struct plugin_registry *registry,
    int channel, enum verdict *verdict);
void copy_source_close(struct copy_source *s);		/* accepts NULL */

/* In messages. */
const char *copy_source_name(const struct copy_source *s);

const struct set_identity *copy_source_identity(const struct copy_source *s);
const struct copy_map *copy_source_map(const struct copy_source *s);
struct blocks *copy_source_blocks(const struct copy_source *s);

/* Tape blocks that it has; 0: unknown. */
uint64_t copy_source_size(const struct copy_source *s);

/*
 * Does the job write to other media than those it is on?  `first` is the first
 * volume of the copy.  A drive that it is on is locked for all
 * processes.  Nothing of the set may be open.  False after a report.
 */
bool copy_source_is_apart(struct copy_source *s, const struct job_config *job,
    const struct de_volume *first);

/*
 * The end of the stream has been read: see copy_check().  Nothing more can be
 * read after that.
 */
enum copy_check_result copy_source_check(struct copy_source *s, bool has_index,
    json_t **about);

#endif
