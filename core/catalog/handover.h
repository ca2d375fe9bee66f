/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * handover.h - what a run leaves for the catalogue
 *
 * Two files in STATE_DIR/catalog, named JOB-TIME-PID:
 *
 *   .part   the dump and its volumes, as JSON (catalog_about.h); from the
 *           supervisor, when the dump begins, at each volume, and at the end
 *   .names  its inodes and directories, in the layout of an index
 *           (core/format/index_layout.h); from the process that wrote the last
 *           volume, once the .part tells of it, if the catalogue is to have files
 *
 * Each has its name only once it is complete and on the disk, so whatever ends
 * a run, the volumes that were safe are known.  They are removed when the
 * catalogue has them.  Only this user and root can read them.
 */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

#include <sys/types.h>

#include "core/base/growing.h"
#include "core/catalog/catalog_about.h"

#define HANDOVER_FOLDER "catalog"
#define HANDOVER_PART ".part"
#define HANDOVER_NAMES ".names"

/* Names one; owned texts. */
struct handover {
	char *folder;			/* STATE_DIR/catalog */
	char *part;			/* full paths */
	char *names;
};

/*
 * For a job of that state_dir; the folder is made if it is not there.  False
 * after reporting why it cannot be used.
 */
bool handover_init(struct handover *h, const char *state_dir, const char *job,
    struct report *rep);
void handover_clear(struct handover *h);

/*
 * One that exists, by the name of its ".part".  False if it has another ending,
 * or memory is out.
 */
bool handover_of(struct handover *h, const char *part);

/* Replace the ".part".  False with errno set. */
bool handover_put_part(const struct handover *h,
    const struct catalog_about *about);

/* Put the ".names", which are the contents of both.  False with errno set. */
bool handover_put_names(const struct handover *h,
    const struct growing *index, const struct growing *directories);

/*
 * The full paths of all ".part" files of a folder, sorted; the caller frees
 * each and the list.  Returns their number, or -1 with errno set.
 */
ssize_t handover_list(const char *folder, char ***list);

/*
 * Has the run ended that wrote a ".part"?  Its name tells the process; another
 * one may have the same number since, and is then taken for it.
 */
bool handover_is_left(const char *part);

/*
 * Keep other runs from taking what is in a folder, for as long as the returned
 * descriptor is open.  Waits up to 30 seconds for them; -1: do without.
 */
int handover_lock(const char *folder);

/* The catalogue has it.  False with errno set. */
bool handover_remove(const struct handover *h);

#endif
