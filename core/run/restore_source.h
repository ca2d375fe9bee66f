/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_source.h - a set, and where its volumes are, as the catalogue knows it
 *
 * Of the copies of a dump, one is taken whose volumes can all be had: files must
 * be there, and be what the catalogue says that they are, before anything is
 * asked for.  Costs some hundred bytes a volume.
 */
#ifndef CORE_RESTORE_SOURCE_H
#define CORE_RESTORE_SOURCE_H

#include "core/catalog/catalog.h"
#include "core/read/set.h"
#include "core/run/restore_describe.h"
#include "core/run/restore_own.h"

enum restore_place_kind {
	RESTORE_PLACE_FILE,
	RESTORE_PLACE_TAPE,
	RESTORE_PLACE_REMOTE,
	RESTORE_PLACE_OBJECT
};

/* What a name stands for: "-", a file, a drive, HOST:FILE or s3://... */
enum restore_place_kind restore_place_kind(const char *name);

/* Where a volume is.  Texts are owned, and NULL if unknown. */
struct restore_place {
	char *medium;			/* file, device, host:file, object */
	char *barcode;
	char *label;			/* of the medium */
	int64_t file;			/* of the tape; -1: none */
	uint64_t first;			/* tape block of the stream */
	uint64_t blocks;
};

struct restore_source {
	struct set_identity identity;
	char *job;			/* owned; NULL: unknown */
	int64_t dump;			/* in the catalogue */
	uint64_t blocks;		/* tape blocks in all; 0: unknown */
	enum restore_place_kind kind;
	uint32_t copy;			/* 0: as dumped */
	struct restore_place *volumes;	/* owned; number N is N - 1 */
	uint32_t volume_count;
};

/*
 * Choose a copy of the dump, and fill in *source.  Files are preferred to what
 * somebody has to put into a drive, and the original to later copies.  False
 * after a report that says what is wrong with each copy, with the verdict
 * noted.  Call restore_source_clear() in either case.
 */
bool restore_source_choose(struct restore *r, struct catalog *c,
    const struct catalog_dump *d, struct restore_source *source);
void restore_source_clear(struct restore_source *source);

/*
 * The volume that has this tape block of the stream, and how many bytes are
 * before it there.  False: none has it.
 */
bool restore_source_place(const struct restore_source *source, uint64_t block,
    uint32_t *volume, uint64_t *position);

/* As restore_describe_medium(); of a source, with "and 2 more". */
const char *restore_place_describe(const struct restore_place *p,
    char text[static RESTORE_MEDIUM_BYTES]);
const char *restore_source_describe(const struct restore_source *source,
    char text[static RESTORE_MEDIUM_BYTES]);

#endif
