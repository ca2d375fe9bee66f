/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/media_change.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "core/host/eot.h"
#include "core/host/note.h"
#include "core/host/output.h"
#include "core/base/signals.h"

/* Until the operator has the next volume ready, or gives up. */
static enum exit_status
ask_for_volume(struct media_change *c, uint32_t volume)
{
	char question[MESSAGE_TEXT_BYTES];

	report(c->rep, DE_INFO, "change volumes: mount volume %" PRIu32,
	    volume);
	snprintf(question, sizeof(question), "Is the new volume (number %"
	    PRIu32 ") mounted and ready to go?", volume);
	for (;;) {
		switch (message_ask(c->channel, question)) {
		case ANSWER_YES:
			refusals_forget(&c->refusals);
			return EXIT_COMPLETE;
		case ANSWER_NOBODY:
			return EXIT_NO_OPERATOR;
		case ANSWER_CANCELLED:
			return EXIT_ABORTED;
		case ANSWER_NO:
			break;
		}
		switch (message_ask(c->channel, "Do you want to abort?")) {
		case ANSWER_YES:
			return EXIT_ABORTED;
		case ANSWER_NOBODY:
			return EXIT_NO_OPERATOR;
		case ANSWER_CANCELLED:
			return EXIT_ABORTED;
		case ANSWER_NO:
			break;
		}
	}
}

static void
report_given_up(const struct media_change *c, const struct de_volume_end *end,
    bool is_begun)
{
	const char *name = c->eot->plugin->descriptor.name;

	if (end->reason != DE_END_ERROR)
		report(c->rep, DE_ERROR, "%s gave the dump up at the end of "
		    "volume %" PRIu32, name, end->volume);
	else if (!is_begun)
		report(c->rep, DE_ERROR, "%s gave the dump up, as volume %"
		    PRIu32 " could not be begun", name, end->volume);
	else
		report(c->rep, DE_ERROR, "%s gave the dump up, as volume %"
		    PRIu32 " failed", name, end->volume);
}

/* `is_begun`: the volume was opened; only one that failed may not have been. */
static enum exit_status
ask_handler(struct media_change *c, const struct de_volume_end *end,
    bool is_begun)
{
	struct de_eot_reply reply;

	/* Then nobody would know what has become of the media. */
	if (!signals_has_supervisor())
		return EXIT_ABORTED;
	if (eot_volume_ended(c->eot, end, &reply) != DE_OK)
		reply.answer = DE_EOT_ABORT;
	switch (reply.answer) {
	case DE_EOT_GO_ON:
	case DE_EOT_ASK:
		/* Of a volume that comes again, the old name still holds. */
		if (reply.medium[0] != '\0')
			memcpy(c->medium, reply.medium, sizeof(c->medium));
		if (c->medium[0] != '\0')
			report(c->rep, DE_INFO, "volume %" PRIu32 " goes to %s",
			    end->next_volume, c->medium);
		return reply.answer == DE_EOT_GO_ON ? EXIT_COMPLETE :
		    ask_for_volume(c, end->next_volume);
	case DE_EOT_ABORT:
		break;
	}
	report_given_up(c, end, is_begun);
	return EXIT_ABORTED;
}

enum exit_status
media_change_next(struct media_change *c, const struct de_volume_end *end,
    const struct de_volume *next)
{
	c->medium[0] = '\0';
	if (c->eot != NULL)
		return ask_handler(c, end, true);
	if (output_needs_change(c->output, next))
		return ask_for_volume(c, next->number);
	return EXIT_COMPLETE;
}

void
media_change_at_end(struct media_change *c, const struct de_volume_end *end)
{
	struct de_eot_reply reply;

	if (c->eot != NULL && signals_has_supervisor())
		eot_volume_ended(c->eot, end, &reply);
}

void
media_change_begin_volume(struct media_change *c)
{
	c->attempt = 1;
	refusals_forget(&c->refusals);
}

/* To the operator, and to the supervisor for its report. */
static void
tell_rewrite(const struct media_change *c, uint32_t volume, bool refused,
    const char *why)
{
	struct message m = { .type = MESSAGE_REWRITE };

	if (refused)
		report(c->rep, DE_WARNING, "volume %" PRIu32 ": %s; trying the "
		    "medium that is there now", volume, why);
	else
		report(c->rep, DE_WARNING, "volume %" PRIu32 " is written "
		    "again from its checkpoint: %s", volume, why);
	m.u.rewrite.volume = volume;
	snprintf(m.u.rewrite.why, sizeof(m.u.rewrite.why), "%s", why);
	message_send(c->channel, &m, true);
}

