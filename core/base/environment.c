/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/environment.h"

#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHELL "/bin/sh"
#define TEXTS 7			/* six, and NULL */

static bool
add(char **environment, int *count, const char *name, const char *value)
{
	if (value == NULL)
		return true;
	if (asprintf(&environment[*count], "%s=%s", name, value) == -1) {
		environment[*count] = NULL;
		return false;
	}
	(*count)++;
	return true;
}

char **
environment_new(const struct trust *trust)
{
	char **environment = calloc(TEXTS, sizeof(*environment));
	const struct passwd *pw = getpwuid(geteuid());
	int n = 0;

	if (environment == NULL)
		return NULL;
	if (add(environment, &n, "PATH", trust_path(trust)) &&
	    add(environment, &n, "HOME", pw == NULL ? "/" : pw->pw_dir) &&
	    add(environment, &n, "LOGNAME", pw == NULL ? NULL : pw->pw_name) &&
	    add(environment, &n, "SHELL", SHELL) &&
	    add(environment, &n, "TZ", getenv("TZ")) &&
	    add(environment, &n, "LANG", getenv("LANG")))
		return environment;
	environment_free(environment);
	return NULL;
}

void
environment_free(char **environment)
{
	for (char **p = environment; p != NULL && *p != NULL; p++)
		free(*p);
	free(environment);
}

bool
environment_enter(const struct trust *trust, const char *const *more)
{
	char **environment = environment_new(trust);
	size_t count = 0, more_count = 0;

	if (environment == NULL)
		return false;
	while (environment[count] != NULL)
		count++;
	while (more[more_count] != NULL)
		more_count++;
	char **longer = reallocarray(environment, count + more_count + 1,
	    sizeof(*longer));
	if (longer == NULL) {
		environment_free(environment);
		return false;
	}
	for (size_t i = 0; i <= more_count; i++) {
		/* cast: nothing writes to them, whatever the type of environ */
		longer[count + i] = (char *)(uintptr_t)more[i];
	}
	environ = longer;
	return true;
}
