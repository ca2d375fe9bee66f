/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_request.h - what dumpengine-copy was asked to do
 *
 * Filled once by core/cli/copy_arguments.c, read by core/run/copy_*.c.
 */
#ifndef CORE_COPY_REQUEST_H
#define CORE_COPY_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/report.h"
#include "core/base/trust.h"

enum copy_action {
	COPY_RUN,
	COPY_HELP,
	COPY_VERSION
};

struct copy_request {		/* texts point into argv */
	enum copy_action action;
	enum report_level verbosity;
	const char *config;	/* NULL: the default configuration */
	const char *to;		/* the job that says where to */

	/* One of these two is given. */
	const char *from;	/* as -f of dumpengine-restore */
	const char *dump;	/* of the catalogue: an id, or JOB@DATE */

	bool multi_volume;	/* -M: `from` is a prefix */
	bool is_not_tape;	/* -l: a remote file is a file */
	uint32_t tape_file;	/* -s; the first is 1; 0: where the tape is */
	uint32_t record_size;	/* -b, bytes; 0: find out */
	const char *script;	/* -F; NULL: none */
	const char *key;	/* --key, a file; NULL: none */
	struct trust *trust;	/* borrowed; --trust adds to it */
};

#endif
