/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/options.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"

#define AUTOMATIC "auto"	/* SIZES: stored as an empty list; INTEGER: as
				   OPTION_AUTO */
#define FRACTION_MAX 1000000	/* six digits */

static size_t
table_length(const struct de_option *table)
{
	size_t n = 0;
	while (table[n].key != NULL)
		n++;
	return n;
}

static void
value_clear(struct option_value *value)
{
	for (size_t i = 0; i < value->text_count; i++)
		free(value->texts[i]);
	free(value->texts);
	value->texts = NULL;
	value->text_count = 0;
	free(value->numbers);
	value->numbers = NULL;
	value->number_count = 0;
	value->known = false;
}

static bool
is_ranged(const struct de_option *o)
{
	return o->min != 0 || o->max != 0;
}

static bool
is_in_range(const struct de_option *o, int64_t n)
{
	return !is_ranged(o) || (n >= o->min && n <= o->max);
}

static const char *
type_name(enum de_option_type type)
{
	switch (type) {
	case DE_OPTION_STRING:
		return "a text";
	case DE_OPTION_INTEGER:
		return "an integer";
	case DE_OPTION_BOOLEAN:
		return "true or false";
	case DE_OPTION_SIZE:
		return "a size (bytes, or e.g. \"700 MiB\")";
	case DE_OPTION_STRINGS:
		return "a text or a list of texts";
	case DE_OPTION_TIME:
		return "a date (seconds, or e.g. \"2026-11-22T03:00:00Z\")";
	case DE_OPTION_SIZES:
		return "a size (bytes, or e.g. \"700 MiB\"), a list of sizes, "
		    "or \"auto\"";
	}
	return "a value";
}

static bool
may_be_auto(const struct de_option *o)
{
	return o->type == DE_OPTION_INTEGER &&
	    (o->flags & OPTION_MAY_BE_AUTO) != 0;
}

void
option_describe(const struct de_option *o, char text[static OPTION_WHY_BYTES])
{
	const bool is_text = o->type == DE_OPTION_STRING ||
	    o->type == DE_OPTION_STRINGS;

	if (!is_ranged(o))
		snprintf(text, OPTION_WHY_BYTES, "%s", type_name(o->type));
	else
		snprintf(text, OPTION_WHY_BYTES, "%s %s %" PRId64 " to %" PRId64
		    "%s", type_name(o->type), is_text ? "of" : "from",
		    o->min, o->max, is_text ? " bytes" :
		    may_be_auto(o) ? ", or \"auto\"" : "");
}

static bool
wrong_type(const struct de_option *o, const char *found,
    char why[static OPTION_WHY_BYTES])
{
	char takes[OPTION_WHY_BYTES];

	option_describe(o, takes);
	snprintf(why, OPTION_WHY_BYTES, "invalid value %.100s; expected %.120s",
	    found, takes);
	return false;
}

static bool
out_of_range(const struct de_option *o, int64_t number,
    char why[static OPTION_WHY_BYTES])
{
	snprintf(why, OPTION_WHY_BYTES, "%" PRId64 " is out of range (%" PRId64
	    " to %" PRId64 ")", number, o->min, o->max);
	return false;
}

static bool
add_checked_number(struct option_set *set, int index, int64_t number,
    char why[static OPTION_WHY_BYTES])
{
	const struct de_option *o = &set->table[index];
	struct option_value *value = &set->values[index];

	if (!is_in_range(o, number))
		return out_of_range(o, number, why);
	int64_t *numbers = realloc(value->numbers,
	    (value->number_count + 1) * sizeof(*numbers));
	if (numbers == NULL) {
		snprintf(why, OPTION_WHY_BYTES, "out of memory");
		return false;
	}
	value->numbers = numbers;
	numbers[value->number_count++] = number;
	value->known = value->set = true;
	return true;
}

static bool
put_checked_number(struct option_set *set, int index, int64_t number,
    char why[static OPTION_WHY_BYTES])
{
	const struct de_option *o = &set->table[index];
	struct option_value *value = &set->values[index];

	if (!is_in_range(o, number))
		return out_of_range(o, number, why);
	value_clear(value);
	value->number = number;
	value->known = value->set = true;
	return true;
}

bool
option_put_number(struct option_set *set, int index, int64_t number,
    char why[static OPTION_WHY_BYTES])
{
	const struct de_option *o = &set->table[index];
	char found[32];

	switch (o->type) {
	case DE_OPTION_INTEGER:
	case DE_OPTION_SIZE:
	case DE_OPTION_TIME:
		return put_checked_number(set, index, number, why);
	case DE_OPTION_SIZES:
		value_clear(&set->values[index]);
		return add_checked_number(set, index, number, why);
	default:
		snprintf(found, sizeof(found), "%" PRId64, number);
		return wrong_type(o, found, why);
	}
}

bool
option_put_boolean(struct option_set *set, int index, bool value,
    char why[static OPTION_WHY_BYTES])
{
	const struct de_option *o = &set->table[index];

	if (o->type != DE_OPTION_BOOLEAN)
		return wrong_type(o, value ? "true" : "false", why);
	return put_checked_number(set, index, value, why);
}

