/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/instance.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/environment.h"
#include "core/format/inomap.h"

#define SAID_TEXT_BYTES 1024

static const struct instance *
instance_of(const struct de_host *host)
{
	return host->context;
}

static void pass_on(const struct instance *in, const char *format,
    va_list args) __attribute__((format(printf, 2, 0)));

/* Give a message to the hook, without the plugin's name in front. */
static void
pass_on(const struct instance *in, const char *format, va_list args)
{
	const char *name = in->plugin->descriptor.name;
	const size_t length = strlen(name);
	char text[SAID_TEXT_BYTES];
	const char *from = text;

	vsnprintf(text, sizeof(text), format, args);
	if (strncmp(text, name, length) == 0 && text[length] == ':' &&
	    text[length + 1] == ' ')
		from += length + 2;
	in->hooks.said(in->hooks.said_arg, in->volume, from);
}

__attribute__((format(printf, 3, 4)))
static void
host_report(const struct de_host *host, enum de_severity severity,
    const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vreport(instance_of(host)->rep, severity, format, args);
	va_end(args);
	if (instance_of(host)->hooks.said == NULL || severity == DE_DEBUG)
		return;
	va_start(args, format);
	pass_on(instance_of(host), format, args);
	va_end(args);
}

/* A plugin may ask for a key that is not in its table. */
static const char *
host_get_string(const struct de_host *host, const char *key)
{
	const struct option_value *value = option_get(
	    instance_of(host)->options, key, DE_OPTION_STRING);
	return value == NULL ? NULL : value->texts[0];
}

static int64_t
host_get_integer(const struct de_host *host, const char *key)
{
	const struct option_set *set = instance_of(host)->options;
	const int i = option_find(set->table, key);

	if (i == -1)
		return 0;
	switch (set->table[i].type) {
	case DE_OPTION_INTEGER:
	case DE_OPTION_SIZE:
	case DE_OPTION_TIME:
		return option_number(set, key);
	default:
		return 0;
	}
}

static bool
host_get_boolean(const struct de_host *host, const char *key)
{
	const struct option_value *value = option_get(
	    instance_of(host)->options, key, DE_OPTION_BOOLEAN);
	return value != NULL && value->number != 0;
}

static size_t
host_get_strings(const struct de_host *host, const char *key,
    const char *const **items)
{
	const struct option_value *value = option_get(
	    instance_of(host)->options, key, DE_OPTION_STRINGS);

	*items = value == NULL ? NULL : (const char *const *)value->texts;
	return value == NULL ? 0 : value->text_count;
}

static size_t
host_get_sizes(const struct de_host *host, const char *key,
    const int64_t **items)
{
	const struct option_value *value = option_get(
	    instance_of(host)->options, key, DE_OPTION_SIZES);

	*items = value == NULL ? NULL : value->numbers;
	return value == NULL ? 0 : value->number_count;
}

static bool
host_is_set(const struct de_host *host, const char *key)
{
	const struct option_set *set = instance_of(host)->options;
	const int i = option_find(set->table, key);
	return i != -1 && set->values[i].set;
}

static bool
host_cancelled(const struct de_host *host)
{
	return *instance_of(host)->cancelled != 0 ||
	    atomic_load(&instance_of(host)->unwanted);
}

static uint64_t
host_monotonic_ns(const struct de_host *host)
{
	(void)host;
	return clock_ns();
}

