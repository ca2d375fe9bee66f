/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream.h - what the parts that put the stream of a selection share
 *
 * passes.c walks the selection; stream_directory.c, stream_file.c and
 * stream_xattr.c put the records of an inode.  Only headers and directories
 * pass through here; of file data, only its addresses.
 */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include "core/select/findings.h"
#include "core/select/footprint.h"
#include "core/select/selection.h"
#include "core/write/kept_names.h"
#include "core/write/tape.h"

struct stream {			/* all pointers borrowed */
	const struct source *src;
	const struct selection *sel;
	const struct header_template *header;
	struct tape *tape;
	struct findings *findings;
	struct report *rep;
	const atomic_int *cancelled;
	struct footprints *footprints;	/* collects those of files; or NULL */
	int64_t base_date;	/* of the dump's base; 0: none */
	struct kept_names *names;	/* collects directories; or NULL */
	struct inomap *late;	/* inodes that have attributes restore(8)
				   cannot read; see stream_xattr_put_late() */
};

/* Put a header followed by `count` tape blocks of data. */
enum de_status stream_put_blocks(const struct stream *s,
    enum header_type type, const struct de_inode *inode,
    const struct header_content *content, const uint8_t *data);

/*
 * A callback of the source has returned DE_FAILED.  Returns true if only that
 * inode is affected: record what is missing and go on.  Returns false if the
 * tape has failed or the dump is being aborted.
 */
bool stream_may_go_on(const struct stream *s);

#endif
