/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * history_record.h - what the history records about one dump
 */
#ifndef CORE_HISTORY_RECORD_H
#define CORE_HISTORY_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define HISTORY_KEY_BYTES 80
#define HISTORY_ORDER_MAX (INT64_MAX / 2)
#define HISTORY_ID_BYTES 40

/* Locates a dump in the history. */
struct history_id {
	char key[HISTORY_KEY_BYTES];	/* of its file; "": not recorded */
	char id[HISTORY_ID_BYTES];
};

enum history_status {
	HISTORY_RUNNING = 0,	/* or killed; see history_is_alive() */
	HISTORY_FINISHED,	/* complete on its volumes */
	HISTORY_INCOMPLETE,	/* finished, but items are missing */
	HISTORY_ABORTED,
	HISTORY_GONE		/* one of its volumes was overwritten */
};

/*
 * A dump.  Strings are NULL only where noted, and are escaped by history_text()
 * so that JSON can hold them.
 */
struct history_record {
	const char *key;		/* of its file */
	const char *id;			/* unique in the file */
	const char *job;
	const char *dumpdates;		/* full path; NULL: none */
	const char *name;		/* name of the source in dumpdates */
	const char *device;		/* these four as in its headers */
	const char *filesystem;
	const char *label;
	const char *host;
	const char *source;		/* name of the plugin */
	const char *uuid;		/* of the filesystem; "": none */
	int64_t created;		/* these three as in de_source_info */
	int64_t written;
	uint64_t lifetime_writes;
	uint32_t level;
	int64_t date;
	int64_t base_date;		/* 0: full dump */
	int32_t base_level;		/* LEVEL_NONE: the user gave the date */
	int64_t moment;			/* newest state it holds; <= date */
	const json_t *exclude;		/* array of strings */
	const char *subtree;		/* NULL: none */
	bool nodump;			/* files with that flag were left out */
	bool is_base;			/* others may build on it */
	bool is_noted;			/* was recorded in dumpdates */
	bool is_displaced;		/* a dump that selected less replaced */
					/*   its dumpdates entry */
	enum history_status status;
	int64_t order;			/* grows with each dump, whatever the */
					/*   clock does */
	int64_t begun;			/* wall clock, seconds */
	int64_t ended;			/* 0: not yet */
	int64_t uptime;			/* at `begun`; ms since boot */
	const char *boot;		/* boot ID of the machine, or "" */
	int64_t pid;			/* of the supervisor */
	int64_t pid_started;		/* its start, in ticks; 0: unknown */
	const json_t *volumes;		/* array of { number, medium }, of */
					/*   files with { file, folder }: */
					/*   see file_place.h */
	const json_t *heads;		/* array of { number, head }: digests */
					/*   of the beginnings of volumes */
					/*   that do not tell what they are */
	const json_t *retake;		/* array of inode numbers, the first */
					/*   and last of each range: the next */
					/*   level dumps them in any case */
	bool retake_is_cut;		/* there were more than it keeps */
};

#endif
