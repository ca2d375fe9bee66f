/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/mount_arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cli/command_line.h"

#define HELPER "mount.fuse.dumpengine"
#define RECORD_KIB_MAX 1024

struct reading {
	struct command_line line;
	struct mount_request *request;
	char *options;		/* of -o, all; owned */
	size_t kept;		/* bytes of those that FUSE gets */
	bool is_helper;
	bool has_at;
	bool is_quiet;
	bool is_debug;
};

enum {
	OPT_AT = 256,
	OPT_CATALOG,
	OPT_INDEX_FILE,
	OPT_JOB,
	OPT_KEY,
	OPT_DIALECT,
	OPT_TRUST,
	OPT_HELP,
	OPT_VERSION
};

static const struct option long_options[] = {
	{ "foreground", no_argument, NULL, 'f' },
	{ "options", required_argument, NULL, 'o' },
	{ "config", required_argument, NULL, 'c' },
	{ "at", required_argument, NULL, OPT_AT },
	{ "catalog", required_argument, NULL, OPT_CATALOG },
	{ "index-file", required_argument, NULL, OPT_INDEX_FILE },
	{ "job", required_argument, NULL, OPT_JOB },
	{ "multi-volume", no_argument, NULL, 'M' },
	{ "record-size", required_argument, NULL, 'b' },
	{ "tape-file", required_argument, NULL, 's' },
	{ "remote-file", no_argument, NULL, 'l' },
	{ "volume-script", required_argument, NULL, 'F' },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "dialect", required_argument, NULL, OPT_DIALECT },
	{ "temporary", required_argument, NULL, 'T' },
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "debug", no_argument, NULL, 'd' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 }
};

static const char letters[] = "fo:c:Mb:s:lF:T:dq";
static const char helper_letters[] = "fo:c:Mb:lF:T:dqnsvt:N:";	/* -s: sloppy */

/* ----------------------------------------------------------------- options */

/* To the others, behind a comma. */
static void
add_options(struct reading *r, const char *text)
{
	char *all;

	if (asprintf(&all, "%s%s%s", r->options == NULL ? "" : r->options,
	    r->options == NULL ? "" : ",", text) == -1) {
		command_line_error(&r->line, "out of memory");
		return;
	}
	free(r->options);
	r->options = all;
}

static bool
take_medium_option(struct reading *r, int option)
{
	struct restore_request *q = &r->request->restore;

	switch (option) {
	case 'c':
		q->config = optarg;
		return true;
	case OPT_AT:
		command_line_at(&r->line, &r->has_at, &q->at);
		return true;
	case OPT_CATALOG:
		q->catalog = optarg;
		return true;
	case OPT_INDEX_FILE:
		q->index_file = optarg;
		return true;
	case OPT_JOB:
		q->job = optarg;
		return true;
	case 'M':
		q->multi_volume = true;
		return true;
	case 'b':
		q->record_size = DE_TAPE_BLOCK * (uint32_t)command_line_number(
		    &r->line, "-b", 1, RECORD_KIB_MAX);
		return true;
	case 's':
		if (r->is_helper)
			return true;
		q->tape_file = (uint32_t)command_line_number(&r->line, "-s", 1,
		    INT32_MAX);
		return true;
	case 'l':
		q->is_not_tape = true;
		return true;
	case 'F':
		q->script = optarg;
		return true;
	case OPT_KEY:
		q->key = optarg;
		return true;
	case OPT_DIALECT:
		q->dialect = optarg;
		return true;
	default:
		return false;
	}
}

static void
take_option(struct reading *r, int option)
{
	struct mount_request *q = r->request;

	if (take_medium_option(r, option))
		return;
	switch (option) {
	case 'f':
		q->foreground = true;
		break;
	case 'o':
		add_options(r, optarg);
		break;
	case 'T':
		q->restore.settings.tmpdir = optarg;
		break;
	case 'd':
		r->is_debug = true;
		break;
	case 'q':
		r->is_quiet = true;
		break;
	case OPT_TRUST:
		command_line_trust(&r->line, q->restore.trust);
		break;
	case OPT_HELP:
		q->action = MOUNT_HELP;
		break;
	case OPT_VERSION:
		q->action = MOUNT_VERSION;
		break;
	case 'n': case 'v': case 't': case 'N':
		break;		/* of mount(8); without meaning here */
	default:		/* getopt_long() has printed the error */
		r->line.failed = true;
		break;
	}
}

/* -------------------------------------------------------- the options of -o */

/* What fstab(5) says to others, and what is so anyway. */
static bool
is_for_others(const char *option)
{
	static const char *const known[] = { "ro", "rw", "auto", "noauto",
		"user", "nouser", "users", "owner", "group", "_netdev",
		"nofail", "defaults", "default_permissions" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(option, known[i]) == 0)
			return true;
	return option[0] == '\0' || strncmp(option, "x-", 2) == 0 ||
	    strncmp(option, "comment=", 8) == 0;
}

