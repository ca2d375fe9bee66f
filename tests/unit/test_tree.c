/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/select/tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

/*
 * An artificial filesystem: inodes below FILES_FROM are directories, the others
 * files; the names are on the edges.
 */
#define INODES 20000u
#define FILES_FROM 10000u
#define ROOT 2u

struct edge {
	uint32_t from, to;
	const char *name;
};

struct fake {
	const struct edge *edges;
	size_t count;
	unsigned int scans;
	unsigned int reads[INODES];	/* of each directory */
};

static enum de_status
fake_scan_begin(void *self, void **scan)
{
	struct fake *f = self;

	f->scans++;
	*scan = f;
	return DE_OK;
}

static void
fake_scan_end(void *self, void *scan)
{
	(void)self;
	(void)scan;
}

static enum de_status
fake_scan_next(void *self, void *scan, uint32_t from, struct de_inode *inode)
{
	(void)self;
	(void)scan;
	if (from > INODES)
		return DE_NO_MORE;
	inode->number = from;
	inode->mode = from < FILES_FROM ? S_IFDIR | 0755 : S_IFREG | 0644;
	return DE_OK;
}

static enum de_status
fake_read_directory(void *self, const struct de_inode *directory,
    de_entry_fn *take, void *arg)
{
	struct fake *f = self;
	enum de_status status = DE_OK;
	/* The edges are sorted by origin. */
	size_t low = 0, high = f->count;

	f->reads[directory->number]++;
	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (f->edges[middle].from < directory->number)
			low = middle + 1;
		else
			high = middle;
	}
	for (; status == DE_OK && low < f->count &&
	    f->edges[low].from == directory->number; low++) {
		const struct edge *edge = &f->edges[low];
		const struct de_entry e = {
			.struct_size = sizeof(e),
			.inode = edge->to,
			.name_length = (uint16_t)strlen(edge->name),
			.name = edge->name,
		};
		status = take(arg, &e);
	}
	return status;
}

static const struct de_source fake_ops = {
	.struct_size = sizeof(fake_ops),
	.scan_begin = fake_scan_begin,
	.scan_next = fake_scan_next,
	.scan_end = fake_scan_end,
	.read_directory = fake_read_directory,
};

struct fixture {
	struct fake fake;
	struct plugin plugin;
	struct instance in;
	struct source src;
	struct report *rep;
	struct findings *findings;
	struct inomap directories, in_use, dumped;
	struct exclude *exclude;
	struct tree *tree;
	atomic_int cancelled;
	int log;
};

/* Every inode that an edge leads to exists and is unchanged. */
static void
setup(struct fixture *f, const struct edge *edges, size_t count,
    const char *pattern, const char *subtree)
{
	char why[EXCLUDE_WHY_BYTES];
	size_t at;

	memset(f, 0, sizeof(*f));
	f->fake.edges = edges;
	f->fake.count = count;
	f->plugin.descriptor.name = "fake";
	f->plugin.source = fake_ops;
	f->in.plugin = &f->plugin;
	f->in.self = &f->fake;
	f->src = (struct source){ .in = &f->in,
	    .info = { .mount_point = "", .max_inode = INODES,
		.root_inode = ROOT,
	    .device = "fake" } };
	f->log = open("/dev/null", O_WRONLY | O_CLOEXEC);
	f->rep = report_new(f->log, REPORT_QUIET);
	f->findings = findings_new(&f->src, f->rep, -1);
	ck_assert(inomap_init(&f->directories, INODES));
	ck_assert(inomap_init(&f->in_use, INODES));
	ck_assert(inomap_init(&f->dumped, INODES));
	inomap_add(&f->directories, ROOT);
	inomap_add(&f->in_use, ROOT);
	for (size_t i = 0; i < count; i++) {
		inomap_add(&f->in_use, edges[i].to);
		if (edges[i].to < FILES_FROM)
			inomap_add(&f->directories, edges[i].to);
	}
	if (pattern != NULL)
		ck_assert_ptr_nonnull(f->exclude = exclude_new(&pattern, 1,
		    &at, why));
	const struct tree_job job = {
		.src = &f->src,
		.findings = f->findings,
		.rep = f->rep,
		.cancelled = &f->cancelled,
		.exclude = f->exclude,
		.subtree = subtree,
		.directories = &f->directories,
		.in_use = &f->in_use,
		.dumped = &f->dumped,
	};
	ck_assert_ptr_nonnull(f->tree = tree_new(&job));
}

