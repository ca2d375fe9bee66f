/* SPDX-License-Identifier: BSD-3-Clause */
#include "check.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/program.h"

#define HEAD_BYTES 4096
#define TIMEOUT 60		/* seconds */

static enum de_status
run(const struct child_config *config, struct child_result *result)
{
	char medium[DE_MEDIUM_BYTES];

	return child_run(config, medium, sizeof(medium), result) ? DE_OK :
	    DE_FAILED;
}

static enum de_status
check_program(const struct child_config *config, const char *key,
    const char *program)
{
	const struct de_host *host = config->host;
	const struct de_volume_end end = { .medium = program, .job = "",
	    .label = "" };
	struct child_config shell = *config;
	struct child_result result;

	shell.command = program_finds;
	shell.end = &end;
	shell.timeout = TIMEOUT;
	if (run(&shell, &result) != DE_OK)
		return DE_FAILED;
	if (WIFEXITED(result.wait_status) &&
	    WEXITSTATUS(result.wait_status) == 0)
		return DE_OK;
	if (WIFEXITED(result.wait_status) &&
	    WEXITSTATUS(result.wait_status) == PROGRAM_NO_INTERPRETER) {
		host->report(host, DE_ERROR, "%s: the interpreter in the "
		    "first line of %s is missing or not executable", key,
		    program);
		return DE_FAILED;
	}
	host->report(host, DE_ERROR, "%s: %s%s%s%s; check its name and "
	    "permissions", key, program, strchr(program, '/') == NULL ?
	    " not found in PATH" : " does not exist or is not executable",
	    config->user == NULL ? "" : " for user ",
	    config->user == NULL ? "" : config->user);
	return DE_FAILED;
}

/* PATH of the command's environment; NULL if it has none. */
static const char *
search_path(const struct child_config *config)
{
	for (size_t i = 0; config->environment[i] != NULL; i++)
		if (strncmp(config->environment[i], "PATH=", 5) == 0)
			return config->environment[i] + 5;
	return NULL;
}

/* Opened here, where the shell's relative paths apply as well. */
static int
open_program(const struct child_config *config, const char *program)
{
	const char *folders = search_path(config);
	char path[2 * PATH_MAX];
	int fd = -1;

	if (strchr(program, '/') != NULL)
		return open(program, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	while (fd == -1 && folders != NULL && *folders != '\0') {
		const size_t length = strcspn(folders, ":");
		snprintf(path, sizeof(path), "%.*s/%s", (int)(length < PATH_MAX
		    ? length : 0), folders, program);
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		folders += length + (folders[length] == ':');
	}
	return fd;
}

static bool
can_be_checked(const struct child_config *config, const char *program)
{
	char head[HEAD_BYTES + 1];
	struct stat st;
	ssize_t n = -1;
	const int fd = open_program(config, program);

	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, head, HEAD_BYTES);
	close(fd);
	if (n < 2)
		return false;
	head[n] = '\0';
	return memcmp(head, "#!", 2) == 0 &&
	    strstr(head, "\n" CHECK_LINE) != NULL;
}

static enum de_status
ask_command(const struct child_config *config)
{
	const struct de_host *host = config->host;
	const struct de_volume_end end = { .medium = "", .job = "",
	    .label = "" };
	struct child_config command = *config;
	struct child_result result;

	command.end = &end;
	command.checks = true;
	if (run(&command, &result) != DE_OK)
		return DE_FAILED;
	if (!result.timed_out && WIFEXITED(result.wait_status) &&
	    WEXITSTATUS(result.wait_status) == 0)
		return DE_OK;
	host->report(host, DE_ERROR, "%s: cannot change the medium, as its own "
	    "check (DUMPENGINE_REASON=check) reports", config->command);
	return DE_FAILED;
}

enum de_status
check_command(const struct child_config *config, const char *key)
{
	char program[PATH_MAX];

	if (!program_of_command(config->command, program))
		return DE_OK;
	if (check_program(config, key, program) != DE_OK)
		return DE_FAILED;
	return can_be_checked(config, program) ? ask_command(config) : DE_OK;
}
