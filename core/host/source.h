/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * source.h - the open source of a job, and its callbacks
 *
 * As in dumpengine/plugin.h, with their results checked.
 */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include <stdbool.h>

#include "core/host/instance.h"

struct source {
	const struct instance *in;	/* borrowed */
	struct de_source_info info;
};

/*
 * Open the source `in` and check what it reports about itself.
 * Returns false after reporting why.
 */
bool source_open(struct source *src, const struct instance *in);
void source_close(struct source *src);

/* Where it is mounted.  It must have the callback, and need not be open. */
enum de_status source_find_mount_point(const struct instance *in, char *path,
    size_t room);

/* The name of its device, likewise. */
enum de_status source_find_device(const struct instance *in, char *name,
    size_t room);

enum de_status source_scan_begin(const struct source *src, void **scan);
void source_scan_end(const struct source *src, void *scan);

/* The next inode, numbered `from` or higher: scan_next(). */
enum de_status source_next(const struct source *src, void *scan,
    uint32_t from, struct de_inode *inode);

/* The part of an inode that selection needs. */
struct de_brief source_brief(const struct de_inode *inode);

/* Up to `room` of them: scan_briefly() if there is one, or scan_next(). */
enum de_status source_next_briefly(const struct source *src, void *scan,
    uint32_t from, struct de_brief *inodes, size_t room, size_t *count);

/* If `take` stops a walk, its status is returned, whatever the source says. */
enum de_status source_read_directory(const struct source *src,
    const struct de_inode *directory, de_entry_fn *take, void *arg);
enum de_status source_map_file(const struct source *src,
    const struct de_inode *file, de_extent_fn *take, void *arg);

/* The plugin must have the callback. */
enum de_status source_read_xattrs(const struct source *src,
    const struct de_inode *inode, de_xattr_fn *take, void *arg);
bool source_has_xattrs(const struct source *src);

enum de_status source_read_symlink(const struct source *src,
    const struct de_inode *link, char *target, size_t room);

/* read(); `arg` is a struct source.  Any thread. */
enum de_status source_read(void *arg, uint64_t address,
    const struct iovec *iov, int iov_count, struct de_read_error *error);

/* Is it a name that a file can have?  "." and ".." are not. */
bool source_is_name(const struct de_entry *e);

#endif
