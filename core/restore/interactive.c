/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/interactive.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/restore/interactive_own.h"
#include "core/restore/prompt.h"
#include "core/restore/walk.h"
#include "core/restore/words.h"

#define PROMPT "dumpengine-restore > "

/* ------------------------------------------------------------------- names */

static uint32_t
parent_of(const struct interactive *in, uint32_t directory)
{
	const uint32_t id = names_of_directory(in->c->names, directory);
	struct name_entry entry;

	if (id == NAMES_NONE)
		return NAMES_ROOT;
	names_entry(in->c->names, id, &entry);
	return entry.directory;
}

/* ---------------------------------------------------------------- patterns */

/* A path with wildcards, component by component. */
struct expansion {
	struct interactive *in;
	interactive_fn *act;
	size_t found;
};

static void expand(struct expansion *e, uint32_t directory, const char *path,
    unsigned int depth);

#define DEPTH_MAX 512		/* components of a path that was typed */

/* The rest of the path, from the name `id`. */
static void
go_into(struct expansion *e, uint32_t id, const char *rest, unsigned int depth)
{
	while (*rest == '/')
		rest++;
	if (*rest == '\0') {
		e->found++;
		e->act(e->in, id);
		return;
	}
	const uint32_t directory = interactive_directory(e->in, id);
	if (directory != 0 && depth < DEPTH_MAX)
		expand(e, directory, rest, depth + 1);
}

/* Is what was typed a name of this entry? */
static bool
matches(const struct name_entry *entry, const char *pattern)
{
	char name[NAMES_LENGTH_MAX + 1];

	interactive_copy_name(entry, name);
	return fnmatch(pattern, name, FNM_PERIOD) == 0;
}

static void
expand_pattern(struct expansion *e, uint32_t directory, const char *pattern,
    const char *rest, unsigned int depth)
{
	uint32_t first, count;

	names_in_directory(e->in->c->names, directory, &first, &count);
	for (uint32_t i = 0; i < count; i++) {
		struct name_entry entry;
		names_entry(e->in->c->names, first + i, &entry);
		if (interactive_shows(e->in, &entry) && matches(&entry, pattern))
			go_into(e, first + i, rest, depth);
	}
}

static void
expand_component(struct expansion *e, uint32_t directory, char *component,
    const char *rest, unsigned int depth)
{
	const struct names *names = e->in->c->names;

	if (words_is_pattern(component)) {
		expand_pattern(e, directory, component, rest, depth);
		return;
	}
	words_unescape(component);
	if (strcmp(component, ".") == 0) {
		go_into(e, names_of_directory(names, directory), rest, depth);
	} else if (strcmp(component, "..") == 0) {
		go_into(e, names_of_directory(names, parent_of(e->in,
		    directory)), rest, depth);
	} else {
		const uint32_t id = names_lookup(names, directory, component,
		    strlen(component));
		if (id != NAMES_NONE)
			go_into(e, id, rest, depth);
	}
}

static void
expand(struct expansion *e, uint32_t directory, const char *path,
    unsigned int depth)
{
	const size_t length = strcspn(path, "/");
	char *component = strndup(path, length);

	if (component != NULL)
		expand_component(e, directory, component, path + length, depth);
	free(component);
}

/* Call `act` for each name that a word stands for, or say that none does. */
static void
each_name(struct interactive *in, const char *word, interactive_fn *act)
{
	struct expansion e = { .in = in, .act = act };

	if (word[0] == '/')
		go_into(&e, NAMES_NONE, word, 0);
	else
		expand(&e, in->directory, word, 0);
	if (e.found == 0)
		report(in->c->rep, DE_WARNING, "%s: there is no such name in "
		    "the set", word);
}

/* The words behind the command; without any, the current directory. */
static void
each_argument(struct interactive *in, const struct words *words,
    interactive_fn *act)
{
	if (words->count == 1)
		act(in, names_of_directory(in->c->names, in->directory));
	for (size_t i = 1; i < words->count; i++)
		each_name(in, words->items[i], act);
}

static void
do_ls(struct interactive *in, const struct words *words)
{
	struct words rest = *words;
	const bool is_long = words->count > 1 &&
	    strcmp(words->items[1], "-l") == 0;

	if (is_long) {
		rest.items++;
		rest.count--;
	}
	if (is_long) {
		fflush(stdout);
		in->goes_on = in->c->read_inodes(in->c->arg, &in->inodes);
	}
	if (in->goes_on)
		each_argument(in, &rest, is_long ? interactive_list_long :
		    interactive_list);
}

