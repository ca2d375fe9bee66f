/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_main.c - do what the command line of dumpengine-mount asks for
 */
#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "core/base/signals.h"
#include "core/cli/descriptors.h"
#include "core/cli/detach.h"
#include "core/cli/ending.h"
#include "core/cli/mount_arguments.h"
#include "core/cli/mount_help.h"
#include "core/host/note.h"
#include "core/mount/mount_session.h"
#include "core/run/restore_run.h"

struct mounting {
	const struct mount_request *request;
	struct detach detach;
};

/* Nobody sees standard error any more. */
static void
log_message(void *arg, enum de_severity severity, const char *text)
{
	(void)arg;
	if (severity != DE_DEBUG)
		syslog(severity == DE_ERROR ? LOG_ERR : severity == DE_WARNING ?
		    LOG_WARNING : LOG_INFO, "%s", text);
}

/* May the working directory change?  Not if names are relative to it. */
static bool
is_absolute(const struct restore_request *q)
{
	for (size_t i = 0; i < q->file_count; i++)
		if (q->files[i][0] != '/' || strchr(q->files[i], ',') != NULL)
			return false;
	return q->job == NULL && !q->is_from_catalog &&
	    q->settings.tmpdir[0] == '/' &&
	    (q->key == NULL || q->key[0] == '/');
}

/* From here on the mount is all there is. */
static void
go_to_background(struct mounting *m, struct report *rep)
{
	openlog("dumpengine-mount", LOG_PID, LOG_DAEMON);
	report_set_taker(rep, log_message, NULL);
	detach_finish(&m->detach, is_absolute(&m->request->restore) ? "/" :
	    NULL);
}

static bool
serve(void *arg, const struct mount_view *view, struct report *rep)
{
	struct mounting *m = arg;
	const struct restore_request *q = &m->request->restore;
	const struct mount_session_config config = {
		.view = view,
		.set = q->job != NULL ? q->job : q->file_count > 0 ?
		    q->files[0] : "catalog",
		.mountpoint = m->request->mountpoint,
		.options = m->request->options,
		.rep = rep,
	};
	struct mount_session *session = mount_session_new(&config);

	if (session == NULL)
		return false;
	if (!m->request->foreground)
		go_to_background(m, rep);
	else
		report(rep, DE_INFO, "mounted on %s", m->request->mountpoint);
	const bool ok = mount_session_run(session);
	mount_session_free(session);
	return ok;
}

static enum exit_status
mount_sets(struct report *rep, struct mounting *m,
    struct mount_request *request)
{
	struct plugin_registry *registry = plugin_registry_new(rep,
	    request->restore.trust);
	enum exit_status status = STATUS_NOT_STARTED;

	request->restore.serve = serve;
	request->restore.serve_arg = m;
	report_set_level(rep, request->restore.verbosity);
	if (registry == NULL)
		report(rep, DE_ERROR, "out of memory");
	else
		status = restore_run(&request->restore, registry,
		    signals_install(), rep);
	plugin_registry_free(registry);
	request->restore.serve_arg = NULL;
	return status;
}

/* In the process that does it. */
static enum exit_status
run(struct mounting *m, struct mount_request *request)
{
	enum exit_status status = STATUS_NOT_STARTED;

	note_init();
	ending_guard();
	struct report *rep = report_new(STDERR_FILENO, REPORT_NORMAL);
	if (rep == NULL) {
		fputs("dumpengine-mount: error: out of memory\n", stderr);
	} else {
		report_set_program(rep, "dumpengine-mount");
		status = mount_sets(rep, m, request);
	}
	report_free(rep);
	return status;
}

static enum exit_status
act(struct mount_request *request)
{
	struct mounting m = { .request = request, .detach = { .fd = -1 } };

	switch (request->action) {
	case MOUNT_HELP:
		return mount_help_print(stdout);
	case MOUNT_VERSION:
		return mount_help_print_version(stdout);
	default:
		break;
	}
	if (request->foreground || detach_begin(&m.detach))
		return run(&m, request);
	fprintf(stderr, "dumpengine-mount: error: no process can be made: %s\n",
	    strerror(errno));
	return STATUS_NOT_STARTED;
}

int
main(int argc, char **argv)
{
	struct mount_request request = { .restore = { .trust = trust_new() } };
	enum exit_status status = STATUS_NOT_STARTED;

	descriptors_occupy();
	if (request.restore.trust == NULL)
		fputs("dumpengine-mount: error: out of memory\n", stderr);
	else if (!mount_arguments_parse(&request, argc, argv))
		fputs("Try `dumpengine-mount --help`.\n", stderr);
	else
		status = act(&request);
	mount_arguments_free(&request);
	trust_free(request.restore.trust);
	ending_allow();
	return (int)status;
}
