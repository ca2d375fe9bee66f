/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keep.h - what on a tape may be overwritten
 *
 * Judges a tape file by file.  For a dump, the engine's knowledge and the
 * dump's age decide; foreign and unreadable data is kept unless the options say
 * otherwise.  Dumps that may go are collected, to be retired before they are
 * overwritten.
 */
#ifndef PLUGINS_COMMON_KEEP_H
#define PLUGINS_COMMON_KEEP_H

#include "label.h"

#define KEEP_PLACE_BYTES 64
#define KEEP_WHY_BYTES 160
#define KEEP_HOLD_BYTES 512

/* From the options. */
struct keep_wish {
	int64_t protect_days;	/* minimum age before overwriting; 0: off */
	bool overwrite_foreign;	/* data other than dumps may go */
	bool asks_catalogue;	/* and only what it lets go may */
	int64_t now;		/* seconds since 1970 */
	const uint32_t *full;	/* borrowed; volumes of this dump that ended */
	size_t full_count;	/* at the end of their tapes */
};

struct keep {
	const struct de_host *host;		/* borrowed, as these */
	const char *name;			/* of the drive, for messages */
	const char *blank;			/* commands that blank the tape
						   from there on */
	const struct keep_wish *wish;
	const struct de_volume *volume;		/* to be written */

	enum de_failure failure;		/* why the last one was
						   refused, */
	uint64_t mark;				/* and a mark of its contents */
	struct label *going;			/* owned; dumps that may go, */
	size_t going_count;			/* both 0 at first */
};

/* The file at which the tape is positioned, and its first block. */
struct keep_file {
	char place[KEEP_PLACE_BYTES];		/* "file 3 of the tape" */
	const uint8_t *block;
	size_t length;				/* 0: unknown */
};

void keep_free(struct keep *k);

/*
 * The option `protect`.  False after reporting that it has another value than
 * those there are, or that this engine has no catalogue.
 */
bool keep_take_protect(const struct de_host *host, struct keep_wish *wish);

/* For check(): false after reporting that the catalogue cannot be asked. */
bool keep_can_ask(const struct de_host *host, const struct keep_wish *wish);

/*
 * Does the catalogue protect a dump, if it is to be asked?  `why` is then a
 * clause such as "which the catalogue keeps as dump 12"; otherwise "".
 */
void keep_describe_hold(const struct de_host *host,
    const struct keep_wish *wish, const struct label *label,
    enum de_dump_state state, char why[static KEEP_HOLD_BYTES]);

/* Why the options protect a dump, including what is known about it, or "". */
void keep_describe_age(const struct keep_wish *wish, const struct label *label,
    enum de_dump_state state, char why[static KEEP_WHY_BYTES]);

/*
 * DE_OK: it may be overwritten.  DE_FAILED after reporting why not and what to
 * do; `failure` and `mark` are then set.
 */
enum de_status keep_check_dump(struct keep *k, const struct keep_file *file,
    const struct label *label);
enum de_status keep_check_foreign(struct keep *k, const struct keep_file *file);
enum de_status keep_check_unreadable(struct keep *k,
    const struct keep_file *file);

/*
 * Is there room for the volume after that dump?  DE_OK, or DE_FAILED after
 * reporting that an earlier volume of the dump filled the tape.
 */
enum de_status keep_check_room(struct keep *k, const struct keep_file *file,
    const struct label *label);

/* The file cannot be read, so nothing may be appended; DE_FAILED. */
enum de_status keep_refuse_append(struct keep *k, const struct keep_file *file);

/* Was this left by a failed attempt to write this very volume? */
bool keep_is_attempt(const struct keep *k, const struct label *label);

/*
 * Retire all dumps that were found to be expendable, just before they are
 * overwritten.  DE_OK, or DE_FAILED after reporting: then they must stay.
 */
enum de_status keep_let_go(struct keep *k);

#endif
