/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_show.h"

#include "core/mount/mount_dates.h"
#include "core/run/restore_shown.h"
#include "core/run/restore_watch.h"

/* Signals are for whoever serves from here on. */
bool
restore_show_view(struct restore *r, const struct mount_view *view)
{
	const struct restore_request *q = r->request;

	restore_watch_free(r->watch);
	r->watch = NULL;
	return q->serve(q->serve_arg, view, r->rep) ||
	    restore_end(r, VERDICT_NOT_STARTED);
}

bool
restore_show(struct restore *r)
{
	struct restore_shown *shown = restore_shown_new(r);

	if (shown == NULL)
		return false;
	const struct mount_view view = { .tree = restore_shown_tree(shown) };
	const bool ok = restore_show_view(r, &view);
	restore_shown_free(shown);
	return ok;
}
