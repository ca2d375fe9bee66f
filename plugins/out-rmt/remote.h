/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * remote.h - a file or drive on another host, by requests to rmt
 *
 * Sends one request at a time, and explains errors.  Records, of which many are
 * in flight, are handled elsewhere.
 */
#ifndef OUT_RMT_REMOTE_H
#define OUT_RMT_REMOTE_H

#include "connection.h"
#include "target.h"

struct remote {
	const struct de_host *host;	/* borrowed, like the next six */
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
	bool is_read;			/* for advice: nothing is written */
};

/* Set the target.  Takes over `name`.  Returns false after reporting why. */
bool remote_set(struct remote *r, char *name);

/* Forget the target; nothing may be connected. */
void remote_unset(struct remote *r);

/* Start the command.  Like all below, returns false after reporting why. */
bool remote_connect(struct remote *r);

/* End the connection, within a few seconds. */
void remote_disconnect(struct remote *r);

/*
 * From now on only clean up: everything may take this many seconds, and less if
 * the run is aborted, which does not end it at once.
 */
void remote_tidy(struct remote *r, int64_t seconds);

/* Wait.  Returns false if the run is being aborted. */
bool remote_pause(const struct remote *r, int64_t seconds);

/* Send a request and receive its answer, whatever it is. */
bool remote_ask(struct remote *r, const char *request, size_t length,
    struct answer *answer);

bool remote_open(struct remote *r, enum open_mode mode);
bool remote_close(struct remote *r);

/* Close, and open on a new connection: GNU tar's rmt exits after a close. */
bool remote_reopen(struct remote *r, enum open_mode mode);

bool remote_tape(struct remote *r, enum tape_operation operation,
    uint64_t count);

/* Like remote_tape(), but store an error in r->error without reporting it. */
bool remote_try_tape(struct remote *r, enum tape_operation operation,
    uint64_t count);

/*
 * In which file of the tape is the drive?  Counts from 0; *file is -1 if rmt or
 * the drive does not tell.  False if the connection is of no use any more, as
 * an rmt that does not know such a request may end.
 */
bool remote_tell_file(struct remote *r, int64_t *file);

/* Report a failure, with the error of an answer. */
void remote_report(struct remote *r, const char *what, int error,
    const char *text);

#endif
