/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/growing.h"
#include "core/format/header.h"
#include "core/format/header_layout.h"
#include "plugins/common/bytes.h"

#define NOWHERE UINT64_MAX

struct archive {
	struct growing blocks;		/* DE_TAPE_BLOCK each */
	struct growing numbers;		/* uint64_t each: theirs in the stream */
	bool is_taking;			/* the data behind the last header */
	uint64_t first_file;		/* tape block; NOWHERE: none yet */
	uint64_t last_end;		/* likewise, of those that are in it */
	int error;			/* errno; 0: it has all */
};

struct archive *
archive_new(const char *folder)
{
	struct archive *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->first_file = a->last_end = NOWHERE;
	a->blocks.fd = a->numbers.fd = -1;
	if (growing_init(&a->blocks, folder) &&
	    growing_init(&a->numbers, folder))
		return a;
	const int error = errno;
	archive_free(a);
	errno = error;
	return NULL;
}

void
archive_free(struct archive *a)
{
	if (a == NULL)
		return;
	growing_free(&a->blocks);
	growing_free(&a->numbers);
	free(a);
}

static void
take(struct archive *a, uint64_t block, const uint8_t *bytes)
{
	uint8_t *to = a->error != 0 ? NULL :
	    growing_add(&a->blocks, DE_TAPE_BLOCK);
	uint64_t *number = to == NULL ? NULL :
	    growing_add(&a->numbers, sizeof(*number));

	if (number == NULL) {
		if (a->error == 0)
			a->error = errno;
		return;
	}
	memcpy(to, bytes, DE_TAPE_BLOCK);
	*number = block;
}

static bool
is_over(const struct archive *a)
{
	return a == NULL || a->first_file != NOWHERE || a->last_end != NOWHERE;
}

void
archive_volume(struct archive *a, uint64_t block, const uint8_t *header)
{
	uint8_t copy[DE_TAPE_BLOCK];

	if (is_over(a))
		return;
	memcpy(copy, header, sizeof(copy));
	header_set_compressed(copy, false);
	take(a, block, copy);
}

/* A map, a directory or the rest of one? */
static bool
is_wanted(const struct archive *a, const uint8_t *header)
{
	switch (get32(header + C_TYPE)) {
	case HEADER_CLRI:
	case HEADER_BITS:
		return true;
	case HEADER_INODE:
		return get32(header + C_EXTATTRIBUTES) == 0;
	default:
		return a->is_taking;
	}
}

void
archive_header(struct archive *a, uint64_t block, const uint8_t *header)
{
	if (is_over(a))
		return;
	a->is_taking = is_wanted(a, header);
	if (!a->is_taking)
		return;
	if (get32(header + C_TYPE) == HEADER_INODE &&
	    !S_ISDIR(get16(header + DI_MODE)))
		a->first_file = block;
	else
		take(a, block, header);
}

void
archive_data(struct archive *a, uint64_t block, const uint8_t *data)
{
	if (!is_over(a) && a->is_taking)
		take(a, block, data);
}

/* What comes behind the end has another one, which nobody reads. */
void
archive_end(struct archive *a, uint64_t block, const uint8_t *header)
{
	if (a == NULL || (a->last_end != NOWHERE && a->last_end + 1 != block))
		return;
	a->last_end = block;
	take(a, block, header);
}

/*
 * If the last block before that is in the archive, the data that comes next is
 * of what is.
 */
void
archive_go_back(struct archive *a, uint64_t block)
{
	if (a == NULL)
		return;
	const uint64_t *numbers = (const void *)a->numbers.bytes;
	size_t count = a->numbers.used / sizeof(*numbers);
	while (count > 0 && numbers[count - 1] >= block)
		count--;
	/* Not cut: the checkpoint may have room for more in the same file. */
	a->numbers.used = count * sizeof(*numbers);
	a->blocks.used = count * DE_TAPE_BLOCK;
	if (a->first_file != NOWHERE && a->first_file >= block)
		a->first_file = NOWHERE;
	if (a->last_end != NOWHERE && a->last_end >= block)
		a->last_end = NOWHERE;
	a->is_taking = count > 0 && numbers[count - 1] + 1 == block;
}

bool
archive_write(const struct archive *a, int fd)
{
	errno = a->error;
	if (a->error != 0)
		return false;
	for (size_t at = 0; at < a->blocks.used;) {
		const ssize_t n = write(fd, a->blocks.bytes + at,
		    a->blocks.used - at);
		if (n == -1 && errno != EINTR)
			return false;
		at += n == -1 ? 0 : (size_t)n;
	}
	return true;
}
