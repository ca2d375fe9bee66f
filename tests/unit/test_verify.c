/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_verify - every fault that a set can have is found, and no other
 */
#include "core/restore/verify.h"

#include <unistd.h>

#include "names_tree.h"

#define INODES 20

/* The maps of the set: inodes 2 and 12 to 18 unless a test changes them. */
static struct {
	struct inomap in_use, dumped;
	bool in_use_is_lost, dumped_is_lost;
} maps;

const struct inomap *
set_in_use(const struct set *s)
{
	(void)s;
	return maps.in_use_is_lost ? NULL : &maps.in_use;
}

const struct inomap *
set_dumped(const struct set *s)
{
	(void)s;
	return maps.dumped_is_lost ? NULL : &maps.dumped;
}

struct fixture {
	struct names *names;
	struct report *rep;
	struct outcome *outcome;
	struct verify *verify;
};

static struct fixture
fixture_new(void)
{
	struct fixture x = {
		.names = tree_small(),
		.rep = report_new(STDERR_FILENO, REPORT_QUIET),
	};

	ck_assert(inomap_init(&maps.in_use, INODES));
	inomap_add(&maps.in_use, 2);
	inomap_add_range(&maps.in_use, 12, 18);
	ck_assert(inomap_copy(&maps.dumped, &maps.in_use));
	maps.in_use_is_lost = maps.dumped_is_lost = false;
	x.outcome = outcome_new(x.rep);
	outcome_set_names(x.outcome, x.names);
	x.verify = verify_new(x.outcome);
	ck_assert_ptr_nonnull(x.verify);
	return x;
}

struct texts {
	char text[16384];
};

static void
take_text(void *arg, enum outcome_kind kind, uint32_t inode, const char *path,
    const char *text)
{
	struct texts *t = arg;
	const size_t used = strlen(t->text);

	snprintf(t->text + used, sizeof(t->text) - used, "%s%u %s: %s\n",
	    kind == OUTCOME_NOTE ? "note " : "", inode,
	    path == NULL ? "-" : path, text);
}

static void
fixture_end(struct fixture *x, const char *expected)
{
	struct texts t = { "" };

	if (x->verify != NULL)
		verify_has_paths(x->verify);
	outcome_each(x->outcome, take_text, &t);
	ck_assert_str_eq(t.text, expected);
	verify_free(x->verify);
	outcome_free(x->outcome);
	report_free(x->rep);
	names_free(x->names);
	inomap_free(&maps.in_use);
	inomap_free(&maps.dumped);
}

static void
put(struct fixture *x, const struct set_item *item)
{
	ck_assert(verify_item(x->verify, NULL, item));
}

static void
put_kind(struct fixture *x, enum set_kind kind, bool complete)
{
	const struct set_item item = {
		.kind = kind, .complete = complete, .why = "a reason",
		.length = 7,
	};

	put(x, &item);
}

/* An inode with so many bytes of contents. */
static void
put_inode(struct fixture *x, uint32_t inode, uint16_t mode, uint64_t size,
    uint64_t bytes)
{
	const struct header header = {
		.inode = inode,
		.meta = { .number = inode, .mode = mode, .size = size },
	};
	struct set_item item = {
		.kind = SET_INODE, .inode = inode, .header = &header,
	};

	put(x, &item);
	item.kind = SET_DATA;
	item.length = bytes;
	put(x, &item);
	item.kind = SET_INODE_END;
	item.complete = true;
	put(x, &item);
}

static void
put_entry(struct fixture *x, uint32_t directory, uint32_t inode,
    const char *name)
{
	const struct dirblock_entry entry = {
		.inode = inode, .name = name, .length = (uint16_t)strlen(name),
	};

	verify_entry(x->verify, directory, &entry);
}

/* The set of tree_small() without the inode `missing`. */
static void
put_set(struct fixture *x, uint32_t missing)
{
	static const uint16_t modes[] = {
		[12] = S_IFDIR, S_IFREG, S_IFDIR, S_IFREG, S_IFLNK, S_IFDIR,
		S_IFREG,
	};

	put_kind(x, SET_MAPS, false);
	put_inode(x, 2, S_IFDIR, 1024, 1024);
	for (uint32_t i = 0; i < names_count(x->names); i++) {
		struct name_entry entry;
		char name[256];
		names_entry(x->names, i, &entry);
		snprintf(name, sizeof(name), "%.*s", (int)entry.length,
		    entry.name);
		put_entry(x, entry.directory, entry.inode, name);
	}
	put_entry(x, 2, 2, ".");
	put_entry(x, 2, 2, "..");
	for (uint32_t i = 12; i <= 18; i++)
		if (i != missing)
			put_inode(x, i, modes[i], i, i);
}

static void
finish(struct fixture *x)
{
	put_kind(x, SET_END, true);
	verify_names(x->verify, x->names);
}

