/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/date.h"
#include "core/run/restore_describe.h"
#include "core/run/restore_set.h"

/* Texts that dump(8) writes when it does not know better. */
static bool
is_known(const char *text)
{
	return text[0] != '\0' && strcmp(text, "none") != 0;
}

static bool
differs(const char *a, const char *b)
{
	return is_known(a) && is_known(b) && strcmp(a, b) != 0;
}

/* -y: the operator knows that it is the same filesystem under another name. */
static bool
is_same_filesystem(struct restore *r, const char *name,
    const struct set_identity *before, const struct set_identity *set)
{
	if (!differs(before->device, set->device) &&
	    !differs(before->host, set->host))
		return true;
	report(r->rep, r->request->goes_on ? DE_WARNING : DE_ERROR,
	    "%s: is a dump of %s on %s; the level before it is of %s on %s%s",
	    name, set->device, set->host, before->device, before->host,
	    r->request->goes_on ? "" :
	    "; give -y if they are the same filesystem");
	return r->request->goes_on;
}

/* -R may go through the last level again. */
static bool
is_resumed(const struct restore *r, const struct set_identity *before,
    const struct set_identity *set)
{
	return r->request->action == RESTORE_RESUME &&
	    set->date == before->date && set->base_date == before->base_date;
}

/* Does `set` build on a state that `before` left? */
static bool
builds_on(struct restore *r, const char *name,
    const struct set_identity *before, const struct set_identity *set)
{
	char level[RESTORE_SET_BYTES], last[RESTORE_SET_BYTES];
	char base[DATE_TEXT_BYTES];

	if (!is_same_filesystem(r, name, before, set))
		return false;
	if (is_resumed(r, before, set))
		return true;
	restore_describe_set(set, level);
	restore_describe_set(before, last);
	date_format(set->base_date, base);
	if (set->base_date == 0)
		report(r->rep, DE_ERROR, "%s: %s is a full dump, which cannot "
		    "follow %s; restore it into an empty directory", name,
		    level, last);
	else if (set->date < before->date || (set->date == before->date &&
	    set->level == before->level))
		report(r->rep, DE_ERROR, "%s: %s is not newer than %s; give "
		    "the levels oldest first", name, level, last);
	else if (set->base_date > before->date)
		report(r->rep, DE_ERROR, "%s: %s needs a dump of %s, which is "
		    "missing: the last one is %s", name, level, base, last);
	else
		return true;
	return false;
}

/* Can it be the first one? */
static bool
is_beginning(struct restore *r, const char *name,
    const struct set_identity *set)
{
	char level[RESTORE_SET_BYTES], base[DATE_TEXT_BYTES];

	if (set->base_date == 0)
		return true;
	restore_describe_set(set, level);
	date_format(set->base_date, base);
	report(r->rep, DE_ERROR, "%s: %s needs a dump of %s, which is missing: "
	    "restore the levels before it first, or give all of them at once",
	    name, level, base);
	return false;
}

bool
restore_chain_check(struct restore *r, const struct set_identity *before,
    bool whole)
{
	bool ok = true;

	for (size_t i = 0; i < r->set_count; i++) {
		const struct set_identity *set =
		    restore_set_identity(r->sets[i]);
		const char *name = restore_set_name(r->sets[i]);
		if (before != NULL)
			ok = builds_on(r, name, before, set) && ok;
		else if (whole)
			ok = is_beginning(r, name, set) && ok;
		before = set;
	}
	return ok || restore_end(r, VERDICT_NOT_STARTED);
}
