/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/select/paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NO_PATH "(no path found)"
#define PATH_BYTES_MAX 4096	/* longer ones lose their beginning */

/* An inode whose path is requested, or a directory on its path. */
struct node {
	uint32_t inode;
	uint32_t parent;	/* 0: not known */
	const struct node *up;	/* the parent; NULL: root, or none */
	char *name;		/* owned; NULL: not found */
};

struct nodes {
	struct node *items;	/* sorted by inode, unique */
	size_t count;
};

struct paths {
	uint32_t root;
	struct nodes nodes;
	char text[PATH_BYTES_MAX];	/* result of the last paths_get() */
};

/* A directory and its "..". */
struct directory {
	uint32_t inode;
	uint32_t parent;
	bool is_on_the_way;	/* between a target and the root */
	bool has_needed;	/* contains the name of one of those */
};

/* The state of a search. */
struct search {
	const struct source *src;
	struct nodes targets;
	struct nodes way;
	struct directory *directories;	/* in ascending inode order */
	size_t directory_count;
	size_t directory_room;
	struct directory current;	/* that is read */
	bool failed;			/* out of memory */
};

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;	/* both begin with the number */
	return *x < *y ? -1 : *x > *y;
}

static struct node *
find_node(const struct nodes *nodes, uint32_t inode)
{
	return nodes->count == 0 ? NULL : bsearch(&inode, nodes->items,
	    nodes->count, sizeof(*nodes->items), by_number);
}

static struct directory *
find_directory(const struct search *f, uint32_t inode)
{
	return f->directory_count == 0 ? NULL : bsearch(&inode,
	    f->directories, f->directory_count, sizeof(*f->directories),
	    by_number);
}

static void
nodes_free(struct nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++)
		free(nodes->items[i].name);
	free(nodes->items);
}

static bool
is_named(const struct de_entry *e, const char *name)
{
	return e->name_length == strlen(name) &&
	    memcmp(e->name, name, e->name_length) == 0;
}

/* The first name of a node counts. */
static void
note_name(struct search *f, const struct nodes *nodes,
    const struct de_entry *e)
{
	struct node *n = find_node(nodes, e->inode);

	if (n == NULL || n->name != NULL)
		return;
	n->name = strndup(e->name, e->name_length);
	n->parent = f->current.inode;
	f->failed = f->failed || n->name == NULL;
}

/* ------------------------------------ names of the targets, and all parents */

static enum de_status
look_for_targets(void *arg, const struct de_entry *e)
{
	struct search *f = arg;

	if (is_named(e, ".."))
		f->current.parent = e->inode;
	else if (!is_named(e, "."))
		note_name(f, &f->targets, e);
	return DE_OK;
}

static void
keep_directory(struct search *f)
{
	if (f->directory_count == f->directory_room) {
		const size_t room = f->directory_room == 0 ? 1024 :
		    f->directory_room * 2;
		struct directory *all = reallocarray(f->directories, room,
		    sizeof(*all));
		if (all == NULL) {
			f->failed = true;
			return;
		}
		f->directories = all;
		f->directory_room = room;
	}
	f->directories[f->directory_count++] = f->current;
}

/* What cannot be read provides no names. */
static void
read_all_directories(struct search *f)
{
	const struct source *src = f->src;
	struct de_inode inode;
	uint32_t from = 1;
	void *scan;

	if (source_scan_begin(src, &scan) != DE_OK)
		return;
	while (!f->failed &&
	    source_next(src, scan, from, &inode) == DE_OK) {
		from = inode.number + 1;
		if (!S_ISDIR(inode.mode))
			continue;
		f->current = (struct directory){ .inode = inode.number };
		source_read_directory(src, &inode, look_for_targets, f);
		keep_directory(f);
	}
	source_scan_end(src, scan);
}

/* ----------------------------------------------- the directories on the way */

/* Go up from one until a marked one; returns how many are new. */
static size_t
mark_way(struct search *f, uint32_t inode)
{
	size_t count = 0;

	while (inode != f->src->info.root_inode &&
	    find_node(&f->targets, inode) == NULL) {
		struct directory *d = find_directory(f, inode);
		if (d == NULL || d->is_on_the_way)
			break;
		d->is_on_the_way = true;
		count++;
		struct directory *parent = find_directory(f, d->parent);
		if (parent != NULL)
			parent->has_needed = true;
		inode = d->parent;
	}
	return count;
}

