/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * connection.h - a command that leads to rmt on another machine
 *
 * Starts the command, without a shell, and carries bytes and answers to and
 * from its pipes, with a limit of time for each wait.  What it prints on its
 * standard error goes into the report.  Knows nothing of volumes.
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
	int64_t timeout;		/* of each wait, seconds */
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

/* Fill `to` with what comes behind an answer. */
bool connection_receive(struct connection *c, void *to, size_t length);

/* The first trouble there was. */
enum trouble connection_trouble(const struct connection *c);

/*
 * It is only to be tidied up: from now on no wait is longer than so many
 * seconds, but none ends because the run is aborted.
 */
void connection_hurry(struct connection *c, int64_t seconds);

/* End it, in a few seconds at most.  Takes NULL. */
void connection_close(struct connection *c);

#endif
