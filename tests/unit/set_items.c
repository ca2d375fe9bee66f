/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * set_items VOLUME... - print a set as core/read/set.h passes it on
 *
 * Contents are printed as a sum, however they are cut into pieces; with -v, so
 * are the pieces.  -s: skip the contents of everything.  -q: print what was
 * lost only, and the end.  -n: the medium cannot be positioned.  -r BYTES: it
 * has records.  A volume "-" is missing.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/read/set.h"
#include "tests/unit/fake_volumes.h"

struct options {
	bool is_quiet;
	bool is_verbose;
	bool skips;
};

static void
map_volume(struct fake_volume *volume, const char *path)
{
	struct stat st;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || fstat(fd, &st) == -1) {
		perror(path);
		exit(1);
	}
	volume->length = (size_t)st.st_size;
	volume->bytes = mmap(NULL, volume->length, PROT_READ, MAP_PRIVATE, fd,
	    0);
	close(fd);
	if (volume->bytes == MAP_FAILED)
		abort();
}

/* The same for the same bytes at the same offsets; zeros do not count. */
static uint64_t
sum_of(uint64_t offset, const uint8_t *bytes, uint64_t length)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < length; i++)
		sum += bytes[i] * ((offset + i) * UINT64_C(0x9e3779b97f4a7c15) |
		    1);
	return sum;
}

static void
print_inode(const struct set_item *item)
{
	const struct header *h = item->header;

	printf("inode %" PRIu32 " mode %o size %" PRIu64 " uid %" PRIu32
	    " gid %" PRIu32 " mtime %" PRId64 ".%09" PRIu32 "%s%s\n",
	    item->inode, (unsigned int)h->meta.mode, h->meta.size,
	    h->meta.uid, h->meta.gid, h->meta.mtime.seconds,
	    h->meta.mtime.nanoseconds, item->is_hidden ? " hidden" : "",
	    h->metadata_only ? " metadata" : "");
}

static void
print_maps(const struct set *s)
{
	const struct inomap *in_use = set_in_use(s), *dumped = set_dumped(s);

	printf("maps in use %" PRId64 ", dumped %" PRId64 "\n",
	    in_use == NULL ? -1 : (int64_t)inomap_count(in_use),
	    dumped == NULL ? -1 : (int64_t)inomap_count(dumped));
}

static void
print_range(const char *what, const struct set_item *item)
{
	printf("  %s %" PRIu64 "+%" PRIu64, what, item->offset, item->length);
	if (item->bytes != NULL)
		printf(" %016" PRIx64, sum_of(item->offset, item->bytes, item->length));
	if (item->why != NULL)
		printf(" (%s)", item->why);
	printf("\n");
}

static void
print_xattr(const char *what, const struct set_item *item)
{
	printf("  %s %" PRIu32 " %s %zu %016" PRIx64 "\n", what, item->inode,
	    item->xattr->name, item->xattr->value_length,
	    sum_of(0, item->xattr->value, item->xattr->value_length));
}

static bool
is_wanted(const struct options *o, const struct set_item *item)
{
	switch (item->kind) {
	case SET_LOST_DATA:
	case SET_DOUBT:
	case SET_LOST_XATTRS:
	case SET_LOST:
	case SET_END:
		return true;
	case SET_DATA:
	case SET_HOLE:
		return o->is_verbose;
	default:
		return !o->is_quiet;
	}
}

static void
print(const struct set *s, const struct set_item *item, uint64_t sum)
{
	switch (item->kind) {
	case SET_MAPS:
		print_maps(s);
		break;
	case SET_INODE:
		print_inode(item);
		break;
	case SET_DATA:
		print_range("data", item);
		break;
	case SET_HOLE:
		print_range("hole", item);
		break;
	case SET_DOUBT:
		printf(" %" PRIu32, item->inode);
		print_range("doubtful data", item);
		break;
	case SET_LOST_DATA:
		printf(" %" PRIu32, item->inode);
		print_range("lost data", item);
		break;
	case SET_XATTR:
		print_xattr("xattr", item);
		break;
	case SET_LATE_XATTR:
		print_xattr("late xattr", item);
		break;
	case SET_LOST_XATTRS:
		printf("  lost xattrs of %" PRIu32 " (%s)\n", item->inode,
		    item->why);
		break;
	case SET_INODE_END:
		printf("  contents %016" PRIx64 " %s\n", sum, item->complete ?
		    "whole" : "DAMAGED");
		break;
	case SET_LOST:
		printf("lost %" PRIu64 " blocks (%s)\n", item->length,
		    item->why);
		break;
	case SET_INDEX:
	case SET_LOST_INDEX:
		break;
	case SET_END:
		printf("end %s\n", item->complete ? "found" : "MISSING");
		break;
	}
}

static void
take(const struct options *o, struct set *s, const struct set_item *item,
    uint64_t *sum)
{
	if (item->kind == SET_INODE)
		*sum = 0;
	if (item->kind == SET_INODE && o->skips)
		set_skip_contents(s);
	if (item->kind == SET_DATA && !o->is_quiet)
		*sum += sum_of(item->offset, item->bytes, item->length);
	if (is_wanted(o, item))
		print(s, item, *sum);
}

static int
print_set(struct fake_volumes *f, const struct options *o)
{
	const struct volumes_config config = fake_volumes_config(f);
	enum verdict verdict;
	struct set_item item;
	uint64_t sum = 0;

	struct volumes *volumes = volumes_open(&config, &verdict);
	if (volumes == NULL)
		return 1;
	struct set *s = set_new(volumes, f->rep);
	if (s == NULL)
		return 1;
	if (!o->is_quiet)
		printf("%s\n", set_identity(s)->dialect);
	do {
		if (!set_next(s, &item)) {
			set_free(s);
			printf("given up\n");
			return 1;
		}
		take(o, s, &item, &sum);
	} while (item.kind != SET_END);
	set_free(s);
	return 0;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	struct fake_volumes f;
	int option;

	fake_volumes_init(&f, STDERR_FILENO);
	f.seeks = true;
	f.answer = VERDICT_GO_ON;
	f.skip = true;
	while ((option = getopt(argc, argv, "nqr:sv")) != -1) {
		if (option == 'n')
			f.seeks = false;
		else if (option == 'q')
			o.is_quiet = true;
		else if (option == 's')
			o.skips = true;
		else if (option == 'v')
			o.is_verbose = true;
		else if (option == 'r')
			f.record = (size_t)strtoul(optarg, NULL, 10);
		else
			return 1;
	}
	for (int i = optind; i < argc && i - optind < FAKE_VOLUMES; i++)
		if (strcmp(argv[i], "-") != 0)
			map_volume(&f.volumes[i - optind], argv[i]);
	const int status = print_set(&f, &o);
	fake_volumes_free(&f);
	return status;
}
