/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_mount.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/config/config.h"
#include "core/host/eot.h"
#include "core/run/restore_describe.h"
#include "core/run/restore_source.h"
#include "plugins/common/spawn.h"

#define VOLUME_BYTES 768
#define SCRIPT_ASKS 1		/* exit status of the script of -F */

/* What is wanted, for the script of -F. */
struct wish {
	const struct restore_mount *mount;
	uint32_t number;
};

static void
put_text(const char *name, const char *value)
{
	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

/* -1: unknown. */
static void
put_number(const char *name, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	put_text(name, number < 0 ? NULL : text);
}

/* In the process that becomes the script. */
static bool
set_environment(void *arg)
{
	const struct wish *w = arg;
	const struct restore_source *s = w->mount->source;

	if (s == NULL || w->number > s->volume_count)
		return true;
	const struct restore_place *p = &s->volumes[w->number - 1];
	put_text("DUMPENGINE_BARCODE", p->barcode);
	put_text("DUMPENGINE_MEDIUM", p->label);
	put_number("DUMPENGINE_FILE", p->file);
	put_number("DUMPENGINE_LEVEL", s->identity.level);
	put_number("DUMPENGINE_DATE", s->identity.date);
	return true;
}

/* The exit status of the script of -F, or -1 after a report. */
static int
run_script(const struct restore_mount *m, uint32_t number)
{
	const char *script = m->r->request->script;
	char volume[16];
	const char *const argv[] = { script, m->name, volume, NULL };
	const int fds[] = { SPAWN_NO_FD, STDERR_FILENO, STDERR_FILENO };
	struct wish wish = { m, number };
	const struct spawn spawn = {
		.argv = argv,
		.fds = fds,
		.fd_count = sizeof(fds) / sizeof(fds[0]),
		.hears_exec = true,
		.prepare = set_environment,
		.arg = &wish,
	};
	int status = 0;

	snprintf(volume, sizeof(volume), "%" PRIu32, number);
	const pid_t pid = spawn_start(&spawn);
	if (pid == -1) {
		report(m->r->rep, DE_ERROR, "%s: cannot run it: %s", script,
		    strerror(errno));
		return -1;
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	if (!WIFEXITED(status)) {
		report(m->r->rep, DE_ERROR, "%s: killed by signal %d", script,
		    WTERMSIG(status));
		return -1;
	}
	return WEXITSTATUS(status);
}

/* ----------------------------------------------------------- an EOT handler */

/*
 * That of the job, if there is a configuration: it is not read for this alone,
 * unless it was named.
 */
static bool
has_handler(struct restore_mount *m)
{
	struct restore *r = m->r;
	const struct config *config = r->config == NULL &&
	    r->request->config != NULL ? restore_config(r) : r->config;
	const struct job_config *job = config == NULL || m->job[0] == '\0' ?
	    NULL : config_find_job(config, m->job);

	if (m->handler != NULL || m->has_no_handler)
		return m->handler != NULL;
	if (job != NULL && job->eot.plugin != NULL &&
	    job->eot.plugin->eot.volume_wanted != NULL)
		m->handler = instance_new(job->eot.plugin, job->eot.options,
		    r->rep, r->cancelled);
	m->has_no_handler = m->handler == NULL;
	return m->handler != NULL;
}

static enum de_eot_answer
ask_handler(const struct restore_mount *m, uint32_t number)
{
	const struct restore_source *s = m->source;
	struct de_volume_wanted wanted = {
		.struct_size = sizeof(wanted),
		.volume = number,
		.drive = m->name,
		.job = m->job,
		.file = -1,
	};
	enum de_eot_answer answer;

	if (s != NULL && number <= s->volume_count) {
		const struct restore_place *p = &s->volumes[number - 1];
		wanted.barcode = p->barcode;
		wanted.medium = p->label;
		wanted.file = p->file;
		wanted.date = s->identity.date;
		wanted.level = (uint32_t)s->identity.level;
	}
	return eot_volume_wanted(m->handler, &wanted, &answer) == DE_OK ?
	    answer : DE_EOT_ABORT;
}

void
restore_mount_end(struct restore_mount *m)
{
	instance_free(m->handler);
	m->handler = NULL;
}

/* -------------------------------------------------------------- the operator */

static enum verdict
verdict_of(const struct restore_mount *m, enum message_answer answer)
{
	switch (answer) {
	case ANSWER_YES:
		return VERDICT_GO_ON;
	case ANSWER_NOBODY:
		return VERDICT_NO_OPERATOR;
	default:
		if (*m->r->cancelled == 0)
			report(m->r->rep, DE_ERROR, "aborted by the operator");
		return VERDICT_ABORT;
	}
}

/* "volume 2", and where it is if the catalogue knows. */
static const char *
volume_text(const struct restore_mount *m, uint32_t number,
    char text[static VOLUME_BYTES])
{
	char set[RESTORE_SET_BYTES], place[RESTORE_MEDIUM_BYTES];
	const struct restore_source *s = m->source;

	if (s == NULL || number > s->volume_count) {
		snprintf(text, VOLUME_BYTES, "volume %" PRIu32, number);
		return text;
	}
	restore_describe_set(&s->identity, set);
	restore_place_describe(&s->volumes[number - 1], place);
	snprintf(text, VOLUME_BYTES, "volume %" PRIu32 " of %s (%s)", number,
	    set, place);
	return text;
}

static enum verdict
ask(struct restore_mount *m, uint32_t number, bool *skip)
{
	char question[MESSAGE_TEXT_BYTES], volume[VOLUME_BYTES];

	volume_text(m, number, volume);
	snprintf(question, sizeof(question), "%s: is %s mounted and ready to "
	    "read?", m->name, volume);
	enum message_answer answer = operator_ask_medium(&m->r->op, question,
	    m->typed, sizeof(m->typed));
	if (answer != ANSWER_NO)
		return verdict_of(m, answer);
	snprintf(question, sizeof(question), "Do you want to do without %s?  "
	    "What is on it will be missing", volume);
	answer = operator_ask(&m->r->op, question);
	*skip = answer == ANSWER_YES;
	return verdict_of(m, answer);
}

/* ---------------------------------------------------------------- both of them */

static enum de_eot_answer
ask_script(const struct restore_mount *m, uint32_t number)
{
	const int status = run_script(m, number);

	if (status == 0 || status == SCRIPT_ASKS)
		return status == 0 ? DE_EOT_GO_ON : DE_EOT_ASK;
	report(m->r->rep, DE_ERROR, "%s: aborted by its exit status %d",
	    m->r->request->script, status);
	return DE_EOT_ABORT;
}

/* What can bring it without the operator is tried once. */
static enum de_eot_answer
bring(struct restore_mount *m, uint32_t number)
{
	const bool has_script = m->r->request->script != NULL;

	if (m->scripted == number || (!has_script && !has_handler(m)))
		return DE_EOT_ASK;
	m->scripted = number;
	return has_script ? ask_script(m, number) : ask_handler(m, number);
}

enum verdict
restore_mount_want(struct restore_mount *m, uint32_t number, const char *why,
    bool *skip)
{
	const struct restore_request *q = m->r->request;
	char volume[VOLUME_BYTES];

	*skip = false;
	m->typed[0] = '\0';
	switch (bring(m, number)) {
	case DE_EOT_GO_ON:
		return VERDICT_GO_ON;
	case DE_EOT_ABORT:
		return VERDICT_ABORT;
	case DE_EOT_ASK:
		break;
	}
	report(m->r->rep, DE_WARNING, "%s: %s: %s", m->name,
	    volume_text(m, number, volume), why);
	if (operator_is_there(&m->r->op) && !q->goes_on)
		return ask(m, number, skip);
	/* Only a drive needs somebody: what is no file now is none later. */
	if (!m->is_drive || q->goes_on) {
		*skip = true;
		return VERDICT_GO_ON;
	}
	return ask(m, number, skip);
}