static void
teardown(struct fixture *f)
{
	tree_free(f->tree);
	exclude_free(f->exclude);
	inomap_free(&f->directories);
	inomap_free(&f->in_use);
	inomap_free(&f->dumped);
	findings_free(f->findings);
	report_free(f->rep);
	close(f->log);
}

/* Exactly these are dumped; the list ends with 0. */
static void
dumped(const struct fixture *f, const uint32_t *expected)
{
	uint32_t i = 0;

	for (; *expected != 0; expected++) {
		i = inomap_next(&f->dumped, i + 1);
		ck_assert_uint_eq(i, *expected);
	}
	ck_assert_uint_eq(inomap_next(&f->dumped, i + 1), 0);
}

#define DUMPED(f, ...) dumped(f, (const uint32_t[]){ __VA_ARGS__, 0 })

static bool
omits(const struct fixture *f, uint32_t directory, uint32_t inode,
    const char *name)
{
	const struct de_entry e = { .struct_size = sizeof(e), .inode = inode,
	    .name_length = (uint16_t)strlen(name), .name = name };
	struct tree_view view;

	tree_look(f->tree, directory, &view);
	return tree_leaves_out(f->tree, &view, &e);
}

START_TEST(what_leads_to_a_change_is_dumped)
{
	static const struct edge edges[] = {
		{ 2, 50, "a" }, { 2, 60, "x" },
		{ 20, 10001, "file" }, { 20, 10002, "other" },
		{ 50, 20, "b" }, { 60, 10003, "y" },
	};
	struct fixture f;

	setup(&f, edges, COUNT(edges), NULL, NULL);
	inomap_add(&f.dumped, 10001);
	ck_assert(tree_walk(f.tree));
	DUMPED(&f, 2, 20, 50, 10001);
	ck_assert_uint_eq(inomap_count(&f.directories), 3);
	ck_assert(inomap_has(&f.in_use, 60));
	ck_assert(inomap_has(&f.in_use, 10003));
	ck_assert_uint_eq(findings_flush(f.findings), 0);
	teardown(&f);
}
END_TEST

START_TEST(the_root_is_always_dumped)
{
	struct fixture f;

	setup(&f, NULL, 0, NULL, NULL);
	ck_assert(tree_walk(f.tree));
	DUMPED(&f, 2);
	teardown(&f);
}
END_TEST

START_TEST(a_changed_directory_takes_its_parents_along)
{
	static const struct edge edges[] = {
		{ 2, 30, "a" }, { 20, 10001, "file" }, { 30, 20, "b" },
	};
	struct fixture f;

	setup(&f, edges, COUNT(edges), NULL, NULL);
	inomap_add(&f.dumped, 20);
	ck_assert(tree_walk(f.tree));
	DUMPED(&f, 2, 20, 30);
	teardown(&f);
}
END_TEST

START_TEST(a_file_is_dumped_by_the_names_that_remain)
{
	static const struct edge edges[] = {
		{ 2, 20, "in" }, { 2, 30, "out" },
		{ 20, 10001, "both" }, { 20, 10002, "inside" },
		{ 20, 40, "sub" },
		{ 30, 10001, "too" }, { 40, 10003, "below" },
	};
	struct fixture f;

	setup(&f, edges, COUNT(edges), "/in", NULL);
	for (uint32_t i = 10001; i <= 10003; i++)
		inomap_add(&f.dumped, i);
	inomap_add(&f.dumped, 40);
	ck_assert(tree_walk(f.tree));
	DUMPED(&f, 2, 30, 10001);
	ck_assert(!inomap_has(&f.in_use, 20));
	ck_assert(!inomap_has(&f.in_use, 40));
	ck_assert(inomap_has(&f.in_use, 10002));
	ck_assert(omits(&f, 2, 20, "in"));
	ck_assert(!omits(&f, 2, 30, "out"));
	ck_assert(!omits(&f, 30, 10001, "too"));
	/* Excluded on purpose: not reported. */
	ck_assert_uint_eq(findings_flush(f.findings), 0);
	teardown(&f);
}
END_TEST

