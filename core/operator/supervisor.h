/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * supervisor.h - what the first process does while others write the dump
 *
 * Hears of progress and volumes, asks the operator for those that work, shows
 * the status line, and passes signals on.  Touches neither source nor output.
 */
#ifndef CORE_SUPERVISOR_H
#define CORE_SUPERVISOR_H

#include "core/chain/chain_log.h"
#include "core/operator/message.h"
#include "core/operator/operator.h"
#include "core/base/progress.h"
#include "core/operator/restore_command.h"
#include "core/base/signals.h"

/* One of what is not in a dump as in the filesystem; texts are owned. */
struct listed_finding {
	uint32_t kind;				/* enum de_finding */
	uint32_t inode;
	char *path;
	char *text;
};

/* A line that an EOT handler has said. */
struct said_line {
	uint32_t volume;			/* for which; 0: none */
	char *text;				/* owned */
};

/* What became of a dump. */
struct dump_record {
	struct message_description description;
	struct message_volume *volumes;		/* owned; NULL: not wanted */
	size_t volume_count;
	struct message_rewrite *rewrites;	/* owned */
	size_t rewrite_count;
	struct restore_command restore;		/* that reads the volumes */
	struct said_line *said;			/* owned; by the EOT handler */
	size_t said_count;
	struct times times;		/* of all volumes */
	uint64_t tape_blocks;
	uint64_t findings;			/* as in message_end */
	uint64_t read_errors;
	uint64_t notes;
	struct listed_finding *listed;		/* owned */
	size_t listed_count;
	bool noted;				/* in the dumpdates file */
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
	bool keep_volumes;		/* in the record, 1.2 kB each; and
					   findings, some of each kind */
};

/* From the first SIGTERM to the end of whatever has not ended by then. */
#define SUPERVISOR_CANCEL_MS 7000
/* What hangs in the kernel is not waited for any longer than this. */
#define SUPERVISOR_KILL_MS 2000

/*
 * Supervise the processes that descend from `worker` until none is left; the
 * caller is their subreaper.  Fills in `record`.
 *
 * When the run is to end they are asked to, and killed if it takes them too
 * long, or if whoever wants that insists.
 */
void supervisor_run(struct supervisor *s, pid_t worker,
    struct dump_record *record);

#endif
