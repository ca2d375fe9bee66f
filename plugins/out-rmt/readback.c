/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * readback.c - a volume comes back, for verify
 *
 * The other machine gives it from its disk or its memory, as it likes: no
 * request tells it to make sure.
 */
#include <errno.h>

#include "out-rmt.h"

/*
 * To where the volume begins.  The one in front of which there is no file
 * mark is the first on the tape.
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
		r->host->report(r->host, DE_ERROR, "%s: cannot be read back, as "
		    "it is neither a file nor a tape; verify = true does not "
		    "work with it", remote->name);
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
	r->reads_open = r->reads_sent = 0;
	return DE_OK;
}

/*
 * Ask for what comes, ahead of time, so that a long line does not slow it
 * down.  On a tape that would lead past the file mark.
 */
static bool
send_requests(struct out_rmt *r, size_t room)
{
	const uint64_t ahead = r->is_tape ? 1 : r->window_length;
	char request[REQUEST_BYTES];

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

static enum de_status
fail_answer(struct out_rmt *r, const struct answer *answer)
{
	if (answer->error != 0)
		remote_report(&r->remote, "cannot be read back",
		    answer->error, answer->text);
	else
		r->host->report(r->host, DE_ERROR, "%s: rmt gives more than it "
		    "was asked for; it cannot be trusted: use another one "
		    "(option rmt)", r->remote.name);
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
	if (answer.error != 0 || answer.number > room)
		return fail_answer(r, &answer);
	r->read_all = answer.number == 0;
	*length = (size_t)answer.number;
	if (!connection_receive(r->remote.connection, buffer, *length))
		return out_rmt_fail(r);
	return r->read_all ? DE_NO_MORE : DE_OK;
}

/* Bytes that nobody wants. */
static bool
skip(struct out_rmt *r, uint64_t length)
{
	uint8_t rest[4096];

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