/* Why the writer ended; `why` is a text for messages. */
static int
how_it_ended(const struct media_change_failure *f, enum de_failure failure,
    char *why, size_t size)
{
	char how[NOTE_HOW_BYTES];
	const enum note_ending ending = note_explain(f->pid, f->wait_status,
	    how, sizeof(how));
	const int code = WEXITSTATUS(f->wait_status);

	/* What status it had does not matter then. */
	if (ending == NOTE_IN_PLUGIN || WIFSIGNALED(f->wait_status)) {
		snprintf(why, size, "its process %s", how);
		return -1;
	}
	switch (code) {
	case EXIT_WRITE_FAILED:
		snprintf(why, size, "it could not be written%s%s",
		    failure == DE_FAILURE_OTHER ? "" : ": ",
		    failure == DE_FAILURE_OTHER ? "" : refusals_text(failure));
		break;
	case EXIT_VERIFY_FAILED:
		snprintf(why, size, "it failed its verification");
		break;
	case EXIT_OPEN_FAILED:
		snprintf(why, size, "%s", refusals_text(failure));
		break;
	case EXIT_CUT_SHORT:
		snprintf(why, size, "its end would tear the extended "
		    "attributes of an inode; it will end in front of them");
		break;
	case EXIT_RETRY:
		snprintf(why, size, "what went wrong may be over");
		break;
	case EXIT_TOO_SMALL:
		snprintf(why, size, "its medium holds too little");
		break;
	default:
		snprintf(why, size, "its process %s", how);
		break;
	}
	return code;
}

/* The status of the dump when nothing can be done about it. */
static enum exit_status
without_operator(int code, const struct de_volume_end *end, bool begun)
{
	if (code == EXIT_VERIFY_FAILED)
		return EXIT_BAD_VOLUME;
	/* Nothing was written yet, not even at an earlier attempt. */
	if (code == EXIT_OPEN_FAILED && end->volume == 1 && !begun)
		return EXIT_NOT_STARTED;
	return EXIT_NO_OPERATOR;
}

static enum exit_status
ask_operator(struct media_change *c, const struct de_volume_end *end, int code,
    bool begun)
{
	char question[MESSAGE_TEXT_BYTES];

	if (code == EXIT_OPEN_FAILED)
		snprintf(question, sizeof(question), "Do you want to retry the "
		    "open of volume %" PRIu32 "?", end->volume);
	else
		snprintf(question, sizeof(question), "Do you want to restart "
		    "volume %" PRIu32 ", on this medium or a new one?",
		    end->volume);
	switch (message_ask(c->channel, question)) {
	case ANSWER_YES:
		refusals_forget(&c->refusals);
		return EXIT_COMPLETE;
	case ANSWER_NO:
		return code == EXIT_VERIFY_FAILED ? EXIT_BAD_VOLUME :
		    EXIT_ABORTED;
	case ANSWER_CANCELLED:
		return EXIT_ABORTED;
	case ANSWER_NOBODY:
		break;
	}
	return without_operator(code, end, begun);
}

/*
 * A crash, a failed verification, a medium that was full from the beginning
 * may be over at the next attempt.
 */
static bool
may_be_over(int code)
{
	return code != EXIT_WRITE_FAILED && code != EXIT_OPEN_FAILED;
}

/*
 * Not one that ended its volume early, or whose output has seen to it itself,
 * or whose medium was refused while there may be others.
 */
static bool
is_attempt(struct media_change *c, int code, const struct de_volume_end *end,
    uint64_t mark)
{
	if (code == EXIT_CUT_SHORT || code == EXIT_RETRY)
		return false;
	if (code == EXIT_OPEN_FAILED)
		return refusals_note(&c->refusals, end->failure, mark);
	/* Full from the beginning, as a tape that it was to be appended to. */
	if (code == EXIT_TOO_SMALL && c->eot != NULL)
		return refusals_note(&c->refusals, DE_FAILURE_FULL, 0);
	refusals_forget(&c->refusals);
	return true;
}

/* Has the handler got something that helps? */
static bool
handler_may_help(const struct media_change *c, int code,
    const struct de_volume_end *end)
{
	return c->eot != NULL && code > 0 &&
	    end->failure != DE_FAILURE_SETTINGS;
}

enum exit_status
media_change_after_failure(struct media_change *c, struct de_volume_end *end,
    const struct media_change_failure *failure)
{
	char why[NOTE_HOW_BYTES + 16];
	enum exit_status status = EXIT_COMPLETE;
	const int code = how_it_ended(failure, end->failure, why, sizeof(why));
	const bool ended_early = code == EXIT_CUT_SHORT || code == EXIT_RETRY;
	const bool counts = is_attempt(c, code, end, failure->mark);
	const bool attempts_left = !counts || c->attempt <= c->rewrite_attempts;

	end->refused = c->refusals.count;
	if (ended_early && !failure->is_once) {
		tell_rewrite(c, end->volume, false, why);
		return EXIT_COMPLETE;
	}
	/* It gave up for good, and has said so. */
	if (code > 0 && code < EXIT_WRITE_FAILED)
		return (enum exit_status)code;
	if (failure->is_once) {
		report(c->rep, DE_ERROR, "volume %" PRIu32 ": %s, and %s "
		    "cannot be begun again", end->volume, why, end->medium);
		return EXIT_ABORTED;
	}
	if (attempts_left && handler_may_help(c, code, end))
		status = ask_handler(c, end, code != EXIT_OPEN_FAILED);
	else if (!attempts_left || !may_be_over(code))
		status = ask_operator(c, end, code, failure->begun);
	c->attempt += counts;
	if (status == EXIT_COMPLETE)
		tell_rewrite(c, end->volume, code == EXIT_OPEN_FAILED, why);
	else
		report(c->rep, DE_ERROR, "volume %" PRIu32 ": %s%s",
		    end->volume, why, status == EXIT_NO_OPERATOR ?
		    "; an operator is needed, and there is none" : "");
	return status;
}
