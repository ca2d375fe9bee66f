/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/chain_volumes.h"

#include <stdlib.h>

#include "core/base/file_place.h"
#include "core/chain/history.h"

/* Records of other versions may lack the place. */
static bool
is_gone(const json_t *volume)
{
	const char *file = json_string_value(json_object_get(volume, "file"));
	const char *folder = json_string_value(json_object_get(volume,
	    "folder"));

	if (file == NULL || folder == NULL)
		return false;
	char *path = history_plain(file);
	const bool gone = path != NULL && file_place_is_gone(path, folder);
	free(path);
	return gone;
}

const char *
chain_volume_gone(const struct history_record *r)
{
	for (size_t i = 0; i < json_array_size(r->volumes); i++) {
		const json_t *volume = json_array_get(r->volumes, i);
		if (is_gone(volume))
			return json_string_value(json_object_get(volume,
			    "file"));
	}
	return NULL;
}

static bool
set_place(json_t *volume, const struct file_place *place)
{
	char *file = history_text(place->path);
	const bool ok = file != NULL && json_object_set_new(volume, "file",
	    json_string(file)) == 0 && json_object_set_new(volume, "folder",
	    json_string(place->folder)) == 0;

	free(file);
	return ok;
}

bool
chain_volume_note_place(json_t *volume)
{
	const char *medium = json_string_value(json_object_get(volume,
	    "medium"));
	char *name = medium == NULL ? NULL : history_plain(medium);
	struct file_place place;

	if (name == NULL)
		return false;
	file_place_note(&place, name);
	free(name);
	return place.path[0] == '\0' || set_place(volume, &place);
}
