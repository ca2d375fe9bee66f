/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state_file.h - what must be known after a crash
 *
 * One file for a job, FOLDER/JOB.snapshot: texts "NAME=VALUE", each with a NUL
 * behind it.  It is there only while there is something to be undone.  It is
 * locked as long as a process that has it open is alive, which the
 * children that are forked meanwhile are, too.
 *
 * What is read from it will be run as a command, so the folder and the file have
 * to be ours, and nobody else may be able to write to them.
 */
#ifndef CORE_STATE_FILE_H
#define CORE_STATE_FILE_H

#include "core/base/report.h"

#define STATE_BYTES_MAX 65536

struct state_file;

/*
 * Open and lock the file of a job; the folder is made if it is missing.
 * Returns NULL after reporting why not: another run has it.
 */
struct state_file *state_file_open(const char *folder, const char *job,
    struct report *rep);

/*
 * What an earlier run has left: texts "NAME=VALUE", NULL at the end, as long as s is open
 * and nothing else is written.
 */
const char *const *state_file_texts(const struct state_file *s);

/* The VALUE of a NAME among them, or NULL. */
const char *state_file_get(const struct state_file *s, const char *name);

/*
 * Put these texts, NULL at the end, safely on the disk in place of what is
 * there.  False after reporting why not.
 */
bool state_file_write(struct state_file *s, const char *const *texts);

/* All is undone: remove the file.  False after reporting why not. */
bool state_file_remove(struct state_file *s);

/* "/var/lib/dumpengine/home.snapshot" */
const char *state_file_path(const struct state_file *s);

/* Let go of it; what is in it stays.  Takes NULL. */
void state_file_close(struct state_file *s);

#endif
