/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_about.h - a dump and its volumes, as JSON tells of them
 *
 * The part "about" of an index (doc/stream-format.md) and what a run leaves for
 * the catalogue (handover.h) have the same members; the latter has more.
 * Everything is optional: what is missing, or is of another type or out of
 * range, is unknown.  Costs about 200 bytes a volume.
 */
#ifndef CORE_CATALOG_ABOUT_H
#define CORE_CATALOG_ABOUT_H

#include <jansson.h>

#include "core/catalog/catalog.h"

#define CATALOG_VOLUMES_MAX 65536	/* of a dump; more are left out */

struct catalog_about {
	struct catalog_dump dump;	/* its texts are in `json` */
	struct catalog_volume *volumes;	/* owned; likewise */
	size_t volume_count;
	struct catalog_replaced *replaced;	/* owned; likewise: what was */
	size_t replaced_count;			/* where its volumes are */
	bool is_running;		/* its state is not known yet, but */
	bool is_whole;			/*   its last volume is safe */
	uint64_t files_block;		/* where files begin; 0: unknown */
	json_t *json;			/* owned */
	char *exclude;			/* owned; a text for the dump */
};

/*
 * `length` bytes of JSON.  False with nothing to free: it is none, or memory is
 * out.
 */
bool catalog_about_parse(struct catalog_about *a, const char *json,
    size_t length);
void catalog_about_clear(struct catalog_about *a);

/*
 * The same as JSON; texts are as catalog.h wants them.  NULL: out of memory, or
 * a text is no UTF-8.
 */
json_t *catalog_about_format(const struct catalog_about *a);

/*
 * Add the dump, with a->dump.has_names as it is, and its volumes, within the
 * caller's transaction.  False after a report.
 */
bool catalog_about_add(struct catalog *c, struct catalog_about *a);

#endif
