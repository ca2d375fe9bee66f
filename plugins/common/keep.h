/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keep.h - what of a tape may be written over
 *
 * Judges one file of the tape after the other.  A dump goes by what the engine
 * knows of it and by its age; what is no dump, and what nobody can read, stays
 * unless the options say otherwise.  What may go and could be built on is noted,
 * so that it can be taken out of that before it goes.
 */
#ifndef PLUGINS_COMMON_KEEP_H
#define PLUGINS_COMMON_KEEP_H

#include "label.h"

#define KEEP_PLACE_BYTES 64
#define KEEP_WHY_BYTES 160

/* What the options say. */
struct keep_wish {
	int64_t protect_days;	/* age of dumps that are kept; 0: off */
	bool overwrite_foreign;	/* what is no dump may go */
	int64_t now;		/* seconds since 1970 */
	const uint32_t *full;	/* borrowed; volumes of this dump that ended */
	size_t full_count;	/* where their tapes do */
};

struct keep {
	const struct de_host *host;		/* borrowed, as these */
	const char *name;			/* of the drive, for messages */
	const char *blank;			/* commands that blank the tape
						   from the place on */
	const struct keep_wish *wish;
	const struct de_volume *volume;		/* that is to be written */

	enum de_failure failure;		/* of what was refused last, */
	uint64_t mark;				/* and of what it holds */
	struct label *going;			/* owned; dumps that may go, */
	size_t going_count;			/* so many; both 0 at first */
};

/* The file that the tape stands in, and its first block. */
struct keep_file {
	char place[KEEP_PLACE_BYTES];		/* "file 3 of the tape" */
	const uint8_t *block;
	size_t length;				/* 0: it is not known */
};

void keep_free(struct keep *k);

/* Why the options protect a dump, with what is known of it, or "". */
void keep_describe_age(const struct keep_wish *wish, const struct label *label,
    enum de_dump_state state, char why[static KEEP_WHY_BYTES]);

/*
 * DE_OK: it may go.  DE_FAILED after saying why not and what is to be done;
 * `failure` and `mark` are set then.
 */
enum de_status keep_check_dump(struct keep *k, const struct keep_file *file,
    const struct label *label);
enum de_status keep_check_foreign(struct keep *k, const struct keep_file *file);
enum de_status keep_check_unreadable(struct keep *k,
    const struct keep_file *file);

/*
 * Is there room for the volume behind that dump?  DE_OK, or DE_FAILED after
 * saying that an earlier volume of it has filled the tape.
 */
enum de_status keep_check_room(struct keep *k, const struct keep_file *file,
    const struct label *label);

/* It cannot be read, so that nothing goes behind it; DE_FAILED. */
enum de_status keep_refuse_append(struct keep *k, const struct keep_file *file);

/* Was this begun by an attempt to write this very volume? */
bool keep_is_attempt(const struct keep *k, const struct label *label);

/*
 * All that was found to be able to go is about to: nothing is built on it any
 * more.  DE_OK, or DE_FAILED after a report: then it has to stay.
 */
enum de_status keep_let_go(struct keep *k);

#endif