/*
 * "next=SET" is another set of the chain; "key=FILE" and "nodigest" are ours, too.
 * The others are left to FUSE; there is room for all of them.
 */
static void
take_mount_option(struct reading *r, char *option)
{
	struct restore_request *q = &r->request->restore;
	char *kept = r->request->options;
	const size_t length = strlen(option);

	if (strncmp(option, "next=", 5) == 0) {
		q->files[q->file_count++] = option + 5;
	} else if (strncmp(option, "key=", 4) == 0) {
		q->key = option + 4;
	} else if (strcmp(option, "nodigest") == 0) {
		q->no_digests = true;
	} else if (!is_for_others(option)) {
		if (r->kept > 0)
			kept[r->kept++] = ',';
		memcpy(kept + r->kept, option, length + 1);
		r->kept += length;
	}
}

static void
split_options(struct reading *r)
{
	char *rest = r->options, *option;

	while (!r->line.failed && (option = strsep(&rest, ",")) != NULL)
		take_mount_option(r, option);
}

/* ------------------------------------------------------------------ the rest */

static size_t
count_commas(const char *text)
{
	size_t count = 0;

	for (; text != NULL && *text != '\0'; text++)
		count += *text == ',';
	return count;
}

/* SET... MOUNTPOINT, and the sets of -o. */
static void
take_operands(struct reading *r, int count, char **operands)
{
	struct mount_request *q = r->request;
	struct restore_request *s = &q->restore;
	const bool has_set = s->job == NULL && !s->is_from_catalog;

	if (count < (has_set ? 2 : 1)) {
		command_line_error(&r->line, "say %s a directory to mount on",
		    has_set ? "what and where: a set, and" : "where:");
		return;
	}
	s->files = calloc((size_t)count + count_commas(r->options) + 2,
	    sizeof(*s->files));
	q->options = calloc(1, r->options == NULL ? 1 :
	    strlen(r->options) + 2);
	if (s->files == NULL || q->options == NULL) {
		command_line_error(&r->line, "out of memory");
		return;
	}
	for (int i = 0; i < count - 1; i++)
		s->files[s->file_count++] = operands[i];
	split_options(r);
	if (s->index_file != NULL && (!has_set || s->file_count > 1))
		command_line_error(&r->line, "--index-file is for a single "
		    "set");
	if (!has_set && s->file_count > 1)
		command_line_error(&r->line, "with --job or --at, the drive "
		    "for tapes is named once, and nothing else");
	q->mountpoint = realpath(operands[count - 1], NULL);
	if (q->mountpoint == NULL)
		command_line_error(&r->line, "%s: %s", operands[count - 1],
		    strerror(errno));
}

static void
complete(struct reading *r)
{
	struct restore_request *q = &r->request->restore;
	const char *tmpdir = getenv("TMPDIR");

	if (q->settings.tmpdir == NULL)
		q->settings.tmpdir = tmpdir != NULL && tmpdir[0] != '\0' ?
		    tmpdir : "/tmp";
	q->settings.workers = 1;
	q->is_from_catalog = r->has_at || q->catalog != NULL;
	q->all_dates = !r->has_at && (q->job != NULL || q->catalog != NULL);
	if (!r->has_at)
		q->at = INT64_MAX;
	q->action = RESTORE_MOUNT;
	q->verbosity = command_line_verbosity(r->is_quiet, r->is_debug);
	if (r->is_quiet && r->is_debug)
		command_line_error(&r->line, "-q and -d cannot be used "
		    "together");
	if (q->config != NULL && q->job == NULL && !q->is_from_catalog)
		command_line_error(&r->line, "--config has no effect without "
		    "--job or --at");
	if (q->is_from_catalog && (q->multi_volume || q->tape_file != 0))
		command_line_error(&r->line, "--at and %s cannot be used "
		    "together", q->multi_volume ? "-M" : "-s");
}

bool
mount_arguments_parse(struct mount_request *q, int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	struct reading r = {
		.line = { .program = "dumpengine-mount" },
		.request = q,
		.is_helper = strcmp(slash == NULL ? argv[0] : slash + 1,
		    HELPER) == 0,
	};
	int option;

	while (!r.line.failed && (option = getopt_long(argc, argv, r.is_helper ?
	    helper_letters : letters, long_options, NULL)) != -1)
		take_option(&r, option);
	complete(&r);
	if (!r.line.failed && q->action == MOUNT_MOUNT)
		take_operands(&r, argc - optind, argv + optind);
	q->texts = r.options;
	return !r.line.failed;
}

void
mount_arguments_free(struct mount_request *q)
{
	free(q->restore.files);
	free(q->mountpoint);
	free(q->options);
	free(q->texts);
	*q = (struct mount_request){ .restore = { .trust = q->restore.trust } };
}
