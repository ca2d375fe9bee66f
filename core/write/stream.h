/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream.h - what all that puts the stream of a selection has in common
 *
 * passes.c goes through the selection; stream_directory.c, stream_file.c and
 * stream_xattr.c put the records of an inode.  Only the headers and the
 * directories pass through here; of file data, just where it is.
 */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include "core/select/findings.h"
#include "core/select/footprint.h"
#include "core/select/selection.h"
#include "core/write/tape.h"

struct stream {			/* all borrowed */
	const struct source *src;
	const struct selection *sel;
	const struct header_template *header;
	struct tape *tape;
	struct findings *findings;
	struct report *rep;
	const atomic_int *cancelled;
	struct footprints *footprints;	/* takes those of files; or NULL */
	int64_t base_date;	/* of the dump that it builds on; 0: none */
};

/* Put a header and `count` tape blocks of data behind it. */
enum de_status stream_put_blocks(const struct stream *s,
    enum header_type type, const struct de_inode *inode,
    const struct header_content *content, const uint8_t *data);

/*
 * A callback of the source has returned DE_FAILED.  True: it was that inode's
 * fault alone, so note what is missing and go on; false: the tape has come to
 * its end, or the user does not want the dump any more.
 */
bool stream_may_go_on(const struct stream *s);

#endif
