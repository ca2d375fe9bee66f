/* SPDX-License-Identifier: BSD-3-Clause */
#include "write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum de_status
fail_record(struct out_rmt *r)
{
	const struct window *w = &r->window;
	char what[80];

	snprintf(what, sizeof(what), "record %" PRIu64 " of volume %" PRIu32
	    " cannot be written", w->settled + 1, r->volume);
	remote_report(&r->remote, what, w->error, w->text);
	return out_rmt_fail(r);
}

static enum de_status
fail_answer(struct out_rmt *r)
{
	connection_distrust(r->remote.connection, "claims to have written more "
	    "than it was sent");
	return out_rmt_fail(r);
}

bool
out_rmt_drain(struct out_rmt *r)
{
	struct answer answer;

	while (window_open(&r->window) > 0) {
		if (!connection_answer(r->remote.connection, &answer))
			return false;
		window_take(&r->window, &answer);
	}
	return true;
}

/* On a tape, what follows the last good record is to be overwritten. */
static bool
step_back(struct out_rmt *r)
{
	const struct window *w = &r->window;
	const uint64_t records = w->behind + (w->partly > 0);

	if (records == 0)
		return true;
	return remote_try_tape(&r->remote, TAPE_BACK_RECORDS, records);
}

/* Have the volume rewritten, with a planned end. */
static enum de_status
write_again_shorter(struct out_rmt *r)
{
	const struct window *w = &r->window;

	r->host->report(r->host, DE_WARNING, "%s: %s after %" PRIu64 " bytes; "
	    "rewriting the volume, to end there", r->remote.name,
	    r->is_tape ? "the tape is full" : w->error == EDQUOT ?
	    "the disk quota there is exceeded" : "the disk there is full",
	    w->settled_bytes);
	r->shared->limit = w->settled;
	r->failed = true;
	r->may_retry = out_rmt_is_repeatable(r);
	return DE_FAILED;
}

/* Another attempt would find no room either; and a tape may be another one. */
static enum de_status
fail_without_room(struct out_rmt *r)
{
	r->host->report(r->host, DE_ERROR, "%s: %s on %s: no room for even the "
	    "first record; make room there, or use another target for this "
	    "volume, by a list or an EOT handler", r->remote.name,
	    r->window.error == EDQUOT ? "the disk quota is exceeded" :
	    "the disk is full", r->remote.target.host);
	return out_rmt_fail(r);
}

static enum de_status
end_full(struct out_rmt *r)
{
	const struct window *w = &r->window;

	if (!out_rmt_drain(r))
		return out_rmt_fail(r);
	if (w->state == WINDOW_WRONG)
		return fail_answer(r);
	if (!r->is_tape && w->settled == 0)
		return fail_without_room(r);
	r->ended = (r->is_tape && step_back(r)) || w->settled == 0;
	if (connection_trouble(r->remote.connection) != TROUBLE_NONE)
		return out_rmt_fail(r);
	return r->ended ? DE_END_OF_VOLUME : write_again_shorter(r);
}

/* Evaluate the answers so far. */
static enum de_status
conclude(struct out_rmt *r)
{
	switch (r->window.state) {
	case WINDOW_GOOD:
		return DE_OK;
	case WINDOW_FULL:
		return end_full(r);
	case WINDOW_FAILED:
		return fail_record(r);
	case WINDOW_WRONG:
		break;
	}
	return fail_answer(r);
}

enum de_status
out_rmt_settle(void *self)
{
	struct out_rmt *r = self;

	if (r->failed)
		return DE_FAILED;
	if (r->ended)
		return DE_END_OF_VOLUME;
	if (!out_rmt_drain(r))
		return out_rmt_fail(r);
	return conclude(r);
}

uint64_t
out_rmt_settled(void *self)
{
	const struct out_rmt *r = self;
	return r->window.settled;
}

/* Spaces back over the records that are too many, as st and rmt can. */
enum de_status
out_rmt_shorten(void *self, uint64_t length)
{
	struct out_rmt *r = self;
	struct window *w = &r->window;
	uint64_t count;

	if (r->failed || !r->is_tape || !r->ended ||
	    !window_find(w, length, &count))
		return DE_FAILED;
	if (count < w->settled && !remote_try_tape(&r->remote,
	    TAPE_BACK_RECORDS, w->settled - count))
		return connection_trouble(r->remote.connection) ==
		    TROUBLE_NONE ? DE_FAILED : out_rmt_fail(r);
	window_shorten(w, count, length);
	r->ended = false;
	return DE_OK;
}

/* The end was planned by an earlier attempt. */
static enum de_status
end_at_limit(struct out_rmt *r)
{
	const enum de_status status = out_rmt_settle(r);

	r->ended = r->ended || status == DE_OK;
	return status == DE_OK ? DE_END_OF_VOLUME : status;
}

/* Wait until another record can be sent, or it is clear that none can. */
static bool
wait_for_room(struct out_rmt *r)
{
	struct answer answer;

	while (r->window.state == WINDOW_GOOD &&
	    window_open(&r->window) >= r->window_length) {
		if (!connection_answer(r->remote.connection, &answer))
			return false;
		window_take(&r->window, &answer);
	}
	return true;
}

static bool
send_record(struct out_rmt *r, const void *record, size_t length)
{
	char request[REQUEST_BYTES];
	const size_t request_length = request_write(request, length);
	struct iovec iov[2] = {
		{ request, request_length },
		{ (void *)(uintptr_t)record, length },
	};

	if (!connection_send(r->remote.connection, iov, 2))
		return false;
	window_add(&r->window, length);
	return true;
}

/* Take the answers that have arrived. */
static bool
take_answers(struct out_rmt *r)
{
	struct answer answer;

	while (window_open(&r->window) > 0 &&
	    connection_try_answer(r->remote.connection, &answer))
		window_take(&r->window, &answer);
	if (window_open(&r->window) == 0)
		return connection_is_quiet(r->remote.connection);
	return connection_trouble(r->remote.connection) == TROUBLE_NONE;
}

enum de_status
out_rmt_write(void *self, const void *record, size_t length)
{
	struct out_rmt *r = self;

	if (r->failed)
		return DE_FAILED;
	if (r->ended)
		return DE_END_OF_VOLUME;
	if (r->window.sent >= r->shared->limit)
		return end_at_limit(r);
	if (!wait_for_room(r))
		return out_rmt_fail(r);
	if (r->window.state == WINDOW_GOOD &&
	    (!send_record(r, record, length) || !take_answers(r)))
		return out_rmt_fail(r);
	return conclude(r);
}