/* -------------------------------------------------------- other commands */

static void
enter(struct interactive *in, uint32_t id)
{
	const uint32_t directory = interactive_directory(in, id);

	if (directory != 0)
		in->directory = directory;
	else
		report(in->c->rep, DE_WARNING, "that is no directory");
}

static void
do_cd(struct interactive *in, const struct words *words)
{
	if (words->count == 1)
		in->directory = NAMES_ROOT;
	else
		each_name(in, words->items[1], enter);
}

static void
do_pwd(struct interactive *in, const struct words *words)
{
	const uint32_t id = names_of_directory(in->c->names, in->directory);

	(void)words;
	if (id == NAMES_NONE)
		putchar('/');
	else
		interactive_print_path(in, id);
	putchar('\n');
}

static void
choose(struct interactive *in, uint32_t id)
{
	if (id == NAMES_NONE)
		wanted_add_path(in->c->wanted, ".");
	else
		wanted_add(in->c->wanted, id);
}

static void
do_add(struct interactive *in, const struct words *words)
{
	each_argument(in, words, choose);
}

static void
leave_out(struct interactive *in, uint32_t id)
{
	if (id == NAMES_NONE)
		wanted_remove_path(in->c->wanted, ".");
	else
		wanted_remove(in->c->wanted, id);
}

static void
do_delete(struct interactive *in, const struct words *words)
{
	each_argument(in, words, leave_out);
}

static void
do_extract(struct interactive *in, const struct words *words)
{
	(void)words;
	in->goes_on = in->c->extract(in->c->arg, in->verbose);
}

static void
do_setmodes(struct interactive *in, const struct words *words)
{
	(void)words;
	in->goes_on = in->c->set_modes(in->c->arg);
}

static void
do_what(struct interactive *in, const struct words *words)
{
	(void)words;
	fflush(stdout);
	in->c->what(in->c->arg);
}

static void
do_find(struct interactive *in, const struct words *words)
{
	struct walk walk;
	struct name_entry entry;
	enum walk_step step;
	uint32_t id;

	if (words->count != 2) {
		report(in->c->rep, DE_WARNING, "find takes a pattern");
		return;
	}
	walk_begin(&walk, in->c->names, in->directory);
	while ((step = walk_next(&walk, &id, &entry)) != WALK_END) {
		if (step == WALK_LEAVE || !interactive_shows(in, &entry) ||
		    !matches(&entry, words->items[1]))
			continue;
		interactive_print_path(in, id);
		putchar('\n');
	}
}

static void
do_verbose(struct interactive *in, const struct words *words)
{
	(void)words;
	in->verbose = !in->verbose;
	printf("verbose mode %s\n", in->verbose ? "on" : "off");
}

static void
do_quit(struct interactive *in, const struct words *words)
{
	(void)words;
	in->has_quit = true;
}

static void do_help(struct interactive *in, const struct words *words);

