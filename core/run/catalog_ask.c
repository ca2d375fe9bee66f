/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_ask.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/config/config.h"
#include "core/run/catalog_add.h"
#include "core/run/catalog_change.h"
#include "core/run/catalog_check.h"
#include "core/run/catalog_expire.h"
#include "core/run/catalog_export.h"
#include "core/run/catalog_hold.h"
#include "core/run/catalog_look.h"
#include "core/run/catalog_media.h"
#include "core/run/catalog_search.h"
#include "core/run/catalog_status.h"
#include "core/run/catalog_which.h"

#define DEFAULT_CONFIG SYSCONFDIR "/dumpengine/dumpengine.conf"

/* What each task does, and what it needs. */
struct work {
	catalog_task_fn *fn;
	enum catalog_mode mode;
};

static const struct work works[] = {
	[CATALOG_TASK_LIST] = { catalog_look_list, CATALOG_READ },
	[CATALOG_TASK_SHOW] = { catalog_look_show, CATALOG_READ },
	[CATALOG_TASK_FIND] = { catalog_search_find, CATALOG_READ },
	[CATALOG_TASK_EXPORT] = { catalog_export_all, CATALOG_READ },
	[CATALOG_TASK_WHICH] = { catalog_which_tell, CATALOG_READ },
	[CATALOG_TASK_VOLUMES] = { catalog_media_list, CATALOG_READ },
	[CATALOG_TASK_MAY_OVERWRITE] = { catalog_hold_tell, CATALOG_READ },
	[CATALOG_TASK_STATUS] = { catalog_status_tell, CATALOG_READ },
	[CATALOG_TASK_ADD] = { catalog_add_sets, CATALOG_WRITE },
	[CATALOG_TASK_REBUILD] = { catalog_add_media, CATALOG_WRITE },
	[CATALOG_TASK_CHECK] = { catalog_check_volumes, CATALOG_READ },
	[CATALOG_TASK_FORGET] = { catalog_change_forget, CATALOG_WRITE },
	[CATALOG_TASK_EXPIRE] = { catalog_expire_dumps, CATALOG_WRITE },
};

bool
catalog_task_end(struct catalog_task_run *t, enum exit_status status)
{
	if (status > t->status)
		t->status = status;
	return false;
}

bool
catalog_task_no_memory(struct catalog_task_run *t)
{
	report(t->rep, DE_ERROR, "out of memory");
	return catalog_task_end(t, STATUS_ABORTED);
}

bool
catalog_task_missing(struct catalog_task_run *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vreport(t->rep, DE_ERROR, format, args);
	va_end(args);
	return catalog_task_end(t, STATUS_INCOMPLETE);
}

/* That of -c; or the default one, if the task is about jobs and it exists. */
static bool
load_config(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;
	const struct config_request request = {
		.file = q->config != NULL ? q->config : DEFAULT_CONFIG,
		.trust = q->trust,
		.signals = t->signals,
	};
	const bool is_wanted = q->config != NULL ||
	    ((q->task == CATALOG_TASK_STATUS ||
	    q->task == CATALOG_TASK_MAY_OVERWRITE ||
	    q->task == CATALOG_TASK_EXPIRE || q->catalog == NULL) &&
	    access(DEFAULT_CONFIG, F_OK) == 0);

	if (!is_wanted)
		return true;
	t->config = config_load(&request, t->registry, t->rep);
	return t->config != NULL || catalog_task_end(t, STATUS_NOT_STARTED);
}

/* What was read is noted. */
static enum catalog_mode
mode_of(const struct catalog_request *q)
{
	return q->reads ? CATALOG_WRITE : works[q->task].mode;
}

/* That of the command line, the configuration or the default. */
static const char *
file_of(const struct catalog_task_run *t)
{
	const char *configured = t->config == NULL ? NULL :
	    option_text(t->config->options, "catalog");

	if (t->request->catalog != NULL)
		return t->request->catalog;
	return configured != NULL ? configured : CATALOG_DEFAULT_FILE;
}

static bool
open_catalog(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;

	t->file = file_of(t);
	t->catalog = catalog_open(t->file, mode_of(q), q->trust, t->rep);
	return t->catalog != NULL || catalog_task_end(t, STATUS_NOT_STARTED);
}

enum exit_status
catalog_ask(const struct catalog_request *request,
    struct plugin_registry *registry, struct signals *signals,
    struct report *rep)
{
	struct catalog_task_run t = {
		.request = request,
		.registry = registry,
		.signals = signals,
		.rep = rep,
		.status = STATUS_COMPLETE,
	};

	if (load_config(&t) && open_catalog(&t))
		works[request->task].fn(&t);
	catalog_close(t.catalog);
	config_free(t.config);
	return t.status;
}
