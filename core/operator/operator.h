/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * operator.h - asks the operator at the terminal
 *
 * Questions go to /dev/tty, so that standard input and output stay free, and
 * are repeated until answered.  In dumpengine(8), supervisor only.
 */
#ifndef CORE_OPERATOR_H
#define CORE_OPERATOR_H

#include <signal.h>
#include <stdatomic.h>

#include "core/operator/message.h"
#include "core/base/report.h"

struct operator {
	struct report *rep;			/* borrowed */
	const atomic_int *cancelled;	/* borrowed; ends the wait */
	bool may_ask;				/* no -q */
	bool notify;				/* notify the group operator */
};

/* Is there an operator to ask? */
bool operator_is_there(const struct operator *op);

/*
 * Ask a yes-or-no question, and wait for the answer.  Without a terminal, warns
 * and returns ANSWER_NOBODY at once.
 */
enum message_answer operator_ask(const struct operator *op,
    const char *question);

/*
 * The same about a medium, which the operator may name, as one does for
 * restore(8).  ANSWER_YES: `name` has that, or is "" after a plain yes.  `room`
 * is for a name and its NUL; a longer one is asked for again.
 */
enum message_answer operator_ask_medium(const struct operator *op,
    const char *question, char *name, size_t room);

#endif
