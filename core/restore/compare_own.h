/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * compare_own.h - between the files of compare; include compare.h before it
 */
#ifndef CORE_COMPARE_OWN_H
#define CORE_COMPARE_OWN_H

#include <limits.h>
#include <linux/limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "core/format/inomap.h"
#include "core/restore/outcome.h"
#include "core/restore/restore_settings.h"
#include "core/restore/target.h"

#define COMPARE_BUFFER ((size_t)256 << 10)
#define COMPARE_NAME_BYTES 256	/* and the NUL */

/* What a worker has for all its files. */
struct compare_worker {
	uint8_t *buffer;	/* COMPARE_BUFFER */
	uint8_t *value;		/* XATTR_SIZE_MAX */
	char *list;		/* XATTR_LIST_MAX */
};

/* An attribute on disk of which nothing has come so far. */
struct compare_extra {
	uint32_t inode;
	char *name;		/* owned; NULL: it has come */
};

struct compare {
	struct compare_config config;
	struct compare_worker *workers;
	unsigned int worker_count;
	dev_t root_device;
	atomic_uint_fast64_t files;
	atomic_uint_fast64_t bytes;
	pthread_mutex_t lock;		/* guards the rest */
	struct compare_extra *extras;
	size_t extra_count;
	size_t extra_room;
	size_t extra_bytes;		/* of their names */
	bool extras_are_sorted;
};

/* A thing on disk whose attributes are compared. */
struct compare_place {
	struct compare *compare;
	struct compare_worker *worker;
	uint32_t inode;
	int fd;			/* open for reading; or -1 */
	char path[64 + COMPARE_NAME_BYTES];	/* if fd is -1 */
	/* Names of attributes that came and are on disk, each with its NUL. */
	char *seen;		/* owned */
	size_t seen_bytes;
	bool list_is_lost;	/* some in the set could not be read */
};

/* compare_metadata.c */

/* What is known of times and of what only Linux has. */
struct compare_known {
	bool is_exact;		/* times to the nanosecond, project */
	bool flags;		/* meta.flags are those of Linux */
	bool times;		/* modification time is compared */
};

/*
 * Is it of the right type?  Says so if not; nothing else is then to be
 * compared.
 */
bool compare_type(struct compare *c, uint32_t inode, uint16_t mode,
    const struct stat *st);

/* All but size and contents.  fd may be -1: flags are not compared. */
void compare_metadata(struct compare *c, const struct de_inode *meta,
    const struct compare_known *known, const struct stat *st, int fd);

/* compare_attributes.c */

/*
 * Set up the place: `fd` is open for reading, or -1 and `name` in `directory` is
 * used.
 */
void compare_place_init(struct compare_place *p, struct compare *c,
    struct compare_worker *worker, uint32_t inode, int fd, int directory,
    const char *name);
void compare_attribute(struct compare_place *p, const struct de_xattr *xattr);

/*
 * What is on disk and did not come.  `late`: it may still come, from behind the
 * end of the set.
 */
void compare_attributes_end(struct compare_place *p, bool late);

/* Attributes that never came. */
void compare_report_extras(struct compare *c);

/* Something of an inode cannot be read on disk: errno. */
void compare_unreadable(struct compare *c, uint32_t inode, const char *what);

/* Open for reading, a file or directory, without changing its access time. */
int compare_open(int directory, const char *name, int flags);

/* Is this name to be compared? */
bool compare_is_wanted(const struct compare *c, uint32_t id);

#endif
