/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * make_stream.c - a dump of many files that never existed
 *
 *     make_stream FILES [BYTES] >DUMP
 *
 * writes a level 0 dump of FILES files of BYTES bytes each (default 0), 1000 in
 * a directory, for measuring what reads it: ten million files need no
 * filesystem that holds them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/format/dirblock.h"
#include "core/format/header.h"
#include "core/format/inomap.h"

#define ROOT 2
#define FIRST_INODE 11
#define FILES_PER_DIRECTORY 1000
#define BLOCKING 32
#define DATE 1800000000

struct maker {
	FILE *out;
	struct header_template header;
	struct header_position at;
	uint32_t files;
	uint32_t directories;		/* without the root */
	uint64_t bytes;			/* of each file */
	uint8_t *data;			/* a directory, before its header */
	size_t data_length;
	size_t data_room;
};

static void
die(const char *what)
{
	fprintf(stderr, "make_stream: %s\n", what);
	exit(1);
}

static void
put_block(struct maker *m, const uint8_t *block)
{
	if (fwrite(block, DE_TAPE_BLOCK, 1, m->out) != 1)
		die("cannot write");
	m->at.tapea++;
}

static void
put_header(struct maker *m, uint8_t *block)
{
	header_stamp(block, &m->at);
	put_block(m, block);
}

static uint32_t
inode_of_file(const struct maker *m, uint32_t file)
{
	return FIRST_INODE + m->directories + file;
}

static uint32_t
max_inode(const struct maker *m)
{
	return FIRST_INODE + m->directories + m->files;
}

static void
put_map(struct maker *m, enum header_type type, const struct inomap *map)
{
	uint8_t block[DE_TAPE_BLOCK] = { 0 };

	header_map(&m->header, block, type, max_inode(m), map->tape_blocks);
	put_header(m, block);
	for (uint32_t i = 0; i < map->tape_blocks; i++)
		put_block(m, map->bits + (size_t)i * DE_TAPE_BLOCK);
}

static void
put_maps(struct maker *m)
{
	struct inomap map;

	if (!inomap_init(&map, max_inode(m)))
		die("out of memory");
	inomap_add(&map, ROOT);
	inomap_add_range(&map, FIRST_INODE, max_inode(m) - 1);
	put_map(m, HEADER_CLRI, &map);
	put_map(m, HEADER_BITS, &map);
	inomap_free(&map);
}

