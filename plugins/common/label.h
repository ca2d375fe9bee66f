/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * label.h - the header at the beginning of a dump volume
 *
 * Reads the fields that identify the volume.  A medium may hold anything:
 * nothing is used until the checksum has been verified.
 */
#ifndef PLUGINS_COMMON_LABEL_H
#define PLUGINS_COMMON_LABEL_H

#include "dumpengine/plugin.h"

#define LABEL_BYTES 17
#define LABEL_NAME_BYTES 65

/* Texts contain no characters that could harm a terminal. */
struct label {
	int64_t date;		/* of the dump, seconds since 1970 */
	int64_t base_date;	/* of its base; 0: a full dump */
	uint32_t volume;
	int32_t level;
	char label[LABEL_BYTES];
	char filesystem[LABEL_NAME_BYTES];
	char device[LABEL_NAME_BYTES];
	char host[LABEL_NAME_BYTES];
};

/*
 * Is that the beginning of a volume?  If so, fill *label.  Of one that has
 * passed a filter, only what its mark says (volume_mark.h).
 */
bool label_parse(const uint8_t *block, size_t length, struct label *label);

/*
 * The same; but if the bytes do not tell, the engine may know the volume by them:
 * give it the first 1024, or all there are.
 */
bool label_find(const struct de_host *host, const uint8_t *block,
    size_t length, struct label *label);

/*
 * Convert for de_host.dump_state() and dump_retire(); the texts are borrowed
 * from `label`.  One that lost characters is NULL, since it would match
 * nothing.
 */
struct de_dump_found label_found(const struct label *label);

/* Does it belong to the same dump as `volume`? */
bool label_is_of(const struct label *label, const struct de_volume *volume);

#endif