/*
 * The fraction after a number, as `*parts` of `*of`.  It has so few digits that
 * the parts of a TiB still fit in 64 bits.
 */
static const char *
parse_fraction(const char *p, int64_t *parts, int64_t *of)
{
	*parts = 0;
	*of = 1;
	if (p[0] != '.' || !isdigit((unsigned char)p[1]))
		return p;
	for (p++; isdigit((unsigned char)*p) && *of < FRACTION_MAX; p++) {
		*parts = *parts * 10 + (*p - '0');
		*of *= 10;
	}
	return p;
}

/*
 * "700 MiB", "700M", "4.7 GB", "4096".  K, M, G and T are powers of 1024; kB,
 * MB, GB and TB powers of 1000.
 */
static bool
parse_size(const char *text, int64_t *bytes)
{
	static const char letters[] = "KMGT";
	char *end;
	int64_t parts, of;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	const intmax_t n = strtoimax(text, &end, 10);
	if (errno != 0)
		return false;
	const char *p = parse_fraction(end, &parts, &of);
	while (*p == ' ')
		p++;
	int64_t unit = 1;
	const char *letter = *p == '\0' ? NULL :
	    strchr(letters, toupper((unsigned char)*p));
	if (letter != NULL) {
		p++;
		const int64_t base = strcmp(p, "B") == 0 ? 1000 : 1024;
		for (long i = letter - letters; i >= 0; i--)
			unit *= base;
		if (*p == 'i')
			p++;
	}
	if (*p == 'B')
		p++;
	/* A byte has no fraction. */
	if (*p != '\0' || (of > 1 && unit == 1))
		return false;
	return !__builtin_mul_overflow((int64_t)n, unit, bytes) &&
	    !__builtin_add_overflow(*bytes, parts * unit / of, bytes);
}

bool
option_parse_integer(const char *text, int64_t *number)
{
	char *end;
	errno = 0;
	const intmax_t n = strtoimax(text, &end, 10);
	*number = (int64_t)n;
	return errno == 0 && end != text && *end == '\0';
}

static bool
add_checked_text(struct option_set *set, int index, const char *text,
    char why[static OPTION_WHY_BYTES])
{
	const struct de_option *o = &set->table[index];
	struct option_value *value = &set->values[index];
	const size_t length = strlen(text);

	if (!is_in_range(o, (int64_t)length)) {
		snprintf(why, OPTION_WHY_BYTES, "\"%.80s\" is %zu bytes long; "
		    "expected %" PRId64 " to %" PRId64, text, length, o->min,
		    o->max);
		return false;
	}
	char **texts = realloc(value->texts,
	    (value->text_count + 1) * sizeof(*texts));
	if (texts == NULL)
		goto no_memory;
	value->texts = texts;
	texts[value->text_count] = strdup(text);
	if (texts[value->text_count] == NULL)
		goto no_memory;
	value->text_count++;
	value->known = true;
	value->set = true;
	return true;

no_memory:
	snprintf(why, OPTION_WHY_BYTES, "out of memory");
	return false;
}

static void
put_auto(struct option_value *value)
{
	value_clear(value);
	value->number = OPTION_AUTO;
	value->known = value->set = true;
}

bool
option_put_text(struct option_set *set, int index, const char *text,
    char why[static OPTION_WHY_BYTES])
{
	const struct de_option *o = &set->table[index];
	char found[120];
	int64_t number;

	switch (o->type) {
	case DE_OPTION_STRING:
	case DE_OPTION_STRINGS:
		value_clear(&set->values[index]);
		return add_checked_text(set, index, text, why);
	case DE_OPTION_SIZE:
		if (parse_size(text, &number))
			return put_checked_number(set, index, number, why);
		break;
	case DE_OPTION_SIZES:
		value_clear(&set->values[index]);
		if (strcmp(text, AUTOMATIC) == 0) {
			set->values[index].known = true;
			set->values[index].set = true;
			return true;
		}
		if (parse_size(text, &number))
			return add_checked_number(set, index, number, why);
		break;
	case DE_OPTION_TIME:
		if (date_parse(text, &number))
			return put_checked_number(set, index, number, why);
		break;
	case DE_OPTION_INTEGER:
		if (!may_be_auto(o) || strcmp(text, AUTOMATIC) != 0)
			break;
		put_auto(&set->values[index]);
		return true;
	case DE_OPTION_BOOLEAN:
		break;
	}
	snprintf(found, sizeof(found), "\"%.80s\"", text);
	return wrong_type(o, found, why);
}

/* The first value replaces the default. */
static bool
begin_list(struct option_set *set, int index, enum de_option_type type,
    char why[static OPTION_WHY_BYTES])
{
	const struct de_option *o = &set->table[index];

	if (o->type != type)
		return wrong_type(o, "(a list)", why);
	if (!set->values[index].set)
		value_clear(&set->values[index]);
	return true;
}

