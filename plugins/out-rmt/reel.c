/* SPDX-License-Identifier: BSD-3-Clause */
#include "reel.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/content.h"

/* The largest possible record; a larger one is not part of a dump. */
#define BUFFER_BYTES (1 << 20)
#define NS_PER_SECOND 1000000000ULL
/* Limits: this many request timeouts in all, and this many files. */
#define TIMEOUTS 12
#define FILES_MAX 4096
/* Both a file mark and the end of data read as 0 bytes; three are the end. */
#define EMPTY_MAX 3

enum found {
	FOUND_DUMP,
	FOUND_DATA,		/* not a dump */
	FOUND_UNREADABLE,
	FOUND_TROUBLE,		/* the connection is unusable */
	FOUND_END		/* end of data */
};

/* The result of a read; if alike, two reads are of the same record. */
struct sign {
	int error;
	size_t length;
	uint64_t mark;
};

struct reel {
	struct remote *remote;	/* borrowed, like keep */
	struct keep *keep;
	bool rewind;
	uint64_t deadline;	/* on the host's clock */
	uint8_t *buffer;	/* owned */
	size_t length;		/* of the record in the buffer */
	int error;		/* of reading it */
	int file;		/* current file; 0: where the volume begins */
};

/* ------------------------------------------------------------------ moving */

/* Errors are like those of remote_try_tape(); they reveal the end of data. */
static bool
wind(struct reel *t, enum tape_operation operation, uint64_t count)
{
	return remote_try_tape(t->remote, operation, count);
}

static bool
rewind_tape(struct reel *t)
{
	return remote_tape(t->remote, TAPE_REWIND, 1);
}

/* A file that no file mark precedes is the first. */
static bool
wind_to_file_start(struct reel *t)
{
	if (wind(t, TAPE_BACK_FILES, 1))
		return wind(t, TAPE_FORWARD_FILES, 1);
	return wind(t, TAPE_REWIND, 1);
}

static bool
wind_to_file(struct reel *t, uint32_t file)
{
	return wind(t, TAPE_REWIND, 1) &&
	    (file == 0 || wind(t, TAPE_FORWARD_FILES, file));
}

static bool
is_lost(const struct reel *t)
{
	return connection_trouble(t->remote->connection) != TROUBLE_NONE;
}

static bool
fail_to_wind(struct reel *t)
{
	if (!is_lost(t))
		remote_report(t->remote, "cannot position the tape where the "
		    "volume would begin", t->remote->error, "");
	return false;
}

/* Has it so many files, or is it so slow, that we give up? */
static bool
is_endless(struct reel *t)
{
	const struct de_host *host = t->remote->host;

	if (t->file < FILES_MAX && host->monotonic_ns(host) < t->deadline)
		return false;
	host->report(host, DE_ERROR, "%s: no end of data found after %d files "
	    "and %" PRId64 " seconds, so what would be lost is unknown; insert "
	    "another tape, or increase the timeout",
	    t->remote->name, t->file, t->remote->timeout * TIMEOUTS);
	t->keep->failure = DE_FAILURE_UNREADABLE;
	return true;
}

/* ----------------------------------------------------------------- reading */

/* Read one record, or set t->error.  False if the connection is unusable. */
static bool
read_record(struct reel *t)
{
	struct connection *c = t->remote->connection;
	char request[REQUEST_BYTES];
	struct answer answer;

	t->length = 0;
	if (!remote_ask(t->remote, request, request_read(request,
	    BUFFER_BYTES), &answer))
		return false;
	t->error = answer.error;
	if (answer.error != 0)
		return true;
	if (answer.number > BUFFER_BYTES) {
		connection_distrust(c, "sent more than was requested");
		return false;
	}
	t->length = (size_t)answer.number;
	return connection_receive(c, t->buffer, t->length);
}

static struct sign
sign_of(const struct reel *t)
{
	return (struct sign){ t->error, t->length,
	    t->length == 0 ? 0 : content_mark(t->buffer, t->length) };
}

/* An existing record can be skipped, even if it is bad. */
static bool
is_record_there(struct reel *t)
{
	return wind_to_file_start(t) && wind(t, TAPE_FORWARD_RECORDS, 1);
}

