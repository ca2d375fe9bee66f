/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/job_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/compress.h"

#define JOB_NAME_MAX 64
#define LABEL_MAX 15		/* c_label is NUL-terminated */
#define DATE_MAX INT32_MAX	/* c_date is a signed 32-bit number */

const struct de_option config_job_options[] = {
	{ "name", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, JOB_NAME_MAX, NULL,
	  "name of the job: letters, digits, and . _ -" },
	{ "level", DE_OPTION_INTEGER, OPTION_MAY_BE_AUTO, 0, INT32_MAX, "0",
	  "dump level; 0 dumps everything, a higher one what changed since the "
	  "last lower level; auto: as levels says" },
	{ "levels", DE_OPTION_STRING, 0, 1, 255, NULL,
	  "which level to make how often, such as \"0 monthly, 1 weekly, "
	  "2 daily\", or \"hanoi\"; for level = \"auto\"" },
	{ "dumpdates", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "file that records the dumps of this job, instead of the one at the "
	  "top of the file" },
	{ "update_dumpdates", DE_OPTION_BOOLEAN, 0, 0, 0, NULL,
	  "record the dump in dumpdates; by default true if that is set, "
	  "except with since or subtree" },
	{ "since", DE_OPTION_TIME, 0, 1, DATE_MAX, NULL,
	  "dump what changed since this date, regardless of dumpdates" },
	{ "exclude", DE_OPTION_STRINGS, 0, 1, 4095, NULL,
	  "what to leave out: names, paths, or inodes such as #1234" },
	{ "honor_nodump", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "1",
	  "lowest level at which files with the nodump flag are left out" },
	{ "subtree", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "path of the only directory or file to dump; level 0 only" },
	{ "label", DE_OPTION_STRING, 0, 0, LABEL_MAX, "none",
	  "label in the headers of the dump" },
	{ "date", DE_OPTION_TIME, 0, 1, DATE_MAX, NULL,
	  "date of the dump instead of now, for reproducible streams" },
	{ "snapshot_date", DE_OPTION_TIME, 0, 1, DATE_MAX, NULL,
	  "when the snapshot was made, if not by this job; becomes the date of "
	  "the dump" },
	{ "max_read_errors", DE_OPTION_INTEGER, 0, 0, INT32_MAX, "0",
	  "read errors after which to ask the operator whether to continue; 0: "
	  "no limit" },
	{ "notify", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "also send questions to the terminals of the group operator" },
	{ "freeze", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "freeze the filesystem while the snapshot is made, or while inodes "
	  "are selected" },
	{ "freeze_limit", DE_OPTION_INTEGER, 0, 1, 3600, "60",
	  "seconds after which the filesystem is thawed in any case" },
	{ "index", DE_OPTION_BOOLEAN, 0, 0, 0, "true",
	  "put an index behind the dump, by which dumpengine-restore goes "
	  "straight to a file" },
	{ "archive_file", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "file for the table of contents of the dump, for restore -A" },
	{ "qfa_file", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "file for the positions of files in the dump, for restore -Q" },
	{ "compress", DE_OPTION_STRING, 0, 1, 15, "none",
	  "zlib: compress records as dump -z does, so that restore reads "
	  "them; none" },
	{ "compress_level", DE_OPTION_INTEGER, 0, COMPRESS_LEVEL_MIN,
	  COMPRESS_LEVEL_MAX, "2",
	  "level of compress: 1 is fastest, 9 compresses best" },
	{ "state_dir", DE_OPTION_STRING, 0, 1, 4000, "/var/lib/dumpengine",
	  "directory for the dump history, snapshots still to be removed, and "
	  "large temporary files" },
	{ "wait_for_medium", DE_OPTION_INTEGER, 0, 0, 2592000, "0",
	  "seconds to wait for a medium that another run is using; 0: do not "
	  "wait" },
	{ "max_age", DE_OPTION_STRING, 0, 1, 63, NULL,
	  "how old the last good dump may be, such as \"36 hours\", for "
	  "dumpengine-catalog status" },
	DE_OPTIONS_END
};