bool
option_add_number(struct option_set *set, int index, int64_t number,
    char why[static OPTION_WHY_BYTES])
{
	return begin_list(set, index, DE_OPTION_SIZES, why) &&
	    add_checked_number(set, index, number, why);
}

bool
option_add_text(struct option_set *set, int index, const char *text,
    char why[static OPTION_WHY_BYTES])
{
	int64_t number;

	if (set->table[index].type != DE_OPTION_SIZES)
		return begin_list(set, index, DE_OPTION_STRINGS, why) &&
		    add_checked_text(set, index, text, why);
	if (!parse_size(text, &number))
		return wrong_type(&set->table[index], "in the list",
		    why);
	return option_add_number(set, index, number, why);
}

/* A default is text, checked in the same way as a configured value. */
static bool
put_default(struct option_set *set, int index)
{
	const struct de_option *o = &set->table[index];
	char why[OPTION_WHY_BYTES];
	int64_t number;
	bool ok;

	if (o->default_value == NULL)
		return true;
	if (o->type == DE_OPTION_BOOLEAN)
		ok = (strcmp(o->default_value, "true") == 0 ||
		    strcmp(o->default_value, "false") == 0) &&
		    option_put_boolean(set, index,
		    strcmp(o->default_value, "true") == 0, why);
	else if (o->type == DE_OPTION_INTEGER)
		ok = option_parse_integer(o->default_value, &number) &&
		    option_put_number(set, index, number, why);
	else
		ok = option_put_text(set, index, o->default_value, why);
	set->values[index].set = false;
	return ok;
}

struct option_set *
option_set_new(const struct de_option *table)
{
	struct option_set *set = calloc(1, sizeof(*set));
	if (set == NULL)
		return NULL;
	const size_t n = table_length(table);
	set->table = table;
	set->values = calloc(n + 1, sizeof(*set->values));
	if (set->values == NULL)
		goto fail;
	for (size_t i = 0; i < n; i++)
		if (!put_default(set, (int)i))
			goto fail;
	return set;

fail:
	option_set_free(set);
	return NULL;
}

void
option_set_free(struct option_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; set->values != NULL &&
	    set->table[i].key != NULL; i++)
		value_clear(&set->values[i]);
	free(set->values);
	free(set);
}

static bool
value_copy(struct option_value *to, const struct option_value *from)
{
	const size_t texts = from->texts == NULL ? 0 : from->text_count;
	const size_t numbers = from->numbers == NULL ? 0 : from->number_count;

	value_clear(to);
	to->set = from->set;
	to->known = from->known;
	to->number = from->number;
	to->texts = texts == 0 ? NULL : calloc(texts, sizeof(*to->texts));
	to->numbers = numbers == 0 ? NULL :
	    calloc(numbers, sizeof(*to->numbers));
	if ((texts > 0 && to->texts == NULL) ||
	    (numbers > 0 && to->numbers == NULL))
		return false;
	for (; to->text_count < texts; to->text_count++) {
		to->texts[to->text_count] = strdup(from->texts[to->text_count]);
		if (to->texts[to->text_count] == NULL)
			return false;
	}
	if (numbers > 0)
		memcpy(to->numbers, from->numbers,
		    numbers * sizeof(*to->numbers));
	to->number_count = numbers;
	return true;
}

struct option_set *
option_set_copy(const struct option_set *set)
{
	struct option_set *copy = option_set_new(set->table);
	bool ok = copy != NULL;

	for (size_t i = 0; ok && set->table[i].key != NULL; i++)
		ok = value_copy(&copy->values[i], &set->values[i]);
	if (ok)
		return copy;
	option_set_free(copy);
	return NULL;
}

int
option_find(const struct de_option *table, const char *key)
{
	for (int i = 0; table[i].key != NULL; i++)
		if (strcmp(table[i].key, key) == 0)
			return i;
	return -1;
}

const struct option_value *
option_get(const struct option_set *set, const char *key,
    enum de_option_type type)
{
	const int i = option_find(set->table, key);
	if (i == -1 || set->table[i].type != type || !set->values[i].known)
		return NULL;
	return &set->values[i];
}

/* `types` has a bit for each type that is acceptable. */
static const struct option_value *
value_of(const struct option_set *set, const char *key, unsigned int types)
{
	const int i = option_find(set->table, key);

	if (i == -1 || (types >> set->table[i].type & 1) == 0)
		abort();
	return &set->values[i];
}

const char *
option_text(const struct option_set *set, const char *key)
{
	const struct option_value *value = value_of(set, key,
	    1U << DE_OPTION_STRING);
	return value->known ? value->texts[0] : NULL;
}

int64_t
option_number(const struct option_set *set, const char *key)
{
	const struct option_value *value = value_of(set, key,
	    1U << DE_OPTION_INTEGER | 1U << DE_OPTION_BOOLEAN |
	    1U << DE_OPTION_SIZE | 1U << DE_OPTION_TIME);
	return value->known ? value->number : 0;
}
