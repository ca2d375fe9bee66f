/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * damage IMAGE CASES SEED - damage a journal in many ways, and replay it
 *
 * Each case changes some bytes of the journal of IMAGE, in memory, makes the
 * checksums of fast commits fit again in every second one, and recovers the
 * filesystem.  Whether that works does not matter here: it must end, and touch
 * nothing that it should not.  Prints how many were accepted and refused.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ext2fs/ext2fs.h>

#include "plugins/common/bytes.h"
#include "plugins/fs-ext2/device.h"
#include "plugins/fs-ext2/journal.h"
#include "plugins/fs-ext2/log.h"

#define LIMIT 60			/* seconds for one case */

static uint8_t *image, *before;
static size_t size;
static unsigned int current;

static void
die(const char *what)
{
	fprintf(stderr, "damage: case %u: %s\n", current, what);
	exit(1);
}

__attribute__((format(printf, 3, 4)))
static void
take_report(const struct de_host *host, enum de_severity severity,
    const char *format, ...)
{
	char text[4096];
	va_list ap;

	(void)host;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (getenv("VERBOSE") != NULL)
		fprintf(stderr, "%u: %d: %s\n", current, severity, text);
}

static bool
never(const struct de_host *host)
{
	(void)host;
	return false;
}

static const struct de_host host = {
	.struct_size = sizeof(host),
	.report = take_report,
	.cancelled = never,
};

static size_t
below(size_t limit)
{
	return limit == 0 ? 0 : (size_t)random() % limit;
}

/* The image as a file that is nowhere on a disk. */
static void
load(const char *path, char name[static 64])
{
	FILE *f = fopen(path, "rb");
	const int fd = memfd_create("image", 0);

	if (f == NULL || fd == -1 || fseek(f, 0, SEEK_END) != 0)
		die("cannot open the image");
	size = (size_t)ftell(f);
	rewind(f);
	before = malloc(size);
	if (before == NULL || fread(before, 1, size, f) != size ||
	    ftruncate(fd, (off_t)size) != 0)
		die("cannot read the image");
	fclose(f);
	image = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (image == MAP_FAILED)
		die("cannot map the image");
	memcpy(image, before, size);
	snprintf(name, 64, "/proc/self/fd/%d", fd);
}

static errcode_t
open_fs(const struct device *device, ext2_filsys *fs)
{
	return ext2fs_open2(device_channel_name(device), NULL,
	    EXT2_FLAG_64BITS, 0, 0, device_io_manager, fs);
}

/* Make the tails of fast commits right again. */
static void
mend_fast_commits(const struct log *l)
{
	uint32_t crc = 0;

	for (uint32_t i = 0; i < l->fast_count; i++) {
		uint8_t *block = image + log_place(l, l->fast_first + i);
		size_t at = 0;
		while (l->block_size - at >= 4) {
			uint8_t *tag = block + at;
			const size_t length = get16(tag + 2);
			if (at + 4 + length > l->block_size)
				return;
			if (get16(tag) == 8 && length >= 8) {
				crc = ext2fs_crc32c_le(crc, tag, 8);
				put32(tag + 8, crc);
				crc = 0;
			} else {
				crc = ext2fs_crc32c_le(crc, tag, 4 + length);
			}
			at += 4 + length;
		}
	}
}

/* One to eight changes near the front of blocks that are in use. */
static void
damage(const struct log *l, size_t used)
{
	const size_t changes = 1 + below(8);
	const bool is_fast = l->fast_count > 0 && below(2) == 0;

	for (size_t i = 0; i < changes; i++) {
		const uint32_t block = is_fast ? l->fast_first +
		    (uint32_t)below(4) : (uint32_t)below(used);
		uint8_t *p = image + log_place(l, block) +
		    below(below(2) == 0 ? 64 : l->block_size);
		switch (below(4)) {
		case 0:
			*p ^= (uint8_t)(1u << below(8));
			break;
		case 1:
			*p = (uint8_t)random();
			break;
		case 2:
			*p = below(2) == 0 ? 0 : 0xff;
			break;
		default:
			*p = (uint8_t)(*p + 1);
			break;
		}
	}
	if (below(2) == 0)
		mend_fast_commits(l);
}

/* Read all of it, as a dump may. */
static void
read_all(const struct device *device)
{
	static uint8_t bytes[65536];
	struct de_read_error error = { .struct_size = sizeof(error) };

	for (size_t at = 0; at < size; at += sizeof(bytes)) {
		const size_t n = size - at < sizeof(bytes) ? size - at :
		    sizeof(bytes);
		if (device_read(device, at, bytes, n, &error) != DE_OK)
			die("cannot be read afterwards");
	}
}

static bool
recover(const char *name)
{
	struct device *device = device_open(&host, name);
	ext2_filsys fs = NULL;
	bool good = false;

	if (device == NULL || open_fs(device, &fs) != 0)
		die("cannot be opened");
	good = journal_recover(&host, device, fs, NULL) == DE_OK;
	if (!good && device_laid_over(device) != 0)
		die("refused, but something lies over it");
	read_all(device);
	ext2fs_free(fs);
	device_close(device);
	return good;
}

int
main(int argc, char **argv)
{
	char name[64];
	struct log l;
	ext2_filsys fs;
	unsigned int accepted = 0;

	if (argc != 4)
		return 2;
	const unsigned int cases = (unsigned int)atoi(argv[2]);
	const unsigned int seed = (unsigned int)atoi(argv[3]);
	load(argv[1], name);
	struct device *device = device_open(&host, name);
	if (device == NULL || open_fs(device, &fs) != 0 ||
	    log_open(&l, &host, device, fs, NULL) != DE_OK)
		die("has no journal");
	/* The log of a small test is at the front of the journal. */
	const size_t used = l.start + 64 < l.last ? l.start + 64 : l.last;
	uint8_t *damaged = malloc(size);
	if (damaged == NULL || !recover(name))
		die("cannot be recovered without damage");
	for (current = 0; current < cases; current++) {
		srandom(seed + current);
		damage(&l, used);
		memcpy(damaged, image, size);
		alarm(LIMIT);
		accepted += recover(name);
		alarm(0);
		if (memcmp(damaged, image, size) != 0)
			die("the image was written to");
		for (uint32_t i = 0; i < l.length; i++)
			memcpy(image + log_place(&l, i),
			    before + log_place(&l, i), l.block_size);
	}
	printf("%u accepted, %u refused\n", accepted, cases - accepted);
	log_close(&l);
	ext2fs_free(fs);
	device_close(device);
	free(before);
	free(damaged);
	munmap(image, size);
	return 0;
}
