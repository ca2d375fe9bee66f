/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/run_catalog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/trust.h"
#include "core/catalog/catalog_import.h"
#include "core/chain/history.h"

#define PAUSE_NS NS_PER_SECOND	/* between two notes of volumes */
#define HURRY_MS 1000		/* patience once the run is being aborted */

struct run_catalog {
	const struct job_config *config;	/* borrowed, as the next */
	const struct job_context *context;
	struct handover handover;
	int64_t begun;			/* wall clock, seconds */
	uint64_t next_note;		/* earliest next one; clock_ns() */
	bool is_whole;			/* so it was noted last */
	bool has_failed;		/* to note; reported */
};

struct run_catalog *
run_catalog_new(const struct job_task *task)
{
	const struct job_settings *settings = &task->config->settings;
	const struct job_context *context = task->context;

	if (settings->catalog == NULL)
		return NULL;
	struct run_catalog *rc = calloc(1, sizeof(*rc));
	if (rc == NULL) {
		report(context->rep, DE_WARNING, "out of memory; the catalogue "
		    "will not know the dump");
		return NULL;
	}
	rc->config = task->config;
	rc->context = context;
	rc->begun = task->begun;
	if (handover_init(&rc->handover, settings->state_dir, settings->name,
	    context->rep))
		return rc;
	run_catalog_free(rc);
	return NULL;
}

void
run_catalog_free(struct run_catalog *rc)
{
	if (rc == NULL)
		return;
	handover_clear(&rc->handover);
	free(rc);
}

const struct handover *
run_catalog_handover(const struct run_catalog *rc)
{
	return rc == NULL || !rc->config->settings.catalog_files ? NULL :
	    &rc->handover;
}

/* --------------------------------------------------------- what is known now */

/* The rows, and what owns their texts. */
struct rows {
	struct catalog_about about;
	json_t *texts;
	bool failed;			/* out of memory */
};

/* At most `most` bytes of a text, escaped; NULL for none. */
static const char *
keep(struct rows *r, const char *text, int most)
{
	char *cut = NULL;

	if (text == NULL || *text == '\0')
		return NULL;
	if (asprintf(&cut, "%.*s", most, text) == -1)
		cut = NULL;
	char *escaped = cut == NULL ? NULL : history_text(cut);
	json_t *kept = escaped == NULL ? NULL : json_string(escaped);
	free(cut);
	free(escaped);
	r->failed = json_array_append_new(r->texts, kept) != 0 || r->failed;
	return json_string_value(kept);
}

/* As many bytes as a header has room for. */
static const char *
keep_header(struct rows *r, const char *text)
{
	return keep(r, text, MESSAGE_HEADER_BYTES - 1);
}

static const char *
keep_all(struct rows *r, const char *text)
{
	return keep(r, text, MESSAGE_PATH_BYTES);
}

static const char *
keep_medium(struct rows *r, const char *medium)
{
	char *name = restore_command_name(medium);
	const char *kept = keep_all(r, name);

	r->failed = name == NULL || r->failed;
	free(name);
	return kept;
}

/* A JSON array; NULL for none. */
static const char *
keep_exclude(struct rows *r, const struct job_settings *settings)
{
	json_t *list = json_array();

	if (settings->exclude_count == 0) {
		json_decref(list);
		return NULL;
	}
	for (size_t i = 0; i < settings->exclude_count; i++) {
		char *text = history_text(settings->exclude[i]);
		r->failed = text == NULL || json_array_append_new(list,
		    json_string(text)) != 0 || r->failed;
		free(text);
	}
	char *text = json_dumps(list, JSON_COMPACT);
	json_t *kept = text == NULL ? NULL : json_string(text);
	json_decref(list);
	free(text);
	r->failed = json_array_append_new(r->texts, kept) != 0 || r->failed;
	return json_string_value(kept);
}

static void
describe_dump(struct rows *r, const struct run_catalog *rc,
    const struct message_description *d)
{
	const struct job_config *config = rc->config;
	const struct job_settings *settings = &config->settings;

	r->about.dump = (struct catalog_dump){
		.job = keep_all(r, settings->name),
		.host = keep_header(r, d->host),
		.device = keep_header(r, d->device),
		.filesystem = keep_header(r, d->stated),
		.label = keep_header(r, settings->label),
		.level = (int32_t)d->level,
		.date = d->date,
		.base_date = d->base_date,
		.source = keep_all(r, config->source.plugin->descriptor.name),
		.uuid = keep_all(r, d->uuid),
		.subtree = keep_all(r, settings->subtree),
		.exclude = keep_exclude(r, settings),
		.output = keep_all(r, config->output.plugin->descriptor.name),
		.program = "dumpengine " PACKAGE_VERSION,
		.begun = rc->begun,
		.status = -1,
		.config = keep_all(r, config->file),
	};
}

