/* SPDX-License-Identifier: BSD-3-Clause */
#include "keychain.h"

#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "imds.h"
#include "profile.h"

#define EARLY_SECONDS 300	/* so long before it expires, it is renewed */

struct keychain {
	struct keychain_config config;
	char *file;		/* the credentials file; owned, NULL: none */
	const char *profile;	/* borrowed */
	char *region;		/* owned; NULL: unknown */
	bool is_open;		/* others may read the file */

	pthread_mutex_t lock;	/* for these: */
	bool has_key;
	bool is_fixed;		/* from the environment: stays the same */
	struct credentials key;
};

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value == NULL || *value == '\0' ? NULL : value;
}

/* ~/.aws/NAME; to be freed.  NULL: unknown. */
static char *
home_file(const char *name)
{
	const char *home = environment("HOME");
	const struct passwd *pw = home == NULL ? getpwuid(getuid()) : NULL;
	char *path;

	if (pw != NULL)
		home = pw->pw_dir;
	return home == NULL || asprintf(&path, "%s/.aws/%s", home, name) ==
	    -1 ? NULL : path;
}

static char *
choose_file(const struct keychain_config *config)
{
	const char *other = environment("AWS_SHARED_CREDENTIALS_FILE");

	if (config->file != NULL)
		return strdup(config->file);
	return other != NULL ? strdup(other) : home_file("credentials");
}

struct keychain *
keychain_new(const struct keychain_config *config)
{
	struct keychain *k = calloc(1, sizeof(*k));
	const char *profile = environment("AWS_PROFILE");

	if (k == NULL || pthread_mutex_init(&k->lock, NULL) != 0) {
		free(k);
		return NULL;
	}
	k->config = *config;
	k->file = choose_file(config);
	k->profile = config->profile != NULL ? config->profile :
	    profile != NULL ? profile : "default";
	return k;
}

void
keychain_free(struct keychain *k)
{
	if (k == NULL)
		return;
	credentials_free(&k->key);
	pthread_mutex_destroy(&k->lock);
	free(k->file);
	free(k->region);
	free(k);
}

/* ----------------------------------------------------------------- the places */

enum result { FOUND, NOT_HERE, WRONG };

