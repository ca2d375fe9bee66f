/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state_file.h - state that must survive a crash
 *
 * One file per job, DIRECTORY/JOB.snapshot, with texts "NAME=VALUE", each
 * terminated by a NUL.  It exists only while there is something to undo.  It is
 * locked while any process that has it open is alive, children forked meanwhile
 * included.
 *
 * Its contents are run as commands, so the directory and the file must be owned
 * by this user or root, and writable by no one else.
 */
#ifndef CORE_STATE_FILE_H
#define CORE_STATE_FILE_H

#include "core/base/report.h"

#define STATE_BYTES_MAX 65536

struct state_file;

/*
 * Open and lock the file of a job; creates the directory if necessary.
 * Returns NULL after reporting why not, for instance that another run has it.
 */
struct state_file *state_file_open(const char *folder, const char *job,
    struct report *rep);

/*
 * The leftovers of an earlier run: texts "NAME=VALUE", terminated by NULL,
 * valid while s is open and nothing else is written.
 */
const char *const *state_file_texts(const struct state_file *s);

/* The VALUE of NAME, or NULL. */
const char *state_file_get(const struct state_file *s, const char *name);

/*
 * Replace the contents by these texts, terminated by NULL, durably.  False
 * after reporting the error.
 */
bool state_file_write(struct state_file *s, const char *const *texts);

/* Everything is undone: remove the file.  False after reporting the error. */
bool state_file_remove(struct state_file *s);

/* "/var/lib/dumpengine/home.snapshot" */
const char *state_file_path(const struct state_file *s);

/* Release it; the contents stay.  Accepts NULL. */
void state_file_close(struct state_file *s);

#endif