static void
describe_end(struct catalog_dump *dump, const struct dump_record *record)
{
	dump->ended = (int64_t)time(NULL);
	dump->status = (int32_t)record->status;
	dump->findings = record->findings;
	dump->notes = record->notes;
	dump->state = record->status == STATUS_COMPLETE ? CATALOG_COMPLETE :
	    record->status == STATUS_INCOMPLETE ? CATALOG_INCOMPLETE :
	    CATALOG_ABORTED;
}

/* What the EOT handler said of a volume's medium ("BARCODE=E01001L8"). */
static const char *
find_fact(const struct dump_record *record, uint32_t number, const char *key)
{
	const size_t length = strlen(key);

	for (size_t i = record->said_count; i-- > 0;) {
		const struct said_line *line = &record->said[i];
		if (line->volume == number &&
		    strncmp(line->text, key, length) == 0 &&
		    line->text[length] == '=')
			return line->text + length + 1;
	}
	return NULL;
}

/* What the changer reads is on the outside; the drive may know it as well. */
static const char *
keep_barcode(struct rows *r, const struct dump_record *record,
    const struct message_volume *v)
{
	const char *said = find_fact(record, v->number, "BARCODE");

	return keep_all(r, said != NULL ? said : v->barcode);
}

static void
describe_replaced(struct rows *r, const struct dump_record *record)
{
	struct catalog_about *about = &r->about;

	about->replaced = calloc(record->replaced_count + 1,
	    sizeof(*about->replaced));
	r->failed = about->replaced == NULL || r->failed;
	for (size_t i = 0; !r->failed && i < record->replaced_count; i++) {
		const struct message_replaced *m = &record->replaced[i];
		about->replaced[about->replaced_count++] =
		    (struct catalog_replaced){
			.date = m->date,
			.level = (int32_t)m->level,
			.number = m->number,
			.host = keep_header(r, m->host),
			.device = keep_header(r, m->device),
		};
	}
}

static void
describe_volumes(struct rows *r, const struct run_catalog *rc,
    const struct dump_record *record)
{
	struct catalog_about *about = &r->about;

	about->volumes = calloc(record->volume_count + 1,
	    sizeof(*about->volumes));
	r->failed = about->volumes == NULL || r->failed;
	for (size_t i = 0; !r->failed && i < record->volume_count; i++) {
		const struct message_volume *v = &record->volumes[i];
		about->volumes[about->volume_count++] = (struct catalog_volume){
			.number = v->number,
			.output = about->dump.output,
			.medium = keep_medium(r, v->medium),
			.barcode = keep_barcode(r, record, v),
			.serial = keep_all(r, v->serial),
			.file = v->tape_file,
			.first = about->dump.blocks,
			.blocks = v->tape_blocks,
			.digest = keep_all(r, v->digest),
			.filters = keep_all(r, v->filters),
			.medium_bytes = v->medium_bytes,
			.medium_digest = keep_all(r, v->medium_digest),
			.head = keep_all(r, v->head),
			.written = v->written,
			.verified = v->verified ? v->ended : 0,
			.record_blocks = (int32_t)
			    rc->config->settings.ring.blocking,
		};
		about->dump.blocks += v->tape_blocks;
		about->is_whole = v->reason == DE_END_LAST;
	}
}

/* False with errno set. */
static bool
put_part(struct run_catalog *rc, const struct dump_record *record,
    bool has_ended)
{
	struct rows r = { .texts = json_array() };

	r.failed = r.texts == NULL;
	describe_dump(&r, rc, &record->description);
	describe_volumes(&r, rc, record);
	describe_replaced(&r, record);
	r.about.is_running = !has_ended;
	if (has_ended)
		describe_end(&r.about.dump, record);
	errno = ENOMEM;
	const bool ok = !r.failed && handover_put_part(&rc->handover,
	    &r.about);
	const int error = errno;
	json_decref(r.texts);
	free(r.about.volumes);
	free(r.about.replaced);
	errno = error;
	return ok;
}

static bool
note(struct run_catalog *rc, const struct dump_record *record, bool has_ended)
{
	if (put_part(rc, record, has_ended))
		return true;
	if (!rc->has_failed || has_ended)
		report(rc->context->rep, DE_WARNING, "%s: cannot be written: "
		    "%s; the catalogue may not learn of the dump; "
		    "`dumpengine-catalog add' reads it from its volumes",
		    rc->handover.part, strerror(errno));
	rc->has_failed = true;
	return false;
}

static bool
is_last(const struct dump_record *record)
{
	return record->volume_count > 0 && record->volumes[
	    record->volume_count - 1].reason == DE_END_LAST;
}

