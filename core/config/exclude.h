/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * exclude.h - what a configuration excludes from a dump
 *
 * There are three kinds of patterns.  "#1234" is an inode number; a pattern
 * with a slash is a path from the root of the filesystem; any other is a name,
 * in any directory.  Paths and names may contain the wildcards of glob(7),
 * which match no slash; the part "**" of a path matches any number of
 * directories, even none.
 *
 * Paths are matched part by part on the way down the tree.  Each directory has
 * a state: the parts of patterns to be matched against its entries.  So no path
 * is ever assembled, and none is too long.
 */
#ifndef CORE_EXCLUDE_H
#define CORE_EXCLUDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exclude;

#define EXCLUDE_WHY_BYTES 128

/* The limit on the parts of all path patterns together. */
#define EXCLUDE_PARTS_MAX 512
#define EXCLUDE_WORDS (EXCLUDE_PARTS_MAX / 64)

/* The parts to be matched against a directory's entries: a bit for each. */
struct exclude_state {
	uint64_t bits[EXCLUDE_WORDS];
};

/*
 * Returns NULL if a pattern is invalid, with the reason in `why` and its index
 * in *at; or if out of memory, when *at is `count`.
 */
struct exclude *exclude_new(const char *const *patterns, size_t count,
    size_t *at, char why[static EXCLUDE_WHY_BYTES]);
void exclude_free(struct exclude *x);

/*
 * Which patterns have matched anything since exclude_forget_matches(), by their
 * index in exclude_new().  A path below an excluded directory counts as
 * matched.  Inode numbers never match.
 */
void exclude_forget_matches(const struct exclude *x);
bool exclude_has_matched(const struct exclude *x, size_t pattern);
bool exclude_have_all_matched(const struct exclude *x);

/* Does a literal path lead to or through anything excluded by name or path? */
bool exclude_covers(const struct exclude *x, const char *path);

/* The number of patterns; each one's original text, and its inode or 0. */
size_t exclude_count(const struct exclude *x);
const char *exclude_text(const struct exclude *x, size_t pattern);
uint32_t exclude_inode(const struct exclude *x, size_t pattern);

/* The inode numbers among the patterns, in ascending order. */
size_t exclude_inodes(const struct exclude *x, const uint32_t **numbers);

/* How many words of a state can be nonzero: 0 without path patterns. */
size_t exclude_words(const struct exclude *x);

/* The state of the root directory. */
void exclude_root(const struct exclude *x, struct exclude_state *state);

/*
 * Mark the name patterns that match an entry of an excluded directory.  Nothing
 * more is excluded by them, but they count as matched.
 */
void exclude_note_name(const struct exclude *x, const char *name,
    size_t length);

/*
 * Is the entry `name`, of `length` bytes, of a directory in `state` excluded?
 * If not, and `below` is not NULL, *below becomes its state as a directory.
 */
bool exclude_matches(const struct exclude *x,
    const struct exclude_state *state, const char *name, size_t length,
    struct exclude_state *below);

#endif
