/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/operator/supervisor.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/host/note.h"
#include "core/host/orphans.h"
#include "core/operator/volume_report.h"

#define POLL_MS 200
#define END_POLL_MS 20
/* Processes that work at a time: a writer and its checkpoint. */
#define WORKERS 2
#define LISTED_MAX 4000		/* findings in the record */
#define SAID_MAX 2000		/* lines of an EOT handler in the record */

struct supervision {
	struct supervisor *s;
	struct dump_record *record;
	struct progress progress;
	pid_t workers[WORKERS];		/* latest first; 0: none */
	uint64_t tape_blocks;
	bool ended;			/* received MESSAGE_END */
	bool cancel_passed_on;		/* to all current workers */
	uint64_t cancelled_ns;		/* when cancelled; 0: not yet */
	uint64_t killed_ns;		/* when workers were killed; 0: no */
	bool plugin_ended;		/* a plugin ended a worker */
	bool killed_in_plugin;		/* a worker was killed in a plugin */
	char killed[NOTE_HOW_BYTES];	/* how a worker was killed, or "" */
};

void
dump_record_free(struct dump_record *record)
{
	free(record->volumes);
	free(record->rewrites);
	for (size_t i = 0; i < record->listed_count; i++) {
		free(record->listed[i].path);
		free(record->listed[i].text);
	}
	free(record->listed);
	free(record->replaced);
	for (size_t i = 0; i < record->said_count; i++)
		free(record->said[i].text);
	free(record->said);
}

/* Make room for one more element.  NULL if out of memory: do not record it. */
static void *
grow(void *array, size_t count, size_t size)
{
	return reallocarray(array, count + 1, size);
}

static void
record_volume(struct dump_record *record, const struct message_volume *v,
    bool keep)
{
	/* A volume is reported again if its process died after reporting. */
	const size_t n = v->number > 0 && v->number <= record->volume_count ?
	    v->number - 1 : record->volume_count;

	if (n < record->volume_count)
		record->medium_bytes -= record->last_medium_bytes;
	record->is_filtered = v->is_filtered;
	record->medium_bytes += v->medium_bytes;
	record->last_medium_bytes = v->medium_bytes;
	record->volume_count = n + 1;
	restore_command_note(&record->restore, v);
	times_add(&record->times, &v->times);
	if (!keep)
		return;
	struct message_volume *volumes = grow(record->volumes, n,
	    sizeof(*volumes));
	if (volumes == NULL) {
		record->volume_count = n;
		return;
	}
	record->volumes = volumes;
	volumes[n] = *v;
}

static void
record_rewrite(struct dump_record *record, const struct message_rewrite *r)
{
	struct message_rewrite *rewrites = grow(record->rewrites,
	    record->rewrite_count, sizeof(*rewrites));

	if (rewrites == NULL)
		return;
	record->rewrites = rewrites;
	rewrites[record->rewrite_count++] = *r;
}

/* A volume that is written again has replaced the same. */
static void
record_replaced(struct dump_record *record, const struct message_replaced *r)
{
	for (size_t i = 0; i < record->replaced_count; i++)
		if (memcmp(&record->replaced[i], r, sizeof(*r)) == 0)
			return;
	struct message_replaced *replaced = grow(record->replaced,
	    record->replaced_count, sizeof(*replaced));

	if (replaced == NULL)
		return;
	record->replaced = replaced;
	replaced[record->replaced_count++] = *r;
}

/* Keep the last lines, which tell why the dump ended. */
static void
record_said(struct dump_record *record, const struct message_said *m)
{
	char *text = strdup(m->text);

	if (text == NULL)
		return;
	if (record->said_count == SAID_MAX) {
		free(record->said[0].text);
		memmove(record->said, record->said + 1,
		    --record->said_count * sizeof(*record->said));
	}
	struct said_line *said = grow(record->said, record->said_count,
	    sizeof(*said));
	if (said == NULL) {
		free(text);
		return;
	}
	record->said = said;
	said += record->said_count++;
	said->volume = m->volume;
	said->text = text;
}

