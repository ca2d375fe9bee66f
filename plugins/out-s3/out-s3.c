/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-s3.c - output: objects in a store that speaks S3
 *
 * Each volume is an object.  It appears when it is complete and never replaces
 * another one, except a volume of a dump that was given up.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/label.h"
#include "../common/pattern.h"
#include "../common/resource.h"
#include "fetch.h"
#include "settings.h"
#include "sweep.h"
#include "upload.h"

#define CHECK_ATTEMPTS 2
#define LOOKED_AT_MAX 1000	/* volumes, in check() */

struct out_s3 {
	const struct de_host *host;	/* borrowed */
	struct settings settings;
	struct notes *notes;		/* owned, as these */
	atomic_bool stop;		/* never set: each volume has its own */
	struct client client;

	struct place place;		/* of the open volume */
	struct sigv4_pair headers[SETTINGS_HEADERS_MAX];
	char lock_until[SETTINGS_DATE_BYTES];
	struct upload *upload;		/* NULL: none is open for writing */
	struct fetch *fetch;		/* NULL: none is open for reading */
	enum de_failure failure;	/* of the last call */
};

static enum de_status
no_memory(const struct de_host *host)
{
	host->report(host, DE_ERROR, "out-s3: out of memory");
	return DE_FAILED;
}

static enum de_status
refuse(struct out_s3 *s, enum de_failure failure, const char *name,
    const char *why)
{
	s->failure = failure;
	notes_report(s->notes, s->host);
	s->host->report(s->host, DE_ERROR, "%s %s", name, why);
	return DE_FAILED;
}

/* ----------------------------------------------------------------------- names */

/*
 * The name of a volume; the caller frees it.  The EOT handler's choice, or else
 * from the options; the last name of a list serves for all further volumes.
 */
static char *
name_of(const struct out_s3 *s, const struct de_volume *volume)
{
	const struct settings *set = &s->settings;
	const size_t i = volume->number <= set->object_count ?
	    volume->number - 1 : set->object_count - 1;
	char *name = volume->medium != NULL ? strdup(volume->medium) :
	    pattern_expand(set->objects[i], volume);

	if (name == NULL)
		no_memory(s->host);
	return name;
}

static void
unset_place(struct out_s3 *s)
{
	place_free(&s->place);
}

static enum de_status
set_place(struct out_s3 *s, const struct de_volume *volume)
{
	char *name = name_of(s, volume);
	char why[PLACE_WHY_BYTES];
	enum de_status status = DE_OK;

	if (name == NULL)
		return DE_FAILED;
	if (!place_parse(&s->place, name, why))
		status = refuse(s, DE_FAILURE_SETTINGS, name, why);
	else
		s->settings.store.style = settings_style(&s->settings,
		    s->place.bucket);
	free(name);
	if (status != DE_OK)
		unset_place(s);
	return status;
}

/* -------------------------------------------------------------- existing objects */

/* Is it a volume of a dump that was given up? */
static bool
is_unfinished(const struct out_s3 *s, const uint8_t *head, size_t length)
{
	struct label label;

	if (!label_find(s->host, head, length, &label))
		return false;
	const struct de_dump_found found = label_found(&label);
	return s->host->dump_state(s->host, &found) == DE_DUMP_UNFINISHED;
}

static enum de_status
remove_unfinished(struct out_s3 *s, struct link *link)
{
	char why[REQUEST_WHY_BYTES], text[REQUEST_WHY_BYTES + 80];
	enum de_status status = DE_OK;
	struct answer answer;

	if (object_remove(link, &s->place, "", &answer) == REQUEST_DONE) {
		s->host->report(s->host, DE_INFO, "%s: removed, as it belongs "
		    "to a dump that was given up", s->place.name);
	} else {
		answer_explain(&answer, &s->client, why);
		snprintf(text, sizeof(text), "belongs to a dump that was given "
		    "up, and cannot be removed: %s", why);
		status = refuse(s, DE_FAILURE_PROTECTED, s->place.name, text);
	}
	answer_free(&answer);
	return status;
}

