/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_medium.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/config/config.h"
#include "core/host/instance.h"
#include "core/run/restore_order.h"
#include "plugins/common/spawn.h"

#define SCSI_TAPE_MAJOR 9	/* Documentation/admin-guide/devices.txt */
#define WHY_BYTES 1024
#define DIGITS_MAX 9		/* of a number at the end of a name */
#define GAP_MAX 9		/* volumes in a row that may be missing */
#define SCRIPT_ASKS 1		/* exit status of the script of -F */
#define DEFAULT_CONFIG SYSCONFDIR "/dumpengine/dumpengine.conf"

enum place {
	PLACE_FILE,
	PLACE_TAPE,
	PLACE_REMOTE
};

struct restore_medium {
	struct restore *r;		/* borrowed */
	const char *name;		/* borrowed */
	const char *job;		/* borrowed; "" */
	struct option_set *options;	/* owned; NULL: those of the job */
	struct instance *output;
	bool is_drive;
	bool is_lasting;
	uint32_t names;			/* of volumes; 0: unknown */
	uint32_t scripted;		/* the script was run for this volume */
};

/* ------------------------------------------------------------ what it is */

static enum place
place_of(const char *name)
{
	const char *colon = strchr(name, ':');
	const char *slash = strchr(name, '/');
	struct stat st;

	if (stat(name, &st) == 0)
		return S_ISCHR(st.st_mode) &&
		    major(st.st_rdev) == SCSI_TAPE_MAJOR ? PLACE_TAPE :
		    PLACE_FILE;
	if (colon != NULL && colon != name && (slash == NULL || colon < slash))
		return PLACE_REMOTE;
	return strncmp(name, "/dev/st", 7) == 0 ||
	    strncmp(name, "/dev/nst", 8) == 0 ? PLACE_TAPE : PLACE_FILE;
}

/* `name` with each % doubled, and then `suffix`; to be freed. */
static char *
literally(const char *name, size_t length, const char *suffix)
{
	char *text = malloc(2 * length + strlen(suffix) + 1);
	char *p = text;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (name[i] == '%')
			*p++ = '%';
		*p++ = name[i];
	}
	memcpy(p, suffix, strlen(suffix) + 1);
	return text;
}

/* Set or, for a list, add to an option.  False after a report. */
static bool
put(struct restore_medium *m, const char *key, const char *value)
{
	const int index = option_find(m->options->table, key);
	char why[OPTION_WHY_BYTES] = "the plugin has no such option";

	if (value == NULL) {
		report(m->r->rep, DE_ERROR, "out of memory");
		return false;
	}
	if (index >= 0 && (m->options->table[index].type == DE_OPTION_STRINGS ?
	    option_add_text(m->options, index, value, why) :
	    option_put_text(m->options, index, value, why)))
		return true;
	report(m->r->rep, DE_ERROR, "%s: %s: %s", m->name, key, why);
	return false;
}

static bool
put_number(struct restore_medium *m, const char *key, int64_t number)
{
	const int index = option_find(m->options->table, key);
	char why[OPTION_WHY_BYTES] = "the plugin has no such option";

	if (index >= 0 && option_put_number(m->options, index, number, why))
		return true;
	report(m->r->rep, DE_ERROR, "%s: %s: %s", m->name, key, why);
	return false;
}

static bool
put_freed(struct restore_medium *m, const char *key, char *value)
{
	const bool ok = put(m, key, value);

	free(value);
	return ok;
}

/* "a,b,c": each volume by its name, as dump(8) takes them, in any order. */
static bool
put_list(struct restore_medium *m, const char *key)
{
	char **names = NULL;
	size_t count = 0;
	bool ok = true;

	if (!restore_order_list(m->name, &names, &count))
		return restore_no_room(m->r);
	for (size_t i = 0; ok && i < count; i++)
		ok = put_freed(m, key, literally(names[i], strlen(names[i]),
		    ""));
	m->names = (uint32_t)count;
	restore_order_free(names, count);
	return ok;
}

/* Where the digits at its end begin, if they say 1; else NULL. */
static const char *
find_number_one(const char *name)
{
	const char *end = name + strlen(name);
	const char *digits = end;

	while (digits > name && digits[-1] >= '0' && digits[-1] <= '9')
		digits--;
	const size_t width = (size_t)(end - digits);
	return width > 0 && width <= DIGITS_MAX && end[-1] == '1' &&
	    strspn(digits, "0") == width - 1 ? digits : NULL;
}

/* The name of another volume, with as many digits; to be freed. */
static char *
numbered(const char *name, const char *digits, uint32_t number)
{
	char *text;

	return asprintf(&text, "%.*s%0*" PRIu32, (int)(digits - name), name,
	    (int)strlen(digits), number) == -1 ? NULL : text;
}

