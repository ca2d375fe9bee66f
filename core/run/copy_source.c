/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/copy_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/lock.h"
#include "core/format/header_decode.h"
#include "core/host/resources.h"
#include "core/run/catalog_ask.h"
#include "core/run/catalog_name.h"
#include "core/run/restore_medium.h"
#include "core/run/restore_source.h"
#include "core/volume/places.h"

struct copy_source {
	const struct copy_request *request;	/* borrowed, as the next two */
	const struct job_task *task;
	int channel;				/* to the supervisor */
	struct restore_request restore_request;	/* for what reads it; */
	const char *file;			/*   of --from, for that */
	struct restore r;
	struct restore_source place;		/* of the catalogue, */
	bool has_place;				/*   if it knows */
	struct restore_medium *medium;
	struct pieces *pieces;
	struct blocks *blocks;
	struct set_identity identity;
	struct copy_map map;
	struct lock **locks;			/* owned; of its drive */
	size_t lock_count;
};

/* ------------------------------------------------------------ the catalogue */

struct choosing {
	struct copy_source *s;
	struct catalog *catalog;
};

static bool
choose(void *arg, const struct catalog_dump *d)
{
	struct choosing *c = arg;

	c->s->has_place = restore_source_choose(&c->s->r, c->catalog, d,
	    &c->s->place);
	return true;
}

static void
look_up(struct copy_source *s, struct catalog *catalog)
{
	const struct catalog_request request = { .is_bare = true };
	struct catalog_task_run t = {
		.request = &request,
		.signals = s->r.signals,
		.rep = s->r.rep,
		.catalog = catalog,
	};
	struct choosing choosing = { s, catalog };
	int64_t id;

	if (catalog_name_find(&t, s->request->dump, &id) && id != 0)
		catalog_name_visit(&t, id, choose, &choosing);
}

/* Where --dump is.  False after a report. */
static bool
ask_catalog(struct copy_source *s)
{
	const char *configured = s->task->config->settings.catalog;
	struct catalog *catalog = catalog_open(configured != NULL ?
	    configured : CATALOG_DEFAULT_FILE, CATALOG_READ,
	    s->request->trust, s->r.rep);

	if (catalog != NULL)
		look_up(s, catalog);
	catalog_close(catalog);
	return s->has_place;
}

/* -------------------------------------------------------------- its volumes */

static enum verdict
ask_operator(struct copy_source *s, uint32_t number)
{
	char question[MESSAGE_TEXT_BYTES];

	snprintf(question, sizeof(question), "%s: is volume %" PRIu32 " of the "
	    "set mounted and ready to read?", copy_source_name(s), number);
	switch (message_ask(s->channel, question)) {
	case ANSWER_YES:
		return VERDICT_GO_ON;
	case ANSWER_NOBODY:
		return VERDICT_NO_OPERATOR;
	case ANSWER_NO:
	case ANSWER_CANCELLED:
		break;
	}
	return VERDICT_ABORT;
}

/* Nobody is asked for a file: what is not there now is not there later. */
static enum verdict
want_file(struct copy_source *s, uint32_t number, const char *why, bool *skip)
{
	enum verdict verdict = VERDICT_ABORT;

	if (s->request->script != NULL)
		verdict = restore_medium_want(s->medium, number, why, skip);
	if (verdict == VERDICT_GO_ON && !*skip)
		return verdict;
	report(s->r.rep, DE_ERROR, "%s: volume %" PRIu32 ": %s; a copy needs "
	    "all volumes", copy_source_name(s), number, why);
	return VERDICT_ABORT;
}

/* The terminal is the supervisor's. */
static enum verdict
want_medium(struct copy_source *s, uint32_t number, const char *why,
    bool *skip)
{
	enum verdict verdict = VERDICT_NO_OPERATOR;

	if (s->request->script != NULL)
		verdict = restore_medium_want(s->medium, number, why, skip);
	else
		report(s->r.rep, DE_WARNING, "%s: volume %" PRIu32 ": %s",
		    copy_source_name(s), number, why);
	return verdict == VERDICT_NO_OPERATOR ? ask_operator(s, number) :
	    verdict;
}

/* No volume can be done without. */
static enum verdict
want(void *arg, uint32_t number, const char *why, bool *skip)
{
	struct copy_source *s = arg;

	*skip = false;
	const enum verdict verdict = restore_medium_is_drive(s->medium) ?
	    want_medium(s, number, why, skip) :
	    want_file(s, number, why, skip);
	return verdict == VERDICT_GO_ON && *skip ? VERDICT_ABORT : verdict;
}

static void
place(void *arg, struct de_volume *facts)
{
	const struct copy_source *s = arg;

	restore_medium_place(s->medium, facts);
}

