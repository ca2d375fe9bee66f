/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_selection.h"

#include <inttypes.h>

bool
restore_selection_is_all(const struct restore *r)
{
	return r->request->name_count == 0 && r->request->names_file == NULL;
}

static void
note_missing(struct restore *r, const char *path)
{
	outcome_add(r->outcome, OUTCOME_MISSING, 0, "%s: there is no such name "
	    "in the set", path);
}

/* wanted_add_file() names each of them. */
static void
note_missing_of_file(struct restore *r, uint64_t count)
{
	if (count > 0)
		outcome_add(r->outcome, OUTCOME_MISSING, 0, "%s: %" PRIu64
		    " names in this list are not in the set",
		    r->request->names_file, count);
}

static bool
select_names(struct restore *r, struct wanted *wanted)
{
	const struct restore_request *q = r->request;
	uint64_t missing = 0;

	for (size_t i = 0; i < q->name_count; i++)
		if (!wanted_add_path(wanted, q->names[i]))
			note_missing(r, q->names[i]);
	if (q->names_file != NULL && !wanted_add_file(wanted, q->names_file,
	    q->zero_terminated ? '\0' : '\n', r->rep, &missing))
		return restore_end(r, VERDICT_NOT_STARTED);
	note_missing_of_file(r, missing);
	return true;
}

struct wanted *
restore_selection_make(struct restore *r)
{
	struct wanted *wanted = wanted_new(r->names,
	    !r->request->settings.no_recursion);

	if (wanted == NULL) {
		restore_no_room(r);
		return NULL;
	}
	if (restore_selection_is_all(r)) {
		/* With -h and no name, as in restore(8), the root alone. */
		if (r->request->settings.no_recursion)
			wanted_add_path(wanted, ".");
		else
			wanted_add_all(wanted);
	} else if (!select_names(r, wanted)) {
		wanted_free(wanted);
		return NULL;
	}
	return wanted;
}
