/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config_tree.h - the settings of a configuration file, as a tree
 *
 * libconfig ends or crashes the process that it runs in when there is no
 * memory.  So it reads the file in a child, which sends what stands in it;
 * whatever becomes of the child, we live to say so.
 *
 * For a process without threads.
 */
#ifndef CORE_CONFIG_TREE_H
#define CORE_CONFIG_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/report.h"
#include "core/base/signals.h"
#include "core/base/trust.h"

enum config_type {
	CONFIG_GROUP = 1,
	CONFIG_LIST,		/* in parentheses or brackets */
	CONFIG_INTEGER,
	CONFIG_FRACTION,
	CONFIG_BOOLEAN,
	CONFIG_TEXT
};

struct config_node {
	enum config_type type;
	unsigned int line;
	const char *file;		/* where that line is */
	const char *name;		/* NULL: an element of a list */
	const char *text;		/* of CONFIG_TEXT */
	int64_t number;			/* of CONFIG_INTEGER, CONFIG_BOOLEAN */
	const struct config_node *first; /* of a group or list; NULL: empty */
	const struct config_node *next;	/* beside it */
};

struct config_tree;

/*
 * Read `file`, see config_text.h; `signals`, if not NULL, end it.  Mistakes are
 * reported, as "FILE:LINE: ...", and added to *errors.  Returns NULL if there
 * is no tree: they were too grave, the run is cancelled, or, which is a mistake
 * as well, there was no memory.
 */
struct config_tree *config_tree_read(const char *file,
    const struct trust *trust, struct report *rep,
    const struct signals *signals, unsigned int *errors);

/* Takes NULL. */
void config_tree_free(struct config_tree *tree);

/* The group of all that stands at the top. */
const struct config_node *config_tree_root(const struct config_tree *tree);

/* The member of a group, or NULL; `group` may be anything, and has none then. */
const struct config_node *config_node_member(const struct config_node *group,
    const char *name);

/* How many elements or members there are, and one of them by its number. */
unsigned int config_node_length(const struct config_node *node);
const struct config_node *config_node_element(const struct config_node *node,
    size_t index);

#endif
