/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/operator/restore_command.h"
#include "core/run/catalog_rows.h"
#include "core/run/catalog_shell.h"

#define AS_RESTORED "restore -r"	/* what restore_command.h begins with */

static const struct catalog_rows_column columns[] = {
	{ "ID", "dump", CATALOG_ROWS_NUMBER, 4 },
	{ "DUMP", "dump_name", CATALOG_ROWS_TEXT, 28 },
	{ "LEVEL", "level", CATALOG_ROWS_NUMBER, 5 },
	{ "VOLUME", "number", CATALOG_ROWS_NUMBER, 6 },
	{ "MEDIUM", "medium", CATALOG_ROWS_TEXT, 10 },
	{ "FILE", "file", CATALOG_ROWS_NUMBER, 4 },
	{ "BLOCK", "block", CATALOG_ROWS_NUMBER, 10 },
	{ "NAME", "name", CATALOG_ROWS_TEXT, 0 },
	{ NULL, NULL, CATALOG_ROWS_TEXT, 0 }
};

/* Commands, line by line. */
struct script {
	struct catalog_way *w;
	const char *program;		/* with what it needs for -x */
	const char *rebuild;		/* the same for -r */
	FILE *out;			/* to a text */
};

/* ------------------------------------------------------------------ options */

/* " -M -s 2 -f NAME", the same for both programs. */
static void
put_set(FILE *out, const struct catalog_way_set *s)
{
	struct restore_command c = { .volumes = 0 };
	char text[RESTORE_COMMAND_BYTES];

	for (size_t i = 0; i < s->volume_count; i++) {
		const struct catalog_way_volume *v = &s->volumes[i];
		struct message_volume volume = {
			.number = v->number,
			.tape_file = v->file,
		};
		snprintf(volume.medium, sizeof(volume.medium), "%s",
		    v->medium);
		restore_command_note(&c, &volume);
	}
	restore_command_format(&c, s->volume_count == 0 ||
	    s->volumes[0].record_blocks < 0 ? 0 :
	    (uint32_t)s->volumes[0].record_blocks, text);
	if (text[0] != '\0')
		fputs(text + strlen(AS_RESTORED), out);
}

/* " -f A,B" */
static void
put_list(FILE *out, const struct catalog_way_set *s)
{
	char *list = NULL;
	size_t length;
	FILE *text = open_memstream(&list, &length);

	for (size_t i = 0; text != NULL && i < s->volume_count; i++)
		fprintf(text, "%s%s", i == 0 ? "" : ",",
		    s->volumes[i].medium);
	if (text == NULL || fclose(text) != 0)
		return;
	fputs(" -f ", out);
	catalog_shell_quote(out, list);
	free(list);
}

static bool
is_tape(const struct catalog_way_set *s)
{
	return s->volume_count > 0 && s->volumes[0].file >= 0;
}

/* -s counts from where the tape is. */
static void
put_rewind(FILE *out, const struct catalog_way_set *s)
{
	if (!is_tape(s) || strchr(s->volumes[0].medium, ':') != NULL)
		return;
	fputs("mt -f ", out);
	catalog_shell_quote(out, s->volumes[0].medium);
	fputs(" rewind\n", out);
}

/* The volumes that a program asks for by the way. */
static void
put_later_volumes(FILE *out, const struct catalog_way_set *s)
{
	for (size_t i = 0; i < s->volume_count; i++) {
		const struct catalog_way_volume *v = &s->volumes[i];
		const char *medium = v->barcode != NULL ? v->barcode :
		    v->label;
		if (!v->is_needed || (medium == NULL && s->volume_count == 1))
			continue;
		fprintf(out, "# volume %" PRIu32 ": ", v->number);
		if (medium != NULL) {
			catalog_shell_quote(out, medium);
			fputs(" in ", out);
		}
		catalog_shell_quote(out, v->medium);
		putc('\n', out);
	}
}

/* ----------------------------------------------------------- dump by dump */

static void
put_word(FILE *out, const char *word)
{
	putc(' ', out);
	catalog_shell_quote(out, word);
}

/* As they were given; one that begins with a dash is no option. */
static void
put_paths(FILE *out, const struct catalog_way *w)
{
	for (size_t i = 0; i < w->path_count; i++) {
		fputs(w->paths[i][0] == '-' ? " ./" : " ", out);
		catalog_shell_quote(out, w->paths[i]);
	}
}

static void
put_items(FILE *out, const struct catalog_way *w, size_t set)
{
	for (size_t i = 0; i < w->item_count; i++) {
		const struct catalog_way_item *item = &w->items[i];
		if (item->set == set)
			put_word(out, item->name != NULL &&
			    item->name[0] != '\0' ? item->name : item->path);
	}
}