const struct de_option config_snapshot_options[] = {
	{ "create", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, 8000, NULL,
	  "command that makes the snapshot" },
	{ "device", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, 4095, NULL,
	  "device to dump instead of the source's device" },
	{ "remove", DE_OPTION_STRING, DE_OPTION_REQUIRED, 1, 8000, NULL,
	  "command that removes the snapshot; it is always run" },
	{ "timeout", DE_OPTION_INTEGER, 0, 1, 86400, "300",
	  "seconds after which a command that has not ended is killed" },
	DE_OPTIONS_END
};

/* Options of every output, in the output's group. */
const struct de_option config_volume_options[] = {
	{ "volume_size", DE_OPTION_SIZES, 0, INT64_C(32) * DE_TAPE_BLOCK,
	  INT64_MAX, "auto", "size of each volume; the last size repeats; auto: until the "
	  "medium is full" },
	{ "length_feet", DE_OPTION_INTEGER, 0, 1, 1000000, NULL,
	  "length of the tape, from which the volume size is computed" },
	{ "density_bpi", DE_OPTION_INTEGER, 0, 10, 100000000, NULL,
	  "density of a track in bits per inch; default: 1600, or 1000 for a "
	  "cartridge" },
	{ "cartridge", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "compute the size for a cartridge instead of a reel" },
	{ "verify", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "read each volume back and compare it with what was written" },
	{ "rewrite_attempts", DE_OPTION_INTEGER, 0, 0, 100, "2",
	  "how often a failed volume is written again before the operator is "
	  "asked" },
	{ "change_between_jobs", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "the medium is changed before this job, so it may be one that an "
	  "earlier job of the run has written to" },
	DE_OPTIONS_END
};

const struct de_option config_ring_options[] = {
	{ "slaves", DE_OPTION_INTEGER, 0, 1, 64, "4",
	  "number of slaves, which read and write records" },
	{ "blocking", DE_OPTION_INTEGER, 0, 1, 1024, "32",
	  "tape blocks of 1024 bytes per record" },
	{ "buffer", DE_OPTION_SIZE, 0, 64 << 10, INT64_C(64) << 30, NULL,
	  "memory for records between source and output" },
	{ "start_fill", DE_OPTION_INTEGER, 0, 0, 100, NULL,
	  "percentage of the buffer to fill before writing starts, and again "
	  "after the buffer has run empty" },
	DE_OPTIONS_END
};

static void
take_ring(struct ring_settings *ring, const struct option_set *options)
{
	const struct option_value *fill = option_get(options, "start_fill",
	    DE_OPTION_INTEGER);

	*ring = (struct ring_settings){
		.slaves = (unsigned int)option_number(options, "slaves"),
		.blocking = (uint32_t)option_number(options, "blocking"),
		.buffer = (uint64_t)option_number(options, "buffer"),
		.start_fill = fill == NULL ? -1 : (int)fill->number,
	};
}

void
job_config_take_volumes(struct volume_settings *volumes,
    const struct option_set *options)
{
	const struct option_value *sizes = option_get(options, "volume_size",
	    DE_OPTION_SIZES);

	*volumes = (struct volume_settings){
		.sizes = sizes == NULL ? NULL : sizes->numbers,
		.size_count = sizes == NULL ? 0 : sizes->number_count,
		.length_feet = (uint32_t)option_number(options, "length_feet"),
		.density_bpi = (uint32_t)option_number(options, "density_bpi"),
		.cartridge = option_number(options, "cartridge") != 0,
		.verify = option_number(options, "verify") != 0,
		.rewrite_attempts = (unsigned int)option_number(options,
		    "rewrite_attempts"),
		.change_between_jobs = option_number(options,
		    "change_between_jobs") != 0,
	};
}

static void
take_snapshot(struct snapshot_settings *snapshot,
    const struct option_set *options)
{
	if (options == NULL)
		return;
	*snapshot = (struct snapshot_settings){
		.create = option_text(options, "create"),
		.remove = option_text(options, "remove"),
		.device = option_text(options, "device"),
		.timeout = option_number(options, "timeout"),
	};
}

