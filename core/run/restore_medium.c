/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_medium.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config/config.h"
#include "core/host/filters.h"
#include "core/host/instance.h"
#include "core/run/restore_mount.h"
#include "core/run/restore_order.h"
#include "core/run/restore_source.h"

#define WHY_BYTES 1024
#define DIGITS_MAX 9		/* of a number at the end of a name */
#define GAP_MAX 9		/* volumes in a row that may be missing */

struct restore_medium {
	struct restore *r;		/* borrowed */
	const char *name;		/* borrowed */
	const char *job;		/* borrowed; "" */
	struct option_set *options;	/* owned; NULL: those of the job */
	struct instance *output;
	struct filters *filters;
	bool is_drive;
	bool is_remote;			/* as -f names it */
	bool is_lasting;
	uint32_t names;			/* of volumes; 0: unknown */
	const struct restore_source *source;	/* of the catalogue, or NULL */
	struct restore_mount mount;
	struct typed *typed;
};

/* Where the operator said that a volume is. */
struct typed {
	struct typed *next;
	uint32_t number;
	char name[];
};

/* ------------------------------------------------------------ what it is */

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
	m->is_remote = true;
	m->is_lasting = true;
	return put_names(m, "target", false) &&
	    (rmt == NULL || rmt[0] == '\0' || put(m, "rmt", rmt)) &&
	    (!m->r->request->is_not_tape || put(m, "tape", "false"));
}

static bool
put_object(struct restore_medium *m)
{
	m->is_lasting = true;
	return put_names(m, "object", false);
}

/* ---------------------------------------------------------- the instance */

static const char *const plugins[] = {
	[RESTORE_PLACE_FILE] = "out-file",
	[RESTORE_PLACE_TAPE] = "out-tape",
	[RESTORE_PLACE_REMOTE] = "out-rmt",
	[RESTORE_PLACE_OBJECT] = "out-s3",
};

void
restore_medium_load(const struct restore *r)
{
	char why[WHY_BYTES];

	for (size_t n = 0; n < r->request->file_count; n++)
		(void)plugin_load(r->registry, plugins[restore_place_kind(
		    r->request->files[n])], DE_OUTPUT, why, sizeof(why));
}

