/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a file that a request asks for, and requests in flight. */
#define PIECE_BYTES ((size_t)64 << 10)
#define WINDOW 128
/* The longest record there is; a request for more would gain nothing. */
#define RECORD_BYTES ((size_t)1 << 20)
#define USUAL_UNIT (32u << 10)	/* bytes; the record of most dumps */
#define ERRORS_LISTED 20	/* of a volume; the others are counted */
/* Seconds between attempts to connect, which double from 1 on, at most. */
#define LONGEST_PAUSE 60
/* A file comes in pieces of so many bytes on average, after the first ones. */
#define PIECE_MIN 256
#define PIECES_FREE 1000
/* Fewer bytes than that from one loss of the connection to the next. */
#define NO_PROGRESS ((uint64_t)1 << 20)

/* How rmt expects the arguments of a seek. */
enum order { ORDER_NONE, ORDER_OFFSET_FIRST, ORDER_WHENCE_FIRST };

struct fetch {
	struct fetch_config config;
	enum order order;
	uint64_t size;			/* of the file; 0: unknown */
	uint64_t at;			/* bytes; the next one to be returned */
	uint64_t records;		/* of a tape, returned */
	uint64_t asked;			/* bytes of the file requested */
	size_t open;			/* requests in flight */
	uint64_t answers;		/* received with data, */
	uint64_t received;		/* so many bytes of it */
	uint64_t rest;			/* bytes to come of the answer begun */
	bool at_end;
	bool in_error;			/* the last read failed */
	uint64_t errors;
	int64_t attempt;		/* to reconnect */
	uint64_t lost_at;		/* where the connection was lost */
};

static const struct de_host *
host_of(const struct fetch *f)
{
	return f->config.remote->host;
}

static const char *
name_of(const struct fetch *f)
{
	return f->config.remote->name;
}

static struct connection *
connection_of(const struct fetch *f)
{
	return f->config.remote->connection;
}

/* ----------------------------------------------------------------- seeking */

/* For what may be answered by any number.  False if the connection fails. */
static bool
ask_seek(struct fetch *f, uint64_t first, uint64_t second,
    struct answer *answer)
{
	char request[REQUEST_BYTES];
	const size_t length = request_seek(request, first, second);
	struct iovec iov = { request, length };

	return connection_is_quiet(connection_of(f)) &&
	    connection_send(connection_of(f), &iov, 1) &&
	    connection_answer(connection_of(f), answer);
}

/*
 * At the beginning of a file, the same request means "stay" to one rmt and "go
 * to byte 1" to the other.  Zero twice is the beginning to both.
 */
static bool
find_order(struct fetch *f)
{
	struct answer answer, end;

	if (!ask_seek(f, 0, SEEK_CUR, &answer))
		return false;
	if (answer.error != 0 || answer.number > 1)
		return true;
	const enum order order = answer.number == 0 ? ORDER_OFFSET_FIRST :
	    ORDER_WHENCE_FIRST;
	if (!(order == ORDER_OFFSET_FIRST ?
	    ask_seek(f, 0, SEEK_END, &end) : ask_seek(f, SEEK_END, 0, &end)) ||
	    !ask_seek(f, 0, 0, &answer))
		return false;
	if (end.error != 0 || answer.error != 0 || answer.number != 0)
		return true;
	f->order = order;
	f->size = end.number;
	return true;
}

/* Nothing may be in flight.  False if the connection fails, or rmt does. */
static bool
seek(struct fetch *f, uint64_t position)
{
	struct answer answer;

	if (!(f->order == ORDER_OFFSET_FIRST ?
	    ask_seek(f, position, SEEK_SET, &answer) :
	    ask_seek(f, SEEK_SET, position, &answer)))
		return false;
	if (answer.error == 0 && answer.number != position) {
		connection_distrust(connection_of(f), "went to another place "
		    "than it was sent to");
		return false;
	}
	if (answer.error != 0) {
		remote_report(f->config.remote, "cannot be positioned",
		    answer.error, answer.text);
		return false;
	}
	f->at = f->asked = position;
	f->at_end = false;
	return true;
}

/* ----------------------------------------------------- requests and answers */

