/* SPDX-License-Identifier: BSD-3-Clause */
#include "trouble.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_BYTES 512

struct trouble
trouble_begin(struct ext2 *e, uint32_t inode, enum trouble_kind kind)
{
	const uint8_t *told = e->told[kind];

	return (struct trouble){
		.e = e,
		.inode = inode,
		.kind = kind,
		.known = told != NULL &&
		    (told[inode / 8] & 1u << inode % 8) != 0,
	};
}

void
trouble_tell(struct trouble *t, enum de_finding finding, const char *format,
    ...)
{
	char text[TEXT_BYTES];
	va_list args;

	if (t->known || t->count > TROUBLE_MAX)
		return;
	if (t->count++ == TROUBLE_MAX) {
		t->e->host->finding(t->e->host, DE_FINDING_MISSING, t->inode,
		    "there are more such errors; the filesystem needs repair "
		    "(e2fsck)");
		return;
	}
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	t->e->host->finding(t->e->host, finding, t->inode, "%s", text);
}

void
trouble_tell_unknown(struct trouble *t, enum de_finding finding, uint32_t last,
    const char *format, ...)
{
	const struct de_host *host = t->e->host;
	char text[TEXT_BYTES];
	va_list args;

	if (t->known)
		return;
	t->count++;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (host->struct_size > offsetof(struct de_host, unknown_inodes))
		host->unknown_inodes(host, finding, t->inode, last, "%s",
		    text);
	else
		host->finding(host, finding, t->inode, "%s", text);
}

enum de_finding
trouble_of_read(const struct ext2 *e, const struct de_read_error *error)
{
	return error->address >= device_size(e->bytes) ?
	    DE_FINDING_MISSING : DE_FINDING_READ_ERROR;
}

void
trouble_end(const struct trouble *t)
{
	uint8_t **told = &t->e->told[t->kind];

	if (t->count == 0)
		return;
	if (*told == NULL)
		*told = calloc(1, (size_t)t->e->inodes / 8 + 1);
	/* Without it the same is reported again, which does no harm. */
	if (*told != NULL)
		(*told)[t->inode / 8] |= (uint8_t)(1u << t->inode % 8);
}

void
trouble_free(struct ext2 *e)
{
	for (int kind = 0; kind < TROUBLE_KINDS; kind++) {
		free(e->told[kind]);
		e->told[kind] = NULL;
	}
}
