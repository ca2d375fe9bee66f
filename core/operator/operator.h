/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * operator.h - the person at the terminal
 *
 * Asks on /dev/tty, so that standard input and output stay free, and reminds
 * whoever does not answer.  The supervisor's alone.
 */
#ifndef CORE_OPERATOR_H
#define CORE_OPERATOR_H

#include <signal.h>
#include <stdatomic.h>

#include "core/operator/message.h"
#include "core/base/report.h"

struct operator {
	struct report *rep;			/* borrowed */
	const atomic_int *cancelled;	/* borrowed; ends the waiting */
	bool may_ask;				/* -q was not given */
	bool notify;				/* tell the group operator, too */
};

/* Is there somebody to be asked? */
bool operator_is_there(const struct operator *op);

/*
 * Ask a question to be answered with yes or no.  ANSWER_NOBODY, at once and
 * after a message, if there is no terminal.
 */
enum message_answer operator_ask(const struct operator *op,
    const char *question);

#endif