/* On parts never written, some drives read zeros. */
static bool
is_empty_read(const struct reel *t)
{
	return t->length == BUFFER_BYTES && t->buffer[0] == 0 &&
	    memcmp(t->buffer, t->buffer + 1, t->length - 1) == 0;
}

static enum found
what_was_read(struct reel *t, struct label *label)
{
	if (t->length > 0 && label_find(t->remote->host, t->buffer,
	    t->length, label))
		return FOUND_DUMP;
	if (t->length > 0)
		return is_empty_read(t) && !is_record_there(t) ? FOUND_END :
		    FOUND_DATA;
	if (t->error == 0)
		return FOUND_END;
	/* The record is larger than the buffer. */
	if (t->error == ENOMEM)
		return FOUND_DATA;
	return t->error == EIO && !is_record_there(t) ? FOUND_END :
	    FOUND_UNREADABLE;
}

/* Find how the next file that is not empty begins; sets `label` for a dump. */
static enum found
look_at_file(struct reel *t, struct label *label)
{
	int marks = 0;

	do {
		if (!read_record(t))
			return FOUND_TROUBLE;
	} while (t->length == 0 && t->error == 0 && ++marks < EMPTY_MAX);
	const enum found found = what_was_read(t, label);
	if (is_lost(t))
		return FOUND_TROUBLE;
	if (found != FOUND_END)
		t->file += marks;
	return found;
}

/* --------------------------------------------------------------- the place */

/*
 * From the end of data to just after the last file mark; some drives write only
 * after such a move.  On a blank tape, or one that is blank after a file mark,
 * to the beginning.
 */
static bool
wind_behind_last(struct reel *t)
{
	struct label label;

	if (wind(t, TAPE_BACK_FILES, 2))
		return wind(t, TAPE_FORWARD_FILES, 2) || fail_to_wind(t);
	if (is_lost(t) || !rewind_tape(t))
		return false;
	const enum found found = look_at_file(t, &label);
	if (found == FOUND_TROUBLE || !rewind_tape(t))
		return false;
	/* A file without a final file mark is judged by its contents. */
	if (found == FOUND_END || wind(t, TAPE_FORWARD_FILES, 1))
		return true;
	return !is_lost(t) && rewind_tape(t);
}

/* One file back, having read one record or the mark of an empty file. */
static bool
wind_to_file_before(struct reel *t)
{
	const uint64_t marks = t->error == 0 && t->length == 0 ? 3 : 2;

	return wind(t, TAPE_BACK_FILES, marks) &&
	    wind(t, TAPE_FORWARD_FILES, 1);
}

/*
 * The number of file marks at the end is unknown, so recognise the file by its
 * beginning.
 */
static bool
return_to_file(struct reel *t, const struct sign *first)
{
	bool there = wind(t, TAPE_BACK_FILES, (uint64_t)t->file + 1) ?
	    wind(t, TAPE_FORWARD_FILES, 1) : wind(t, TAPE_REWIND, 1);

	for (int i = 0; there && i <= EMPTY_MAX; i++) {
		if (!read_record(t))
			return false;
		const struct sign sign = sign_of(t);
		if (sign.error == first->error &&
		    sign.length == first->length && sign.mark == first->mark)
			return wind_to_file_start(t) || fail_to_wind(t);
		there = wind_to_file_before(t);
	}
	/* Better than before what a later run would take for its place. */
	if (!is_lost(t))
		(void)wind(t, TAPE_FORWARD_FILES, FILES_MAX);
	if (is_lost(t) || t->keep->failure != DE_FAILURE_OTHER)
		return false;
	t->keep->host->report(t->keep->host, DE_ERROR, "%s: the tape is "
	    "positioned inside a file, where no volume can begin; wind it to "
	    "the end of data (mt -f %s eod there) and retry", t->remote->name,
	    t->remote->target.file);
	t->keep->failure = DE_FAILURE_PROTECTED;
	return false;
}

/* ------------------------------------------------------------- what may go */

static struct keep_file
this_file(const struct reel *t)
{
	struct keep_file file = { .block = t->buffer, .length = t->length };

	if (t->rewind)
		snprintf(file.place, sizeof(file.place), "file %d of the tape",
		    t->file);
	else if (t->file == 0)
		snprintf(file.place, sizeof(file.place), "the file at the "
		    "tape's position");
	else
		snprintf(file.place, sizeof(file.place), "file %d after the "
		    "tape's position", t->file);
	return file;
}

