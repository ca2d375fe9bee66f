/* SPDX-License-Identifier: BSD-3-Clause */
#include "attempts.h"

bool
out_rmt_is_repeatable(const struct out_rmt *r)
{
	return !r->is_tape || r->rewind || r->tape_file >= 0;
}

enum de_status
out_rmt_fail(struct out_rmt *r)
{
	const enum trouble trouble = r->remote.connection == NULL ?
	    r->remote.trouble : connection_trouble(r->remote.connection);

	if (r->failed)
		return DE_FAILED;
	r->failed = true;
	r->failure = r->window.error != 0 ? r->window.error : r->remote.error;
	if (trouble != TROUBLE_LOST)
		return DE_FAILED;
	r->shared->losses++;
	r->may_retry = r->shared->losses <= r->reconnect_attempts &&
	    out_rmt_is_repeatable(r);
	if (r->may_retry && r->is_tape && !r->rewind)
		r->shared->return_to = r->tape_file + 1;
	if (!r->may_retry && r->reconnect_attempts > 0)
		r->host->report(r->host, DE_ERROR, "%s: %s", r->remote.name,
		    out_rmt_is_repeatable(r) ? "the connection was lost too "
		    "often (option reconnect_attempts)" : "cannot rewrite the "
		    "volume: where it begins on the tape is no longer known "
		    "(rewind = false)");
	return DE_FAILED;
}