static void host_finding(const struct de_host *host, enum de_finding kind,
    uint32_t inode, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void host_unknown_inodes(const struct de_host *host,
    enum de_finding kind, uint32_t first, uint32_t last, const char *format,
    ...) __attribute__((format(printf, 5, 6)));

static void take_finding(struct instance *in, enum de_finding kind,
    uint32_t inode, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static void
take_finding(struct instance *in, enum de_finding kind, uint32_t inode,
    const char *format, va_list args)
{
	char text[FINDING_TEXT_BYTES];

	vsnprintf(text, sizeof(text), format, args);
	in->finding_count++;
	if ((unsigned int)kind > DE_FINDING_READ_ERROR)
		kind = DE_FINDING_MISSING;	/* assume the worst */
	if (in->findings_are_known)
		return;
	if (in->hooks.finding == NULL)
		report(in->rep, DE_WARNING, "inode %" PRIu32 ": %s", inode,
		    text);
	else if (!in->hooks.finding(in->hooks.finding_arg, kind, inode, format,
	    text))
		instance_set_unwanted(in, true);
}

static enum de_status
call_create(struct instance *in)
{
	const struct call call = call_begin(&in->callee, CALL_CREATE);
	return call_end(&call,
	    in->plugin->descriptor.create(&in->host, &in->self));
}

static void
call_destroy(const struct instance *in)
{
	const struct call call = call_begin(&in->callee, CALL_DESTROY);
	in->plugin->descriptor.destroy(in->self);
	call_done(&call);
}

/* An output may have been built against an older, shorter structure. */
static bool
is_whole(const struct de_dump_found *found)
{
	return found->struct_size >= sizeof(*found);
}

static enum de_dump_state
host_dump_state(const struct de_host *host, const struct de_dump_found *found)
{
	const struct instance_hooks *hooks = &instance_of(host)->hooks;

	return hooks->dump_state != NULL && is_whole(found) ?
	    hooks->dump_state(hooks->dump_arg, found) : DE_DUMP_UNKNOWN;
}

static enum de_status
host_dump_retire(const struct de_host *host,
    const struct de_dump_found *found)
{
	const struct instance_hooks *hooks = &instance_of(host)->hooks;

	return hooks->dump_retire != NULL && is_whole(found) ?
	    hooks->dump_retire(hooks->dump_arg, found) : DE_OK;
}

static void
host_dump_find(const struct de_host *host, const void *bytes, size_t length,
    void (*take)(void *arg, const struct de_dump_found *found), void *arg)
{
	const struct instance_hooks *hooks = &instance_of(host)->hooks;

	if (hooks->dump_find != NULL)
		hooks->dump_find(hooks->dump_arg, bytes, length, take, arg);
}

static enum de_dump_hold
host_dump_hold(const struct de_host *host, const struct de_dump_found *found,
    char *why, size_t room)
{
	const struct instance_hooks *hooks = &instance_of(host)->hooks;

	if (hooks->dump_hold != NULL && (found == NULL || is_whole(found)))
		return hooks->dump_hold(hooks->hold_arg, found, why, room);
	snprintf(why, room, "and there is no catalogue to ask");
	return DE_HOLD_FAILED;
}

static void
host_finding(const struct de_host *host, enum de_finding kind, uint32_t inode,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	take_finding(host->context, kind, inode, format, args);
	va_end(args);
}

/* Without this map no level above 0 is safe, so give up when out of memory. */
static void
note_unknown(struct instance *in, uint32_t first, uint32_t last)
{
	struct inomap *map = in->unknown;

	if (map == NULL || in->unknown_is_short)
		return;
	if (map->bits == NULL && !inomap_init(map, map->max_inode)) {
		in->unknown_is_short = true;
		instance_set_unwanted(in, true);
		return;
	}
	inomap_add_range(map, first, last);
}

static void
host_unknown_inodes(const struct de_host *host, enum de_finding kind,
    uint32_t first, uint32_t last, const char *format, ...)
{
	struct instance *in = host->context;
	va_list args;

	note_unknown(in, first, last);
	va_start(args, format);
	take_finding(in, kind == DE_FINDING_NOTE ? DE_FINDING_MISSING : kind,
	    first, format, args);
	va_end(args);
}

static enum de_status
host_check_command(const struct de_host *host, const char *key,
    const char *command, const char *user)
{
	const struct instance *in = instance_of(host);
	const struct passwd *pw = user == NULL ? NULL : getpwnam(user);
	char why[TRUST_WHY_BYTES];

	if (trust_command(in->plugin->trust, command,
	    pw == NULL ? TRUST_ROOT : pw->pw_uid, why))
		return DE_OK;
	report(in->rep, DE_ERROR, "%s: %s", key, why);
	return DE_FAILED;
}

static const char *const *
host_command_environment(const struct de_host *host)
{
	struct instance *in = host->context;

	if (in->environment == NULL)
		in->environment = environment_new(in->plugin->trust);
	if (in->environment == NULL)
		report(in->rep, DE_ERROR, "out of memory");
	return (const char *const *)in->environment;
}

const char *
plugin_config_device(const struct plugin_config *config)
{
	const struct option_value *device = option_get(config->options,
	    "device", DE_OPTION_STRING);

	return device == NULL ? NULL : device->texts[0];
}

struct instance *
instance_new(const struct plugin *plugin, const struct option_set *options,
    struct report *rep, const atomic_int *cancelled)
{
	struct instance *in = calloc(1, sizeof(*in));

	if (in == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return NULL;
	}
	in->plugin = plugin;
	in->options = options;
	in->rep = rep;
	in->cancelled = cancelled;
	in->callee = (struct callee){ plugin->descriptor.name, rep, in->told };
	in->host = (struct de_host){
		.struct_size = sizeof(in->host),
		.api_version = DE_API_VERSION,
		.context = in,
		.report = host_report,
		.get_string = host_get_string,
		.get_integer = host_get_integer,
		.get_boolean = host_get_boolean,
		.get_strings = host_get_strings,
		.get_sizes = host_get_sizes,
		.is_set = host_is_set,
		.cancelled = host_cancelled,
		.monotonic_ns = host_monotonic_ns,
		.finding = host_finding,
		.dump_state = host_dump_state,
		.dump_retire = host_dump_retire,
		.unknown_inodes = host_unknown_inodes,
		.check_command = host_check_command,
		.command_environment = host_command_environment,
		.dump_hold = host_dump_hold,
		.dump_find = host_dump_find,
	};
	if (call_create(in) == DE_OK)
		return in;
	environment_free(in->environment);
	free(in);
	return NULL;
}

void
instance_set_report(struct instance *in, struct report *rep)
{
	in->rep = in->callee.rep = rep;
}

void
instance_set_unwanted(struct instance *in, bool unwanted)
{
	atomic_store(&in->unwanted, unwanted);
}

void
instance_free(struct instance *in)
{
	if (in == NULL)
		return;
	call_destroy(in);
	environment_free(in->environment);
	free(in);
}