static void
record_finding(struct dump_record *record, const struct message_finding *f)
{
	if (record->listed_count >= LISTED_MAX)
		return;
	struct listed_finding *listed = grow(record->listed,
	    record->listed_count, sizeof(*listed));
	if (listed == NULL)
		return;
	record->listed = listed;
	listed += record->listed_count;
	*listed = (struct listed_finding){ f->kind, f->inode,
	    strdup(f->path), strdup(f->text) };
	if (listed->path != NULL && listed->text != NULL) {
		record->listed_count++;
		return;
	}
	free(listed->path);
	free(listed->text);
}

/* ----------------------------------------------------------------- messages */

static void
note_worker(struct supervision *v, pid_t pid)
{
	if (v->workers[0] == pid)
		return;
	v->workers[1] = v->workers[0];
	v->workers[0] = pid;
	v->cancel_passed_on = false;
}

static void
answer_question(struct supervision *v, const char *question)
{
	const struct message m = {
		.type = MESSAGE_ANSWER,
		.u.answer = operator_ask(&v->s->op, question),
	};
	message_send(v->s->channel, &m, true);
}

static void
answer_settle(const struct supervision *v)
{
	const struct message m = { .type = MESSAGE_SETTLED };

	message_send(v->s->channel, &m, true);
}

static void
pass_on(const struct supervision *v)
{
	if (v->s->noted != NULL)
		v->s->noted(v->s->noted_arg, v->record);
}

/*
 * Its process died after it had told of the volume, which is about to be written
 * again.  If that was the last one, the dump is not whole until it is.
 */
static void
take_back(const struct supervision *v, uint32_t number)
{
	struct dump_record *record = v->record;

	if (number == 0 || number > record->volume_count)
		return;
	chain_log_rewrite(v->s->log);
	if (record->volumes == NULL)
		return;
	record->volumes[number - 1].reason = DE_END_ERROR;
	pass_on(v);
}

static void
take_message(struct supervision *v, const struct message *m)
{
	switch (m->type) {
	case MESSAGE_DESCRIPTION:
		v->record->description = m->u.description;
		chain_log_begin(v->s->log, &m->u.description.id);
		progress_begin(&v->progress, v->s->rep,
		    m->u.description.estimate);
		pass_on(v);
		break;
	case MESSAGE_WRITER:
		note_worker(v, m->u.writer.pid);
		take_back(v, m->u.writer.volume);
		break;
	case MESSAGE_PROGRESS:
		v->tape_blocks = m->u.tape_blocks;
		break;
	case MESSAGE_HEAD:
		chain_log_head(v->s->log, m->u.head.volume, m->u.head.head);
		break;
	case MESSAGE_VOLUME:
		progress_end(&v->progress);
		record_volume(v->record, &m->u.volume, v->s->keep_volumes);
		chain_log_volume(v->s->log, m->u.volume.number,
		    m->u.volume.medium, m->u.volume.reason == DE_END_LAST);
		pass_on(v);
		break;
	case MESSAGE_REWRITE:
		record_rewrite(v->record, &m->u.rewrite);
		break;
	case MESSAGE_QUESTION:
		progress_end(&v->progress);
		answer_question(v, m->u.question);
		break;
	case MESSAGE_SAID:
		record_said(v->record, &m->u.said);
		break;
	case MESSAGE_REPLACED:
		record_replaced(v->record, &m->u.replaced);
		break;
	case MESSAGE_FINDING:
		if (m->u.finding.kind != DE_FINDING_NOTE)
			chain_log_retake(v->s->log, m->u.finding.inode);
		if (v->s->keep_volumes)
			record_finding(v->record, &m->u.finding);
		break;
	case MESSAGE_RETAKE:
		chain_log_retake(v->s->log, m->u.inode);
		break;
	case MESSAGE_END:
		progress_end(&v->progress);
		if (v->ended)	/* the checkpoint repeats its writer's */
			break;
		v->ended = true;
		v->record->status = m->u.end.status;
		v->record->findings = m->u.end.findings;
		v->record->read_errors = m->u.end.read_errors;
		v->record->notes = m->u.end.notes;
		v->record->tape_blocks = m->u.end.tape_blocks;
		break;
	case MESSAGE_SETTLE:
		answer_settle(v);
		break;
	case MESSAGE_ANSWER:
	case MESSAGE_SETTLED:
		break;
	}
}

/* ------------------------------------------------------------------ signals */

