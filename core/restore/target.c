/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * target.c - see target.h
 *
 * A directory that is not in the cache is opened from its nearest ancestor that
 * is.  If only the last ones used were kept, going up in a tree of depth n, as
 * for setting the times of directories, would take n * n steps.  So the cache
 * has three parts: one for directories at a depth that is a multiple of 4096,
 * one for multiples of 64, and one for all others.
 */
#include "core/restore/target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WAYS 8u			/* slots that a directory may be in */
#define PARTS 3u
#define DESCRIPTORS_MAX 512u	/* of a worker */
#define DESCRIPTORS_SPARE 128u	/* for everybody else */
#define NAME_BYTES 256

/* A directory that is open. */
struct slot {
	uint32_t inode;
	int fd;			/* -1: the slot is free */
	uint64_t used;		/* by the clock of the cache */
	uint64_t depth;
};

struct part {
	struct slot *slots;	/* sets * WAYS */
	uint32_t sets;
};

/* Aligned, as each worker changes its own all the time. */
struct cache {
	struct part parts[PARTS];
	uint64_t clock;
	/* Directories to open, the last one first. */
	uint32_t *way;
	size_t way_count;
	size_t way_room;
} __attribute__((aligned(64)));

/* Where a directory is that has been moved. */
struct location {
	uint32_t inode;
	uint32_t directory;
	bool is_used;
	char *name;		/* owned; NULL: no longer moved */
};

struct target {
	int root;
	const struct names *names;
	unsigned int workers;
	struct cache *caches;
	/* A hash table, half of it free; the room is a power of 2. */
	struct location *moved;
	size_t moved_count;
	size_t moved_room;
	atomic_bool no_openat2;
};

/* ------------------------------------------------------------- the cache */

static unsigned int
descriptors_per_worker(unsigned int workers)
{
	struct rlimit limit;
	rlim_t all = 1024;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		all = limit.rlim_cur;
	if (all > (rlim_t)DESCRIPTORS_MAX * workers * 2)
		return DESCRIPTORS_MAX;
	all -= all / 2 > DESCRIPTORS_SPARE ? DESCRIPTORS_SPARE : all / 2;
	const unsigned int each = (unsigned int)(all / workers);
	return each < WAYS ? WAYS : each;
}

static bool
part_init(struct part *p, unsigned int descriptors)
{
	p->sets = descriptors / WAYS;
	p->slots = calloc((size_t)p->sets * WAYS + 1, sizeof(*p->slots));
	if (p->slots == NULL)
		return false;
	for (size_t i = 0; i < (size_t)p->sets * WAYS; i++)
		p->slots[i].fd = -1;
	return true;
}

/* The deep parts are small: most trees have no use for them. */
static bool
cache_init(struct cache *c, unsigned int descriptors)
{
	const unsigned int deep = descriptors / 8 / WAYS * WAYS;

	return part_init(&c->parts[0], descriptors - 2 * deep) &&
	    part_init(&c->parts[1], deep) && part_init(&c->parts[2], deep);
}

static void
slot_close(struct slot *s)
{
	if (s->fd != -1)
		close(s->fd);
	s->fd = -1;
}

static void
cache_close(struct cache *c)
{
	for (unsigned int i = 0; i < PARTS; i++) {
		struct part *p = &c->parts[i];
		for (size_t j = 0; j < (size_t)p->sets * WAYS; j++)
			slot_close(&p->slots[j]);
	}
}

static struct slot *
set_of(const struct part *p, uint32_t inode)
{
	/* Neighbours go to different sets. */
	return &p->slots[(size_t)(inode % p->sets) * WAYS];
}

static struct slot *
cache_find(struct cache *c, uint32_t inode)
{
	for (unsigned int i = 0; i < PARTS; i++) {
		if (c->parts[i].sets == 0)
			continue;
		struct slot *set = set_of(&c->parts[i], inode);
		for (unsigned int j = 0; j < WAYS; j++)
			if (set[j].fd != -1 && set[j].inode == inode) {
				set[j].used = ++c->clock;
				return &set[j];
			}
	}
	return NULL;
}

