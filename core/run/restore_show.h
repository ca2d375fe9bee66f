/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_show.h - what dumpengine-mount shows
 *
 * Finds the places of all inodes, by the index of each set or by reading through
 * it, jumping over contents where the medium can; and hands the tree over.
 */
#ifndef CORE_RESTORE_SHOW_H
#define CORE_RESTORE_SHOW_H

#include "core/run/restore_own.h"

/*
 * After restore_read_trees().  Returns when the tree is unmounted; false if the
 * run has ended early, with the verdict noted.
 */
bool restore_show(struct restore *r);

#endif
