/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names_tree.h - trees of names for unit tests
 */
#ifndef TESTS_UNIT_NAMES_TREE_H
#define TESTS_UNIT_NAMES_TREE_H

#include <sys/stat.h>

#include "core/read/names.h"
#include "unit.h"

struct tree_name {
	uint32_t directory;
	uint32_t inode;
	uint16_t type;
	const char *name;
};

static inline const char *
tree_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder != NULL ? folder : "/tmp";
}

/*
 * A finished tree.  Names of one directory stand together; each that is a
 * directory has names of its own, if only "." that no tree takes.
 */
static inline struct names *
tree_of(const struct tree_name *list, size_t count)
{
	struct names *names = names_new(tree_folder());

	ck_assert_ptr_nonnull(names);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || list[i].directory != list[i - 1].directory)
			ck_assert(names_begin_directory(names,
			    list[i].directory));
		ck_assert(names_add(names, list[i].inode, list[i].type,
		    list[i].name, strlen(list[i].name)));
		if (i + 1 == count ||
		    list[i].directory != list[i + 1].directory)
			ck_assert(names_end_directory(names));
	}
	ck_assert(names_finish(names));
	return names;
}

/*
 * The tree of most tests:
 *
 *	.            2
 *	./d         12
 *	./d/a       13    the same file as ./f/a2
 *	./d/e       14
 *	./d/e/b     15
 *	./d/ln      16
 *	./f         17
 *	./f/a2      13
 *	./z         18
 */
static inline struct names *
tree_small(void)
{
	static const struct tree_name list[] = {
		{ 2, 2, S_IFDIR, "." }, { 2, 12, S_IFDIR, "d" },
		{ 2, 17, S_IFDIR, "f" }, { 2, 18, S_IFREG, "z" },
		{ 12, 13, S_IFREG, "a" }, { 12, 14, S_IFDIR, "e" },
		{ 12, 16, S_IFLNK, "ln" },
		{ 14, 15, S_IFREG, "b" },
		{ 17, 13, S_IFREG, "a2" },
	};

	return tree_of(list, COUNT(list));
}

#endif