/* Its options, which say nothing yet.  NULL after a report. */
static const struct plugin *
load_output(struct restore_medium *m, enum restore_place_kind kind)
{
	char why[WHY_BYTES];
	const struct plugin *plugin = plugin_load(m->r->registry,
	    plugins[kind], DE_OUTPUT, why, sizeof(why));

	if (plugin == NULL) {
		report(m->r->rep, DE_ERROR, "%s", why);
		return NULL;
	}
	m->options = option_set_new(plugin->options);
	if (m->options == NULL) {
		report(m->r->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	return plugin;
}

static bool
put_of_kind(struct restore_medium *m, enum restore_place_kind kind)
{
	switch (kind) {
	case RESTORE_PLACE_FILE:
		return put_file(m);
	case RESTORE_PLACE_TAPE:
		return put_tape(m);
	case RESTORE_PLACE_REMOTE:
		return put_remote(m);
	case RESTORE_PLACE_OBJECT:
		break;
	}
	return put_object(m);
}

static bool
make_of_file(struct restore_medium *m)
{
	const enum restore_place_kind kind = restore_place_kind(m->name);
	const struct plugin *plugin = load_output(m, kind);

	if (plugin == NULL || !put_of_kind(m, kind))
		return false;
	m->output = instance_new(plugin, m->options, m->r->rep,
	    m->r->cancelled);
	return m->output != NULL;
}

/* ------------------------------------------------------- of the catalogue */

/* The drive for a volume: that of -f, or the one that wrote it. */
static const char *
drive_for(const struct restore_medium *m, const struct restore_place *p)
{
	const struct restore_request *q = m->r->request;

	return m->source->kind == RESTORE_PLACE_TAPE && q->file_count > 0 ?
	    q->files[0] : p->medium;
}

/* What it is called on another machine, behind the name of that. */
bool
restore_medium_names_remote_drive(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon != NULL && strncmp(colon + 1, "/dev/", 5) == 0;
}

static bool
put_places(struct restore_medium *m, const char *key)
{
	const struct restore_source *s = m->source;

	for (uint32_t i = 0; i < s->volume_count; i++) {
		const char *name = drive_for(m, &s->volumes[i]);
		if (!put_freed(m, key, literally(name, strlen(name), "")))
			return false;
	}
	return true;
}

/* Names of drives are no patterns. */
static bool
put_source(struct restore_medium *m)
{
	const struct restore_source *s = m->source;
	const char *rmt = getenv("RMT");

	switch (s->kind) {
	case RESTORE_PLACE_FILE:
		return put_places(m, "path");
	case RESTORE_PLACE_TAPE:
		m->is_drive = true;
		return put(m, "device", m->name) && (s->volumes[0].file < 0 ||
		    put_number(m, "file", s->volumes[0].file));
	case RESTORE_PLACE_OBJECT:
		return put_places(m, "object");
	case RESTORE_PLACE_REMOTE:
		break;
	}
	m->is_drive = restore_medium_names_remote_drive(m->name);
	return put_places(m, "target") &&
	    (rmt == NULL || rmt[0] == '\0' || put(m, "rmt", rmt)) &&
	    (m->is_drive || put(m, "tape", "false"));
}

/* The job that wrote it.  NULL: the configuration does not have it. */
static const struct job_config *
find_writer(const struct restore_medium *m)
{
	const struct restore_source *s = m->source;
	const struct config *config = m->r->request->config != NULL ?
	    restore_config(m->r) : m->r->config;

	return config == NULL || s->job == NULL ? NULL :
	    config_find_job(config, s->job);
}

/*
 * The name of an object does not say where its store is, and which key opens it;
 * the job that wrote it does.
 */
static const struct plugin_config *
output_of_writer(const struct restore_medium *m, const struct job_config *job)
{
	return m->source->kind == RESTORE_PLACE_OBJECT && job != NULL &&
	    option_find(job->output.options->table, "object") >= 0 ?
	    &job->output : NULL;
}

static bool
make_of_source(struct restore_medium *m, const struct job_config *job)
{
	const struct restore_source *s = m->source;
	const struct plugin_config *writer = output_of_writer(m, job);

	m->name = drive_for(m, &s->volumes[0]);
	m->names = s->volume_count;
	m->is_lasting = true;
	if (writer != NULL) {
		/* Each volume is named when it is opened. */
		m->output = instance_new(writer->plugin, writer->options,
		    m->r->rep, m->r->cancelled);
		return m->output != NULL;
	}
	const struct plugin *plugin = load_output(m, s->kind);
	if (plugin == NULL || !put_source(m))
		return false;
	m->output = instance_new(plugin, m->options, m->r->rep,
	    m->r->cancelled);
	return m->output != NULL;
}

/* On another machine; out-tape has an option for it. */
static void
place_by_request(const struct restore_medium *m, struct de_volume *facts)
{
	const int64_t file = m->is_remote ? tape_file(m) : -1;

	if (file >= 0 && facts->number == 1)
		facts->file = (uint32_t)file + 1;
}

static void
place_by_catalogue(const struct restore_medium *m, struct de_volume *facts)
{
	const struct restore_source *s = m->source;

	if (s == NULL || facts->number == 0 || facts->number > s->volume_count)
		return;
	const struct restore_place *p = &s->volumes[facts->number - 1];
	facts->medium = drive_for(m, p);
	if (p->file >= 0 && p->file < INT32_MAX)
		facts->file = (uint32_t)p->file + 1;
}

/* ---------------------------------------------------------------- of a job */

/* NULL after a report. */
static const struct job_config *
find_job(const struct restore_medium *m)
{
	const struct config *config = restore_config(m->r);
	const char *wanted = m->r->request->job;

	if (config == NULL)
		return NULL;
	const struct job_config *job = config_find_job(config, wanted);
	if (job == NULL)
		report(m->r->rep, DE_ERROR, "the configuration has no job %s",
		    wanted);
	return job;
}

static bool
make_of_job(struct restore_medium *m, const struct job_config *job)
{
	m->name = m->job = job_name(job);
	m->is_lasting = true;
	m->is_drive = job->output.plugin->descriptor.kind == DE_OUTPUT &&
	    plugin_config_device(&job->output) != NULL;
	m->output = instance_new(job->output.plugin, job->output.options,
	    m->r->rep, m->r->cancelled);
	return m->output != NULL;
}

/* What the volumes have passed; without a job, only --key is known. */
static bool
make_filters(struct restore_medium *m, const struct job_config *job)
{
	m->filters = filters_new(m->r->registry, m->r->rep, m->r->cancelled,
	    m->r->request->key, job == NULL ? NULL : job->filters,
	    job == NULL ? 0 : job->filter_count);
	return m->filters != NULL;
}

static bool
make_output(struct restore_medium *m, const char *file)
{
	const bool is_of_job = m->source == NULL && file == NULL;
	const struct job_config *job = m->source != NULL ? find_writer(m) :
	    is_of_job ? find_job(m) : NULL;

	if ((is_of_job && job == NULL) || !make_filters(m, job))
		return false;
	return m->source != NULL ? make_of_source(m, job) : is_of_job ?
	    make_of_job(m, job) : make_of_file(m);
}

static struct restore_medium *
make(struct restore *r, const char *file, const struct restore_source *source)
{
	struct restore_medium *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		restore_no_room(r);
		return NULL;
	}
	m->r = r;
	m->name = file;
	m->source = source;
	m->job = "";
	if (make_output(m, file)) {
		m->output->filters = m->filters;
		m->mount = (struct restore_mount){
			.r = r,
			.job = source != NULL && source->job != NULL ?
			    source->job : m->job,
			.name = m->name,
			.source = source,
			.is_drive = m->is_drive,
		};
		return m;
	}
	restore_end(r, *r->cancelled ? VERDICT_ABORT : VERDICT_NOT_STARTED);
	restore_medium_free(m);
	return NULL;
}

struct restore_medium *
restore_medium_new(struct restore *r, const char *file)
{
	return make(r, file, NULL);
}

struct restore_medium *
restore_medium_of(struct restore *r, const struct restore_source *source)
{
	return make(r, NULL, source);
}

void
restore_medium_free(struct restore_medium *m)
{
	if (m == NULL)
		return;
	restore_mount_end(&m->mount);
	instance_free(m->output);
	filters_free(m->filters);
	option_set_free(m->options);
	while (m->typed != NULL) {
		struct typed *t = m->typed;
		m->typed = t->next;
		free(t);
	}
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
	if (m->is_drive) {
		instance_set_report(m->output, rep);
		return m->output;
	}
	struct instance *aside = instance_new(m->output->plugin,
	    m->output->options, rep, m->r->cancelled);
	if (aside != NULL)
		aside->filters = m->filters;
	return aside;
}

void
restore_medium_aside_end(const struct restore_medium *m, struct instance *in)
{
	if (in == m->output)
		instance_set_report(in, m->r->rep);
	else
		instance_free(in);
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
	if (m->source != NULL)
		return m->names;
	return m->is_drive || m->r->request->script != NULL ||
	    operator_is_there(&m->r->op) ? 0 : m->names;
}

void
restore_medium_begin(struct restore_medium *m)
{
	m->mount.scripted = 0;
}

void
restore_medium_place(void *arg, struct de_volume *facts)
{
	const struct restore_medium *m = arg;

	place_by_request(m, facts);
	place_by_catalogue(m, facts);
	for (const struct typed *t = m->typed; t != NULL; t = t->next) {
		if (t->number == facts->number) {
			facts->medium = t->name;
			return;
		}
	}
}

/* The last that was typed for a volume comes first. */
static bool
remember_typed(struct restore_medium *m, uint32_t number)
{
	const size_t bytes = strlen(m->mount.typed) + 1;
	struct typed *t = malloc(sizeof(*t) + bytes);

	if (t == NULL)
		return restore_no_room(m->r);
	t->number = number;
	memcpy(t->name, m->mount.typed, bytes);
	t->next = m->typed;
	m->typed = t;
	return true;
}

enum verdict
restore_medium_want(void *arg, uint32_t number, const char *why, bool *skip)
{
	struct restore_medium *m = arg;
	const enum verdict verdict = restore_mount_want(&m->mount, number, why,
	    skip);

	if (m->mount.typed[0] != '\0' && !remember_typed(m, number))
		return VERDICT_ABORT;
	return verdict;
}
