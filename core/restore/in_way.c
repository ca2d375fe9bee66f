/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/in_way.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/restore/metadata.h"

#define OWNER_ALL 0700u

struct in_way {
	const struct restore_settings *settings;
	struct outcome *outcome;
	enum verdict (*ask)(void *arg, const char *path, bool *replace);
	void *ask_arg;
	pthread_mutex_t asking;		/* one question at a time */
	atomic_int verdict;
};

struct in_way *
in_way_new(const struct restore_settings *settings, struct outcome *outcome,
    enum verdict (*ask)(void *arg, const char *path, bool *replace),
    void *ask_arg)
{
	struct in_way *w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->settings = settings;
	w->outcome = outcome;
	w->ask = ask;
	w->ask_arg = ask_arg;
	pthread_mutex_init(&w->asking, NULL);
	return w;
}

void
in_way_free(struct in_way *w)
{
	if (w == NULL)
		return;
	pthread_mutex_destroy(&w->asking);
	free(w);
}

enum verdict
in_way_verdict(const struct in_way *w)
{
	return (enum verdict)atomic_load(&w->verdict);
}

/* --------------------------------------------------------- may it be gone? */

static enum in_way_result
ask_whether(struct in_way *w, const struct in_way_name *name)
{
	bool replace = false;

	pthread_mutex_lock(&w->asking);
	enum verdict verdict = in_way_verdict(w);
	if (verdict == VERDICT_GO_ON)
		verdict = w->ask(w->ask_arg, name->path, &replace);
	atomic_store(&w->verdict, (int)verdict);
	pthread_mutex_unlock(&w->asking);
	if (verdict != VERDICT_GO_ON)
		return IN_WAY_FAILED;
	return replace ? IN_WAY_GONE : IN_WAY_STAYS;
}

static bool
is_newer(const struct stat *st, const struct de_inode *meta)
{
	if (st->st_mtim.tv_sec != meta->mtime.seconds)
		return st->st_mtim.tv_sec > meta->mtime.seconds;
	return st->st_mtim.tv_nsec > (long)meta->mtime.nanoseconds;
}

static enum in_way_result
decide(struct in_way *w, const struct in_way_name *name, const struct stat *st)
{
	const uint32_t inode = name->inode;

	switch (w->settings->if_exists) {
	case IF_EXISTS_ASK:
		return ask_whether(w, name);
	case IF_EXISTS_FAIL:
		outcome_add(w->outcome, OUTCOME_MISSING, inode, "%s is there "
		    "already and was left as it is; to replace it, use "
		    "--if-exists replace", name->path);
		return IN_WAY_STAYS;
	case IF_EXISTS_SKIP:
		return IN_WAY_STAYS;
	case IF_EXISTS_NEWER:
		if (!is_newer(st, name->meta))
			break;
		outcome_add(w->outcome, OUTCOME_NOTE, inode, "%s is there "
		    "already, newer than in the set: left as it is",
		    name->path);
		return IN_WAY_STAYS;
	case IF_EXISTS_REPLACE:
		break;
	}
	return IN_WAY_GONE;
}

enum in_way_result
in_way_may_replace(struct in_way *w, const struct in_way_name *name)
{
	struct stat st;

	if (fstatat(name->directory, name->name, &st, AT_SYMLINK_NOFOLLOW) ==
	    -1)
		return IN_WAY_GONE;
	if (S_ISDIR(st.st_mode) && !S_ISDIR(name->meta->mode) &&
	    w->settings->if_exists != IF_EXISTS_SKIP) {
		outcome_add(w->outcome, OUTCOME_MISSING, name->inode,
		    "a directory is in the place of %s; move it away and "
		    "restore the file again", name->path);
		return IN_WAY_FAILED;
	}
	return decide(w, name, &st);
}

/* -------------------------------------------------------------- removing it */

bool
in_way_open_directory(const struct in_way *w, int directory)
{
	const int error = errno;
	struct stat st;

	if (w->settings->if_exists != IF_EXISTS_REPLACE)
		return false;
	bool changed = metadata_unprotect(directory);
	if (!changed && error == EACCES && fstat(directory, &st) == 0 &&
	    (st.st_mode & OWNER_ALL) != OWNER_ALL)
		changed = fchmod(directory, (st.st_mode & 07777) | OWNER_ALL) ==
		    0;
	errno = error;
	return changed;
}

static int
remove_name(const struct in_way *w, const struct in_way_name *name)
{
	if (unlinkat(name->directory, name->name, 0) == 0)
		return 0;
	if (errno != EPERM && errno != EACCES)
		return -1;
	/* It may be immutable, and what it is in as well. */
	const bool opened = in_way_open_directory(w, name->directory);
	const bool bared = metadata_unprotect_name(name->directory, name->name);
	if (!opened && !bared)
		return -1;
	return unlinkat(name->directory, name->name, 0);
}

enum in_way_result
in_way_clear(struct in_way *w, const struct in_way_name *name)
{
	const enum in_way_result result = in_way_may_replace(w, name);

	if (result != IN_WAY_GONE)
		return result;
	if (remove_name(w, name) == 0 || errno == ENOENT)
		return IN_WAY_GONE;
	outcome_add(w->outcome, OUTCOME_MISSING, name->inode,
	    "what is in the place of %s cannot be removed: %s", name->path,
	    strerror(errno));
	return IN_WAY_FAILED;
}
