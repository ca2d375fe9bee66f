/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * place_own.h - internals shared by the place*.c files
 */
#ifndef CORE_PLACE_OWN_H
#define CORE_PLACE_OWN_H

#include "core/base/verdict.h"
#include "core/restore/outcome.h"
#include "core/restore/park.h"
#include "core/restore/target.h"
#include "core/restore/unlock.h"

struct place_levels;
struct restore_settings;

#define PLACE_WORKER 0
#define PARK_INODE 0	/* of the private directory, for struct target */

/* Something that is to get back what it had, as no set brings it. */
struct place_unlocked {
	uint32_t inode;
	struct lock_state old;
};

struct place {
	const struct place_levels *levels;
	struct target *target;
	const struct restore_settings *settings;
	struct outcome *outcome;
	struct park park;
	struct inomap parked;	/* what is in it */
	struct inomap stays;	/* files with a name that does not change */
	struct inomap pending;	/* files that get names without a record */
	struct place_unlocked *unlocked;
	size_t unlocked_count;
	size_t unlocked_room;
	bool resumed;		/* an interrupted run has begun to place */
	enum verdict verdict;	/* VERDICT_GO_ON, or why no more can be done */
};

/* place_names.c */

/* An entry of a tree; `stays`: it is in the other one, too. */
typedef void place_entry_fn(struct place *p, uint32_t id,
    const struct name_entry *entry, bool stays);

/*
 * Each entry of a directory in `one`.  Compared by name, inode, and whether it
 * is a directory.
 */
void place_each_entry(struct place *p, const struct names *one,
    const struct names *other, uint32_t directory, place_entry_fn *take);

/* Does a file have names there? */
bool place_is_file(const struct names *n, uint32_t inode);

/* Does a set bring this file, so that nothing that is there has to be kept? */
bool place_is_brought(const struct place *p, uint32_t inode);

/* place_steps.c: renaming and the like, with what is in the way cleared */

/* A fault of a name in `names`, and whether the run can go on after it. */
void place_fault(struct place *p, enum outcome_kind kind,
    const struct names *names, uint32_t id, int error, const char *text);

/* A name in a directory that is open. */
struct place_name {
	int directory;		/* valid as target_directory() says */
	uint32_t inode;		/* of the directory */
	char name[NAMES_LENGTH_MAX + 1];
};

/* Where an entry is.  False with errno set. */
bool place_find(struct place *p, const struct name_entry *entry,
    struct place_name *name);

/*
 * If something has that name: the entry of another one in `names` by which it is
 * there, as the target does not tell them apart; else NAMES_NONE.
 */
uint32_t place_find_alias(const struct names *names,
    const struct place_name *name);

/*
 * Is there one in `after` for this name, of entry `id`?  Then what is there must
 * stay, which is added to the outcome.
 */
bool place_is_alias(struct place *p, const struct place_name *name,
    uint32_t id);

/* An inode's name in the private directory. */
struct place_name place_in_park(const struct place *p, uint32_t inode);

/* The directory `inode` is there now.  False: no memory. */
bool place_locate_in_park(struct place *p, uint32_t inode);

/* These return 0, or -1 with errno set; `inode` has or gets the name. */
int place_rename(struct place *p, const struct place_name *from,
    const struct place_name *to, uint32_t inode);
int place_link(struct place *p, const struct place_name *from,
    const struct place_name *to, uint32_t inode);
int place_unlink(struct place *p, const struct place_name *name,
    uint32_t inode, bool is_directory);
int place_mkdir(struct place *p, const struct place_name *name);

/* Make the private directory, if there is none. */
bool place_make_park(struct place *p);

/* What was unlocked and is in no set gets it back. */
void place_lock_again(struct place *p);

/* place_clear.c: what has to leave its place does, by `before`. */
void place_clear(struct place *p);

/* place_fill.c: everything comes to its place, by `after`. */
void place_directories(struct place *p);
void place_files(struct place *p);

#endif
