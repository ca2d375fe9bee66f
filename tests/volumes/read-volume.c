/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * read-volume.c - read a volume through an output plugin, for tests
 *
 * Writes what it reads to standard output, zeros in place of lost bytes of
 * known number, and tells losses and the end on standard error.
 */
#include "core/volume/volume_read.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
"usage: read-volume [OPTION...] PLUGIN KEY=VALUE...\n"
"\n"
"  -n NUMBER     volume (1)\n"
"  -j JOB        name of the job\n"
"  -m MEDIUM     as named by an EOT handler\n"
"  -d DATE       of the dump, seconds\n"
"  -l LEVEL      of the dump\n"
"  -b BYTES      of a record\n"
"  -g POSITION   go there first\n"
"  -s AFTER:BYTES   pass over so many, once so many have been read\n"
"  -c COUNT      stop after so many calls that gave data\n"
"\n"
"Exits 0 at the end of the volume, 2 if something was lost, 1 on failure.\n";

struct wish {
	struct de_volume volume;
	bool goes;
	uint64_t position, skip_after, skip;
	uint64_t calls;			/* 0: all */
};

static uint8_t buffer[VOLUME_READ_ROOM];

static void
put(const uint8_t *bytes, size_t length)
{
	if (fwrite(bytes, 1, length, stdout) != length) {
		perror("read-volume");
		exit(1);
	}
}

static void
put_zeros(uint64_t length)
{
	memset(buffer, 0, sizeof(buffer));
	while (length > 0) {
		const size_t n = length < sizeof(buffer) ? (size_t)length :
		    sizeof(buffer);
		put(buffer, n);
		length -= n;
	}
}

static bool
set_option(struct option_set *set, const char *text)
{
	const char *value = strchr(text, '=');
	char key[64], why[OPTION_WHY_BYTES];

	if (value++ == NULL)
		return false;
	snprintf(key, sizeof(key), "%.*s", (int)(value - 1 - text), text);
	const int i = option_find(set->table, key);
	if (i == -1)
		return false;
	switch (set->table[i].type) {
	case DE_OPTION_STRINGS:
		return option_add_text(set, i, value, why);
	case DE_OPTION_BOOLEAN:
		return option_put_boolean(set, i, strcmp(value, "true") == 0,
		    why);
	case DE_OPTION_INTEGER:
	case DE_OPTION_SIZE:
		return option_put_number(set, i, strtoll(value, NULL, 10),
		    why);
	default:
		return option_put_text(set, i, value, why);
	}
}

static void
skip(struct volume_read *v, struct wish *wish)
{
	if (wish->skip == 0 || volume_read_at(v) < wish->skip_after)
		return;
	const uint64_t from = volume_read_at(v);
	size_t before = 0;
	const uint64_t skipped = volume_read_reaches(v, from + wish->skip) &&
	    volume_read_reach(v, from + wish->skip, &before) ?
	    volume_read_at(v) - from : 0;
	fprintf(stderr, "skipped %" PRIu64 "\n", skipped);
	put_zeros(skipped);
	wish->skip = 0;
}

static int
read_all(struct volume_read *v, struct wish *wish)
{
	enum volume_read_result result;
	size_t length;
	int status = 0;

	while ((result = volume_read_next(v, buffer, sizeof(buffer),
	    &length)) == VOLUME_READ_DATA || result == VOLUME_READ_LOST) {
		if (result == VOLUME_READ_LOST) {
			fprintf(stderr, "lost %zu\n", length);
			put_zeros(length);
			status = 2;
			continue;
		}
		put(buffer, length);
		if (wish->calls != 0 && --wish->calls == 0)
			return status;
		skip(v, wish);
	}
	fprintf(stderr, "%s at %" PRIu64 "\n", result == VOLUME_READ_END ?
	    "end" : "failed", volume_read_at(v));
	return result == VOLUME_READ_END ? status : 1;
}

static int
read_volume(const struct instance *output, struct wish *wish)
{
	struct volume_read *v = volume_read_new(output);
	uint64_t position = 0;
	int status = 1;

	if (v == NULL)
		return 1;
	if (!volume_read_open(v, &wish->volume)) {
		fprintf(stderr, "not opened: %s, failure %d\n",
		    volume_read_medium(v), (int)volume_read_failure(v));
	} else {
		volume_read_tell(v, &position);
		fprintf(stderr, "opened %s, %" PRIu64 " bytes, %s, position %"
		    PRIu64 "\n", volume_read_medium(v), volume_read_size(v),
		    volume_read_seeks(v) ? "seeks" : "streams", position);
		if (!wish->goes || volume_read_go_to(v, wish->position))
			status = read_all(v, wish);
	}
	volume_read_free(v);
	return status;
}

static int
run(struct report *rep, char **argv, struct wish *wish)
{
	struct plugin_registry *reg = plugin_registry_new(rep, NULL);
	atomic_int cancelled = 0;
	char why[512];
	int status = 1;

	const struct plugin *plugin = plugin_load(reg, argv[0], DE_OUTPUT, why,
	    sizeof(why));
	if (plugin == NULL) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
	struct option_set *options = option_set_new(plugin->options);
	for (char **arg = argv + 1; *arg != NULL; arg++)
		if (!set_option(options, *arg)) {
			fprintf(stderr, "bad option: %s\n", *arg);
			exit(1);
		}
	struct instance *output = instance_new(plugin, options, rep,
	    &cancelled);
	if (output != NULL)
		status = read_volume(output, wish);
	instance_free(output);
	option_set_free(options);
	plugin_registry_free(reg);
	return status;
}

int
main(int argc, char **argv)
{
	struct wish wish = { .volume = { .struct_size =
	    sizeof(struct de_volume), .number = 1, .job = "", .label = "" } };
	char *end;
	int c;

	while ((c = getopt(argc, argv, "n:j:m:d:l:b:g:s:c:")) != -1) {
		const uint64_t n = optarg == NULL ? 0 :
		    strtoull(optarg, &end, 10);
		switch (c) {
		case 'n':
			wish.volume.number = (uint32_t)n;
			break;
		case 'j':
			wish.volume.job = optarg;
			break;
		case 'm':
			wish.volume.medium = optarg;
			break;
		case 'd':
			wish.volume.date = (int64_t)n;
			break;
		case 'l':
			wish.volume.level = (uint32_t)n;
			break;
		case 'b':
			wish.volume.record_size = (uint32_t)n;
			break;
		case 'g':
			wish.goes = true;
			wish.position = n;
			break;
		case 's':
			wish.skip_after = n;
			wish.skip = *end == ':' ? strtoull(end + 1, NULL, 10) :
			    0;
			break;
		case 'c':
			wish.calls = n;
			break;
		default:
			fputs(usage, stderr);
			return 1;
		}
	}
	if (optind == argc) {
		fputs(usage, stderr);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	struct report *rep = report_new(STDERR_FILENO, REPORT_NORMAL);
	const int status = run(rep, argv + optind, &wish);
	report_free(rep);
	return fflush(stdout) == 0 ? status : 1;
}
