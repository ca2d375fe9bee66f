/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * history_record.h - a dump in the history: what it was made of and on
 */
#ifndef CORE_HISTORY_RECORD_H
#define CORE_HISTORY_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define HISTORY_KEY_BYTES 80
#define HISTORY_ORDER_MAX (INT64_MAX / 2)
#define HISTORY_ID_BYTES 40

/* Where a dump is found in the history. */
struct history_id {
	char key[HISTORY_KEY_BYTES];	/* of its file; "" : it is in none */
	char id[HISTORY_ID_BYTES];
};

enum history_status {
	HISTORY_RUNNING = 0,	/* or killed: see history_is_alive() */
	HISTORY_FINISHED,	/* all of it is on its volumes */
	HISTORY_INCOMPLETE,	/* as that, but something was named as missing */
	HISTORY_ABORTED,
	HISTORY_GONE		/* a volume of it was overwritten */
};

/*
 * A dump.  Texts are never NULL but where that is said, and have no bytes that
 * JSON cannot hold: history_text() makes them so.
 */
struct history_record {
	const char *key;		/* of its file */
	const char *id;			/* of no other dump in the file */
	const char *job;
	const char *dumpdates;		/* its file, as a full path; NULL: none */
	const char *name;		/* what it is called there */
	const char *device;		/* these four as in its headers */
	const char *filesystem;
	const char *label;
	const char *host;
	const char *source;		/* the plugin */
	const char *uuid;		/* of the filesystem, "" if it has none */
	int64_t created;		/* as in de_source_info, these three */
	int64_t written;
	uint64_t lifetime_writes;
	uint32_t level;
	int64_t date;
	int64_t base_date;		/* 0: it is a full dump */
	int32_t base_level;		/* LEVEL_NONE: the date was given by hand */
	int64_t moment;			/* what is in it is not younger; <= date */
	const json_t *exclude;		/* array of texts */
	const char *subtree;		/* NULL: none */
	bool nodump;			/* files with that flag were left out */
	bool is_base;			/* others may build on it */
	bool is_noted;			/* its dumpdates file has had it */
	bool is_displaced;		/* its place there has been taken by one */
					/*   that lacks some of what it has */
	enum history_status status;
	int64_t order;			/* the later it began, the larger, */
					/*   whatever the clock says */
	int64_t begun;			/* by the clock, seconds */
	int64_t ended;			/* 0: not yet */
	int64_t uptime;			/* milliseconds since `boot` by then */
	const char *boot;		/* of the machine: its id, or "" */
	int64_t pid;			/* of the supervisor, and when */
	int64_t pid_started;		/*   that began; 0: not known */
	const json_t *volumes;		/* array of { number, medium } */
	const json_t *retake;		/* array of inode numbers, the first and */
					/*   the last of each range: the next */
					/*   level takes them in any case */
	bool retake_is_cut;		/* there were more than are kept */
};

#endif
