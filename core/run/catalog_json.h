/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_json.h - rows of the catalogue as JSON
 *
 * Members have the names of the columns in dumpengine-catalog(5); what is
 * unknown is null.
 */
#ifndef CORE_CATALOG_JSON_H
#define CORE_CATALOG_JSON_H

#include <jansson.h>

#include "core/catalog/catalog.h"

/*
 * New objects; NULL if out of memory.  A dump also has its `name`, as
 * catalog_name.h makes it.
 */
json_t *catalog_json_dump(const struct catalog_dump *d);
json_t *catalog_json_volume(const struct catalog_volume *v);
json_t *catalog_json_medium(const struct catalog_medium *m);

/* Without members of the inode if it has none. */
json_t *catalog_json_version(const struct catalog_version *v);

#endif
