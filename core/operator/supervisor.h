/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * supervisor.h - the first process, while others write the dump
 *
 * Receives progress and volumes, asks the operator on behalf of the writers,
 * shows the status line, and passes signals on.  Touches neither source nor
 * output.
 */
#ifndef CORE_SUPERVISOR_H
#define CORE_SUPERVISOR_H

#include "core/chain/chain_log.h"
#include "core/operator/message.h"
#include "core/operator/operator.h"
#include "core/base/progress.h"
#include "core/operator/restore_command.h"
#include "core/base/signals.h"

/* An item that is missing from the dump or differs; strings are owned. */
struct listed_finding {
	uint32_t kind;				/* enum de_finding */
	uint32_t inode;
	char *path;
	char *text;
};

/* A line from an EOT handler. */
struct said_line {
	uint32_t volume;			/* it is for; 0: none */
	char *text;				/* owned */
};

/* The outcome of a dump. */
struct dump_record {
	struct message_description description;
	struct message_volume *volumes;		/* owned; see keep_volumes */
	size_t volume_count;
	bool is_filtered;		/* they have passed filters */
	uint64_t medium_bytes;		/* on all media, */
	uint64_t last_medium_bytes;	/*   and on the last one */
	struct message_rewrite *rewrites;	/* owned */
	size_t rewrite_count;
	struct restore_command restore;
	struct message_replaced *replaced;	/* owned; what was there */
	size_t replaced_count;
	struct said_line *said;			/* owned */
	size_t said_count;
	struct times times;		/* of all volumes */
	uint64_t tape_blocks;
	uint64_t findings;			/* as in message_end */
	uint64_t read_errors;
	uint64_t notes;
	struct listed_finding *listed;		/* owned */
	size_t listed_count;
	bool noted;				/* recorded in dumpdates */
	bool in_catalog;
	enum exit_status status;
};

void dump_record_free(struct dump_record *record);

struct supervisor {
	struct report *rep;		/* borrowed */
	const char *job;		/* borrowed */
	struct operator op;
	struct signals *signals;	/* borrowed */
	int channel;			/* the supervisor's end */
	struct chain_log *log;		/* borrowed */
	/*
	 * Called when the dump has been described, and when a volume is safe;
	 * NULL: is not.
	 */
	void (*noted)(void *arg, const struct dump_record *record);
	void *noted_arg;
	bool keep_volumes;		/* record volumes (1.2 kB each) and
					   the first LISTED_MAX findings */
};

/* Time from SIGTERM to SIGKILL for processes that have not ended. */
#define SUPERVISOR_CANCEL_MS 7000
/* How long to wait after SIGKILL for processes that hang in the kernel. */
#define SUPERVISOR_KILL_MS 2000

/*
 * Supervise `worker` and its descendants until none is left, and fill in
 * `record`.  The caller must be their subreaper.
 *
 * On cancellation, processes get SIGTERM, then SIGKILL if they take too long or
 * if the user insists.
 */
void supervisor_run(struct supervisor *s, pid_t worker,
    struct dump_record *record);

#endif
