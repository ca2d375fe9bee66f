/* SPDX-License-Identifier: BSD-3-Clause */
#include "earlier.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/content.h"
#include "reel.h"

#define DATE_BYTES 40
/* Room for the commands that erase a tape. */
#define BLANK_BYTES 300

static bool
refuse(struct out_rmt *r, enum de_failure reason)
{
	r->refusal = reason;
	return false;
}

/* -------------------------------------------------------- a dump in a file */

static bool
refuse_dump(struct out_rmt *r, const struct label *label, const char *why)
{
	const time_t t = (time_t)label->date;
	char date[DATE_BYTES];
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(date, sizeof(date), "%a %b %e %H:%M:%S %Y", &tm) == 0)
		date[0] = '\0';
	r->host->report(r->host, DE_ERROR, "%s already exists: it is volume %"
	    PRIu32 " of the level %" PRId32 " dump of %s of %s, %s; use "
	    "another target, such as one with %%l or %%d in it",
	    r->remote.name, label->volume, label->level, label->device, date,
	    why);
	return refuse(r, DE_FAILURE_PROTECTED);
}

/* The target is reached by another name too: by a link, or of the host. */
static bool
refuse_own(struct out_rmt *r, const struct label *label)
{
	r->host->report(r->host, DE_ERROR, "%s already holds volume %" PRIu32
	    " of this dump, written under another name; use a target that is "
	    "another file", r->remote.name, label->volume);
	return refuse(r, DE_FAILURE_PROTECTED);
}

/* An engine without this service knows of no dumps. */
static enum de_dump_state
state_of(const struct de_host *host, const struct de_dump_found *found)
{
	if (!DE_HAS(host, dump_retire) || host->dump_state == NULL ||
	    host->dump_retire == NULL)
		return DE_DUMP_UNKNOWN;
	return host->dump_state(host, found);
}

static bool
retire(struct out_rmt *r, const struct de_dump_found *found)
{
	const struct de_host *host = r->host;

	if (!DE_HAS(host, dump_retire) || host->dump_retire == NULL ||
	    host->dump_retire(host, found) == DE_OK)
		return true;
	return refuse(r, DE_FAILURE_PROTECTED);
}

static bool
let_dump_go(struct out_rmt *r, const struct de_volume *volume,
    const struct label *label, bool for_good)
{
	const struct de_dump_found found = label_found(label);
	const enum de_dump_state state = state_of(r->host, &found);
	const bool is_own = label_is_of(label, volume);
	char why[KEEP_WHY_BYTES] = "", hold[KEEP_HOLD_BYTES] = "";

	if (is_own && label->volume < volume->number)
		return refuse_own(r, label);
	if (!is_own)
		keep_describe_hold(r->host, &r->wish, label, state, hold);
	switch (state) {
	case DE_DUMP_UNFINISHED:
		if (hold[0] != '\0')
			return refuse_dump(r, label, hold);
		return !for_good || is_own || retire(r, &found);
	case DE_DUMP_BASE:
		return refuse_dump(r, label, "on which other dumps depend, "
		    "perhaps this one");
	case DE_DUMP_FINISHED:
	case DE_DUMP_UNKNOWN:
		break;
	}
	if (hold[0] != '\0')
		return refuse_dump(r, label, hold);
	if (state == DE_DUMP_FINISHED || !is_own)
		keep_describe_age(&r->wish, label, state, why);
	if (why[0] != '\0')
		return refuse_dump(r, label, why);
	return !for_good || retire(r, &found);
}

/* ------------------------------------------------------ anything in a file */

/* It is overwritten, as always, but a wrong file name should be noticed. */
static void
tell_foreign(const struct out_rmt *r, const uint8_t *block, size_t length)
{
	char what[CONTENT_BYTES];

	content_describe(block, length, what);
	r->host->report(r->host, r->wish.overwrite_foreign ? DE_INFO :
	    DE_WARNING, "%s is not a dump but %s; overwriting it",
	    r->remote.name, what);
}

/* It may be the base of this dump, or anything else. */
static bool
let_unread_go(struct out_rmt *r, int error)
{
	if (r->wish.overwrite_foreign) {
		r->host->report(r->host, DE_WARNING, "%s cannot be read (%s), "
		    "so its contents are unknown; overwriting it",
		    r->remote.name, strerror(error));
		return true;
	}
	r->host->report(r->host, DE_ERROR, "%s cannot be read (%s), so its "
	    "contents are unknown; give the remote user read access, use "
	    "another target, or set overwrite_foreign", r->remote.name,
	    strerror(error));
	return refuse(r, DE_FAILURE_UNREADABLE);
}

static bool
look_at_file(struct out_rmt *r, const struct de_volume *volume, bool for_good)
{
	struct remote *remote = &r->remote;
	uint8_t block[DE_TAPE_BLOCK];
	char request[REQUEST_BYTES];
	struct answer answer;
	struct label label;

	if (!remote_ask(remote, request, request_read(request,
	    DE_TAPE_BLOCK), &answer))
		return false;
	/* A directory is reported when it is opened for writing. */
	if (answer.error != 0)
		return answer.error == EISDIR ||
		    let_unread_go(r, answer.error);
	if (answer.number > DE_TAPE_BLOCK) {
		connection_distrust(remote->connection, "sent more than was "
		    "requested");
		return false;
	}
	const size_t length = (size_t)answer.number;
	if (!connection_receive(remote->connection, block, length))
		return false;
	if (label_find(r->host, block, length, &label))
		return let_dump_go(r, volume, &label, for_good);
	if (length > 0)
		tell_foreign(r, block, length);
	return true;
}