static size_t
request_bytes(const struct fetch *f)
{
	return f->config.is_tape ? RECORD_BYTES : PIECE_BYTES;
}

static bool
is_to_request(const struct fetch *f)
{
	if (f->open == 0 || f->config.is_tape)
		return f->open == 0;
	return f->open < WINDOW && (f->size == 0 || f->asked < f->size);
}

static bool
send_requests(struct fetch *f)
{
	char request[REQUEST_BYTES];

	while (is_to_request(f)) {
		const size_t length = request_read(request,
		    request_bytes(f));
		struct iovec iov = { request, length };
		if (!connection_send(connection_of(f), &iov, 1))
			return false;
		f->asked += request_bytes(f);
		f->open++;
	}
	return true;
}

/* Data in tiny pieces would take for ever. */
static bool
is_fast_enough(struct fetch *f)
{
	f->received += f->rest;
	if (f->config.is_tape || ++f->answers < PIECES_FREE +
	    f->received / PIECE_MIN)
		return true;
	connection_distrust(connection_of(f), "returned the data in too many "
	    "pieces");
	return false;
}

/* Receive the next answer, up to its data.  False if the connection fails. */
static bool
take_answer(struct fetch *f, struct answer *answer)
{
	if (!connection_answer(connection_of(f), answer))
		return false;
	f->open--;
	if (answer->error != 0)
		return true;
	if (answer->number > request_bytes(f)) {
		connection_distrust(connection_of(f), "sent more than was "
		    "requested");
		return false;
	}
	f->rest = answer->number;
	if (f->config.is_tape)
		tape_place_read(f->config.place, answer->number);
	return is_fast_enough(f);
}

static bool
receive(struct fetch *f, void *to, size_t length)
{
	if (!connection_receive(connection_of(f), to, length))
		return false;
	f->rest -= length;
	f->at += length;
	return true;
}

/*
 * Receive up to `bytes` bytes of what is in flight, and drop them.  False if
 * the connection fails.
 */
static bool
drop(struct fetch *f, uint64_t bytes)
{
	uint8_t scrap[4096];
	struct answer answer;

	while (bytes > 0 && (f->rest > 0 || f->open > 0)) {
		if (f->rest == 0 && !take_answer(f, &answer))
			return false;
		uint64_t n = f->rest < bytes ? f->rest : bytes;
		if (n > sizeof(scrap))
			n = sizeof(scrap);
		if (!receive(f, scrap, (size_t)n))
			return false;
		bytes -= n;
	}
	return true;
}

/* ---------------------------------------------------- the connection is lost */

/* An rmt that cannot seek has to be read up to there. */
static bool
read_up_to(struct fetch *f, uint64_t position)
{
	f->at = f->asked = 0;
	while (f->at < position) {
		const uint64_t before = f->at;
		if (!send_requests(f) || !drop(f, position - before))
			return false;
		if (f->at == before) {
			host_of(f)->report(host_of(f), DE_ERROR, "%s: has "
			    "become shorter", name_of(f));
			return false;
		}
	}
	return true;
}

static bool
reopen(struct fetch *f, uint64_t position)
{
	struct remote *remote = f->config.remote;

	remote_disconnect(remote);
	f->open = 0;
	f->rest = 0;
	f->asked = f->at = 0;
	if (!remote_connect(remote) || !remote_open(remote, OPEN_READ))
		return false;
	if (position == 0)
		return true;
	return f->order != ORDER_NONE ? seek(f, position) :
	    read_up_to(f, position);
}

/* Rather than that it ends the run, or cannot be trusted. */
static bool
is_lost(const struct fetch *f)
{
	const struct remote *remote = f->config.remote;

	return (remote->connection != NULL ?
	    connection_trouble(remote->connection) : remote->trouble) ==
	    TROUBLE_LOST;
}

/*
 * Connect again and go on at `position`.  Where a tape is after that is
 * unknown.  False if that fails, which has been reported.
 */