static const struct part *
part_for_depth(const struct cache *c, uint64_t depth)
{
	unsigned int i = depth % 4096 == 0 ? 2 : depth % 64 == 0 ? 1 : 0;

	while (c->parts[i].sets == 0)
		i--;
	return &c->parts[i];
}

/* Takes the place of the one in its set that was used least recently. */
static void
cache_add(struct cache *c, uint32_t inode, int fd, uint64_t depth)
{
	struct slot *set = set_of(part_for_depth(c, depth), inode);
	struct slot *oldest = set;

	for (unsigned int j = 1; j < WAYS && oldest->fd != -1; j++)
		if (set[j].fd == -1 || set[j].used < oldest->used)
			oldest = &set[j];
	slot_close(oldest);
	oldest->inode = inode;
	oldest->fd = fd;
	oldest->depth = depth;
	oldest->used = ++c->clock;
}

/* ------------------------------------------------------------ the target */

struct target *
target_new(int root, const struct names *names, unsigned int workers)
{
	struct target *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->root = root;
	t->names = names;
	t->workers = workers;
	const size_t bytes = workers * sizeof(*t->caches);
	t->caches = aligned_alloc(_Alignof(struct cache), bytes);
	if (t->caches == NULL)
		goto free_target;
	memset(t->caches, 0, bytes);
	const unsigned int each = descriptors_per_worker(workers);
	for (unsigned int i = 0; i < workers; i++)
		if (!cache_init(&t->caches[i], each))
			goto free_target;
	return t;

free_target:
	target_free(t);
	return NULL;
}

static void
free_moved(struct target *t)
{
	for (size_t i = 0; i < t->moved_room; i++)
		free(t->moved[i].name);
	free(t->moved);
	t->moved = NULL;
	t->moved_count = 0;
	t->moved_room = 0;
}

void
target_free(struct target *t)
{
	if (t == NULL)
		return;
	for (unsigned int i = 0; t->caches != NULL && i < t->workers; i++) {
		struct cache *c = &t->caches[i];
		cache_close(c);
		for (unsigned int j = 0; j < PARTS; j++)
			free(c->parts[j].slots);
		free(c->way);
	}
	free(t->caches);
	free_moved(t);
	free(t);
}

/* -------------------------------------------------- where directories are */

/* The place of an inode in the table, or the free one for it. */
static struct location *
moved_place(struct location *table, size_t room, uint32_t inode)
{
	size_t i = (size_t)(inode * UINT64_C(2654435769)) & (room - 1);

	while (table[i].is_used && table[i].inode != inode)
		i = (i + 1) & (room - 1);
	return &table[i];
}

static struct location *
moved_find(const struct target *t, uint32_t inode)
{
	if (t->moved_count == 0)
		return NULL;
	struct location *place = moved_place(t->moved, t->moved_room, inode);
	return place->is_used ? place : NULL;
}

/* In which directory it is, and under what name; false: not in the tree. */
static bool
locate(const struct target *t, uint32_t inode, uint32_t *directory,
    char name[static NAME_BYTES])
{
	const struct location *moved = moved_find(t, inode);

	if (moved != NULL && moved->name != NULL) {
		*directory = moved->directory;
		memcpy(name, moved->name, strlen(moved->name) + 1);
		return true;
	}
	const uint32_t id = names_of_directory(t->names, inode);
	if (id == NAMES_NONE)
		return false;
	struct name_entry entry;
	names_entry(t->names, id, &entry);
	if (entry.length >= NAME_BYTES)
		return false;
	memcpy(name, entry.name, entry.length);
	name[entry.length] = '\0';
	*directory = entry.directory;
	return true;
}

void
target_set_names(struct target *t, const struct names *names)
{
	t->names = names;
	free_moved(t);
	for (unsigned int i = 0; i < t->workers; i++)
		cache_close(&t->caches[i]);
}

/* Make sure that there is room for one more. */
static bool
moved_grow(struct target *t)
{
	if (t->moved_count < t->moved_room / 2)
		return true;
	const size_t room = t->moved_room == 0 ? 64 : t->moved_room * 2;
	struct location *table = calloc(room, sizeof(*table));
	if (table == NULL)
		return false;
	for (size_t i = 0; i < t->moved_room; i++)
		if (t->moved[i].is_used)
			*moved_place(table, room, t->moved[i].inode) =
			    t->moved[i];
	free(t->moved);
	t->moved = table;
	t->moved_room = room;
	return true;
}