static bool
list_way(struct search *f)
{
	size_t count = 0;

	for (size_t i = 0; i < f->targets.count; i++)
		if (f->targets.items[i].name != NULL)
			count += mark_way(f, f->targets.items[i].parent);
	f->way.items = calloc(count + 1, sizeof(*f->way.items));
	if (f->way.items == NULL)
		return false;
	for (size_t i = 0; i < f->directory_count; i++)
		if (f->directories[i].is_on_the_way)
			f->way.items[f->way.count++].inode =
			    f->directories[i].inode;
	return true;
}

/* Only directories that ".." refers to, so that paths lead to the root. */
static enum de_status
look_for_way(void *arg, const struct de_entry *e)
{
	struct search *f = arg;
	const struct directory *d = is_named(e, ".") || is_named(e, "..") ?
	    NULL : find_directory(f, e->inode);

	if (d != NULL && d->is_on_the_way &&
	    d->parent == f->current.inode)
		note_name(f, &f->way, e);
	return DE_OK;
}

static void
read_way(struct search *f)
{
	const struct source *src = f->src;
	struct de_inode inode = { 0 };
	enum de_status status = DE_OK;
	void *scan;

	if (f->way.count == 0 || source_scan_begin(src, &scan) != DE_OK)
		return;
	for (size_t i = 0; i < f->directory_count && status == DE_OK &&
	    !f->failed; i++) {
		f->current = f->directories[i];
		if (!f->current.has_needed)
			continue;
		if (inode.number < f->current.inode)
			status = source_next(src, scan, f->current.inode,
			    &inode);
		if (status == DE_OK && inode.number == f->current.inode &&
		    S_ISDIR(inode.mode))
			source_read_directory(src, &inode, look_for_way, f);
	}
	source_scan_end(src, scan);
}

/* ------------------------------------------------------------ from outside */

static bool
list_targets(struct nodes *targets, const uint32_t *inodes, size_t count)
{
	targets->items = calloc(count + 1, sizeof(*targets->items));
	if (targets->items == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		targets->items[i].inode = inodes[i];
	qsort(targets->items, count, sizeof(*targets->items), by_number);
	for (size_t i = 0; i < count; i++)
		if (targets->count == 0 || targets->items[i].inode !=
		    targets->items[targets->count - 1].inode)
			targets->items[targets->count++] = targets->items[i];
	return true;
}

/* Merge both lists, and link each node to its parent. */
static bool
join(struct paths *paths, const struct search *f)
{
	const size_t a = f->targets.count, b = f->way.count;
	struct nodes *all = &paths->nodes;

	all->items = calloc(a + b + 1, sizeof(*all->items));
	if (all->items == NULL)
		return false;
	memcpy(all->items, f->targets.items, a * sizeof(*all->items));
	memcpy(all->items + a, f->way.items, b * sizeof(*all->items));
	all->count = a + b;
	qsort(all->items, all->count, sizeof(*all->items), by_number);
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].parent != paths->root)
			all->items[i].up = find_node(all,
			    all->items[i].parent);
	return true;
}

struct paths *
paths_find(const struct source *src, const uint32_t *inodes, size_t count)
{
	struct paths *paths = calloc(1, sizeof(*paths));
	struct search f = { .src = src };
	bool ok = false;

	if (paths != NULL && list_targets(&f.targets, inodes, count)) {
		paths->root = src->info.root_inode;
		read_all_directories(&f);
		if (!f.failed && list_way(&f)) {
			read_way(&f);
			ok = !f.failed && join(paths, &f);
		}
	}
	free(f.directories);
	if (ok) {
		free(f.targets.items);	/* the names now belong to `paths` */
		free(f.way.items);
		return paths;
	}
	nodes_free(&f.targets);
	nodes_free(&f.way);
	free(paths);
	return NULL;
}

/* Prepend "/name" to the path that begins at *begin. */
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

const char *
paths_get(struct paths *paths, uint32_t inode)
{
	size_t begin = PATH_BYTES_MAX - 1;

	if (paths != NULL && inode == paths->root)
		return "/";
	const struct node *n = paths == NULL ? NULL :
	    find_node(&paths->nodes, inode);
	if (n == NULL || n->name == NULL)
		return NO_PATH;
	paths->text[begin] = '\0';
	/* A loop of directories ends when the buffer is full. */
	while (n->name != NULL && prepend(paths->text, &begin, n->name)) {
		if (n->parent == paths->root)
			return paths->text + begin;
		if (n->up == NULL)
			break;
		n = n->up;
	}
	prepend(paths->text, &begin, "...");
	return paths->text + begin;
}

void
paths_free(struct paths *paths)
{
	if (paths == NULL)
		return;
	nodes_free(&paths->nodes);
	free(paths);
}
