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
#include "core/volume/writer_ending.h"

/* Ask until the operator has the next volume ready or aborts. */
static enum verdict
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
			return VERDICT_GO_ON;
		case ANSWER_NOBODY:
			return VERDICT_NO_OPERATOR;
		case ANSWER_CANCELLED:
			return VERDICT_ABORT;
		case ANSWER_NO:
			break;
		}
		switch (message_ask(c->channel, "Do you want to abort?")) {
		case ANSWER_YES:
			return VERDICT_ABORT;
		case ANSWER_NOBODY:
			return VERDICT_NO_OPERATOR;
		case ANSWER_CANCELLED:
			return VERDICT_ABORT;
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
		report(c->rep, DE_ERROR, "%s aborted the dump at the end of "
		    "volume %" PRIu32, name, end->volume);
	else if (!is_begun)
		report(c->rep, DE_ERROR, "%s aborted the dump because volume %"
		    PRIu32 " could not be opened", name, end->volume);
	else
		report(c->rep, DE_ERROR, "%s aborted the dump because volume %"
		    PRIu32 " failed", name, end->volume);
}

/* `is_begun`: the volume was opened; false only for one that failed to. */
static enum verdict
ask_handler(struct media_change *c, const struct de_volume_end *end,
    bool is_begun)
{
	struct de_eot_reply reply;

	/* Without a supervisor, no one would learn where the media went. */
	if (!signals_has_supervisor())
		return VERDICT_ABORT;
	if (eot_volume_ended(c->eot, end, &reply) != DE_OK)
		reply.answer = DE_EOT_ABORT;
	switch (reply.answer) {
	case DE_EOT_GO_ON:
	case DE_EOT_ASK:
		/* On a retry, the name given before stays valid. */
		if (reply.medium[0] != '\0')
			memcpy(c->medium, reply.medium, sizeof(c->medium));
		if (!places_allow_path(c->places, c->medium))
			return VERDICT_ABORT;
		if (c->medium[0] != '\0')
			report(c->rep, DE_INFO, "volume %" PRIu32 " goes to %s",
			    end->next_volume, c->medium);
		return reply.answer == DE_EOT_GO_ON ? VERDICT_GO_ON :
		    ask_for_volume(c, end->next_volume);
	case DE_EOT_ABORT:
		break;
	}
	report_given_up(c, end, is_begun);
	return VERDICT_ABORT;
}