bool
target_set_location(struct target *t, uint32_t inode, uint32_t directory,
    const char *name, size_t length)
{
	if (length == 0 || length >= NAME_BYTES) {
		errno = ENAMETOOLONG;
		return false;
	}
	char *copy = strndup(name, length);
	if (copy == NULL || !moved_grow(t)) {
		free(copy);
		return false;
	}
	struct location *place = moved_place(t->moved, t->moved_room, inode);
	if (!place->is_used)
		t->moved_count++;
	free(place->name);
	place->inode = inode;
	place->directory = directory;
	place->is_used = true;
	place->name = copy;
	return true;
}

void
target_forget(struct target *t, uint32_t inode)
{
	struct location *moved = moved_find(t, inode);

	if (moved != NULL) {
		free(moved->name);
		moved->name = NULL;
	}
	for (unsigned int i = 0; i < t->workers; i++) {
		struct slot *s = cache_find(&t->caches[i], inode);
		if (s != NULL)
			slot_close(s);
	}
}

/* ---------------------------------------------------- opening directories */

static int
open_beneath(int directory, const char *name, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, directory, name, &how, sizeof(how));
}

/* As openat2 would, since `name` is a single one. */
static int
open_plainly(int directory, const char *name, int flags)
{
	return openat(directory, name, flags);
}

static int
open_name(struct target *t, int directory, const char *name, int access)
{
	const int flags = access | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

	if (!atomic_load_explicit(&t->no_openat2, memory_order_relaxed)) {
		const int fd = open_beneath(directory, name, flags);
		/* EPERM: a filter of system calls that does not know it. */
		if (fd != -1 || (errno != ENOSYS && errno != EPERM))
			return fd;
		const bool is_missing = errno == ENOSYS;
		const int plain = open_plainly(directory, name, flags);
		if (is_missing || plain != -1)
			atomic_store(&t->no_openat2, true);
		return plain;
	}
	return open_plainly(directory, name, flags);
}

static int
open_directory(struct target *t, int directory, const char *name)
{
	const int fd = open_name(t, directory, name, O_RDONLY);

	if (fd == -1 && errno == EACCES)
		return open_name(t, directory, name, O_PATH);
	return fd;
}

static bool
way_push(struct cache *c, uint32_t inode)
{
	if (c->way_count == c->way_room) {
		const size_t room = c->way_room == 0 ? 64 : c->way_room * 2;
		uint32_t *way = reallocarray(c->way, room, sizeof(*way));
		if (way == NULL)
			return false;
		c->way = way;
		c->way_room = room;
	}
	c->way[c->way_count++] = inode;
	return true;
}

/*
 * Note what has to be opened on the way to `inode`; *from is the directory to
 * begin with, NULL: the root.
 */
static bool
find_way(const struct target *t, struct cache *c, uint32_t inode,
    const struct slot **from)
{
	const uint64_t most = (uint64_t)names_directory_count(t->names) +
	    t->moved_count;
	char name[NAME_BYTES];

	c->way_count = 0;
	*from = NULL;
	while (inode != NAMES_ROOT && (*from = cache_find(c, inode)) == NULL) {
		if (c->way_count > most) {
			errno = ELOOP;
			return false;
		}
		if (!way_push(c, inode))
			return false;
		if (!locate(t, inode, &inode, name)) {
			errno = ENOENT;
			return false;
		}
	}
	return true;
}

int
target_directory(struct target *t, unsigned int worker, uint32_t inode)
{
	struct cache *c = &t->caches[worker];
	const struct slot *from;

	if (!find_way(t, c, inode, &from))
		return -1;
	int fd = from == NULL ? t->root : from->fd;
	uint64_t depth = from == NULL ? 0 : from->depth;
	while (c->way_count > 0) {
		const uint32_t next = c->way[--c->way_count];
		char name[NAME_BYTES];
		uint32_t directory;
		if (!locate(t, next, &directory, name)) {
			errno = ENOENT;
			return -1;
		}
		fd = open_directory(t, fd, name);
		if (fd == -1)
			return -1;
		cache_add(c, next, fd, ++depth);
	}
	return fd;
}
