/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * in_way.h - what is there already, where a file is to be made
 *
 * Decides, as the settings say, whether it may be replaced, and removes it.  It
 * is never opened, except to clear its immutable flag.  Any thread.  Takes 16
 * bytes for each directory that had to be unlocked.
 */
#ifndef CORE_IN_WAY_H
#define CORE_IN_WAY_H

#include "core/base/verdict.h"
#include "core/restore/outcome.h"
#include "core/restore/restore_settings.h"
#include "core/restore/target.h"

struct in_way;

/* As in struct extract_config.  NULL if out of memory. */
struct in_way *in_way_new(const struct restore_settings *settings,
    struct outcome *outcome,
    enum verdict (*ask)(void *arg, const char *path, bool *replace),
    void *ask_arg);
void in_way_free(struct in_way *w);

/* A name that an inode of the set is to have. */
struct in_way_name {
	uint32_t directory;		/* inode of the set */
	int fd;				/* of that directory */
	const char *name;
	const char *path;		/* for questions */
	const char *subject;		/* for the outcome: "it", or the path if
					   it is not the inode's first name */
	uint32_t inode;
	const struct de_inode *meta;	/* of the set */
};

enum in_way_result {
	IN_WAY_GONE,		/* make it now */
	IN_WAY_STAYS,		/* as it was told; or counted, if it was told
				   to count it */
	IN_WAY_FAILED		/* it cannot be removed; has been counted */
};

/*
 * May it be replaced?  Changes nothing.
 * IN_WAY_GONE: yes, or there is nothing.
 */
enum in_way_result in_way_may_replace(struct in_way *w,
    const struct in_way_name *name);

/* And remove it. */
enum in_way_result in_way_clear(struct in_way *w,
    const struct in_way_name *name);

/*
 * Nothing can be made in this directory, or removed from it (errno: EPERM or
 * EACCES): clear its immutable flag, let its owner write to it.  Only where
 * replacing is allowed.  False if that changes nothing; errno is kept.
 */
bool in_way_unlock(struct in_way *w, uint32_t directory, int fd);

/*
 * Directories that were unlocked get back what they had.  Uses worker 0 of
 * `target`.  Once, when nobody else uses `w`.
 */
void in_way_lock_again(struct in_way *w, struct target *target);

/* What ask() said in the end, if it was not VERDICT_GO_ON. */
enum verdict in_way_verdict(const struct in_way *w);

#endif
