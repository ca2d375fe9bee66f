/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ledger.h - which uploads we have begun, in case the run dies
 *
 * What was uploaded of an object that is never completed is stored, and paid
 * for, but not seen.  So before an upload is begun, a file in a directory of
 * this machine says so; it is locked while the upload lives, and removed when it
 * has ended.  A file without a lock is that of a run that died, and the next run
 * ends its upload.  What others have begun is in no such file.
 *
 * The files are .dumpengine-s3-ID, with lines KEY=VALUE: "store", "object",
 * "begun" (seconds since 1970) and, once it is known, "upload".
 */
#ifndef OUT_S3_LEDGER_H
#define OUT_S3_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#define LEDGER_TEXT_BYTES 2048

struct ledger_entry;

/* Of an earlier run. */
struct ledger_left {
	char object[LEDGER_TEXT_BYTES];	/* s3://BUCKET/KEY */
	char upload[LEDGER_TEXT_BYTES];	/* "": not known, if begun at all */
	int64_t begun;
};

/*
 * Note that an upload is about to begin.  NULL with errno set; the folder is
 * made if it is not there.
 */
struct ledger_entry *ledger_begin(const char *folder, const char *store,
    const char *object);

/* It has begun.  False with errno set. */
bool ledger_note(struct ledger_entry *e, const char *upload);

/*
 * Forget it if it has `ended`; if not, leave it to the next run.  Frees the
 * entry, which may be NULL.
 */
void ledger_end(struct ledger_entry *e, bool ended);

/*
 * Call `end` for each upload that a dead run has left in that store.  It
 * returns true if the upload has ended, so that its file can go.
 */
typedef bool ledger_fn(void *arg, const struct ledger_left *left);
void ledger_visit_left(const char *folder, const char *store, ledger_fn *end,
    void *arg);

#endif
