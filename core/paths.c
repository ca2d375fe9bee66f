/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NO_PATH "(no path found)"
#define PATH_BYTES_MAX 4096	/* longer ones lose their beginning */
#define DEPTH_MAX 8192		/* a loop of directories has no end */

/* An inode that is looked for, and the first name found for it. */
struct target {
	uint32_t inode;
	uint32_t parent;	/* 0: not found yet */
	char *name;		/* its last part, then the whole path */
};

struct paths {
	struct target *targets;	/* sorted by inode */
	size_t count;
};

/* The search of one directory for the names of targets. */
struct search {
	struct paths *paths;
	uint32_t directory;
};

static int
by_inode(const void *a, const void *b)
{
	const struct target *x = a, *y = b;
	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static struct target *
find_target(const struct paths *paths, uint32_t inode)
{
	const struct target key = { .inode = inode };
	return bsearch(&key, paths->targets, paths->count,
	    sizeof(*paths->targets), by_inode);
}

static bool
is_dot(const struct de_entry *e)
{
	return (e->name_length == 1 && e->name[0] == '.') ||
	    (e->name_length == 2 && memcmp(e->name, "..", 2) == 0);
}

static enum de_status
note_name(void *arg, const struct de_entry *e)
{
	const struct search *search = arg;
	struct target *t = is_dot(e) ? NULL :
	    find_target(search->paths, e->inode);

	if (t != NULL && t->name == NULL) {
		t->name = strndup(e->name, e->name_length);
		t->parent = search->directory;
	}
	return DE_OK;
}

/* What cannot be read has no names to give. */
static void
search_all_directories(const struct source *src, struct paths *paths)
{
	struct de_inode inode;
	void *scan;
	uint32_t from = 1;

	if (src->ops->scan_begin(src->self, &scan) != DE_OK)
		return;
	while (source_next(src, scan, from, &inode) == DE_OK) {
		struct search search = { paths, inode.number };
		if (S_ISDIR(inode.mode))
			src->ops->read_directory(src->self, &inode, note_name,
			    &search);
		from = inode.number + 1;
	}
	src->ops->scan_end(src->self, scan);
}

/* What is looked for in a directory on the way up. */
struct step {
	uint32_t child;		/* find its name, */
	char *name;
	uint32_t parent;	/* or, if child is 0, the parent */
};

static enum de_status
take_step(void *arg, const struct de_entry *e)
{
	struct step *step = arg;

	if (e->name_length == 2 && memcmp(e->name, "..", 2) == 0)
		step->parent = e->inode;
	if (step->child == 0)
		return step->parent == 0 ? DE_OK : DE_NO_MORE;
	if (is_dot(e) || e->inode != step->child)
		return DE_OK;
	step->name = strndup(e->name, e->name_length);
	return DE_NO_MORE;
}

static void
read_step(const struct source *src, uint32_t directory, struct step *step)
{
	struct de_inode inode;
	void *scan;

	if (src->ops->scan_begin(src->self, &scan) != DE_OK)
		return;
	if (source_next(src, scan, directory, &inode) == DE_OK &&
	    inode.number == directory && S_ISDIR(inode.mode))
		src->ops->read_directory(src->self, &inode, take_step, step);
	src->ops->scan_end(src->self, scan);
}

/* Put "/name" in front of the path that begins at *begin. */
static bool
prepend(char *path, size_t *begin, const char *name)
{
	const size_t length = strlen(name);

	if (length + 1 > *begin)
		return false;
	*begin -= length;
	memcpy(path + *begin, name, length);
	path[--*begin] = '/';
	return true;
}

static char *
climb(const struct source *src, const struct target *t)
{
	char path[PATH_BYTES_MAX];
	size_t begin = sizeof(path) - 1;
	uint32_t directory = t->parent;

	path[begin] = '\0';
	prepend(path, &begin, t->name);
	for (int depth = 0; directory != src->info.root_inode &&
	    depth < DEPTH_MAX; depth++) {
		struct step up = { 0 };
		read_step(src, directory, &up);
		struct step name = { .child = directory };
		if (up.parent != 0)
			read_step(src, up.parent, &name);
		const bool ok = name.name != NULL &&
		    prepend(path, &begin, name.name);
		free(name.name);
		if (!ok) {
			prepend(path, &begin, "...");
			break;
		}
		directory = up.parent;
	}
	return strdup(path + begin);
}

struct paths *
paths_find(const struct source *src, const uint32_t *inodes, size_t count)
{
	struct paths *paths = calloc(1, sizeof(*paths));

	if (paths == NULL)
		return NULL;
	paths->targets = calloc(count, sizeof(*paths->targets));
	if (paths->targets == NULL) {
		free(paths);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		paths->targets[i].inode = inodes[i];
	qsort(paths->targets, count, sizeof(*paths->targets), by_inode);
	for (size_t i = 0; i < count; i++)	/* each only once */
		if (paths->count == 0 || paths->targets[i].inode !=
		    paths->targets[paths->count - 1].inode)
			paths->targets[paths->count++] = paths->targets[i];
	search_all_directories(src, paths);
	for (size_t i = 0; i < paths->count; i++) {
		struct target *t = &paths->targets[i];
		char *path = NULL;
		if (t->inode == src->info.root_inode)
			path = strdup("/");
		else if (t->name != NULL)
			path = climb(src, t);
		free(t->name);
		t->name = path;
	}
	return paths;
}

const char *
paths_get(const struct paths *paths, uint32_t inode)
{
	const struct target *t = paths == NULL ? NULL :
	    find_target(paths, inode);
	return t == NULL || t->name == NULL ? NO_PATH : t->name;
}

void
paths_free(struct paths *paths)
{
	if (paths == NULL)
		return;
	for (size_t i = 0; i < paths->count; i++)
		free(paths->targets[i].name);
	free(paths->targets);
	free(paths);
}
