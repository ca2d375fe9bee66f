/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/history_json.h"

#include <stddef.h>
#include <string.h>

enum type { TEXT, TEXT_OR_NULL, NUMBER, NUMBER32, FLAG, STATUS, ARRAY };

struct field {
	const char *key;
	enum type type;
	size_t offset;
	int64_t min;		/* range of a number */
	int64_t max;
};

#define FIELD(key, type, min, max) \
	{ #key, type, offsetof(struct history_record, key), min, max }

static const struct field fields[] = {
	FIELD(id, TEXT, 0, 0),
	FIELD(job, TEXT, 0, 0),
	FIELD(dumpdates, TEXT_OR_NULL, 0, 0),
	FIELD(name, TEXT, 0, 0),
	FIELD(device, TEXT, 0, 0),
	FIELD(filesystem, TEXT, 0, 0),
	FIELD(label, TEXT, 0, 0),
	FIELD(host, TEXT, 0, 0),
	FIELD(source, TEXT, 0, 0),
	FIELD(uuid, TEXT, 0, 0),
	FIELD(created, NUMBER, INT64_MIN, INT64_MAX),
	FIELD(written, NUMBER, INT64_MIN, INT64_MAX),
	FIELD(lifetime_writes, NUMBER, 0, INT64_MAX),
	FIELD(level, NUMBER32, 0, INT32_MAX),
	FIELD(date, NUMBER, 1, INT64_MAX),
	FIELD(base_date, NUMBER, 0, INT64_MAX),
	FIELD(base_level, NUMBER32, -1, INT32_MAX),
	FIELD(moment, NUMBER, INT64_MIN, INT64_MAX),
	FIELD(exclude, ARRAY, 0, 0),
	FIELD(subtree, TEXT_OR_NULL, 0, 0),
	FIELD(nodump, FLAG, 0, 0),
	FIELD(is_base, FLAG, 0, 0),
	FIELD(is_noted, FLAG, 0, 0),
	FIELD(is_displaced, FLAG, 0, 0),
	FIELD(status, STATUS, 0, 0),
	FIELD(order, NUMBER, 0, HISTORY_ORDER_MAX),
	FIELD(begun, NUMBER, INT64_MIN, INT64_MAX),
	FIELD(ended, NUMBER, INT64_MIN, INT64_MAX),
	FIELD(uptime, NUMBER, 0, INT64_MAX),
	FIELD(boot, TEXT, 0, 0),
	FIELD(pid, NUMBER, 0, INT32_MAX),
	FIELD(pid_started, NUMBER, 0, INT64_MAX),
	FIELD(volumes, ARRAY, 0, 0),
	FIELD(heads, ARRAY, 0, 0),
	FIELD(retake, ARRAY, 0, 0),
	FIELD(retake_is_cut, FLAG, 0, 0),
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static const char *const statuses[] = {
	[HISTORY_RUNNING] = "running",
	[HISTORY_FINISHED] = "finished",
	[HISTORY_INCOMPLETE] = "incomplete",
	[HISTORY_ABORTED] = "aborted",
	[HISTORY_GONE] = "gone",
};
#define STATUSES (sizeof(statuses) / sizeof(statuses[0]))

static json_t *
text(const char *s)
{
	return s == NULL ? json_null() : json_string(s);
}

static json_t *
array(const json_t *a)
{
	return a == NULL ? json_array() : json_deep_copy(a);
}

static json_t *
value_of(const struct history_record *r, const struct field *f)
{
	const char *at = (const char *)r + f->offset;

	switch (f->type) {
	case TEXT:
	case TEXT_OR_NULL:
		return text(*(const char *const *)(const void *)at);
	case NUMBER:
		return json_integer(*(const int64_t *)(const void *)at);
	case NUMBER32:
		return json_integer(*(const int32_t *)(const void *)at);
	case FLAG:
		return json_boolean(*(const bool *)(const void *)at);
	case STATUS:
		return json_string(statuses[r->status]);
	case ARRAY:
		return array(*(const json_t *const *)(const void *)at);
	}
	return NULL;
}

json_t *
history_json_make(const struct history_record *r)
{
	json_t *o = json_object();

	/* json_object_set_new() fails on a NULL value or object. */
	for (size_t i = 0; i < FIELDS; i++)
		if (json_object_set_new(o, fields[i].key,
		    value_of(r, &fields[i])) == -1) {
			json_decref(o);
			return NULL;
		}
	return o;
}

static bool
take_status(const json_t *value, enum history_status *status)
{
	if (!json_is_string(value))
		return false;
	for (size_t i = 0; i < STATUSES; i++)
		if (strcmp(json_string_value(value), statuses[i]) == 0) {
			*status = (enum history_status)i;
			return true;
		}
	return false;
}

static bool
take_number(const json_t *value, const struct field *f, int64_t *number)
{
	*number = (int64_t)json_integer_value(value);
	return json_is_integer(value) && *number >= f->min &&
	    *number <= f->max;
}

static bool
take(const json_t *value, const struct field *f, struct history_record *r)
{
	void *at = (char *)r + f->offset;
	int64_t number;

	switch (f->type) {
	case TEXT:
	case TEXT_OR_NULL:
		*(const char **)at = json_string_value(value);
		return json_is_string(value) ||
		    (f->type == TEXT_OR_NULL && json_is_null(value));
	case NUMBER:
		return take_number(value, f, at);
	case NUMBER32:
		if (!take_number(value, f, &number))
			return false;
		*(int32_t *)at = (int32_t)number;
		return true;
	case FLAG:
		*(bool *)at = json_is_true(value);
		return json_is_boolean(value);
	case STATUS:
		return take_status(value, at);
	case ARRAY:
		*(const json_t **)at = value;
		return json_is_array(value);
	}
	return false;
}

/* Are all elements of the array of that type? */
static bool
holds(const json_t *a, json_type type)
{
	for (size_t i = 0; i < json_array_size(a); i++)
		if (json_typeof(json_array_get(a, i)) != type)
			return false;
	return true;
}

bool
history_json_read(const json_t *o, struct history_record *r)
{
	memset(r, 0, sizeof(*r));
	if (!json_is_object(o))
		return false;
	for (size_t i = 0; i < FIELDS; i++) {
		const json_t *value = json_object_get(o, fields[i].key);
		if (value == NULL || !take(value, &fields[i], r))
			return false;
	}
	return holds(r->exclude, JSON_STRING) &&
	    holds(r->volumes, JSON_OBJECT) && holds(r->heads, JSON_OBJECT) &&
	    holds(r->retake, JSON_INTEGER);
}
