/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * source.h - the open source of a job, and the calls of it
 *
 * The calls are as in dumpengine/plugin.h, with what they give checked.
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
 * Open the source that `in` is and check what it says of itself.
 * Returns false after reporting why.
 */
bool source_open(struct source *src, const struct instance *in);
void source_close(struct source *src);

/* Where it is mounted, of one that is not open and has the callback. */
enum de_status source_find_mount_point(const struct instance *in, char *path,
    size_t room);

/* What its device is called, likewise. */
enum de_status source_find_device(const struct instance *in, char *name,
    size_t room);

enum de_status source_scan_begin(const struct source *src, void **scan);
void source_scan_end(const struct source *src, void *scan);

/* Go through the inodes: scan_next(). */
enum de_status source_next(const struct source *src, void *scan,
    uint32_t from, struct de_inode *inode);

/* What selects an inode. */
struct de_brief source_brief(const struct de_inode *inode);

/* The same for up to `room` of them: scan_briefly(), or scan_next() without. */
enum de_status source_next_briefly(const struct source *src, void *scan,
    uint32_t from, struct de_brief *inodes, size_t room, size_t *count);

/* A walk that was stopped returns what stopped it, whatever the source says. */
enum de_status source_read_directory(const struct source *src,
    const struct de_inode *directory, de_entry_fn *take, void *arg);
enum de_status source_map_file(const struct source *src,
    const struct de_inode *file, de_extent_fn *take, void *arg);

/* Only for one that has the callback. */
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
