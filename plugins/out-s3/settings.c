/* SPDX-License-Identifier: BSD-3-Clause */
#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/pattern.h"
#include "parts.h"
#include "upload.h"

#define TEXT_MAX 4095
#define STATE_DIR "/var/lib/dumpengine"
#define STATE_FOLDER "s3"
#define DAY_SECONDS 86400

const struct de_option settings_options[] = {
	{ "object", DE_OPTION_STRINGS, DE_OPTION_REQUIRED, 1, TEXT_MAX, NULL,
	  "s3://bucket/key; %v volume, %j job, %l level, %d date, %h host, "
	  "%% percent; a list names each volume" },
	{ "endpoint", DE_OPTION_STRING, 0, 1, TEXT_MAX, NULL,
	  "address of the store, https://HOST[:PORT]; if not set, "
	  "AWS_ENDPOINT_URL of the environment or else AWS" },
	{ "region", DE_OPTION_STRING, 0, 1, 63, NULL,
	  "region of the bucket; if not set, that of the environment or the "
	  "profile, or else us-east-1" },
	{ "style", DE_OPTION_STRING, 0, 1, 16, "auto",
	  "where the bucket stands in a request: path, virtual or auto" },
	{ "profile", DE_OPTION_STRING, 0, 1, 255, NULL,
	  "section of the credentials file that has the access key" },
	{ "credentials_file", DE_OPTION_STRING, 0, 1, TEXT_MAX, NULL,
	  "file with access keys; if not set, ~/.aws/credentials" },
	{ "credentials_command", DE_OPTION_STRING, 0, 1, TEXT_MAX, NULL,
	  "command that prints an access key as JSON" },
	{ "part_size", DE_OPTION_SIZE, 0, (int64_t)PARTS_SMALLEST,
	  (int64_t)PARTS_LARGEST, "16 MiB",
	  "bytes of the first parts of an object; later ones grow" },
	{ "parallel", DE_OPTION_INTEGER, 0, 1, UPLOAD_PARALLEL_MAX, "4",
	  "parts that are sent, or ranges that are read, at a time" },
	{ "timeout", DE_OPTION_INTEGER, 0, 1, 86400, "120",
	  "seconds without any progress after which a request is tried "
	  "again" },
	{ "attempts", DE_OPTION_INTEGER, 0, 1, 1000, "12",
	  "how often a request is tried" },
	{ "ca_file", DE_OPTION_STRING, 0, 1, TEXT_MAX, NULL,
	  "certificates that the store's must be signed by; if not set, those "
	  "of the system" },
	{ "proxy", DE_OPTION_STRING, 0, 1, TEXT_MAX, NULL,
	  "address of a proxy; if not set, as https_proxy and no_proxy of the "
	  "environment say" },
	{ "storage_class", DE_OPTION_STRING, 0, 1, 63, NULL,
	  "storage class of the objects, such as STANDARD_IA" },
	{ "encryption", DE_OPTION_STRING, 0, 1, 63, NULL,
	  "encryption by the store: AES256, aws:kms or aws:kms:dsse" },
	{ "encryption_key", DE_OPTION_STRING, 0, 1, 255, NULL,
	  "id of the store's key for it" },
	{ "lock_days", DE_OPTION_INTEGER, 0, 0, 36500, "0",
	  "days for which nobody can delete the objects; 0: no lock" },
	{ "lock_mode", DE_OPTION_STRING, 0, 1, 16, "compliance",
	  "kind of the lock: compliance or governance" },
	{ "state_dir", DE_OPTION_STRING, 0, 1, 4000, NULL,
	  "directory that lists uploads in progress; if not set, "
	  "DUMPENGINE_STATE_DIR or else /var/lib/dumpengine" },
	DE_OPTIONS_END
};

static enum de_status
refuse(const struct de_host *host, const char *key, const char *value,
    const char *why)
{
	host->report(host, DE_ERROR, "%s: \"%s\" %s", key, value, why);
	return DE_FAILED;
}

static enum de_status
no_memory(const struct de_host *host)
{
	host->report(host, DE_ERROR, "out-s3: out of memory");
	return DE_FAILED;
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value == NULL || *value == '\0' ? NULL : value;
}

/* ------------------------------------------------------------------- checking */