static bool
open_blocks(struct copy_source *s, enum verdict *verdict)
{
	struct volumes_config config = {
		.output = restore_medium_output(s->medium),
		.rep = s->r.rep,
		.cancelled = s->r.cancelled,
		.first_volume = 1,
		.last_volume = restore_medium_last_volume(s->medium),
		.record_size = s->request->record_size,
		.job = restore_medium_job(s->medium),
		.want = want,
		.want_arg = s,
	};

	if (s->has_place) {
		config.date = s->place.identity.date;
		config.base_date = s->place.identity.base_date;
		config.level = s->place.identity.level;
		config.place = place;
	}
	s->blocks = blocks_new(&config, s->pieces, verdict);
	return s->blocks != NULL;
}

static bool
open_medium(struct copy_source *s, enum verdict *verdict)
{
	s->medium = s->has_place ? restore_medium_of(&s->r, &s->place) :
	    restore_medium_new(&s->r, s->file);
	if (s->medium == NULL) {
		*verdict = s->r.verdict;
		return false;
	}
	if (!restore_medium_is_lasting(s->medium)) {
		report(s->r.rep, DE_ERROR, "%s: cannot be read a second time, "
		    "which a volume that has to be written again needs; put "
		    "the set into a file first", copy_source_name(s));
		return false;
	}
	s->pieces = pieces_new(s->restore_request.settings.tmpdir);
	if (s->pieces == NULL)
		return restore_no_room(&s->r);
	return true;
}

/* --------------------------------------------------------------- what it is */

static bool
check_dialect(const struct copy_source *s)
{
	const struct dialect *d = blocks_dialect(s->blocks);
	char text[DIALECT_TEXT_BYTES];

	dialect_describe(d, text);
	if (d->family == DIALECT_LINUX && !d->big_endian)
		return true;
	report(s->r.rep, DE_ERROR, "%s: it is a %s; only sets of dumpengine, "
	    "and of Linux dump since 0.4b30, can be copied; restore it by "
	    "dumpengine-restore", copy_source_name(s), text);
	return false;
}

static void
identify(struct set_identity *id, const struct header *h,
    const struct dialect *d)
{
	id->date = h->date;
	id->base_date = h->base_date;
	id->level = h->level;
	memcpy(id->label, h->label, sizeof(id->label));
	memcpy(id->filesystem, h->filesystem, sizeof(id->filesystem));
	memcpy(id->device, h->device, sizeof(id->device));
	memcpy(id->host, h->host, sizeof(id->host));
	dialect_describe(d, id->dialect);
}

/* The first header behind that of the volume. */
static bool
read_map(struct copy_source *s, enum verdict *verdict)
{
	const uint8_t *block;
	struct header h;

	const enum blocks_result result = blocks_next(s->blocks, &block);
	if (result == BLOCKS_FAILED) {
		*verdict = blocks_verdict(s->blocks);
		return false;
	}
	if (result != BLOCKS_ONE ||
	    !header_decode(blocks_dialect(s->blocks), block, &h) ||
	    h.type != HEADER_CLRI) {
		report(s->r.rep, DE_ERROR, "%s: its beginning is damaged: %s; "
		    "dumpengine-restore can still bring back what is whole",
		    copy_source_name(s), result == BLOCKS_LOST ?
		    blocks_why(s->blocks) : "the map of its inodes is "
		    "missing");
		return false;
	}
	s->map = (struct copy_map){ h.count, h.inode };
	blocks_put_back(s->blocks);
	return true;
}

static bool
check_first_volume(const struct copy_source *s)
{
	const uint32_t number = blocks_header(s->blocks)->volume;

	if (number == 1)
		return true;
	report(s->r.rep, DE_ERROR, "%s: it is volume %" PRIu32 " of a set; "
	    "begin with volume 1", copy_source_name(s), number);
	return false;
}

/* --------------------------------------------------------------- for others */

static void
prepare(struct copy_source *s, struct plugin_registry *registry)
{
	const struct job_context *context = s->task->context;
	const char *folder = getenv("TMPDIR");
	struct restore_request *q = &s->restore_request;

	q->verbosity = s->request->verbosity;
	q->settings.tmpdir = folder != NULL && folder[0] != '\0' ? folder :
	    "/tmp";
	s->file = s->request->from;
	q->files = &s->file;
	q->file_count = s->file != NULL;
	q->multi_volume = s->request->multi_volume;
	q->is_not_tape = s->request->is_not_tape;
	q->tape_file = s->request->tape_file;
	q->record_size = s->request->record_size;
	q->script = s->request->script;
	q->key = s->request->key;
	q->trust = s->request->trust;
	s->r = (struct restore){
		.request = q,
		.registry = registry,
		.rep = context->rep,
		.signals = context->signals,
		.cancelled = &context->signals->cancel,
		.config = context->config,
		.op = {
			.rep = context->rep,
			.cancelled = &context->signals->cancel,
		},
	};
}