/* May the volume get its name?  Removes nothing unless it `writes`. */
static enum de_status
see_it_free(struct out_s3 *s, struct link *link, bool writes)
{
	uint8_t head[OBJECT_HEAD_BYTES];
	char why[REQUEST_WHY_BYTES], text[REQUEST_WHY_BYTES + 40];
	enum de_status status = DE_OK;
	struct answer answer;

	switch (object_look(link, &s->place, writes ? 0 : CHECK_ATTEMPTS,
	    head, &answer)) {
	case OBJECT_FREE:
		break;
	case OBJECT_THERE:
		if (is_unfinished(s, head, answer.status / 100 == 2 ?
		    answer.length : 0))
			status = !writes ? DE_OK : remove_unfinished(s, link);
		else
			status = refuse(s, DE_FAILURE_PROTECTED,
			    s->place.name, "exists already, and objects are "
			    "never overwritten; use %d, %l and %v in the "
			    "option object, or remove it");
		break;
	case OBJECT_UNKNOWN:
		answer_explain(&answer, &s->client, why);
		snprintf(text, sizeof(text), "cannot be written: %s", why);
		status = refuse(s, answer_failure(&answer), s->place.name,
		    text);
		break;
	case OBJECT_STOPPED:
		status = DE_FAILED;
		break;
	}
	answer_free(&answer);
	return status;
}

/* -------------------------------------------------------------------- checking */

/* Would two consecutive volumes be the same object? */
static enum de_status
check_later(struct out_s3 *s, const struct de_volume *first)
{
	const uint32_t volumes = DE_HAS(first, volumes) ? first->volumes : 0;
	struct de_volume volume = *first;
	char *before = name_of(s, first);
	enum de_status status = before == NULL ? DE_FAILED : DE_OK;
	char why[PLACE_WHY_BYTES];
	struct place place;

	volume.medium = NULL;
	for (uint32_t i = 2; status == DE_OK && i <= LOOKED_AT_MAX &&
	    (i <= volumes || i <= s->settings.object_count); i++) {
		volume.number = i;
		char *name = name_of(s, &volume);
		if (name == NULL)
			status = DE_FAILED;
		else if (!place_parse(&place, name, why))
			status = refuse(s, DE_FAILURE_SETTINGS, name, why);
		else if (strcmp(name, before) == 0)
			status = refuse(s, DE_FAILURE_SETTINGS, name, "would "
			    "hold two volumes; use %v in the option object, or "
			    "list several");
		if (name != NULL)
			place_free(&place);
		free(before);
		before = name;
	}
	free(before);
	return status;
}

static bool
is_handled(const struct de_volume *volume)
{
	return DE_HAS(volume, properties) &&
	    (volume->properties & DE_VOLUME_HANDLED) != 0;
}

static void
warn_of_file(const struct out_s3 *s)
{
	const char *file = keychain_open_file(s->settings.keys);

	if (file != NULL)
		s->host->report(s->host, DE_WARNING, "%s: others can read "
		    "or write it, and it has a secret access key; chmod 600 "
		    "it", file);
}

static enum de_status
out_s3_check(void *self, const struct de_volume *volume)
{
	struct out_s3 *s = self;
	struct link *link = link_new(&s->client, true);
	enum de_status status = link == NULL ? no_memory(s->host) :
	    set_place(s, volume);

	if (status == DE_OK)
		status = see_it_free(s, link, false);
	/* A handler names the later ones when they are due. */
	if (status == DE_OK && !is_handled(volume))
		status = check_later(s, volume);
	if (status == DE_OK)
		warn_of_file(s);
	notes_report(s->notes, s->host);
	unset_place(s);
	link_free(link);
	return status;
}

/* Who takes the resources, and the store that they are in. */
struct naming {
	de_resource_fn *take;
	void *arg;
	const char *store;
};

static enum de_status
take_of_store(void *arg, const struct de_resource *object)
{
	const struct naming *naming = arg;
	struct de_resource resource = *object;
	char *text;

	if (asprintf(&text, "%s of %s", object->name, naming->store) == -1)
		return DE_FAILED;
	resource.name = text;
	const enum de_status status = naming->take(naming->arg, &resource);
	free(text);
	return status;
}

static enum de_status
name_resource(const struct resource_taker *taker, const char *name)
{
	const struct de_resource resource = {
		.struct_size = sizeof(resource),
		.properties = taker->properties,
		.name = name,
		.text = name,
		.keeps = taker->keeps,
	};

	return taker->take(taker->arg, &resource);
}

