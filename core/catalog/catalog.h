/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog.h - which dump is on which medium: a SQLite database
 *
 * The schema is that of dumpengine-catalog(5), for people to query.  Everything
 * about one dump is added in one transaction.  A file of an older schema is
 * brought up to date when it is opened for writing; one of a newer schema is
 * refused, naming both.  Several processes may use it at once (WAL); a writer
 * waits up to 30 seconds for another.
 *
 * With names it costs less than 60 bytes a file and dump; without, some hundred
 * bytes a volume.  Memory is bounded whatever it holds.
 *
 * One thread uses a connection.  Functions that return false have reported why,
 * with the name of the file.
 */
#ifndef CORE_CATALOG_H
#define CORE_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/report.h"
#include "core/base/trust.h"
#include "core/format/index_encode.h"

#define CATALOG_SCHEMA 1		/* PRAGMA user_version */

struct catalog;

enum catalog_mode {
	CATALOG_READ,		/* it must exist */
	CATALOG_WRITE,		/* made if it is not there, with mode 0600 */
	CATALOG_NEW		/* refuse one that is there */
};

/*
 * All are borrowed; `trust` is only used here.  The file, and those that SQLite
 * has beside it, are refused if users other than this one or root can write to
 * them.  A file that cannot be used is left as it is.  NULL after reporting why.
 */
struct catalog *catalog_open(const char *file, enum catalog_mode mode,
    const struct trust *trust, struct report *rep);
void catalog_close(struct catalog *c);		/* accepts NULL */

/* How long to wait for another writer; at first 30 seconds. */
void catalog_set_patience(struct catalog *c, int milliseconds);

/*
 * A transaction, for writing: all that is between is there, or nothing.  What
 * was committed survives a power cut.  After a failure in it, roll back.
 */
bool catalog_begin(struct catalog *c);
bool catalog_commit(struct catalog *c);
void catalog_rollback(struct catalog *c);

/* ------------------------------------------------------------------ dumps */

enum catalog_state {
	CATALOG_COMPLETE = 0,	/* everything is on its volumes */
	CATALOG_INCOMPLETE,	/* items are missing */
	CATALOG_ABORTED,	/* no restore should use it */
	CATALOG_EXPIRED		/* its volumes may be overwritten, or are gone */
};

/* "complete", as in the table. */
const char *catalog_state_text(enum catalog_state state);

/* Strings are UTF-8 or escaped by history_text(); NULL: unknown. */
struct catalog_dump {
	int64_t id;		/* of the row; set by catalog_add_dump() */
	const char *job;
	const char *host;	/* these five as in the headers */
	const char *device;
	const char *filesystem;
	const char *label;
	int32_t level;
	int64_t date;
	int64_t base_date;	/* 0: full */
	const char *source;	/* plugin, as "ext2" */
	const char *uuid;	/* of the filesystem */
	const char *subtree;
	const char *exclude;	/* JSON array */
	const char *output;	/* plugin */
	const char *program;	/* and its version */
	int64_t begun;		/* seconds */
	int64_t ended;		/* 0: unknown */
	enum catalog_state state;
	int32_t status;		/* exit status; -1: unknown */
	uint64_t findings;
	uint64_t notes;
	uint64_t blocks;	/* tape blocks in all */
	bool has_names;		/* its names and inodes are there */
	const char *config;	/* file it was made with; for commands */
	bool is_of_volumes;	/* they tell it; see catalog_add_dump() */
};

/*
 * A dump is known by host, device, level and date.  One that is there already
 * keeps its id, and gets the new values where they are known; its volumes and
 * copies, when they were verified, and the state of their media stay.  If the
 * new one has names, they replace those that were there.  Volumes know less than
 * the run of how it ended: what it said of that stays, and an incomplete dump
 * does not become complete, nor does it if the exit status is unknown.
 * Fills in d->id.
 */
bool catalog_add_dump(struct catalog *c, struct catalog_dump *d);