static void
show_status(const struct supervision *v)
{
	char text[PROGRESS_TEXT_BYTES];

	progress_format(&v->progress, v->tape_blocks, clock_ns(), text);
	/* The user asked for it, so show it even with -q. */
	report_line(v->s->rep, "%s: %s", v->s->job, text);
}

static void
pass_cancel_on(struct supervision *v)
{
	if (v->cancel_passed_on)
		return;
	if (v->cancelled_ns == 0) {
		report(v->s->rep, DE_ERROR, "aborted by %s",
		    signals_who_cancels(v->s->signals->cancel));
		v->cancelled_ns = clock_ns();
	}
	for (int i = 0; i < WORKERS; i++)
		if (v->workers[i] > 0)
			kill(v->workers[i], SIGTERM);
	v->cancel_passed_on = true;
}

/* Report which plugin calls keep the workers from ending, if any. */
static void
tell_what_hangs(const struct supervision *v)
{
	char calls[NOTE_TEXT_BYTES];
	bool told = false;

	for (int i = 0; i < WORKERS; i++) {
		if (v->workers[i] <= 0 || kill(v->workers[i], 0) == -1 ||
		    !note_find(v->workers[i], calls, sizeof(calls)))
			continue;
		report(v->s->rep, DE_ERROR, "%s has not returned; killing its "
		    "process", calls);
		told = true;
	}
	if (!told)
		report(v->s->rep, DE_ERROR, "the processes of the dump have "
		    "not ended; killing them");
}

/* Kill the checkpoint first, lest it fork another writer. */
static void
kill_workers(const struct supervision *v)
{
	for (int i = WORKERS - 1; i >= 0; i--)
		if (v->workers[i] > 0)
			kill(v->workers[i], SIGKILL);
	orphans_kill();
}

static void
end_what_hangs(struct supervision *v)
{
	if (v->killed_ns == 0) {
		if (!v->s->signals->insists && clock_ns() - v->cancelled_ns <
		    SUPERVISOR_CANCEL_MS * NS_PER_MS)
			return;
		tell_what_hangs(v);
		v->killed_ns = clock_ns();
	}
	kill_workers(v);
}

/* Ask whether to abort.  Without an operator to ask, SIGINT aborts. */
static void
take_interrupt(struct supervision *v)
{
	struct signals *signals = v->s->signals;

	signals->interrupt = 0;
	if (operator_is_there(&v->s->op) && operator_ask(&v->s->op,
	    "Do you want to abort the dump?") == ANSWER_NO)
		return;
	signals->cancel = SIGINT;
}

static void
take_signals(struct supervision *v)
{
	struct signals *signals = v->s->signals;

	if (signals->status) {
		signals->status = 0;
		show_status(v);
	}
	if (signals->hangup) {
		signals->hangup = 0;
		report(v->s->rep, DE_WARNING,
		    "the terminal is gone; the dump continues");
	}
	if (signals->interrupt && !signals->cancel)
		take_interrupt(v);
	if (signals->cancel) {
		pass_cancel_on(v);
		end_what_hangs(v);
	}
}

/* ---------------------------------------------------------------- the loop */

/* Note a process that was killed, or that a plugin ended. */
static void
look_at_end(struct supervision *v, pid_t pid, int wait_status)
{
	char how[NOTE_HOW_BYTES];
	const enum note_ending ending = note_explain(pid, wait_status, how,
	    sizeof(how));
	bool is_worker = false;

	for (int i = 0; i < WORKERS; i++)
		if (v->workers[i] == pid) {
			v->workers[i] = 0;
			is_worker = true;
		}
	if (v->killed_ns != 0) {
		v->plugin_ended |= ending == NOTE_IN_PLUGIN;
		return;
	}
	if (ending == NOTE_IN_PLUGIN && WIFSIGNALED(wait_status) &&
	    WTERMSIG(wait_status) == SIGKILL) {
		/* Not the plugin's doing, and no loss once the dump ended. */
		v->killed_in_plugin = true;
		snprintf(v->killed, sizeof(v->killed), "%s", how);
	} else if (ending == NOTE_IN_PLUGIN) {
		v->plugin_ended = true;
		report(v->s->rep, DE_ERROR, "a process of the dump %s", how);
	} else if (is_worker && WIFSIGNALED(wait_status)) {
		snprintf(v->killed, sizeof(v->killed), "%s", how);
	}
}

