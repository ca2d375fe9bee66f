/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tape_config.h - everything that a dump is written with, for the tape
 */
#ifndef CORE_TAPE_CONFIG_H
#define CORE_TAPE_CONFIG_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/config/job_config.h"
#include "core/format/header.h"
#include "core/host/source.h"
#include "core/select/read_errors.h"

struct archive;
struct indexer;
struct places;

struct tape_config {
	struct instance *output;	/* all pointers borrowed */
	struct instance *eot;		/* NULL: none */
	struct instance *const *filters;	/* of each volume; */
	size_t filter_count;		/*   0: none */
	bool is_compressed;		/* by the only one, filter_compress.h */
	struct places *places;		/* that no volume may overwrite */
	const struct source *source;	/* NULL: no extent is put */
	const struct header_template *header;
	const struct volume_settings *volumes;
	struct read_errors *read_errors;	/* NULL likewise */
	struct report *rep;
	const atomic_int *cancelled;
	int channel;				/* to the supervisor */
	const char *job;
	const char *label;
	uint32_t level;
	int64_t date;
	int64_t base_date;		/* of its base; 0: none */
	unsigned int slaves;
	unsigned int blocking;
	uint64_t buffer;		/* bytes; 0: as suits the medium */
	int start_fill;			/* percent; -1: likewise */
	uint32_t map_blocks;		/* tape blocks of an inode map */
	uint32_t root_inode;		/* these two of the source */
	uint32_t max_inode;
	struct indexer *indexer;	/* NULL: none */
	bool puts_index;		/* behind the end, on the medium */
	struct archive *archive;	/* NULL: none */
	const char *folder;		/* for temporary files */
	/*
	 * All of the stream is on the medium, and no slave reads; the index has
	 * still to be made.  If the volume is rewritten, once more.  NULL:
	 * nobody needs to know.
	 */
	void (*at_end)(void *arg);
	void *at_end_arg;
	/*
	 * What the stream comes from must not cross a fork: close it.  Called
	 * before each; NULL: nothing needs to.
	 */
	void (*let_go)(void *arg);
	void *let_go_arg;
};

#endif