/* In this order, the beginning of a name stands for it, as in restore(8). */
static const struct command {
	const char *name;
	void (*run)(struct interactive *in, const struct words *words);
	const char *help;
} commands[] = {
	{ "ls", do_ls, "ls [-l] [NAME...]     list a directory; * is chosen" },
	{ "cd", do_cd, "cd [DIRECTORY]        change the current directory" },
	{ "pwd", do_pwd, "pwd                   print the current directory" },
	{ "add", do_add, "add [NAME...]         choose names to extract" },
	{ "delete", do_delete, "delete [NAME...]      do not extract them" },
	{ "extract", do_extract, "extract               extract what is chosen" },
	{ "setmodes", do_setmodes,
	  "setmodes              set modes of chosen directories" },
	{ "find", do_find, "find PATTERN          find names in and below here" },
	{ "what", do_what, "what                  who made this set, and when" },
	{ "verbose", do_verbose, "verbose               show inode numbers" },
	{ "help", do_help, "help, ?               this text" },
	{ "quit", do_quit, "quit, xit, exit       leave" },
	{ "xit", do_quit, NULL },
	{ "exit", do_quit, NULL },
	{ "?", do_help, NULL },
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void
do_help(struct interactive *in, const struct words *words)
{
	(void)in;
	(void)words;
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (commands[i].help != NULL)
			printf("    %s\n", commands[i].help);
}

/* ------------------------------------------------------------- completion */

/* Offer `name` behind the directory part of what was typed. */
static void
offer(const char *typed, size_t before, const char *name, char suffix,
    prompt_take_fn *take, void *take_arg)
{
	char *word = malloc(before + 2 * strlen(name) + 2);

	if (word == NULL)
		return;
	memcpy(word, typed, before);
	char *p = word + before;
	for (; *name != '\0'; name++) {
		if (strchr(" \t\\\"'*?[", *name) != NULL)
			*p++ = '\\';
		*p++ = *name;
	}
	if (suffix == '/')
		*p++ = '/';
	*p = '\0';
	take(take_arg, word, suffix != '/');
	free(word);
}

/* The directory of the last component, or 0. */
static uint32_t
directory_typed(const struct interactive *in, const char *typed, size_t length)
{
	char *path = strndup(typed, length);
	uint32_t id = NAMES_NONE, directory = 0;
	char *whole = NULL;

	if (path == NULL)
		return 0;
	words_unescape(path);
	if (path[0] == '/' || in->directory == NAMES_ROOT) {
		whole = strdup(path);
	} else {
		char *here = names_path(in->c->names,
		    names_of_directory(in->c->names, in->directory));
		if (here == NULL || asprintf(&whole, "%s/%s", here, path) == -1)
			whole = NULL;
		free(here);
	}
	if (whole != NULL)
		switch (walk_find(in->c->names, whole, &id)) {
		case WALK_FOUND_ROOT:
			directory = NAMES_ROOT;
			break;
		case WALK_FOUND_ENTRY:
			directory = interactive_directory(in, id);
			break;
		case WALK_FOUND_NOTHING:
			break;
		}
	free(whole);
	free(path);
	return directory;
}

static void
complete_name(const struct interactive *in, const char *typed,
    prompt_take_fn *take, void *take_arg)
{
	const char *slash = strrchr(typed, '/');
	const size_t before = slash == NULL ? 0 : (size_t)(slash + 1 - typed);
	const uint32_t directory = directory_typed(in, typed, before);
	char *begun = strdup(typed + before);
	uint32_t first = 0, count = 0;

	if (begun == NULL)
		return;
	words_unescape(begun);
	if (directory != 0)
		names_in_directory(in->c->names, directory, &first, &count);
	for (uint32_t i = 0; i < count; i++) {
		struct name_entry entry;
		char name[NAMES_LENGTH_MAX + 1];
		names_entry(in->c->names, first + i, &entry);
		interactive_copy_name(&entry, name);
		if (interactive_shows(in, &entry) &&
		    strncmp(name, begun, strlen(begun)) == 0)
			offer(typed, before, name, interactive_suffix(in, first + i,
			    &entry), take, take_arg);
	}
	free(begun);
}

static void
complete(void *arg, const char *word, bool first, prompt_take_fn *take,
    void *take_arg)
{
	if (!first) {
		complete_name(arg, word, take, take_arg);
		return;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strncmp(commands[i].name, word, strlen(word)) == 0)
			take(take_arg, commands[i].name, true);
}

/* --------------------------------------------------------------- the loop */

static const struct command *
find_command(const char *word)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strncmp(commands[i].name, word, strlen(word)) == 0)
			return &commands[i];
	return NULL;
}

static void
run_line(struct interactive *in, const char *line)
{
	struct words words;

	if (!words_split(line, &words)) {
		report(in->c->rep, DE_ERROR, "out of memory");
		in->goes_on = false;
		return;
	}
	if (words.count > 0) {
		const struct command *command = find_command(words.items[0]);
		if (command != NULL)
			command->run(in, &words);
		else
			report(in->c->rep, DE_WARNING, "%s: there is no such "
			    "command; try help", words.items[0]);
	}
	words_free(&words);
}

bool
interactive_run(const struct interactive_config *config)
{
	struct interactive in = {
		.c = config,
		.directory = NAMES_ROOT,
		.verbose = config->verbose,
		.is_terminal = isatty(STDOUT_FILENO),
		.goes_on = true,
	};
	const char *line;

	in.prompt = prompt_new(PROMPT, complete, &in);
	if (in.prompt == NULL) {
		report(config->rep, DE_ERROR, "out of memory");
		return false;
	}
	while (in.goes_on && !in.has_quit &&
	    (line = prompt_read(in.prompt)) != NULL)
		run_line(&in, line);
	if (prompt_is_terminal(in.prompt) && !in.has_quit)
		putchar('\n');
	fflush(stdout);
	prompt_free(in.prompt);
	return in.goes_on;
}
