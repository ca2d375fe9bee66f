/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job_config.h - a configured job: its typed settings and its plugins
 *
 * The tables define the keys, their ranges and defaults.  Once a job has been
 * read, its settings are stored in a struct job_settings; outside core/config/,
 * no code looks up the engine's settings by key.
 */
#ifndef CORE_JOB_CONFIG_H
#define CORE_JOB_CONFIG_H

#include "core/config/exclude.h"
#include "core/config/keep_settings.h"
#include "core/config/level_schedule.h"
#include "core/host/instance.h"
#include "core/host/options.h"

/* The tables of the engine's options of a job, also for help and tests. */
extern const struct de_option config_job_options[];
extern const struct de_option config_ring_options[];
extern const struct de_option config_volume_options[];
extern const struct de_option config_snapshot_options[];

#define JOB_LEVEL_WHY_BYTES 256

/* Texts and lists are borrowed from the option sets. */

struct ring_settings {
	unsigned int slaves;		/* 1 to 64; default 4 */
	uint32_t blocking;		/* tape blocks per record, 1 to 1024;
					   default 32 */
	uint64_t buffer;		/* bytes; 0, the default: whatever suits
					   the medium */
	int start_fill;			/* percent of the buffer; -1, the
					   default: whatever suits the medium */
};

struct volume_settings {
	const int64_t *sizes;		/* bytes; the last repeats */
	size_t size_count;		/* 0, the default: until it is full */
	uint32_t length_feet;		/* 0, the default: not set */
	uint32_t density_bpi;		/* 0, the default: that of the tape */
	bool cartridge;			/* rather than a reel; default false */
	bool verify;			/* default false */
	unsigned int rewrite_attempts;	/* per volume; default 2 */
	bool change_between_jobs;	/* default false */
};

struct snapshot_settings {
	const char *create;		/* commands; NULL: no snapshot */
	const char *remove;
	const char *device;		/* to dump instead of the source's */
	int64_t timeout;		/* seconds per command; default 300 */
};

struct file_settings {			/* at the top of the file */
	const char *dumpdates;		/* NULL: none */
	const char *catalog;		/* likewise */
	bool catalog_files;		/* default true */
};

struct job_settings {
	const char *name;
	uint32_t level;			/* default 0; with a schedule as set by
					   job_config_set_level() */
	const char *levels;		/* as written; NULL: none */
	struct level_schedule schedule;	/* empty unless level is "auto" */
	const char *dumpdates;		/* the job's, or else the file's;
					   NULL: none */
	bool updates_dumpdates;		/* as set, or by the kind of dump */
	int64_t since;			/* seconds since 1970; 0: not set */
	const char *const *exclude;	/* patterns; see exclude.h */
	size_t exclude_count;
	uint32_t honor_nodump;		/* from this level on; default 1 */
	const char *subtree;		/* NULL: dump everything */
	const char *label;		/* default "none" */
	int64_t date;			/* seconds since 1970; 0: now */
	int64_t snapshot_date;		/* likewise; 0: not set */
	uint64_t max_read_errors;	/* 0, the default: no limit */
	bool notify;			/* default false */
	bool index;			/* default true */
	bool freeze;			/* default false */
	int64_t freeze_limit;		/* seconds; default 60 */
	const char *archive_file;	/* these two are patterns; NULL: none */
	const char *qfa_file;
	bool compress;			/* records, by zlib; default false */
	int compress_level;		/* 1 to 9; default 2 */
	const char *state_dir;		/* by default /var/lib/dumpengine, or
					   the user's own */
	int64_t wait_for_medium;	/* seconds; default 0 */
	const char *catalog;		/* the file's; NULL: none */
	bool catalog_files;		/* likewise; default true */
	const char *max_age;		/* as written; NULL: none */
	int64_t max_age_seconds;	/* 0: any */
	struct ring_settings ring;
	struct volume_settings volumes;
	struct snapshot_settings snapshot;
	struct keep_settings keep;
};

struct job_config {
	struct job_settings settings;
	struct plugin_config source;
	struct plugin_config output;
	struct plugin_config eot;	/* its plugin is NULL: no handler */
	struct plugin_config *filters;	/* owned; in their order */
	size_t filter_count;		/* 0: none */
	struct exclude *exclude;	/* owned; NULL: nothing is excluded */
	char level_why[JOB_LEVEL_WHY_BYTES];	/* why this level; "": it was
					   asked for */
	char *subtree_at;		/* owned; its "FILE:LINE", or NULL */
	char *file;			/* owned; absolute; NULL: unknown */
	unsigned int line;		/* where the job begins in the file */

	/* What the settings are taken from; only for use in core/config/. */
	struct option_set *options;	/* config_job_options */
	struct option_set *ring;
	struct option_set *volumes;	/* from the output's group */
	struct option_set *snapshot;	/* NULL: there is no such group */
	struct option_set *keep;	/* likewise */
};

/*
 * Fill job->settings from the option sets; `options`, `ring` and `volumes` must
 * be set.  Texts of `file` are borrowed.
 */
void job_config_take(struct job_config *job, const struct file_settings *file);

/* Fill only the settings from an output's group. */
void job_config_take_volumes(struct volume_settings *volumes,
    const struct option_set *options);

/* Set the level that its schedule asks for, and why.  Copies the text. */
void job_config_set_level(struct job_config *job, uint32_t level,
    const char *why);

/* Free what a job owns, but not the job itself. */
void job_config_clear(struct job_config *job);

/* The name of a job; valid as long as the configuration. */
const char *job_name(const struct job_config *job);

/* The dumpdates file of a job, or NULL; and whether to update it. */
const char *job_dumpdates(const struct job_config *job);
bool job_updates_dumpdates(const struct job_config *job);

/* Does the job make a snapshot of its source? */
bool job_has_snapshot(const struct job_config *job);

/*
 * The device configured for the source, borrowed; NULL if the source has no
 * such option, or if it is a copy, which has no source.
 */
const char *job_source_device(const struct job_config *job);

#endif
