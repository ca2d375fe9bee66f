/* SPDX-License-Identifier: BSD-3-Clause */
#include "readback.h"

#include <errno.h>

#include "write.h"

/* Each record may come back in this many pieces. */
#define PIECES 64

/*
 * Position the tape where the volume begins.  If no file mark precedes it, it
 * is the first on the tape.
 */
static bool
go_to_start(struct out_rmt *r)
{
	struct remote *remote = &r->remote;

	if (r->rewind)
		return remote_tape(remote, TAPE_REWIND, 1);
	if (remote_try_tape(remote, TAPE_BACK_FILES, 2))
		return remote_tape(remote, TAPE_FORWARD_FILES, 1);
	return remote->error != 0 && remote_tape(remote, TAPE_REWIND, 1);
}

enum de_status
out_rmt_begin_readback(void *self)
{
	struct out_rmt *r = self;
	struct remote *remote = &r->remote;

	if (target_is_device(&remote->target) && !r->is_tape) {
		r->host->report(r->host, DE_ERROR, "%s: cannot be read back; "
		    "verify = true requires a file or a tape", remote->name);
		return DE_FAILED;
	}
	if (!r->ended && out_rmt_settle(r) != DE_OK)
		return DE_FAILED;
	if (r->is_tape && (!remote_tape(remote, TAPE_FILE_MARK, 1) ||
	    !go_to_start(r)))
		return out_rmt_fail(r);
	if (!remote_reopen(remote, OPEN_READ))
		return out_rmt_fail(r);
	r->reading = true;
	r->read_all = false;
	r->reads_open = r->reads_sent = r->read_bytes = 0;
	return DE_OK;
}

/*
 * Request data ahead of time, so that latency does not slow it down.  On a
 * tape, that would run past the file mark.
 */
static bool
send_requests(struct out_rmt *r, size_t room)
{
	const uint64_t ahead = r->is_tape ? 1 : r->window_length;
	char request[REQUEST_BYTES];

	r->read_room = room;
	while (r->reads_open == 0 || (r->reads_open < ahead &&
	    r->reads_sent <= r->window.settled)) {
		const size_t length = request_read(request, room);
		struct iovec iov = { request, length };
		if (!connection_send(r->remote.connection, &iov, 1))
			return false;
		r->reads_open++;
		r->reads_sent++;
	}
	return true;
}

/*
 * Is this a possible next answer?  There is as much to read as was written, in
 * records or pieces of them, but not in endless tiny pieces.
 */
static const char *
what_is_wrong(const struct out_rmt *r, uint64_t length)
{
	const struct window *w = &r->window;

	if (length > r->read_room)
		return "sent more than was requested";
	if (r->read_bytes + length > w->settled_bytes)
		return "returned more than was written";
	if (r->reads_sent - r->reads_open > PIECES * (w->settled + 1))
		return "returned the data in too many pieces";
	return NULL;
}

static enum de_status
fail_answer(struct out_rmt *r, const struct answer *answer)
{
	const char *wrong = what_is_wrong(r, answer->number);

	if (answer->error != 0)
		remote_report(&r->remote, "cannot be read back",
		    answer->error, answer->text);
	else if (wrong != NULL)
		connection_distrust(r->remote.connection, wrong);
	return out_rmt_fail(r);
}

enum de_status
out_rmt_read_back(void *self, void *buffer, size_t room, size_t *length)
{
	struct out_rmt *r = self;
	struct answer answer;

	if (r->failed)
		return DE_FAILED;
	if (r->read_all)
		return DE_NO_MORE;
	if (!send_requests(r, room) ||
	    !connection_answer(r->remote.connection, &answer))
		return out_rmt_fail(r);
	r->reads_open--;
	if (answer.error != 0 || what_is_wrong(r, answer.number) != NULL)
		return fail_answer(r, &answer);
	r->read_bytes += answer.number;
	r->read_all = answer.number == 0;
	*length = (size_t)answer.number;
	if (!connection_receive(r->remote.connection, buffer, *length))
		return out_rmt_fail(r);
	return r->read_all ? DE_NO_MORE : DE_OK;
}

/* Skip bytes that are not needed; no more than were requested. */
static bool
skip(struct out_rmt *r, uint64_t length)
{
	uint8_t rest[4096];

	if (length > r->read_room) {
		connection_distrust(r->remote.connection, "sent more than was "
		    "requested");
		return false;
	}

	while (length > 0) {
		const size_t n = length < sizeof(rest) ? (size_t)length :
		    sizeof(rest);
		if (!connection_receive(r->remote.connection, rest, n))
			return false;
		length -= n;
	}
	return true;
}

bool
out_rmt_end_readback(struct out_rmt *r)
{
	struct answer answer;

	while (r->reads_open > 0) {
		if (!connection_answer(r->remote.connection, &answer) ||
		    (answer.error == 0 && !skip(r, answer.number)))
			return false;
		r->reads_open--;
	}
	r->reading = false;
	return true;
}
