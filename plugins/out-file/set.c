/* SPDX-License-Identifier: BSD-3-Clause */
#include "set.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../common/safe_file.h"
#include "journal.h"

/* A complete volume. */
struct set_file {
	uint32_t volume;
	dev_t device;
	ino_t inode;
	char *temporary;		/* NULL: has its final name */
	char *final;
};

/* A file that received its final name or was about to. */
struct named {
	dev_t device;
	ino_t inode;
	uint32_t volume;
};

/*
 * In memory shared by all processes of a dump.  If a writer dies, the next one
 * removes its file or may replace it.
 */
struct current {
	uint32_t volume;
	char temporary[PATH_MAX];
	struct named named[2];		/* the latest first */
	bool giving;			/* renaming has begun and must be
					   finished */
};

struct set {
	const struct de_host *host;	/* borrowed */
	struct current *current;	/* owned; shared memory */
	struct journal *journal;	/* NULL: not made yet */
	pid_t maker;			/* process that created it */
	struct set_file *files;		/* owned */
	size_t file_count;
	uint32_t volume;		/* being written; 0: none */
	char *temporary;		/* its temporary name */
	char *final;
};

static enum de_status
report_errno(const struct set *s, const char *name, const char *what)
{
	s->host->report(s->host, DE_ERROR, "%s: %s: %s", name, what,
	    strerror(errno));
	return DE_FAILED;
}

struct set *
set_new(const struct de_host *host)
{
	struct set *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->host = host;
	void *shared = mmap(NULL, sizeof(*s->current), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		free(s);
		return NULL;
	}
	s->current = shared;
	return s;
}

static void
forget_volume(struct set *s)
{
	free(s->temporary);
	free(s->final);
	s->temporary = s->final = NULL;
	s->volume = 0;
}

void
set_free(struct set *s)
{
	if (s == NULL)
		return;
	forget_volume(s);
	for (size_t i = 0; i < s->file_count; i++) {
		free(s->files[i].temporary);
		free(s->files[i].final);
	}
	free(s->files);
	journal_free(s->journal);
	munmap(s->current, sizeof(*s->current));
	free(s);
}

/* --------------------------------------------------------------- beginning */

/* "/backup", to be freed. */
static char *
folder_of(const char *path)
{
	char *copy = strdup(path);
	char *folder = copy == NULL ? NULL : strdup(dirname(copy));

	free(copy);
	return folder;
}

static void
drop_journal(struct set *s)
{
	journal_free(s->journal);
	s->journal = NULL;
}

/* A dying process that was about to end may have removed it. */
static bool
have_journal(struct set *s, const char *folder)
{
	if (s->journal != NULL && journal_is_gone(s->journal))
		drop_journal(s);
	if (s->journal == NULL) {
		s->journal = journal_make(folder);
		s->maker = getpid();
	}
	return s->journal != NULL;
}

/* A failed attempt at this volume may have left a file. */
static void
remove_former(const struct set *s)
{
	if (s->current->volume == s->volume &&
	    s->current->temporary[0] != '\0')
		unlink(s->current->temporary);
}

static int
make_file(struct set *s, const char *folder)
{
	char name[SAFE_FILE_NAME_BYTES];
	const int at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = at == -1 ? -1 :
	    safe_file_make(at, journal_prefix(s->journal), name);

	if (at != -1)
		close(at);
	if (fd == -1)
		return -1;
	if (asprintf(&s->temporary, "%s/%s", strcmp(folder, "/") == 0 ? "" :
	    folder, name) == -1) {
		s->temporary = NULL;
		close(fd);
		return -1;
	}
	s->current->volume = s->volume;
	snprintf(s->current->temporary, sizeof(s->current->temporary), "%s",
	    s->temporary);
	return fd;
}

/* Without a complete volume there is nothing to keep. */
static void
end_if_empty(struct set *s)
{
	if (s->journal == NULL || s->file_count > 0 || s->maker != getpid())
		return;
	journal_end(s->journal);
	drop_journal(s);
}