static void
put_dump(const struct script *s, size_t set, bool rebuilds)
{
	const struct catalog_way *w = s->w;
	const struct catalog_way_set *from = &w->sets[set];

	if (from->volume_count == 0) {
		fprintf(s->out, "# No volume of %s is known.\n",
		    from->dump->name);
		return;
	}
	put_later_volumes(s->out, from);
	put_rewind(s->out, from);
	fputs(rebuilds ? s->rebuild : s->program, s->out);
	if (!rebuilds && !w->is_simple)
		fputs(" -h", s->out);
	put_set(s->out, from);
	if (!rebuilds && w->is_simple)
		put_paths(s->out, w);
	else if (!rebuilds)
		put_items(s->out, w, set);
	putc('\n', s->out);
}

/* Is it moved along with a directory that it is in? */
static bool
is_covered(const struct catalog_way *w, const struct catalog_way_item *item)
{
	for (const struct catalog_way_item *d = w->items; d < item; d++) {
		const size_t length = strlen(d->path);
		if (d->is_directory && d->name != NULL && d->set == item->set &&
		    strncmp(item->path, d->path, length) == 0 &&
		    item->path[length] == '/' &&
		    strncmp(item->name, d->name, strlen(d->name)) == 0 &&
		    strcmp(item->path + length, item->name + strlen(d->name))
		    == 0)
			return true;
	}
	return false;
}

static void
put_move(FILE *out, const struct catalog_way_item *item)
{
	const char *slash = strrchr(item->path, '/');
	char *parent = slash == NULL ? NULL : strndup(item->path,
	    (size_t)(slash - item->path));

	if (parent != NULL && strcmp(parent, ".") != 0) {
		fputs("mkdir -p", out);
		put_word(out, parent);
		fputs(" && ", out);
	}
	fputs("mv -T", out);
	put_word(out, item->name);
	put_word(out, item->path);
	putc('\n', out);
	free(parent);
}

static bool
is_item(const struct catalog_way *w, const char *path)
{
	for (size_t i = 0; i < w->item_count; i++)
		if (strcmp(w->items[i].path, path) == 0)
			return true;
	return false;
}

/* The directories of the old name, from the last one up, that are not wanted. */
static void
put_parents(FILE *out, const struct catalog_way *w, const char *name)
{
	char *parent = strdup(name);
	char *slash;

	while (parent != NULL && (slash = strrchr(parent, '/')) != NULL) {
		*slash = '\0';
		if (strcmp(parent, ".") == 0 || is_item(w, parent))
			break;
		put_word(out, parent);
	}
	free(parent);
}

static bool
is_moved(const struct catalog_way *w, const struct catalog_way_item *item)
{
	return item->name != NULL && item->name[0] != '\0' &&
	    !is_covered(w, item);
}

/* What is in its dump by an earlier name; the directories of that go. */
static void
put_moves(FILE *out, const struct catalog_way *w)
{
	bool moves = false;

	for (size_t i = 0; i < w->item_count; i++)
		if (is_moved(w, &w->items[i])) {
			put_move(out, &w->items[i]);
			moves = true;
		}
	if (!moves)
		return;
	fputs("rmdir", out);
	for (size_t i = 0; i < w->item_count; i++)
		if (is_moved(w, &w->items[i]))
			put_parents(out, w, w->items[i].name);
	fputs(" 2>/dev/null || :\n", out);
}

static void
put_dumps(const struct script *s)
{
	const struct catalog_way *w = s->w;
	const bool rebuilds = !w->is_simple && w->files > WAY_ITEMS_MAX;

	if (rebuilds)
		fputs("# In an empty directory; this restores all of the "
		    "filesystem.\n", s->out);
	for (size_t i = 0; i < w->set_count; i++)
		if (rebuilds || w->sets[i].is_used)
			put_dump(s, i, rebuilds);
	if (!rebuilds && !w->is_simple)
		put_moves(s->out, w);
}

/* ------------------------------------------------------- all dumps at once */

/* One after the other on one tape? */
static bool
follow_each_other(const struct catalog_way *w)
{
	const struct catalog_way_volume *first = w->sets[0].volumes;

	for (size_t i = 0; i < w->set_count; i++) {
		const struct catalog_way_volume *v = w->sets[i].volumes;
		if (w->sets[i].volume_count != 1 ||
		    v->file != first->file + (int64_t)i ||
		    strcmp(v->medium, first->medium) != 0 ||
		    v->barcode == NULL || first->barcode == NULL ||
		    strcmp(v->barcode, first->barcode) != 0)
			return false;
	}
	return true;
}

static bool
are_files(const struct catalog_way *w)
{
	for (size_t i = 0; i < w->set_count; i++)
		if (w->sets[i].volume_count == 0 || is_tape(&w->sets[i]))
			return false;
	return true;
}

static void
put_chain(const struct script *s)
{
	const struct catalog_way *w = s->w;

	fputs(s->program, s->out);
	if (is_tape(&w->sets[0]))
		fprintf(s->out, " -s %" PRId64, w->sets[0].volumes[0].file + 1);
	for (size_t i = 0; i < w->set_count; i++)
		put_list(s->out, &w->sets[i]);
	put_paths(s->out, w);
	putc('\n', s->out);
}

/* ------------------------------------------------------------- the commands */

