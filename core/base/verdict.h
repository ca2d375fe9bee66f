/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * verdict.h - may the dump go on?
 *
 * Returned by functions that ask an operator or a plugin, or check a limit.
 */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include "core/base/exit_status.h"

enum verdict {
	VERDICT_GO_ON = 0,
	VERDICT_NOT_STARTED,	/* no: something it needs is missing */
	VERDICT_ABORT,		/* no: the operator or a plugin refused */
	VERDICT_NO_OPERATOR,	/* no: there is no operator to ask */
	VERDICT_BAD_VOLUME	/* no: a volume failed its verification */
};

/* The exit status of a dump that ends with `verdict`. */
enum exit_status verdict_status(enum verdict verdict);

/* The verdict for the exit status of a dump that is not complete. */
enum verdict verdict_of_status(enum exit_status status);

#endif
