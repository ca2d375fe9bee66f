/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_request.h - what dumpengine-restore was asked to do, or dumpengine-mount
 *
 * Filled once by core/cli/restore_arguments.c, or mount_arguments.c there, read by
 * everybody in core/run/.
 */
#ifndef CORE_RESTORE_REQUEST_H
#define CORE_RESTORE_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/report.h"
#include "core/base/trust.h"
#include "core/restore/restore_settings.h"

enum restore_action {
	RESTORE_NOTHING,	/* none was given */
	RESTORE_LIST,		/* -t */
	RESTORE_EXTRACT,	/* -x */
	RESTORE_REBUILD,	/* -r */
	RESTORE_RESUME,		/* -R */
	RESTORE_COMPARE,	/* -C */
	RESTORE_INTERACTIVE,	/* -i */
	RESTORE_POSITIONS,	/* -P */
	RESTORE_VERIFY,
	RESTORE_DRILL,
	RESTORE_MOUNT,		/* of dumpengine-mount */
	RESTORE_HELP,
	RESTORE_VERSION
};

struct mount_view;

struct restore_request {	/* texts point into argv or the environment */
	enum restore_action action;
	enum report_level verbosity;
	struct restore_settings settings;

	/* Where the sets are; one of `files` for each, oldest first. */
	const char **files;	/* owned; from a catalogue, at most one: the
				   drive to read tapes in */
	size_t file_count;
	const char *config;	/* -c; NULL: the default configuration */
	const char *job;	/* NULL: `files` or the catalogue say it */
	bool is_from_catalog;	/* --at, --catalog: it says where they are, */
	int64_t at;		/*   as of then; INT64_MAX: the newest ones */
	int64_t dump;		/* as of this dump; 0: see `at` */
	bool all_dates;		/* RESTORE_MOUNT: each date of the job, if there
				   is a catalogue */
	const char *index_file;	/* RESTORE_MOUNT: where what was found by
				   reading through is kept; NULL: see
				   restore_kept.h */
	bool no_digests;	/* RESTORE_MOUNT: what is read is not checked */
	const char *catalog;	/* its file */
	bool multi_volume;	/* -M: `files` are prefixes */
	bool is_not_tape;	/* -l: a remote file is a file */
	uint32_t tape_file;	/* -s; the first is 1; 0: where the tape is */
	uint32_t record_size;	/* -b, bytes; 0: find out */
	const char *dialect;	/* NULL: find out */

	/* What is wanted of them. */
	const char **names;	/* owned; 0: everything */
	size_t name_count;
	const char *names_file;	/* -X; "-": standard input; NULL: none */
	const char *contents;	/* -A; NULL: none */
	const char *positions;	/* of -P to write, or -Q to read; NULL: none */
	const char *root;	/* -D; NULL: that of the set */
	uint64_t limit;		/* -L; 0: none */
	uint64_t drill_files;
	uint64_t seed;		/* of --drill */
	bool has_seed;
	bool wants_digests;	/* RESTORE_VERIFY: also of whole volumes */
	bool zero_terminated;	/* -0 */

	/* What is answered beforehand. */
	bool goes_on;		/* -y: after damage */
	bool reads_all;		/* -a: no question about volumes */
	bool takes_root;	/* -o: owner and mode of the target, too */
	const char *script;	/* -F; NULL: none */
	const char *key;	/* --key, a file; NULL: none */

	/*
	 * RESTORE_MOUNT: make it seen, until it is unmounted.  False after a
	 * report.
	 */
	bool (*serve)(void *arg, const struct mount_view *view,
	    struct report *rep);
	void *serve_arg;

	const char *report;	/* file for the JSON report; NULL: none */
	struct trust *trust;	/* borrowed; --trust adds to it */
};

#endif
