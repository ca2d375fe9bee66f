/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * connection.h - run a command that leads to rmt on another host
 *
 * Starts the command, without a shell, and exchanges requests and answers with
 * it through pipes.  Each request, and each answer as a whole, has a time
 * limit, so that a peer cannot stall us by trickling bytes.  What the command
 * prints on standard error is reported: as a warning while it works or when it
 * fails, and otherwise, like the banner of a host, as information.  Knows
 * nothing of volumes.
 *
 * Used by one thread at a time.
 */
#ifndef OUT_RMT_CONNECTION_H
#define OUT_RMT_CONNECTION_H

#include <sys/uio.h>

#include "dumpengine/plugin.h"
#include "protocol.h"

struct connection;

/* Why a connection has become unusable. */
enum trouble {
	TROUBLE_NONE = 0,
	TROUBLE_LOST,		/* it has ended, or timed out */
	TROUBLE_START,		/* the command cannot be started here */
	TROUBLE_PROTOCOL,	/* what it sends violates the protocol */
	TROUBLE_CANCELLED	/* the run is being aborted */
};

struct connection_config {
	const struct de_host *host;	/* all pointers borrowed */
	char *const *argv;		/* the command; ends with NULL */
	const char *name;		/* of the remote side, for messages */
	const char *const *environment;	/* of the command; ends with NULL */
	const char *trial;		/* to try by hand: "ssh vault true" */
	int64_t timeout;		/* per request, seconds */
	/*
	 * The deadline for cleaning up, on the host's clock; 0: not cleaning
	 * up.  The next connection may share it.  It is moved forward if the
	 * run is aborted meanwhile.
	 */
	uint64_t *end;
};

/* Start the command.  Returns NULL after reporting why; *trouble is set too. */
struct connection *connection_open(const struct connection_config *config,
    enum trouble *trouble);

/*
 * Send all of iov, which is modified.  Answers that arrive meanwhile are kept.
 * Returns false after reporting why.
 */
bool connection_send(struct connection *c, struct iovec *iov, int count);

/* Receive the next answer.  Returns false after reporting why. */
bool connection_answer(struct connection *c, struct answer *answer);

/* The same, but returns false if no answer has arrived yet. */
bool connection_try_answer(struct connection *c, struct answer *answer);

/*
 * Nothing is in flight: is the connection quiet?  Returns false after reporting
 * an unsolicited answer.
 */
bool connection_is_quiet(struct connection *c);

/* Receive the data after an answer, within the same time limit. */
bool connection_receive(struct connection *c, void *to, size_t length);

/* The first trouble that occurred. */
enum trouble connection_trouble(const struct connection *c);

/* Nothing more is expected from it: connection_close() need not wait. */
void connection_abandon(struct connection *c);

/* Report a protocol violation; `what` is a phrase: "sent too much". */
void connection_distrust(struct connection *c, const char *what);

/* End the connection, within a few seconds.  Takes NULL. */
void connection_close(struct connection *c);

#endif
