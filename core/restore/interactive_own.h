/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * interactive_own.h - internals shared by the interactive*.c files
 */
#ifndef CORE_INTERACTIVE_OWN_H
#define CORE_INTERACTIVE_OWN_H

#include "core/read/names.h"
#include "core/restore/inode_list.h"

struct interactive_config;
struct prompt;

struct interactive {
	const struct interactive_config *c;
	struct prompt *prompt;
	const struct inode_list *inodes;	/* NULL: not read */
	uint32_t directory;		/* the current one: its inode */
	bool verbose;
	bool is_terminal;		/* standard output */
	bool has_quit;
	bool goes_on;			/* false: the run has to end */
};

/* What a command is about: a name, or the root, which has no entry. */
typedef void interactive_fn(struct interactive *in, uint32_t id);

/* ------------------------------------------------------ interactive_list.c */

/* The directory that a name is of; 0: it is no directory. */
uint32_t interactive_directory(const struct interactive *in, uint32_t id);

/* Is it in the sets? */
bool interactive_shows(const struct interactive *in,
    const struct name_entry *entry);

void interactive_copy_name(const struct name_entry *entry,
    char name[static NAMES_LENGTH_MAX + 1]);

void interactive_print_path(const struct interactive *in, uint32_t id);

/* As of ls -F; NUL: none. */
char interactive_suffix(const struct interactive *in, uint32_t id,
    const struct name_entry *entry);

/* ls of a name, or of what is in a directory; with -l. */
interactive_fn interactive_list;
interactive_fn interactive_list_long;

#endif