static bool
may_go(struct reel *t, enum found found, const struct label *label)
{
	const struct keep_file file = this_file(t);

	switch (found) {
	case FOUND_DUMP:
		return keep_check_dump(t->keep, &file, label) == DE_OK;
	case FOUND_DATA:
		return keep_check_foreign(t->keep, &file) == DE_OK;
	case FOUND_UNREADABLE:
		return keep_check_unreadable(t->keep, &file) == DE_OK;
	case FOUND_TROUBLE:
		return false;
	case FOUND_END:
		break;
	}
	return true;
}

/* All files from the one found to the end are lost. */
static bool
may_all_go(struct reel *t, enum found found, struct label *label)
{
	while (may_go(t, found, label)) {
		if (found == FOUND_END)
			return true;
		if (is_endless(t))
			return false;
		if (!wind(t, TAPE_FORWARD_FILES, 1))
			return !is_lost(t);
		t->file++;
		found = look_at_file(t, label);
	}
	return false;
}

/* Back to the place; if no other file was read, that is one record back. */
static bool
go_back(struct reel *t, enum found found, const struct sign *first, bool may)
{
	if (t->rewind)
		return rewind_tape(t);
	if (found == FOUND_END)
		return wind_behind_last(t);
	if (!may && t->file == 0)
		return wind(t, TAPE_BACK_RECORDS, 1);
	return return_to_file(t, first);
}

/* Judge from the current position. */
static bool
judge(struct reel *t)
{
	struct label label;
	enum found found = look_at_file(t, &label);

	if (found == FOUND_END && !t->rewind) {
		if (!wind_behind_last(t))
			return false;
		found = look_at_file(t, &label);
	}
	if (found == FOUND_TROUBLE)
		return false;
	/* Being just after a file mark serves as well. */
	if (!t->rewind)
		t->file = 0;
	const struct sign first = sign_of(t);
	const bool may = may_all_go(t, found, &label);
	if (is_lost(t))
		return false;
	return go_back(t, found, &first, may) && may;
}

static bool
fail_to_return(struct reel *t, uint32_t file)
{
	if (is_lost(t))
		return false;
	t->keep->host->report(t->keep->host, DE_ERROR, "%s: file %" PRIu32
	    " of the tape is not the volume that is to be written again; wind "
	    "the tape to where it is to begin (mt -f %s eod there) and retry",
	    t->remote->name, file, t->remote->target.file);
	t->keep->failure = DE_FAILURE_PROTECTED;
	return false;
}

/* Nothing may have reached the tape. */
static bool
is_attempt(struct reel *t)
{
	struct label label;
	const enum found found = look_at_file(t, &label);

	return found == FOUND_END ||
	    (found == FOUND_DUMP && keep_is_attempt(t->keep, &label));
}

bool
reel_return(struct remote *remote, uint32_t file, struct keep *keep)
{
	struct reel t = {
		.remote = remote,
		.keep = keep,
		.buffer = malloc(BUFFER_BYTES),
	};
	bool there = t.buffer != NULL;

	if (!there)
		keep->host->report(keep->host, DE_ERROR, "%s: out of memory",
		    remote->name);
	else if (!(there = wind_to_file(&t, file) && is_attempt(&t) &&
	    wind_to_file(&t, file)))
		fail_to_return(&t, file);
	free(t.buffer);
	return there;
}

bool
reel_judge(struct remote *remote, bool rewind, struct keep *keep)
{
	const struct de_host *host = remote->host;
	struct reel t = {
		.remote = remote,
		.keep = keep,
		.rewind = rewind,
		.deadline = host->monotonic_ns(host) + TIMEOUTS *
		    (uint64_t)remote->timeout * NS_PER_SECOND,
		.buffer = malloc(BUFFER_BYTES),
	};
	bool may = t.buffer != NULL;

	if (!may)
		host->report(host, DE_ERROR, "%s: out of memory",
		    remote->name);
	else
		may = (!rewind || rewind_tape(&t)) && judge(&t);
	free(t.buffer);
	return may;
}
