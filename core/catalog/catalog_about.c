/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/catalog/catalog_about.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL_MAX 1000000
#define ABOUT_VERSION 1	/* as of the part of an index */

static const char *const states[] = {
	[CATALOG_COMPLETE] = "complete",
	[CATALOG_INCOMPLETE] = "incomplete",
	[CATALOG_ABORTED] = "aborted",
	[CATALOG_EXPIRED] = "expired",
};
#define STATES (sizeof(states) / sizeof(states[0]))
#define RUNNING "running"

/* A member that is a text, and where it is in a structure. */
struct text_member {
	const char *key;
	size_t at;
};

static const struct text_member dump_texts[] = {
	{ "job", offsetof(struct catalog_dump, job) },
	{ "host", offsetof(struct catalog_dump, host) },
	{ "device", offsetof(struct catalog_dump, device) },
	{ "filesystem", offsetof(struct catalog_dump, filesystem) },
	{ "label", offsetof(struct catalog_dump, label) },
	{ "source", offsetof(struct catalog_dump, source) },
	{ "uuid", offsetof(struct catalog_dump, uuid) },
	{ "subtree", offsetof(struct catalog_dump, subtree) },
	{ "output", offsetof(struct catalog_dump, output) },
	{ "program", offsetof(struct catalog_dump, program) },
	{ "config", offsetof(struct catalog_dump, config) },
	{ NULL, 0 }
};

static const struct text_member volume_texts[] = {
	{ "medium", offsetof(struct catalog_volume, medium) },
	{ "barcode", offsetof(struct catalog_volume, barcode) },
	{ "serial", offsetof(struct catalog_volume, serial) },
	{ "label", offsetof(struct catalog_volume, label) },
	{ "digest", offsetof(struct catalog_volume, digest) },
	{ "filters", offsetof(struct catalog_volume, filters) },
	{ "medium_digest", offsetof(struct catalog_volume, medium_digest) },
	{ "head", offsetof(struct catalog_volume, head) },
	{ NULL, 0 }
};

/* The same for numbers. */
struct number_member {
	const char *key;
	size_t at;
	int64_t least;
	int64_t most;
	int64_t unknown;
	bool is_32_bits;
};

#define DUMP(member) offsetof(struct catalog_dump, member)
static const struct number_member dump_numbers[] = {
	{ "level", DUMP(level), -LEVEL_MAX, LEVEL_MAX, 0, true },
	{ "date", DUMP(date), INT64_MIN, INT64_MAX, 0, false },
	{ "base_date", DUMP(base_date), INT64_MIN, INT64_MAX, 0, false },
	{ "begun", DUMP(begun), 0, INT64_MAX, 0, false },
	{ "ended", DUMP(ended), 0, INT64_MAX, 0, false },
	{ "status", DUMP(status), 0, 255, -1, true },
	{ "findings", DUMP(findings), 0, INT64_MAX, 0, false },
	{ "notes", DUMP(notes), 0, INT64_MAX, 0, false },
	{ "blocks", DUMP(blocks), 0, INT64_MAX, 0, false },
	{ NULL, 0, 0, 0, 0, false }
};

#define VOLUME(member) offsetof(struct catalog_volume, member)
static const struct number_member volume_numbers[] = {
	{ "number", VOLUME(number), 1, UINT32_MAX, 0, true },
	{ "file", VOLUME(file), 0, INT64_MAX, -1, false },
	{ "first", VOLUME(first), 0, INT64_MAX, 0, false },
	{ "blocks", VOLUME(blocks), 0, INT64_MAX, 0, false },
	{ "medium_bytes", VOLUME(medium_bytes), 0, INT64_MAX, 0, false },
	{ "written", VOLUME(written), 0, INT64_MAX, 0, false },
	{ "verified", VOLUME(verified), 0, INT64_MAX, 0, false },
	{ NULL, 0, 0, 0, 0, false }
};

#define REPLACED(member) offsetof(struct catalog_replaced, member)
static const struct text_member replaced_texts[] = {
	{ "host", REPLACED(host) },
	{ "device", REPLACED(device) },
	{ NULL, 0 }
};

