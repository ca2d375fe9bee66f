/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * eot-script.c - EOT handler: runs a command at the end of a volume
 *
 * As with -F of dump(8), /bin/sh runs `command DEVICE VOLUME`.  Exit status 0
 * continues, 1 asks the operator, any other aborts.  For a restore, another
 * command brings the medium that is to be read.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/resource.h"
#include "check.h"
#include "child.h"

struct eot_script {
	const struct de_host *host;	/* borrowed */
	const char *command;		/* borrowed, like all option values */
	const char *read_command;	/* NULL: none */
	const char *user;		/* NULL: the current user */
	const char *const *environment;	/* the host's */
	bool at_end;
	int64_t timeout;		/* seconds; 0: none */
};

static const struct de_option eot_script_options[] = {
	{ "command", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, 4095, NULL,
	  "command for /bin/sh; the device and the volume number are "
	  "appended" },
	{ "at_end", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "also run it after the last volume" },
	{ "read_command", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "command that brings the medium of a volume to be read; the same is "
	  "appended" },
	{ "timeout", DE_OPTION_INTEGER, 0, 0, 604800, "3600",
	  "seconds after which it is killed and the operator asked; 0: no "
	  "limit" },
	{ "user", DE_OPTION_STRING, 0, 1, 255, NULL,
	  "user to run the command as" },
	{ "lock", DE_OPTION_STRINGS, 0, 1, 4095, NULL,
	  "what the command uses, such as a changer; no other run uses it "
	  "meanwhile" },
	DE_OPTIONS_END
};

/* The dump is complete already, so a failure is only a warning. */
static void
judge_last(const struct eot_script *s, const struct child_result *result)
{
	const struct de_host *host = s->host;

	if (result->timed_out)
		host->report(host, DE_WARNING, "%s: killed after the timeout "
		    "of %lld seconds; the dump was already complete",
		    s->command, (long long)s->timeout);
	else if (WIFSIGNALED(result->wait_status))
		host->report(host, DE_WARNING, "%s: killed by signal %d (%s); "
		    "the dump was already complete", s->command,
		    WTERMSIG(result->wait_status),
		    strsignal(WTERMSIG(result->wait_status)));
	else if (WEXITSTATUS(result->wait_status) != 0)
		host->report(host, DE_WARNING, "%s: exited with status %d; the "
		    "dump was already complete", s->command,
		    WEXITSTATUS(result->wait_status));
}

/* `what` is what another status aborts: "dump" or "restore". */
static enum de_eot_answer
judge(const struct eot_script *s, const char *command, const char *what,
    const struct child_result *result)
{
	const struct de_host *host = s->host;

	if (result->timed_out) {
		host->report(host, DE_ERROR, "%s: killed after the timeout of "
		    "%lld seconds", command, (long long)s->timeout);
		return DE_EOT_ASK;
	}
	if (WIFSIGNALED(result->wait_status)) {
		host->report(host, DE_ERROR, "%s: killed by signal %d (%s)",
		    command, WTERMSIG(result->wait_status),
		    strsignal(WTERMSIG(result->wait_status)));
		return DE_EOT_ABORT;
	}
	switch (WEXITSTATUS(result->wait_status)) {
	case 0:
		return DE_EOT_GO_ON;
	case 1:
		return DE_EOT_ASK;
	default:
		host->report(host, DE_ERROR, "%s: exited with status %d, which "
		    "aborts the %s (0 continues, 1 asks the operator)",
		    command, WEXITSTATUS(result->wait_status), what);
		return DE_EOT_ABORT;
	}
}

static enum de_status
volume_ended(void *self, const struct de_volume_end *end,
    struct de_eot_reply *reply)
{
	const struct eot_script *s = self;
	struct child_result result;
	const struct child_config config = {
		.host = s->host,
		.command = s->command,
		.user = s->user,
		.environment = s->environment,
		.timeout = s->timeout,
		.end = end,
	};

	if (end->reason == DE_END_LAST && !s->at_end)
		return DE_OK;
	s->host->report(s->host, DE_INFO, "running %s %s %u", s->command,
	    end->medium, end->volume);
	if (!child_run(&config, reply->medium, sizeof(reply->medium), &result))
		return DE_FAILED;
	if (end->reason == DE_END_LAST)
		judge_last(s, &result);
	else
		reply->answer = judge(s, s->command, "dump", &result);
	return DE_OK;
}

