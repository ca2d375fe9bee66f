/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/run_hold.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/run/catalog_hold.h"

#define FAULT_BYTES 400

/* The first message; the output tells it with what it is about. */
static void
keep_fault(void *arg, enum de_severity severity, const char *text)
{
	char *fault = arg;

	if (severity <= DE_WARNING && fault[0] == '\0')
		snprintf(fault, FAULT_BYTES, "%s", text);
}

static enum de_dump_hold
ask(struct catalog_task_run *t, const struct de_dump_found *found,
    char why[static CATALOG_HOLD_BYTES])
{
	return t->catalog == NULL ? DE_HOLD_FAILED : found == NULL ?
	    DE_HOLD_UNKNOWN : catalog_hold_dump(t, found, why);
}

static enum de_dump_hold
open_and_ask(const struct run_hold *h, const struct de_dump_found *found,
    char why[static CATALOG_HOLD_BYTES])
{
	static const struct catalog_request no_request;
	struct report *rep = h->context->rep;
	char fault[FAULT_BYTES] = "";
	struct catalog_task_run t = {
		.request = &no_request,
		.rep = rep,
		.config = h->context->config,
		.file = h->config->settings.catalog,
	};

	report_set_taker(rep, keep_fault, fault);
	t.catalog = catalog_open(t.file, CATALOG_READ, h->context->trust, rep);
	const enum de_dump_hold hold = ask(&t, found, why);
	catalog_close(t.catalog);
	report_set_taker(rep, NULL, NULL);
	if (hold == DE_HOLD_FAILED)
		snprintf(why, CATALOG_HOLD_BYTES, "%sthe catalogue cannot be "
		    "asked: %s", found == NULL ? "" : "and ", fault);
	return hold;
}

enum de_dump_hold
run_hold_find(void *hold, const struct de_dump_found *found, char *why,
    size_t room)
{
	const struct run_hold *h = hold;
	const char *file = h->config->settings.catalog;
	char text[CATALOG_HOLD_BYTES] = "";
	enum de_dump_hold answer = DE_HOLD_FAILED;

	if (file == NULL) {
		snprintf(text, sizeof(text), "%sthere is no catalogue to ask; "
		    "set catalog at the top of the configuration", found ==
		    NULL ? "" : "and ");
	} else if (access(file, F_OK) == -1 && errno == ENOENT) {
		/* The first run makes it. */
		snprintf(text, sizeof(text), "which no catalogue knows, as "
		    "%.300s is not there", file);
		answer = DE_HOLD_UNKNOWN;
	} else {
		answer = open_and_ask(h, found, text);
	}
	snprintf(why, room, "%s", text);
	return answer;
}
