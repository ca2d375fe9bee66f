/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_describe.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/date.h"
#include "core/read/set.h"

const char *
restore_describe_set(const struct set_identity *identity,
    char text[static RESTORE_SET_BYTES])
{
	char date[DATE_TEXT_BYTES];

	date_format(identity->date, date);
	snprintf(text, RESTORE_SET_BYTES, "level %" PRId32 " of %s",
	    identity->level, date);
	return text;
}

const char *
restore_describe_medium(const char *medium, const char *barcode,
    const char *label, int64_t number, char text[static RESTORE_MEDIUM_BYTES])
{
	char file[32] = "";

	if (number >= 0)
		snprintf(file, sizeof(file), ", file %" PRId64, number);
	if (barcode != NULL && label != NULL)
		snprintf(text, RESTORE_MEDIUM_BYTES,
		    "medium %s, labelled %s%s", barcode, label, file);
	else if (barcode != NULL || label != NULL)
		snprintf(text, RESTORE_MEDIUM_BYTES, "medium %s%s",
		    barcode != NULL ? barcode : label, file);
	else
		snprintf(text, RESTORE_MEDIUM_BYTES, "%s%s",
		    medium != NULL ? medium : "an unknown medium", file);
	return text;
}