/* An inode with contents of m->data_length bytes from `data`, or zeros. */
static void
put_inode(struct maker *m, uint32_t number, uint16_t mode, const uint8_t *data,
    uint64_t length)
{
	static const uint8_t zeros[DE_TAPE_BLOCK];
	uint8_t addrs[HEADER_ADDRS], block[DE_TAPE_BLOCK];
	const struct de_inode inode = {
		.struct_size = sizeof(inode),
		.number = number,
		.mode = mode,
		.links = 1,
		.size = length,
		.atime = { DATE - 3, 0 },
		.mtime = { DATE - 2, 123456789 },
		.ctime = { DATE - 1, 0 },
	};
	const uint64_t blocks = (length + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK;
	struct header_content content = { .size = length, .addrs = addrs };
	enum header_type type = HEADER_INODE;
	uint64_t done = 0;

	memset(addrs, 1, sizeof(addrs));
	do {
		content.count = (uint32_t)(blocks - done < HEADER_ADDRS ?
		    blocks - done : HEADER_ADDRS);
		header_inode(&m->header, block, type, &inode, &content);
		put_header(m, block);
		for (uint32_t i = 0; i < content.count; i++)
			put_block(m, data == NULL ? zeros :
			    data + (done + i) * DE_TAPE_BLOCK);
		done += content.count;
		type = HEADER_ADDR;
	} while (done < blocks);
}

static enum de_status
take_chunk(void *arg, const uint8_t *chunk)
{
	struct maker *m = arg;

	if (m->data_length + DE_TAPE_BLOCK > m->data_room) {
		m->data_room = m->data_room * 2 + DE_TAPE_BLOCK;
		m->data = realloc(m->data, m->data_room);
		if (m->data == NULL)
			die("out of memory");
	}
	memcpy(m->data + m->data_length, chunk, DIRBLOCK_CHUNK);
	m->data_length += DIRBLOCK_CHUNK;
	return DE_OK;
}

static void
add_name(struct dirblock *d, uint32_t inode, uint16_t type, const char *name)
{
	if (dirblock_add(d, inode, type, name, strlen(name)) != DE_OK)
		die("too many files for one directory");
}

static void
begin_directory(struct maker *m, struct dirblock *d, uint32_t inode)
{
	m->data_length = 0;
	dirblock_begin(d, take_chunk, m);
	add_name(d, inode, S_IFDIR, ".");
	add_name(d, ROOT, S_IFDIR, "..");
}

static void
end_directory(struct maker *m, struct dirblock *d, uint32_t inode)
{
	dirblock_end(d);
	if (m->data_length % DE_TAPE_BLOCK != 0)
		memset(m->data + m->data_length, 0, DIRBLOCK_CHUNK);
	put_inode(m, inode, S_IFDIR | 0755, m->data, m->data_length);
}

static void
put_directories(struct maker *m)
{
	struct dirblock d;
	char name[32];

	begin_directory(m, &d, ROOT);
	for (uint32_t i = 0; i < m->directories; i++) {
		snprintf(name, sizeof(name), "directory-%" PRIu32, i);
		add_name(&d, FIRST_INODE + i, S_IFDIR, name);
	}
	end_directory(m, &d, ROOT);
	for (uint32_t i = 0, file = 0; i < m->directories; i++) {
		begin_directory(m, &d, FIRST_INODE + i);
		for (unsigned int n = 0; n < FILES_PER_DIRECTORY &&
		    file < m->files; n++, file++) {
			snprintf(name, sizeof(name), "file-%" PRIu32 ".data",
			    file);
			add_name(&d, inode_of_file(m, file), S_IFREG, name);
		}
		end_directory(m, &d, FIRST_INODE + i);
	}
}

static void
put_end(struct maker *m)
{
	uint8_t block[DE_TAPE_BLOCK];

	do {
		header_end(&m->header, block, max_inode(m), false);
		put_header(m, block);
	} while (m->at.tapea % BLOCKING != 0);
}

static void
make(struct maker *m)
{
	uint8_t block[DE_TAPE_BLOCK];
	static const struct header_identity id = {
		.date = DATE,
		.blocking = BLOCKING,
		.label = "many files",
		.filesystem = "/many",
		.device = "/dev/many",
		.host = "localhost",
	};

	header_template_init(&m->header, &id);
	m->at.volume = 1;
	header_volume(&m->header, block, 0, 1);
	put_header(m, block);
	put_maps(m);
	put_directories(m);
	for (uint32_t i = 0; i < m->files; i++)
		put_inode(m, inode_of_file(m, i), S_IFREG | 0644, NULL,
		    m->bytes);
	put_end(m);
	free(m->data);
}

int
main(int argc, char **argv)
{
	struct maker m = { .out = stdout };
	char *end = NULL;
	const unsigned long long files = argc < 2 ? 0 :
	    strtoull(argv[1], &end, 10);

	if (files == 0 || files > 1000000000 || *end != '\0' || argc > 3)
		die("usage: make_stream FILES [BYTES] >DUMP");
	m.files = (uint32_t)files;
	m.directories = (m.files + FILES_PER_DIRECTORY - 1) /
	    FILES_PER_DIRECTORY;
	if (argc == 3)
		m.bytes = strtoull(argv[2], NULL, 10);
	make(&m);
	if (fclose(stdout) != 0)
		die("cannot write");
	return 0;
}