/* A command that was made for the end of a volume would load a blank tape. */
static enum de_status
volume_wanted(void *self, const struct de_volume_wanted *wanted,
    enum de_eot_answer *answer)
{
	const struct eot_script *s = self;
	struct child_result result;
	char medium[DE_MEDIUM_BYTES];
	const struct child_config config = {
		.host = s->host,
		.command = s->read_command,
		.user = s->user,
		.environment = s->environment,
		.timeout = s->timeout,
		.wanted = wanted,
	};

	*answer = DE_EOT_ASK;
	if (s->read_command == NULL)
		return DE_OK;
	s->host->report(s->host, DE_INFO, "running %s %s %u", s->read_command,
	    wanted->drive, wanted->volume);
	if (!child_run(&config, medium, sizeof(medium), &result))
		return DE_FAILED;
	*answer = judge(s, s->read_command, "restore", &result);
	return DE_OK;
}

/* A path, or any word that other handlers use as well. */
static enum de_status
name_resource(const struct resource_taker *taker, const char *text)
{
	char name[4200];
	const struct de_resource resource = {
		.struct_size = sizeof(resource),
		.name = name,
		.text = text,
		.keeps = DE_KEEPS_ALL,
	};

	if (strchr(text, '/') != NULL)
		return resource_name_path(taker, text);
	snprintf(name, sizeof(name), "named %s", text);
	return taker->take(taker->arg, &resource);
}

static enum de_status
name_resources(void *self, const struct de_volume *volume,
    de_resource_fn *take, void *arg)
{
	const struct eot_script *s = self;
	const struct resource_taker taker = {
		.take = take,
		.arg = arg,
		.keeps = DE_KEEPS_ALL,
	};
	const char *const *locks;
	const size_t count = s->host->get_strings(s->host, "lock", &locks);
	enum de_status status = DE_OK;

	(void)volume;
	for (size_t i = 0; i < count && status == DE_OK; i++)
		status = name_resource(&taker, locks[i]);
	return status;
}

static enum de_status
check(void *self)
{
	const struct eot_script *s = self;
	struct child_config config = {
		.host = s->host,
		.command = s->command,
		.user = s->user,
		.environment = s->environment,
		.timeout = s->timeout,
	};
	enum de_status status = check_command(&config, "command");

	config.command = s->read_command;
	if (s->read_command != NULL && strcmp(s->read_command, s->command) != 0
	    && check_command(&config, "read_command") != DE_OK)
		status = DE_FAILED;
	return status;
}

static enum de_status
create(const struct de_host *host, void **self)
{
	struct eot_script *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		host->report(host, DE_ERROR, "eot-script: out of memory");
		return DE_FAILED;
	}
	s->host = host;
	s->command = host->get_string(host, "command");
	s->read_command = host->get_string(host, "read_command");
	s->user = host->get_string(host, "user");
	s->at_end = host->get_boolean(host, "at_end");
	s->timeout = host->get_integer(host, "timeout");
	errno = 0;
	if (s->user != NULL && getpwnam(s->user) == NULL) {
		host->report(host, DE_ERROR, "user: no such user %s%s%s",
		    s->user, errno != 0 ? ": " : "",
		    errno != 0 ? strerror(errno) : "");
		goto fail;
	}
	s->environment = host->command_environment(host);
	if (s->environment == NULL || host->check_command(host, "command",
	    s->command, s->user) != DE_OK || (s->read_command != NULL &&
	    host->check_command(host, "read_command", s->read_command,
	    s->user) != DE_OK))
		goto fail;
	*self = s;
	return DE_OK;

fail:
	free(s);
	return DE_FAILED;
}

static void
destroy(void *self)
{
	free(self);
}

static const struct de_eot eot_script_eot = {
	.struct_size = sizeof(eot_script_eot),
	.volume_ended = volume_ended,
	.check = check,
	.name_resources = name_resources,
	.volume_wanted = volume_wanted,
};

static const struct de_plugin eot_script = {
	DE_PLUGIN_ABI,
	.kind = DE_EOT_HANDLER,
	.name = "eot-script",
	.summary = "run a command at the end of each volume",
	.options = eot_script_options,
	.create = create,
	.destroy = destroy,
	.eot = &eot_script_eot,
};

DE_PLUGIN(eot_script);
