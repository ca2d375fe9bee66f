/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names: what the names of a set cost in time and memory
 *
 *     names [-T FOLDER] NAMES [NAMES-A-DIRECTORY]
 *
 * Fills in that many names of 16 bytes, in the random order of a hashed
 * directory, with inodes in ascending order, and looks all of them up.  One line
 * a step: seconds of a processor; at the end, the most memory that was in use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/read/names.h"

/* A busy machine is no reason to be slow. */
static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
say(const char *step, double *since)
{
	const double time = now();

	printf("%-12s %8.2f s\n", step, time - *since);
	*since = time;
}

static void
check(bool ok, const char *step)
{
	if (ok)
		return;
	perror(step);
	exit(1);
}

/* Names of one directory; `inode` is that of the first one. */
static void
fill_directory(struct names *n, uint32_t directory, uint32_t inode,
    uint32_t count, uint16_t type)
{
	char name[32];

	check(names_begin_directory(n, directory), "fill");
	for (uint32_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s-%08x.dat",
		    type == S_IFDIR ? "dir" : "fil", i * 2654435761u);
		check(names_add(n, inode + i, type, name, strlen(name)),
		    "fill");
	}
	check(names_end_directory(n), "fill");
}

static void
look_up(const struct names *n, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct name_entry entry;
		const uint32_t id = names_of_inode(n, first + i);
		check(id != NAMES_NONE, "inode");
		names_entry(n, id, &entry);
		check(names_lookup(n, entry.directory, entry.name,
		    entry.length) == id, "name");
	}
}

int
main(int argc, char **argv)
{
	const char *folder = "/tmp";
	struct rusage usage;

	for (int c; (c = getopt(argc, argv, "T:")) != -1;) {
		if (c != 'T')
			return 1;
		folder = optarg;
	}
	if (optind >= argc)
		return 1;
	const uint32_t count = (uint32_t)strtoul(argv[optind], NULL, 10);
	const uint32_t each = optind + 1 < argc ?
	    (uint32_t)strtoul(argv[optind + 1], NULL, 10) : 20;
	const uint32_t directories = (count + each - 1) / each;
	struct names *n = names_new(folder);
	check(n != NULL, folder);
	double since = now();
	fill_directory(n, NAMES_ROOT, 11, directories, S_IFDIR);
	for (uint32_t i = 0; i < directories; i++)
		fill_directory(n, 11 + i, 11 + directories + i * each, each,
		    S_IFREG);
	say("filled in", &since);
	check(names_finish(n), "finish");
	say("finished", &since);
	look_up(n, 11, names_count(n));
	say("looked up", &since);
	names_free(n);
	getrusage(RUSAGE_SELF, &usage);
	printf("%-12s %8ld MiB\n", "memory", usage.ru_maxrss / 1024);
	return 0;
}
