/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/supervisor.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/volume_report.h"

#define POLL_MS 200
/* The processes that may work: a writer, and its checkpoint. */
#define WORKERS 2
#define LISTED_MAX 4000		/* findings in the record */

struct supervision {
	struct supervisor *s;
	struct dump_record *record;
	struct progress progress;
	pid_t workers[WORKERS];		/* the latest first; 0: none */
	uint64_t tape_blocks;
	bool ended;			/* MESSAGE_END has come */
	bool cancel_told;		/* the operator */
	bool cancel_passed_on;		/* to the workers there are */
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
}

/* Add an element to an array; what does not fit in memory is not recorded. */
static void *
grow(void *array, size_t count, size_t size)
{
	return reallocarray(array, count + 1, size);
}

static void
record_volume(struct dump_record *record, const struct message_volume *v,
    bool keep)
{
	/* One whose process died after it had told of it comes again. */
	const size_t n = v->number > 0 && v->number <= record->volume_count ?
	    v->number - 1 : record->volume_count;

	record->volume_count = n + 1;
	restore_command_note(&record->restore, v);
	volume_add_times(&record->times, &v->times);
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

/* ------------------------------------------------------------------ messages */

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
take_message(struct supervision *v, const struct message *m)
{
	switch (m->type) {
	case MESSAGE_DESCRIPTION:
		v->record->description = m->u.description;
		chain_log_begin(v->s->log, &m->u.description.id);
		progress_begin(&v->progress, v->s->rep,
		    m->u.description.estimate);
		break;
	case MESSAGE_WRITER:
		note_worker(v, m->u.writer.pid);
		break;
	case MESSAGE_PROGRESS:
		v->tape_blocks = m->u.tape_blocks;
		break;
	case MESSAGE_VOLUME:
		progress_end(&v->progress);
		record_volume(v->record, &m->u.volume, v->s->keep_volumes);
		chain_log_volume(v->s->log, &m->u.volume);
		break;
	case MESSAGE_REWRITE:
		record_rewrite(v->record, &m->u.rewrite);
		break;
	case MESSAGE_QUESTION:
		progress_end(&v->progress);
		answer_question(v, m->u.question);
		break;
	case MESSAGE_FINDING:
		if (v->s->keep_volumes)
			record_finding(v->record, &m->u.finding);
		break;
	case MESSAGE_END:
		progress_end(&v->progress);
		if (v->ended)	/* the checkpoint repeats what its writer said */
			break;
		v->ended = true;
		v->record->status = m->u.end.status;
		v->record->findings = m->u.end.findings;
		v->record->read_errors = m->u.end.read_errors;
		v->record->notes = m->u.end.notes;
		v->record->tape_blocks = m->u.end.tape_blocks;
		break;
	case MESSAGE_ANSWER:
		break;
	}
}

/* ------------------------------------------------------------------- signals */

static void
show_status(const struct supervision *v)
{
	char text[PROGRESS_TEXT_BYTES];

	progress_format(&v->progress, v->tape_blocks, clock_ns(), text);
	/* Asked for, so it is shown even with -q. */
	report_line(v->s->rep, "%s: %s", v->s->job, text);
}

static void
pass_cancel_on(struct supervision *v)
{
	if (v->cancel_passed_on)
		return;
	if (!v->cancel_told)
		report(v->s->rep, DE_ERROR, "aborted by %s",
		    signals_who_cancels(v->s->signals->cancel));
	v->cancel_told = true;
	for (int i = 0; i < WORKERS; i++)
		if (v->workers[i] > 0)
			kill(v->workers[i], SIGTERM);
	v->cancel_passed_on = true;
}

/* Without somebody to ask, an interrupt is meant as one. */
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
		    "the terminal is gone; the dump goes on");
	}
	if (signals->interrupt && !signals->cancel)
		take_interrupt(v);
	if (signals->cancel)
		pass_cancel_on(v);
}

/* ---------------------------------------------------------------- the loop */

/* Those that have ended.  What a command has left running may be among them. */
static void
reap(struct supervision *v)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (int i = 0; i < WORKERS; i++)
			if (v->workers[i] == pid)
				v->workers[i] = 0;
}

/* The operator has been told something else. */
static void
tell_too_late(const struct supervision *v)
{
	if (v->cancel_told && (v->record->status == EXIT_COMPLETE ||
	    v->record->status == EXIT_INCOMPLETE))
		report(v->s->rep, DE_WARNING, "that was too late to abort it: "
		    "all of it had been written");
}

/* They have let go of the channel, so they are about to. */
static void
wait_for_workers(const struct supervision *v)
{
	for (int i = 0; i < WORKERS; i++)
		while (v->workers[i] > 0 &&
		    waitpid(v->workers[i], NULL, 0) == -1 && errno == EINTR)
			;
}

void
supervisor_run(struct supervisor *s, pid_t worker, struct dump_record *record)
{
	struct supervision v = { .s = s, .record = record };
	struct pollfd channel = { .fd = s->channel, .events = POLLIN };
	struct message m;

	memset(record, 0, sizeof(*record));
	record->status = EXIT_ABORTED;
	progress_begin(&v.progress, s->rep, 0);
	v.workers[0] = worker;
	/* Until all have closed their end of the channel. */
	for (;;) {
		errno = 0;
		if (poll(&channel, 1, POLL_MS) > 0) {
			if (message_receive(s->channel, &m))
				take_message(&v, &m);
			else if (errno != EINTR)
				break;
		}
		reap(&v);
		take_signals(&v);
		if (!v.ended && v.tape_blocks > 0)
			progress_show(&v.progress, v.tape_blocks);
	}
	wait_for_workers(&v);
	progress_end(&v.progress);
	tell_too_late(&v);
	if (!v.ended && !s->signals->cancel)
		report(s->rep, DE_ERROR, "the processes of the dump ended "
		    "without a word; nothing is known of what they wrote");
}
