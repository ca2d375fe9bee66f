/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * connection.h - a command that leads to rmt on another machine
 *
 * Starts the command, without a shell, and carries bytes and answers to and
 * from its pipes, with a limit of time for each request and for each answer as
 * a whole, so that nobody can draw them out.  What it prints on its standard
 * error goes into the report: as something to be looked at if it prints it when
 * it works or fails, and else, as the banner of a host, for information.  Knows
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

/* Why a connection is of no use any more. */
enum trouble {
	TROUBLE_NONE = 0,
	TROUBLE_LOST,		/* it has ended, or is silent for too long */
	TROUBLE_START,		/* the command cannot be started here */
	TROUBLE_PROTOCOL,	/* what comes is not of the protocol */
	TROUBLE_CANCELLED	/* the run is being aborted */
};

struct connection_config {
	const struct de_host *host;	/* borrowed; and so on */
	char *const *argv;		/* the command; ends with NULL */
	const char *name;		/* of the other side, for messages */
	const char *const *environment;	/* of the command; ends with NULL */
	const char *trial;		/* a command to try by hand: "ssh vault true" */
	int64_t timeout;		/* of each request, seconds */
	/*
	 * When all has to be tidied up, on the host's clock; 0: it is not being
	 * tidied up.  The next connection may have the same.  It is moved up
	 * when the run is aborted meanwhile.
	 */
	uint64_t *end;
};

/* Start the command.  NULL after reporting why, *trouble says it as well. */
struct connection *connection_open(const struct connection_config *config,
    enum trouble *trouble);

/*
 * Send all of iov, which is changed.  False after reporting why.  Answers that
 * come meanwhile are kept.
 */
bool connection_send(struct connection *c, struct iovec *iov, int count);

/* The next answer.  False after reporting why. */
bool connection_answer(struct connection *c, struct answer *answer);

/* As it, but only if the answer is there already; else false. */
bool connection_try_answer(struct connection *c, struct answer *answer);

/*
 * Nothing is on its way: is nothing there, either?  False after reporting that
 * somebody answers what was not asked.
 */
bool connection_is_quiet(struct connection *c);

/* Fill `to` with what comes behind an answer; the same limit of time holds. */
bool connection_receive(struct connection *c, void *to, size_t length);

/* The first trouble there was. */
enum trouble connection_trouble(const struct connection *c);

/* What came cannot be; `what` is a phrase: "answers what it was not asked". */
void connection_distrust(struct connection *c, const char *what);

/* End it, in a few seconds at most.  Takes NULL. */
void connection_close(struct connection *c);

#endif
