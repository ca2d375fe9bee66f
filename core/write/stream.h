/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream.h - the dump stream of a selection
 *
 * Puts the maps, the directories (pass III) and everything else (pass IV) on
 * the tape, in the order of doc/stream-format.md.  Only the headers and the
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

/*
 * Write all between the volume header and the end of the stream.
 * DE_OK or DE_FAILED; if that was not the tape's doing, it is reported.
 */
enum de_status stream_write(const struct stream *s);

/* The parts of it that have files of their own. */

/* Of a directory: its records. */
enum de_status stream_put_directory(const struct stream *s,
    const struct de_inode *inode);

/* Of a regular file: its records. */
enum de_status stream_put_file(const struct stream *s,
    const struct de_inode *inode);

/*
 * The attribute records of any inode: of those that it has, and one that takes
 * away an access control list that restore would have it inherit.
 */
enum de_status stream_put_xattrs(const struct stream *s,
    const struct de_inode *inode);

/*
 * A callback of the source has returned DE_FAILED.  True: it was that inode's
 * fault alone, so note what is missing and go on; false: the tape has come to
 * its end, or the user does not want the dump any more.
 */
bool stream_may_go_on(const struct stream *s);

/* Could restore have it inherit an access control list? */
bool stream_inherits_list(const struct stream *s,
    const struct de_inode *inode);

/* Say of an inode what a later level cannot undo. */
void stream_note_chain(const struct stream *s, const struct de_inode *inode);

/* Put a header and `count` tape blocks of data behind it. */
enum de_status stream_put_blocks(const struct stream *s,
    enum header_type type, const struct de_inode *inode,
    const struct header_content *content, const uint8_t *data);

#endif