/* Not after dumping a subtree or since a date: such a dump cannot be a base. */
static bool
updates_dumpdates(const struct job_settings *settings,
    const struct option_set *options)
{
	const struct option_value *update = option_get(options,
	    "update_dumpdates", DE_OPTION_BOOLEAN);

	if (settings->dumpdates == NULL)
		return false;
	if (update != NULL)
		return update->number != 0;
	return settings->since == 0 && settings->subtree == NULL;
}

/* What else it may be, config.c has refused. */
static bool
compresses(const struct option_set *options)
{
	const char *compress = option_text(options, "compress");

	return compress != NULL && strcmp(compress, "zlib") == 0;
}

static void
take_job(struct job_settings *settings, const struct option_set *options,
    const struct file_settings *file)
{
	const struct option_value *exclude = option_get(options, "exclude",
	    DE_OPTION_STRINGS);
	const int64_t level = option_number(options, "level");
	const char *own_dumpdates = option_text(options, "dumpdates");

	*settings = (struct job_settings){
		.name = option_text(options, "name"),
		.level = level < 0 ? 0 : (uint32_t)level,
		.levels = option_text(options, "levels"),
		.dumpdates = own_dumpdates != NULL ? own_dumpdates :
		    file->dumpdates,
		.since = option_number(options, "since"),
		.exclude = exclude == NULL ? NULL :
		    (const char *const *)exclude->texts,
		.exclude_count = exclude == NULL ? 0 : exclude->text_count,
		.honor_nodump = (uint32_t)option_number(options,
		    "honor_nodump"),
		.subtree = option_text(options, "subtree"),
		.label = option_text(options, "label"),
		.date = option_number(options, "date"),
		.snapshot_date = option_number(options, "snapshot_date"),
		.max_read_errors = (uint64_t)option_number(options,
		    "max_read_errors"),
		.notify = option_number(options, "notify") != 0,
		.index = option_number(options, "index") != 0,
		.freeze = option_number(options, "freeze") != 0,
		.freeze_limit = option_number(options, "freeze_limit"),
		.archive_file = option_text(options, "archive_file"),
		.qfa_file = option_text(options, "qfa_file"),
		.compress = compresses(options),
		.compress_level = (int)option_number(options,
		    "compress_level"),
		.state_dir = option_text(options, "state_dir"),
		.wait_for_medium = option_number(options, "wait_for_medium"),
		.max_age = option_text(options, "max_age"),
		.catalog = file->catalog,
		.catalog_files = file->catalog_files,
	};
	settings->updates_dumpdates = updates_dumpdates(settings, options);
}

void
job_config_take(struct job_config *job, const struct file_settings *file)
{
	take_job(&job->settings, job->options, file);
	take_ring(&job->settings.ring, job->ring);
	job_config_take_volumes(&job->settings.volumes, job->volumes);
	take_snapshot(&job->settings.snapshot, job->snapshot);
	keep_settings_take(&job->settings.keep, job->keep);
}

void
job_config_set_level(struct job_config *job, uint32_t level, const char *why)
{
	job->settings.level = level;
	snprintf(job->level_why, sizeof(job->level_why), "%s", why);
}

void
job_config_clear(struct job_config *job)
{
	option_set_free(job->options);
	option_set_free(job->ring);
	option_set_free(job->volumes);
	option_set_free(job->snapshot);
	option_set_free(job->keep);
	option_set_free(job->eot.options);
	option_set_free(job->source.options);
	option_set_free(job->output.options);
	for (size_t i = 0; i < job->filter_count; i++)
		option_set_free(job->filters[i].options);
	free(job->filters);
	exclude_free(job->exclude);
	free(job->subtree_at);
	free(job->file);
}

const char *
job_name(const struct job_config *job)
{
	return job->settings.name;
}

const char *
job_dumpdates(const struct job_config *job)
{
	return job->settings.dumpdates;
}

bool
job_updates_dumpdates(const struct job_config *job)
{
	return job->settings.updates_dumpdates;
}

bool
job_has_snapshot(const struct job_config *job)
{
	return job->settings.snapshot.create != NULL;
}

const char *
job_source_device(const struct job_config *job)
{
	return job->source.options == NULL ? NULL :
	    plugin_config_device(&job->source);
}
