/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy_main.c - do what the command line of dumpengine-copy asks for
 */
#include <stdio.h>
#include <unistd.h>

#include "core/base/signals.h"
#include "core/cli/copy_arguments.h"
#include "core/cli/copy_help.h"
#include "core/cli/descriptors.h"
#include "core/cli/ending.h"
#include "core/host/note.h"
#include "core/host/plugin.h"
#include "core/run/copy_job.h"

/* Returns the exit status of this process, which may be a forked child. */
static int
copy(struct report *rep, const struct copy_request *request)
{
	struct plugin_registry *registry = plugin_registry_new(rep,
	    request->trust);
	struct job_process process = { .is_supervisor = true };
	enum exit_status status = STATUS_NOT_STARTED;

	if (registry == NULL)
		report(rep, DE_ERROR, "out of memory");
	else
		status = copy_job_run(request, registry, signals_install(),
		    rep, &process);
	plugin_registry_free(registry);
	return process.is_supervisor ? (int)status : process.exit_code;
}

static int
run(struct report *rep, struct copy_request *request, int argc, char **argv)
{
	if (!copy_arguments_parse(request, argc, argv)) {
		fputs("Try `dumpengine-copy --help`.\n", stderr);
		return STATUS_NOT_STARTED;
	}
	switch (request->action) {
	case COPY_HELP:
		return copy_help_print(stdout);
	case COPY_VERSION:
		return copy_help_print_version(stdout);
	case COPY_RUN:
		break;
	}
	report_set_level(rep, request->verbosity);
	return copy(rep, request);
}

int
main(int argc, char **argv)
{
	struct copy_request request = { .trust = trust_new() };
	int status = STATUS_NOT_STARTED;

	descriptors_occupy();
	note_init();
	ending_guard();
	struct report *rep = report_new(STDERR_FILENO, REPORT_NORMAL);
	if (rep == NULL || request.trust == NULL) {
		fputs("dumpengine-copy: error: out of memory\n", stderr);
	} else {
		report_set_program(rep, "dumpengine-copy");
		status = run(rep, &request, argc, argv);
	}
	report_free(rep);
	trust_free(request.trust);
	ending_allow();
	return status;
}