START_TEST(states_last_until_the_entries_are_written)
{
	static const struct edge edges[] = {
		{ 2, 20, "a" }, { 2, 30, "b" },
		{ 20, 10001, "x" }, { 20, 10002, "y" }, { 30, 10003, "x" },
	};
	struct fixture f;

	setup(&f, edges, COUNT(edges), "/a/x", NULL);
	for (uint32_t i = 10001; i <= 10003; i++)
		inomap_add(&f.dumped, i);
	ck_assert(tree_walk(f.tree));
	DUMPED(&f, 2, 20, 30, 10002, 10003);
	ck_assert(omits(&f, 20, 10001, "x"));
	ck_assert(!omits(&f, 20, 10002, "y"));
	ck_assert(!omits(&f, 30, 10003, "x"));
	teardown(&f);
}
END_TEST

START_TEST(each_directory_is_read_once)
{
	static struct edge edges[3000];
	static char names[3000][8];
	struct fixture f;

	/* 100 directories containing 29 each, not in order of number. */
	for (size_t i = 0; i < COUNT(edges); i++) {
		const uint32_t parent = (uint32_t)(i / 30);
		const uint32_t child = (uint32_t)(i % 30);
		snprintf(names[i], sizeof(names[i]), "%zu", i);
		edges[i].name = names[i];
		edges[i].from = child == 0 ? ROOT : 3 + parent;
		edges[i].to = child == 0 ? 3 + parent :
		    9000 - (parent * 29 + child);
	}
	/* By origin: the root's first. */
	struct edge sorted[COUNT(edges)];
	size_t n = 0;
	for (size_t i = 0; i < COUNT(edges); i++)
		if (edges[i].from == ROOT)
			sorted[n++] = edges[i];
	for (size_t i = 0; i < COUNT(edges); i++)
		if (edges[i].from != ROOT)
			sorted[n++] = edges[i];
	setup(&f, sorted, n, NULL, NULL);
	ck_assert(tree_walk(f.tree));
	for (uint32_t i = 2; i < 9000; i++)
		ck_assert_uint_eq(f.fake.reads[i],
		    inomap_has(&f.in_use, i) ? 1 : 0);
	/* The root, its directories, and theirs. */
	ck_assert_uint_le(f.fake.scans, 3);
	teardown(&f);
}
END_TEST

START_TEST(a_directory_keeps_its_first_name)
{
	static const struct edge edges[] = {
		{ 2, 20, "a" }, { 2, 30, "b" },
		{ 20, 40, "one" }, { 20, 40, "two" },
		{ 30, 40, "three" }, { 30, 2, "top" },
		{ 40, 40, "itself" }, { 40, 10001, "file" }, { 40, 20, "up" },
	};
	struct fixture f;
	struct tree_view view;

	setup(&f, edges, COUNT(edges), NULL, NULL);
	inomap_add(&f.dumped, 10001);
	ck_assert(tree_walk(f.tree));
	DUMPED(&f, 2, 20, 40, 10001);
	ck_assert_uint_eq(findings_flush(f.findings), 5);
	for (int round = 0; round < 2; round++) {
		struct de_entry e = { .struct_size = sizeof(e), .inode = 40,
		    .name_length = 3, .name = "one" };
		tree_look(f.tree, 20, &view);
		ck_assert(!tree_leaves_out(f.tree, &view, &e));
		e.name = "two";
		ck_assert(tree_leaves_out(f.tree, &view, &e));
	}
	ck_assert(omits(&f, 30, 40, "three"));
	ck_assert(omits(&f, 30, 2, "top"));
	ck_assert(omits(&f, 40, 40, "itself"));
	ck_assert(omits(&f, 40, 20, "up"));
	ck_assert(!omits(&f, 2, 20, "a"));
	teardown(&f);
}
END_TEST

START_TEST(what_nothing_leads_to_is_named)
{
	static const struct edge edges[] = {
		{ 2, 20, "a" }, { 30, 40, "b" }, { 40, 30, "c" },
		{ 40, 10001, "lost" },
	};
	struct fixture f;

	setup(&f, edges, COUNT(edges), NULL, NULL);
	inomap_add(&f.dumped, 10001);
	inomap_add(&f.in_use, 10002);
	inomap_add(&f.dumped, 10002);
	ck_assert(tree_walk(f.tree));
	DUMPED(&f, 2);
	/* Two directories and two files. */
	ck_assert_uint_eq(findings_flush(f.findings), 4);
	teardown(&f);
}
END_TEST