static const struct number_member replaced_numbers[] = {
	{ "date", REPLACED(date), INT64_MIN, INT64_MAX, 0, false },
	{ "level", REPLACED(level), -LEVEL_MAX, LEVEL_MAX, 0, true },
	{ "number", REPLACED(number), 1, UINT32_MAX, 0, true },
	{ NULL, 0, 0, 0, 0, false }
};

/* ------------------------------------------------------------------ reading */

static const char *
text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void
take_texts(void *to, const json_t *o, const struct text_member *m)
{
	for (; m->key != NULL; m++) {
		const char *text = text_of(o, m->key);
		memcpy((char *)to + m->at, &text, sizeof(text));
	}
}

/* One of 32 bits may be signed or not: the bytes are the same. */
static void
put_number(void *to, const struct number_member *m, int64_t number)
{
	const uint32_t low = (uint32_t)(uint64_t)number;

	if (m->is_32_bits)
		memcpy((char *)to + m->at, &low, sizeof(low));
	else
		memcpy((char *)to + m->at, &number, sizeof(number));
}

static void
take_numbers(void *to, const json_t *o, const struct number_member *m)
{
	for (; m->key != NULL; m++) {
		const json_t *value = json_object_get(o, m->key);
		const int64_t number = json_integer_value(value);
		put_number(to, m, json_is_integer(value) &&
		    number >= m->least && number <= m->most ? number :
		    m->unknown);
	}
}

static void
take_state(struct catalog_about *a)
{
	const char *text = text_of(a->json, "state");

	a->dump.state = CATALOG_COMPLETE;
	a->is_running = text != NULL && strcmp(text, RUNNING) == 0;
	a->is_whole = json_is_true(json_object_get(a->json, "whole"));
	for (size_t i = 0; text != NULL && i < STATES; i++)
		if (strcmp(text, states[i]) == 0)
			a->dump.state = (enum catalog_state)i;
}

static int32_t
blocking_of(const json_t *json)
{
	const json_int_t blocking = json_integer_value(json_object_get(json,
	    "blocking"));

	return blocking > 0 && blocking <= INT32_MAX ? (int32_t)blocking : 0;
}

static void
take_volumes(struct catalog_about *a, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list) &&
	    a->volume_count < CATALOG_VOLUMES_MAX; i++) {
		struct catalog_volume *v = &a->volumes[a->volume_count];
		const json_t *o = json_array_get(list, i);
		take_texts(v, o, volume_texts);
		take_numbers(v, o, volume_numbers);
		v->output = a->dump.output;
		v->record_blocks = blocking_of(a->json);
		a->volume_count += v->number != 0;
	}
}

static void
take_replaced(struct catalog_about *a, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list) &&
	    a->replaced_count < CATALOG_VOLUMES_MAX; i++) {
		struct catalog_replaced *r = &a->replaced[a->replaced_count];
		take_texts(r, json_array_get(list, i), replaced_texts);
		take_numbers(r, json_array_get(list, i), replaced_numbers);
		a->replaced_count += r->number != 0;
	}
}

/* Memory for what is not in the JSON itself. */
static bool
make_room(struct catalog_about *a, const json_t *list, const json_t *replaced,
    const json_t *exclude)
{
	a->replaced = calloc(json_array_size(replaced) + 1,
	    sizeof(*a->replaced));
	a->volumes = calloc(json_array_size(list) + 1, sizeof(*a->volumes));
	if (json_array_size(exclude) > 0)
		a->dump.exclude = a->exclude = json_dumps(exclude,
		    JSON_COMPACT);
	return a->volumes != NULL && a->replaced != NULL &&
	    (json_array_size(exclude) == 0 || a->exclude != NULL);
}

bool
catalog_about_parse(struct catalog_about *a, const char *json, size_t length)
{
	*a = (struct catalog_about){
		.json = json_loadb(json, length, JSON_REJECT_DUPLICATES, NULL),
	};
	const json_t *list = json_object_get(a->json, "volumes");
	const json_t *replaced = json_object_get(a->json, "replaced");
	if (!json_is_object(a->json) || !make_room(a, list, replaced,
	    json_object_get(a->json, "exclude"))) {
		catalog_about_clear(a);
		return false;
	}
	take_texts(&a->dump, a->json, dump_texts);
	take_numbers(&a->dump, a->json, dump_numbers);
	take_state(a);
	const json_int_t files = json_integer_value(json_object_get(a->json,
	    "files_block"));
	a->files_block = files > 0 ? (uint64_t)files : 0;
	take_volumes(a, list);
	take_replaced(a, replaced);
	return true;
}

