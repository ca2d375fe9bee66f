/* SPDX-License-Identifier: BSD-3-Clause */
#include "remote.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

bool
remote_set(struct remote *r, char *name)
{
	char why[200];

	r->name = name;
	if (!target_parse(&r->target, name, why, sizeof(why))) {
		r->host->report(r->host, DE_ERROR, "target: \"%s\" %s", name,
		    why);
		return false;
	}
	r->argv = command_new(&r->target, r->rsh, r->rsh_count, r->rmt,
	    r->rmt_count);
	if (r->argv != NULL)
		r->trial = command_trial(r->argv, r->rmt_count);
	if (r->trial == NULL)
		r->host->report(r->host, DE_ERROR, "%s: out of memory", name);
	return r->trial != NULL;
}

void
remote_unset(struct remote *r)
{
	command_free(r->argv);
	r->argv = NULL;
	free(r->trial);
	r->trial = NULL;
	target_free(&r->target);
	free(r->name);
	r->name = NULL;
}

bool
remote_connect(struct remote *r)
{
	const struct connection_config config = {
		.host = r->host,
		.argv = r->argv,
		.name = r->name,
		.environment = r->environment,
		.trial = r->trial,
		.timeout = r->timeout,
		.end = &r->tidy_end,
	};

	r->error = 0;
	r->connection = connection_open(&config, &r->trouble);
	return r->connection != NULL;
}

void
remote_tidy(struct remote *r, int64_t seconds)
{
	r->tidy_end = r->host->monotonic_ns(r->host) +
	    (uint64_t)seconds * 1000000000;
}

void
remote_disconnect(struct remote *r)
{
	if (r->connection != NULL)
		r->trouble = connection_trouble(r->connection);
	connection_close(r->connection);
	r->connection = NULL;
}

bool
remote_pause(const struct remote *r, int64_t seconds)
{
	for (int64_t i = 0; i < seconds * 5; i++) {
		if (r->host->cancelled(r->host))
			return false;
		poll(NULL, 0, 200);
	}
	return !r->host->cancelled(r->host);
}

/* ---------------------------------------------------------------- messages */

/* What an operator can do about it; "" if unknown. */
static const char *
advice(int error, bool is_device)
{
	switch (error) {
	case ENOENT:
		return is_device ? "; no such drive on that host: is it "
		    "switched on, and its driver loaded (lsscsi -g there)?" :
		    "; its directory is missing on that host: create it, or "
		    "correct the option target";
	case EACCES:
	case EPERM:
		return "; the remote user may not write it: check the mode of "
		    "the file or drive, and the groups of that user";
	case EROFS:
		return is_device ? "; the tape is write-protected: move its "
		    "tab, or insert another tape" :
		    "; that filesystem is mounted read-only: check the log of "
		    "that host, or use another directory";
	case EBUSY:
		return "; in use by another program there (fuser -v there "
		    "shows which): end it, then retry";
	case ENOMEDIUM:
		return "; no tape in the drive: insert one and wait until it "
		    "is loaded";
	case ENXIO:
	case ENODEV:
		return "; that host does not see the drive: is it switched "
		    "on (lsscsi -g there)?";
	case EISDIR:
		return "; that is a directory, name a file in it";
	case EIO:
		return is_device ? "; is there a good tape in the drive?  "
		    "dmesg on that host says more; try another tape, then "
		    "clean the drive" :
		    "; a failing disk there (dmesg on that host says more): "
		    "use another one";
	default:
		return "";
	}
}

/* The same for what is only read. */
static const char *
advice_for_reading(int error, bool is_device)
{
	switch (error) {
	case ENOENT:
		return is_device ? advice(error, true) : "";
	case EACCES:
	case EPERM:
		return "; the remote user may not read it: check the mode of "
		    "the file or drive, and the groups of that user";
	case EIO:
		return "; dmesg on that host says more";
	default:
		return advice(error, is_device);
	}
}

void
remote_report(struct remote *r, const char *what, int error, const char *text)
{
	const bool is_news = text[0] != '\0' &&
	    strcmp(text, strerror(error)) != 0;
	const bool is_device = target_is_device(&r->target);

	r->host->report(r->host, DE_ERROR, "%s: %s: %s%s%s%s%s", r->name, what,
	    strerror(error), is_news ? " (rmt there says: " : "",
	    is_news ? text : "", is_news ? ")" : "",
	    r->is_read ? advice_for_reading(error, is_device) :
	    advice(error, is_device));
}

