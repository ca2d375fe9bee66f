/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_medium.h - what is on the medium of a volume now
 */
#ifndef CORE_CATALOG_MEDIUM_H
#define CORE_CATALOG_MEDIUM_H

#include "core/base/digest.h"
#include "core/volume/volume_read.h"

struct catalog_medium_facts {
	char *name;			/* owned; escaped, absolute if a file */
	uint64_t bytes;			/* 0: unknown, unless it was read */
	bool is_device;			/* which is larger than the volume */
	bool is_coded;			/* by filters: then these are known, */
	struct volume_read_coded coded;	/*   of what is on the medium */
	char digest[DIGEST_TEXT_BYTES];	/* "": it was not read, or not all */
};

/*
 * Open volume `number` of a set of that date by an instance of its output, and
 * read all of it if `reads`.  The date and level 0 are unknown ones.  False if
 * it cannot be opened, after reporting why to the instance's report.
 */
bool catalog_medium_look(const struct instance *output, const char *job,
    int64_t date, int32_t level, uint32_t number, bool reads,
    struct catalog_medium_facts *facts);
void catalog_medium_clear(struct catalog_medium_facts *facts);

#endif