/* ------------------------------------------------------------------ a tape */

/* To where the volume began whose connection was lost, on the same tape. */
static bool
go_back(struct out_rmt *r, bool for_good, struct keep *keep)
{
	const int64_t file = r->shared->return_to - 1;

	if (file < 0 || !for_good)
		return true;
	const bool there = reel_return(&r->remote, (uint32_t)file, keep);
	/* It may be another tape: the operator knows. */
	if (keep->failure != DE_FAILURE_OTHER)
		r->shared->return_to = 0;
	return there;
}

static bool
look_at_tape(struct out_rmt *r, const struct de_volume *volume, bool for_good)
{
	const struct target *target = &r->remote.target;
	const bool rewind = r->rewind && (r->tape == TAPE_YES ||
	    (r->tape == TAPE_AUTO && target_is_device(target)));
	char blank[BLANK_BYTES], first[BLANK_BYTES / 3] = "";
	struct keep keep = {
		.host = r->host,
		.name = r->remote.name,
		.blank = blank,
		.wish = &r->wish,
		.volume = volume,
	};

	if (rewind)
		snprintf(first, sizeof(first), "mt -f %.64s rewind; ",
		    target->file);
	snprintf(blank, sizeof(blank), "on %.100s: %smt -f %.64s weof",
	    target->host, first, target->file);
	const bool may = go_back(r, for_good, &keep) &&
	    reel_judge(&r->remote, rewind, &keep) &&
	    (!for_good || keep_let_go(&keep) == DE_OK);
	r->refusal = keep.failure;
	r->mark = keep.mark;
	keep_free(&keep);
	return may;
}

/* ----------------------------------------------------------- which of them */

enum kind { KIND_TROUBLE, KIND_FILE, KIND_TAPE };

/*
 * A drive opened without waiting may not be ready yet; if so, it is opened
 * again in the way that waits.
 */
static enum kind
find_out_kind(struct out_rmt *r)
{
	struct remote *remote = &r->remote;

	if (remote_try_tape(remote, TAPE_NOTHING, 1))
		return KIND_TAPE;
	if (connection_trouble(remote->connection) != TROUBLE_NONE)
		return KIND_TROUBLE;
	if ((r->tape != TAPE_YES && !target_is_device(&remote->target)) ||
	    remote->error == ENOTTY || remote->error == EINVAL ||
	    remote->error == ENOSYS)
		return KIND_FILE;
	if (!remote_reopen(remote, OPEN_READ))
		return KIND_TROUBLE;
	if (remote_try_tape(remote, TAPE_NOTHING, 1))
		return KIND_TAPE;
	if (remote->error != 0)
		remote_report(remote, "the tape drive is not ready",
		    remote->error, "");
	return KIND_TROUBLE;
}

static bool
look(struct out_rmt *r, const struct de_volume *volume, bool for_good)
{
	switch (find_out_kind(r)) {
	case KIND_FILE:
		return look_at_file(r, volume, for_good);
	case KIND_TAPE:
		return look_at_tape(r, volume, for_good);
	case KIND_TROUBLE:
		break;
	}
	return false;
}

/* It cannot be opened for reading: does it not exist, or is it unknown? */
static bool
let_unopened_go(struct out_rmt *r, const struct answer *answer)
{
	switch (answer->error) {
	case ENOENT:
	case ENOTDIR:
		return true;
	case EACCES:
	case EPERM:
		return let_unread_go(r, answer->error);
	default:
		remote_report(&r->remote, "cannot be opened for reading",
		    answer->error, answer->text);
		return false;
	}
}

bool
out_rmt_let_go(struct out_rmt *r, const struct de_volume *volume,
    bool for_good)
{
	struct remote *remote = &r->remote;
	char request[REQUEST_BYTES];
	struct answer answer;

	r->wish.now = (int64_t)time(NULL);
	/* A file has been emptied already; but a tape may be another one. */
	if (r->tape != TAPE_YES && !target_is_device(&remote->target) &&
	    strcmp(r->shared->cleared, remote->name) == 0)
		return true;
	if (!remote_ask(remote, request, request_open(request,
	    remote->target.file, OPEN_LOOK), &answer))
		return false;
	if (answer.error != 0 && !let_unopened_go(r, &answer))
		return false;
	if (answer.error == 0 && !look(r, volume, for_good))
		return false;
	if (answer.error == 0) {
		/* GNU tar's rmt exits after a close. */
		(void)remote_ask(remote, request, request_close(request),
		    &answer);
		remote_disconnect(remote);
		if (!remote_connect(remote))
			return false;
	}
	if (for_good)
		snprintf(r->shared->cleared, sizeof(r->shared->cleared), "%s",
		    remote->name);
	return true;
}