/* Clean the directory only once our own journal is visible to others. */
static int
begin_in(struct set *s, const char *folder)
{
	int fd = -1, error = EBUSY;

	remove_former(s);
	if (!have_journal(s, folder) || (fd = make_file(s, folder)) == -1 ||
	    !journal_note(s->journal, s->temporary, s->final)) {
		error = errno;
		report_errno(s, s->final, "cannot create its file");
	} else if (journal_clean_up(s->host, folder, s->journal, s->final)) {
		return fd;
	}
	if (fd != -1)
		close(fd);
	set_discard(s);
	errno = error;
	return -1;
}

int
set_begin(struct set *s, uint32_t volume, const char *final)
{
	char *folder = folder_of(final);
	int fd = -1;

	forget_volume(s);
	s->volume = volume;
	s->final = strdup(final);
	if (folder == NULL || s->final == NULL) {
		errno = ENOMEM;
		report_errno(s, final, "cannot create its file");
	} else {
		fd = begin_in(s, folder);
	}
	const int error = errno;
	free(folder);
	errno = error;
	return fd;
}

void
set_discard(struct set *s)
{
	if (s->temporary != NULL)
		unlink(s->temporary);
	forget_volume(s);
	end_if_empty(s);
}

/* ----------------------------------------------------------- whole volumes */

/* Takes ownership of the data about the volume just written. */
static enum de_status
add_file(struct set *s, const struct stat *st, bool waits)
{
	struct set_file *files = reallocarray(s->files, s->file_count + 1,
	    sizeof(*files));

	if (files == NULL)
		return report_errno(s, s->final, "cannot be finished");
	s->files = files;
	files[s->file_count++] = (struct set_file){
		.volume = s->volume,
		.device = st->st_dev,
		.inode = st->st_ino,
		.temporary = waits ? s->temporary : NULL,
		.final = s->final,
	};
	if (!waits)
		free(s->temporary);
	s->temporary = s->final = NULL;
	s->volume = 0;
	return DE_OK;
}

enum de_status
set_keep(struct set *s, const struct stat *st)
{
	return add_file(s, st, true);
}

/* Rename to the final name unless a file has appeared there. */
static int
rename_unless_there(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/*
	 * Some filesystems lack RENAME_NOREPLACE; a link has the same effect.
	 */
	return link(from, to) == -1 ? -1 : unlink(from);
}

static bool
is_at(const char *name, dev_t device, ino_t inode)
{
	struct stat st;

	return lstat(name, &st) == 0 && st.st_dev == device &&
	    st.st_ino == inode;
}

/* Others may have swapped files in a directory writable by everyone. */
static enum de_status
check_name(const struct set *s, const char *name, dev_t device, ino_t inode)
{
	if (is_at(name, device, inode))
		return DE_OK;
	s->host->report(s->host, DE_ERROR, "%s is not the file that was "
	    "written: another user has replaced it; use a directory that only "
	    "this user can write to", name);
	return DE_FAILED;
}

static enum de_status
sync_folder_of(const struct set *s, const char *path)
{
	const char *name;
	const int folder = safe_file_open_folder(path, &name);
	enum de_status status = DE_OK;

	if (folder == -1 || safe_file_sync_folder(folder) == -1)
		status = report_errno(s, path, "its directory cannot be "
		    "synced");
	if (folder != -1)
		close(folder);
	return status;
}

/* The next process may find either file there. */
static void
tell_next_process(const struct set *s, const struct stat *st)
{
	s->current->named[1] = s->current->named[0];
	s->current->named[0] = (struct named){ st->st_dev, st->st_ino,
	    s->volume };
}

enum de_status
set_name_now(struct set *s, const struct stat *st, bool replace, bool sync)
{
	tell_next_process(s, st);
	if ((replace ? rename(s->temporary, s->final) :
	    rename_unless_there(s->temporary, s->final)) == -1)
		return report_errno(s, s->final, "cannot be renamed to its "
		    "final name");
	enum de_status status = check_name(s, s->final, st->st_dev,
	    st->st_ino);
	if (status == DE_OK && sync)
		status = sync_folder_of(s, s->final);
	return status == DE_OK ? add_file(s, st, false) : status;
}