/* ---------------------------------------------------------------- requests */

bool
remote_ask(struct remote *r, const char *request, size_t length,
    struct answer *answer)
{
	char copy[REQUEST_BYTES];
	struct iovec iov = { copy, length };

	memcpy(copy, request, length);
	r->error = 0;
	if (!connection_is_quiet(r->connection) ||
	    !connection_send(r->connection, &iov, 1) ||
	    !connection_answer(r->connection, answer))
		return false;
	/* A descriptor, a byte count as requested, or 0. */
	if (answer->number > INT32_MAX) {
		connection_distrust(r->connection, "sent an impossible "
		    "number");
		return false;
	}
	r->error = answer->error;
	return true;
}

static bool
ask_and_report(struct remote *r, const char *request, size_t length,
    const char *what)
{
	struct answer answer;

	if (!remote_ask(r, request, length, &answer))
		return false;
	if (answer.error != 0)
		remote_report(r, what, answer.error, answer.text);
	return answer.error == 0;
}

bool
remote_open(struct remote *r, enum open_mode mode)
{
	char request[REQUEST_BYTES];
	const size_t length = request_open(request, r->target.file, mode);

	return ask_and_report(r, request, length, mode == OPEN_READ ||
	    mode == OPEN_LOOK ? "cannot be opened for reading" :
	    "cannot be opened for writing");
}

/* close(2) returns 0: anything else is the answer to something else. */
bool
remote_close(struct remote *r)
{
	char request[REQUEST_BYTES];
	const size_t length = request_close(request);
	struct answer answer;

	if (!remote_ask(r, request, length, &answer))
		return false;
	if (answer.error != 0)
		remote_report(r, "cannot be closed, so the last data may be "
		    "missing", answer.error, answer.text);
	else if (answer.number != 0)
		connection_distrust(r->connection, "sent an impossible "
		    "number");
	return answer.error == 0 && answer.number == 0;
}

bool
remote_reopen(struct remote *r, enum open_mode mode)
{
	if (!remote_close(r))
		return false;
	remote_disconnect(r);
	return remote_connect(r) && remote_open(r, mode);
}

bool
remote_try_tape(struct remote *r, enum tape_operation operation,
    uint64_t count)
{
	char request[REQUEST_BYTES];
	const size_t length = request_tape(request, operation, count);
	struct answer answer;

	return remote_ask(r, request, length, &answer) && answer.error == 0;
}

/*
 * rmts that answer an operation with its count, as dump's does, read no newline
 * behind a request for the status; those that answer with 0, as GNU tar's does,
 * wait for one.
 */
bool
remote_tell_file(struct remote *r, int64_t *file)
{
	char request[REQUEST_BYTES];
	uint8_t status[STATUS_BYTES];
	struct answer answer;
	size_t length = request_tape(request, TAPE_NOTHING, 1);

	*file = -1;
	if (!remote_ask(r, request, length, &answer))
		return false;
	if (answer.error != 0 || answer.number > 1)
		return true;
	length = request_status(request, answer.number == 0);
	if (!remote_ask(r, request, length, &answer))
		return false;
	if (answer.error != 0)
		return true;
	if (answer.number > sizeof(status)) {
		connection_distrust(r->connection, "sent an impossible "
		    "number");
		return false;
	}
	length = (size_t)answer.number;
	if (!connection_receive(r->connection, status, length))
		return false;
	*file = status_file(status, length);
	return true;
}

static const char *
operation_name(enum tape_operation operation)
{
	switch (operation) {
	case TAPE_FORWARD_FILES:
	case TAPE_BACK_FILES:
	case TAPE_FORWARD_RECORDS:
	case TAPE_BACK_RECORDS:
		return "the tape cannot be moved";
	case TAPE_FILE_MARK:
		return "the file mark cannot be written";
	case TAPE_REWIND:
		return "the tape cannot be rewound";
	case TAPE_EJECT:
		return "the tape cannot be ejected";
	case TAPE_NOTHING:
		break;
	}
	return "is not a tape drive, or not ready";
}

bool
remote_tape(struct remote *r, enum tape_operation operation, uint64_t count)
{
	char request[REQUEST_BYTES];
	const size_t length = request_tape(request, operation, count);

	return ask_and_report(r, request, length, operation_name(operation));
}
