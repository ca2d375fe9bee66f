/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * message.h - messages from the processes of a dump to the supervisor
 *
 * Each dump has one SOCK_SEQPACKET socketpair, which all its processes inherit.
 * A message is one packet: it arrives whole, and any process can send it.  The
 * supervisor answers questions; only the working process asks them.
 */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/chain/history_record.h"
#include "core/base/digest.h"
#include "core/base/exit_status.h"
#include "core/operator/times.h"
#include "dumpengine/plugin.h"

#define MESSAGE_NAME_BYTES 1024
#define MESSAGE_TEXT_BYTES 1024
#define MESSAGE_PATH_BYTES 4096
#define MESSAGE_CODE_BYTES 64		/* of a medium: bar code, serial number */
#define MESSAGE_HEADER_BYTES 64		/* of a text in a header */
#define MESSAGE_FILTERS_BYTES 256

enum message_type {
	MESSAGE_DESCRIPTION = 1,	/* what will be dumped */
	MESSAGE_WRITER,			/* this process is now the writer */
	MESSAGE_PROGRESS,
	MESSAGE_HEAD,			/* a volume is about to be written that
					   will not tell what it is */
	MESSAGE_VOLUME,			/* a volume is safe */
	MESSAGE_REWRITE,		/* a volume is being rewritten */
	MESSAGE_QUESTION,		/* answered by MESSAGE_ANSWER */
	MESSAGE_ANSWER,
	MESSAGE_FINDING,		/* for the report */
	MESSAGE_SAID,			/* a line from an EOT handler */
	MESSAGE_REPLACED,		/* a volume is being overwritten */
	MESSAGE_RETAKE,			/* next level must dump this inode */
	MESSAGE_SETTLE,			/* answered by MESSAGE_SETTLED once all */
	MESSAGE_SETTLED,		/*   that came before has been noted */
	MESSAGE_END			/* the dump has ended */
};

struct message_description {
	char name[MESSAGE_PATH_BYTES];		/* in dumpdates */
	char device[MESSAGE_NAME_BYTES];
	char filesystem[MESSAGE_NAME_BYTES];	/* mount point or "" */
	char host[MESSAGE_HEADER_BYTES];	/* these two as in its headers */
	char stated[MESSAGE_HEADER_BYTES];	/* the filesystem */
	char type[32];
	char uuid[40];
	uint64_t estimate;			/* tape blocks */
	int64_t date;
	uint32_t level;
	int32_t base_level;			/* LEVEL_NONE: date given */
	int64_t base_date;			/* 0: full dump */
	struct history_id id;			/* in the history */
};

struct message_writer {
	pid_t pid;
	uint32_t volume;
};

struct message_head {
	uint32_t volume;
	char head[DIGEST_TEXT_BYTES];		/* digest_head() of it */
};

struct message_volume {
	uint32_t number;
	uint32_t reason;			/* enum de_end_reason */
	uint64_t tape_blocks;
	uint64_t records;
	uint64_t medium_bytes;			/* on the medium */
	bool is_filtered;			/* so they are others, */
	bool is_compressed;			/*   but as those of dump(8) */
	int64_t started;			/* seconds since 1970 */
	int64_t ended;				/* it is safe */
	int64_t written;			/* its data, as in the index */
	uint64_t ns;				/* elapsed */
	bool verified;
	uint32_t properties;			/* DE_MEDIUM_... */
	char digest[DIGEST_TEXT_BYTES];
	char filters[MESSAGE_FILTERS_BYTES];	/* their names, with commas;
						   "": none */
	char medium_digest[DIGEST_TEXT_BYTES];	/* "" without filters, as */
	char head[DIGEST_TEXT_BYTES];		/*   digest_head() of that */
	char medium[MESSAGE_NAME_BYTES];
	char barcode[MESSAGE_CODE_BYTES];	/* of the medium; "": unknown */
	char serial[MESSAGE_CODE_BYTES];	/* likewise */
	int64_t tape_file;			/* counts from 0; -1: no tape */
	struct times times;
};

struct message_rewrite {
	uint32_t volume;
	char why[MESSAGE_TEXT_BYTES];
};

/* A volume that was where one is about to be written, as its header says. */
struct message_replaced {
	int64_t date;				/* of its dump */
	uint32_t level;				/* likewise */
	uint32_t number;
	char host[MESSAGE_HEADER_BYTES];	/* "": unknown */
	char device[MESSAGE_HEADER_BYTES];	/* likewise */
};

struct message_said {
	uint32_t volume;			/* it is for; 0: none */
	char text[MESSAGE_TEXT_BYTES];
};

struct message_finding {
	uint32_t kind;				/* enum de_finding */
	uint32_t inode;
	char path[MESSAGE_PATH_BYTES];
	char text[MESSAGE_TEXT_BYTES];
};

enum message_answer {
	ANSWER_YES,
	ANSWER_NO,
	ANSWER_NOBODY,		/* no operator to ask */
	ANSWER_CANCELLED	/* the run is being aborted */
};

struct message_end {
	enum exit_status status;
	uint64_t findings;	/* items missing from the dump */
	uint64_t read_errors;	/* included in findings */
	uint64_t notes;		/* not included in findings */
	uint64_t tape_blocks;
};

struct message {
	enum message_type type;
	union {
		struct message_description description;
		struct message_writer writer;
		uint64_t tape_blocks;		/* MESSAGE_PROGRESS */
		struct message_head head;
		struct message_volume volume;
		struct message_rewrite rewrite;
		char question[MESSAGE_TEXT_BYTES];
		enum message_answer answer;
		struct message_finding finding;
		struct message_said said;
		struct message_replaced replaced;
		uint32_t inode;			/* MESSAGE_RETAKE */
		struct message_end end;
	} u;
};

/* Create both ends of a channel, close-on-exec.  0, or -1 with errno set. */
int message_pair(int *supervisor, int *others);

/*
 * Send a message.  Without `wait`, a full socket drops it.  Returns false if
 * the other end is gone.
 */
bool message_send(int fd, const struct message *m, bool wait);

/* Wait for a message.  Returns false at end of file or on error (EINTR). */
bool message_receive(int fd, struct message *m);

/* Send MESSAGE_SAID on the channel *(int *)fd.  A hook for instances. */
void message_replaced(int fd, const struct de_dump_found *found);
void message_said(void *fd, uint32_t volume, const char *text);

/* Ask a question.  ANSWER_NOBODY also if the supervisor is gone. */
enum message_answer message_ask(int fd, const char *question);

/*
 * Wait until the supervisor has noted all that this process has sent.  False if
 * it is gone.
 */
bool message_settle(int fd);

#endif
