/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * options.h - a table of options and the values set for them
 *
 * Used for the tables of plugins and for the engine's own groups alike.  Knows
 * types, ranges and defaults, but not where values come from.
 */
#ifndef CORE_OPTIONS_H
#define CORE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dumpengine/plugin.h"

#define OPTION_WHY_BYTES 256

/*
 * For de_option.flags of the engine's own tables: an INTEGER that may also be
 * the text "auto", which is stored as OPTION_AUTO.
 */
#define OPTION_MAY_BE_AUTO 0x10000u
#define OPTION_AUTO (-1)

struct option_value {
	bool set;		/* explicitly, not by default */
	bool known;		/* has a value, set or default */
	int64_t number;		/* INTEGER, SIZE, TIME, BOOLEAN (0 or 1) */
	char **texts;		/* STRING (one) and STRINGS; owned */
	size_t text_count;
	int64_t *numbers;	/* SIZES; owned */
	size_t number_count;
};

/* The values of a table, one for each of its options. */
struct option_set {
	const struct de_option *table;	/* borrowed; ends with a NULL key */
	struct option_value *values;
};

/* Every option at its default.  Returns NULL if out of memory. */
struct option_set *option_set_new(const struct de_option *table);
void option_set_free(struct option_set *set);

/* A copy, with the same table.  Returns NULL if out of memory. */
struct option_set *option_set_copy(const struct option_set *set);

/* The index of a key in the table, or -1. */
int option_find(const struct de_option *table, const char *key);

/*
 * Set option `index`.  Returns false, with the reason and what is expected in
 * `why`, if the type is wrong or the value out of range.  SIZE and TIME also
 * accept a text, TIME also a number.
 */
bool option_put_number(struct option_set *set, int index, int64_t number,
    char why[static OPTION_WHY_BYTES]);
bool option_put_boolean(struct option_set *set, int index, bool value,
    char why[static OPTION_WHY_BYTES]);
bool option_put_text(struct option_set *set, int index, const char *text,
    char why[static OPTION_WHY_BYTES]);

/* Parse a decimal integer; the whole text must be one. */
bool option_parse_integer(const char *text, int64_t *number);

/* Append a value to an option that takes a list. */
bool option_add_number(struct option_set *set, int index, int64_t number,
    char why[static OPTION_WHY_BYTES]);
bool option_add_text(struct option_set *set, int index, const char *text,
    char why[static OPTION_WHY_BYTES]);

/* Describe what the option takes: "an integer from 1 to 64". */
void option_describe(const struct de_option *option,
    char text[static OPTION_WHY_BYTES]);

/* The value for a key, or NULL if it does not exist or has another type. */
const struct option_value *option_get(const struct option_set *set,
    const char *key, enum de_option_type type);

/*
 * Shorthands for known keys: NULL or 0 if there is no value.  A key that is not
 * in the table, or is not a text or a single number, is a bug and aborts.
 */
const char *option_text(const struct option_set *set, const char *key);
int64_t option_number(const struct option_set *set, const char *key);

#endif
