/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_main.c - do what the command line of dumpengine-catalog asks for
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/signals.h"
#include "core/cli/catalog_arguments.h"
#include "core/cli/catalog_help.h"
#include "core/cli/descriptors.h"
#include "core/cli/ending.h"
#include "core/host/note.h"
#include "core/run/catalog_ask.h"

static enum exit_status
ask(struct report *rep, const struct catalog_request *request)
{
	struct plugin_registry *registry = plugin_registry_new(rep,
	    request->trust);
	enum exit_status status = STATUS_NOT_STARTED;

	if (registry == NULL)
		report(rep, DE_ERROR, "out of memory");
	else
		status = catalog_ask(request, registry, signals_install(), rep);
	plugin_registry_free(registry);
	return status;
}

static enum exit_status
act(struct report *rep, const struct catalog_request *request)
{
	enum exit_status status;

	switch (request->task) {
	case CATALOG_TASK_HELP:
		return catalog_help_print(stdout);
	case CATALOG_TASK_VERSION:
		return catalog_help_print_version(stdout);
	default:
		report_set_level(rep, request->verbosity);
		status = ask(rep, request);
		break;
	}
	/* Nobody reads the rest of it: `dumpengine-catalog find x | head`. */
	if ((fflush(stdout) == EOF || ferror(stdout)) && errno != EPIPE) {
		report(rep, DE_ERROR, "cannot write to standard output");
		if (status == STATUS_COMPLETE)
			status = STATUS_ABORTED;
	}
	return status;
}

static enum exit_status
run(struct report *rep, struct catalog_request *request, int argc, char **argv)
{
	enum exit_status status = STATUS_NOT_STARTED;

	if (!catalog_arguments_parse(request, argc, argv))
		fputs("Try `dumpengine-catalog --help`.\n", stderr);
	else
		status = act(rep, request);
	return status;
}

int
main(int argc, char **argv)
{
	struct catalog_request request = { .trust = trust_new() };
	enum exit_status status = STATUS_NOT_STARTED;

	descriptors_occupy();
	note_init();
	ending_guard();
	struct report *rep = report_new(STDERR_FILENO, REPORT_NORMAL);
	if (rep == NULL || request.trust == NULL) {
		fputs("dumpengine-catalog: error: out of memory\n", stderr);
	} else {
		report_set_program(rep, "dumpengine-catalog");
		status = run(rep, &request, argc, argv);
	}
	report_free(rep);
	trust_free(request.trust);
	ending_allow();
	return (int)status;
}
