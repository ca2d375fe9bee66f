/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * extract_own.h - internals shared by the extract*.c files
 *
 * A worker has one struct file, which it uses for one inode after the other.
 */
#ifndef CORE_EXTRACT_OWN_H
#define CORE_EXTRACT_OWN_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/restore/in_way.h"
#include "core/restore/metadata.h"

#define NAME_BYTES (NAMES_LENGTH_MAX + 1)
#define PARENTS 64u		/* directories that a worker remembers */

/* What a new file gets from its directory, so that it can be taken back. */
struct parent {
	uint32_t directory;	/* 0: unknown */
	bool gives_list;	/* an access control list */
	bool gives_flags;
	bool gives_project;
	bool is_ours;		/* has our user and group, as files will */
};

/* The inode that a worker is at. */
struct file {
	struct extract *e;
	unsigned int worker;
	const struct header *header;
	const struct de_inode *meta;	/* in `header` */

	uint32_t first;			/* entry of its first wanted name */
	uint32_t id;			/* of the one in use; NAMES_NONE */
	char name[NAME_BYTES];		/* in object.directory, */
	uint32_t directory;		/*   which is that inode */
	const struct parent *parent;
	struct metadata_object object;
	bool is_made;
	bool is_again;			/* its contents were written before */
	bool owner_is_set;
	bool has_access_list;		/* set from the stream */
	bool has_left;			/* a name that stays what it was */
	bool is_faulty;			/* and has been named */
	uint64_t end;			/* of the data written */

	char *link;			/* PATH_MAX + 1: target of a link */
	size_t link_length;
	char *xattrs;			/* names set, each terminated */
	size_t xattrs_length;
	bool xattrs_lost;

	struct parent parents[PARENTS];
} __attribute__((aligned(64)));

struct extract {
	struct extract_config config;
	struct metadata_rules rules;
	struct in_way *in_way;
	struct file *files;		/* one for each worker */
	unsigned int workers;
	uid_t uid;
	gid_t gid;
	atomic_uint_fast64_t made;
	atomic_uint_fast64_t bytes;
	atomic_int verdict;
	pthread_mutex_t lock;		/* guards the following */
	struct inomap done;
	struct inomap seen;
	struct inomap written;		/* made in this run, whole or not */
	void *other_names;		/* extract_written.c */
};

/* -------------------------------------------------------------- extract.c */

/* Part of the inode is missing: name it. */
void extract_fault(struct file *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A step failed with this errno: does it end the run?  Then report why. */
void extract_check_end(struct file *f, int error);

/* --------------------------------------------------------- extract_name.c */

/* The first wanted name of an inode from `id` on, and the one after it. */
uint32_t extract_wanted_from(const struct extract *e, uint32_t id);
uint32_t extract_next_name(const struct extract *e, uint32_t id);

/*
 * The directory of a name, opened until the worker's next call, and the name in
 * it, terminated.  -1 with errno set.
 */
int extract_open_parent(struct extract *e, unsigned int worker, uint32_t id,
    uint32_t *directory, char name[static NAME_BYTES]);

/* Make it the name that f->object is about; false: a fault, named. */
bool extract_go_to_name(struct file *f, uint32_t id);

/* For messages; in memory that the caller frees.  NULL if out of memory. */
char *extract_path(const struct extract *e, uint32_t id);

/* With -v, a line about a name that is made or changed. */
void extract_tell(const struct extract *e, uint32_t id);

/* A name for in_way.h, for use until extract_free_path(). */
struct in_way_name extract_in_way_name(const struct file *f, uint32_t id,
    uint32_t directory, int fd, const char *name);
void extract_free_path(const struct in_way_name *n);

/* --------------------------------------------------------- extract_make.c */

/*
 * Make the inode under the first of its names, from f->id on, that may be made.
 * Sets f->is_made, or else adds why to the outcome.
 */
void extract_make(struct file *f);

/* The same for a symbolic link, once its target is known; only once. */
void extract_make_link(struct file *f);

/* Then link its other names. */
void extract_link_names(struct file *f);

/* -------------------------------------------------------- extract_alias.c */

/*
 * Something has this name of the inode, in the open directory.  Is it there by
 * another name of the set, which the target does not tell from this one?  Then it
 * must stay, and this name is added to the outcome.
 */
bool extract_is_alias(struct file *f, uint32_t id, uint32_t directory, int fd,
    const char *name);

/* ------------------------------------------------------ extract_written.c */

/* The inode has been made in this run, under f->id. */
void extract_note_written(struct file *f);

/* Has it?  Then *id is the name that it was made under.  Any thread. */
bool extract_find_written(struct extract *e, uint32_t inode, uint32_t *id);

void extract_free_written(struct extract *e);

/* ----------------------------------------------------- extract_existing.c */

/* The inode is there, and only its metadata comes.  As extract_make(). */
void extract_find_existing(struct file *f);

/* Open what is there, if it is a regular file.  False with errno set. */
bool extract_open_existing(struct file *f);

/* ----------------------------------------------------- extract_metadata.c */

/* Before anything that a change of owner would take back.  Only once. */
void extract_set_owner(struct file *f);
void extract_add_xattr(struct file *f, const struct de_xattr *xattr);

/* Everything but flags, which would keep links from being made. */
void extract_set_metadata(struct file *f);
void extract_set_flags(struct file *f);

#endif
