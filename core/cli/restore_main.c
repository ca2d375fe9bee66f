/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_main.c - do what the command line of dumpengine-restore asks for
 */
#include <stdio.h>
#include <unistd.h>

#include "core/base/signals.h"
#include "core/cli/descriptors.h"
#include "core/cli/ending.h"
#include "core/cli/restore_arguments.h"
#include "core/cli/restore_help.h"
#include "core/host/note.h"
#include "core/run/restore_run.h"

static enum exit_status
restore(struct report *rep, const struct restore_request *request)
{
	struct plugin_registry *registry = plugin_registry_new(rep,
	    request->trust);
	enum exit_status status = STATUS_NOT_STARTED;

	if (registry == NULL)
		report(rep, DE_ERROR, "out of memory");
	else
		status = restore_run(request, registry, signals_install(), rep);
	plugin_registry_free(registry);
	return status;
}

static enum exit_status
act(struct report *rep, const struct restore_request *request)
{
	enum exit_status status;

	switch (request->action) {
	case RESTORE_HELP:
		return restore_help_print(stdout);
	case RESTORE_VERSION:
		return restore_help_print_version(stdout);
	default:
		report_set_level(rep, request->verbosity);
		status = restore(rep, request);
		break;
	}
	/* If it cannot be written, the answer is lost. */
	if (fflush(stdout) == EOF || ferror(stdout)) {
		report(rep, DE_ERROR, "cannot write to standard output");
		if (status == STATUS_COMPLETE)
			status = STATUS_ABORTED;
	}
	return status;
}

static enum exit_status
run(struct report *rep, struct restore_request *request, int argc, char **argv)
{
	enum exit_status status = STATUS_NOT_STARTED;

	if (!restore_arguments_parse(request, argc, argv))
		fputs("Try `dumpengine-restore --help`.\n", stderr);
	else
		status = act(rep, request);
	restore_arguments_free(request);
	return status;
}

int
main(int argc, char **argv)
{
	struct restore_request request = { .trust = trust_new() };
	enum exit_status status = STATUS_NOT_STARTED;

	descriptors_occupy();
	note_init();
	ending_guard();
	struct report *rep = report_new(STDERR_FILENO, REPORT_NORMAL);
	if (rep == NULL || request.trust == NULL) {
		fputs("dumpengine-restore: error: out of memory\n", stderr);
	} else {
		report_set_program(rep, "dumpengine-restore");
		status = run(rep, &request, argc, argv);
	}
	report_free(rep);
	trust_free(request.trust);
	ending_allow();
	return (int)status;
}
