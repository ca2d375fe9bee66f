/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * interactive_list.c - what ls prints
 */
#include "core/restore/interactive.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/utf8.h"
#include "core/restore/interactive_own.h"
#include "core/restore/walk.h"

#define COLUMNS 80		/* if the terminal does not say */

/* ------------------------------------------------------------------- names */

uint32_t
interactive_directory(const struct interactive *in, uint32_t id)
{
	struct name_entry entry;

	if (id == NAMES_NONE)
		return NAMES_ROOT;
	names_entry(in->c->names, id, &entry);
	return walk_is_directory(in->c->names, id, &entry) ? entry.inode : 0;
}

bool
interactive_shows(const struct interactive *in, const struct name_entry *entry)
{
	return in->c->dumped == NULL || inomap_has(in->c->dumped, entry->inode);
}

void
interactive_copy_name(const struct name_entry *entry,
    char name[static NAMES_LENGTH_MAX + 1])
{
	memcpy(name, entry->name, entry->length);
	name[entry->length] = '\0';
}

/* Print a name, which may be any bytes. */
static void
print_name(const struct interactive *in, const char *name)
{
	char *text = strdup(name);

	if (text == NULL)
		return;
	if (in->is_terminal)
		utf8_make_printable(text, strlen(text));
	fputs(text, stdout);
	free(text);
}

void
interactive_print_path(const struct interactive *in, uint32_t id)
{
	char *path = id == NAMES_NONE ? strdup(".") :
	    names_path(in->c->names, id);

	if (path != NULL)
		print_name(in, path);
	free(path);
}

/* --------------------------------------------------------------- short */

char
interactive_suffix(const struct interactive *in, uint32_t id,
    const struct name_entry *entry)
{
	if (walk_is_directory(in->c->names, id, entry))
		return '/';
	switch (entry->type) {
	case S_IFLNK:
		return '@';
	case S_IFSOCK:
		return '=';
	case S_IFIFO:
		return '|';
	case S_IFCHR:
	case S_IFBLK:
		return '#';
	default:
		return '\0';
	}
}

static bool
is_chosen(const struct interactive *in, uint32_t id)
{
	return inomap_has(wanted_selected(in->c->wanted), id + 1);
}

/* "*12345 name/"; returns the number of columns. */
static int
print_entry(const struct interactive *in, uint32_t id)
{
	struct name_entry entry;
	char name[NAMES_LENGTH_MAX + 1];
	int columns = 1;

	names_entry(in->c->names, id, &entry);
	interactive_copy_name(&entry, name);
	const char suffix = interactive_suffix(in, id, &entry);
	putchar(is_chosen(in, id) ? '*' : ' ');
	if (in->verbose)
		columns += printf("%10" PRIu32 " ", entry.inode);
	print_name(in, name);
	columns += entry.length;
	if (suffix != '\0') {
		putchar(suffix);
		columns++;
	}
	return columns;
}

static int
terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col > 0 ? size.ws_col : COLUMNS;
}

/* The width of the longest entry, with a blank behind it. */
static int
width_of(const struct interactive *in, uint32_t first, uint32_t count)
{
	int width = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct name_entry entry;
		names_entry(in->c->names, first + i, &entry);
		const int columns = entry.length + (in->verbose ? 14 : 3);
		if (columns > width)
			width = columns;
	}
	return width;
}

static void
list_short(const struct interactive *in, uint32_t first, uint32_t count)
{
	const int width = width_of(in, first, count);
	const int columns = in->is_terminal ? terminal_columns() : 1;
	int at = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct name_entry entry;
		names_entry(in->c->names, first + i, &entry);
		if (!interactive_shows(in, &entry))
			continue;
		if (at > 0 && at + width > columns) {
			putchar('\n');
			at = 0;
		}
		for (int used = print_entry(in, first + i); used < width &&
		    in->is_terminal; used++)
			putchar(' ');
		at += width;
	}
	if (at > 0)
		putchar('\n');
}

/* --------------------------------------------------------------------- -l */

