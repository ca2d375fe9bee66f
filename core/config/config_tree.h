/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * config_tree.h - the settings of a configuration file, as a tree
 *
 * libconfig exits or crashes when out of memory.  So it runs in a child, which
 * sends the settings it has read; whatever happens to the child, the parent
 * survives to report it.
 *
 * The caller must have no threads.
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
	const char *file;		/* that contains the line */
	const char *name;		/* NULL: an element of a list */
	const char *text;		/* of CONFIG_TEXT */
	int64_t number;			/* of CONFIG_INTEGER, CONFIG_BOOLEAN */
	const struct config_node *first; /* of a group or list; NULL: empty */
	const struct config_node *next;	/* sibling */
};

struct config_tree;

/*
 * Read `file`; see config_text.h.  `signals`, if not NULL, cancel it.  Mistakes
 * are reported as "FILE:LINE: ..." and added to *errors.  Returns NULL without
 * a tree: after a syntax error, when cancelled, or out of memory, which counts
 * as a mistake too.
 */
struct config_tree *config_tree_read(const char *file,
    const struct trust *trust, struct report *rep,
    const struct signals *signals, unsigned int *errors);

/* Accepts NULL. */
void config_tree_free(struct config_tree *tree);

/* The group of all settings at the top level. */
const struct config_node *config_tree_root(const struct config_tree *tree);

/* The member of a group, or NULL, also if `group` is not a group. */
const struct config_node *config_node_member(const struct config_node *group,
    const char *name);

/* The number of elements or members, and the one at `index`. */
unsigned int config_node_length(const struct config_node *node);
const struct config_node *config_node_element(const struct config_node *node,
    size_t index);

#endif