uint32_t
set_holds(const struct set *s, const struct stat *st, const char *final)
{
	for (size_t i = 0; i < s->file_count; i++) {
		const struct set_file *file = &s->files[i];
		if (file->temporary != NULL ? strcmp(file->final, final) == 0 :
		    file->device == st->st_dev && file->inode == st->st_ino)
			return file->volume;
	}
	return 0;
}

bool
set_is_current(const struct set *s, uint32_t volume, const struct stat *st)
{
	for (int i = 0; i < 2; i++) {
		const struct named *named = &s->current->named[i];
		if (named->volume == volume && volume != 0 &&
		    named->device == st->st_dev && named->inode == st->st_ino)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------- their names */

static size_t
count_waiting(const struct set *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->file_count; i++)
		n += s->files[i].temporary != NULL;
	return n;
}

bool
set_waits(const struct set *s)
{
	return count_waiting(s) > 0;
}

enum de_status
set_each_waiting(const struct set *s,
    enum de_status (*fn)(void *arg, const char *final), void *arg)
{
	enum de_status status = DE_OK;

	for (size_t i = 0; status == DE_OK && i < s->file_count; i++)
		if (s->files[i].temporary != NULL)
			status = fn(arg, s->files[i].final);
	return status;
}

/*
 * Without this record, a crash now would leave volumes without names.  The
 * dumps they replace are retired already, so failing here would not help.
 */
static void
write_moves(const struct set *s, bool sync)
{
	const size_t count = count_waiting(s);
	struct journal_move *moves = calloc(count, sizeof(*moves));
	size_t n = 0;

	for (size_t i = 0; moves != NULL && i < s->file_count; i++) {
		const struct set_file *file = &s->files[i];
		struct stat st;
		if (file->temporary != NULL)
			moves[n++] = (struct journal_move){ file->temporary,
			    file->final, file->inode,
			    lstat(file->final, &st) == 0 ? st.st_ino : 0 };
	}
	if (moves == NULL || !journal_complete(s->journal, moves, count,
	    sync))
		s->host->report(s->host, DE_WARNING, "cannot record the "
		    "pending renames; a crash now would leave volumes without "
		    "their names: %s", strerror(errno));
	free(moves);
}

/* A process that died afterwards may have done it already. */
static enum de_status
give_name(const struct set *s, struct set_file *file)
{
	if (is_at(file->temporary, file->device, file->inode) &&
	    rename(file->temporary, file->final) == -1)
		return report_errno(s, file->final, "cannot be renamed to its "
		    "final name");
	if (check_name(s, file->final, file->device, file->inode) != DE_OK)
		return DE_FAILED;
	free(file->temporary);
	file->temporary = NULL;
	return DE_OK;
}

/* Sync a directory once for consecutive files in it. */
static bool
is_last_there(const struct set *s, size_t i)
{
	const char *here = s->files[i].final;
	const char *next = i + 1 < s->file_count ? s->files[i + 1].final : "";
	const size_t length = (size_t)(strrchr(here, '/') - here) + 1;

	return strncmp(here, next, length) != 0 ||
	    strchr(next + length, '/') != NULL;
}

enum de_status
set_give_names(struct set *s, bool sync)
{
	enum de_status status = DE_OK;

	if (!set_waits(s))
		return DE_OK;
	if (s->journal != NULL)
		write_moves(s, sync);
	s->current->giving = true;
	for (size_t i = 0; status == DE_OK && i < s->file_count; i++)
		if (s->files[i].temporary != NULL)
			status = give_name(s, &s->files[i]);
	for (size_t i = 0; sync && status == DE_OK && i < s->file_count; i++)
		if (is_last_there(s, i))
			status = sync_folder_of(s, s->files[i].final);
	s->current->giving = status != DE_OK;
	return status;
}

void
set_end(struct set *s)
{
	if (s->current->giving) {	/* the next run finishes it */
		drop_journal(s);
		return;
	}
	for (size_t i = 0; i < s->file_count; i++)
		if (s->files[i].temporary != NULL)
			unlink(s->files[i].temporary);
	if (s->journal != NULL && !journal_is_gone(s->journal))
		journal_end(s->journal);
	drop_journal(s);
}