/* Volumes may be small and many, so not each is noted at once. */
void
run_catalog_note(void *arg, const struct dump_record *record)
{
	struct run_catalog *rc = arg;
	const bool is_whole = is_last(record);

	if (clock_ns() < rc->next_note && !is_whole && !rc->is_whole)
		return;
	note(rc, record, false);
	rc->is_whole = is_whole;
	rc->next_note = clock_ns() + PAUSE_NS;
}

/* ------------------------------------------------------------------ its end */

#define FAULT_BYTES 1024

/* Keeps the first message; to the dump, it is no error. */
static void
keep_fault(void *arg, enum de_severity severity, const char *text)
{
	char *fault = arg;

	if (severity <= DE_WARNING && fault[0] == '\0')
		snprintf(fault, FAULT_BYTES, "%s", text);
}

/* Another run has found it since, and the catalogue has it. */
static bool
is_taken(const struct run_catalog *rc)
{
	return access(rc->handover.part, F_OK) == -1 && errno == ENOENT;
}

static bool
take_all(struct run_catalog *rc, struct report *rep)
{
	const struct job_settings *settings = &rc->config->settings;
	struct catalog *c = catalog_open(settings->catalog, CATALOG_WRITE,
	    rc->context->trust, rep);

	if (c == NULL)
		return false;
	if (rc->context->signals->cancel != 0)
		catalog_set_patience(c, HURRY_MS);
	catalog_import_left(c, &rc->handover, settings->name, rep);
	const bool ok = catalog_import_file(c, rc->handover.part, rep);
	catalog_close(c);
	return ok;
}

static void
say_outcome(const struct run_catalog *rc, bool ok, const char *fault)
{
	struct report *rep = rc->context->rep;
	const char *catalog = rc->config->settings.catalog;

	if (!ok)
		report(rep, DE_WARNING, "the catalogue does not know the dump "
		    "yet: %s; the next run adds it, or `dumpengine-catalog "
		    "add --catalog %s %s'", fault, catalog, rc->handover.part);
	else if (fault[0] != '\0')
		report(rep, DE_WARNING, "of what the catalogue was to be told, "
		    "something is missing: %s", fault);
	else
		report(rep, DE_INFO, "the catalogue %s knows the dump",
		    catalog);
}

void
run_catalog_conclude(struct run_catalog *rc, struct dump_record *record)
{
	char fault[FAULT_BYTES] = "";

	/* One that was never described has left nothing anywhere. */
	if (rc == NULL || record->description.date == 0)
		return;
	if (!note(rc, record, true))
		return;
	report_set_taker(rc->context->rep, keep_fault, fault);
	const int lock = handover_lock(rc->handover.folder);
	const bool ok = is_taken(rc) || take_all(rc, rc->context->rep);
	report_set_taker(rc->context->rep, NULL, NULL);
	record->in_catalog = ok;
	say_outcome(rc, ok, fault);
	if (ok && !handover_remove(&rc->handover))
		report(rc->context->rep, DE_WARNING, "%s: cannot be removed: "
		    "%s", rc->handover.part, strerror(errno));
	if (lock != -1)
		close(lock);
}

/* ------------------------------------------------------------------ --check */

/* The directory that the file is to be in. */
static bool
check_folder(const struct job_config *config,
    const struct job_context *context)
{
	const char *file = config->settings.catalog;
	const char *slash = strrchr(file, '/');
	char why[TRUST_WHY_BYTES], *folder = NULL;

	if (asprintf(&folder, "%.*s", slash == NULL ? 1 : slash == file ? 1 :
	    (int)(slash - file), slash == NULL ? "." : file) == -1) {
		report(context->rep, DE_ERROR, "out of memory");
		return false;
	}
	/* The run makes state_dir. */
	bool ok = access(folder, W_OK | X_OK) == 0 || (errno == ENOENT &&
	    strcmp(folder, config->settings.state_dir) == 0);
	if (!ok)
		report(context->rep, DE_ERROR, "catalog: %s: cannot be made: "
		    "%s: %s", file, folder, strerror(errno));
	else if (!(ok = trust_file(context->trust, folder, TRUST_ROOT, why)))
		report(context->rep, DE_ERROR, "catalog: %s", why);
	free(folder);
	return ok;
}

bool
run_catalog_check(const struct job_config *config,
    const struct job_context *context)
{
	const char *file = config->settings.catalog;

	if (file == NULL)
		return true;
	if (!check_folder(config, context))
		return false;
	if (access(file, F_OK) == -1)
		return true;
	if (access(file, W_OK) == -1) {
		report(context->rep, DE_ERROR, "catalog: %s: cannot be "
		    "written: %s", file, strerror(errno));
		return false;
	}
	struct catalog *c = catalog_open(file, CATALOG_READ, context->trust,
	    context->rep);
	catalog_close(c);
	return c != NULL;
}