enum verdict
media_change_next(struct media_change *c, const struct de_volume_end *end,
    const struct de_volume *next)
{
	c->medium[0] = '\0';
	if (c->eot != NULL)
		return ask_handler(c, end, true);
	if (output_needs_change(c->output, next))
		return ask_for_volume(c, next->number);
	return VERDICT_GO_ON;
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

/* Report a retry to the user, and to the supervisor for its record. */
static void
tell_rewrite(const struct media_change *c, uint32_t volume, bool refused,
    const char *why)
{
	struct message m = { .type = MESSAGE_REWRITE };

	if (refused)
		report(c->rep, DE_WARNING, "volume %" PRIu32 ": %s; trying the "
		    "current medium", volume, why);
	else
		report(c->rep, DE_WARNING, "volume %" PRIu32 ": %s; rewriting "
		    "it from its checkpoint", volume, why);
	m.u.rewrite.volume = volume;
	snprintf(m.u.rewrite.why, sizeof(m.u.rewrite.why), "%s", why);
	message_send(c->channel, &m, true);
}

/*
 * How the writer ended.  Puts the reason, for messages, into `why` and, with
 * WRITER_DUMP_ENDED, the status of the dump into *status.
 */
static enum writer_ending
how_it_ended(const struct media_change_failure *f, enum de_failure failure,
    char *why, size_t size, enum exit_status *status)
{
	char how[NOTE_HOW_BYTES];
	const enum note_ending ending = note_explain(f->pid, f->wait_status,
	    how, sizeof(how));
	enum writer_ending ended =
	    writer_ending_of(WEXITSTATUS(f->wait_status), status);

	/* Its exit status means nothing then. */
	if (ending == NOTE_IN_PLUGIN || WIFSIGNALED(f->wait_status))
		ended = WRITER_DIED;
	switch (ended) {
	case WRITER_WRITE_FAILED:
		snprintf(why, size, "write failed%s%s",
		    failure == DE_FAILURE_OTHER ? "" : ": ",
		    failure == DE_FAILURE_OTHER ? "" : refusals_text(failure));
		break;
	case WRITER_VERIFY_FAILED:
		snprintf(why, size, "verification failed");
		break;
	case WRITER_OPEN_FAILED:
		snprintf(why, size, "%s", refusals_text(failure));
		break;
	case WRITER_CUT_SHORT:
		snprintf(why, size, "its end would split the extended "
		    "attributes of an inode; ending it before them");
		break;
	case WRITER_CUT_BACK:
		snprintf(why, size, "its medium is full, and has no room to "
		    "end what its filters have written; ending it earlier");
		break;
	case WRITER_RETRY:
		snprintf(why, size, "transient error");
		break;
	case WRITER_TOO_SMALL:
		snprintf(why, size, "its medium is too small");
		break;
	case WRITER_DUMP_ENDED:
	case WRITER_DIED:
		snprintf(why, size, "its process %s", how);
		break;
	}
	return ended;
}

/* How the dump ends if an operator is needed but there is none. */
static enum verdict
without_operator(enum writer_ending ended, const struct de_volume_end *end,
    bool begun)
{
	if (ended == WRITER_VERIFY_FAILED)
		return VERDICT_BAD_VOLUME;
	/* No attempt has written anything. */
	if (ended == WRITER_OPEN_FAILED && end->volume == 1 && !begun)
		return VERDICT_NOT_STARTED;
	return VERDICT_NO_OPERATOR;
}

static enum verdict
ask_operator(struct media_change *c, const struct de_volume_end *end,
    enum writer_ending ended, bool begun)
{
	char question[MESSAGE_TEXT_BYTES];

	if (ended == WRITER_OPEN_FAILED)
		snprintf(question, sizeof(question), "Do you want to retry the "
		    "open of volume %" PRIu32 "?", end->volume);
	else
		snprintf(question, sizeof(question), "Do you want to restart "
		    "volume %" PRIu32 ", on this medium or a new one?",
		    end->volume);
	switch (message_ask(c->channel, question)) {
	case ANSWER_YES:
		refusals_forget(&c->refusals);
		return VERDICT_GO_ON;
	case ANSWER_NO:
		return ended == WRITER_VERIFY_FAILED ? VERDICT_BAD_VOLUME :
		    VERDICT_ABORT;
	case ANSWER_CANCELLED:
		return VERDICT_ABORT;
	case ANSWER_NOBODY:
		break;
	}
	return without_operator(ended, end, begun);
}

/*
 * Could a plain retry succeed?  After a crash, a failed verification or a
 * medium that was full from the start, it may.
 */
static bool
may_be_over(enum writer_ending ended)
{
	return ended != WRITER_WRITE_FAILED && ended != WRITER_OPEN_FAILED;
}

/*
 * Does the failure count as an attempt?  Not if the volume ended early on
 * purpose, if the output asked for a retry, or if the medium was refused and
 * there may be others.
 */
static bool
is_attempt(struct media_change *c, enum writer_ending ended,
    const struct de_volume_end *end, uint64_t mark)
{
	if (ended == WRITER_CUT_SHORT || ended == WRITER_CUT_BACK ||
	    ended == WRITER_RETRY)
		return false;
	if (ended == WRITER_OPEN_FAILED)
		return refusals_note(&c->refusals, end->failure, mark);
	/* Full from the start, like a tape to append to. */
	if (ended == WRITER_TOO_SMALL && c->eot != NULL)
		return refusals_note(&c->refusals, DE_FAILURE_FULL, 0);
	refusals_forget(&c->refusals);
	return true;
}

/* Could the handler help, perhaps with another medium? */
static bool
handler_may_help(const struct media_change *c, enum writer_ending ended,
    const struct de_volume_end *end)
{
	return c->eot != NULL && ended != WRITER_DIED &&
	    end->failure != DE_FAILURE_SETTINGS;
}

enum verdict
media_change_after_failure(struct media_change *c, struct de_volume_end *end,
    const struct media_change_failure *failure)
{
	char why[NOTE_HOW_BYTES + 16];
	enum verdict verdict = VERDICT_GO_ON;
	enum exit_status given_up = STATUS_ABORTED;
	const enum writer_ending ended = how_it_ended(failure, end->failure,
	    why, sizeof(why), &given_up);
	const bool ended_early = ended == WRITER_CUT_SHORT ||
	    ended == WRITER_CUT_BACK || ended == WRITER_RETRY;
	const bool counts = is_attempt(c, ended, end, failure->mark);
	const bool attempts_left = !counts || c->attempt <= c->rewrite_attempts;

	end->refused = c->refusals.count;
	if (ended_early && !failure->is_once) {
		tell_rewrite(c, end->volume, false, why);
		return VERDICT_GO_ON;
	}
	/* The writer ended the dump, and has reported why. */
	if (ended == WRITER_DUMP_ENDED)
		return verdict_of_status(given_up);
	if (failure->is_once) {
		report(c->rep, DE_ERROR, "volume %" PRIu32 ": %s; %s cannot be "
		    "rewritten", end->volume, why, end->medium);
		return VERDICT_ABORT;
	}
	if (attempts_left && handler_may_help(c, ended, end))
		verdict = ask_handler(c, end, ended != WRITER_OPEN_FAILED);
	else if (!attempts_left || !may_be_over(ended))
		verdict = ask_operator(c, end, ended, failure->begun);
	c->attempt += counts;
	if (verdict == VERDICT_GO_ON)
		tell_rewrite(c, end->volume, ended == WRITER_OPEN_FAILED, why);
	else
		report(c->rep, DE_ERROR, "volume %" PRIu32 ": %s%s",
		    end->volume, why, verdict == VERDICT_NO_OPERATOR ?
		    "; no operator to ask" : "");
	return verdict;
}