struct copy_source *
copy_source_open(const struct copy_request *request,
    const struct job_task *task, struct plugin_registry *registry,
    int channel, enum verdict *verdict)
{
	struct copy_source *s = calloc(1, sizeof(*s));

	*verdict = VERDICT_NOT_STARTED;
	if (s == NULL) {
		report(task->context->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	s->request = request;
	s->task = task;
	s->channel = channel;
	prepare(s, registry);
	if ((request->dump != NULL && !ask_catalog(s)) ||
	    !open_medium(s, verdict) || !open_blocks(s, verdict))
		goto close;
	*verdict = VERDICT_NOT_STARTED;
	if (!check_dialect(s) || !check_first_volume(s) ||
	    !read_map(s, verdict))
		goto close;
	identify(&s->identity, blocks_header(s->blocks),
	    blocks_dialect(s->blocks));
	blocks_let_go(s->blocks);
	*verdict = VERDICT_GO_ON;
	return s;

close:
	if (*s->r.cancelled)
		*verdict = VERDICT_ABORT;
	copy_source_close(s);
	return NULL;
}

void
copy_source_close(struct copy_source *s)
{
	if (s == NULL)
		return;
	blocks_free(s->blocks);
	pieces_free(s->pieces);
	restore_medium_free(s->medium);
	restore_source_clear(&s->place);
	for (size_t i = 0; i < s->lock_count; i++)
		lock_forget(s->locks[i]);
	free(s->locks);
	free(s);
}

const char *
copy_source_name(const struct copy_source *s)
{
	return restore_medium_name(s->medium);
}

const struct set_identity *
copy_source_identity(const struct copy_source *s)
{
	return &s->identity;
}

const struct copy_map *
copy_source_map(const struct copy_source *s)
{
	return &s->map;
}

struct blocks *
copy_source_blocks(const struct copy_source *s)
{
	return s->blocks;
}

uint64_t
copy_source_size(const struct copy_source *s)
{
	return s->has_place ? s->place.blocks :
	    blocks_size(s->blocks) / DE_TAPE_BLOCK;
}

/* ----------------------------------------------------------- what is in use */

/* All processes of the run inherit it, and it lives as long as any of them. */
static bool
lock_drive(struct copy_source *s, const struct resource *resource)
{
	const struct job_settings *settings = &s->task->config->settings;
	struct lock **locks = reallocarray(s->locks, s->lock_count + 1,
	    sizeof(void *));
	const struct lock_request request = {
		.name = resource->name,
		.text = resource->text,
		.node = resource->node,
		.job = settings->name,
		.deadline = clock_ns() +
		    (uint64_t)settings->wait_for_medium * NS_PER_SECOND,
		.rep = s->r.rep,
		.signals = s->r.signals,
	};

	if (locks == NULL)
		return restore_no_room(&s->r);
	s->locks = locks;
	if (lock_take(&request, &locks[s->lock_count]) != LOCK_TAKEN)
		return false;
	s->lock_count++;
	return true;
}

/* Keep the copy, whatever its later volumes are called, away from the set. */
static bool
take_places(struct copy_source *s, const struct resources *ours)
{
	struct places *places = s->task->context->places;

	for (size_t i = 0; i < ours->count; i++)
		if (!places_add_set(places, ours->items[i].name,
		    ours->items[i].text))
			return false;
	return true;
}

static bool
are_apart(struct copy_source *s, const struct resources *ours,
    const struct resources *theirs)
{
	struct places *places = s->task->context->places;

	for (size_t i = 0; i < theirs->count; i++)
		if (!places_allow(places, theirs->items[i].name,
		    theirs->items[i].text))
			return false;
	for (size_t i = 0; restore_medium_is_drive(s->medium) &&
	    i < ours->count; i++)
		if (!lock_drive(s, &ours->items[i]))
			return false;
	return true;
}

bool
copy_source_is_apart(struct copy_source *s, const struct job_config *job,
    const struct de_volume *first)
{
	const struct instance *output = restore_medium_output(s->medium);
	/* The cast is safe: nothing is set. */
	const struct plugin_config config = {
		.plugin = output->plugin,
		.options = (struct option_set *)(uintptr_t)output->options,
	};
	struct resources ours = { 0 }, theirs = { 0 };

	const bool ok = resources_ask(&ours, &config, first, s->r.rep,
	    s->r.signals) && resources_ask(&theirs, &job->output, first,
	    s->r.rep, s->r.signals) && take_places(s, &ours) &&
	    are_apart(s, &ours, &theirs);
	resources_free(&ours);
	resources_free(&theirs);
	return ok;
}

enum copy_check_result
copy_source_check(struct copy_source *s, bool has_index, json_t **about)
{
	const struct copy_check check = {
		.medium = s->medium,
		.pieces = s->pieces,
		.identity = &s->identity,
		.end_volume = blocks_volume(s->blocks),
		.has_index = has_index,
		.record_size = s->request->record_size,
		.rep = s->r.rep,
		.cancelled = s->r.cancelled,
	};

	blocks_let_go(s->blocks);
	pieces_end(s->pieces);
	return copy_check(&check, about);
}
