/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/about_put.h"

#include <stdlib.h>

#include "core/chain/history.h"

bool
about_put_text(json_t *about, const char *key, const char *text)
{
	if (text == NULL || *text == '\0')
		return true;
	char *escaped = history_text(text);
	const bool put = escaped != NULL && json_object_set_new(about, key,
	    json_string(escaped)) == 0;
	free(escaped);
	return put;
}

bool
about_put_number(json_t *about, const char *key, int64_t number)
{
	return json_object_set_new(about, key, json_integer(number)) == 0;
}
