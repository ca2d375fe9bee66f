/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/copy_catalog.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/catalog/catalog.h"
#include "core/run/catalog_copies.h"
#include "core/chain/history.h"
#include "core/operator/restore_command.h"

#define FAULT_BYTES 1024

struct telling {
	const struct job_task *task;
	const struct dump_record *record;
	struct catalog *catalog;
	struct catalog_dump dump;	/* of which only this is known: */
	char *host, *device;		/*   owned, also level and date */
	struct catalog_volume *volumes;	/* owned, as their texts are */
	size_t count;
	struct catalog_replaced *replaced;	/* likewise */
	size_t replaced_count;
};

/* ------------------------------------------------------------------ volumes */

/* What the EOT handler said of a volume's medium ("BARCODE=E01001L8"). */
static const char *
find_barcode(const struct dump_record *record, uint32_t number)
{
	static const char key[] = "BARCODE=";

	for (size_t i = record->said_count; i-- > 0;) {
		const struct said_line *line = &record->said[i];
		if (line->volume == number &&
		    strncmp(line->text, key, strlen(key)) == 0)
			return line->text + strlen(key);
	}
	return NULL;
}

static char *
keep_medium(const char *medium)
{
	char *name = restore_command_name(medium);
	char *text = name == NULL ? NULL : history_text(name);

	free(name);
	return text;
}

/* "" is unknown. */
static const char *
known(const char *text)
{
	return *text == '\0' ? NULL : text;
}

static bool
describe_volume(struct telling *t, const struct message_volume *v,
    uint64_t first)
{
	const struct job_config *config = t->task->config;
	const char *said = find_barcode(t->record, v->number);
	const char *barcode = said != NULL ? said : v->barcode[0] != '\0' ?
	    v->barcode : NULL;
	char *medium = keep_medium(v->medium);
	char *code = barcode == NULL ? NULL : history_text(barcode);

	t->volumes[t->count++] = (struct catalog_volume){
		.number = v->number,
		.output = config->output.plugin->descriptor.name,
		.medium = medium,
		.barcode = code,
		.serial = known(v->serial),
		.file = v->tape_file,
		.first = first,
		.blocks = v->tape_blocks,
		.digest = v->digest,
		.filters = known(v->filters),
		.medium_bytes = v->medium_bytes,
		.medium_digest = known(v->medium_digest),
		.head = known(v->head),
		.written = v->ended,
		.verified = v->verified ? v->ended : 0,
		.record_blocks = (int32_t)config->settings.ring.blocking,
	};
	return medium != NULL && (barcode == NULL || code != NULL);
}

/* "" is unknown. */
static bool
keep_text(const char *text, const char **kept)
{
	*kept = *text == '\0' ? NULL : history_text(text);
	return *text == '\0' || *kept != NULL;
}

static bool
describe_replaced(struct telling *t)
{
	const struct dump_record *record = t->record;
	bool ok = true;

	t->replaced = calloc(record->replaced_count + 1, sizeof(*t->replaced));
	if (t->replaced == NULL)
		return false;
	for (size_t i = 0; ok && i < record->replaced_count; i++) {
		const struct message_replaced *m = &record->replaced[i];
		struct catalog_replaced *r = &t->replaced[t->replaced_count++];
		*r = (struct catalog_replaced){
			.date = m->date,
			.level = (int32_t)m->level,
			.number = m->number,
		};
		ok = keep_text(m->host, &r->host) &&
		    keep_text(m->device, &r->device);
	}
	return ok;
}

static bool
describe(struct telling *t)
{
	const struct message_description *d = &t->record->description;
	uint64_t first = 0;
	bool ok = true;

	t->host = history_text(d->host);
	t->device = history_text(d->device);
	t->dump = (struct catalog_dump){
		.host = t->host,
		.device = t->device,
		.level = (int32_t)d->level,
		.date = d->date,
	};
	t->volumes = calloc(t->record->volume_count + 1, sizeof(*t->volumes));
	ok = t->host != NULL && t->device != NULL && t->volumes != NULL;
	for (size_t i = 0; ok && i < t->record->volume_count; i++) {
		ok = describe_volume(t, &t->record->volumes[i], first);
		first += t->record->volumes[i].tape_blocks;
	}
	return ok && describe_replaced(t);
}