static enum result
from_environment(struct keychain *k, char why[static CREDENTIALS_WHY_BYTES])
{
	const char *key_id = environment("AWS_ACCESS_KEY_ID");
	const char *secret = environment("AWS_SECRET_ACCESS_KEY");

	if (key_id == NULL && secret == NULL)
		return NOT_HERE;
	if (key_id == NULL || secret == NULL) {
		snprintf(why, CREDENTIALS_WHY_BYTES, "the environment has only "
		    "one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
		return WRONG;
	}
	if (!credentials_set(&k->key, key_id, secret,
	    environment("AWS_SESSION_TOKEN"))) {
		snprintf(why, CREDENTIALS_WHY_BYTES, "out of memory");
		return WRONG;
	}
	k->is_fixed = true;
	return FOUND;
}

static enum result
take_profile(struct keychain *k, const struct profile *p,
    char why[static CREDENTIALS_WHY_BYTES])
{
	if (p->key_id == NULL || p->secret == NULL) {
		snprintf(why, CREDENTIALS_WHY_BYTES, "%.150s: [%.40s] has no "
		    "aws_access_key_id or no aws_secret_access_key", k->file,
		    k->profile);
		return WRONG;
	}
	k->is_open = p->is_open;
	if (credentials_set(&k->key, p->key_id, p->secret, p->token))
		return FOUND;
	snprintf(why, CREDENTIALS_WHY_BYTES, "out of memory");
	return WRONG;
}

static enum result
from_file(struct keychain *k, bool must, char why[static CREDENTIALS_WHY_BYTES])
{
	char phrase[CREDENTIALS_WHY_BYTES];
	enum result result = must ? WRONG : NOT_HERE;
	struct profile p = { 0 };

	switch (k->file == NULL ? PROFILE_NO_FILE :
	    profile_read(&p, k->file, k->profile, phrase)) {
	case PROFILE_FOUND:
		if (must || p.key_id != NULL || p.secret != NULL)
			result = take_profile(k, &p, why);
		break;
	case PROFILE_BAD:
		snprintf(why, CREDENTIALS_WHY_BYTES, "%.150s: %.90s", k->file,
		    phrase);
		result = WRONG;
		break;
	case PROFILE_NO_FILE:
	case PROFILE_NONE:
		if (must)
			snprintf(why, CREDENTIALS_WHY_BYTES, "%.150s: has no "
			    "section [%.40s] with an access key", k->file ==
			    NULL ? "~/.aws/credentials" : k->file, k->profile);
		break;
	}
	profile_free(&p);
	return result;
}

static enum result
from_command(struct keychain *k, char why[static CREDENTIALS_WHY_BYTES])
{
	char phrase[CREDENTIALS_WHY_BYTES];

	if (command_run(&k->key, k->config.command, k->config.environment,
	    k->config.stop, phrase))
		return FOUND;
	snprintf(why, CREDENTIALS_WHY_BYTES, "credentials_command %.200s",
	    phrase);
	return WRONG;
}

static enum result
from_machine(struct keychain *k, char why[static CREDENTIALS_WHY_BYTES])
{
	const char *address = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *disabled = environment("AWS_EC2_METADATA_DISABLED");
	char phrase[CREDENTIALS_WHY_BYTES];

	if (disabled != NULL && strcasecmp(disabled, "true") == 0)
		snprintf(phrase, sizeof(phrase), "is not to be asked");
	else if (imds_ask(&k->key, address == NULL ? IMDS_ADDRESS : address,
	    phrase))
		return FOUND;
	snprintf(why, CREDENTIALS_WHY_BYTES, "no access key: none in the "
	    "environment, none in the credentials file, and the metadata "
	    "service %.80s", phrase);
	return WRONG;
}

static bool
find(struct keychain *k, char why[static CREDENTIALS_WHY_BYTES])
{
	enum result result;

	if (k->config.command != NULL)
		return from_command(k, why) == FOUND;
	if (k->config.profile != NULL || k->config.file != NULL)
		return from_file(k, true, why) == FOUND;
	result = from_environment(k, why);
	if (result == NOT_HERE)
		result = from_file(k, environment("AWS_PROFILE") != NULL, why);
	if (result == NOT_HERE)
		result = from_machine(k, why);
	return result == FOUND;
}

/* ------------------------------------------------------------------ the key */

static bool
is_stale(const struct keychain *k)
{
	return !k->has_key || (k->key.expires != 0 &&
	    k->key.expires - EARLY_SECONDS < (int64_t)time(NULL));
}

bool
keychain_get(struct keychain *k, struct credentials *copy,
    char why[static CREDENTIALS_WHY_BYTES])
{
	pthread_mutex_lock(&k->lock);
	if (is_stale(k)) {
		credentials_free(&k->key);
		k->has_key = find(k, why);
	}
	bool ok = k->has_key;
	if (ok && !credentials_copy(copy, &k->key)) {
		snprintf(why, CREDENTIALS_WHY_BYTES, "out of memory");
		ok = false;
	}
	pthread_mutex_unlock(&k->lock);
	return ok;
}

bool
keychain_refuse(struct keychain *k, const char *key_id)
{
	pthread_mutex_lock(&k->lock);
	const bool may_change = !k->is_fixed;
	if (may_change && k->has_key && strcmp(k->key.key_id, key_id) == 0)
		k->has_key = false;
	pthread_mutex_unlock(&k->lock);
	return may_change;
}

static char *
region_of_file(const struct keychain *k, const char *path)
{
	char why[CREDENTIALS_WHY_BYTES];
	struct profile p = { 0 };
	char *region = NULL;

	if (path != NULL && profile_read(&p, path, k->profile, why) ==
	    PROFILE_FOUND && p.region != NULL)
		region = strdup(p.region);
	profile_free(&p);
	return region;
}

const char *
keychain_region(struct keychain *k)
{
	const char *given = environment("AWS_REGION");
	const char *config = environment("AWS_CONFIG_FILE");

	if (given == NULL)
		given = environment("AWS_DEFAULT_REGION");
	if (given != NULL || k->region != NULL)
		return given != NULL ? given : k->region;
	k->region = region_of_file(k, k->file);
	if (k->region == NULL) {
		char *file = config != NULL ? strdup(config) :
		    home_file("config");
		k->region = region_of_file(k, file);
		free(file);
	}
	return k->region;
}

const char *
keychain_open_file(const struct keychain *k)
{
	return k->is_open ? k->file : NULL;
}
