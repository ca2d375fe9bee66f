/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/index_volumes.h"

#include <stdlib.h>

#include "dumpengine/plugin.h"

/* A number of a member; false if it has none, or it is below 0. */
static bool
get_number(const json_t *object, const char *name, uint64_t *number)
{
	const json_t *value = json_object_get(object, name);
	const json_int_t n = json_integer_value(value);

	*number = n < 0 ? 0 : (uint64_t)n;
	return json_is_integer(value) && n >= 0;
}

static bool
take(struct index_volumes *v, const json_t *volume)
{
	struct index_volume *to = &v->list[v->count];
	uint64_t number;

	if (!get_number(volume, "number", &number) || number == 0 ||
	    number > UINT32_MAX || !get_number(volume, "first", &to->first) ||
	    !get_number(volume, "blocks", &to->blocks) ||
	    to->blocks > INT64_MAX / DE_TAPE_BLOCK ||
	    to->first > INT64_MAX / DE_TAPE_BLOCK)
		return false;
	to->number = (uint32_t)number;
	if (v->count > 0 && (to->number <= to[-1].number ||
	    to->first < to[-1].first + to[-1].blocks))
		return false;
	v->count++;
	return true;
}

bool
index_volumes_init(struct index_volumes *v, const json_t *about)
{
	const json_t *volumes = json_object_get(about, "volumes");
	const size_t size = json_array_size(volumes);

	*v = (struct index_volumes){ .list = calloc(size + 1,
	    sizeof(*v->list)) };
	if (v->list == NULL)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!take(v, json_array_get(volumes, i)))
			break;
	return true;
}

void
index_volumes_free(struct index_volumes *v)
{
	free(v->list);
	*v = (struct index_volumes){ 0 };
}

const struct index_volume *
index_volumes_find(const struct index_volumes *v, uint32_t number)
{
	size_t low = 0, high = v->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (v->list[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < v->count && v->list[low].number == number ?
	    &v->list[low] : NULL;
}

bool
index_volumes_place(const struct index_volumes *v, uint64_t block,
    uint32_t *number, uint64_t *position)
{
	size_t low = 0, high = v->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (v->list[middle].first <= block)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return false;
	const struct index_volume *volume = &v->list[low - 1];
	if (block - volume->first >= volume->blocks)
		return false;
	*number = volume->number;
	*position = (block - volume->first) * DE_TAPE_BLOCK;
	return true;
}