void
catalog_about_clear(struct catalog_about *a)
{
	json_decref(a->json);
	free(a->volumes);
	free(a->replaced);
	free(a->exclude);
	*a = (struct catalog_about){ 0 };
}

/* ------------------------------------------------------------------ writing */

static bool
put_texts(json_t *o, const void *from, const struct text_member *m)
{
	for (; m->key != NULL; m++) {
		const char *text;
		memcpy(&text, (const char *)from + m->at, sizeof(text));
		if (text != NULL && json_object_set_new(o, m->key,
		    json_string(text)) != 0)
			return false;
	}
	return true;
}

/* Of 32 bits, only `status` may be negative: unknown. */
static bool
put_numbers(json_t *o, const void *from, const struct number_member *m)
{
	for (; m->key != NULL; m++) {
		const char *at = (const char *)from + m->at;
		int64_t number;
		uint32_t low;
		if (m->is_32_bits) {
			memcpy(&low, at, sizeof(low));
			number = m->least < 0 || m->unknown < 0 ?
			    (int64_t)(int32_t)low : (int64_t)low;
		} else {
			memcpy(&number, at, sizeof(number));
		}
		if (number != m->unknown && json_object_set_new(o, m->key,
		    json_integer((json_int_t)number)) != 0)
			return false;
	}
	return true;
}

static bool
put_exclude(json_t *o, const char *exclude)
{
	return exclude == NULL || json_object_set_new(o, "exclude",
	    json_loads(exclude, 0, NULL)) == 0;
}

static bool
put_volumes(json_t *o, const struct catalog_about *a)
{
	json_t *list = json_array();
	bool put = list != NULL && json_object_set(o, "volumes", list) == 0;

	for (size_t i = 0; put && i < a->volume_count; i++) {
		json_t *v = json_object();
		put = v != NULL && put_texts(v, &a->volumes[i], volume_texts) &&
		    put_numbers(v, &a->volumes[i], volume_numbers) &&
		    json_array_append(list, v) == 0;
		json_decref(v);
	}
	json_decref(list);
	return put;
}

static bool
put_replaced(json_t *o, const struct catalog_about *a)
{
	json_t *list = json_array();
	bool put = list != NULL && json_object_set(o, "replaced", list) == 0;

	for (size_t i = 0; put && i < a->replaced_count; i++) {
		json_t *r = json_object();
		put = r != NULL &&
		    put_texts(r, &a->replaced[i], replaced_texts) &&
		    put_numbers(r, &a->replaced[i], replaced_numbers) &&
		    json_array_append(list, r) == 0;
		json_decref(r);
	}
	json_decref(list);
	return put;
}

json_t *
catalog_about_format(const struct catalog_about *a)
{
	json_t *o = json_object();
	const int32_t blocking = a->volume_count == 0 ? 0 :
	    a->volumes[0].record_blocks;

	if (o != NULL && json_object_set_new(o, "version",
	    json_integer(ABOUT_VERSION)) == 0 &&
	    put_texts(o, &a->dump, dump_texts) &&
	    put_numbers(o, &a->dump, dump_numbers) &&
	    put_exclude(o, a->dump.exclude) &&
	    json_object_set_new(o, "state", json_string(a->is_running ?
	    RUNNING : states[a->dump.state])) == 0 &&
	    json_object_set_new(o, "whole", json_boolean(a->is_whole)) == 0 &&
	    (blocking == 0 || json_object_set_new(o, "blocking",
	    json_integer(blocking)) == 0) && put_volumes(o, a) &&
	    (a->replaced_count == 0 || put_replaced(o, a)))
		return o;
	json_decref(o);
	return NULL;
}

/* ------------------------------------------------------------------- adding */

bool
catalog_about_add(struct catalog *c, struct catalog_about *a)
{
	if (!catalog_add_dump(c, &a->dump))
		return false;
	for (size_t i = 0; i < a->volume_count; i++) {
		a->volumes[i].dump = a->dump.id;
		if (!catalog_add_volume(c, &a->volumes[i]))
			return false;
	}
	return catalog_mark_replaced(c, a->dump.id, 0, a->replaced,
	    a->replaced_count);
}