static enum de_status
check_objects(const struct settings *s, const struct de_host *host)
{
	char why[80], wrong;

	for (size_t i = 0; i < s->object_count; i++) {
		const char *object = s->objects[i];
		if (!pattern_is_valid(object, &wrong)) {
			snprintf(why, sizeof(why), "has an unknown %%%c; "
			    "expected %%v, %%j, %%l, %%d or %%%%", wrong);
			return refuse(host, "object", object, why);
		}
		if (strncmp(object, PLACE_SCHEME, strlen(PLACE_SCHEME)) != 0)
			return refuse(host, "object", object, "is not the name "
			    "of an object; expected s3://BUCKET/KEY");
	}
	return DE_OK;
}

/* They become part of the header of a request. */
static enum de_status
check_headers(const struct settings *s, const struct de_host *host)
{
	const struct { const char *key, *value; } all[] = {
		{ "region", s->region }, { "storage_class", s->storage_class },
		{ "encryption", s->encryption },
		{ "encryption_key", s->encryption_key },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (const char *p = all[i].value; p != NULL && *p != '\0';
		    p++)
			if ((unsigned char)*p <= 0x20 || *p == 0x7f)
				return refuse(host, all[i].key, all[i].value,
				    "has blanks or control characters");
	if (s->encryption_key != NULL && s->encryption == NULL)
		return refuse(host, "encryption_key", s->encryption_key,
		    "has no use without encryption = \"aws:kms\"");
	return DE_OK;
}

static enum de_status
choose_style(struct settings *s, const struct de_host *host)
{
	const char *style = host->get_string(host, "style");

	s->is_style_chosen = strcmp(style, "auto") == 0;
	if (strcmp(style, "path") == 0)
		s->style = PLACE_PATH;
	else if (strcmp(style, "virtual") == 0)
		s->style = PLACE_VIRTUAL;
	else if (!s->is_style_chosen)
		return refuse(host, "style", style, "is none of path, virtual "
		    "and auto");
	return DE_OK;
}

static enum de_status
choose_lock(struct settings *s, const struct de_host *host)
{
	const char *mode = host->get_string(host, "lock_mode");

	s->lock_days = host->get_integer(host, "lock_days");
	s->lock_mode = strcmp(mode, "compliance") == 0 ? "COMPLIANCE" :
	    strcmp(mode, "governance") == 0 ? "GOVERNANCE" : NULL;
	return s->lock_mode != NULL ? DE_OK : refuse(host, "lock_mode", mode,
	    "is neither compliance nor governance");
}

/* ------------------------------------------------------------------- choosing */

static enum de_status
choose_keys(struct settings *s, const struct de_host *host,
    const atomic_bool *stop)
{
	const struct keychain_config config = {
		.profile = host->get_string(host, "profile"),
		.file = host->get_string(host, "credentials_file"),
		.command = host->get_string(host, "credentials_command"),
		.environment = host->command_environment(host),
		.stop = stop,
	};

	if (config.environment == NULL || (config.command != NULL &&
	    host->check_command(host, "credentials_command", config.command,
	    NULL) != DE_OK))
		return DE_FAILED;
	s->keys = keychain_new(&config);
	return s->keys == NULL ? no_memory(host) : DE_OK;
}

static void
choose_region(struct settings *s, const struct de_host *host)
{
	s->region = host->get_string(host, "region");
	if (s->region == NULL)
		s->region = keychain_region(s->keys);
	if (s->region == NULL)
		s->region = "us-east-1";
}

static enum de_status
choose_store(struct settings *s, const struct de_host *host)
{
	const char *address = host->get_string(host, "endpoint");
	char why[PLACE_WHY_BYTES];

	if (address == NULL)
		address = environment("AWS_ENDPOINT_URL_S3");
	if (address == NULL)
		address = environment("AWS_ENDPOINT_URL");
	if (address == NULL && !place_store_aws(&s->store, s->region))
		return no_memory(host);
	if (address != NULL && !place_store_parse(&s->store, address, why))
		return refuse(host, "endpoint", address, why);
	if (s->is_style_chosen)
		s->style = s->store.style;
	if (asprintf(&s->store_name, "%s://%s%s", s->store.scheme,
	    s->store.host, s->store.path) != -1)
		return DE_OK;
	s->store_name = NULL;
	return no_memory(host);
}

/* As the engine chooses its own; to be freed.  NULL if out of memory. */
static char *
make_state_dir(const char *given)
{
	const char *state = environment("XDG_STATE_HOME");
	const char *home = environment("HOME");
	char *path;
	int length;

	if (given == NULL)
		given = environment("DUMPENGINE_STATE_DIR");
	if (given != NULL || geteuid() == 0 || (state == NULL && home == NULL))
		length = asprintf(&path, "%s/" STATE_FOLDER,
		    given == NULL ? STATE_DIR : given);
	else if (state != NULL && *state == '/')
		length = asprintf(&path, "%s/dumpengine/" STATE_FOLDER, state);
	else
		length = asprintf(&path, "%s/.local/state/dumpengine/"
		    STATE_FOLDER, home == NULL ? "" : home);
	return length == -1 ? NULL : path;
}

static enum de_status
choose_state_dir(struct settings *s, const struct de_host *host)
{
	s->state_dir = make_state_dir(host->get_string(host, "state_dir"));
	return s->state_dir == NULL ? no_memory(host) : DE_OK;
}

static enum de_status
check_ca_file(const struct settings *s, const struct de_host *host)
{
	if (s->ca_file == NULL || access(s->ca_file, R_OK) == 0)
		return DE_OK;
	host->report(host, DE_ERROR, "ca_file: \"%s\" cannot be read: %s",
	    s->ca_file, strerror(errno));
	return DE_FAILED;
}

static void
take_plain(struct settings *s, const struct de_host *host)
{
	s->object_count = host->get_strings(host, "object", &s->objects);
	s->ca_file = host->get_string(host, "ca_file");
	s->proxy = host->get_string(host, "proxy");
	s->storage_class = host->get_string(host, "storage_class");
	s->encryption = host->get_string(host, "encryption");
	s->encryption_key = host->get_string(host, "encryption_key");
	s->part_size = (uint64_t)host->get_integer(host, "part_size");
	s->parallel = (uint32_t)host->get_integer(host, "parallel");
	s->timeout = (uint32_t)host->get_integer(host, "timeout");
	s->attempts = (uint32_t)host->get_integer(host, "attempts");
}

enum de_status
settings_read(struct settings *s, const struct de_host *host,
    const atomic_bool *stop)
{
	*s = (struct settings){ 0 };
	take_plain(s, host);
	if (check_objects(s, host) != DE_OK ||
	    choose_style(s, host) != DE_OK || choose_lock(s, host) != DE_OK ||
	    choose_keys(s, host, stop) != DE_OK)
		return DE_FAILED;
	choose_region(s, host);
	if (check_headers(s, host) != DE_OK ||
	    check_ca_file(s, host) != DE_OK || choose_store(s, host) != DE_OK)
		return DE_FAILED;
	return choose_state_dir(s, host);
}

void
settings_free(struct settings *s)
{
	place_store_free(&s->store);
	keychain_free(s->keys);
	free(s->store_name);
	free(s->state_dir);
}

/* ---------------------------------------------------------------------- using */

size_t
settings_headers(const struct settings *s,
    struct sigv4_pair headers[static SETTINGS_HEADERS_MAX],
    char until[static SETTINGS_DATE_BYTES])
{
	const time_t end = time(NULL) + (time_t)(s->lock_days * DAY_SECONDS);
	struct tm tm;
	size_t n = 0;

	if (s->storage_class != NULL)
		headers[n++] = (struct sigv4_pair){ "x-amz-storage-class",
		    s->storage_class };
	if (s->encryption != NULL)
		headers[n++] = (struct sigv4_pair){
		    "x-amz-server-side-encryption", s->encryption };
	if (s->encryption_key != NULL)
		headers[n++] = (struct sigv4_pair){
		    "x-amz-server-side-encryption-aws-kms-key-id",
		    s->encryption_key };
	if (s->lock_days == 0 || gmtime_r(&end, &tm) == NULL ||
	    strftime(until, SETTINGS_DATE_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm) ==
	    0)
		return n;
	headers[n++] = (struct sigv4_pair){ "x-amz-object-lock-mode",
	    s->lock_mode };
	headers[n++] = (struct sigv4_pair){
	    "x-amz-object-lock-retain-until-date", until };
	return n;
}

/* A bucket with a dot in its name has no certificate as a host. */
enum place_style
settings_style(const struct settings *s, const char *bucket)
{
	return s->is_style_chosen && !place_bucket_is_plain(bucket) ?
	    PLACE_PATH : s->style;
}