struct catalog_volume {
	int64_t id;
	int64_t dump;
	uint32_t copy;		/* 0: as dumped; 1, ...: made later */
	uint32_t number;
	const char *output;	/* plugin that reads it */
	const char *medium;	/* file, device or host:file */
	const char *barcode;	/* of the medium, read as its serial number if
				   only that is known; NULL */
	const char *serial;	/* that number; NULL */
	const char *label;	/* of the medium; NULL */
	int64_t file;		/* tape file number; -1: none */
	uint64_t first;		/* tape block of the stream */
	uint64_t blocks;
	const char *digest;	/* 32 hexadecimal digits; NULL: unknown */
	const char *filters;	/* that it has passed; NULL: none are known */
	uint64_t medium_bytes;	/* that it has on the medium; 0: unknown */
	const char *medium_digest;	/* of these, if it has passed filters;
				   NULL: unknown, as */
	const char *head;	/* digest_head() of them */
	int64_t written;	/* when; 0: unknown */
	int64_t verified;	/* when last; 0: never */
	int32_t record_blocks;	/* tape blocks in a record */
};

/*
 * Known by dump, copy and number.  One that is there already keeps its id, what
 * is unknown now, and, unless its digest has changed, when it was verified.  A
 * medium with a label, barcode or serial number is known from then on; if it was
 * free, a volume that was not there takes it into use.  It is no longer one that
 * was overwritten.  Fills in v->id.
 */
bool catalog_add_volume(struct catalog *c, struct catalog_volume *v);

/* A volume that was on a medium when another dump began to overwrite it. */
struct catalog_replaced {
	int64_t date;		/* of its dump, as in the header, */
	int32_t level;		/*   like these; texts are escaped */
	uint32_t number;
	const char *host;	/* NULL: unknown */
	const char *device;	/* likewise */
};

/* Of one that failed: it is not in the catalogue. */
#define CATALOG_NO_COPY UINT32_MAX

/*
 * The volumes of this copy of `dump` are where older ones were, which are now
 * overwritten: those given, if they were there, and those behind the same place
 * of the same tape.  A dump that is no longer whole in any of its copies is
 * expired.
 */
bool catalog_mark_replaced(struct catalog *c, int64_t dump, uint32_t copy,
    const struct catalog_replaced *list, size_t count);

/* The first volume of a dump that was overwritten; *number 0: none. */
bool catalog_overwritten(struct catalog *c, int64_t dump, uint32_t *number);

/* When it was last found to be what it should be. */
bool catalog_set_verified(struct catalog *c, int64_t volume, int64_t when);

/*
 * Names and inodes of a dump, within its transaction: an entry of a directory,
 * and where inodes are.  Names that are no UTF-8 are stored as BLOB.  Entries
 * come directory by directory; it is fastest, and the file smallest, if
 * directories ascend, and inodes do, those of directories on their own.
 *
 * "." and ".." are not stored, but tell that the dump has the directory, even
 * if it is empty.  What cannot be a name fails.  A name or inode that is there
 * already is left as it is.  An entry without an inode is none.
 */
bool catalog_add_name(struct catalog *c, int64_t dump, uint32_t directory,
    const char *name, size_t length, uint32_t inode);
bool catalog_add_inode(struct catalog *c, int64_t dump,
    const struct index_inode *i);

bool catalog_set_state(struct catalog *c, int64_t dump,
    enum catalog_state state);
/* Media in use that hold nothing but expired and aborted dumps are free. */
bool catalog_free_media(struct catalog *c);
/* Forgets its names and inodes, in the caller's transaction. */
bool catalog_forget_names(struct catalog *c, int64_t dump);
/* Forgets it and all that hangs on it. */
bool catalog_forget(struct catalog *c, int64_t dump);

/* ---------------------------------------------------------------- queries */

/*
 * Called for each row; what it gets is valid until it returns.  False stops,
 * which is no failure.
 */
