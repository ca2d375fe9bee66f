/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/coded_volume.h"

#include <string.h>

#include "core/base/digest.h"
#include "plugins/common/volume_mark.h"

bool
coded_volume_is_one(const struct catalog_volume *v)
{
	return v->filters != NULL;
}

const char *
coded_volume_digest(const struct catalog_volume *v)
{
	const bool is_plain = !coded_volume_is_one(v) &&
	    (v->medium_bytes == 0 ||
	    v->medium_bytes == v->blocks * DE_TAPE_BLOCK);

	return is_plain ? v->digest : v->medium_digest;
}

static bool
has_mark_of(const struct catalog_dump *d, const struct catalog_volume *v,
    const struct coded_volume_found *found)
{
	struct label label;

	return volume_mark_find(found->bytes, found->length, &label) &&
	    label.date == d->date && label.base_date == d->base_date &&
	    label.level == d->level && label.volume == v->number;
}

bool
coded_volume_is_that(const struct catalog_dump *d,
    const struct catalog_volume *v, const struct coded_volume_found *found)
{
	char head[DIGEST_TEXT_BYTES];

	if (found->size != 0 && v->medium_bytes != 0 &&
	    found->size != v->medium_bytes)
		return false;
	if (v->head == NULL)
		return has_mark_of(d, v, found);
	digest_head(found->bytes, found->length, head);
	return strcmp(head, v->head) == 0;
}
