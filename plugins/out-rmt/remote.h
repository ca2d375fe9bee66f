/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * remote.h - a file or drive on another machine, by requests to rmt
 *
 * One request and its answer at a time, and what an error means in words.
 * The records, of which many are on their way, are not its business.
 */
#ifndef OUT_RMT_REMOTE_H
#define OUT_RMT_REMOTE_H

#include "connection.h"
#include "target.h"

struct remote {
	const struct de_host *host;	/* borrowed, as the next six */
	const char *const *environment;
	const char *const *rsh;
	size_t rsh_count;
	const char *const *rmt;
	size_t rmt_count;
	int64_t timeout;		/* seconds */
	uint64_t tidy_end;		/* see connection_config.end */

	char *name;			/* "user@host:file"; owned */
	struct target target;		/* owned */
	char **argv;			/* owned */
	char *trial;			/* owned; see connection_config */
	struct connection *connection;	/* NULL: none */
	enum trouble trouble;		/* of the last one */
	int error;			/* of the last answer; 0: none */
};

/* Set what is spoken of.  `name` is taken over.  False after reporting why. */
bool remote_set(struct remote *r, char *name);

/* Forget it; nothing may be connected. */
void remote_unset(struct remote *r);

/* Start the command.  False after reporting why, as all of these. */
bool remote_connect(struct remote *r);

/* End the connection, in a few seconds at most. */
void remote_disconnect(struct remote *r);

/*
 * From now on it is only to be tidied up: all of that may take so many seconds,
 * and less when the run is aborted, which does not end it at once.
 */
void remote_tidy(struct remote *r, int64_t seconds);

/* Send a request and take its answer, whatever it is. */
bool remote_ask(struct remote *r, const char *request, size_t length,
    struct answer *answer);

bool remote_open(struct remote *r, enum open_mode mode);
bool remote_close(struct remote *r);

/* Close, and open on a connection of its own: rmt of GNU tar ends by a close. */
bool remote_reopen(struct remote *r, enum open_mode mode);

bool remote_tape(struct remote *r, enum tape_operation operation,
    uint64_t count);

/* As remote_tape, but an error is only in r->error, not reported. */
bool remote_try_tape(struct remote *r, enum tape_operation operation,
    uint64_t count);

/* Report that something failed by the error of an answer. */
void remote_report(struct remote *r, const char *what, int error,
    const char *text);

#endif