static void
dispose(struct telling *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free((char *)(uintptr_t)t->volumes[i].medium);
		free((char *)(uintptr_t)t->volumes[i].barcode);
	}
	for (size_t i = 0; i < t->replaced_count; i++) {
		free((char *)(uintptr_t)t->replaced[i].host);
		free((char *)(uintptr_t)t->replaced[i].device);
	}
	free(t->replaced);
	free(t->volumes);
	free(t->host);
	free(t->device);
}

/* ------------------------------------------------------------------- adding */

static bool
mark(struct telling *t, uint32_t copy)
{
	return catalog_mark_replaced(t->catalog, t->dump.id, copy, t->replaced,
	    t->replaced_count);
}

/* In a transaction.  *known: the catalogue has the dump. */
static bool
add(struct telling *t, bool *known)
{
	uint32_t copy;

	if (!catalog_copies_find_dump(t->catalog, &t->dump))
		return false;
	*known = t->dump.id != 0;
	if (!*known || t->record->status != STATUS_COMPLETE)
		return mark(t, CATALOG_NO_COPY);
	if (!catalog_copies_choose(t->catalog, t->dump.id, t->volumes,
	    t->count, CATALOG_COPIES_LATER, &copy))
		return false;
	for (size_t i = 0; i < t->count; i++) {
		t->volumes[i].dump = t->dump.id;
		t->volumes[i].copy = copy;
		if (!catalog_add_volume(t->catalog, &t->volumes[i]))
			return false;
	}
	return mark(t, copy);
}

static bool
tell(struct telling *t, const char *file, bool *known)
{
	const struct job_context *context = t->task->context;

	t->catalog = catalog_open(file, CATALOG_WRITE, context->trust,
	    context->rep);
	if (t->catalog == NULL)
		return false;
	bool ok = catalog_begin(t->catalog);
	if (ok && !(add(t, known) && catalog_commit(t->catalog))) {
		catalog_rollback(t->catalog);
		ok = false;
	}
	catalog_close(t->catalog);
	return ok;
}

/* Keeps the first message; to the copy, it is no error. */
static void
keep_fault(void *arg, enum de_severity severity, const char *text)
{
	char *fault = arg;

	if (severity <= DE_WARNING && fault[0] == '\0')
		snprintf(fault, FAULT_BYTES, "%s", text);
}

static void
say_outcome(const struct telling *t, bool ok, bool known, const char *fault)
{
	struct report *rep = t->task->context->rep;
	const char *catalog = t->task->config->settings.catalog;
	const char *medium = t->count > 0 ? t->volumes[0].medium : NULL;

	if (medium == NULL)
		medium = "SET";
	if (t->record->status != STATUS_COMPLETE && ok)
		return;
	if (t->record->status != STATUS_COMPLETE)
		report(rep, DE_WARNING, "the catalogue does not know what was "
		    "overwritten: %s", fault[0] != '\0' ? fault :
		    "out of memory");
	else if (!ok)
		report(rep, DE_WARNING, "the catalogue does not know the copy: "
		    "%s; `dumpengine-catalog add --catalog %s %s' adds it",
		    fault[0] != '\0' ? fault : "out of memory", catalog,
		    medium);
	else if (!known)
		report(rep, DE_WARNING, "the catalogue %s does not know the "
		    "dump; `dumpengine-catalog add --catalog %s %s' adds it",
		    catalog, catalog, medium);
	else
		report(rep, DE_INFO, "the catalogue %s knows the copy",
		    catalog);
}

void
copy_catalog_add(const struct job_task *task, struct dump_record *record)
{
	struct telling t = { .task = task, .record = record };
	const char *file = task->config->settings.catalog;
	char fault[FAULT_BYTES] = "";
	bool known = false;

	if (file == NULL || (record->status != STATUS_COMPLETE &&
	    record->replaced_count == 0))
		return;
	report_set_taker(task->context->rep, keep_fault, fault);
	const bool ok = describe(&t) && tell(&t, file, &known);
	report_set_taker(task->context->rep, NULL, NULL);
	record->in_catalog = ok && known &&
	    record->status == STATUS_COMPLETE;
	say_outcome(&t, ok, known, fault);
	dispose(&t);
}
