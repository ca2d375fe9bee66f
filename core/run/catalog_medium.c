/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_medium.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "core/chain/history.h"

/* A file is found from anywhere. */
static void
note_name(struct catalog_medium_facts *facts, const char *medium)
{
	struct stat st;
	const bool is_there = stat(medium, &st) == 0;
	const bool is_file = is_there && S_ISREG(st.st_mode);
	char *path = is_file ? realpath(medium, NULL) : NULL;

	facts->is_device = is_there && !is_file;
	facts->name = history_text(path != NULL ? path : medium);
	free(path);
}

/* False if anything could not be read, or memory is out. */
static bool
read_all(struct volume_read *v, struct digest *d,
    struct catalog_medium_facts *facts)
{
	uint8_t *buffer = malloc(VOLUME_READ_ROOM);
	enum volume_read_result result = VOLUME_READ_FAILED;
	size_t length;

	facts->bytes = 0;
	while (buffer != NULL && (result = volume_read_next(v, buffer,
	    VOLUME_READ_ROOM, &length)) == VOLUME_READ_DATA) {
		digest_add(d, buffer, length);
		facts->bytes += length;
	}
	free(buffer);
	return result == VOLUME_READ_END;
}

static void
find_digest(struct volume_read *v, struct catalog_medium_facts *facts)
{
	struct digest *d = digest_new();

	if (d != NULL && read_all(v, d, facts))
		digest_format(d, facts->digest);
	digest_free(d);
}

bool
catalog_medium_look(const struct instance *output, const char *job,
    int64_t date, int32_t level, uint32_t number, bool reads,
    struct catalog_medium_facts *facts)
{
	const struct de_volume volume = {
		.struct_size = sizeof(volume),
		.number = number,
		.level = level < 0 ? 0 : (uint32_t)level,
		.date = date,
		.job = job,
		.label = "",
	};
	struct volume_read *v = volume_read_new(output);

	*facts = (struct catalog_medium_facts){ .name = NULL };
	const bool ok = v != NULL && volume_read_open(v, &volume);
	if (ok) {
		note_name(facts, volume_read_medium(v));
		facts->bytes = volume_read_size(v);
		facts->is_coded = volume_read_coded(v, &facts->coded);
		if (reads)
			find_digest(v, facts);
	}
	volume_read_free(v);
	return ok && facts->name != NULL;
}

void
catalog_medium_clear(struct catalog_medium_facts *facts)
{
	free(facts->name);
	facts->name = NULL;
}