/* The number of the last volume beside the first; a few may be missing. */
static uint32_t
last_beside(const char *name, const char *digits)
{
	uint32_t last = 1;

	for (uint32_t n = 2; n <= last + GAP_MAX; n++) {
		char *other = numbered(name, digits, n);
		if (other != NULL && access(other, F_OK) == 0)
			last = n;
		free(other);
	}
	return last;
}

/*
 * "NAME001" and those that stand beside it, NAME002 and so on.  Each is looked
 * at before it is taken for a volume of the set.
 */
static bool
put_numbered(struct restore_medium *m, const char *key, const char *digits)
{
	for (uint32_t n = 1; n <= m->names; n++) {
		char *name = numbered(m->name, digits, n);
		char *text = name == NULL ? NULL :
		    literally(name, strlen(name), "");
		free(name);
		if (!put_freed(m, key, text))
			return false;
	}
	return true;
}

/* Where the volumes are: by prefix, by pattern, as a list, or a single one. */
static bool
put_names(struct restore_medium *m, const char *key, bool is_there)
{
	const char *name = m->name;
	const size_t length = strlen(name);

	if (m->r->request->multi_volume)
		return put_freed(m, key, literally(name, length, "%v"));
	if (!is_there && strstr(name, "%v") != NULL)
		return put(m, key, name);
	if (!is_there && strchr(name, ',') != NULL)
		return put_list(m, key);
	const char *digits = is_there ? find_number_one(name) : NULL;
	if (digits != NULL) {
		m->names = last_beside(name, digits);
		return put_numbered(m, key, digits);
	}
	m->names = 1;
	return put_freed(m, key, literally(name, length, ""));
}

static bool
put_file(struct restore_medium *m)
{
	struct stat st;
	const bool is_there = stat(m->name, &st) == 0;
	const bool is_standard = strcmp(m->name, "-") == 0;

	m->is_lasting = !is_standard && (!is_there || S_ISREG(st.st_mode) ||
	    S_ISBLK(st.st_mode));
	return put_names(m, "path", is_there || is_standard);
}

/*
 * The file of the tape: that of -s, or where the tape is (-1).  A drive that is
 * named more than once has a set in each file, from that of -s or the first on.
 */
static int64_t
tape_file(const struct restore_medium *m)
{
	const struct restore_request *q = m->r->request;
	const int64_t first = q->tape_file == 0 ? 0 : q->tape_file - 1;
	int64_t earlier = 0, all = 0;

	for (size_t i = 0; i < q->file_count; i++) {
		if (q->files[i] == m->name)
			earlier = all;
		if (strcmp(q->files[i], m->name) == 0)
			all++;
	}
	return q->tape_file == 0 && all == 1 ? -1 : first + earlier;
}

static bool
put_tape(struct restore_medium *m)
{
	const int64_t file = tape_file(m);

	m->is_drive = true;
	m->is_lasting = true;
	return put(m, "device", m->name) &&
	    (file < 0 || put_number(m, "file", file));
}

static bool
put_remote(struct restore_medium *m)
{
	const char *rmt = getenv("RMT");

	m->is_drive = !m->r->request->is_not_tape;
	m->is_lasting = true;
	return put_names(m, "target", false) &&
	    (rmt == NULL || rmt[0] == '\0' || put(m, "rmt", rmt)) &&
	    (!m->r->request->is_not_tape || put(m, "tape", "false"));
}

/* ---------------------------------------------------------- the instance */

static bool
make_of_file(struct restore_medium *m)
{
	static const char *const plugins[] = {
		[PLACE_FILE] = "out-file",
		[PLACE_TAPE] = "out-tape",
		[PLACE_REMOTE] = "out-rmt",
	};
	const enum place place = place_of(m->name);
	char why[WHY_BYTES];
	const struct plugin *plugin = plugin_load(m->r->registry,
	    plugins[place], DE_OUTPUT, why, sizeof(why));

	if (plugin == NULL) {
		report(m->r->rep, DE_ERROR, "%s", why);
		return false;
	}
	m->options = option_set_new(plugin->options);
	if (m->options == NULL) {
		report(m->r->rep, DE_ERROR, "out of memory");
		return false;
	}
	if (place == PLACE_FILE ? !put_file(m) : place == PLACE_TAPE ?
	    !put_tape(m) : !put_remote(m))
		return false;
	m->output = instance_new(plugin, m->options, m->r->rep,
	    m->r->cancelled);
	return m->output != NULL;
}

/* Once for a run.  NULL after a report. */
static const struct config *
load_config(struct restore *r)
{
	const struct config_request request = {
		.file = r->request->config != NULL ? r->request->config :
		    DEFAULT_CONFIG,
		.trust = r->request->trust,
		.signals = r->signals,
	};

	if (r->config == NULL)
		r->config = config_load(&request, r->registry, r->rep);
	return r->config;
}

