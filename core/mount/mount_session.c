/* SPDX-License-Identifier: BSD-3-Clause */
#define FUSE_USE_VERSION 32

#include "core/mount/mount_session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/mount/mount_calls.h"
#include "core/mount/mount_target.h"

#define IDLE_THREADS 16

struct mount_session {
	struct mount_session_config config;
	struct mount_server server;
	bool is_mounted;
};

/* ----------------------------------------------------------------- session */

/* "fsname=...": a comma would begin another option. */
static bool
put_name(FILE *out, const char *name)
{
	bool ok = fputs("ro,default_permissions,subtype=dumpengine,fsname=",
	    out) != EOF;

	for (; *name != '\0'; name++) {
		if (*name == ',' || *name == '\\')
			ok = fputc('\\', out) != EOF && ok;
		ok = fputc(*name, out) != EOF && ok;
	}
	return ok;
}

/* For libfuse; to be freed, NULL if out of memory. */
static char *
make_options(const struct mount_session_config *config)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		return NULL;
	bool ok = put_name(out, config->set);
	if (config->options[0] != '\0')
		ok = fprintf(out, ",%s", config->options) > 0 && ok;
	ok = fclose(out) == 0 && ok;
	if (ok)
		return text;
	free(text);
	return NULL;
}

/* libfuse has said what it does not like. */
static bool
start(struct mount_session *s)
{
	char program[] = "dumpengine-mount", letter[] = "-o";
	char *options = make_options(&s->config);
	char *argv[] = { program, letter, options, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);

	if (options == NULL) {
		report(s->config.rep, DE_ERROR, "out of memory");
		return false;
	}
	s->server.fuse = fuse_session_new(&args, &mount_calls, sizeof(mount_calls),
	    &s->server);
	fuse_opt_free_args(&args);
	free(options);
	if (s->server.fuse == NULL) {
		report(s->config.rep, DE_ERROR, "FUSE cannot be used with "
		    "these options");
		return false;
	}
	s->is_mounted = fuse_session_mount(s->server.fuse, s->config.mountpoint) == 0;
	if (!s->is_mounted)
		report(s->config.rep, DE_ERROR, "%s: it cannot be mounted "
		    "there", s->config.mountpoint);
	return s->is_mounted;
}

struct mount_session *
mount_session_new(const struct mount_session_config *config)
{
	struct mount_session *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		report(config->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	s->config = *config;
	s->server.view = config->view;
	if (start(s))
		return s;
	mount_session_free(s);
	return NULL;
}

/* libfuse takes only those that nobody else has. */
static bool
take_signals(struct mount_session *s)
{
	return signal(SIGINT, SIG_DFL) != SIG_ERR &&
	    signal(SIGTERM, SIG_DFL) != SIG_ERR &&
	    signal(SIGHUP, SIG_DFL) != SIG_ERR &&
	    fuse_set_signal_handlers(s->server.fuse) == 0;
}

static bool
has_ended(void *arg)
{
	const struct mount_session *s = arg;

	return fuse_session_exited(s->server.fuse) != 0;
}

/* A tree that is being made is not wanted any more when it ends. */
static void
watch(struct mount_session *s, bool (*ended)(void *arg))
{
	if (s->config.view->dates != NULL)
		mount_dates_watch(s->config.view->dates, ended, s);
}

bool
mount_session_run(struct mount_session *s)
{
	struct fuse_loop_config config = {
		.clone_fd = 0,
		.max_idle_threads = IDLE_THREADS,
	};
	int result = -1;

	if (take_signals(s)) {
		watch(s, has_ended);
		result = fuse_session_loop_mt(s->server.fuse, &config);
		watch(s, NULL);
		fuse_remove_signal_handlers(s->server.fuse);
	}
	if (result < 0)
		report(s->config.rep, DE_ERROR, "%s: FUSE has failed",
		    s->config.mountpoint);
	return result >= 0;
}

void
mount_session_free(struct mount_session *s)
{
	if (s == NULL)
		return;
	if (s->is_mounted)
		fuse_session_unmount(s->server.fuse);
	if (s->server.fuse != NULL)
		fuse_session_destroy(s->server.fuse);
	free(s);
}