static enum de_status
out_s3_name_resources(void *self, const struct de_volume *volume,
    de_resource_fn *take, void *arg)
{
	const struct out_s3 *s = self;
	struct naming naming = { take, arg, s->settings.store_name };
	const struct resource_taker taker = { .take = take_of_store,
	    .arg = &naming };

	return resource_name_volumes(&taker, s->settings.objects,
	    s->settings.object_count, volume, name_resource);
}

/* -------------------------------------------------------------------- writing */

static enum de_status
begin_upload(struct out_s3 *s)
{
	const struct settings *set = &s->settings;
	const struct upload_config config = {
		.client = &s->client,
		.place = &s->place,
		.state_dir = set->state_dir,
		.store = set->store_name,
		.part_size = set->part_size,
		.parallel = set->parallel,
		.headers = s->headers,
		.header_count = settings_headers(set, s->headers,
		    s->lock_until),
		.is_locked = set->lock_days > 0,
	};

	s->upload = upload_new(&config);
	return s->upload == NULL ? DE_FAILED : DE_OK;
}

static enum de_status
begin_volume(struct out_s3 *s, const struct de_volume *volume)
{
	struct link *link = link_new(&s->client, true);
	enum de_status status = link == NULL ? no_memory(s->host) :
	    set_place(s, volume);

	if (status == DE_OK)
		status = see_it_free(s, link, true);
	if (status == DE_OK) {
		warn_of_file(s);
		sweep_left(link, &s->client, s->settings.state_dir,
		    s->settings.store_name);
		status = begin_upload(s);
	}
	link_free(link);
	if (status != DE_OK)
		unset_place(s);
	return status;
}

static enum de_status
out_s3_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_s3 *s = self;

	s->failure = DE_FAILURE_OTHER;
	if (begin_volume(s, volume) != DE_OK) {
		if (DE_HAS(medium, failure))
			medium->failure = s->failure;
		return DE_FAILED;
	}
	medium->name = s->place.name;
	return DE_OK;
}

static enum de_status
out_s3_write(void *self, const void *record, size_t length)
{
	struct out_s3 *s = self;
	const enum de_status status = upload_write(s->upload, record, length);

	if (status != DE_OK)
		s->failure = upload_failure(s->upload);
	return status;
}

static enum de_status
out_s3_close_volume(void *self, enum de_close how)
{
	struct out_s3 *s = self;
	enum de_status status = DE_OK;

	fetch_close(s->fetch);
	s->fetch = NULL;
	if (how == DE_CLOSE_DISCARD)
		upload_discard(s->upload);
	else
		status = upload_complete(s->upload);
	if (status != DE_OK)
		s->failure = upload_failure(s->upload);
	upload_free(s->upload);
	s->upload = NULL;
	unset_place(s);
	return status;
}

static enum de_failure
out_s3_failure(void *self)
{
	const struct out_s3 *s = self;

	return s->failure;
}

/* An object can be read when it is complete; close_volume() may remove it. */
static enum de_status
out_s3_begin_readback(void *self)
{
	struct out_s3 *s = self;

	if (upload_complete(s->upload) != DE_OK) {
		s->failure = upload_failure(s->upload);
		return DE_FAILED;
	}
	s->fetch = fetch_open(&s->client, &s->place, s->settings.parallel,
	    &s->failure);
	return s->fetch == NULL ? DE_FAILED : DE_OK;
}

/* -------------------------------------------------------------------- reading */

/* A name may depend on what only the caller knows. */
static enum de_status
see_it_named(struct out_s3 *s, const struct de_volume *volume)
{
	const struct settings *set = &s->settings;

	if (volume->medium != NULL || volume->date != 0)
		return DE_OK;
	for (size_t i = 0; i < set->object_count; i++)
		if (pattern_uses(set->objects[i], "ld"))
			return refuse(s, DE_FAILURE_OTHER, set->objects[i],
			    "names the object by level and date of the dump, "
			    "which are not known here; give its name");
	return DE_OK;
}

static enum de_status
out_s3_open_reading(void *self, const struct de_volume *volume,
    struct de_reading *about)
{
	struct out_s3 *s = self;