static bool
recover(struct fetch *f, uint64_t position)
{
	const struct de_host *host = host_of(f);

	if (f->config.is_tape)
		return false;
	if (position < f->lost_at || position - f->lost_at >= NO_PROGRESS)
		f->attempt = 0;
	f->lost_at = position;
	while (is_lost(f) && f->attempt < f->config.reconnect_attempts) {
		const int64_t pause = f->attempt < 6 ?
		    INT64_C(1) << f->attempt : LONGEST_PAUSE;
		f->attempt++;
		host->report(host, DE_WARNING, "%s: connecting again in %"
		    PRId64 " s (attempt %" PRId64 " of %" PRId64 "), to read "
		    "on at byte %" PRIu64, name_of(f), pause, f->attempt,
		    f->config.reconnect_attempts, position);
		if (!remote_pause(f->config.remote, pause))
			return false;
		if (reopen(f, position))
			return true;
	}
	return false;
}

/* ----------------------------------------------------------------- failures */

/* What it costs is unknown, since rmt does not tell positions. */
static enum de_status
fail_tape(struct fetch *f, const struct answer *answer)
{
	struct remote *remote = f->config.remote;

	tape_place_lose(f->config.place);
	if (answer->error != EIO && answer->error != ENOMEM) {
		remote_report(remote, "cannot be read", answer->error,
		    answer->text);
		return DE_FAILED;
	}
	if (f->errors++ < ERRORS_LISTED)
		remote_report(remote, answer->error == EIO ?
		    "a record cannot be read" : "a record is too long for one "
		    "of a dump", answer->error, answer->text);
	/* Some drives stay before the bad record. */
	if (answer->error == EIO && f->in_error &&
	    !remote_tape(remote, TAPE_FORWARD_RECORDS, 1))
		return DE_FAILED;
	f->in_error = answer->error == EIO;
	return DE_LOST;
}

static bool
is_of_medium(int error)
{
	return error == EIO || error == ENODATA || error == EILSEQ ||
	    error == EREMOTEIO || error == EBADMSG || error == EUCLEAN;
}

/* Go on after the rest of the record. */
static enum de_status
fail_file(struct fetch *f, const struct answer *answer, size_t *lost)
{
	const uint64_t bad = f->at;
	uint64_t bytes = f->config.unit - bad % f->config.unit;
	char what[80];

	if (f->size > bad && bytes > f->size - bad)
		bytes = f->size - bad;
	snprintf(what, sizeof(what), "bytes %" PRIu64 " to %" PRIu64 " cannot "
	    "be read", bad, bad + bytes - 1);
	if (f->errors++ < ERRORS_LISTED)
		remote_report(f->config.remote, what, answer->error,
		    answer->text);
	if (!is_of_medium(answer->error) || f->order == ORDER_NONE)
		return DE_FAILED;
	/* What is in flight has been asked for after the error. */
	if ((!drop(f, UINT64_MAX) || !seek(f, bad + bytes)) &&
	    !recover(f, bad + bytes))
		return DE_FAILED;
	*lost = (size_t)bytes;
	return DE_LOST;
}

/* ----------------------------------------------------------------- reading */

/* DE_OK: an answer with data has begun. */
static enum de_status
begin_answer(struct fetch *f, size_t *lost)
{
	struct answer answer = { 0 };

	if (!send_requests(f) || !take_answer(f, &answer))
		return recover(f, f->at) ? DE_OK : DE_FAILED;
	if (answer.error != 0)
		return f->config.is_tape ? fail_tape(f, &answer) :
		    fail_file(f, &answer, lost);
	f->in_error = false;
	f->at_end = answer.number == 0;
	return DE_OK;
}

enum de_status
fetch_next(struct fetch *f, void *buffer, size_t room, size_t *length)
{
	size_t n = 0;

	*length = 0;
	while (n == 0) {
		while (f->rest == 0) {
			if (f->at_end)
				return DE_NO_MORE;
			const enum de_status status = begin_answer(f, length);
			if (status != DE_OK)
				return status;
		}
		n = f->rest < room ? (size_t)f->rest : room;
		if (!receive(f, buffer, n)) {
			n = 0;
			if (!recover(f, f->at))
				return DE_FAILED;
		}
	}
	*length = n;
	f->records += f->config.is_tape && f->rest == 0;
	/* A failure comes up again with the answer. */
	if (f->rest == 0)
		(void)send_requests(f);
	return DE_OK;
}

