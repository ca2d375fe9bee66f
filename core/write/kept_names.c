/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/kept_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/index_encode.h"
#include "plugins/common/bytes.h"

#define PART_BYTES ((size_t)1 << 20)
#define PIECE_HEADER 8		/* inode and length, 32 bits each */

struct kept_names {
	uint8_t *part;			/* owned; PART_BYTES */
	size_t used;
	struct growing parts;		/* those that are full */
	int error;			/* errno; 0: all was kept */
};

struct kept_names *
kept_names_new(const char *folder)
{
	struct kept_names *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->part = malloc(PART_BYTES);
	if (growing_init(&k->parts, folder) && k->part != NULL)
		return k;
	const int error = k->part == NULL ? ENOMEM : errno;
	kept_names_free(k);
	errno = error;
	return NULL;
}

void
kept_names_free(struct kept_names *k)
{
	if (k == NULL)
		return;
	growing_free(&k->parts);
	free(k->part);
	free(k);
}

static void
put_part(struct kept_names *k)
{
	if (k->used > 0 && k->error == 0 && !index_put_part(&k->parts,
	    INDEX_PART_DIRECTORY, k->part, k->used, true))
		k->error = errno;
	k->used = 0;
}

void
kept_names_add(struct kept_names *k, uint32_t inode, const uint8_t *bytes,
    size_t length)
{
	if (k == NULL || k->error != 0)
		return;
	if (length > PART_BYTES - PIECE_HEADER) {
		k->error = EFBIG;
		return;
	}
	if (k->used + PIECE_HEADER + length > PART_BYTES)
		put_part(k);
	uint8_t *to = k->part + k->used;
	put32(to, inode);
	put32(to + 4, (uint32_t)length);
	memcpy(to + PIECE_HEADER, bytes, length);
	k->used += PIECE_HEADER + length;
}

const struct growing *
kept_names_finish(struct kept_names *k)
{
	put_part(k);
	errno = k->error;
	return k->error == 0 ? &k->parts : NULL;
}
