/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/select/read_errors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/operator/message.h"

void
read_errors_init(struct read_errors *r, uint64_t max_read_errors)
{
	r->step = r->allowed = max_read_errors;
}

/* Everything from now on is lost; listing it would not help. */
static void
give_up(struct read_errors *r)
{
	if (r->is_gone)
		return;
	r->is_gone = true;
	if (r->verdict == VERDICT_GO_ON)
		r->verdict = VERDICT_ABORT;
	report(r->rep, DE_ERROR, "%s is no longer readable; giving up the dump",
	    r->src->info.device);
}

void
read_errors_note(struct read_errors *r, const struct gather_loss *loss)
{
	const struct de_source_info *info = &r->src->info;
	const uint32_t block_size = info->block_size > 0 ? info->block_size :
	    DE_TAPE_BLOCK;
	char text[FINDING_TEXT_BYTES];

	if (loss->error == ENODEV) {
		give_up(r);
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64 " bytes at offset %" PRIu64 " "
	    "cannot be read and are zeros in the dump (address %" PRIu64 " of "
	    "the device, block %" PRIu64 "): %s", loss->length, loss->offset,
	    loss->address, loss->address / block_size, strerror(loss->error));
	findings_take_data(r->findings, loss->inode, text);
	r->lost++;
	r->not_there += loss->error == ENXIO;
}

static enum verdict
ask(struct read_errors *r, uint64_t count)
{
	char question[MESSAGE_TEXT_BYTES];

	report(r->rep, DE_ERROR, "%s: %" PRIu64 " read errors; max_read_errors "
	    "is %" PRIu64, r->src->info.device, count, r->step);
	snprintf(question, sizeof(question), "There were %" PRIu64 " read "
	    "errors. Do you want to continue, until there are %" PRIu64 " "
	    "more?", count, r->step);
	switch (message_ask(r->channel, question)) {
	case ANSWER_YES:
		r->allowed = count > UINT64_MAX - r->step ? UINT64_MAX :
		    count + r->step;
		return VERDICT_GO_ON;
	case ANSWER_NOBODY:
		return VERDICT_NO_OPERATOR;
	case ANSWER_NO:
	case ANSWER_CANCELLED:
		break;
	}
	return VERDICT_ABORT;
}

enum verdict
read_errors_check(struct read_errors *r)
{
	const uint64_t count = findings_read_errors(r->findings);

	if (r->step != 0 && count > r->allowed &&
	    r->verdict == VERDICT_GO_ON)
		r->verdict = ask(r, count);
	return r->verdict;
}

bool
read_errors_hook(void *read_errors, enum de_finding kind, uint32_t inode,
    const char *format, const char *text)
{
	struct read_errors *r = read_errors;

	findings_take(r->findings, kind, inode, format, text);
	return kind != DE_FINDING_READ_ERROR ||
	    read_errors_check(r) == VERDICT_GO_ON;
}

void
read_errors_advise(const struct read_errors *r)
{
	const uint64_t count = findings_read_errors(r->findings);

	/*
	 * Errors past the end of a truncated source do not indicate a failing
	 * disk.
	 */
	if (!r->is_gone && (count == 0 || (r->lost == count &&
	    r->not_there == count)))
		return;
	report(r->rep, DE_WARNING, "%s: %" PRIu64 " read error%s: the disk is "
	    "failing. Copy it to another disk with ddrescue first, and dump "
	    "the copy; smartctl -a shows its condition", r->src->info.device,
	    count, count == 1 ? "" : "s");
}
