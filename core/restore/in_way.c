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

#include "core/restore/unlock.h"

#define RECENT 64		/* more than there are workers */

/* A directory that was unlocked. */
struct unlocked {
	uint32_t directory;
	struct lock_state old;
};

struct in_way {
	const struct restore_settings *settings;
	struct outcome *outcome;
	enum verdict (*ask)(void *arg, const char *path, bool *replace);
	void *ask_arg;
	pthread_mutex_t asking;		/* one question at a time */
	atomic_int verdict;
	pthread_mutex_t lock;		/* guards the following */
	struct unlocked *unlocked;
	size_t unlocked_count;
	size_t unlocked_room;
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
	pthread_mutex_init(&w->lock, NULL);
	return w;
}

void
in_way_free(struct in_way *w)
{
	if (w == NULL)
		return;
	pthread_mutex_destroy(&w->asking);
	pthread_mutex_destroy(&w->lock);
	free(w->unlocked);
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
		    "--if-exists replace", name->subject);
		return IN_WAY_STAYS;
	case IF_EXISTS_SKIP:
		return IN_WAY_STAYS;
	case IF_EXISTS_NEWER:
		if (!is_newer(st, name->meta))
			break;
		outcome_add(w->outcome, OUTCOME_NOTE, inode, "%s is there "
		    "already, newer than in the set: left as it is",
		    name->subject);
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

	if (fstatat(name->fd, name->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return IN_WAY_GONE;
	if (S_ISDIR(st.st_mode) && !S_ISDIR(name->meta->mode) &&
	    w->settings->if_exists != IF_EXISTS_SKIP) {
		outcome_add(w->outcome, OUTCOME_MISSING, name->inode,
		    "a directory is in the way of %s; move that away and "
		    "restore the file again", name->subject);
		return IN_WAY_FAILED;
	}
	return decide(w, name, &st);
}

/* -------------------------------------------------------------- removing it */

/* Lock held. */
static bool
was_just_unlocked(const struct in_way *w, uint32_t directory)
{
	for (size_t i = 1; i <= w->unlocked_count && i <= RECENT; i++)
		if (w->unlocked[w->unlocked_count - i].directory == directory)
			return true;
	return false;
}

/* Lock held.  Room for one more. */
static bool
unlocked_grow(struct in_way *w)
{
	if (w->unlocked_count < w->unlocked_room)
		return true;
	const size_t room = w->unlocked_room == 0 ? 16 : w->unlocked_room * 2;
	struct unlocked *all = reallocarray(w->unlocked, room, sizeof(*all));
	if (all == NULL)
		return false;
	w->unlocked = all;
	w->unlocked_room = room;
	return true;
}

bool
in_way_unlock(struct in_way *w, uint32_t directory, int fd)
{
	const int error = errno;
	struct unlocked u = { .directory = directory };

	if (w->settings->if_exists != IF_EXISTS_REPLACE)
		return false;
	pthread_mutex_lock(&w->lock);
	/* Another worker may just have done so. */
	bool changed = was_just_unlocked(w, directory);
	if (!changed && unlocked_grow(w) && unlock(fd, ".", &u.old)) {
		w->unlocked[w->unlocked_count++] = u;
		changed = true;
	}
	pthread_mutex_unlock(&w->lock);
	errno = error;
	return changed;
}

void
in_way_lock_again(struct in_way *w, struct target *target)
{
	for (size_t i = 0; i < w->unlocked_count; i++) {
		const struct unlocked *u = &w->unlocked[i];
		const int fd = target_directory(target, 0, u->directory);
		if (fd == -1 || !lock_again(fd, ".", &u->old))
			outcome_add(w->outcome, OUTCOME_ATTRIBUTE,
			    u->directory, "the mode and flags of this "
			    "directory were changed to write into it, and "
			    "cannot be set again: %s", strerror(errno));
	}
	w->unlocked_count = 0;
}

static int
remove_name(struct in_way *w, const struct in_way_name *name)
{
	if (unlinkat(name->fd, name->name, 0) == 0)
		return 0;
	if (errno != EPERM && errno != EACCES)
		return -1;
	/* It may be immutable, and what it is in as well. */
	in_way_unlock(w, name->directory, name->fd);
	return unlock_and_remove(name->fd, name->name);
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
	    "what is in the way of %s cannot be removed: %s", name->subject,
	    strerror(errno));
	return IN_WAY_FAILED;
}
