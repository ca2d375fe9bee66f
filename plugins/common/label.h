/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * label.h - the header that a volume of a dump begins with
 *
 * Reads what tells whose volume it is.  What comes from a medium can
 * be anything: nothing is taken from it before its checksum is right.
 */
#ifndef PLUGINS_COMMON_LABEL_H
#define PLUGINS_COMMON_LABEL_H

#include "dumpengine/plugin.h"

#define LABEL_BYTES 17
#define LABEL_NAME_BYTES 65

/* Texts have no characters in them that could do harm on a terminal. */
struct label {
	int64_t date;		/* of the dump, seconds since 1970 */
	int64_t base_date;	/* of what it builds on; 0: it is a full dump */
	uint32_t volume;
	int32_t level;
	char label[LABEL_BYTES];
	char filesystem[LABEL_NAME_BYTES];
	char device[LABEL_NAME_BYTES];
	char host[LABEL_NAME_BYTES];
};

/* Is that the beginning of a volume?  Then *label is filled. */
bool label_parse(const uint8_t *block, size_t length, struct label *label);

/*
 * The same for de_host.dump_state() and dump_retire(); its texts are those of
 * `label`.  One that has lost characters is NULL, as it would match nothing.
 */
struct de_dump_found label_found(const struct label *label);

/* Is it of the dump that `volume` belongs to? */
bool label_is_of(const struct label *label, const struct de_volume *volume);

#endif
