/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/exclude.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 255
#define ROOT_INODE 2

struct part {
	char *text;		/* owned */
	bool literal;		/* has no wildcards */
	bool any_depth;		/* it is "**" */
	bool first;		/* of its pattern */
	bool last;
	size_t pattern;		/* the index of its pattern */
};

struct pattern {
	char *text;		/* owned; as written */
	uint32_t inode;		/* 0: not an inode number */
};

/* The part that changes in use. */
struct matching {
	size_t left;		/* names and paths that have not matched */
	bool matched[];		/* of each pattern */
};

struct exclude {
	struct pattern *patterns;	/* in the order given */
	size_t pattern_count;
	struct matching *matching;	/* owned */
	uint32_t *inodes;	/* ascending */
	size_t inode_count;
	struct part *names;	/* patterns without a slash */
	size_t name_count;
	struct part *parts;	/* of the others, pattern by pattern */
	size_t part_count;
};

/* --------------------------------------------------------------- patterns */

static bool
no_memory(char *why)
{
	snprintf(why, EXCLUDE_WHY_BYTES, "out of memory");
	return false;
}

static bool
refuse(char *why, const char *what)
{
	snprintf(why, EXCLUDE_WHY_BYTES, "%s", what);
	return false;
}

/* Append an element to the array at *array. */
static bool
add_part(struct exclude *x, struct part **array, size_t *count,
    const char *text, size_t length, char *why)
{
	struct part *parts = reallocarray(*array, *count + 1, sizeof(*parts));
	struct part part = { .text = strndup(text, length) };

	if (parts != NULL)
		*array = parts;
	if (parts == NULL || part.text == NULL) {
		free(part.text);
		return no_memory(why);
	}
	part.pattern = x->pattern_count - 1;
	part.literal = strpbrk(part.text, "*?[\\") == NULL;
	part.any_depth = strcmp(part.text, "**") == 0;
	parts[(*count)++] = part;
	return true;
}

static bool
add_inode(struct exclude *x, const char *text, char *why)
{
	char *end;

	errno = 0;
	const unsigned long long number = strtoull(text, &end, 10);
	if (errno != 0 || number < 1 || number > INT32_MAX)
		return refuse(why, "is not a possible inode number");
	if (number == ROOT_INODE)
		return refuse(why, "is the root, which cannot be excluded");
	uint32_t *inodes = reallocarray(x->inodes, x->inode_count + 1,
	    sizeof(*inodes));
	if (inodes == NULL)
		return no_memory(why);
	x->inodes = inodes;
	x->patterns[x->pattern_count - 1].inode = (uint32_t)number;
	inodes[x->inode_count++] = (uint32_t)number;
	return true;
}

static bool
is_dots(const char *part, size_t length)
{
	return (length == 1 && part[0] == '.') ||
	    (length == 2 && part[0] == '.' && part[1] == '.');
}

/* Leading, trailing and repeated slashes are ignored. */
static bool
add_path(struct exclude *x, const char *path, char *why)
{
	const size_t before = x->part_count;

	for (const char *p = path; *p != '\0';) {
		const size_t length = strcspn(p, "/");
		if (is_dots(p, length))
			return refuse(why, "\".\" and \"..\" are not allowed "
			    "in a path");
		if (length > 0 && !add_part(x, &x->parts, &x->part_count, p,
		    length, why))
			return false;
		p += length + (p[length] == '/');
	}
	if (x->part_count == before)
		return refuse(why, "is the root, which cannot be excluded");
	if (x->part_count > EXCLUDE_PARTS_MAX)
		return refuse(why, "too many: all paths together may have "
		    "512 parts between slashes");
	x->parts[before].first = true;
	x->parts[x->part_count - 1].last = true;
	return true;
}

static bool
add_pattern(struct exclude *x, const char *pattern, char *why)
{
	const size_t digits = pattern[0] == '#' ?
	    strspn(pattern + 1, "0123456789") : 0;
	size_t length = strlen(pattern);

	if (digits > 0 && digits + 1 == length)
		return add_inode(x, pattern + 1, why);
	if (length == 0)
		return refuse(why, "is empty");
	while (length > 1 && pattern[length - 1] == '/')
		length--;
	if (memchr(pattern, '/', length) != NULL)
		return add_path(x, pattern, why);
	if (is_dots(pattern, length))
		return refuse(why, "is not the name of a file");
	return add_part(x, &x->names, &x->name_count, pattern, length, why);
}