enum de_status
fetch_tell(const struct fetch *f, uint64_t *position)
{
	*position = f->config.is_tape ? f->records : f->at;
	if (f->config.is_tape)
		return f->config.place->is_adrift ? DE_FAILED : DE_OK;
	return f->order != ORDER_NONE ? DE_OK : DE_FAILED;
}

static enum de_status
go_back_from_end(struct fetch *f, uint64_t back)
{
	if (!drop(f, UINT64_MAX) ||
	    !tape_place_go_to_last(f->config.place, back))
		return DE_FAILED;
	f->at_end = f->in_error = false;
	return DE_OK;
}

/*
 * The end of a file of a tape cannot be gone to, as rmt would not tell how many
 * records there are.
 */
static enum de_status
go_to_record(struct fetch *f, uint64_t record)
{
	struct tape_place *place = f->config.place;
	const uint64_t back = UINT64_MAX - record;

	if (back == 0)
		return DE_FAILED;
	if (back <= DE_FROM_END_MAX)
		return go_back_from_end(f, back);
	if (record == f->records && !place->is_adrift)
		return DE_OK;
	if (!drop(f, UINT64_MAX) || !tape_place_go_to(place, record))
		return DE_FAILED;
	f->records = record;
	f->at_end = place->is_behind;
	f->in_error = false;
	return DE_OK;
}

enum de_status
fetch_go_to(struct fetch *f, uint64_t position)
{
	const uint64_t in_flight = f->rest + f->open * PIECE_BYTES;

	if (f->config.is_tape)
		return go_to_record(f, position);
	if (position >= f->at && position - f->at <= in_flight) {
		if (!drop(f, position - f->at))
			return recover(f, position) ? DE_OK : DE_FAILED;
		if (f->at == position)
			return DE_OK;
	}
	if ((drop(f, UINT64_MAX) && seek(f, position)) || recover(f, position))
		return DE_OK;
	return DE_FAILED;
}

void
fetch_describe(const struct fetch *f, struct de_reading *about)
{
	about->size = f->size;
	if (f->config.is_tape)
		about->properties |= DE_READING_RECORDS | DE_READING_SEEKS;
	if (f->order != ORDER_NONE)
		about->properties |= DE_READING_SEEKS;
}

/* ------------------------------------------------------- opening and closing */

/*
 * An rmt that knows no seek may end, or take the request for two: begin again
 * with it.
 */
static bool
learn_order(struct fetch *f)
{
	if (find_order(f) && f->order != ORDER_NONE)
		return true;
	const enum trouble trouble = connection_trouble(connection_of(f));
	return (trouble == TROUBLE_NONE || trouble == TROUBLE_LOST) &&
	    reopen(f, 0);
}

struct fetch *
fetch_new(const struct fetch_config *config)
{
	struct fetch *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		config->remote->host->report(config->remote->host, DE_ERROR,
		    "%s: out of memory", config->remote->name);
		return NULL;
	}
	f->config = *config;
	if (f->config.unit == 0)
		f->config.unit = USUAL_UNIT;
	if (config->is_tape || target_is_device(&config->remote->target) ||
	    learn_order(f))
		return f;
	fetch_free(f);
	return NULL;
}

/* What is in flight is not waited for, except from a tape, which would move. */
static void
end_connection(struct fetch *f)
{
	char request[REQUEST_BYTES];
	struct answer answer;

	if (connection_of(f) == NULL)
		return;
	if (f->config.is_tape ? drop(f, UINT64_MAX) :
	    f->open == 0 && f->rest == 0)
		(void)remote_ask(f->config.remote, request,
		    request_close(request), &answer);
	else
		connection_abandon(connection_of(f));
	remote_disconnect(f->config.remote);
}

void
fetch_free(struct fetch *f)
{
	if (f == NULL)
		return;
	if (f->errors > ERRORS_LISTED)
		host_of(f)->report(host_of(f), DE_ERROR, "%s: %" PRIu64 " read "
		    "errors in all", name_of(f), f->errors);
	end_connection(f);
	free(f);
}
