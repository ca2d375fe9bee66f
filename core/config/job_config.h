/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * job_config.h - a job as it is configured: its settings, typed, and its plugins
 *
 * The tables say which keys there are, with their ranges and defaults; once a
 * job has been read they are taken into a struct job_settings, and beyond
 * core/config/ nobody asks for a setting of the engine by its key.
 */
#ifndef CORE_JOB_CONFIG_H
#define CORE_JOB_CONFIG_H

#include "core/config/exclude.h"
#include "core/host/instance.h"
#include "core/host/options.h"

/* The tables of the engine's own options of a job, for help and tests, too. */
extern const struct de_option config_job_options[];
extern const struct de_option config_ring_options[];
extern const struct de_option config_volume_options[];
extern const struct de_option config_snapshot_options[];

/* Texts and lists belong to the option sets that they were taken from. */

struct ring_settings {
	unsigned int slaves;		/* 1 to 64; default 4 */
	uint32_t blocking;		/* tape blocks per record, 1 to 1024;
					   default 32 */
	uint64_t buffer;		/* bytes; 0, the default: as the medium
					   needs */
	int start_fill;			/* percent of the buffer; -1, the
					   default: as the medium needs */
};

struct volume_settings {
	const int64_t *sizes;		/* bytes; the last repeats */
	size_t size_count;		/* 0, the default: until it is full */
	uint32_t length_feet;		/* 0, the default: not given */
	uint32_t density_bpi;		/* 0, the default: that of the tape */
	bool cartridge;			/* and not a reel; default false */
	bool verify;			/* default false */
	unsigned int rewrite_attempts;	/* per volume; default 2 */
	bool change_between_jobs;	/* default false */
};

struct snapshot_settings {
	const char *create;		/* commands; NULL: there is no snapshot */
	const char *remove;
	const char *device;		/* in place of the source's */
	int64_t timeout;		/* seconds per command; default 300 */
};

struct job_settings {
	const char *name;
	uint32_t level;			/* default 0 */
	const char *dumpdates;		/* the job's, or else that of the file;
					   NULL: none */
	bool updates_dumpdates;		/* as asked for, or as fits the dump */
	int64_t since;			/* seconds since 1970; 0: not given */
	const char *const *exclude;	/* patterns; see exclude.h */
	size_t exclude_count;
	uint32_t honor_nodump;		/* from this level on; default 1 */
	const char *subtree;		/* NULL: all is dumped */
	const char *label;		/* default "none" */
	int64_t date;			/* seconds since 1970; 0: now */
	int64_t snapshot_date;		/* likewise; 0: not given */
	uint64_t max_read_errors;	/* 0, the default: any number */
	bool notify;			/* default false */
	bool freeze;			/* default false */
	int64_t freeze_limit;		/* seconds; default 60 */
	const char *state_dir;		/* by default /var/lib/dumpengine, or
					   the user's own */
	int64_t wait_for_medium;	/* seconds; default 0 */
	struct ring_settings ring;
	struct volume_settings volumes;
	struct snapshot_settings snapshot;
};

struct job_config {
	struct job_settings settings;
	struct plugin_config source;
	struct plugin_config output;
	struct plugin_config eot;	/* its plugin is NULL: there is none */
	struct exclude *exclude;	/* owned; NULL: nothing is left out */
	char *subtree_at;		/* owned; "FILE:LINE" of it, or NULL */
	unsigned int line;		/* where it begins in the file */

	/* What the settings were taken from; for core/config/ alone. */
	struct option_set *options;	/* config_job_options */
	struct option_set *ring;
	struct option_set *volumes;	/* from the group of the output */
	struct option_set *snapshot;	/* NULL: there is no such group */
};

/*
 * Take all of the option sets into job->settings; the sets `options`, `ring` and
 * `volumes` have to be there.  `dumpdates` is that of the whole file, borrowed,
 * or NULL.
 */
void job_config_take(struct job_config *job, const char *dumpdates);

/* The same, of the group of an output alone. */
void job_config_take_volumes(struct volume_settings *volumes,
    const struct option_set *options);

/* Free what a job owns, but not the job. */
void job_config_clear(struct job_config *job);

/* Name of a job; it lives as long as the configuration. */
const char *job_name(const struct job_config *job);

/* The dumpdates file of a job, or NULL; and is it to be updated? */
const char *job_dumpdates(const struct job_config *job);
bool job_updates_dumpdates(const struct job_config *job);

/* Is a snapshot made of its source? */
bool job_has_snapshot(const struct job_config *job);

/*
 * The device that the source is configured with, borrowed; NULL if it has no
 * option of that name.
 */
const char *job_source_device(const struct job_config *job);

#endif
