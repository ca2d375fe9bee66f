/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/suggest.h"

void
settings_error(struct settings *s, const struct config_node *at,
    const char *key, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);

	const char *file = at == NULL ? NULL : at->file;
	if (at == NULL)
		report_line(s->rep, "%s: %s: %s", s->file, key, text);
	else
		report_line(s->rep, "%s:%u: %s: %s",
		    file == NULL ? s->file : file,
		    at->line, key, text);
	s->errors++;
}

static bool
add_element(const struct config_node *item, struct option_set *set, int index,
    char why[static OPTION_WHY_BYTES])
{
	switch (item->type) {
	case CONFIG_TEXT:
		return option_add_text(set, index, item->text, why);
	case CONFIG_INTEGER:
		return option_add_number(set, index, item->number, why);
	default:
		snprintf(why, OPTION_WHY_BYTES, "is neither text nor size");
		return false;
	}
}

/* Each invalid element is reported with its own line. */
static void
read_list(struct settings *s, const struct config_node *list,
    struct option_set *set, int index)
{
	char why[OPTION_WHY_BYTES];
	const struct de_option *o = &set->table[index];
	int i = 1;

	if ((o->type != DE_OPTION_STRINGS && o->type != DE_OPTION_SIZES) ||
	    list->first == NULL) {
		char takes[OPTION_WHY_BYTES];
		option_describe(o, takes);
		settings_error(s, list, o->key, "invalid value (%s list); "
		    "expected %s", list->first == NULL ? "an empty" : "a",
		    takes);
		return;
	}
	for (const struct config_node *item = list->first; item != NULL;
	    item = item->next, i++)
		if (!add_element(item, set, index, why))
			settings_error(s, item, o->key, "element %d: %s", i,
			    why);
}

static void
read_setting(struct settings *s, const struct config_node *at,
    struct option_set *set, int index)
{
	char why[OPTION_WHY_BYTES], takes[OPTION_WHY_BYTES];
	const char *key = set->table[index].key;
	bool ok = true;

	switch (at->type) {
	case CONFIG_INTEGER:
		ok = option_put_number(set, index, at->number, why);
		break;
	case CONFIG_BOOLEAN:
		ok = option_put_boolean(set, index, at->number != 0, why);
		break;
	case CONFIG_TEXT:
		ok = option_put_text(set, index, at->text, why);
		break;
	case CONFIG_LIST:
		read_list(s, at, set, index);
		return;
	case CONFIG_GROUP:
	case CONFIG_FRACTION:
		option_describe(&set->table[index], takes);
		settings_error(s, at, key, "invalid value (%s); expected %s",
		    at->type == CONFIG_GROUP ? "a group" : "a fraction",
		    takes);
		return;
	}
	if (!ok)
		settings_error(s, at, key, "%s", why);
}

static bool
is_listed(const char *const *keys, const char *key)
{
	for (; *keys != NULL; keys++)
		if (strcmp(*keys, key) == 0)
			return true;
	return false;
}

static void
unknown_key(struct settings *s, const struct config_node *at,
    struct option_set *const *sets, const char *const *groups,
    const char *owner)
{
	const char *key = at->name;
	struct suggestion near;

	suggest_begin(&near, key);
	for (; *sets != NULL; sets++)
		for (int i = 0; (*sets)->table[i].key != NULL; i++)
			suggest_offer(&near, (*sets)->table[i].key);
	for (; *groups != NULL; groups++)
		suggest_offer(&near, *groups);
	if (near.best != NULL)
		settings_error(s, at, key,
		    "%s has no such option; did you mean %s?", owner,
		    near.best);
	else
		settings_error(s, at, key, "%s has no such option", owner);
}

static void
require(struct settings *s, const struct config_node *group,
    const struct option_set *set, const char *owner)
{
	for (int i = 0; set->table[i].key != NULL; i++) {
		const struct de_option *o = &set->table[i];
		if ((o->flags & DE_OPTION_REQUIRED) == 0 ||
		    config_node_member(group, o->key) != NULL)
			continue;
		settings_error(s, group, o->key, "missing; required by %s (%s)",
		    owner, o->help);
	}
}

/* Store it in the set that has the key; false if none has. */
static bool
read_into(struct settings *s, const struct config_node *at,
    struct option_set *const *sets)
{
	for (; *sets != NULL; sets++) {
		const int index = option_find((*sets)->table,
		    at->name);
		if (index != -1) {
			read_setting(s, at, *sets, index);
			return true;
		}
	}
	return false;
}

void
settings_read(struct settings *s, const struct config_node *group,
    struct option_set *const *sets, const char *const *groups,
    const char *owner)
{
	for (const struct config_node *at = group->first; at != NULL;
	    at = at->next)
		if (!is_listed(groups, at->name) && !read_into(s, at, sets))
			unknown_key(s, at, sets, groups, owner);
	for (; *sets != NULL; sets++)
		require(s, group, *sets, owner);
}

const struct config_node *
settings_group(struct settings *s, const struct config_node *group,
    const char *key, bool required)
{
	const struct config_node *at = config_node_member(group, key);

	if (at == NULL) {
		if (required)
			settings_error(s, group, key,
			    "missing; add a group such as %s = { plugin = "
			    "\"...\"; };", key);
		return NULL;
	}
	if (at->type != CONFIG_GROUP) {
		settings_error(s, at, key,
		    "must be a group, such as %s = { ... };", key);
		return NULL;
	}
	return at;
}

const char *
settings_text(struct settings *s, const struct config_node *group,
    const char *key)
{
	const struct config_node *at = config_node_member(group, key);
	const char *text = at == NULL ? NULL : at->text;

	if (at == NULL)
		settings_error(s, group, key, "missing; name the plugin");
	else if (text == NULL || *text == '\0') {
		settings_error(s, at, key, "must be a nonempty text");
		return NULL;
	}
	return text;
}
