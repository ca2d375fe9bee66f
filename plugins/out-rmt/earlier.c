/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * earlier.c - the dump that the file of a target has already
 *
 * Its first tape block is fetched before the file is emptied, as no rmt could give
 * it back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/label.h"
#include "out-rmt.h"

#define DATE_BYTES 40

static enum de_status
refuse(struct out_rmt *r, const struct label *label)
{
	const time_t t = (time_t)label->date;
	char date[DATE_BYTES];
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(date, sizeof(date), "%a %b %e %H:%M:%S %Y", &tm) == 0)
		date[0] = '\0';
	r->is_protected = true;
	r->host->report(r->host, DE_ERROR, "%s exists already: it is volume %"
	    PRIu32 " of the level %" PRId32 " dump of %s of %s, which others "
	    "build on, this one perhaps; give a target that differs, as with "
	    "%%l for the level or %%d for the date", r->remote.name,
	    label->volume, label->level, label->device, date);
	return DE_FAILED;
}

/* An engine without these services knows of none. */
static enum de_status
let_go(struct out_rmt *r, const struct label *label, bool for_good)
{
	const struct de_host *host = r->host;
	const struct de_dump_found found = label_found(label);

	if (!DE_HAS(host, dump_retire) || host->dump_state == NULL ||
	    host->dump_retire == NULL)
		return DE_OK;
	switch (host->dump_state(host, &found)) {
	case DE_DUMP_UNFINISHED:
		return DE_OK;
	case DE_DUMP_BASE:
		return refuse(r, label);
	case DE_DUMP_FINISHED:
	case DE_DUMP_UNKNOWN:
		break;
	}
	if (!for_good || host->dump_retire(host, &found) == DE_OK)
		return DE_OK;
	r->is_protected = true;
	return DE_FAILED;
}

/*
 * The beginning of the file, if it can be read; *length is 0 if not, or if
 * there is none.  False after reporting that the line does not work.
 */
static bool
fetch(struct remote *remote, uint8_t *block, size_t *length)
{
	char request[REQUEST_BYTES];
	struct answer answer;

	*length = 0;
	if (!remote_ask(remote, request, request_open(request,
	    remote->target.file, OPEN_LOOK), &answer))
		return false;
	if (answer.error != 0)
		return true;
	if (!remote_ask(remote, request, request_read(request, DE_TAPE_BLOCK),
	    &answer))
		return false;
	if (answer.error == 0 && answer.number > DE_TAPE_BLOCK) {
		connection_distrust(remote->connection, "gives more than it "
		    "was asked for");
		return false;
	}
	if (answer.error == 0 && !connection_receive(remote->connection,
	    block, (size_t)answer.number))
		return false;
	if (answer.error == 0)
		*length = (size_t)answer.number;
	/* rmt of GNU tar ends by a close. */
	(void)remote_ask(remote, request, request_close(request), &answer);
	remote_disconnect(remote);
	return remote_connect(remote);
}

bool
out_rmt_let_go(struct out_rmt *r, bool for_good)
{
	struct remote *remote = &r->remote;
	uint8_t block[DE_TAPE_BLOCK];
	struct label label;
	size_t length;

	if (r->tape == TAPE_YES || target_is_device(&remote->target) ||
	    strcmp(r->shared->cleared, remote->name) == 0)
		return true;
	if (!fetch(remote, block, &length) ||
	    (label_parse(block, length, &label) &&
	    let_go(r, &label, for_good) != DE_OK))
		return false;
	if (for_good)
		snprintf(r->shared->cleared, sizeof(r->shared->cleared), "%s",
		    remote->name);
	return true;
}
