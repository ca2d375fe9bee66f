/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * limit.c - how fast the files of a tree can be made at all
 *
 *     limit TREE TARGET THREADS
 *
 * reads the files and directories of TREE into memory, makes them again in the
 * empty directory TARGET, with the calls that dumpengine-restore(8) makes and
 * that many threads, and prints the seconds from the first call to the end of
 * syncfs(2).  What a restorer takes beyond that, it takes for reading, parsing
 * and passing on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 256
#define AREA_BYTES ((size_t)64 << 20)

struct file {
	const char *name;
	const char *bytes;
	struct stat st;
	struct file *next;	/* in the same directory */
};

struct directory {
	const char *name;
	size_t parent;		/* number of the one it is in */
	struct stat st;
	struct file *first;
	struct file **end;
	int source;		/* descriptors; -1: closed */
	int target;
};

/* Directories stand behind those they are in; the first is TREE itself. */
struct tree {
	struct directory *directories;
	size_t count;
	size_t room;
	char *area;		/* for names, contents and files; never freed */
	size_t area_left;
	uid_t uid;
	gid_t gid;
	atomic_size_t next;	/* directory to be filled */
};

static void
die(const char *what, const char *name)
{
	fprintf(stderr, "limit: %s %s: %s\n", what, name, strerror(errno));
	exit(1);
}

/* ----------------------------------------------------------- into memory */

static void *
keep(struct tree *t, size_t bytes)
{
	const size_t length = (bytes + 15) & ~(size_t)15;

	if (length > AREA_BYTES / 4) {
		void *alone = malloc(length);
		if (alone == NULL)
			die("keep", "a file");
		return alone;
	}
	if (length > t->area_left) {
		t->area = malloc(AREA_BYTES);
		if (t->area == NULL)
			die("keep", "files");
		t->area_left = AREA_BYTES;
	}
	void *here = t->area;
	t->area += length;
	t->area_left -= length;
	return here;
}

static const char *
keep_name(struct tree *t, const char *name)
{
	char *copy = keep(t, strlen(name) + 1);
	return strcpy(copy, name);
}

static void
add_directory(struct tree *t, size_t parent, int source, const char *name)
{
	if (t->count == t->room) {
		t->room = t->room == 0 ? 256 : 2 * t->room;
		t->directories = reallocarray(t->directories, t->room,
		    sizeof(*t->directories));
		if (t->directories == NULL)
			die("keep", name);
	}
	struct directory *d = &t->directories[t->count++];
	*d = (struct directory){
		.name = keep_name(t, name),
		.parent = parent,
		.source = source,
		.target = -1,
	};
	if (fstat(source, &d->st) == -1)
		die("look at", name);
}

static void
read_file(struct tree *t, size_t directory, int fd, const char *name,
    const struct stat *st)
{
	struct directory *d = &t->directories[directory];
	struct file *f = keep(t, sizeof(*f));
	const size_t size = (size_t)st->st_size;
	char *bytes = keep(t, size);

	for (size_t at = 0; at < size;) {
		const ssize_t n = read(fd, bytes + at, size - at);
		if (n <= 0)
			die("read", name);
		at += (size_t)n;
	}
	*f = (struct file){ keep_name(t, name), bytes, *st, NULL };
	if (d->first == NULL)
		d->end = &d->first;
	*d->end = f;
	d->end = &f->next;
}

static void
read_entry(struct tree *t, size_t directory, const char *name)
{
	const int from = t->directories[directory].source;
	struct stat st;

	const int fd = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		die("open", name);
	if (S_ISDIR(st.st_mode)) {
		add_directory(t, directory, fd, name);
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		die("read", name);
	}
	read_file(t, directory, fd, name, &st);
	close(fd);
}

static void
read_directory(struct tree *t, size_t directory)
{
	DIR *dir = fdopendir(t->directories[directory].source);
	const struct dirent *entry;

	if (dir == NULL)
		die("read", t->directories[directory].name);
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			read_entry(t, directory, entry->d_name);
	closedir(dir);
	t->directories[directory].source = -1;
}

static void
read_tree(struct tree *t, const char *name)
{
	const int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		die("open", name);
	add_directory(t, 0, fd, name);
	for (size_t i = 0; i < t->count; i++)
		read_directory(t, i);
}

/* ------------------------------------------------------------- and out again */

static void
make_directories(struct tree *t)
{
	for (size_t i = 1; i < t->count; i++) {
		struct directory *d = &t->directories[i];
		const int in = t->directories[d->parent].target;
		if (mkdirat(in, d->name, 0700) == -1)
			die("make", d->name);
		d->target = openat(in, d->name, O_RDONLY | O_DIRECTORY |
		    O_NOFOLLOW | O_CLOEXEC);
		if (d->target == -1)
			die("open", d->name);
	}
}

static void
set_metadata(const struct tree *t, int fd, const struct stat *st,
    const char *name)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	if ((st->st_uid != t->uid || st->st_gid != t->gid) &&
	    fchown(fd, st->st_uid, st->st_gid) == -1)
		die("give away", name);
	if (fchmod(fd, st->st_mode & ~(mode_t)S_IFMT) == -1 ||
	    futimens(fd, times) == -1)
		die("set mode and times of", name);
}

static void
make_file(const struct tree *t, int directory, const struct file *f)
{
	const size_t size = (size_t)f->st.st_size;
	const int fd = openat(directory, f->name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd == -1)
		die("make", f->name);
	for (size_t at = 0; at < size;) {
		const ssize_t n = pwrite(fd, f->bytes + at, size - at,
		    (off_t)at);
		if (n <= 0)
			die("write", f->name);
		at += (size_t)n;
	}
	set_metadata(t, fd, &f->st, f->name);
	close(fd);
}

/* A thread: the files of one directory after the other. */
static void *
make_files(void *arg)
{
	struct tree *t = arg;

	for (;;) {
		const size_t i = atomic_fetch_add(&t->next, 1);
		if (i >= t->count)
			return NULL;
		const struct directory *d = &t->directories[i];
		for (const struct file *f = d->first; f != NULL; f = f->next)
			make_file(t, d->target, f);
	}
}

static void
make_all_files(struct tree *t, unsigned int threads)
{
	pthread_t thread[THREADS_MAX];

	for (unsigned int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, make_files, t) != 0)
			die("start", "a thread");
	for (unsigned int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
}

static void
finish_directories(const struct tree *t)
{
	for (size_t i = t->count; i-- > 1;) {
		const struct directory *d = &t->directories[i];
		set_metadata(t, d->target, &d->st, d->name);
		close(d->target);
	}
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	const long threads = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
	struct tree t = { .uid = geteuid(), .gid = getegid() };

	if (threads < 1 || threads > THREADS_MAX) {
		fprintf(stderr, "usage: limit TREE TARGET THREADS\n");
		return 1;
	}
	read_tree(&t, argv[1]);
	t.directories[0].target = open(argv[2], O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (t.directories[0].target == -1)
		die("open", argv[2]);
	const double begun = now();
	make_directories(&t);
	make_all_files(&t, (unsigned int)threads);
	finish_directories(&t);
	if (syncfs(t.directories[0].target) == -1)
		die("sync", argv[2]);
	printf("%.6f\n", now() - begun);
	return 0;
}