static char
letter_of(uint16_t type)
{
	switch (type) {
	case S_IFDIR:
		return 'd';
	case S_IFLNK:
		return 'l';
	case S_IFSOCK:
		return 's';
	case S_IFIFO:
		return 'p';
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFREG:
		return '-';
	default:
		return '?';
	}
}

/* A bit with a meaning beyond its `x`: as in ls(1). */
static void
mark(char *x, bool is_set, char letter)
{
	if (is_set)
		*x = *x == 'x' ? letter : (char)(letter - 'a' + 'A');
}

static void
print_mode(uint16_t mode)
{
	char text[] = "rwxrwxrwx";

	for (int i = 0; i < 9; i++)
		if ((mode >> (8 - i) & 1) == 0)
			text[i] = '-';
	mark(&text[2], (mode & S_ISUID) != 0, 's');
	mark(&text[5], (mode & S_ISGID) != 0, 's');
	mark(&text[8], (mode & S_ISVTX) != 0, 't');
	printf("%c%s", letter_of(mode & S_IFMT), text);
}

static void
print_date(int64_t seconds)
{
	const time_t time = (time_t)seconds;
	char date[32] = "";
	struct tm tm;

	if (localtime_r(&time, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &tm);
	printf("%16s", date);
}

static void
print_facts(const struct inode_facts *facts)
{
	print_mode(facts->mode);
	if (facts->links > 0)
		printf(" %5u", (unsigned int)facts->links);
	else
		fputs("     ?", stdout);
	printf(" %7" PRIu32 " %7" PRIu32 " ", facts->uid, facts->gid);
	if (S_ISCHR(facts->mode) || S_ISBLK(facts->mode))
		printf("%7" PRIu32 ", %5" PRIu32 " ",
		    inode_facts_major(facts), inode_facts_minor(facts));
	else
		printf("%14" PRIu64 " ", facts->size);
	print_date(facts->mtime);
}

/* Directories are known as soon as there are names. */
static bool
find_facts(const struct interactive *in, const struct name_entry *entry,
    bool is_directory, struct inode_facts *facts)
{
	struct directory_meta meta;

	if (!is_directory)
		return in->inodes != NULL &&
		    inode_list_get(in->inodes, entry->inode, facts);
	if (!directories_get(in->c->directories, entry->inode, &meta))
		return false;
	*facts = inode_facts(entry->inode, &meta.inode);
	return true;
}

static void
print_long(const struct interactive *in, uint32_t id)
{
	struct name_entry entry;
	struct inode_facts facts;

	names_entry(in->c->names, id, &entry);
	const bool is_directory = walk_is_directory(in->c->names, id, &entry);
	if (find_facts(in, &entry, is_directory, &facts))
		print_facts(&facts);
	else
		printf("%c????????? %5s %7s %7s %14s %16s",
		    letter_of(is_directory ? S_IFDIR : entry.type), "?", "?",
		    "?", "?", "?");
	printf(" %10" PRIu32 " ", entry.inode);
	print_entry(in, id);
	putchar('\n');
}

/* --------------------------------------------------------------- the words */

/* What is in the directory of that name; false: it is no directory. */
static bool
begin_listing(const struct interactive *in, uint32_t id, uint32_t *first,
    uint32_t *count)
{
	const uint32_t directory = interactive_directory(in, id);

	if (directory == 0)
		return false;
	interactive_print_path(in, id);
	fputs(":\n", stdout);
	names_in_directory(in->c->names, directory, first, count);
	return true;
}

void
interactive_list(struct interactive *in, uint32_t id)
{
	uint32_t first, count;

	if (begin_listing(in, id, &first, &count)) {
		list_short(in, first, count);
		return;
	}
	print_entry(in, id);
	putchar('\n');
}

void
interactive_list_long(struct interactive *in, uint32_t id)
{
	uint32_t first, count;

	if (!begin_listing(in, id, &first, &count)) {
		print_long(in, id);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct name_entry entry;
		names_entry(in->c->names, first + i, &entry);
		if (interactive_shows(in, &entry))
			print_long(in, first + i);
	}
}