START_TEST(encrypted_directories_come_empty)
{
	static const struct edge edges[] = {
		{ 2, 20, "secret" }, { 2, 10003, "file" }, { 2, 10004, "both" },
		{ 20, 30, "\001\002" }, { 20, 10001, "\003" },
		{ 20, 10004, "\004" }, { 30, 10002, "\005" },
	};
	struct fixture f;

	setup(&f, edges, COUNT(edges), NULL, NULL);
	for (uint32_t i = 10001; i <= 10004; i++) {
		tree_set_encrypted(f.tree, i);
		if (i != 10004)		/* that one has no flag */
			tree_leave_out(f.tree, i);
	}
	inomap_add(&f.dumped, 10004);
	tree_set_encrypted(f.tree, 20);
	tree_set_encrypted(f.tree, 30);
	inomap_add(&f.dumped, 20);
	inomap_add(&f.dumped, 30);
	ck_assert(tree_walk(f.tree));
	DUMPED(&f, 2, 20, 10004);
	/* Both directories, and the file beside them. */
	ck_assert_uint_eq(findings_flush(f.findings), 3);
	ck_assert(omits(&f, 20, 10004, "\004"));
	ck_assert(omits(&f, 2, 10003, "file"));
	ck_assert(!omits(&f, 2, 20, "secret"));
	teardown(&f);
}
END_TEST

START_TEST(of_a_subtree_the_way_to_it_is_dumped)
{
	static const struct edge edges[] = {
		{ 2, 20, "srv" }, { 2, 30, "home" }, { 2, 10001, "file" },
		{ 20, 40, "mail" }, { 20, 50, "web" },
		{ 40, 10002, "in" }, { 50, 10003, "out" },
	};
	struct fixture f;

	setup(&f, edges, COUNT(edges), NULL, "/srv//mail/");
	for (uint32_t i = 1; i <= INODES; i++)
		if (inomap_has(&f.in_use, i))
			inomap_add(&f.dumped, i);
	ck_assert(tree_walk(f.tree));
	DUMPED(&f, 2, 20, 40, 10002);
	ck_assert(omits(&f, 2, 30, "home"));
	ck_assert(omits(&f, 2, 10001, "file"));
	ck_assert(omits(&f, 20, 50, "web"));
	ck_assert(!omits(&f, 40, 10002, "in"));
	ck_assert_uint_eq(findings_flush(f.findings), 0);
	teardown(&f);
}
END_TEST

START_TEST(a_subtree_that_is_not_there_is_an_error)
{
	static const struct edge edges[] = {
		{ 2, 20, "srv" }, { 20, 10001, "file" },
	};
	static const char *const paths[] = { "/none", "/srv/none",
	    "/srv/file/below" };
	struct fixture f;

	for (size_t i = 0; i < COUNT(paths); i++) {
		setup(&f, edges, COUNT(edges), NULL, paths[i]);
		ck_assert(!tree_walk(f.tree));
		teardown(&f);
	}
}
END_TEST

START_TEST(deep_trees_need_no_stack)
{
	static struct edge edges[9000];
	struct fixture f;

	for (size_t i = 0; i < COUNT(edges); i++)
		edges[i] = (struct edge){ (uint32_t)i + 2, (uint32_t)i + 3,
		    "d" };
	setup(&f, edges, COUNT(edges), "**/none/x", NULL);
	inomap_add(&f.dumped, 9002);
	ck_assert(tree_walk(f.tree));
	ck_assert_uint_eq(inomap_count(&f.dumped), 9001);
	teardown(&f);
}
END_TEST

START_TEST(a_run_that_is_aborted_does_not_go_on)
{
	static const struct edge edges[] = { { 2, 20, "a" } };
	struct fixture f;

	setup(&f, edges, COUNT(edges), NULL, NULL);
	f.cancelled = 1;
	ck_assert(!tree_walk(f.tree));
	teardown(&f);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_leads_to_a_change_is_dumped,
		the_root_is_always_dumped,
		a_changed_directory_takes_its_parents_along,
		a_file_is_dumped_by_the_names_that_remain,
		states_last_until_the_entries_are_written,
		each_directory_is_read_once,
		a_directory_keeps_its_first_name,
		what_nothing_leads_to_is_named,
		encrypted_directories_come_empty,
		of_a_subtree_the_way_to_it_is_dumped,
		a_subtree_that_is_not_there_is_an_error,
		deep_trees_need_no_stack,
		a_run_that_is_aborted_does_not_go_on,
	};

	return unit_run("tree", tests, COUNT(tests));
}