static bool
make_of_job(struct restore_medium *m)
{
	const struct config *config = load_config(m->r);
	const char *wanted = m->r->request->job;

	if (config == NULL)
		return false;
	const struct job_config *job = config_find_job(config, wanted);
	if (job == NULL) {
		report(m->r->rep, DE_ERROR, "the configuration has no job %s",
		    wanted);
		return false;
	}
	m->name = m->job = job_name(job);
	m->is_lasting = true;
	m->is_drive = job->output.plugin->descriptor.kind == DE_OUTPUT &&
	    plugin_config_device(&job->output) != NULL;
	m->output = instance_new(job->output.plugin, job->output.options,
	    m->r->rep, m->r->cancelled);
	return m->output != NULL;
}

struct restore_medium *
restore_medium_new(struct restore *r, const char *file)
{
	struct restore_medium *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		restore_no_room(r);
		return NULL;
	}
	m->r = r;
	m->name = file;
	m->job = "";
	if (file != NULL ? make_of_file(m) : make_of_job(m))
		return m;
	restore_end(r, *r->cancelled ? VERDICT_ABORT : VERDICT_NOT_STARTED);
	restore_medium_free(m);
	return NULL;
}

void
restore_medium_free(struct restore_medium *m)
{
	if (m == NULL)
		return;
	instance_free(m->output);
	option_set_free(m->options);
	free(m);
}

const struct instance *
restore_medium_output(const struct restore_medium *m)
{
	return m->output;
}

struct instance *
restore_medium_aside(const struct restore_medium *m, struct report *rep)
{
	return instance_new(m->output->plugin, m->output->options, rep,
	    m->r->cancelled);
}

uint32_t
restore_medium_names(const struct restore_medium *m)
{
	return m->names;
}

const char *
restore_medium_name(const struct restore_medium *m)
{
	return m->name;
}

const char *
restore_medium_job(const struct restore_medium *m)
{
	return m->job;
}

bool
restore_medium_is_lasting(const struct restore_medium *m)
{
	return m->is_lasting;
}

bool
restore_medium_is_drive(const struct restore_medium *m)
{
	return m->is_drive;
}

/* ------------------------------------------- a volume that is not there */

uint32_t
restore_medium_last_volume(const struct restore_medium *m)
{
	return m->is_drive || m->r->request->script != NULL ||
	    operator_is_there(&m->r->op) ? 0 : m->names;
}

/* The exit status of the script of -F, or -1 after a report. */
static int
run_script(const struct restore_medium *m, uint32_t number)
{
	const char *script = m->r->request->script;
	char volume[16];
	const char *const argv[] = { script, m->name, volume, NULL };
	const int fds[] = { SPAWN_NO_FD, STDERR_FILENO, STDERR_FILENO };
	const struct spawn spawn = {
		.argv = argv,
		.fds = fds,
		.fd_count = sizeof(fds) / sizeof(fds[0]),
		.hears_exec = true,
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

static enum verdict
verdict_of(const struct restore_medium *m, enum message_answer answer)
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

static enum verdict
ask(const struct restore_medium *m, uint32_t number, bool *skip)
{
	char question[MESSAGE_TEXT_BYTES];

	snprintf(question, sizeof(question), "%s: is volume %" PRIu32
	    " mounted and ready to read?", m->name, number);
	enum message_answer answer = operator_ask(&m->r->op, question);
	if (answer != ANSWER_NO)
		return verdict_of(m, answer);
	snprintf(question, sizeof(question), "Do you want to do without volume "
	    "%" PRIu32 "?  What is on it will be missing", number);
	answer = operator_ask(&m->r->op, question);
	*skip = answer == ANSWER_YES;
	return verdict_of(m, answer);
}

enum verdict
restore_medium_want(void *arg, uint32_t number, const char *why, bool *skip)
{
	struct restore_medium *m = arg;
	const struct restore_request *q = m->r->request;

	*skip = false;
	if (q->script != NULL && m->scripted != number) {
		m->scripted = number;
		const int status = run_script(m, number);
		if (status == 0)
			return VERDICT_GO_ON;
		if (status != SCRIPT_ASKS) {
			report(m->r->rep, DE_ERROR, "%s: aborted by its exit "
			    "status %d", q->script, status);
			return VERDICT_ABORT;
		}
	}
	report(m->r->rep, DE_WARNING, "%s: volume %" PRIu32 ": %s", m->name,
	    number, why);
	if (operator_is_there(&m->r->op) && !q->goes_on)
		return ask(m, number, skip);
	/* Only a drive needs somebody: what is no file now is none later. */
	if (!m->is_drive || q->goes_on) {
		*skip = true;
		return VERDICT_GO_ON;
	}
	return ask(m, number, skip);
}