static bool
keep_pattern(struct exclude *x, const char *text, char *why)
{
	struct pattern *patterns = reallocarray(x->patterns,
	    x->pattern_count + 1, sizeof(*patterns));
	struct pattern p = { .text = strdup(text) };

	if (patterns != NULL)
		x->patterns = patterns;
	if (patterns == NULL || p.text == NULL) {
		free(p.text);
		return no_memory(why);
	}
	patterns[x->pattern_count++] = p;
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

struct exclude *
exclude_new(const char *const *patterns, size_t count, size_t *at,
    char why[static EXCLUDE_WHY_BYTES])
{
	struct exclude *x = calloc(1, sizeof(*x));

	*at = count;
	if (x == NULL) {
		no_memory(why);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (!keep_pattern(x, patterns[i], why) ||
		    !add_pattern(x, patterns[i], why)) {
			*at = i;
			exclude_free(x);
			return NULL;
		}
	if (x->inode_count > 1)
		qsort(x->inodes, x->inode_count, sizeof(*x->inodes),
		    by_number);
	x->matching = calloc(1, sizeof(*x->matching) +
	    count * sizeof(x->matching->matched[0]));
	if (x->matching == NULL) {
		no_memory(why);
		exclude_free(x);
		return NULL;
	}
	exclude_forget_matches(x);
	return x;
}

static void
free_parts(struct part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(parts[i].text);
	free(parts);
}

void
exclude_free(struct exclude *x)
{
	if (x == NULL)
		return;
	free_parts(x->names, x->name_count);
	free_parts(x->parts, x->part_count);
	free(x->inodes);
	for (size_t i = 0; i < x->pattern_count; i++)
		free(x->patterns[i].text);
	free(x->patterns);
	free(x->matching);
	free(x);
}

size_t
exclude_count(const struct exclude *x)
{
	return x->pattern_count;
}

const char *
exclude_text(const struct exclude *x, size_t pattern)
{
	return x->patterns[pattern].text;
}

uint32_t
exclude_inode(const struct exclude *x, size_t pattern)
{
	return x->patterns[pattern].inode;
}

void
exclude_forget_matches(const struct exclude *x)
{
	x->matching->left = 0;
	for (size_t i = 0; i < x->pattern_count; i++) {
		x->matching->matched[i] = false;
		x->matching->left += x->patterns[i].inode == 0;
	}
}

bool
exclude_has_matched(const struct exclude *x, size_t pattern)
{
	return x->matching->matched[pattern];
}

bool
exclude_have_all_matched(const struct exclude *x)
{
	return x->matching->left == 0;
}

static void
note_match(const struct exclude *x, const struct part *part)
{
	bool *matched = &x->matching->matched[part->pattern];

	x->matching->left -= !*matched;
	*matched = true;
}

size_t
exclude_inodes(const struct exclude *x, const uint32_t **numbers)
{
	*numbers = x->inodes;
	return x->inode_count;
}

size_t
exclude_words(const struct exclude *x)
{
	return (x->part_count + 63) / 64;
}

/* --------------------------------------------------------------- matching */

/*
 * Add a part to those to be matched.  As "**" may match no directory at all,
 * the part after it is added too; but a final "**" must match something.
 */
static void
wait_for(const struct exclude *x, struct exclude_state *state, size_t part)
{
	for (;; part++) {
		state->bits[part / 64] |= UINT64_C(1) << part % 64;
		if (!x->parts[part].any_depth || x->parts[part].last)
			return;
	}
}

void
exclude_root(const struct exclude *x, struct exclude_state *state)
{
	memset(state, 0, sizeof(*state));
	for (size_t i = 0; i < x->part_count; i++)
		if (x->parts[i].first)
			wait_for(x, state, i);
}

static bool
part_matches(const struct part *part, const char *name)
{
	return part->literal ? strcmp(part->text, name) == 0 :
	    fnmatch(part->text, name, 0) == 0;
}

/* Match a part against a name.  Returns true if its pattern ends there. */
static bool
step(const struct exclude *x, size_t i, const char *name,
    struct exclude_state *below)
{
	const struct part *part = &x->parts[i];

	if (!part->any_depth && !part_matches(part, name))
		return false;
	if (part->last)
		return true;
	wait_for(x, below, part->any_depth ? i : i + 1);
	return false;
}

/* Copy a name and terminate it. */
static void
copy_name(char text[static NAME_BYTES_MAX + 1], const char *name, size_t length)
{
	if (length > NAME_BYTES_MAX)
		length = NAME_BYTES_MAX;
	memcpy(text, name, length);
	text[length] = '\0';
}

/* Patterns that lead below an excluded directory count as matched. */
static void
note_all(const struct exclude *x, const struct exclude_state *state)
{
	const size_t words = exclude_words(x);

	for (size_t w = 0; w < words; w++)
		for (uint64_t left = state->bits[w]; left != 0;
		    left &= left - 1)
			note_match(x, &x->parts[w * 64 +
			    (size_t)__builtin_ctzll(left)]);
}

/* Check all patterns, not just the first to match, to mark each that does. */
static bool
match_all(const struct exclude *x, const struct exclude_state *state,
    const char *name, struct exclude_state *below)
{
	const size_t words = exclude_words(x);
	bool found = false;

	for (size_t i = 0; i < x->name_count; i++)
		if (part_matches(&x->names[i], name)) {
			note_match(x, &x->names[i]);
			found = true;
		}
	for (size_t w = 0; w < words; w++)
		for (uint64_t left = state->bits[w]; left != 0;
		    left &= left - 1) {
			const size_t i = w * 64 +
			    (size_t)__builtin_ctzll(left);
			if (!step(x, i, name, below))
				continue;
			note_match(x, &x->parts[i]);
			found = true;
		}
	return found;
}

bool
exclude_matches(const struct exclude *x, const struct exclude_state *state,
    const char *name, size_t length, struct exclude_state *below)
{
	struct exclude_state next = { { 0 } };
	char text[NAME_BYTES_MAX + 1];

	copy_name(text, name, length);
	if (match_all(x, state, text, &next)) {
		note_all(x, &next);
		return true;
	}
	if (below != NULL)
		*below = next;
	return false;
}

void
exclude_note_name(const struct exclude *x, const char *name, size_t length)
{
	char text[NAME_BYTES_MAX + 1];

	copy_name(text, name, length);
	for (size_t i = 0; i < x->name_count; i++)
		if (!x->matching->matched[x->names[i].pattern] &&
		    part_matches(&x->names[i], text))
			note_match(x, &x->names[i]);
}

bool
exclude_covers(const struct exclude *x, const char *path)
{
	struct exclude_state state, below;

	exclude_root(x, &state);
	for (const char *p = path + strspn(path, "/"); *p != '\0';
	    p += strspn(p, "/")) {
		const size_t length = strcspn(p, "/");
		if (exclude_matches(x, &state, p, length, &below))
			return true;
		state = below;
		p += length;
	}
	return false;
}