	s->failure = DE_FAILURE_OTHER;
	if (see_it_named(s, volume) == DE_OK && set_place(s, volume) == DE_OK)
		s->fetch = fetch_open(&s->client, &s->place,
		    s->settings.parallel, &s->failure);
	notes_report(s->notes, s->host);
	if (s->fetch == NULL) {
		about->failure = s->failure;
		unset_place(s);
		return DE_FAILED;
	}
	about->name = s->place.name;
	about->properties |= DE_READING_SEEKS;
	about->size = fetch_size(s->fetch);
	return DE_OK;
}

static enum de_status
out_s3_read_record(void *self, void *buffer, size_t room, size_t *length)
{
	struct out_s3 *s = self;

	return fetch_next(s->fetch, buffer, room, length);
}

static enum de_status
out_s3_tell(void *self, uint64_t *position)
{
	const struct out_s3 *s = self;

	*position = fetch_tell(s->fetch);
	return DE_OK;
}

static enum de_status
out_s3_go_to(void *self, uint64_t position)
{
	struct out_s3 *s = self;

	fetch_go_to(s->fetch, position);
	return DE_OK;
}

/*
 * Of a bucket with versions, that version: without it, the object would only be
 * hidden, locked or not.
 */
static enum de_status
out_s3_remove(void *self)
{
	struct out_s3 *s = self;
	const char *until = fetch_locked_until(s->fetch);
	char why[REQUEST_WHY_BYTES], text[2 * REQUEST_WHY_BYTES];
	struct link *link = link_new(&s->client, true);
	enum de_status status = DE_OK;
	struct answer answer;

	if (link == NULL)
		return no_memory(s->host);
	if (object_remove(link, &s->place, fetch_version(s->fetch), &answer) !=
	    REQUEST_DONE) {
		answer_explain(&answer, &s->client, why);
		snprintf(text, sizeof(text), "cannot be removed%s%s: %s",
		    until[0] == '\0' ? "" : ", as it is locked until ", until,
		    why);
		status = refuse(s, answer_failure(&answer), s->place.name,
		    text);
	}
	answer_free(&answer);
	link_free(link);
	return status;
}

static void
out_s3_close_reading(void *self)
{
	struct out_s3 *s = self;

	fetch_close(s->fetch);
	s->fetch = NULL;
	unset_place(s);
}

/* ------------------------------------------------------------------- instances */

static void
out_s3_destroy(void *self)
{
	struct out_s3 *s = self;

	settings_free(&s->settings);
	notes_free(s->notes);
	free(s);
	curl_global_cleanup();
}

static void
set_client(struct out_s3 *s)
{
	s->client = (struct client){
		.host = s->host,
		.store = &s->settings.store,
		.region = s->settings.region,
		.keys = s->settings.keys,
		.notes = s->notes,
		.stop = &s->stop,
		.ca_file = s->settings.ca_file,
		.proxy = s->settings.proxy,
		.timeout = s->settings.timeout,
		.attempts = s->settings.attempts,
	};
}

static enum de_status
out_s3_create(const struct de_host *host, void **self)
{
	struct out_s3 *s = calloc(1, sizeof(*s));

	if (s == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(s);
		return no_memory(host);
	}
	s->host = host;
	s->notes = notes_new();
	if (s->notes == NULL)
		no_memory(host);
	else if (settings_read(&s->settings, host, &s->stop) == DE_OK) {
		set_client(s);
		*self = s;
		return DE_OK;
	}
	out_s3_destroy(s);
	return DE_FAILED;
}

static const struct de_output out_s3_output = {
	.struct_size = sizeof(out_s3_output),
	.check = out_s3_check,
	.open_volume = out_s3_open_volume,
	.write = out_s3_write,
	.close_volume = out_s3_close_volume,
	.begin_readback = out_s3_begin_readback,
	.failure = out_s3_failure,
	.name_resources = out_s3_name_resources,
	.open_reading = out_s3_open_reading,
	.read_record = out_s3_read_record,
	.tell = out_s3_tell,
	.go_to = out_s3_go_to,
	.close_reading = out_s3_close_reading,
	.remove = out_s3_remove,
};

static const struct de_plugin out_s3 = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-s3",
	.summary = "write each volume to an object in a store that speaks S3",
	.options = settings_options,
	.create = out_s3_create,
	.destroy = out_s3_destroy,
	.output = &out_s3_output,
};

DE_PLUGIN(out_s3);
