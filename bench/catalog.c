/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog: what the names of dumps cost in the catalogue
 *
 *     catalog FILE NAMES [NAMES-A-DIRECTORY [DUMPS]]
 *
 * Makes FILE with DUMPS full dumps of NAMES files, with names of 12 bytes in the
 * random order of a hashed directory, and looks for one of them in all dumps, by
 * name and by path.  One line a step.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/catalog/catalog.h"

#define FIRST 12			/* inode of the first directory */
#define BLOCKS 9			/* tape blocks of a file */

/* A point in time, by the clock and by the processor. */
struct point {
	double clock, processor;
};

static struct point
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (struct point){ (double)clock_ns() / 1e9,
		(double)t.tv_sec + (double)t.tv_nsec / 1e9 };
}

static void
say(const char *step, uint64_t count, struct point *begin)
{
	const struct point end = now();

	printf("%-20s %8.3f s, %8.3f s of a processor", step,
	    end.clock - begin->clock, end.processor - begin->processor);
	if (count != UINT64_MAX)
		printf(", %" PRIu64 " found", count);
	printf("\n");
	*begin = now();
}

static void
check(bool ok)
{
	if (!ok)
		exit(EXIT_FAILURE);	/* it has been reported */
}

static void
add_file(struct catalog *c, int64_t dump, uint32_t directory, uint32_t inode)
{
	char name[32];

	snprintf(name, sizeof(name), "%08" PRIx32 ".dat",
	    inode * UINT32_C(2654435761));
	check(catalog_add_name(c, dump, directory, name, strlen(name), inode));
}

/* Directories are in one another, eight in each. */
static void
add_directory(struct catalog *c, int64_t dump, uint32_t number, uint32_t count,
    uint32_t files, uint32_t stride)
{
	const uint32_t inode = number == 0 ? 2 : FIRST + (number - 1) * stride;
	char name[32];

	check(catalog_add_name(c, dump, inode, ".", 1, inode));
	for (uint32_t i = 1; i <= 8 && number * 8 + i < count; i++) {
		snprintf(name, sizeof(name), "dir-%08" PRIx32,
		    number * 8 + i);
		check(catalog_add_name(c, dump, inode, name, strlen(name),
		    FIRST + (number * 8 + i - 1) * stride));
	}
	for (uint32_t i = 0; i < files; i++)
		add_file(c, dump, inode, FIRST + number * stride + 1 + i);
}

static void
add_inode(struct catalog *c, int64_t dump, uint32_t inode, uint16_t mode,
    uint64_t *block)
{
	const struct index_inode i = { .inode = inode, .mode = mode,
		.block = *block, .size = 1024 * (inode % BLOCKS),
		.mtime = 1700000000 + inode % 10000000 };

	check(catalog_add_inode(c, dump, &i));
	*block += inode % BLOCKS + 1;
}

static void
add_dump(struct catalog *c, int64_t date, uint32_t names, uint32_t files)
{
	const uint32_t count = (names + files - 1) / files, stride = files + 1;
	struct catalog_dump d = { .job = "bench", .host = "host",
		.device = "/dev/sda1", .date = date, .has_names = true };
	uint64_t block = 10;

	check(catalog_begin(c) && catalog_add_dump(c, &d));
	for (uint32_t i = 0; i < count; i++)
		add_directory(c, d.id, i, count, files, stride);
	for (uint32_t i = 0; i < count; i++)
		add_inode(c, d.id, i == 0 ? 2 : FIRST + (i - 1) * stride,
		    S_IFDIR | 0755, &block);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 1; j <= files; j++)
			add_inode(c, d.id, FIRST + i * stride + j,
			    S_IFREG | 0644, &block);
	check(catalog_commit(c));
}

static bool
count_version(void *arg, const struct catalog_version *v)
{
	uint64_t *count = arg;

	(void)v;
	++*count;
	return true;
}

static void
find(struct catalog *c, const char *pattern, struct point *begin)
{
	const struct catalog_filter all = { .job = NULL };
	uint64_t count = 0;
	char step[32];

	check(catalog_find(c, &all, pattern, count_version, &count));
	snprintf(step, sizeof(step), "find %s", pattern);
	say(step, count, begin);
}

static void
walk(struct catalog *c, struct point *begin)
{
	struct catalog_chain chain;
	uint64_t count = 0;
	bool found;

	check(catalog_chain_at(c, "bench", INT64_MAX, &chain));
	check(catalog_tree(c, &chain, ".", count_version, &count, &found));
	say("tree", count, begin);
}

int
main(int argc, char **argv)
{
	struct report *rep = report_new(2, REPORT_NORMAL);

	if (argc < 3 || rep == NULL) {
		fprintf(stderr, "usage: catalog FILE NAMES "
		    "[NAMES-A-DIRECTORY [DUMPS]]\n");
		return EXIT_FAILURE;
	}
	const uint32_t names = (uint32_t)strtoul(argv[2], NULL, 10);
	const uint32_t files = argc < 4 ? 20 :
	    (uint32_t)strtoul(argv[3], NULL, 10);
	const uint32_t dumps = argc < 5 ? 1 :
	    (uint32_t)strtoul(argv[4], NULL, 10);
	struct point begin = now();
	struct catalog *c = catalog_open(argv[1], CATALOG_NEW, NULL, rep);
	check(c != NULL);
	for (uint32_t i = 0; i < dumps; i++)
		add_dump(c, 1000 + i, names, files);
	say("add", UINT64_MAX, &begin);
	catalog_close(c);
	say("close", UINT64_MAX, &begin);
	c = catalog_open(argv[1], CATALOG_READ, NULL, rep);
	check(c != NULL);
	find(c, "12345678.dat", &begin);
	find(c, "*1234567.dat", &begin);
	find(c, "*[12]234567.d*", &begin);
	find(c, "**/*1234567.*", &begin);
	find(c, "*", &begin);
	walk(c, &begin);
	catalog_close(c);

	struct stat st;
	struct rusage use;
	if (stat(argv[1], &st) == 0)
		printf("file                 %8.1f MB\n",
		    (double)st.st_size / 1e6);
	if (getrusage(RUSAGE_SELF, &use) == 0)
		printf("memory               %8.1f MiB\n",
		    (double)use.ru_maxrss / 1024);
	report_free(rep);
	return EXIT_SUCCESS;
}