START_TEST(a_whole_set_has_no_fault)
{
	struct fixture x = fixture_new();

	put_set(&x, 0);
	finish(&x);
	ck_assert_uint_eq(verify_inodes(x.verify), 8);
	ck_assert_uint_eq(verify_bytes(x.verify),
	    1024 + 12 + 13 + 14 + 15 + 16 + 17 + 18);
	fixture_end(&x, "");
}
END_TEST

START_TEST(an_inode_of_the_map_that_never_comes_is_missing)
{
	struct fixture x = fixture_new();

	inomap_add(&maps.in_use, 19);
	inomap_add(&maps.dumped, 19);
	put_set(&x, 15);
	finish(&x);
	fixture_end(&x,
	    "15 ./d/e/b: is in the map of this set, but not in it\n"
	    "note 19 -: is in the map of this set, but neither it nor a name "
	    "of it is in it\n");
}
END_TEST

START_TEST(the_maps_must_fit_the_records)
{
	struct fixture x = fixture_new();

	inomap_remove(&maps.dumped, 18);
	inomap_add(&maps.dumped, 11);
	put_set(&x, 0);
	put_inode(&x, 13, S_IFREG, 13, 13);
	put_inode(&x, 1000000, S_IFREG, 0, 0);
	put_entry(&x, 2, 1000000, "far");
	finish(&x);
	fixture_end(&x,
	    "11 -: is in the map of this set, but not in use\n"
	    "18 ./z: is in the set, but not in its map\n"
	    "13 ./d/a: is in the set twice\n"
	    "1000000 -: its number is beyond the maps\n"
	    "2 .: far is inode 1000000, which is not in use\n"
	    "note 11 -: is in the map of this set, but neither it nor a name "
	    "of it is in it\n");
}
END_TEST

START_TEST(maps_that_are_lost_are_not_used)
{
	struct fixture x = fixture_new();

	maps.in_use_is_lost = maps.dumped_is_lost = true;
	put_set(&x, 0);
	finish(&x);
	fixture_end(&x, "");
}
END_TEST

START_TEST(losses_are_faults)
{
	struct fixture x = fixture_new();
	const struct header header = {
		.inode = 18, .meta = { .mode = S_IFREG, .size = 100 },
	};
	struct set_item item = {
		.kind = SET_INODE, .inode = 18, .header = &header,
	};

	put_set(&x, 18);
	put(&x, &item);
	item = (struct set_item){
		.kind = SET_LOST_DATA, .inode = 18, .offset = 10, .length = 90,
		.why = "a bad header",
	};
	put(&x, &item);
	item.kind = SET_LOST_XATTRS;
	put(&x, &item);
	item.kind = SET_INODE_END;
	put(&x, &item);
	put_kind(&x, SET_LOST, false);
	put_kind(&x, SET_END, false);
	verify_names(x.verify, x.names);
	fixture_end(&x,
	    "18 ./z: bytes 10 to 99 are lost: a bad header\n"
	    "18 ./z: some of its attributes are lost: a bad header\n");
}
END_TEST

START_TEST(sizes_and_types_are_checked)
{
	struct fixture x = fixture_new();

	put_set(&x, 18);
	put_inode(&x, 18, S_IFREG, 5000, 4096);
	inomap_add(&maps.dumped, 19);
	put_inode(&x, 14, 0170000, 0, 0);
	finish(&x);
	fixture_end(&x,
	    "18 ./z: its contents are 4096 bytes, but its header says 5000\n"
	    "14 ./d/e: is in the set twice\n"
	    "14 ./d/e: is of an unknown type (mode 170000)\n");
}
END_TEST

START_TEST(hidden_and_metadata_only_inodes_are_no_fault)
{
	struct fixture x = fixture_new();
	struct header header = {
		.inode = 19, .meta = { .mode = 0, .size = 100 },
	};
	struct set_item item = {
		.kind = SET_INODE, .inode = 19, .header = &header,
		.is_hidden = true,
	};

	put_set(&x, 18);
	put(&x, &item);
	item.kind = SET_INODE_END;
	item.complete = true;
	put(&x, &item);
	header = (struct header){
		.inode = 18, .metadata_only = true,
		.meta = { .mode = S_IFREG, .size = 100 },
	};
	item.kind = SET_INODE;
	item.inode = 18;
	item.is_hidden = false;
	put(&x, &item);
	item.kind = SET_INODE_END;
	put(&x, &item);
	finish(&x);
	fixture_end(&x, "");
}
END_TEST

START_TEST(entries_are_checked_one_by_one)
{
	struct fixture x = fixture_new();

	put_set(&x, 0);
	put_entry(&x, 12, 19, "gone");
	put_entry(&x, 12, 13, "a/b");
	const struct dirblock_entry entry = {
		.inode = 13, .name = "a\0b", .length = 3,
	};
	verify_entry(x.verify, 12, &entry);
	verify_mangled(x.verify, 17, 0);
	verify_mangled(x.verify, 17, 3);
	finish(&x);
	fixture_end(&x,
	    "12 ./d: gone is inode 19, which is not in use\n"
	    "12 ./d: an entry of inode 13 has a name that no file can have: "
	    "a/b\n"
	    "12 ./d: an entry of inode 13 has a name that no file can have: "
	    "a\n"
	    "17 ./f: 3 KiB of this directory cannot be decoded\n");
}
END_TEST