/* Reap all processes that ended, orphans of commands included. */
static void
reap(struct supervision *v)
{
	int wait_status;
	pid_t pid;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0)
		look_at_end(v, pid, wait_status);
	/* A writer may have been reaped by its checkpoint. */
	for (int i = 0; i < WORKERS; i++)
		if (v->workers[i] > 0 && kill(v->workers[i], 0) == -1 &&
		    errno == ESRCH)
			v->workers[i] = 0;
}

/* Correct "aborted by", reported before, if the dump finished nevertheless. */
static void
tell_too_late(const struct supervision *v)
{
	if (v->cancelled_ns != 0 && (v->record->status == STATUS_COMPLETE ||
	    v->record->status == STATUS_INCOMPLETE))
		report(v->s->rep, DE_WARNING, "too late to abort: the dump was "
		    "already complete");
}

static bool
has_workers(const struct supervision *v)
{
	for (int i = 0; i < WORKERS; i++)
		if (v->workers[i] > 0)
			return true;
	return false;
}

/* Do killed processes not end?  They hang in the kernel. */
static bool
is_late(const struct supervision *v)
{
	return v->killed_ns != 0 && clock_ns() - v->killed_ns >
	    SUPERVISOR_KILL_MS * NS_PER_MS;
}

/* Stop listening, even if some process still holds the channel open? */
static bool
is_over(const struct supervision *v)
{
	return is_late(v) || (v->ended && !has_workers(v));
}

/* Wait for workers that have closed the channel, and so are about to exit. */
static void
wait_for_workers(struct supervision *v)
{
	while (has_workers(v) && !is_late(v)) {
		poll(NULL, 0, END_POLL_MS);	/* interrupted by SIGCHLD */
		reap(v);
		take_signals(v);
	}
}

/* After a failure, show what the EOT handler said if -q hid it. */
static void
tell_said(const struct supervision *v)
{
	const struct dump_record *record = v->record;

	if (report_is_shown(v->s->rep, DE_INFO) ||
	    record->status == STATUS_COMPLETE ||
	    record->status == STATUS_INCOMPLETE)
		return;
	for (size_t i = 0; i < record->said_count; i++)
		report_line(v->s->rep, "%s: %s", v->s->job,
		    record->said[i].text);
}

/* Decide the status of a dump whose processes did not end properly. */
static void
judge(const struct supervision *v)
{
	struct dump_record *record = v->record;

	if (!v->ended) {
		if (v->killed_in_plugin)
			report(v->s->rep, DE_ERROR, "a process of the dump %s",
			    v->killed);
		if ((v->plugin_ended || v->killed_in_plugin) &&
		    record->description.date == 0 &&
		    v->s->signals->cancel == 0)
			record->status = STATUS_NOT_STARTED;
		else if (!v->plugin_ended && !v->killed_in_plugin &&
		    v->s->signals->cancel == 0)
			report(v->s->rep, DE_ERROR, "the processes of the dump "
			    "ended unexpectedly; the state of its volumes is "
			    "unknown%s%s", v->killed[0] != '\0' ?
			    "; a process " : "", v->killed);
	} else if (v->plugin_ended && record->status == STATUS_COMPLETE) {
		/* All is written, but a plugin like that cannot be trusted. */
		record->status = STATUS_INCOMPLETE;
	}
}

void
supervisor_run(struct supervisor *s, pid_t worker, struct dump_record *record)
{
	struct supervision v = { .s = s, .record = record };
	struct pollfd channel = { .fd = s->channel, .events = POLLIN };
	struct message m;

	memset(record, 0, sizeof(*record));
	record->status = STATUS_ABORTED;
	progress_begin(&v.progress, s->rep, 0);
	v.workers[0] = worker;
	/* Until all processes have closed their end of the channel. */
	for (;;) {
		errno = 0;
		if (poll(&channel, 1, POLL_MS) > 0) {
			if (message_receive(s->channel, &m))
				take_message(&v, &m);
			else if (errno != EINTR)
				break;
		}
		else if (is_over(&v))
			break;
		reap(&v);
		take_signals(&v);
		if (!v.ended && v.tape_blocks > 0)
			progress_show(&v.progress, v.tape_blocks);
	}
	wait_for_workers(&v);
	progress_end(&v.progress);
	judge(&v);
	tell_said(&v);
	tell_too_late(&v);
}
