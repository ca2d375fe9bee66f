/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_show.h - have the tree of a run seen, for dumpengine-mount
 */
#ifndef CORE_RESTORE_SHOW_H
#define CORE_RESTORE_SHOW_H

#include "core/run/restore_own.h"

struct mount_view;

/*
 * After restore_read_trees().  Returns when the tree is unmounted; false if the
 * run has ended early, with the verdict noted.
 */
bool restore_show(struct restore *r);

/* The same for anything that can be shown. */
bool restore_show_view(struct restore *r, const struct mount_view *view);

#endif