static void
put_our_commands(const struct script *s)
{
	const struct catalog_way *w = s->w;

	if (!w->is_simple && (are_files(w) || follow_each_other(w)))
		put_chain(s);
	else
		put_dumps(s);
}

/* What the volumes have passed, which restore(8) cannot undo; NULL: nothing. */
static const char *
find_filters(const struct catalog_way *w)
{
	for (size_t i = 0; i < w->set_count; i++)
		for (size_t n = 0; n < w->sets[i].volume_count; n++)
			if (w->sets[i].volumes[n].filters != NULL)
				return w->sets[i].volumes[n].filters;
	return NULL;
}

static void
put_their_commands(const struct script *s)
{
	const char *filters = find_filters(s->w);

	if (filters == NULL)
		put_dumps(s);
	else
		fprintf(s->out, "# It reads the volumes once %s is undone.\n",
		    filters);
}

/* The text, to be freed; NULL if memory is out. */
static char *
make_commands(struct catalog_way *w, bool is_ours)
{
	char *text = NULL;
	size_t length;
	const struct script s = {
		.w = w,
		.program = is_ours ? "dumpengine-restore -x" :
		    "restore -x -a -y",
		.rebuild = is_ours ? "dumpengine-restore -r" :
		    "restore -r -y",
		.out = open_memstream(&text, &length),
	};

	if (s.out == NULL)
		return NULL;
	if (is_ours)
		put_our_commands(&s);
	else
		put_their_commands(&s);
	if (fclose(s.out) == 0)
		return text;
	free(text);
	return NULL;
}

/* ------------------------------------------------------------- the volumes */

static json_t *
make_text(const char *text)
{
	/* Bytes that JSON cannot hold are those of no medium in use. */
	json_t *value = text == NULL ? NULL : json_string(text);

	return value == NULL ? json_null() : value;
}

static json_t *
make_row(const struct catalog_way_set *s, const struct catalog_way_volume *v)
{
	const char *medium = v->barcode != NULL ? v->barcode : v->label;

	return json_pack("{sI ss si sI so sI sI so so}",
	    "dump", (json_int_t)s->dump->id, "dump_name", s->dump->name,
	    "level", (int)s->dump->level, "number", (json_int_t)v->number,
	    "medium", make_text(medium), "file", (json_int_t)v->file,
	    "block", (json_int_t)(v->has_files ? v->block : 0),
	    "name", make_text(v->medium), "has_files",
	    json_boolean(v->has_files));
}

/* Of a tape alone. */
static json_t *
without_file(json_t *row, const struct catalog_way_volume *v)
{
	if (row != NULL && v->file < 0)
		json_object_set_new(row, "file", json_null());
	return row;
}

static json_t *
make_rows(const struct catalog_way *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < w->set_count; i++) {
		const struct catalog_way_set *s = &w->sets[i];
		for (size_t n = 0; n < s->volume_count; n++)
			if (s->volumes[n].is_needed && json_array_append_new(
			    list, without_file(make_row(s, &s->volumes[n]),
			    &s->volumes[n])) != 0) {
				json_decref(list);
				return NULL;
			}
	}
	return list;
}

/* ----------------------------------------------------------------- printing */

/* A list of lines. */
static json_t *
split(char *text)
{
	json_t *list = json_array();
	char *rest = text;

	for (char *line; (line = strsep(&rest, "\n")) != NULL; )
		if (line[0] != '\0')
			json_array_append_new(list, json_string(line));
	return list;
}

static bool
print_json(json_t *rows, char *ours, char *theirs, uint64_t files)
{
	json_t *all = json_pack("{sI sO s{so so}}", "files",
	    (json_int_t)files, "volumes", rows, "commands",
	    "dumpengine-restore", split(ours), "restore", split(theirs));
	const bool ok = all != NULL && json_dumpf(all, stdout,
	    JSON_INDENT(1)) == 0;

	putchar('\n');
	json_decref(all);
	return ok;
}

static bool
print_table(const struct catalog_way *w, json_t *rows)
{
	struct catalog_rows table;
	bool ok = true;

	catalog_rows_begin(&table, stdout, false, w->t->request->is_bare,
	    columns);
	for (size_t i = 0; ok && i < json_array_size(rows); i++)
		ok = catalog_rows_put(&table,
		    json_incref(json_array_get(rows, i)));
	catalog_rows_end(&table);
	return ok;
}

bool
catalog_commands_print(struct catalog_way *w)
{
	json_t *rows = make_rows(w);
	char *ours = make_commands(w, true), *theirs = make_commands(w, false);
	bool ok = rows != NULL && ours != NULL && theirs != NULL;

	if (ok && w->t->request->is_json) {
		ok = print_json(rows, ours, theirs, w->files);
	} else if (ok) {
		ok = print_table(w, rows);
		if (!w->t->request->is_bare)
			printf("\n# With dumpengine-restore(8):\n%s\n"
			    "# With restore(8):\n%s", ours, theirs);
	}
	json_decref(rows);
	free(ours);
	free(theirs);
	return ok || catalog_task_no_memory(w->t);
}
