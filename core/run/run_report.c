/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/run_report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/chain/level.h"
#include "core/base/json_file.h"
#include "core/operator/supervisor.h"
#include "core/operator/volume_report.h"

#define SCHEMA 1		/* raised when old readers would be wrong */

struct run_report {
	json_t *jobs;
	int64_t begun;
};

struct run_report *
run_report_new(void)
{
	struct run_report *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->begun = (int64_t)time(NULL);
	r->jobs = json_array();
	if (r->jobs == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
run_report_free(struct run_report *r)
{
	if (r == NULL)
		return;
	json_decref(r->jobs);
	free(r);
}

static json_t *
seconds_of(uint64_t ns)
{
	return json_real((double)ns / 1e9);
}

static const char *
reason_text(uint32_t reason)
{
	switch (reason) {
	case DE_END_SIZE:
		return "size";
	case DE_END_EOT:
		return "eot";
	case DE_END_ERROR:
		return "error";
	default:
		return "end";
	}
}

static void
set_times(json_t *o, const struct times *t)
{
	const char *verdict = times_verdict(t);

	json_object_set_new(o, "source_seconds", seconds_of(t->read));
	json_object_set_new(o, "output_seconds", seconds_of(t->write));
	json_object_set_new(o, "ring_full_seconds", seconds_of(t->blocked));
	json_object_set_new(o, "output_idle_seconds", seconds_of(t->starved));
	json_object_set_new(o, "output_stalls",
	    json_integer((json_int_t)t->stalls));
	json_object_set_new(o, "ring_refills",
	    json_integer((json_int_t)t->refills));
	json_object_set_new(o, "verdict", verdict == NULL ? json_null() :
	    json_string(verdict));
}

/* "BARCODE=E01001L8": the length of the key, or 0. */
static size_t
key_length(const char *line)
{
	const size_t length = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_");

	return line[length] == '=' ? length : 0;
}

/* What the EOT handler said about a volume's medium; later lines win. */
static json_t *
facts(const struct dump_record *record, uint32_t number)
{
	json_t *o = json_object();

	for (size_t i = 0; i < record->said_count; i++) {
		const char *line = record->said[i].text;
		char key[64];
		const size_t length = key_length(line);
		if (record->said[i].volume != number || length == 0 ||
		    length >= sizeof(key))
			continue;
		snprintf(key, sizeof(key), "%.*s", (int)length, line);
		json_object_set_new(o, key, json_file_text(line + length + 1));
	}
	return o;
}

static json_t *
said(const struct dump_record *record)
{
	json_t *array = json_array();

	for (size_t i = 0; i < record->said_count; i++) {
		json_t *o = json_object();
		json_object_set_new(o, "volume", record->said[i].volume == 0 ?
		    json_null() : json_integer(record->said[i].volume));
		json_object_set_new(o, "text",
		    json_file_text(record->said[i].text));
		json_array_append_new(array, o);
	}
	return array;
}

static json_t *
code(const char *text)
{
	return text[0] == '\0' ? json_null() : json_file_text(text);
}

static json_t *
volume(const struct dump_record *record, const struct message_volume *v)
{
	const double rate = (double)(v->tape_blocks * DE_TAPE_BLOCK) * 1e9 /
	    (double)(v->ns > 0 ? v->ns : 1);
	json_t *o = json_object();

	json_object_set_new(o, "number", json_integer(v->number));
	json_object_set_new(o, "medium", json_file_text(v->medium));
	json_object_set_new(o, "tape_file", v->tape_file < 0 ? json_null() :
	    json_integer(v->tape_file));
	json_object_set_new(o, "barcode", code(v->barcode));
	json_object_set_new(o, "serial", code(v->serial));
	json_object_set_new(o, "handler", facts(record, v->number));
	json_object_set_new(o, "ended_by", json_string(reason_text(v->reason)));
	json_object_set_new(o, "blocks",
	    json_integer((json_int_t)v->tape_blocks));
	json_object_set_new(o, "records", json_integer((json_int_t)v->records));
	json_object_set_new(o, "bytes",
	    json_integer((json_int_t)v->tape_blocks * DE_TAPE_BLOCK));
	json_object_set_new(o, "medium_bytes",
	    json_integer((json_int_t)v->medium_bytes));
	json_object_set_new(o, "started", json_integer(v->started));
	json_object_set_new(o, "ended", json_integer(v->ended));
	json_object_set_new(o, "seconds", seconds_of(v->ns));
	json_object_set_new(o, "bytes_per_second", json_real(rate));
	json_object_set_new(o, "kb_per_second",
	    json_real(rate / DE_TAPE_BLOCK));
	json_object_set_new(o, "xxh3_128", json_string(v->digest));
	json_object_set_new(o, "verified", json_boolean(v->verified));
	set_times(o, &v->times);
	return o;
}

static json_t *
volumes(const struct dump_record *record)
{
	json_t *array = json_array();

	if (record->volumes == NULL)
		return array;
	for (size_t i = 0; i < record->volume_count; i++)
		json_array_append_new(array,
		    volume(record, &record->volumes[i]));
	return array;
}

static json_t *
rewrites(const struct dump_record *record)
{
	json_t *array = json_array();

	for (size_t i = 0; i < record->rewrite_count; i++) {
		json_t *o = json_object();
		json_object_set_new(o, "volume",
		    json_integer(record->rewrites[i].volume));
		json_object_set_new(o, "why",
		    json_file_text(record->rewrites[i].why));
		json_array_append_new(array, o);
	}
	return array;
}

static const char *
finding_text(uint32_t kind)
{
	switch (kind) {
	case DE_FINDING_READ_ERROR:
		return "read_error";
	case DE_FINDING_NOTE:
		return "note";
	default:
		return "missing";
	}
}

static json_t *
listed(const struct dump_record *record)
{
	json_t *array = json_array();

	for (size_t i = 0; i < record->listed_count; i++) {
		const struct listed_finding *f = &record->listed[i];
		json_t *o = json_object();
		json_object_set_new(o, "kind",
		    json_string(finding_text(f->kind)));
		json_object_set_new(o, "path", json_file_text(f->path));
		json_object_set_new(o, "inode", json_integer(f->inode));
		json_object_set_new(o, "text", json_file_text(f->text));
		json_array_append_new(array, o);
	}
	return array;
}

/* The level requested, if the dump was never described. */
static void
set_level(json_t *o, const struct job_config *job,
    const struct dump_record *record)
{
	const struct message_description *d = &record->description;
	const bool described = d->date != 0;

	json_object_set_new(o, "level", json_integer(described ? d->level :
	    job->settings.level));
	json_object_set_new(o, "level_reason", job->level_why[0] == '\0' ?
	    json_null() : json_file_text(job->level_why));
	json_object_set_new(o, "date", json_integer(d->date));
	json_object_set_new(o, "base_date", json_integer(d->base_date));
	json_object_set_new(o, "base_level", d->base_date == 0 ||
	    d->base_level == LEVEL_NONE ? json_null() :
	    json_integer(d->base_level));
	json_object_set_new(o, "noted_in_dumpdates",
	    json_boolean(record->noted));
}

void
run_report_add(struct run_report *r, const struct job_config *job,
    const struct dump_record *record, int64_t begun, double seconds)
{
	json_t *o = json_object();
	const struct message_description *d = &record->description;

	json_object_set_new(o, "name", json_file_text(job_name(job)));
	set_level(o, job, record);
	json_object_set_new(o, "in_catalog", job->settings.catalog == NULL ?
	    json_null() : json_boolean(record->in_catalog));
	json_object_set_new(o, "label", json_file_text(job->settings.label));
	json_object_set_new(o, "device", json_file_text(d->device));
	json_object_set_new(o, "mount_point", json_file_text(d->filesystem));
	json_object_set_new(o, "filesystem", json_file_text(d->type));
	json_object_set_new(o, "uuid", json_file_text(d->uuid));
	json_object_set_new(o, "exit_status", json_integer(record->status));
	json_object_set_new(o, "result",
	    json_string(exit_status_text(record->status)));
	json_object_set_new(o, "findings",
	    json_integer((json_int_t)record->findings));
	json_object_set_new(o, "read_errors",
	    json_integer((json_int_t)record->read_errors));
	json_object_set_new(o, "notes",
	    json_integer((json_int_t)record->notes));
	json_object_set_new(o, "found", listed(record));
	json_object_set_new(o, "estimated_blocks",
	    json_integer((json_int_t)d->estimate));
	json_object_set_new(o, "blocks",
	    json_integer((json_int_t)record->tape_blocks));
	json_object_set_new(o, "bytes",
	    json_integer((json_int_t)record->tape_blocks * DE_TAPE_BLOCK));
	json_object_set_new(o, "started", json_integer(begun));
	json_object_set_new(o, "seconds", json_real(seconds));
	set_times(o, &record->times);
	json_object_set_new(o, "volumes", volumes(record));
	json_object_set_new(o, "rewrites", rewrites(record));
	json_object_set_new(o, "handler", said(record));
	json_array_append_new(r->jobs, o);
}

bool
run_report_write(struct run_report *r, const char *file,
    enum exit_status status, struct report *rep)
{
	json_t *root = json_object();

	json_object_set_new(root, "schema", json_integer(SCHEMA));
	json_object_set_new(root, "program",
	    json_string("dumpengine " PACKAGE_VERSION));
	json_object_set_new(root, "started", json_integer(r->begun));
	json_object_set_new(root, "ended", json_integer((int64_t)time(NULL)));
	json_object_set_new(root, "exit_status", json_integer(status));
	json_object_set(root, "jobs", r->jobs);
	const bool ok = json_file_write(file, root, rep);
	json_decref(root);
	return ok;
}
