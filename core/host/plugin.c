/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/plugin.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/host/apart.h"
#include "core/host/note.h"
#include "core/host/options.h"
#include "plugins/common/safe_file.h"

#define PLUGIN_PATH_VARIABLE "DUMPENGINE_PLUGIN_PATH"
#define OPTIONS_MAX 256		/* a longer table has no terminator */

struct plugin_registry {
	struct report *rep;
	const struct trust *trust;
	enum plugin_trial trial;
	struct plugin *first;
};

/* Where a failing check puts its reason. */
struct why {
	char *text;
	size_t size;
};

static int refuse_plugin(const struct why *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int
refuse_plugin(const struct why *why, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(why->text, why->size, format, args);
	va_end(args);
	return -1;
}

static const char *
plugin_folders(void)
{
	const char *folders = getenv(PLUGIN_PATH_VARIABLE);
	return folders != NULL && *folders != '\0' ? folders : PLUGINDIR;
}

/* Take the next directory from a colon-separated list; false at its end. */
static bool
next_folder(const char **list, char *folder, size_t size)
{
	while (**list == ':')
		(*list)++;
	if (**list == '\0')
		return false;
	const size_t length = strcspn(*list, ":");
	snprintf(folder, size, "%.*s", (int)length, *list);
	*list += length;
	return true;
}

/* Returns the path of a plugin, or NULL with a reason.  The caller frees it. */
static char *
find(const char *name, const struct why *why)
{
	char folder[PATH_MAX], path[PATH_MAX + 256];
	const char *list = plugin_folders();

	if (strchr(name, '/') != NULL) {
		if (access(name, F_OK) == 0)
			return strdup(name);
		refuse_plugin(why, "%s: no such file", name);
		return NULL;
	}
	while (next_folder(&list, folder, sizeof(folder))) {
		snprintf(path, sizeof(path), "%s/%s.so", folder, name);
		if (access(path, F_OK) == 0)
			return strdup(path);
	}
	refuse_plugin(why, "no plugin %s in %s; `dumpengine --list-plugins` "
	    "lists the plugins, and a name with a slash is a path",
	    name, plugin_folders());
	return NULL;
}

const char *
plugin_kind_name(enum de_kind kind)
{
	switch (kind) {
	case DE_SOURCE:
		return "source";
	case DE_OUTPUT:
		return "output";
	case DE_EOT_HANDLER:
		return "eot";
	case DE_FILTER:
		return "filter";
	}
	return "plugin of an unknown kind";
}

/* Copy a plugin's structure; members that it lacks stay zero. */
static void
copy_sized(void *to, size_t to_size, const void *from, size_t from_size)
{
	memset(to, 0, to_size);
	memcpy(to, from, from_size < to_size ? from_size : to_size);
}

static int
lacks(const struct why *why, const char *path, const char *callback)
{
	return refuse_plugin(why, "%s: the plugin lacks the callback %s, which "
	    "is required", path, callback);
}

static int
check_source(const struct plugin *p, const struct why *why)
{
	const struct de_source *s = &p->source;

	if (s->open == NULL)
		return lacks(why, p->path, "source.open");
	if (s->close == NULL)
		return lacks(why, p->path, "source.close");
	if (s->scan_begin == NULL)
		return lacks(why, p->path, "source.scan_begin");
	if (s->scan_next == NULL)
		return lacks(why, p->path, "source.scan_next");
	if (s->scan_end == NULL)
		return lacks(why, p->path, "source.scan_end");
	if (s->read_directory == NULL)
		return lacks(why, p->path, "source.read_directory");
	if (s->map_file == NULL)
		return lacks(why, p->path, "source.map_file");
	if (s->read_symlink == NULL)
		return lacks(why, p->path, "source.read_symlink");
	if (s->read == NULL)
		return lacks(why, p->path, "source.read");
	return 0;
}

static int
check_reading(const struct plugin *p, const struct why *why)
{
	const struct de_output *o = &p->output;

	if (o->open_reading == NULL)
		return 0;
	if (o->read_record == NULL)
		return lacks(why, p->path, "output.read_record");
	if (o->close_reading == NULL)
		return lacks(why, p->path, "output.close_reading");
	if ((o->tell == NULL) != (o->go_to == NULL))
		return lacks(why, p->path, o->go_to == NULL ?
		    "output.go_to" : "output.tell");
	return 0;
}

static int
check_output(const struct plugin *p, const struct why *why)
{
	const struct de_output *o = &p->output;

	if (o->open_volume == NULL)
		return lacks(why, p->path, "output.open_volume");
	if (o->write == NULL)
		return lacks(why, p->path, "output.write");
	if (o->close_volume == NULL)
		return lacks(why, p->path, "output.close_volume");
	if (o->begin_readback == NULL && o->read_back != NULL)
		return lacks(why, p->path, "output.begin_readback");
	if (o->begin_readback != NULL && o->read_back == NULL &&
	    o->read_record == NULL)
		return lacks(why, p->path, "output.read_record");
	if ((o->settled == NULL) != (o->settle == NULL))
		return lacks(why, p->path, o->settle == NULL ?
		    "output.settle" : "output.settled");
	return check_reading(p, why);
}

static int
check_filter(const struct plugin *p, const struct why *why)
{
	const struct de_filter *f = &p->filter;

	if (f->begin_volume == NULL)
		return lacks(why, p->path, "filter.begin_volume");
	if (f->encode == NULL)
		return lacks(why, p->path, "filter.encode");
	if (f->end_volume == NULL)
		return lacks(why, p->path, "filter.end_volume");
	if (f->recognises == NULL)
		return lacks(why, p->path, "filter.recognises");
	if (f->open_reading == NULL)
		return lacks(why, p->path, "filter.open_reading");
	if (f->read == NULL)
		return lacks(why, p->path, "filter.read");
	if (f->close_reading == NULL)
		return lacks(why, p->path, "filter.close_reading");
	return 0;
}

static int
take_operations(struct plugin *p, const struct why *why)
{
	const struct de_source *source = p->descriptor.source;
	const struct de_output *output = p->descriptor.output;
	const struct de_eot *eot = p->descriptor.eot;
	const struct de_filter *filter = p->descriptor.filter;

	switch (p->descriptor.kind) {
	case DE_SOURCE:
		if (source == NULL)
			return lacks(why, p->path, "source");
		copy_sized(&p->source, sizeof(p->source), source,
		    source->struct_size);
		p->descriptor.source = &p->source;
		return check_source(p, why);
	case DE_OUTPUT:
		if (output == NULL)
			return lacks(why, p->path, "output");
		copy_sized(&p->output, sizeof(p->output), output,
		    output->struct_size);
		p->descriptor.output = &p->output;
		return check_output(p, why);
	case DE_EOT_HANDLER:
		if (eot == NULL)
			return lacks(why, p->path, "eot");
		copy_sized(&p->eot, sizeof(p->eot), eot, eot->struct_size);
		p->descriptor.eot = &p->eot;
		if (p->eot.volume_ended == NULL)
			return lacks(why, p->path, "eot.volume_ended");
		return 0;
	case DE_FILTER:
		if (filter == NULL)
			return lacks(why, p->path, "filter");
		copy_sized(&p->filter, sizeof(p->filter), filter,
		    filter->struct_size);
		p->descriptor.filter = &p->filter;
		return check_filter(p, why);
	}
	return refuse_plugin(why, "%s: the plugin is of kind %d, which this "
	    "dumpengine does not support", p->path, (int)p->descriptor.kind);
}

static const struct de_option *
nth_option(const struct plugin *p, size_t n)
{
	return (const struct de_option *)(const void *)
	    ((const char *)p->descriptor.options +
	    n * p->descriptor.option_size);
}

/* Refuse a table whose own defaults are invalid, once and for all. */
static int
take_options(struct plugin *p, const struct why *why)
{
	size_t n = 0;

	if (p->descriptor.options != NULL) {
		if (p->descriptor.option_size <
		    offsetof(struct de_option, help) + sizeof(char *))
			return refuse_plugin(why, "%s: option_size is not set; "
			    "begin the descriptor with DE_PLUGIN_ABI", p->path);
		while (nth_option(p, n)->key != NULL)
			if (++n == OPTIONS_MAX)
				return refuse_plugin(why, "%s: the option "
				    "table has no end; its last key must be "
				    "NULL", p->path);
	}
	p->options = calloc(n + 1, sizeof(*p->options));
	if (p->options == NULL)
		return refuse_plugin(why, "out of memory");
	for (size_t i = 0; i < n; i++) {
		copy_sized(&p->options[i], sizeof(p->options[i]),
		    nth_option(p, i), p->descriptor.option_size);
		if (p->options[i].help == NULL)
			return refuse_plugin(why, "%s: option %s has no help",
			    p->path, p->options[i].key);
	}
	p->descriptor.options = p->options;

	struct option_set *defaults = option_set_new(p->options);
	if (defaults == NULL)
		return refuse_plugin(why, "%s: a default value in its option "
		    "table has the wrong type or range", p->path);
	option_set_free(defaults);
	return 0;
}

static int
check_descriptor(struct plugin *p, const struct de_plugin *theirs,
    const struct why *why)
{
	if (theirs == NULL)
		return refuse_plugin(why, "%s: de_plugin_entry() returned "
		    "NULL", p->path);
	if (theirs->api_version != DE_API_VERSION)
		return refuse_plugin(why, "%s: the plugin was built for "
		    "version %u of the plugin interface, but this dumpengine "
		    "has version %d; rebuild it with the installed "
		    "dumpengine/plugin.h", p->path, theirs->api_version,
		    DE_API_VERSION);
	if (theirs->struct_size < offsetof(struct de_plugin, destroy) +
	    sizeof(theirs->destroy))
		return refuse_plugin(why, "%s: the descriptor has only %u "
		    "bytes; begin it with DE_PLUGIN_ABI", p->path,
		    theirs->struct_size);
	copy_sized(&p->descriptor, sizeof(p->descriptor), theirs,
	    theirs->struct_size);
	if (p->descriptor.name == NULL || p->descriptor.summary == NULL)
		return refuse_plugin(why, "%s: the descriptor has no %s",
		    p->path, p->descriptor.name == NULL ? "name" : "summary");
	if (p->descriptor.create == NULL)
		return lacks(why, p->path, "create");
	if (p->descriptor.destroy == NULL)
		return lacks(why, p->path, "destroy");
	if (take_operations(p, why) == -1)
		return -1;
	return take_options(p, why);
}

/* Record that the plugin's own code is about to run. */
static struct note_call
enter(const char *path, const char *function)
{
	return note_enter((struct note_call){ path, function });
}

static void
plugin_free(struct plugin *p)
{
	if (p == NULL)
		return;
#ifndef KEEP_PLUGINS_LOADED	/* lets valgrind name their functions */
	if (p->dl != NULL) {
		const struct note_call before = enter(p->noted, "dlclose");
		dlclose(p->dl);
		note_enter(before);
	}
#endif
	free(p->options);
	free(p->path);
	free(p);
}

/* On a fifo, dlopen() would block until there is a writer. */
static bool
is_a_file(const char *path, const struct why *why)
{
	const char *fault;
	const int fd = safe_file_open_regular(path, 0, &fault);

	if (fd == -1)
		refuse_plugin(why, "cannot load plugin: %s: %s", path, fault);
	else
		close(fd);
	return fd != -1;
}

/* `noted` is the path as note.h needs it. */
static struct plugin *
open_plugin(const char *path, const char *noted, const struct why *why)
{
	const struct de_plugin *(*entry)(void);
	struct plugin *p = calloc(1, sizeof(*p));

	if (p == NULL || (p->path = strdup(path)) == NULL) {
		refuse_plugin(why, "out of memory");
		goto fail;
	}
	if (!is_a_file(path, why))
		goto fail;
	p->noted = noted;
	/* dlopen() looks up a bare name in the library directories. */
	struct note_call before = enter(noted, "dlopen");
	p->dl = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	note_enter(before);
	if (p->dl == NULL) {
		refuse_plugin(why, "cannot load plugin: %s", dlerror());
		goto fail;
	}
	*(void **)&entry = dlsym(p->dl, "de_plugin_entry");
	if (entry == NULL) {
		refuse_plugin(why, "%s: not a dumpengine plugin (it has no "
		    "function de_plugin_entry)", path);
		goto fail;
	}
	before = enter(noted, "de_plugin_entry");
	const struct de_plugin *descriptor = entry();
	note_enter(before);
	if (check_descriptor(p, descriptor, why) == -1)
		goto fail;
	return p;

fail:
	plugin_free(p);
	return NULL;
}

/* Reports nothing: the process that loads it for good will. */
static bool
load_and_unload(void *arg, const struct apart_mouth *mouth)
{
	char text[1];
	const struct why why = { text, sizeof(text) };

	(void)mouth;
	plugin_free(open_plugin(arg, arg, &why));
	return true;
}

static bool
can_be_loaded(const struct plugin_registry *reg, char *path,
    const struct why *why)
{
	const struct apart apart = { .work = load_and_unload, .arg = path };
	char how[NOTE_HOW_BYTES];

	if (reg->trial != PLUGIN_TRY ||
	    apart_run(&apart, how, sizeof(how)) == APART_DONE)
		return true;
	refuse_plugin(why, "%s: cannot be loaded: the trial process %s",
	    path, how);
	return false;
}

static struct plugin *
loaded_already(const struct plugin_registry *reg, const char *path)
{
	for (struct plugin *p = reg->first; p != NULL; p = p->next)
		if (strcmp(p->path, path) == 0)
			return p;
	return NULL;
}

/* Loading a plugin runs its code. */
static bool
is_trusted(const struct plugin_registry *reg, const char *path,
    const struct why *why)
{
	char text[TRUST_WHY_BYTES];

	if (trust_file(reg->trust, path, TRUST_ROOT, text))
		return true;
	refuse_plugin(why, "%s", text);
	return false;
}

/* Keep its path and name where the waiting process can read them. */
static struct plugin *
load(const struct plugin_registry *reg, const char *path,
    const struct why *why)
{
	const bool in_trial = reg->trial == PLUGIN_IN_TRIAL;
	const char *noted = in_trial ? note_text(path) : path;
	struct plugin *p = noted == NULL ? NULL :
	    open_plugin(path, noted, why);

	if (p == NULL)
		return NULL;
	if (!in_trial)
		p->noted = p->path;
	else
		p->descriptor.name = note_text(p->descriptor.name);
	if (p->descriptor.name != NULL)
		return p;
	plugin_free(p);
	return NULL;
}

const struct plugin *
plugin_load(struct plugin_registry *reg, const char *name, enum de_kind kind,
    char *why_text, size_t why_size)
{
	const struct why why = { why_text, why_size };
	char *path = find(name, &why);

	if (path == NULL)
		return NULL;
	struct plugin *p = loaded_already(reg, path);
	if (p == NULL && is_trusted(reg, path, &why) &&
	    can_be_loaded(reg, path, &why) &&
	    (p = load(reg, path, &why)) != NULL) {
		p->trust = reg->trust;
		p->next = reg->first;
		reg->first = p;
		report(reg->rep, DE_DEBUG, "loaded %s %s from %s",
		    plugin_kind_name(p->descriptor.kind), p->descriptor.name,
		    p->path);
	}
	free(path);
	if (p != NULL && kind != 0 && p->descriptor.kind != kind) {
		refuse_plugin(&why, "%s is of kind %s; expected one of kind "
		    "%s", name, plugin_kind_name(p->descriptor.kind),
		    plugin_kind_name(kind));
		return NULL;
	}
	return p;
}

struct plugin_registry *
plugin_registry_new(struct report *rep, const struct trust *trust)
{
	struct plugin_registry *reg = calloc(1, sizeof(*reg));
	if (reg == NULL)
		return NULL;
	reg->rep = rep;
	reg->trust = trust;
	return reg;
}

void
plugin_registry_set_trial(struct plugin_registry *reg, enum plugin_trial trial)
{
	reg->trial = trial;
}

enum plugin_trial
plugin_registry_trial(const struct plugin_registry *reg)
{
	return reg->trial;
}

void
plugin_registry_free(struct plugin_registry *reg)
{
	if (reg == NULL)
		return;
	while (reg->first != NULL) {
		struct plugin *p = reg->first;
		reg->first = p->next;
		plugin_free(p);
	}
	free(reg);
}

static int
is_shared_object(const struct dirent *entry)
{
	const size_t length = strlen(entry->d_name);
	return length > 3 && strcmp(entry->d_name + length - 3, ".so") == 0;
}

void
plugin_each(void (*fn)(void *arg, const char *path), void *arg)
{
	char folder[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	const char *list = plugin_folders();

	while (next_folder(&list, folder, sizeof(folder))) {
		struct dirent **entries;
		const int n = scandir(folder, &entries, is_shared_object,
		    alphasort);
		for (int i = 0; i < n; i++) {
			snprintf(path, sizeof(path), "%s/%s", folder,
			    entries[i]->d_name);
			fn(arg, path);
			free(entries[i]);
		}
		if (n >= 0)
			free(entries);
	}
}
