/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * archive.h - the table of contents of a dump, for restore -A
 *
 * A copy of the beginning of the stream, as it is on the media: volume headers,
 * maps and directories up to the first file, without attributes, and the end of
 * the stream.  The tape tells of each block that it places, and when the stream
 * goes back because a volume ended early.
 *
 * As large as the directories and 8 bytes for each KiB of them, in temporary
 * files beyond 16 MiB (core/base/growing.h).  The process that rewrites a volume
 * goes on from the state of its checkpoint.
 *
 * Main thread only.  A NULL archive takes nothing.
 */
#ifndef CORE_ARCHIVE_H
#define CORE_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

struct archive;

/* In `folder`, for temporary files; borrowed.  NULL with errno set. */
struct archive *archive_new(const char *folder);
void archive_free(struct archive *a);		/* accepts NULL */

/*
 * Tape block `block` of the stream is a header of a volume, of an inode or a map,
 * of the end, or data.  A failure is told by archive_write().
 */
void archive_volume(struct archive *a, uint64_t block, const uint8_t *header);
void archive_header(struct archive *a, uint64_t block, const uint8_t *header);
void archive_end(struct archive *a, uint64_t block, const uint8_t *header);
void archive_data(struct archive *a, uint64_t block, const uint8_t *data);

/* The stream goes on from `block` again. */
void archive_go_back(struct archive *a, uint64_t block);

/* Write it to a file.  False with errno set. */
bool archive_write(const struct archive *a, int fd);

#endif
