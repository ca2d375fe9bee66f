/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * verdict.h - may the dump go on?
 *
 * The result of functions that ask a person, a plugin or a limit.
 */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include "core/base/exit_status.h"

enum verdict {
	VERDICT_GO_ON = 0,
	VERDICT_NOT_STARTED,	/* no: something it needs is missing */
	VERDICT_ABORT,		/* no: decided by the user */
	VERDICT_NO_OPERATOR,	/* no: no operator could allow it */
	VERDICT_BAD_VOLUME	/* no: a volume failed its verification */
};

/* The exit status of a dump that ends with it; VERDICT_GO_ON: complete. */
enum exit_status verdict_status(enum verdict verdict);

/* The reverse, for a dump that will not be complete. */
enum verdict verdict_of_status(enum exit_status status);

#endif
