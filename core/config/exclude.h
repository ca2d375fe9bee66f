/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * exclude.h - what a configuration leaves out of a dump
 *
 * Patterns of three kinds: "#1234" is an inode number; one with a slash in it is
 * a path from the root of the filesystem; any other is a name, in whatever
 * directory.  In paths and names stand the wildcards of glob(7), which match no
 * slash; a part "**" of a path is any number of directories, also none.
 *
 * Paths are matched part by part on the way down the tree: a directory has a
 * state, the parts of patterns that are waiting for its entries.  So no path is
 * ever put together, and none is too long.
 */
#ifndef CORE_EXCLUDE_H
#define CORE_EXCLUDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exclude;

#define EXCLUDE_WHY_BYTES 128

/* All path patterns together may have so many parts. */
#define EXCLUDE_PARTS_MAX 512
#define EXCLUDE_WORDS (EXCLUDE_PARTS_MAX / 64)

/* What waits for the entries of a directory: a bit for each part. */
struct exclude_state {
	uint64_t bits[EXCLUDE_WORDS];
};

/*
 * Returns NULL, with the reason in `why` and in *at which pattern it is, if one
 * of them will not do; *at is `count` if memory is out.
 */
struct exclude *exclude_new(const char *const *patterns, size_t count,
    size_t *at, char why[static EXCLUDE_WHY_BYTES]);
void exclude_free(struct exclude *x);

/*
 * Which patterns have matched something since the last call of this: their
 * number, as in exclude_new().  A path below what another one leaves out counts
 * as matched.  Those that are inode numbers never do.
 */
void exclude_forget_matches(const struct exclude *x);
bool exclude_has_matched(const struct exclude *x, size_t pattern);
bool exclude_have_all_matched(const struct exclude *x);

/* Does a path of literal names lead to or through what is left out by name? */
bool exclude_covers(const struct exclude *x, const char *path);

/* How many patterns there are, each as it was written, and its inode or 0. */
size_t exclude_count(const struct exclude *x);
const char *exclude_text(const struct exclude *x, size_t pattern);
uint32_t exclude_inode(const struct exclude *x, size_t pattern);

/* The inode numbers among them, by rising number. */
size_t exclude_inodes(const struct exclude *x, const uint32_t **numbers);

/* Words of a state that can be other than 0: 0 without path patterns. */
size_t exclude_words(const struct exclude *x);

/* The state of the root directory. */
void exclude_root(const struct exclude *x, struct exclude_state *state);

/*
 * Is there something of the name patterns in a directory that is left out?
 * Nothing more is left out by it, but they have matched.
 */
void exclude_note_name(const struct exclude *x, const char *name,
    size_t length);

/*
 * Is the entry `name` (of `length` bytes, any) of a directory in `state` left
 * out?  If not, and `below` is not NULL, that becomes its state as a directory.
 */
bool exclude_matches(const struct exclude *x,
    const struct exclude_state *state, const char *name, size_t length,
    struct exclude_state *below);

#endif