typedef bool catalog_dump_fn(void *arg, const struct catalog_dump *d);
typedef bool catalog_volume_fn(void *arg, const struct catalog_volume *v);

/* Which dumps; all in order of job and date. */
struct catalog_filter {
	const char *job;	/* NULL: any */
	int64_t dump;		/* id; 0: any */
	int64_t until;		/* no later date than this; 0: any */
	int64_t date;		/* this one; 0: any */
	bool usable;		/* complete or incomplete only */
};
bool catalog_dumps(struct catalog *c, const struct catalog_filter *filter,
    catalog_dump_fn *fn, void *arg);

/* In the order of copies and numbers, without those that were overwritten. */
bool catalog_volumes(struct catalog *c, int64_t dump, catalog_volume_fn *fn,
    void *arg);

/* Tapes and disks that have a label or a barcode. */
struct catalog_medium {
	int64_t id;
	const char *label;	/* NULL: none; likewise */
	const char *barcode;
	const char *serial;
	const char *state;	/* "in use", "free" or "vault" */
	const char *note;
};
typedef bool catalog_medium_fn(void *arg, const struct catalog_medium *m);

/* In the order of their barcodes and labels. */
bool catalog_media(struct catalog *c, catalog_medium_fn *fn, void *arg);

#define CATALOG_CHAIN_MAX 64

/* The dumps that a tree of a date is made of, from level 0 on. */
struct catalog_chain {
	int64_t dumps[CATALOG_CHAIN_MAX];
	unsigned int count;	/* 0: there is none */
	/* The first of its bases that is not in the catalogue; 0: none. */
	int64_t missing_date;
};
/* As it stood at `at`: the newest usable dump not later than that. */
bool catalog_chain_at(struct catalog *c, const char *job, int64_t at,
    struct catalog_chain *chain);
/* Of one dump. */
bool catalog_chain_of(struct catalog *c, int64_t dump,
    struct catalog_chain *chain);

/* A version of a file: its inode in one dump. */
struct catalog_version {
	const char *path;	/* "./a/b"; escaped by history_text() */
	int64_t dump;		/* 0 in a tree, if none has the inode */
	struct index_inode inode;
	bool has_inode;		/* else only its name is known */
};
typedef bool catalog_version_fn(void *arg, const struct catalog_version *v);

/*
 * All names in all dumps, by path and date, that fit a pattern.  Like those of
 * exclude.h, it is a glob for names or, with a slash in it, for paths from the
 * root, in which wildcards match no slash, and the part "**" any number of
 * directories.
 *
 * A dump has the names of all files in a directory, but inodes only of those
 * that it holds.  What is in a directory whose way up is not known has the path
 * "#INODE/name".  Takes a pass through the names of the dumps; what is found is
 * sorted in temporary files if it is much.  `fn` may not look for names itself.
 */
bool catalog_find(struct catalog *c, const struct catalog_filter *filter,
    const char *pattern, catalog_version_fn *fn, void *arg);

/*
 * What is at a path, not escaped, in the tree of a chain: names are from the
 * newest dump that has their directory, the version from the newest one that
 * has the inode.  v->path is valid until the next call.  Returns false after
 * reporting an error; *found tells whether it is there.
 */
bool catalog_lookup(struct catalog *c, const struct catalog_chain *chain,
    const char *path, struct catalog_version *v, bool *found);

/*
 * The file with this inode number in one dump or, if it has no such file, the
 * last one before it; directories are passed over.  i->inode is 0 if there is
 * none.
 */
bool catalog_file_before(struct catalog *c, int64_t dump, uint32_t inode,
    struct index_inode *i);

/*
 * The same as catalog_lookup() for a path and all that is below it: a directory before what is in it,
 * that in the order of its bytes.  Memory is for the depth of the tree.  `fn`
 * may read, but not write: all of it is of one moment.
 */
bool catalog_tree(struct catalog *c, const struct catalog_chain *chain,
    const char *path, catalog_version_fn *fn, void *arg, bool *found);

#endif
