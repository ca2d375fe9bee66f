/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_medium.h - what a set is on, as the command line names it
 *
 * Makes an instance of the output plugin that can read it, and decides what to
 * do about a volume that cannot be opened: run a script, ask the operator, or do
 * without it.
 */
#ifndef CORE_RESTORE_MEDIUM_H
#define CORE_RESTORE_MEDIUM_H

#include "core/run/restore_own.h"

struct instance;
struct restore_medium;
struct restore_source;

/*
 * `file`: of -f; NULL: that of the job.  Returns NULL after a report, and notes
 * the verdict.
 */
struct restore_medium *restore_medium_new(struct restore *r, const char *file);

/*
 * Load the plugins for what -f names.  One that cannot be loaded is told by
 * restore_medium_new().
 */
void restore_medium_load(const struct restore *r);

/* The same for a set of the catalogue; `source` is borrowed. */
struct restore_medium *restore_medium_of(struct restore *r,
    const struct restore_source *source);
void restore_medium_free(struct restore_medium *m);

const struct instance *restore_medium_output(const struct restore_medium *m);

/*
 * An instance of the same output, whose messages go to `rep`, to look into the
 * medium while the set is closed.  Of a drive it is the same instance, as only
 * that knows where the tape is.  NULL after a report there.
 */
struct instance *restore_medium_aside(const struct restore_medium *m,
    struct report *rep);

/* The end of that; before `rep` goes.  Accepts NULL. */
void restore_medium_aside_end(const struct restore_medium *m,
    struct instance *in);

/* How many volumes have names, from 1 on; 0: unknown. */
uint32_t restore_medium_names(const struct restore_medium *m);

/* In messages; and of the job, or "". */
const char *restore_medium_name(const struct restore_medium *m);
const char *restore_medium_job(const struct restore_medium *m);

/* Is that name, as -f takes it, one of a device on another machine? */
bool restore_medium_names_remote_drive(const char *name);

/* Can it be opened again from its beginning? */
bool restore_medium_is_lasting(const struct restore_medium *m);

/* Is it moved on by reading, so that only one set of it can be open? */
bool restore_medium_is_drive(const struct restore_medium *m);

/*
 * The number of the last volume that could be had; 0: unknown, or somebody could
 * bring others.
 */
uint32_t restore_medium_last_volume(const struct restore_medium *m);

/* It is opened anew: volumes that were brought before may have been taken out. */
void restore_medium_begin(struct restore_medium *m);

/* For struct volumes_config; `m` is a struct restore_medium. */
void restore_medium_place(void *m, struct de_volume *facts);
enum verdict restore_medium_want(void *m, uint32_t number, const char *why,
    bool *skip);

#endif