START_TEST(what_does_not_hang_in_the_tree_is_said)
{
	struct fixture x = fixture_new();
	static const struct tree_name circle[] = {
		{ 2, 12, S_IFREG, "a" }, { 2, 12, S_IFREG, "a" },
		{ 13, 14, S_IFDIR, "x" }, { 14, 13, S_IFDIR, "y" },
	};

	names_free(x.names);
	x.names = tree_of(circle, COUNT(circle));
	outcome_set_names(x.outcome, x.names);
	put_kind(&x, SET_MAPS, false);
	put_inode(&x, 2, S_IFDIR, 0, 0);
	put_inode(&x, 13, S_IFDIR, 0, 0);
	put_inode(&x, 14, S_IFDIR, 0, 0);
	put_inode(&x, 15, S_IFREG, 0, 0);
	put_entry(&x, 2, 12, "a");
	put_entry(&x, 13, 14, "x");
	put_entry(&x, 14, 13, "y");
	finish(&x);
	char expected[1024];
	snprintf(expected, sizeof(expected),
	    "12 ./a: is in the map of this set, but not in it\n"
	    "note 16 -: is in the map of this set, but neither it nor a name "
	    "of it is in it\n"
	    "note 17 -: is in the map of this set, but neither it nor a name "
	    "of it is in it\n"
	    "note 18 -: is in the map of this set, but neither it nor a name "
	    "of it is in it\n"
	    "13 -: this directory does not hang in the tree; what is in it has "
	    "no path\n"
	    "14 -: this directory does not hang in the tree; what is in it has "
	    "no path\n"
	    "0 -: %u names are left out: the same name twice, or below a "
	    "directory that does not hang in the tree\n"
	    "note 15 -: has no name\n", (unsigned int)names_refused(x.names));
	fixture_end(&x, expected);
}
END_TEST

START_TEST(a_late_attribute_needs_its_inode)
{
	struct fixture x = fixture_new();
	const struct de_xattr xattr = { .name = "user.big" };
	struct set_item item = {
		.kind = SET_LATE_XATTR, .inode = 18, .xattr = &xattr,
	};

	put_set(&x, 0);
	put(&x, &item);
	item.inode = 19;
	put(&x, &item);
	finish(&x);
	fixture_end(&x, "19 -: its attribute user.big is in the set, but it "
	    "itself is not\n");
}
END_TEST

START_TEST(a_million_faults_of_one_sort_are_counted)
{
	struct fixture x = fixture_new();

	put_set(&x, 0);
	for (int i = 0; i < 1500; i++)
		put_entry(&x, 12, 19, "gone");
	ck_assert_uint_eq(outcome_count(x.outcome, OUTCOME_DAMAGE), 0);
	verify_has_paths(x.verify);
	ck_assert_uint_eq(outcome_count(x.outcome, OUTCOME_DAMAGE), 1000);
	finish(&x);
	ck_assert_uint_eq(outcome_count(x.outcome, OUTCOME_DAMAGE), 1001);
	verify_free(x.verify);
	x.verify = NULL;
	outcome_free(x.outcome);
	x.outcome = outcome_new(x.rep);
	fixture_end(&x, "");
}
END_TEST

START_TEST(a_set_without_a_root_is_damaged)
{
	struct fixture x = fixture_new();
	struct names *none = names_new(tree_folder());

	put_kind(&x, SET_MAPS, false);
	for (uint32_t i = 12; i <= 18; i++) {
		inomap_remove(&maps.dumped, i);
		put_inode(&x, i, S_IFREG, 0, 0);
		put_entry(&x, 2, i, "n");
	}
	ck_assert(names_finish(none));
	put_kind(&x, SET_END, true);
	verify_names(x.verify, none);
	names_free(none);
	fixture_end(&x, "2 .: is in the map of this set, but not in it\n"
	    "2 .: the root directory is missing\n");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_whole_set_has_no_fault,
		an_inode_of_the_map_that_never_comes_is_missing,
		the_maps_must_fit_the_records,
		maps_that_are_lost_are_not_used,
		losses_are_faults,
		sizes_and_types_are_checked,
		hidden_and_metadata_only_inodes_are_no_fault,
		entries_are_checked_one_by_one,
		what_does_not_hang_in_the_tree_is_said,
		a_late_attribute_needs_its_inode,
		a_million_faults_of_one_sort_are_counted,
		a_set_without_a_root_is_damaged,
	};

	return unit_run("verify", tests, COUNT(tests));
}
